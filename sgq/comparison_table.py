"""What a comparison of solvers says: a row for each of them, as a table for terminal, notebook, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

import sgq
from sgq.analysis.success import format_interval, format_seconds
from sgq.problem import Problem

if TYPE_CHECKING:
    import dimod
    import pandas as pd
    from rich.console import RenderableType

TargetSource = Literal["given", "ground energy", "best of this comparison"]


@dataclass(frozen=True, kw_only=True)
class ComparisonRow:
    """What one solver gave; None stands where there is nothing to say, and `error` or `note` says why.

    Attributes
    ----------
    label, solver
        The key in the call of `compare`, and the solver's name.
    target, target_source
        Energy that counts as success, and where it comes from.
    best, mean
        Lowest and mean energy of a read.
    residual_energy
        `best` minus `target`.
    num_reads, hits
        Reads made, and reads that reached the target. A proven answer is one read. Where rows are no independent reads
        their number is None, and `hits` counts rows.
    success_probability, success_low, success_high
        Of one read, with its exact 95 % interval; for a proven answer there is no uncertainty.
    time_to_solution, time_low, time_high
        Seconds until the target is hit with probability 0.99, with its 95 % interval; infinite if never hit
        (`time_low` is then the bound that the misses leave). A proven answer takes the time of its run.
    seconds
        Wall-clock time of the run.
    proven
        Whether the solver proved its answer to be the best.
    ignored
        Common options that the solver does not have.
    note, error
        What else to know; why there is no answer.
    """

    label: str
    solver: str
    target: float | None = None
    target_source: TargetSource | None = None
    best: float | None = None
    mean: float | None = None
    residual_energy: float | None = None
    num_reads: int | None = None
    hits: int | None = None
    success_probability: float | None = None
    success_low: float | None = None
    success_high: float | None = None
    time_to_solution: float | None = None
    time_low: float | None = None
    time_high: float | None = None
    seconds: float | None = None
    proven: bool = False
    ignored: tuple[str, ...] = ()
    note: str | None = None
    error: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Rows of a comparison, in the order of the call.

    Attributes
    ----------
    problem
        The instance.
    rows
        One `ComparisonRow` a solver; iterating over the comparison gives these.
    samples
        The `dimod.SampleSet` of every label whose solver gave one.
    interrupted
        Label of the solver that Ctrl-C stopped, or None; solvers after it have no row.
    """

    problem: Problem
    rows: tuple[ComparisonRow, ...]
    samples: dict[str, dimod.SampleSet]
    interrupted: str | None = None

    def __iter__(self) -> Iterator[ComparisonRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(row.label for row in self)} on {self.problem!r}>"

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a DataFrame, one column a field."""
        try:
            import pandas as pd
        except ImportError:
            raise ImportError('to_pandas needs pandas: pip install "sgq[plot]"') from None
        return pd.DataFrame([asdict(row) for row in self], columns=_COLUMNS)

    def to_csv(self, path: str | Path | None = None) -> str:
        """The rows as CSV text, also written to `path` if given; infinity is ``inf``, nothing is empty."""
        text = io.StringIO()
        writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) | {"ignored": " ".join(row.ignored)} for row in self)
        return _written(text.getvalue(), path)

    def to_json(self, path: str | Path | None = None) -> str:
        """Problem and rows as JSON text, also written to `path` if given.

        JSON has no infinity: it becomes null, as in the time to solution of a row with 0 hits.
        """
        problem = {key: getattr(self.problem, key) for key in ("name", "parameters", "seed", "num_variables")}
        document = {
            "version": sgq.__version__,
            "problem": problem,
            "interrupted": self.interrupted,
            "rows": [asdict(row) for row in self],
        }
        return _written(json.dumps(_finite(document), allow_nan=False, ensure_ascii=False, indent=1) + "\n", path)

    def __rich__(self) -> RenderableType:
        from rich.box import SIMPLE_HEAD
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
        for k, heading in enumerate(_HEADINGS):
            table.add_column(heading, justify="right" if k else "left", overflow="fold", min_width=0 if k else 10)
        for row in self:
            table.add_row(*map(Text, _cells(row)))
        return Group(Text(self._title()), table, *map(Text, self._remarks()))

    def __str__(self) -> str:
        from rich.console import Console

        text = io.StringIO()
        Console(file=text, width=110, color_system=None).print(self)
        return "\n".join(line.rstrip() for line in text.getvalue().splitlines())

    def _repr_html_(self) -> str:
        from html import escape

        def line(cells: list[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        lines = [line(_HEADINGS, "th"), *(line(_cells(row), "td") for row in self)]
        remarks = "<br>".join(map(escape, self._remarks()))
        table = f"<table>{''.join(lines)}</table>".replace("\n", "<br>")
        return f"<p>{escape(self._title())}</p>{table}<p>{remarks}</p>"

    def _title(self) -> str:
        first = next((row for row in self if row.target is not None), None)
        target = f"; target {_number(first.target)}, {first.target_source}" if first else ""
        return repr(self.problem).strip("<>") + target

    def _remarks(self) -> list[str]:
        """What does not fit into the table, a line each."""
        remarks = [f"{row.label}: {text}" for row in self for text in (row.error, row.note) if text]
        for option in dict.fromkeys(option for row in self for option in row.ignored):
            without = ", ".join(row.label for row in self if option in row.ignored)
            remarks.append(f"{option} is ignored by {without}")
        if any(row.hits is not None for row in self):
            remarks.append("time to solution at 99 %, intervals at 95 %")
        if self.interrupted is not None:
            remarks.append(f"interrupted during {self.interrupted}; solvers after it did not run")
        return remarks


_COLUMNS = [f.name for f in fields(ComparisonRow)]
_HEADINGS = ["", "best", "mean", "residual", "hits", "success", "time to\nsolution", "run"]


def _cells(row: ComparisonRow) -> list[str]:
    residual = None if row.residual_energy is None else round(row.residual_energy, 9) + 0.0
    success, time = _number(row.success_probability, 2), _seconds(row.time_to_solution)
    if row.proven and row.hits:
        success += "\nproven"
    elif row.success_low is not None:
        success += f"\n{_number(row.success_low, 2)}–{_number(row.success_high, 2)}"
        if row.time_low is not None and row.time_high is not None and not row.proven:
            time += f"\n{format_interval(row.time_low, row.time_high)}"
    return [
        row.label,
        _number(row.best),
        _number(row.mean, 6),
        _number(residual, 6),
        "–" if row.hits is None else f"{row.hits}/{'–' if row.num_reads is None else row.num_reads}",
        success,
        time,
        _seconds(row.seconds),
    ]


def _number(value: float | None, digits: int = 8) -> str:
    return "–" if value is None else f"{value:.{digits}g}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else format_seconds(value)


def _written(text: str, path: str | Path | None) -> str:
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def _finite(value: Any) -> Any:
    """The same JSON value with null for every number that is not finite."""
    if isinstance(value, Mapping):
        return {key: _finite(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
