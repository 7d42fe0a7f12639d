"""What the command shows: tables, a progress bar, and results as JSON values."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import dimod
    from rich.console import Group
    from rich.table import Table

    from sgq.problem import Problem
    from sgq.sweeps.status import Status


_FITTED_FROM = 20  # variables: where Crawford and Auton's law begins
_MOST_ROWS = 60  # of a table of points
_SAID = (
    "lower_bound", "satisfiable", "hard_satisfiable", "first_unsatisfiable", "degeneracy", "core", "core_minimal",
    "contradiction", "inconsistent", "log2_solutions", "proof", "stopped",
)  # fmt: skip


def facts_of(problem: Problem, samples: dimod.SampleSet) -> dict[str, Any]:
    """What a solution says, in the order of the table."""
    from sgq.analysis import find_ground_states

    info = samples.info["sgq"]
    facts: dict[str, Any] = {"problem": repr(problem).strip("<>"), "solver": info["solver"], "seed": info["seed"]}
    if len(samples):
        ground = find_ground_states(samples, ground_energy=problem.ground_energy)
        facts |= {
            "best energy": ground.energy,
            "best energy per variable": ground.energy / problem.num_variables,
            "proven": ground.proven,
            "known ground energy": problem.ground_energy,
            "hits": ground.hits,
            "reads": ground.num_reads,
            "distinct best states": len(ground.states),
            "mean energy": ground.mean_energy,
        }
        facts["solution"] = json_value(problem.decode(samples.first.sample))
    if info.get("degeneracy", 0) is None and "stopped" not in info:
        facts["solutions"] = f"more than the {len(samples)} asked for"
    facts |= {key.replace("_", " "): info[key] for key in _SAID if key in info}
    return facts | {"seconds": sum(info["seconds"].values())}


def json_value(value: Any) -> Any:
    """Dataclasses, arrays and keys of any kind as JSON values."""
    import dataclasses

    import numpy as np

    if dataclasses.is_dataclass(value):
        return {f.name: json_value(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return json_value(value.tolist())
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    return value


def name_table(kind: str, first_lines: dict[str, str]) -> Table:
    """Names, each with what it is in a line."""
    from rich.table import Table

    table = Table(kind, "what it is", box=None, header_style="bold")
    for name, line in first_lines.items():
        table.add_row(name, line)
    return table


def fact_table(facts: dict[str, Any]) -> Table:
    """Facts in two columns."""
    from rich.table import Table

    table = Table(show_header=False, box=None)
    for key, value in facts.items():
        if key == "solution" and isinstance(value, dict) and len(value) < 8:
            for part, item in value.items():
                table.add_row(part.replace("_", " "), _short(item))
        elif value is not None:
            table.add_row(key, f"{value:.3g}" if key == "seconds" else _short(value))
    return table


def _short(value: Any) -> str:
    """A value on one line of a table."""
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, dict):
        value = [f"{key}: {_short(item)}" for key, item in list(value.items())[:9]] + [""] * (len(value) - 9)
    if isinstance(value, list) and value and isinstance(value[0], list) and value[0] and isinstance(value[0][0], list):
        return f"{len(value)} × {len(value[0])} × {len(value[0][0])} …"
    if isinstance(value, list):
        shown = ", ".join(f"({_short(item)})" if isinstance(item, list) else _short(item) for item in value[:8])
        return f"{shown}, … ({len(value)} in all)" if len(value) > 8 else shown or "none"
    return str(value)


def transition_table(k: int, transitions: list[Any]) -> Table:
    """P(SAT) on the grid of alpha, one column for each n, with alpha_50 and width below."""
    from rich.table import Table

    from sgq.analysis import crawford_auton_ratio

    counts = {t.instances for t in transitions}
    heads = [f"P(SAT), n = {t.n}" + (f" ({t.instances} formulas)" if len(counts) > 1 else "") for t in transitions]
    table = Table("alpha", *heads, box=None, header_style="bold")
    for row, alpha in enumerate(transitions[0].curve.alphas):
        cells = []
        for transition in transitions:
            curve = transition.curve
            half = (curve.high[row] - curve.low[row]) / 2
            cells.append(f"{curve.fraction[row]:.3f} ± {half:.3f}")
        table.add_row(f"{alpha:.6g}", *cells)
    table.add_section()
    table.add_row("alpha_50", *(_with_error(t.alpha_50, t.alpha_50_error) for t in transitions))
    if k == 3:
        cells = []
        for t in transitions:
            apart = None if t.alpha_50 is None else t.alpha_50 - float(crawford_auton_ratio(t.n))
            errors = f" = {apart / t.alpha_50_error:+.1f} errors" if apart is not None and t.alpha_50_error else ""
            cells.append("" if apart is None or t.n < _FITTED_FROM else f"{apart:+.4f}{errors}")
        table.add_row("less Crawford & Auton's", *cells)
    table.add_row("width, P = 3/4 to 1/4", *(_with_error(t.width, t.width_error) for t in transitions))
    each = f"{min(counts)} instances each" if len(counts) == 1 else f"{min(counts)} to {max(counts)} instances"
    table.caption = f"{k}-SAT, {each}, the same at every alpha; one standard error; M is the integer nearest to alpha n"
    if k == 3:
        table.caption += "\nCrawford & Auton (1996): alpha_50 = 4.258 + 58.26 n^(-5/3), an empirical fit"
    return table


def status_table(status: Status) -> Group:
    """Runs done, failed and expected, for each point and in all, and the latest failures."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table("problem", "solver", box=None, header_style="bold")
    for heading in ("done", "failed", "of"):
        table.add_column(heading, justify="right")
    for cell in status.cells[:_MOST_ROWS]:
        table.add_row(cell.problem, cell.solver, str(cell.done), str(cell.failed), str(status.instances))
    if len(status.cells) > _MOST_ROWS:
        table.add_row(f"… {len(status.cells) - _MOST_ROWS} more points")
    table.add_section()
    table.add_row(status.name, "", str(status.done), str(status.failed), str(status.expected))
    return Group(table, *(Text(f"failed: {error}") for error in status.errors))


