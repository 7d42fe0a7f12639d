"""Time on the processor: how many reads fit into one submission, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sgq_solvers.leap.connection import name_of
from sgq_solvers.leap.request import Request


def reads_per_submission(qpu: Any, request: Request) -> int:
    """The most reads that one submission may hold, at least 1.

    `num_reads_range` bounds them, and `problem_run_duration_range` bounds
    (time of an anneal + pause after it) × reads + programming thermalisation.
    """
    most = int(qpu.properties.get("num_reads_range", (1, request.num_reads))[1])
    read, programming, limit = _durations(qpu, request)
    fitting = most if limit == np.inf or read == 0 else int((limit - programming) / read * (1 + 1e-12))
    return max(1, min(most, fitting))


def duration_refusals(qpu: Any, request: Request) -> Iterator[str]:
    """Whether not even one read fits into a submission."""
    read, programming, limit = _durations(qpu, request)
    if read + programming > limit * (1 + 1e-12):
        yield (
            f"one read of {read:g} µs after {programming:g} µs of programming exceeds the {limit:g} µs that "
            f"{name_of(qpu)} grants a submission: take a shorter anneal or thermalisation"
        )


def _durations(qpu: Any, request: Request) -> tuple[float, float, float]:
    """Microseconds of one read, of programming before all, and that a submission may take."""
    programming = request.programming_thermalization
    if programming is None:
        programming = qpu.properties.get("default_programming_thermalization", 0.0)
    limit = qpu.properties.get("problem_run_duration_range", (0, np.inf))[1]
    return anneal_time(qpu, request) + _pause(qpu, request), float(programming), float(limit)


def anneal_time(qpu: Any, request: Request) -> float:
    """Microseconds of one anneal."""
    schedule = request.schedule()
    if schedule:
        return schedule[-1][0]
    if request.annealing_time is not None:
        return request.annealing_time
    return float(qpu.properties.get("default_annealing_time", 20.0))


def _pause(qpu: Any, request: Request) -> float:
    """Microseconds between reads: thermalisation, or what the decorrelation of reads takes if that is longer."""
    properties = qpu.properties
    pause = request.readout_thermalization
    if pause is None:
        pause = properties.get("default_readout_thermalization", 0.0)
    timing = properties.get("problem_timing_data")
    if request.reduce_intersample_correlation and timing:
        low, high = timing["decorrelation_time_range"]
        share = anneal_time(qpu, request) / timing["decorrelation_max_nominal_anneal_time"]
        pause = max(pause, low + share * (high - low))
    return float(pause)


def access_seconds(qpu: Any, request: Request, num_qubits: int, num_reads: int) -> float | None:
    """Ocean's estimate of the QPU access time of one submission, in seconds.

    None where the processor publishes no timing, or one that this version of Ocean does not know.
    """
    if not qpu.properties.get("problem_timing_data"):
        return None
    from dwave.cloud.solver import StructuredSolver

    sent = request.sent()
    estimated: dict[str, Any] = {
        name: sent[name]
        for name in (
            "annealing_time",
            "anneal_schedule",
            "reinitialize_state",
            "programming_thermalization",
            "readout_thermalization",
            "reduce_intersample_correlation",
        )
        if name in sent
    }
    if request.reversed:
        estimated["initial_state"] = [(0, 1)]  # only whether there is one matters
        estimated.setdefault("reinitialize_state", True)  # the service's default
    try:
        microseconds = StructuredSolver.estimate_qpu_access_time(qpu, num_qubits, num_reads, **estimated)
    except (ValueError, KeyError, TypeError, AttributeError):  # it is Ocean's method for its own solvers
        return None
    return float(microseconds) / 1e6
