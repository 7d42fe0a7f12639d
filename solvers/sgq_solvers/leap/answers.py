"""Answers of the processor, read as spins of qubits and put together as samples of the model."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from sgq.models import energy_tolerance, quadratic_form
from sgq_solvers.leap.connection import UnreadableError
from sgq_solvers.leap.embedding import unembed
from sgq_solvers.leap.plan import Plan, Submission


@dataclass(frozen=True, eq=False)
class Reads:
    """Spins of shape (rows, qubits), the energies stated, how often each row was read, and times in microseconds."""

    qubits: NDArray[np.int64]
    spins: NDArray[np.int8]
    energies: NDArray[np.float64]
    occurrences: NDArray[np.int64]
    timing: dict[str, float]


def decode_answer(answer: dict[str, Any]) -> Reads:
    """Read an answer in SAPI's format ``qp`` to an ``ising`` problem.

    Base64 of little-endian arrays: `active_variables` and `num_occurrences` int32, `energies` float64, and
    `solutions` one bit a qubit, the most significant first, each row padded to whole bytes.

    Raises
    ------
    UnreadableError
        If the arrays do not fit together.
    """
    try:
        if answer["format"] != "qp":
            raise ValueError
        qubits = np.frombuffer(b64decode(answer["active_variables"]), "<i4").astype(np.int64)
        occurrences = np.frombuffer(b64decode(answer["num_occurrences"]), "<i4").astype(np.int64)
        energies = np.frombuffer(b64decode(answer["energies"]), "<f8").astype(np.float64)
        packed = np.frombuffer(b64decode(answer["solutions"]), np.uint8).reshape(len(occurrences), -1)
        bits = np.unpackbits(packed, axis=1)[:, : len(qubits)]
        if bits.shape[1] != len(qubits) or packed.shape[1] != -(-len(qubits) // 8) or not len(bits):
            raise ValueError
        timing = {str(k): float(v) for k, v in answer.get("timing", {}).items()}
        if energies.shape != occurrences.shape or not np.isfinite([*energies, *timing.values()]).all():
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UnreadableError("D-Wave's service gave an answer that cannot be read: its arrays do not fit") from None
    return Reads(qubits, (2 * bits.astype(np.int8) - 1).astype(np.int8), energies, occurrences, timing)


def checked_answer(plan: Plan, submission: Submission, answer: dict[str, Any] | None) -> Reads:
    """Read an answer, or UnreadableError unless these can be the reads that were asked for, of the model that was sent.

    Their energies are the one end-to-end check that there is of qubits, bit order, gauge and embedding. A service
    may state them in units of the model or of what auto_scale makes of it.
    """
    said = "D-Wave's service gave an answer that cannot be right"
    reads = decode_answer(answer or {})
    target = plan.target(submission)
    column = {int(q): k for k, q in enumerate(reads.qubits)}
    if not column.keys() >= set(target.variables):
        raise UnreadableError(f"{said}: it lacks qubits of the model")
    if reads.occurrences.min() < 1 or reads.occurrences.sum() != submission.num_reads:
        raise UnreadableError(f"{said}: it counts {reads.occurrences.sum()} reads of {submission.num_reads}")
    form = quadratic_form(target)[0]
    energies = form.energies(reads.spins[:, np.array([column[q] for q in target.variables])])
    slack = 1e-6 * (np.abs(form.couplings).sum() + np.abs(form.fields).sum())
    if min(np.abs(reads.energies / unit - energies).max() for unit in (1.0, submission.scale)) > slack:
        raise UnreadableError(f"{said}: its energies are not those of its spins")
    return reads


def reads_of(answer: dimod.SampleSet) -> Reads:
    """The same of a structured sampler's sample set."""
    answer = answer.change_vartype("SPIN", inplace=False)
    timing = {k: float(v) for k, v in answer.info.get("timing", {}).items()}
    record = answer.record
    qubits, occurrences = np.array(answer.variables, np.int64), record.num_occurrences.astype(np.int64)
    return Reads(qubits, record.sample, record.energy.astype(np.float64), occurrences, timing)


