"""What the figures of a sweep show, as tables: one function for each figure of `sgq.report.sweep_figures`.

Each takes runs as `sgq.report.sweep_points.measured` gives them, and gives a row for each point of a line: what tells
the lines apart, `line` (its label) and numbers. Where there is nothing to draw the table is empty.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgq.analysis.disorder import disorder_average
from sgq.analysis.satisfiability import satisfiable_fraction, wilson_interval
from sgq.report.sweep_formulas import formulas, uniform_literals
from sgq.report.sweep_points import groups, line_keys, line_labels

Floats = NDArray[np.float64]

_RATIOS = ("alpha", "m")


def energy_data(runs: pd.DataFrame) -> pd.DataFrame:
    """Ground-state energy per spin against N^(-2/3): mean over instances and its standard error.

    Sizes at which a run ended without a configuration are left out: the others are no sample of the instances.
    A line with errors at three sizes or more has a weighted straight-line fit, in `fit` and `fit_error`, whose
    limit N → ∞ stands in a row of its own (`num_variables` infinite) with χ² per degree of freedom.
    """
    if not {"ground_energy_per_spin", "num_variables"} <= set(runs.columns):
        return pd.DataFrame()
    lines = []
    done = runs[runs["error"].isna()] if "error" in runs else runs
    for columns, line in _lines(done.dropna(subset="num_variables"), ("n", "shape")):
        sizes = [
            (size, disorder_average(group))
            for size, group in line.groupby("num_variables")["ground_energy_per_spin"]
            if group.notna().all()
        ]
        if len(sizes) > 1:
            table = {
                "num_variables": [size for size, _ in sizes],
                "n_to_minus_two_thirds": [size ** (-2 / 3) for size, _ in sizes],
                "instances": [int(mean.instances) for _, mean in sizes],
                "energy_per_spin": [float(mean.value) for _, mean in sizes],
                "standard_error": [float(mean.error) for _, mean in sizes],
            }
            lines.append(_extrapolated(pd.DataFrame(columns | table)))
    return _joined(lines)


def time_data(runs: pd.DataFrame) -> pd.DataFrame:
    """Times to solution in order, how many instances have each, and the fraction that is solved within it.

    Instances that were never hit have infinite time and no fraction.
    """
    if "time_to_solution" not in runs:
        return pd.DataFrame()
    lines = []
    for columns, line in _lines(runs.dropna(subset=["time_to_solution"])):
        times, instances = np.unique(line["time_to_solution"].to_numpy(dtype=float), return_counts=True)
        fraction = np.where(np.isfinite(times), np.cumsum(instances) / len(line), np.nan)
        table = {"time_to_solution": times, "instances": instances, "fraction": fraction}
        lines.append(pd.DataFrame(columns | table))
    return _joined(lines) if any(np.isfinite(line["time_to_solution"]).any() for line in lines) else pd.DataFrame()


def success_data(runs: pd.DataFrame, *, points: int = 72) -> pd.DataFrame:
    """Probability that the target has been hit by a time, mean over instances and its standard error.

    Reads are made in batches: by the time t an instance has had ⌊(t - setup) / batch_seconds⌋ of them, and has been
    hit with probability 1 - (1 - p)^reads.

    Parameters
    ----------
    runs
        Judged.
    points
        Times on a line, evenly on a logarithmic axis, from before the first batch until the slowest instance
        that was hit at all has been hit with probability 0.99.
    """
    needed = ["success_probability", "batch_seconds"]
    if not set(needed) <= set(runs.columns):
        return pd.DataFrame()
    runs = runs.dropna(subset=needed)
    lines = []
    for columns, line in _lines(runs[runs["batch_seconds"] > 0]):
        hit = line["success_probability"].to_numpy(dtype=float)
        batch = line["batch"].fillna(1).to_numpy(dtype=float) if "batch" in line else np.ones(len(line))
        setup = (
            line["setup_seconds"].fillna(0).to_numpy(dtype=float) if "setup_seconds" in line else np.zeros(len(line))
        )
        seconds = line["batch_seconds"].to_numpy(dtype=float)
        times = _times(hit, batch, setup, seconds, points)
        batches = np.maximum(np.floor((times[:, None] - setup) / seconds * (1 + 1e-12)), 0)
        mean = disorder_average(1 - (1 - hit) ** (batch * batches))
        table = {
            "time": times,
            "instances": mean.instances,
            "probability": np.round(mean.value, 6),
            "standard_error": np.round(mean.error, 6),
        }
        lines.append(pd.DataFrame(columns | table))
    return _joined(lines)


def satisfiability_data(runs: pd.DataFrame) -> pd.DataFrame:
    """P(SAT) against clauses per variable: of all formulas, whichever solver decided them; a line has no solver.

    The fraction is that among decided formulas. Its interval, one standard error (Wilson's, z = 1), reaches from the
    low end that it has if no undecided formula is satisfiable to the high end that it has if all are. Formulas that
    grew clause by clause, of the measure `first_unsatisfiable`, are decided at every length. `uniform_literals` is K
    for random K-SAT as theory treats it.
    """
    lines = []
    grown = "first_unsatisfiable" in runs
    for columns, line in _lines(runs[runs["error"].isna()] if grown else formulas(runs), _RATIOS, solvers=False):
        table = _growing(line) if grown else _decided(line)
        if len(table) and (table["satisfiable"] + table["unsatisfiable"]).any():
            literals = uniform_literals(line).unique()
            table["uniform_literals"] = literals[0] if len(literals) == 1 else np.nan
            lines.append(pd.DataFrame(columns | table.to_dict("list")))
    return _joined(lines)


def _decided(line: pd.DataFrame) -> pd.DataFrame:
    """P(SAT) at the ratios at which there are formulas."""
    points = line.groupby("clauses_per_variable")["satisfiable"]
    decided, satisfiable, total = (points.agg(f).to_numpy(dtype=float) for f in ("count", "sum", "size"))
    undecided = total - decided
    with np.errstate(invalid="ignore"):
        fraction = satisfiable / decided
    return pd.DataFrame(
        {
            "alpha": np.array(sorted(points.groups), dtype=float),
            "instances": total.astype(int),
            "satisfiable": satisfiable.astype(int),
            "unsatisfiable": (decided - satisfiable).astype(int),
            "undecided": undecided.astype(int),
            "satisfiable_fraction": fraction,
            "low": wilson_interval(satisfiable / total, total)[0],
            "high": wilson_interval((satisfiable + undecided) / total, total)[1],
        }
    )


def _growing(line: pd.DataFrame, points: int = 30) -> pd.DataFrame:
    """P(SAT) of formulas of one size that grew, from where all are satisfiable to where none is."""
    counts, n = line["first_unsatisfiable"].dropna(), line["num_variables"].iloc[0]
    if not len(counts) or line["num_variables"].nunique() > 1:
        return pd.DataFrame()
    last = counts.max() if len(counts) == len(line) else counts.max() - 1  # nothing is known of the others' ends
    clauses = np.unique(np.linspace(counts.min() - 1, last, points).round())
    curve = satisfiable_fraction(line["first_unsatisfiable"], int(n), clauses / n, max_clauses=int(counts.max()))
    satisfiable = np.rint(curve.fraction * len(line)).astype(int)
    return pd.DataFrame(
        {
            "alpha": curve.clauses / n,
            "instances": len(line),
            "satisfiable": satisfiable,
            "unsatisfiable": len(line) - satisfiable,
            "undecided": 0,
            "satisfiable_fraction": curve.fraction,
            "low": curve.low,
            "high": curve.high,
        }
    )


def _lines(
    runs: pd.DataFrame, along: Sequence[str] = (), *, solvers: bool = True
) -> Iterator[tuple[dict[str, object], pd.DataFrame]]:
    """What tells a line apart, as columns, and its runs; `along` names the parameters that vary along it."""
    if not len(runs):
        return
    keys = line_keys(runs, along, solvers=solvers)
    lines = groups(runs, keys)
    for label, (values, line) in zip(line_labels(runs, keys, lines), lines, strict=True):
        yield {"line": label, **dict(zip(keys, values, strict=True))}, line


def _joined(lines: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(lines, ignore_index=True) if lines else pd.DataFrame()


def _extrapolated(line: pd.DataFrame) -> pd.DataFrame:
    """The line with its fit e(N) = e_∞ + a N^(-2/3), weighted with the errors, and the limit as a last row."""
    known = line[line["standard_error"] > 0]
    if len(known) < 3:
        return line
    weights = 1 / known["standard_error"].to_numpy()
    design = np.vander(known["n_to_minus_two_thirds"].to_numpy(), 2)
    values = known["energy_per_spin"].to_numpy()
    covariance = np.linalg.inv((design * weights[:, None] ** 2).T @ design)
    slope_and_limit = covariance @ design.T @ (weights**2 * values)
    residuals = weights * (values - design @ slope_and_limit)
    limit = line.iloc[[-1]].assign(
        num_variables=math.inf, n_to_minus_two_thirds=0.0, instances=known["instances"].sum(),
        energy_per_spin=np.nan, standard_error=np.nan, chi_squared_per_degree=residuals @ residuals / (len(known) - 2),
    )  # fmt: skip
    line = pd.concat([line, limit], ignore_index=True)
    places = np.vander(line["n_to_minus_two_thirds"].to_numpy(), 2)
    error = np.sqrt(np.einsum("pi,ij,pj->p", places, covariance, places))
    return line.assign(fit=places @ slope_and_limit, fit_error=error)


def _times(hit: Floats, batch: Floats, setup: Floats, seconds: Floats, points: int) -> Floats:
    """Logarithmic times from before the first batch to the time to solution of the slowest instance."""
    first = (setup + seconds).min()
    with np.errstate(divide="ignore"):
        batches = np.ceil(np.log(0.01) / np.log1p(-hit) / batch)
    last = np.where(hit > 0, setup + np.maximum(batches, 1) * seconds, 0.0).max()
    times = np.geomspace(0.9 * first, max(1.1 * last, 10 * first), points)
    digits = 10.0 ** (3 - np.floor(np.log10(times)))  # four of them: shorter data
    return np.rint(times * digits) / digits
