"""Points and lines of a sweep: its runs grouped by problem, solver and what was varied.

The runs of a sweep are a table with one row a run; ``runs.attrs["problem_axes"]`` and ``runs.attrs["solver_axes"]``
name the columns of the parameters that were varied.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

Group = tuple[tuple[Hashable, ...], "pd.DataFrame"]


def measured(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs with their measures as floats; a store gives None where there is no number."""
    runs = runs.copy()
    for column in runs.columns.intersection([*_MEASURES, *runs.attrs.get("measures", [])]):
        runs[column] = pd.to_numeric(runs[column]).astype(float)
    return runs


_MEASURES = (
    "num_variables", "ground_energy", "ground_energy_per_spin", "satisfiable", "batch", "batch_seconds",
    "setup_seconds", "sampling_seconds", "total_seconds", "finished", "hits", "success_probability",
    "time_to_solution", "time_to_solution_low", "time_to_solution_high",
)  # fmt: skip


def line_keys(runs: pd.DataFrame, without: Collection[str] = (), *, solvers: bool = True) -> list[str]:
    """Columns that tell lines apart: problem, what was varied of it, solver, what was varied of it.

    Parameters
    ----------
    runs
        Of a sweep.
    without
        Parameters that vary along a line, under their own names.
    solvers
        False for the columns of problems alone.
    """
    problem = [axis for axis in _axes(runs, "problem") if axis.removeprefix("problem_") not in without]
    return ["problem", *problem, *(["solver", *_axes(runs, "solver")] if solvers else [])]


def groups(runs: pd.DataFrame, keys: Sequence[str]) -> list[Group]:
    """Groups of equal keys, in order: numbers by size, then texts; missing keys first."""
    found = list(runs.groupby(list(keys), dropna=False, sort=False)) if len(runs) else []
    return sorted(found, key=lambda group: [_order(value) for value in group[0]])


def line_labels(runs: pd.DataFrame, keys: Sequence[str], lines: Sequence[Group]) -> list[str]:
    """``"SK, n = 32 · tempering, num_sweeps = 100"``, with what varies between runs of one problem or solver.

    Parameters
    ----------
    runs
        All of them.
    keys, lines
        Of `line_keys` and `groups`.
    """
    varied = {}
    for kind in ("problem", "solver"):
        for label, same in runs.groupby(kind, dropna=False):
            varied[kind, label] = {key for key in keys if same[key].nunique(dropna=False) > 1}
    labels = []
    for values, _ in lines:
        words: list[list[str]] = []
        for key, value in zip(keys, values, strict=True):
            if key in ("problem", "solver"):
                words.append([str(value)])
                shown = varied[key, value]
            elif key in shown and not pd.isna(value):
                words[-1].append(f"{parameter_name(key)} = {written(value)}")
        labels.append(" · ".join(map(", ".join, words)))
    return labels


def parameter_name(column: str) -> str:
    """A parameter's own name, without the prefix that keeps columns apart."""
    return column.removeprefix("problem_").removeprefix("solver_")


def written(value: Any) -> str:
    """A parameter as one would write it: integral floats as integers, nothing where it is missing."""
    if pd.isna(value):
        return ""
    if isinstance(value, float):  # np.float64 too
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:g}"
    return str(value)


def with_error(value: float, error: float) -> str:
    """``"−0.7632 ± 0.0012"``: two digits of the error, and as many of the value."""
    if not math.isfinite(error):
        return f"{value:.6g}".replace("-", "−")
    if error <= 0:
        return f"{value:.6g} ± 0".replace("-", "−")
    places = max(0, 1 - math.floor(math.log10(float(f"{error:.1e}"))))
    return f"{value:.{places}f} ± {error:.{places}f}".replace("-", "−")


def parameter(runs: pd.DataFrame, name: str) -> pd.Series:
    """A parameter as numbers, NaN where a run has none; the problem's if its solver has one of the same name."""
    column = next((c for c in (name, f"problem_{name}", f"solver_{name}") if c in runs), None)
    if column is None:
        return pd.Series(np.nan, runs.index)
    return pd.to_numeric(runs[column], errors="coerce").astype(float)


def _axes(runs: pd.DataFrame, kind: str) -> list[str]:
    return [axis for axis in runs.attrs.get(f"{kind}_axes", []) if axis in runs]


def _order(value: Any) -> tuple[int, Any]:
    if pd.isna(value):
        return 0, 0
    number = isinstance(value, (int, float, np.integer, np.floating, np.bool_))
    return (1, value) if number else (2, str(value))
