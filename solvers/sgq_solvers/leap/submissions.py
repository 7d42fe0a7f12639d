"""The submissions of a plan: sent, each on record before it goes, asked after, and what is lost of them and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dimod

from sgq_solvers.leap.answers import checked_answer
from sgq_solvers.leap.connection import UnknownError, UnreadableError, with_ending
from sgq_solvers.leap.plan import Plan, Submission
from sgq_solvers.leap.record import Record
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


def send_unsent(record: Record, service: Service, solver: Any, lost: Sequence[Submission] = ()) -> None:
    """Send to the processor what is unsent, and again what is `lost`.

    ValueError if its working graph is no longer the one of the embedding, or the budget would be exceeded.
    """
    plan = record.plan
    known, now = plan.processor["graph_id"], getattr(solver, "graph_id", None)
    if known is not None and now is not None and known != now:
        raise ValueError(
            f"the working graph of {plan.processor['name']} changed since the model was embedded "
            f"({known}, now {now}): submit the problem as a new job"
        )
    _reset(plan, lost)
    try:
        for submission in plan.submissions:
            if submission.state == "unsent":
                target = plan.target(submission)
                submission.state = "sending"
                record.save()
                if submission.state == "sending":  # nobody has cancelled it in the meantime
                    _send(record, service, solver, submission, target)
    finally:
        record.save()


def _reset(plan: Plan, lost: Sequence[Submission]) -> None:
    """Make ready to be sent again, or raise ValueError if that may exceed the budget.

    What was cancelled or refused took no time on the processor; all else may have.
    """
    anew = [s for s in lost if s.state == "sending" or (s.id is not None and s.state != "CANCELLED")]
    seconds = sum((s.seconds or 0.0) + s.spent for s in plan.submissions) + sum(s.seconds or 0.0 for s in anew)
    if plan.qpu_budget is not None and seconds > plan.qpu_budget:
        raise ValueError(
            f"with {len(lost)} submissions sent again, all attempts would take {seconds:.3g} s on the processor, "
            f"qpu_budget={plan.qpu_budget:g}: take the answers there are with partial, or submit a new job"
        )
    for submission in anew:
        submission.spent += submission.seconds or 0.0
    for submission in lost:
        if submission.state != "unsent":
            submission.attempt += 1
            submission.label += f"+{submission.attempt}"
        submission.id, submission.state, submission.message = None, "unsent", None


def _send(
    record: Record, service: Service, solver: Any, submission: Submission, target: dimod.BinaryQuadraticModel
) -> None:
    try:
        submission.id = service.submit(solver, target, record.plan.parameters_of(submission), submission.label)
    except ConnectionError as error:  # it may have arrived all the same
        try:
            submission.id = service.find(submission.label)
        except (ConnectionError, ValueError):
            submission.id = None
        if submission.id is None:
            raise with_ending(error, record.whereabouts) from None
    except ValueError as error:
        submission.state, submission.message = "FAILED", str(error)
        others = any(s.id is not None for s in record.plan.submissions)
        raise with_ending(error, record.whereabouts if others else "") from None
    submission.state = "PENDING"


def withdraw(plan: Plan) -> None:
    """What is not sent shall not be sent."""
    for submission in plan.submissions:
        if submission.state == "unsent":
            submission.state = "CANCELLED"


def recover(plan: Plan, service: Service) -> None:
    """Look up by its label what was sent without an id coming back."""
    for submission in unacknowledged(plan):
        submission.id = service.find(submission.label)
        if submission.id is not None:
            submission.state = "PENDING"


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
