"""compare: several solvers on one instance, in turn, and one row for each of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sgq.analysis.success import measure_success
from sgq.checks import real, seed_integer
from sgq.comparison_table import Comparison as Comparison
from sgq.comparison_table import ComparisonRow as ComparisonRow
from sgq.comparison_table import TargetSource
from sgq.problem import Problem
from sgq.registry import solvers as registered_solvers
from sgq.solving import as_problem, as_solver, check_parameters, solve

if TYPE_CHECKING:
    import dimod


def compare(
    problem: Any,
    solvers: Mapping[str, tuple[Any, Mapping[str, Any]]],
    /,
    *,
    time_limit: float | None = None,
    target_energy: float | None = None,
    seed: int | None = None,
    progress: Callable[[str, float, float], None] | None = None,
) -> Comparison:
    """Run several solvers on one instance, in turn, and compare what they give.

    The four options below go to the solvers that declare them; a row lists those its solver lacks. A solver's
    own parameter of the same name wins. A solver that fails, or cannot take the instance, has a row that says
    why, and the others go on. Ctrl-C ends the comparison and returns the rows so far.

    Time is the wall-clock time of the solver's call, with the threads it uses; for simulated quantum hardware
    it is the time of the simulation. A solver with a method ``warm_up(problem)`` has been warmed up, so that its
    imports and compilation do not count; others run as they are. The time to solution is that of whole batches
    (``info["sgq"]["batch"]`` reads run at once) after what was spent before the first read, such as finding
    QAOA's angles (``info["sgq"]["setup_seconds"]``), where a solver states them.

    Parameters
    ----------
    problem
        A Problem or a dimod model.
    solvers
        ``{label: (solver, parameters)}``, solver and parameters as for `solve`.
    time_limit
        Seconds for each solver.
    target_energy
        The energy that counts as success; solvers that know of it stop there. Reads that were made until the
        first hit make the success probability look higher than it is, and the row says so. Where no target is
        given, it is the known ground energy, else the best energy of this comparison, and none stops at it.
    seed
        The same integer for every solver.
    progress
        Called as ``progress(label, fraction_done, best_energy)``, with fraction 0 when a solver starts, 1 when
        it is done, and in between by those that report.

    Raises
    ------
    ValueError
        Before anything runs: if a solver is unknown, a parameter misspelt, or one of the four options out of its
        range. What a solver itself refuses, such as a parameter's value, stands in its row.
    """
    problem = as_problem(problem)
    common = {
        "time_limit": None if time_limit is None else real("time_limit", time_limit, 0.0),
        "target_energy": None if target_energy is None else real("target_energy", target_energy),
        "seed": seed_integer(seed),
    }
    common = {key: value for key, value in common.items() if value is not None}
    if not isinstance(solvers, Mapping) or not solvers or not all(isinstance(label, str) for label in solvers):
        raise ValueError("solvers: at least one {label: (solver, parameters)} is needed, labels being text")
    runs = [_prepare(label, given, common) for label, given in solvers.items()]
    done: list[_Run] = []
    interrupted = None
    for run in runs:
        try:
            run.execute(problem, progress)
        except KeyboardInterrupt:
            interrupted = run.label
            break
        done.append(run)
        if run.info.get("stopped") == "interrupt":
            interrupted = run.label
            break
    target, source = _target(problem, target_energy, done)
    rows = tuple(_row(run, target, source, problem.energy_tolerance) for run in done)
    return Comparison(problem, rows, {r.label: r.samples for r in done if r.samples is not None}, interrupted)


@dataclass
class _Run:
    """One solver, before and after."""

    label: str
    name: str
    solver: Any
    instance: Any = None
    parameters: dict[str, Any] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    samples: dimod.SampleSet | None = None
    error: str | None = None

    @property
    def info(self) -> dict[str, Any]:
        """What stands under ``info["sgq"]``."""
        return {} if self.samples is None else self.samples.info["sgq"]

    @property
    def best(self) -> float:
        """Lowest energy, infinite if there is none."""
        return math.inf if self.samples is None else float(np.min(self.samples.record.energy, initial=math.inf))

    def execute(self, problem: Problem, progress: Callable[[str, float, float], None] | None) -> None:
        """Solve, and keep the answer or the error."""
        if self.error is not None:
            return
        parameters = self.parameters
        if progress is not None:
            progress(self.label, 0.0, math.inf)
            if "progress" in self.instance.parameters:
                parameters = {"progress": partial(progress, self.label), **parameters}
        try:
            if hasattr(self.instance, "warm_up"):
                self.instance.warm_up(problem)
            self.samples = solve(problem, self.solver, **parameters)
        except Exception as error:  # whatever a solver raises is its row's, not the end of the others
            self.error = _one_line(error)
        if progress is not None:
            progress(self.label, 1.0, self.best)


def _prepare(label: str, given: Any, common: Mapping[str, Any]) -> _Run:
    """The run of one solver; a mistake of the caller is raised, a solver that cannot be had is a row."""
    if not (isinstance(given, (tuple, list)) and len(given) == 2 and isinstance(given[1], Mapping)):
        raise ValueError(f"solvers[{label!r}]={given!r}: a pair (solver, parameters)")
    solver, parameters = given
    try:
        name, instance = as_solver(solver)
        declared = set(instance.parameters)
    except Exception as error:
        unknown = isinstance(solver, str) and solver not in registered_solvers()
        if unknown or isinstance(error, TypeError):
            raise
        name = solver if isinstance(solver, str) else getattr(solver, "__name__", type(solver).__name__)
        return _Run(label, name, solver, error=_one_line(error))
    check_parameters(name, instance, parameters)
    shared = {key: value for key, value in common.items() if key in declared}
    ignored = tuple(key for key in common if key not in declared)
    return _Run(label, name, solver, instance, {**shared, **parameters}, ignored)


def _target(
    problem: Problem, target_energy: float | None, runs: list[_Run]
) -> tuple[float | None, TargetSource | None]:
    if target_energy is not None:
        return float(target_energy), "given"
    if problem.ground_energy is not None:
        return problem.ground_energy, "ground energy"
    best = min((run.best for run in runs), default=math.inf)
    return (best, "best of this comparison") if math.isfinite(best) else (None, None)


def _row(run: _Run, target: float | None, source: TargetSource | None, margin: float) -> ComparisonRow:
    common: dict[str, Any] = {
        "label": run.label,
        "solver": run.name,
        "target": target,
        "target_source": source,
        "ignored": run.ignored,
    }
    if run.samples is None:
        return ComparisonRow(**common, error=run.error)
    seconds = float(run.info["seconds"]["sampling"])
    proven = bool(run.info.get("proven", False))
    common |= {"seconds": seconds, "proven": proven}
    if target is None or not len(run.samples):
        note = "proved that there is no solution" if proven else "returned no configuration"
        return ComparisonRow(**common, note=note)
    found = measure_success(run.samples, target, tolerance=margin)
    time = found.time
    if time is not None:
        common |= {
            "success_probability": time.probability,
            "success_low": time.probability_low,
            "success_high": time.probability_high,
            "time_to_solution": time.value,
            "time_low": time.low,
            "time_high": time.high,
        }
    record = run.samples.record
    return ComparisonRow(
        **common,
        num_reads=found.num_reads,
        hits=found.hits,
        best=run.best,
        mean=float(np.average(record.energy, weights=record.num_occurrences)),
        residual_energy=run.best - target,
        note=_note(run, found.hits, proven, run.best < target - margin and source == "ground energy"),
    )


def _note(run: _Run, hits: int, proven: bool, below: bool) -> str | None:
    auxiliary = run.info.get("quadratisation", {}).get("auxiliary_variables", 0)
    stopped = run.info.get("stopped")
    notes = {
        "below the ground energy on record, which is wrong": below,
        "proved that no configuration reaches the target": proven and not hits,
        "stopped at the target, which may bias the success probability upwards": stopped == "target_energy",
        "interrupted": stopped == "interrupt",
        "cut short by the time limit": stopped == "time_limit" and run.info.get("deterministic"),
        "rows are no independent reads and give no success probability": run.info.get("selected"),
        "reads of different lengths, whose time to solution is that of their mixture": run.info.get("restarts"),
        f"made quadratic with {auxiliary} auxiliary variables": auxiliary,
    }
    return "; ".join(note for note, holds in notes.items() if holds) or None


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if text and isinstance(error, (ValueError, ImportError)) else f"{type(error).__name__}: {text}"
