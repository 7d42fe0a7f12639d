"""Measures: functions of (problem, samples) that give a number, or a mapping from names to numbers.

`MEASURES` names those of sgq; a function of your own is named by its import path, ``package.module:function``.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sgq.analysis.ground_states import find_ground_states
from sgq.analysis.overlaps import overlap_distribution
from sgq.analysis.success import measure_success
from sgq.checks import hint
from sgq.problem import Problem
from sgq.sweeps.points import named
from sgq.sweeps.versions import code_version

if TYPE_CHECKING:
    import dimod

Numbers = dict[str, float]

RESERVED = (
    "problem", "family", "solver", "instance", "problem_seed", "solver_seed", "num_variables", "lowest_energy",
    "sampling_seconds", "total_seconds", "finished", "error", "key", "quantile",
)  # fmt: skip
"""Columns that every table of a sweep has."""


def ground_energy(problem: Problem, samples: dimod.SampleSet) -> Numbers:
    """Lowest energy of the run, the same for each variable, and whether it is known to be the ground state's."""
    if not len(samples):
        return {"ground_energy": np.nan, "ground_energy_per_spin": np.nan, "proven": 0.0}
    ground = find_ground_states(samples, ground_energy=problem.ground_energy)
    return {
        "ground_energy": ground.energy,
        "ground_energy_per_spin": ground.energy / problem.num_variables,
        "proven": float(ground.proven),
    }


def mean_energy(problem: Problem, samples: dimod.SampleSet) -> float:
    """Mean energy of a read."""
    record = samples.record
    return float(np.average(record.energy, weights=record.num_occurrences)) if len(samples) else np.nan


def hits(problem: Problem, samples: dimod.SampleSet) -> Numbers:
    """Reads made, and reads that hit the target; see `target_energy`."""
    found = measure_success(samples, target_energy(problem, samples))
    return {"hits": float(found.hits), "num_reads": np.nan if found.num_reads is None else float(found.num_reads)}


def time_to_solution(problem: Problem, samples: dimod.SampleSet) -> Numbers:
    """Time to solution at 99 % with its 95 % interval, in seconds, and what it is made of; see `target_energy`.

    NaN where the reads are no independent ones (`sgq.analysis.measure_success`).
    """
    found = measure_success(samples, target_energy(problem, samples))
    time = found.time
    return {
        "time_to_solution": np.nan if time is None else time.value,
        "time_to_solution_low": np.nan if time is None else time.low,
        "time_to_solution_high": np.nan if time is None else time.high,
        "success_probability": np.nan if time is None else time.probability,
        "setup_seconds": found.setup,
        "batch": float(found.batch),
        "batch_seconds": found.batch_seconds,
    }


def satisfiable(problem: Problem, samples: dimod.SampleSet) -> float:
    """1 if all clauses were satisfied, 0 if it was proved that none can, NaN if undecided or there are no clauses."""
    if not hasattr(problem, "clauses"):
        return np.nan
    if len(samples) and samples.record.energy.min() <= problem.energy_tolerance:
        return 1.0
    return 0.0 if samples.info["sgq"].get("proven") else np.nan


def first_unsatisfiable(problem: Problem, samples: dimod.SampleSet) -> float:
    """Number of clauses, in their order, with which the formula first has no solution; NaN if it always has one.

    Of the solver `cdcl` with ``incremental = true``; see `sgq.analysis.satisfiability_transition`.
    """
    found = samples.info["sgq"]
    if "first_unsatisfiable" not in found:
        raise ValueError("first_unsatisfiable is a measure of the solver cdcl with incremental=True")
    count = found["first_unsatisfiable"]
    return np.nan if count is None else float(count)


def search_cost(problem: Problem, samples: dimod.SampleSet) -> Numbers:
    """Decisions and conflicts of a complete search, flips of a local one: what the solver counts."""
    info = samples.info["sgq"]
    return {name: float(info[name]) for name in ("decisions", "conflicts", "flips") if name in info}


