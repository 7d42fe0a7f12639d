"""Requests to D-Wave's service, one at a time and without threads; each error is one line in plain words."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import dimod

from sgq_solvers.leap.connection import (
    UnknownError,
    in_plain_words,
    keep_token_out_of_logs,
    said,
    service_error,
    setup_error,
)

Result = TypeVar("Result")

_PATIENCE = 8  # failures in a row, a dozen seconds of waiting, after which polling gives up
_LONG_POLL = 30  # seconds that the service may hold an answer back until something changes
_GRACE = 5  # seconds that the last request before a deadline may take beyond it


class Service:
    """The problems of one account.

    Parameters
    ----------
    config
        Ocean's configuration, of a `dwave.cloud.Client`.
    timeout
        Seconds after which nothing is asked anew; whatever the configuration says of retries and timeouts, a service
        that hangs then holds us up by five seconds more at most.
    """

    def __init__(self, config: Any, timeout: float | None = None) -> None:
        from dwave.cloud.api import Problems

        keep_token_out_of_logs()
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._request_timeout = config.request_timeout
        once = {} if timeout is None else {"retry": {"total": 0}}
        self._problems = in_plain_words(lambda: Problems.from_config(config, **once), setup_error)

    def close(self) -> None:
        """Close the connection."""
        self._problems.close()

    def submit(self, solver: Any, target: dimod.BinaryQuadraticModel, parameters: dict[str, Any], label: str) -> str:
        """Submit an Ising model of qubits, and its id once that is acknowledged."""
        from dwave.cloud.api.models import ProblemJob
        from dwave.cloud.coders import encode_problem_as_qp

        data = encode_problem_as_qp(
            solver, dict(target.linear), dict(target.quadratic), target.offset, undirected_biases=True
        )
        job = ProblemJob(data=data, params=parameters, solver=solver.identity, type="ising", label=label)
        return self._acknowledged(job)

    def submit_uploaded(self, solver: Any, upload: str, parameters: dict[str, Any], label: str) -> str:
        """Submit a quadratic model that was uploaded, and its id once that is acknowledged."""
        from dwave.cloud.api.models import ProblemJob
        from dwave.cloud.coders import encode_problem_as_ref

        data = encode_problem_as_ref(upload)
        return self._acknowledged(
            ProblemJob(data=data, params=parameters, solver=solver.identity, type="bqm", label=label)
        )

    def _acknowledged(self, job: Any) -> str:
        reply = self._ask(lambda: self._problems.submit_problems([job])[0])
        if not hasattr(reply, "id"):
            raise ValueError(f"{job.solver.name} refused the submission: {said(reply)}")
        return str(reply.id)

    def find(self, label: str) -> str | None:
        """Id of the submission of this label, None where there is none."""
        found = self._ask(lambda: self._problems.list_problems(label=label))
        return next((str(problem.id) for problem in found if problem.label == label), None)

    def states(self, ids: list[str], wait: float = 0) -> dict[str, tuple[str, str | None]]:
        """State of each submission and the service's word on it, after up to `wait` seconds if nothing changes.

        Failures of the service are taken to pass, and it is asked again for a dozen seconds. It gives no state at all
        if it does not know one of several: then each is asked for alone.
        """
        hold = int(min(wait, _LONG_POLL)) or None
        try:
            found = self._patiently(lambda: self._problems.get_problem_statuses(ids, timeout=hold))
        except UnknownError as error:
            if len(ids) == 1:
                return {ids[0]: ("UNKNOWN", str(error))}
            return {id: state for one in ids for id, state in self.states([one]).items()}
        return {str(p.id): (p.status.value, getattr(p, "error_message", None)) for p in found}

    def answer(self, id: str) -> dict[str, Any]:
        """The answer to a completed submission, as it came."""
        answer: dict[str, Any] = self._patiently(lambda: self._problems.get_problem_answer(id)).model_dump(mode="json")
        return answer

    def cancel(self, ids: list[str]) -> None:
        """Ask for submissions to be cancelled; what has begun may complete, what is not known does not run."""
        try:
            self._ask(lambda: self._problems.cancel_problems(ids))
        except UnknownError:
            for id in ids if len(ids) > 1 else []:
                self.cancel([id])

    def _ask(self, call: Callable[[], Result]) -> Result:
        if self._deadline is not None:
            most = max(0.0, self._deadline - time.monotonic()) + _GRACE
            given = self._request_timeout  # of connecting and reading, or of both
            parts = given if isinstance(given, tuple) else (given, given)
            for adapter in self._problems.session.adapters.values():
                adapter.timeout = tuple(most if part is None else min(part, most) for part in parts)
        return in_plain_words(call, service_error)

    def _patiently(self, call: Callable[[], Result]) -> Result:
        """What `call` returns, after failures that may pass: as many as patience and deadline have room for."""
        for failures in range(_PATIENCE):
            try:
                return self._ask(call)
            except ConnectionError as error:
                pause = 0.1 * 2**failures
                late = self._deadline is not None and time.monotonic() + pause >= self._deadline
                if late or failures == _PATIENCE - 1:
                    raise error from None
                time.sleep(pause)
        raise AssertionError
