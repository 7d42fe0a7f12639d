"""What a processor would refuse, found before anything is submitted: each check yields one line a refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import dimod
import networkx as nx
import numpy as np

from sgq.checks import finite_array, real
from sgq.models import quadratic_form
from sgq_solvers.leap.connection import name_of
from sgq_solvers.leap.embedding import Chains
from sgq_solvers.leap.request import Request, by_variable

_ROUNDING = 1e-9  # of a coefficient against its range, relative


def control_refusals(qpu: Any, request: Request) -> Iterator[str]:
    """Controls out of the processor's ranges, or that it does not have."""
    properties, name = qpu.properties, name_of(qpu)
    asked = [*request.sent(), *(k for k in ("initial_state", "anneal_offsets", "flux_biases") if _is_given(request, k))]
    for parameter in asked:
        if parameter not in qpu.parameters:
            yield f"{parameter}: {name} has no such parameter"
    low = properties.get("num_reads_range", (1, None))[0]
    if request.num_reads < low:
        yield f"num_reads={request.num_reads}: {name} takes at least {low}"
    ranges = {
        "annealing_time": _anneal_range(qpu, request),
        "readout_thermalization": properties.get("readout_thermalization_range"),
        "programming_thermalization": properties.get("programming_thermalization_range"),
    }
    for parameter, allowed in ranges.items():
        value = getattr(request, parameter)
        if value is not None and allowed is not None and not allowed[0] <= value <= allowed[1]:
            yield f"{parameter}={value:g}: {name} takes {allowed[0]:g} to {allowed[1]:g} microseconds"
    if request.fast_anneal and request.annealing_time is None and request.anneal_schedule is None:
        yield "fast_anneal: the fast protocol has no default, give annealing_time or anneal_schedule"
    if request.reversed and request.initial_state is None:
        yield "anneal_schedule starts at s = 1: a reverse anneal needs initial_state"
    if not request.reversed and (request.initial_state is not None or request.reinitialize_state is not None):
        yield "initial_state and reinitialize_state: for a reverse anneal, whose anneal_schedule starts at s = 1"
    yield from _schedule_refusals(qpu, request)


def _is_given(request: Request, name: str) -> bool:
    return getattr(request, name) is not None


def _anneal_range(qpu: Any, request: Request) -> Any:
    return qpu.properties.get("fast_anneal_time_range" if request.fast_anneal else "annealing_time_range")


def _schedule_refusals(qpu: Any, request: Request) -> Iterator[str]:
    """The schedule's points and slopes; the steepest slope allowed is that of the shortest anneal."""
    points, name = request.schedule(), name_of(qpu)
    if points is None:
        return
    most = qpu.properties.get("max_anneal_schedule_points")
    if len(points) < 2 or (most is not None and len(points) > most):
        yield f"anneal_schedule has {len(points)} points: {name} takes 2 to {most}"
        return
    times, fractions = np.array(points).T
    start, end = fractions[[0, -1]]
    if times[0] != 0 or (np.diff(times) <= 0).any():
        yield "anneal_schedule: times must start at 0 and increase"
        return
    if start not in (0, 1) or end != 1 or fractions.min() < 0 or fractions.max() > 1:
        yield "anneal_schedule: s must lie in 0 to 1, start at 0 (forward) or 1 (reverse) and end at 1"
    if start == 0 and (np.diff(fractions) < 0).any():
        yield "anneal_schedule: s must not decrease in a forward anneal"
    allowed = _anneal_range(qpu, request)
    if allowed is None:
        return
    if times[-1] > allowed[1]:
        yield f"anneal_schedule takes {times[-1]:g} microseconds: {name} takes up to {allowed[1]:g}"
    for (t0, s0), (t1, s1) in pairwise(points):
        if abs(s1 - s0) / (t1 - t0) > (1 + _ROUNDING) / allowed[0]:
            yield (
                f"anneal_schedule: s from {s0:g} to {s1:g} in {t1 - t0:g} microseconds is too steep, "
                f"{name} needs at least {abs(s1 - s0) * allowed[0]:g}"
            )


def check_finite(bqm: dimod.BinaryQuadraticModel) -> None:
    """ValueError for the first field, coupling or offset that is infinite or no number."""
    form, labels = quadratic_form(bqm)
    bad = [f"the field of {labels[k]!r} is {form.fields[k]}" for k in np.flatnonzero(~np.isfinite(form.fields))[:1]]
    for k in np.flatnonzero(~np.isfinite(form.couplings))[:1]:
        i, j = form.pairs[k]
        bad.append(f"the coupling of {labels[i]!r} and {labels[j]!r} is {form.couplings[k]}")
    bad += [] if np.isfinite(form.offset) else [f"the offset is {form.offset}"]
    if bad:
        raise ValueError(f"{bad[0]}: every coefficient of the model must be finite")


