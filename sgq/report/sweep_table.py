"""Tables of a sweep's report: a row for each point, and the runs that failed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sgq.analysis.disorder import disorder_average, quantiles
from sgq.analysis.success import format_interval, format_seconds
from sgq.report.sweep_points import groups, line_keys, parameter_name, with_error, written


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and what it is sorted by: a number, or a text."""

    text: str = ""
    value: float | str | None = None

    @property
    def number(self) -> bool:
        """Whether it is sorted as a number."""
        return isinstance(self.value, float)

    @property
    def key(self) -> str:
        """The value as the page's script reads it; empty cells come last."""
        if isinstance(self.value, float):
            return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(self.value, repr(self.value))
        return self.value or ""


@dataclass(frozen=True)
class Table:
    """Headings, and rows of as many cells."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def number(self, column: int) -> bool:
        """Whether a column holds numbers."""
        return any(row[column].number for row in self.rows)


@dataclass(frozen=True)
class Failure:
    """A failed run: its point, instance and seeds, then the last line of its error and all of it."""

    cells: Sequence[Cell]
    last_line: str
    text: str


def point_table(runs: pd.DataFrame) -> Table:
    """A row for each problem and solver at each choice of what was varied, a column for each measure there is."""
    keys = line_keys(runs)
    columns = {heading: f for heading, (measure, f) in _COLUMNS.items() if measure in runs}
    if "satisfiable" in runs:  # no answer at all tells problems without clauses from formulas that are all open
        runs = runs.assign(has_clauses=runs.groupby("problem")["satisfiable"].transform("count") > 0)
    rows = []
    for values, point in groups(runs, keys):
        done = point[point["error"].isna()]
        counts = [_integer(len(done)), _integer(len(point) - len(done))]
        cells = [_key(value) for value in values] + [_sizes(point), *counts]
        rows.append(cells + [f(done) for f in columns.values()])
    shown = {measure for measure, _ in _COLUMNS.values()} | _WITHIN
    others = [name for name in runs.attrs.get("measures", []) if name in runs and name not in shown]
    for row, (_, point) in zip(rows, groups(runs, keys), strict=True):
        row += [_mean(point.loc[point["error"].isna(), name]) for name in others]
    headings = [
        *map(parameter_name, keys),
        "N",
        "done",
        "failed",
        *columns,
        *(name.replace("_", " ") for name in others),
    ]
    return Table(headings, rows)


def failures(runs: pd.DataFrame, limit: int) -> tuple[Sequence[str], Sequence[Failure]]:
    """Headings, and the first `limit` failed runs in the order of their points."""
    keys = [*line_keys(runs), *(name for name in ("instance", "problem_seed", "solver_seed") if name in runs)]
    found = []
    for values, group in groups(runs[runs["error"].notna()], keys):
        for text in map(str, group["error"]):
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            found.append(Failure([_key(value) for value in values], lines[-1] if lines else "", text))
    return [parameter_name(key) if key not in _SEEDS else _SEEDS[key] for key in keys], found[:limit]


_SEEDS = {"problem_seed": "problem's seed", "solver_seed": "solver's seed"}


def _energy(done: pd.DataFrame) -> Cell:
    energies = done["ground_energy_per_spin"]
    return _mean(energies) if energies.notna().all() else Cell()  # those that have one are no sample of the instances


def _success(done: pd.DataFrame) -> Cell:
    return _mean(done["success_probability"])


def _time(done: pd.DataFrame) -> Cell:
    found = quantiles(done["time_to_solution"], (0.25, 0.5, 0.75))
    if not found.instances:
        return Cell()
    low, median, high = map(float, found.value)
    if math.isinf(low):
        return Cell("∞", math.inf)
    return Cell(f"{format_seconds(median)} ({format_interval(low, high)})", median)


def _answers(done: pd.DataFrame) -> Cell:
    if not done["has_clauses"].any():
        return Cell()
    satisfiable, decided = int(done["satisfiable"].sum()), int(done["satisfiable"].count())
    return Cell(f"{satisfiable} / {decided - satisfiable} / {len(done) - decided}", float(satisfiable))


def _seconds(done: pd.DataFrame) -> Cell:
    mean = float(disorder_average(done["total_seconds"]).value)
    return Cell() if math.isnan(mean) else Cell(format_seconds(mean), mean)


_COLUMNS: dict[str, tuple[str, Callable[[pd.DataFrame], Cell]]] = {
    "energy per spin": ("ground_energy_per_spin", _energy),
    "success probability": ("success_probability", _success),
    "time to solution": ("time_to_solution", _time),
    "SAT / UNSAT / open": ("satisfiable", _answers),
    "run time": ("total_seconds", _seconds),
}


_WITHIN = {
    "ground_energy", "time_to_solution_low", "time_to_solution_high", "batch", "batch_seconds", "setup_seconds",
}  # fmt: skip
"""Measures that say nothing of their own beside the columns above."""


def _mean(values: pd.Series) -> Cell:
    mean = disorder_average(values)
    value = float(mean.value)
    return Cell() if math.isnan(value) else Cell(with_error(value, float(mean.error)), value)


def _sizes(point: pd.DataFrame) -> Cell:
    sizes = point["num_variables"].dropna()
    if not len(sizes):
        return Cell()
    low, high = int(sizes.min()), int(sizes.max())
    return Cell(f"{low}" if low == high else f"{low}–{high}", float(low))


def _integer(number: int) -> Cell:
    return Cell(str(number), float(number))


def _key(value: object) -> Cell:
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if pd.isna(value):
        return Cell()
    return Cell(written(value), float(value) if number else written(value))  # type: ignore[arg-type]
