"""The service as a test sees it: what can be done to it, and what it was asked."""

from __future__ import annotations

import json
from typing import Any

from sapi.faults import Fault
from sapi.jobs import Job
from sapi.messages import NoSuchError, Reply, Request, error
from sapi.properties import Solver
from sapi.resources import answer
from sapi.state import State

TOKEN = "LOOP-0123456789abcdef0123456789abcdef"


class Service:
    """Solvers, jobs and faults behind one token.

    Attributes
    ----------
    endpoint
        Its URL, once it is served.
    requests
        Every request so far, with its headers and its body unpacked.
    """

    def __init__(self, *solvers: Solver) -> None:
        self.endpoint = ""
        self.requests: list[Request] = []
        self._state = State(*solvers)

    @property
    def solvers(self) -> dict[str, Solver]:
        """By name; a test may change them."""
        return self._state.solvers

    @property
    def jobs(self) -> dict[str, Job]:
        """By id, in the order of submission. They outlive the client's process."""
        return self._state.jobs

    @property
    def down(self) -> bool:
        """It answers nothing."""
        return self._state.down

    @property
    def submitted(self) -> list[dict[str, Any]]:
        """The problems in every request for submission, refused ones too."""
        return [problem for r in self.requests if r.kind == "submit" for problem in json.loads(r.body)]

    def places_of_the_token(self) -> set[str]:
        """Where in the requests the token stood: names of headers, ``"path"`` and ``"body"``."""
        places = set()
        for request in self.requests:
            places |= {name for name, value in request.headers.items() if TOKEN in value}
            places |= {"path"} if TOKEN in request.path else set()
            places |= {"body"} if TOKEN.encode() in request.body else set()
        return places

    def inject(self, fault: Fault) -> None:
        """From now on, `fault` strikes."""
        self._state.faults.append(fault)

    def heal(self) -> None:
        """No fault strikes any more."""
        self._state.faults.clear()

    def slow_down(self, seconds: float) -> None:
        """Jobs submitted from now on wait this long in the queue."""
        self._state.queue_seconds = seconds

    def hold(self) -> None:
        """No job leaves the queue until `release`."""
        self._state.holding = True

    def release(self) -> None:
        """The queue moves again."""
        with self._state.changed:
            self._state.holding = False
            self._state.changed.notify_all()

    def withdraw(self, name: str) -> None:
        """The solver goes away: nobody is told of it any more, but the answers of its jobs are still there."""
        del self.solvers[name]

    def recalibrate(self, name: str, graph_id: str = "01f0c0ffee") -> None:
        """The solver comes back with another working graph, as it does after maintenance."""
        self.solvers[name].graph_id = graph_id

    def stop(self) -> None:
        """The service is down: connections are refused, and those that are open break off."""
        self._state.down = True
        self.release()
        self.stop_listening()

    def stop_listening(self) -> None:
        """Nothing: whoever serves it says how its port is closed."""

    def reply(self, request: Request) -> Reply:
        """Record the request and carry it out, or fail as injected."""
        self.requests.append(request)
        fault = self._state.struck(request.kind)
        if fault is None or fault.accepted:
            reply = self._carried_out(request)
        if fault is None or not fault.status:
            self._state.wait(fault.seconds if fault else 0)
            return reply
        return error(fault.status, "injected") if fault.body is None else Reply(fault.status, fault.body)

    def _carried_out(self, request: Request) -> Reply:
        if request.headers.get("X-Auth-Token") != TOKEN:
            return error(401, "Invalid token or access denied")
        try:
            return answer(self._state, request)
        except NoSuchError as missing:
            return error(404, str(missing))