def model_refusals(qpu: Any, target: dimod.BinaryQuadraticModel, chains: Chains, labels: list[Any]) -> Iterator[str]:
    """Fields and couplings of the embedded model that the processor cannot be set to as they are."""
    owner = {q: labels[k] for k, chain in enumerate(chains) for q in chain}
    for members, value, (low, high), kind in _terms(qpu, target):
        slack = _ROUNDING * max(abs(low), abs(high))
        if not low - slack <= value <= high + slack:
            variables = " and ".join(dict.fromkeys(repr(owner[q]) for q in members))
            qubits = ", ".join(map(str, members))
            yield (
                f"{kind} of qubit {qubits} (variable {variables}) is {value:g}: {name_of(qpu)} takes {low:g} to "
                f"{high:g}; scale the model, or leave auto_scale on"
            )


def auto_scale_factor(qpu: Any, target: dimod.BinaryQuadraticModel) -> float:
    """What auto_scale multiplies the embedded model by: the largest factor that keeps every term in its range."""
    ratios = [value / (high if value > 0 else low) for _, value, (low, high), _ in _terms(qpu, target) if value]
    worst = max(ratios, default=0.0)
    return float(1 / worst) if worst > 0 else 1.0


def _terms(
    qpu: Any, target: dimod.BinaryQuadraticModel
) -> Iterator[tuple[tuple[int, ...], float, tuple[float, float], str]]:
    """(qubits, value, range, what it is) of everything that has a range."""
    properties = qpu.properties
    for q, field in target.linear.items():
        yield (q,), field, properties["h_range"], "the field h"
    couplings = properties.get("extended_j_range", properties["j_range"])
    for (p, q), coupling in target.quadratic.items():
        yield (min(p, q), max(p, q)), coupling, couplings, "the coupling J"
    if "per_qubit_coupling_range" in properties:
        for q in target.variables:
            total = sum(bias for _, bias in target.iter_neighborhood(q))
            yield (q,), total, properties["per_qubit_coupling_range"], "the sum of couplings"
    if "per_group_coupling_range" in properties:
        yield from _groups(qpu, target)


def _groups(
    qpu: Any, target: dimod.BinaryQuadraticModel
) -> Iterator[tuple[tuple[int, ...], float, tuple[float, float], str]]:
    """The same of the two groups that Advantage2 divides each qubit's couplers into."""
    from dwave.system.coupling_groups import coupling_groups

    topology = qpu.properties["topology"]
    graph = nx.Graph(target.quadratic, family=topology["type"], rows=topology["shape"][0])
    for group in coupling_groups(graph):
        total = sum(target.quadratic[edge] for edge in group)
        if group:
            owner = group[0][1]
            yield (owner,), total, qpu.properties["per_group_coupling_range"], "the sum of a group of couplings"


def offsets_per_qubit(qpu: Any, name: str, given: Any, chains: Chains, labels: list[Any]) -> list[float] | None:
    """`anneal_offsets` or `flux_biases` as the processor takes them, one number a qubit.

    Given by qubit, as a list of `num_qubits`, or by variable, as a mapping; then each qubit of the chain gets it.
    """
    if given is None:
        return None
    size = int(qpu.properties["num_qubits"])
    if isinstance(given, Mapping):
        values = np.zeros(size)
        for variable, value in by_variable(given, labels).items():
            if variable not in labels:
                raise ValueError(f"{name}: the model has no variable {variable!r}")
            values[chains[labels.index(variable)]] = real(f"{name}[{variable!r}]", value)
    else:
        values = finite_array(name, given)
        if values.shape != (size,):
            raise ValueError(f"{name} of shape {values.shape}: a number for each of the {size} qubits, or a mapping")
    result: list[float] = values.tolist()
    return result


def offset_refusals(qpu: Any, offsets: list[float] | None) -> Iterator[str]:
    """Anneal offsets out of their qubits' ranges."""
    ranges = qpu.properties.get("anneal_offset_ranges", [])
    for q, value in enumerate(offsets or []):
        if value and q < len(ranges) and not ranges[q][0] <= value <= ranges[q][1]:
            yield f"anneal_offsets of qubit {q} is {value:g}: it takes {ranges[q][0]:g} to {ranges[q][1]:g}"
