"""Faults of the service, by name: ``sapi.inject(unavailable("submit"))``.

Requests are of the kinds `solvers` (lists and single ones), `submit`, `poll`, `answer`, `upload` and `cancel`.
A solver that goes away, a slow queue and a service that is down are methods of the service itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Answer = dict[str, Any]


@dataclass
class Fault:
    """What goes wrong with a request or a job, `times` times, or always where that is None.

    Attributes
    ----------
    kind
        The requests that it hits; all of them where None; no request but a job at ``"job"``.
    status
        HTTP status of the reply; 0 leaves it as it is.
    body
        The reply; the service's usual error of this status where None.
    accepted
        The request is carried out all the same, and only its reply goes wrong.
    seconds
        The reply, which is right, comes this much later.
    outcome
        The job's status in place of COMPLETED.
    message
        What the job's status says.
    spoil
        What becomes of the job's answer.
    """

    kind: str | None
    status: int = 0
    body: bytes | None = None
    times: int | None = 1
    accepted: bool = False
    seconds: float = 0.0
    outcome: str | None = None
    message: str | None = None
    spoil: Callable[[Answer], Answer] = field(default=lambda answer: answer)


def refused_token(times: int | None = None) -> Fault:
    """401 to everything, as after the token was reset."""
    return Fault(None, 401, times=times)


def unavailable(kind: str, status: int = 503, times: int | None = 1) -> Fault:
    """5xx: the request is not carried out."""
    return Fault(kind, status, times=times)


def lost_reply(kind: str = "submit", status: int = 504) -> Fault:
    """5xx of a gateway, once: the request was carried out, but its reply never came."""
    return Fault(kind, status, accepted=True)


def slow_reply(kind: str, seconds: float, times: int | None = 1) -> Fault:
    """The request is carried out at once, and answered late: perhaps after the client's `request_timeout`."""
    return Fault(kind, times=times, accepted=True, seconds=seconds)


def nonsense(kind: str, body: bytes = b"<html>maintenance</html>") -> Fault:
    """200 with a page of some proxy in place of JSON."""
    return Fault(kind, 200, body)


def cancelled_job(times: int | None = 1) -> Fault:
    """The job is cancelled on the server, as an administrator or the dashboard can."""
    return Fault("job", times=times, outcome="CANCELLED")


def failed_job(message: str = "Internal error", times: int | None = 1) -> Fault:
    """The job fails on the server."""
    return Fault("job", times=times, outcome="FAILED", message=message)


def solver_offline(times: int | None = 1) -> Fault:
    """The job fails because the processor went offline while it waited in the queue."""
    return failed_job("Solver is offline", times)


def truncated_answer(times: int | None = 1) -> Fault:
    """The answer lacks the last half of its solutions."""
    return Fault("job", times=times, spoil=lambda a: a | {"solutions": a["solutions"][: len(a["solutions"]) // 8 * 4]})


def altered_answer(key: str, value: Any, times: int | None = 1) -> Fault:
    """One part of the answer is something else."""
    return Fault("job", times=times, spoil=lambda a: a | {key: value})


def answer_without(key: str = "energies", times: int | None = 1) -> Fault:
    """The answer lacks one of its parts."""
    return Fault("job", times=times, spoil=lambda a: {k: v for k, v in a.items() if k != key})