def assemble(plan: Plan, answered: list[tuple[Submission, Reads]]) -> dimod.SampleSet:
    """Samples of the model from the answers there are, with what they say about chains and time."""
    form, labels = quadratic_form(plan.model, "SPIN")
    values, broken = [], []
    for submission, reads in answered:
        rows, breaks = unembed(reads.qubits, reads.spins, plan.chains, submission.gauge)
        values.append(rows)
        broken.append(breaks)
    rows, breaks = np.concatenate(values), np.concatenate(broken)
    occurrences = np.concatenate([reads.occurrences for _, reads in answered])
    energies = form.energies(rows)
    info = _record(plan, answered, energies, breaks, occurrences)
    vectors = {"chain_break_fraction": breaks.mean(axis=1)}
    if len(info["scan"]) > 1:
        vectors["chain_strength"] = np.concatenate([np.full(len(r.spins), s.chain_strength) for s, r in answered])
    times = _total([reads.timing for _, reads in answered])
    spin = plan.model.vartype is dimod.SPIN
    return dimod.SampleSet.from_samples(
        (rows if spin else ((rows + 1) // 2).astype(np.int8), labels),
        vartype=plan.model.vartype,
        energy=energies,
        num_occurrences=occurrences,
        info={"sgq": info, **({"timing": times} if times else {})},
        sort_labels=False,
        **vectors,
    )


def _record(
    plan: Plan,
    answered: list[tuple[Submission, Reads]],
    energies: NDArray[np.float64],
    breaks: NDArray[np.bool_],
    occurrences: NDArray[np.int64],
) -> dict[str, Any]:
    """``info["sgq"]``: processor, embedding, chain breaks, the scan, time."""
    lengths = [len(chain) for chain in plan.chains]
    scan = _scan(plan, answered, energies, breaks, occurrences)
    times = [reads.timing["qpu_access_time"] for _, reads in answered if "qpu_access_time" in reads.timing]
    return {
        "processor": plan.processor["name"],
        "chains": plan.chains,
        "num_qubits": sum(lengths),
        "longest_chain": max(lengths),
        "chain_strength": min(scan, key=lambda row: (row["best_energy"], -row["hits"], row["mean_energy"]))[
            "chain_strength"
        ],
        "scan": scan,
        "unused_chain_strengths": plan.unused_strengths,
        "chain_break_fraction": float(np.average(breaks.mean(axis=1), weights=occurrences)),
        "reads_with_breaks": float(np.average(breaks.any(axis=1), weights=occurrences)),
        "breaks_of_chain": np.average(breaks, axis=0, weights=occurrences).tolist(),
        "num_gauges": len({s.gauge for s, _ in answered}) if answered[0][0].gauge else 0,
        "auto_scale_factors": sorted({s.scale for s, _ in answered}),
        "problem_ids": [s.id for s, _ in answered if s.id],
        "num_submissions": len(answered),
        "qpu_seconds": sum(times) / 1e6 if times else None,
        "estimated_qpu_seconds": plan.seconds,
        "setup_seconds": plan.setup_seconds,
    }


def _scan(
    plan: Plan,
    answered: list[tuple[Submission, Reads]],
    energies: NDArray[np.float64],
    breaks: NDArray[np.bool_],
    occurrences: NDArray[np.int64],
) -> list[dict[str, Any]]:
    """One row a chain strength; hits are reads at the lowest energy of all."""
    form = quadratic_form(plan.model, "SPIN")[0]
    tolerance = energy_tolerance(form.couplings, form.fields, offset=form.offset)
    lowest = energies.min()
    strength_of_row = np.repeat(np.arange(len(answered)), [len(reads.spins) for _, reads in answered])
    table = []
    for strength in dict.fromkeys(s.chain_strength for s, _ in answered):
        members = [k for k, (s, _) in enumerate(answered) if s.chain_strength == strength]
        rows = np.isin(strength_of_row, members)
        hits = occurrences[rows & (energies <= lowest + tolerance)].sum()
        table.append(
            {
                "chain_strength": strength,
                "num_reads": int(occurrences[rows].sum()),
                "best_energy": float(energies[rows].min()),
                "hits": int(hits),
                "mean_energy": float(np.average(energies[rows], weights=occurrences[rows])),
                "chain_break_fraction": float(np.average(breaks[rows].mean(axis=1), weights=occurrences[rows])),
            }
        )
    return table


def _total(timings: list[dict[str, float]]) -> dict[str, float]:
    """Times of all submissions added up, those of one sample as they are."""
    total: dict[str, float] = {}
    for timing in timings:
        for name, value in timing.items():
            total[name] = value if name.endswith("_per_sample") else total.get(name, 0.0) + value
    return total