def _with_error(value: float | None, error: float | None) -> str:
    if value is None:
        return "not reached"
    return f"{value:.4f}" if error is None else f"{value:.4f} ± {error:.4f}"


def show(renderable: Any) -> None:
    """Print a table; 160 columns wide where stdout is no terminal."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 160).print(renderable)


@contextmanager
def sweep_bar(title: str, expected: int) -> Iterator[Callable[[int, int, int], None]]:
    """A bar on stderr with rate, failures and time left; nothing where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[failures]}", style="red"),
        TimeElapsedColumn(),
        TextColumn("elapsed,"),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    task = bar.add_task(title, total=expected, rate="", failures="")
    earlier: list[int] = []  # runs that were in the store before

    def update(done: int, failed: int, expected: int) -> None:
        if not earlier:
            earlier.append(done + failed)
            bar.update(task, completed=done + failed)
            bar.reset(task, completed=done + failed)
        speed = bar.tasks[0].speed
        bar.update(
            task,
            completed=done + failed,
            rate="" if speed is None else f"{speed:.3g}/s",
            failures=f"{failed} failed" if failed else "",
        )

    with bar:
        yield update


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[float, float], None]]:
    """A bar on stderr for what takes longer than two seconds; nothing where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    started = time.monotonic()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[best]}"),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task(title, total=1.0, best="")

    def update(fraction: float, best: float) -> None:
        if not bar.live.is_started and sys.stderr.isatty() and time.monotonic() - started > 2:
            bar.start()
        bar.update(task, completed=fraction, best=f"best {best:.8g}" if abs(best) < float("inf") else "")

    try:
        yield update
    finally:
        if bar.live.is_started:
            bar.stop()
