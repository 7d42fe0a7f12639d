"""Sending submissions: each is on record before it goes, and found again by its label where the receipt is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dimod

from sgq_solvers.leap.connection import with_ending
from sgq_solvers.leap.plan import Plan, Submission
from sgq_solvers.leap.record import Record
from sgq_solvers.leap.service import Service
from sgq_solvers.leap.standing import unacknowledged


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
