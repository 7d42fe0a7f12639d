"""The solver ``leap-hybrid``: D-Wave's hybrid solver of quadratic models, of any graph and up to a million variables.

It runs in Leap, where classical heuristics call a quantum processor now and then; how is not published. The models
that it gets have numbers in place of labels.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any
from uuid import uuid4

import dimod
import numpy as np
from numpy.typing import NDArray

from sgq.checks import real
from sgq.models import quadratic_form
from sgq.problem import Problem
from sgq_solvers.leap.connection import (
    configured_client,
    in_plain_words,
    ocean,
    service_error,
    setup_error,
    with_ending,
)
from sgq_solvers.leap.ranges import check_finite
from sgq_solvers.leap.service import Service
from sgq_solvers.sampler import Sampler, spin_samples


class LeapHybridBQMSampler(Sampler):
    """D-Wave's hybrid solver of quadratic models, which needs no embedding.

    Parameters
    ----------
    solver
        A solver's name, or a ``dwave.system.LeapHybridSampler``. By default the newest one that the user's Ocean
        configuration reaches. It is contacted when the first model comes.
    """

    def __init__(self, solver: Any = None) -> None:
        if not (solver is None or (isinstance(solver, str) and solver) or hasattr(solver, "min_time_limit")):
            raise ValueError(f"solver={solver!r}: a hybrid solver's name, or a LeapHybridSampler()")
        self._solver = solver

    def sample(
        self, bqm: dimod.BinaryQuadraticModel, *, time_limit: float | None = None, label: str | None = None
    ) -> dimod.SampleSet:
        """Submit a model, and wait for the answer; Ctrl-C cancels it.

        Parameters
        ----------
        bqm
            SPIN or BINARY, within the solver's numbers of variables and biases.
        time_limit
            Seconds that the solver works, which are charged; the least that it takes for so many variables when None.
            Waiting in the queue comes on top.
        label
            Name in the Leap dashboard; a mark is added, by which a submission is found again whose receipt was lost.

        Returns
        -------
        dimod.SampleSet
            The best state found, usually one, with the energies of the model. ``info["timing"]``: the service's
            microseconds `run_time`, `charge_time` and `qpu_access_time`. ``info["sgq"]``: `hybrid_solver`,
            `problem_id` (see `fetch`) and `time_limit`.

        Raises
        ------
        ValueError
            If Ocean has no working configuration, the solver would refuse the model or the time limit, or the
            submission failed or was cancelled.
        ConnectionError
            If the service cannot be reached, or fails.
        ImportError
            If dwave-system is not installed.
        """
        hybrid = self._connected()
        check_finite(bqm)
        _check_size(bqm, hybrid)
        seconds = _checked_time_limit(time_limit, bqm, hybrid)
        if not bqm.num_variables:
            return spin_samples(np.empty((1, 0), np.int8), [], bqm.vartype, np.array([float(bqm.offset)]))
        service = Service(hybrid.client.config)
        try:
            id = _submitted(bqm, hybrid, service, seconds, f"{label or 'sgq'} [{uuid4().hex[:12]}]")
            try:
                samples = _fetched(service, bqm, id)[0]
            except KeyboardInterrupt:
                with suppress(OSError, ValueError):
                    service.cancel([id])
                raise
        finally:
            service.close()
        samples.info["sgq"] |= {"hybrid_solver": hybrid.solver.name, "time_limit": seconds}
        return samples

    def fetch(self, bqm: dimod.BinaryQuadraticModel, problem_id: str) -> dimod.SampleSet:
        """The answer to an earlier submission of the same model, in this process or another.

        Parameters
        ----------
        bqm
            The model.
        problem_id
            As an answer, an error or the Leap dashboard has it.

        Returns
        -------
        dimod.SampleSet
            As `sample` returns it.

        Raises
        ------
        ValueError
            If the answer is of another model, or as for `sample`.
        ConnectionError
            As for `sample`.
        """
        service = Service(self._configuration())
        try:
            samples, stated = _fetched(service, bqm, problem_id)
        finally:
            service.close()
        form = quadratic_form(bqm)[0]
        slack = 1e-6 * (np.abs(form.couplings).sum() + np.abs(form.fields).sum() + abs(form.offset))
        if len(stated) and abs(stated[0] - samples.record.energy[0]) > slack:
            raise ValueError(
                f"{problem_id} is of another model: its answer has the energy {stated[0]:g}, which is "
                f"{samples.record.energy[0]:g} in this one"
            )
        return samples

    def warm_up(self, problem: Problem) -> None:
        """Nothing: a trial run would be charged."""

    def close(self) -> None:
        """Release the connection; a ``with`` statement does it too."""
        client = getattr(self._solver, "client", None)
        if client is not None:
            client.close(wait=False)

    def __enter__(self) -> LeapHybridBQMSampler:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _configuration(self) -> Any:
        """Ocean's, which reaches answers of a solver that has gone away too."""
        if hasattr(self._solver, "client"):
            return self._solver.client.config
        client = configured_client()
        client.close(wait=False)
        return client.config

    def _connected(self) -> Any:
        if self._solver is None or isinstance(self._solver, str):
            hybrid = ocean().LeapHybridSampler
            named = {} if self._solver is None else {"solver": self._solver}
            self._solver = in_plain_words(lambda: hybrid(**named), _no_solver)
        return self._solver


