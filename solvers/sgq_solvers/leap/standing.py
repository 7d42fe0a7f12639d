"""How the submissions of a plan stand: what is awaited, what the service says of it, and why answers are missing."""

from __future__ import annotations

from sgq_solvers.leap.answers import checked_answer
from sgq_solvers.leap.connection import UnknownError, UnreadableError
from sgq_solvers.leap.plan import Plan, Submission
from sgq_solvers.leap.service import Service

_OVER = ("FAILED", "CANCELLED")
_SENSELESS = ("UNREADABLE", "UNKNOWN")
_UNACKNOWLEDGED = {"unsent": "never sent", "sending": "not known to have arrived"}


def answered(plan: Plan) -> list[Submission]:
    """What there are answers to."""
    return [s for s in plan.submissions if s.answer is not None]


def awaited(plan: Plan) -> list[Submission]:
    """What the service knows and has not answered, or answered in a way that may pass."""
    return [s for s in plan.submissions if s.id is not None and s.answer is None and s.state not in _OVER]


def running(plan: Plan) -> list[Submission]:
    """What the service knows and has not answered."""
    return [s for s in awaited(plan) if s.state not in _SENSELESS]


def unacknowledged(plan: Plan) -> list[Submission]:
    """What was sent, perhaps, without an id coming back."""
    return [s for s in plan.submissions if s.state == "sending"]


def unfinished(plan: Plan) -> list[Submission]:
    """What is not sent, or perhaps not."""
    return [s for s in plan.submissions if s.state in _UNACKNOWLEDGED]


def refresh(plan: Plan, service: Service, wait: float, again: bool = True) -> None:
    """Ask for states, and get answers, after up to `wait` seconds if nothing changes.

    What made no sense before is asked for `again`.
    """
    asked = awaited(plan) if again else running(plan)
    states = service.states([str(s.id) for s in asked], wait) if asked else {}
    for submission in asked:
        state, message = states.get(str(submission.id), ("UNKNOWN", "the service does not tell of it"))
        if state == "COMPLETED":
            state, message = _take_answer(plan, service, submission)
        submission.state, submission.message = state, message


def _take_answer(plan: Plan, service: Service, submission: Submission) -> tuple[str, str | None]:
    """Get and keep the answer; one that cannot be read is not kept, and the others come all the same."""
    try:
        answer = service.answer(str(submission.id))
        checked_answer(plan, submission, answer)
    except UnreadableError as error:
        return "UNREADABLE", str(error)
    except UnknownError as error:
        return "UNKNOWN", str(error)
    submission.answer = answer
    return "COMPLETED", None


def why_lost(plan: Plan) -> str:
    """Why answers are missing, in one line."""
    reasons: dict[str, int] = {}
    for s in plan.submissions:
        if s.answer is None:
            word = _UNACKNOWLEDGED.get(s.state, s.state.lower())
            reason = f"{word} ({' '.join(s.message.split())})" if s.message else word
            reasons[reason] = reasons.get(reason, 0) + 1
    listed = "; ".join(f"{count} {reason}" for reason, count in reasons.items())
    return f"{len(plan.submissions)} submissions, of which {listed}"