def solution_entropy(problem: Problem, samples: dimod.SampleSet) -> float:
    """ln(number of solutions) / N, in nats per variable; NaN if there are none, no clauses, or they were not counted.

    Of solvers that count them all in `degeneracy`: `exhaustive`, and `cdcl` with `max_solutions`.
    """
    count = samples.info["sgq"].get("degeneracy")
    return math.log(count) / problem.num_variables if count and satisfiable(problem, samples) == 1 else np.nan


def overlap_moments(problem: Problem, samples: dimod.SampleSet) -> Numbers:
    """Moments [q²] and [q⁴] of the overlap of two reads, for the Binder ratio of averages; NaN with a single read."""
    if samples.record.num_occurrences.sum() < 2:
        return {"q2": np.nan, "q4": np.nan}
    distribution = overlap_distribution(samples)
    return {"q2": distribution.moment(2), "q4": distribution.moment(4)}


def target_energy(problem: Problem, samples: dimod.SampleSet) -> float:
    """The energy that counts as success: the solver's `target_energy`, else the known ground energy, else the best.

    The best of one run says nothing about other solvers of the same instance: tables and reports count a run as never
    hit if another run of the instance went below it, unless its solver was given a target.
    """
    given = samples.info["sgq"]["parameters"].get("target_energy")
    if given is not None:
        return float(given)
    if problem.ground_energy is not None:
        return problem.ground_energy
    return float(np.min(samples.record.energy, initial=np.inf))


MEASURES: dict[str, Callable[[Problem, dimod.SampleSet], Any]] = {
    function.__name__: function
    for function in (
        ground_energy,
        mean_energy,
        hits,
        time_to_solution,
        satisfiable,
        first_unsatisfiable,
        search_cost,
        solution_entropy,
        overlap_moments,
    )
}


def find_measure(name: str) -> Callable[[Problem, dimod.SampleSet], Any]:
    """The function of a name or an import path; ValueError if there is none."""

    def known(name: Any) -> Callable[[Problem, dimod.SampleSet], Any]:
        if name not in MEASURES:
            raise ValueError(
                f"no measure named {name!r}{hint(str(name), MEASURES)}: {', '.join(MEASURES)}, "
                "or an import path package.module:function"
            )
        return MEASURES[name]

    function: Callable[[Problem, dimod.SampleSet], Any] = named("measure", name, known)
    return function


@dataclass(frozen=True)
class Measure:
    """A measure by its path, with an identity that is another when its code is."""

    path: str
    identity: str

    @classmethod
    def of(cls, path: str) -> Self:
        """The measure that is found under a path now."""
        version = "".join(f"@{name}-{number}" for name, number in code_version(find_measure(path)).items())
        return cls(path, path + version)

    @classmethod
    def of_identity(cls, identity: str) -> Self | None:
        """The measure of this identity, if it is still what its path stands for."""
        path = identity.partition("@")[0]
        try:
            found = cls.of(path)
        except ValueError:
            return None
        return found if found.identity == identity else None

    @property
    def name(self) -> str:
        """What its number is called, unless the function says otherwise."""
        return self.path.rpartition(":")[2]

    def __call__(self, problem: Problem, samples: dimod.SampleSet) -> Numbers:
        """Numbers by name; TypeError or ValueError if it gives anything else."""
        value = find_measure(self.path)(problem, samples)
        values = value if isinstance(value, Mapping) else {self.name: value}
        for key in values:
            if not isinstance(key, str) or key in RESERVED:
                raise ValueError(f"measure {self.path} gave a number the name {key!r}: text, none of {RESERVED}")
        return {key: _number(self.path, item) for key, item in values.items()}


def _number(name: str, value: Any) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not isinstance(value, numbers.Real | np.bool_):
        raise TypeError(f"measure {name} gave a {type(value).__name__}: a number, or a mapping from names to numbers")
    return float(value)