def _no_solver(error: Exception) -> Exception:
    from dwave.cloud.exceptions import SolverNotFoundError

    if isinstance(error, SolverNotFoundError):
        return ValueError("the account has no such hybrid solver online: the Leap dashboard lists those there are")
    return setup_error(error)


def _check_size(bqm: dimod.BinaryQuadraticModel, hybrid: Any) -> None:
    """ValueError for a model that the solver would refuse after the upload."""
    sizes = {"variables": bqm.num_variables, "biases": bqm.num_variables + bqm.num_interactions}
    for unit, number in sizes.items():
        most = hybrid.properties.get(f"maximum_number_of_{unit}", number)
        if number > most:
            raise ValueError(f"the model has {number} {unit}: {hybrid.solver.name} takes up to {most}")


def _checked_time_limit(time_limit: float | None, bqm: dimod.BinaryQuadraticModel, hybrid: Any) -> float:
    """Seconds to ask for, which the solver takes for a model of this size."""
    least = float(hybrid.min_time_limit(bqm))
    most = 3600 * hybrid.properties.get("maximum_time_limit_hrs", np.inf)
    seconds = least if time_limit is None else real("time_limit", time_limit, 0)
    if not least <= seconds <= most:
        raise ValueError(
            f"time_limit={time_limit!r}: {hybrid.solver.name} takes {least:g} to {most:g} seconds for "
            f"{bqm.num_variables} variables"
        )
    return seconds


def _submitted(bqm: dimod.BinaryQuadraticModel, hybrid: Any, service: Service, seconds: float, label: str) -> str:
    """Id of the model's submission."""
    with bqm.to_file(version=2, ignore_labels=True) as file:
        upload = in_plain_words(lambda: hybrid.solver.upload_bqm(file).result(), _upload_error)
    try:
        return service.submit_uploaded(hybrid.solver, upload, {"time_limit": seconds}, label)
    except ConnectionError as error:  # it may have arrived all the same
        id = None
        with suppress(OSError, ValueError):
            id = service.find(label)
        if id is None:
            raise with_ending(error, f"; the Leap dashboard may have it as {label!r}") from None
        return id


def _upload_error(error: Exception) -> Exception:
    """Ocean's error on uploads quotes the one that it follows from."""
    return service_error(error.__cause__ if isinstance(error.__cause__, Exception) else error)


def _fetched(service: Service, bqm: dimod.BinaryQuadraticModel, id: str) -> tuple[dimod.SampleSet, NDArray[np.float64]]:
    """Wait for the answer, and read it; the energies that it states are given beside it."""
    try:
        state, message = _outcome(service, id)
        if state == "COMPLETED":
            answer = service.answer(id)
            found = in_plain_words(lambda: dimod.SampleSet.from_serializable(answer["data"]), service_error)
    except (OSError, ValueError) as error:
        raise with_ending(error, f"; `fetch` can have the answer to {id} later") from None
    if state != "COMPLETED":
        reason = f": {' '.join(message.split())}" if message else ""
        raise ValueError(f"the submission {id} was not answered, its state is {state}{reason}")
    if set(found.variables) != set(range(bqm.num_variables)):
        raise ValueError(
            f"{id} is of another model: its answer has {len(found.variables)} variables, this one {bqm.num_variables}"
        )
    return _samples(found, bqm, id), found.record.energy


def _outcome(service: Service, id: str) -> tuple[str, str | None]:
    """The state that the submission ends in, and the service's word on it, asked for at a pace that slows down."""
    pause = 0.05
    while True:
        asked = time.monotonic()
        state, message = service.states([id], np.inf).get(id, ("UNKNOWN", None))
        if state not in ("PENDING", "IN_PROGRESS"):
            return state, message
        time.sleep(max(0.0, pause - (time.monotonic() - asked)))
        pause = min(2.0, 1.5 * pause)


def _samples(found: dimod.SampleSet, bqm: dimod.BinaryQuadraticModel, id: str) -> dimod.SampleSet:
    """What was found with the labels and energies of the model."""
    found = found.change_vartype("SPIN", inplace=False)
    form, labels = quadratic_form(bqm, "SPIN")
    order = [found.variables.index(k) for k in range(bqm.num_variables)]
    spins = np.repeat(found.record.sample[:, order], found.record.num_occurrences, axis=0)
    samples = spin_samples(spins, labels, bqm.vartype, form.energies(spins), problem_id=id)
    samples.info["timing"] = {k: v for k, v in found.info.items() if k.endswith("_time")}
    return samples
