"""A plan: the embedded model and the submissions that a request comes to, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import dimod

from sgq.models import quadratise
from sgq.problem import Problem
from sgq_solvers.leap.connection import name_of
from sgq_solvers.leap.embedding import (
    Chains,
    couplers_of,
    draw_gauges,
    embed,
    find_chains,
    gauge_signs,
    given_chains,
    uniform_strength,
)
from sgq_solvers.leap.ranges import (
    auto_scale_factor,
    check_finite,
    control_refusals,
    model_refusals,
    offset_refusals,
    offsets_per_qubit,
)
from sgq_solvers.leap.request import Request
from sgq_solvers.leap.timing import access_seconds, duration_refusals, reads_per_submission
from sgq_solvers.sampler import Clock


@dataclass
class Submission:
    """One problem as the service sees it: some reads of the embedded model.

    Attributes
    ----------
    label
        Its name in the Leap dashboard, which no other submission has: by it a lost one is found again.
    chain_strength
        None where every chain is one qubit.
    gauge
        Signs of the variables, a text of + and -, or None.
    scale
        What auto_scale multiplies the embedded model by.
    id
        The service's name for it, once that is acknowledged.
    state
        ``"unsent"``, ``"sending"``, then the service's: PENDING, IN_PROGRESS, COMPLETED, FAILED, CANCELLED.
    answer
        The service's answer as it came, JSON values.
    message
        The service's reason where it failed.
    attempt
        How often it was sent again.
    seconds
        Estimated QPU access time, None where the processor publishes none that Ocean knows.
    spent
        The same of earlier attempts that may have run.
    """

    label: str
    num_reads: int
    chain_strength: float | None = None
    gauge: str | None = None
    scale: float = 1.0
    id: str | None = None
    state: str = "unsent"
    answer: dict[str, Any] | None = None
    message: str | None = None
    attempt: int = 0
    seconds: float | None = None
    spent: float = 0.0

    @property
    def progress(self) -> tuple[int, int]:
        """How far it is: of two records of one submission, the greater is the later."""
        stages = {"unsent": 0, "sending": 1, "PENDING": 2, "IN_PROGRESS": 3}
        return self.attempt, 5 if self.answer is not None else stages.get(self.state, 4)


@dataclass(kw_only=True)
class Plan:
    """Everything that is needed to submit, and to read the answers in another process.

    Attributes
    ----------
    model
        The model of variables, as it was given.
    chains
        Qubits of each variable, in the model's order.
    couplers
        Pairs of these qubits that the working graph joins.
    processor
        `name`, `graph_id`, `num_qubits` of the processor.
    parameters
        What the processor gets beside the model and `num_reads`.
    start
        Spins that a reverse anneal starts from, in the model's order.
    submissions
        One after the other in time.
    source
        A digest of the polynomial that the model stands for, or None.
    unused_strengths
        Chain strengths that were asked for where every chain is one qubit, so that none applies.
    qpu_budget
        Seconds of QPU access time that all attempts together may take by the estimate, or None.
    seconds
        Estimated QPU access time of all, None where the processor publishes none that Ocean knows.
    setup_seconds
        What the search for an embedding took.
    key
        What no other plan has.
    """

    model: dimod.BinaryQuadraticModel
    chains: Chains
    couplers: list[list[int]]
    processor: dict[str, Any]
    parameters: dict[str, Any] = field(default_factory=dict)
    start: list[int] | None = None
    label: str | None = None
    submissions: list[Submission]
    source: str | None = None
    unused_strengths: list[float] = field(default_factory=list)
    qpu_budget: float | None = None
    seconds: float | None = None
    setup_seconds: float = 0.0
    key: str = field(default_factory=lambda: uuid4().hex)

    def parameters_of(self, submission: Submission) -> dict[str, Any]:
        """What the processor gets with this submission."""
        sent = {"num_reads": submission.num_reads, **self.parameters}
        if self.start is not None:
            signs = gauge_signs(submission.gauge, len(self.chains)).tolist()
            sent["initial_state"] = state = [3] * self.processor["num_qubits"]  # 3 marks a qubit that is not used
            for spin, sign, chain in zip(self.start, signs, self.chains, strict=True):
                for q in chain:
                    state[q] = spin * sign
        return sent

    def target(self, submission: Submission) -> dimod.BinaryQuadraticModel:
        """The model of qubits of this submission."""
        return embed(self.model, self.chains, self.couplers, submission.chain_strength, submission.gauge)

    def merge(self, other: Plan) -> None:
        """Take over what went further in another record of the same plan."""
        for own, its in zip(self.submissions, other.submissions, strict=True):
            if its.progress > own.progress:
                vars(own).update(vars(its))


def make_plan(bqm: dimod.BinaryQuadraticModel, qpu: Any, request: Request) -> Plan:
    """The plan, or ValueError with the first thing that the processor would refuse."""
    _raise_first(list(control_refusals(qpu, request)))  # before minutes go into the search for an embedding
    plan, refusals = draft_plan(bqm, qpu, request)
    _raise_first(refusals)
    return plan


def _raise_first(refusals: list[str]) -> None:
    if refusals:
        more = f" (and {len(refusals) - 1} more: `sgq leap estimate` lists them)" if len(refusals) > 1 else ""
        raise ValueError(refusals[0] + more)


def quadratic(model: Any) -> dimod.BinaryQuadraticModel:
    """The quadratic model of a Problem or a polynomial, or a model as it is."""
    model = model.model if isinstance(model, Problem) else model
    if isinstance(model, dimod.BinaryPolynomial):
        model = quadratise(model)[0]
    if not isinstance(model, dimod.BinaryQuadraticModel) or not model.num_variables:
        raise ValueError(f"model is a {type(model).__name__}: a Problem or a dimod model with variables")
    return model


def draft_plan(bqm: dimod.BinaryQuadraticModel, qpu: Any, request: Request) -> tuple[Plan, list[str]]:
    """The plan, and one line for each thing that the processor would refuse."""
    check_finite(bqm)
    refusals = [*control_refusals(qpu, request), *duration_refusals(qpu, request)]
    reads = reads_per_submission(qpu, request)
    clock = Clock(None)
    if request.embedding is not None:
        chains = given_chains(bqm, qpu, request.embedding)
    else:
        chains = find_chains(bqm, qpu, request.embedding_seed, request.time_limit)
    setup_seconds, labels = clock.elapsed(), list(bqm.variables)
    sent, arrays = request.sent(), {}
    for name in ("anneal_offsets", "flux_biases"):
        arrays[name] = offsets_per_qubit(qpu, name, getattr(request, name), chains, labels)
        if arrays[name] is not None:
            sent[name] = arrays[name]
    refusals += offset_refusals(qpu, arrays["anneal_offsets"])
    plan = Plan(
        model=bqm,
        chains=chains,
        couplers=couplers_of(chains, qpu),
        processor={"name": name_of(qpu), "graph_id": _graph_id(qpu), "num_qubits": int(qpu.properties["num_qubits"])},
        parameters=sent,
        start=request.start(bqm),
        label=request.label,
        submissions=list(_submissions(bqm, chains, request, reads)),
        unused_strengths=[] if max(map(len, chains)) > 1 else request.strengths() or [],
        qpu_budget=request.qpu_budget,
        setup_seconds=setup_seconds,
    )
    refusals += _model_refusals(plan, qpu, request)
    refusals += _budget_refusals(plan, qpu, request)
    return plan, list(dict.fromkeys(refusals))


def _graph_id(qpu: Any) -> str | None:
    return getattr(getattr(qpu, "solver", None), "graph_id", None)


def _submissions(bqm: dimod.BinaryQuadraticModel, chains: Chains, request: Request, most: int) -> Iterator[Submission]:
    """Every chain strength with all reads, which its gauges share as evenly as they divide, at most `most` in one."""
    strengths: list[float | None] = [None]
    if max(map(len, chains)) > 1:
        strengths = list(request.strengths() or [uniform_strength(bqm)])
    gauges = draw_gauges(bqm.num_variables, request.num_gauges, request.embedding_seed)
    name, mark, number = request.label or "sgq", uuid4().hex[:12], 0
    for strength in strengths:
        for g, gauge in enumerate(gauges):
            left = request.num_reads // len(gauges) + (g < request.num_reads % len(gauges))
            parts = -(-left // most)
            for part in range(parts):
                reads = left // parts + (part < left % parts)
                yield Submission(f"{name} [{mark}/{number}]", reads, strength, gauge)
                number += 1


def _model_refusals(plan: Plan, qpu: Any, request: Request) -> list[str]:
    """What the processor cannot be set to without scaling; with it, each submission's factor is noted."""
    refusals: list[str] = []
    if request.fast_anneal and any(plan.model.spin.linear.values()):
        refusals.append("fast_anneal: the fast protocol takes no fields h, and the model has some")
    known: dict[tuple[float | None, str | None], float] = {}
    for submission in plan.submissions:
        kind = submission.chain_strength, submission.gauge
        if kind not in known:
            known[kind] = 1.0
            target = plan.target(submission)
            if request.auto_scale:
                known[kind] = auto_scale_factor(qpu, target)
            else:
                refusals += model_refusals(qpu, target, plan.chains, list(plan.model.variables))
        submission.scale = known[kind]
    return refusals


def _budget_refusals(plan: Plan, qpu: Any, request: Request) -> Iterator[str]:
    """Whether the submissions exceed `qpu_budget`; notes their time in the plan."""
    qubits = sum(map(len, plan.chains))
    seconds = {n: access_seconds(qpu, request, qubits, n) for n in {s.num_reads for s in plan.submissions}}
    for submission in plan.submissions:
        submission.seconds = seconds[submission.num_reads]
    known = [s.seconds for s in plan.submissions if s.seconds is not None]
    plan.seconds = sum(known) if len(known) == len(plan.submissions) else None
    if request.qpu_budget is None:
        return
    if plan.seconds is None:
        yield f"qpu_budget: {name_of(qpu)} publishes no timing that Ocean knows: no budget can be kept, leave it out"
    elif plan.seconds > request.qpu_budget:
        yield (
            f"{len(known)} submissions of {sum(s.num_reads for s in plan.submissions)} reads would take "
            f"{plan.seconds:.3g} s on the processor, qpu_budget={request.qpu_budget:g}: take fewer or shorter reads"
        )
