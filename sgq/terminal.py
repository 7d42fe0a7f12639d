"""What the command shows: tables, a progress bar, and results as JSON values."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import dimod
    from rich.table import Table

    from sgq.problem import Problem


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
            "hits": f"{ground.hits} of {ground.num_reads} reads",
            "distinct best states": len(ground.states),
            "mean energy": ground.mean_energy,
        }
        facts["solution"] = json_value(problem.decode(samples.first.sample))
    facts |= {key: info[key] for key in ("satisfiable", "degeneracy", "stopped") if key in info}
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
            table.add_row(key, _short(value))
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
    """P(SAT) on the grid of alpha, one column for each n, and alpha_50 below."""
    from rich.table import Table

    table = Table("alpha", *(f"P(SAT), n = {t.n}" for t in transitions), box=None, header_style="bold")
    for row, alpha in enumerate(transitions[0].curve.alphas):
        cells = []
        for transition in transitions:
            curve = transition.curve
            half = (curve.high[row] - curve.low[row]) / 2
            cells.append(f"{curve.fraction[row]:.3f} ± {half:.3f}")
        table.add_row(f"{alpha:.6g}", *cells)
    table.add_section()
    table.add_row("alpha_50", *(_with_error(t.alpha_50, t.alpha_50_error) for t in transitions))
    instances = transitions[0].instances
    table.caption = f"{k}-SAT, {instances} instances each; one standard error; M is the integer nearest to alpha n"
    return table


def _with_error(value: float | None, error: float | None) -> str:
    if value is None:
        return "outside the range"
    return f"{value:.4f}" if error is None else f"{value:.4f} ± {error:.4f}"


def show(renderable: Any) -> None:
    """Print a table; 160 columns wide where stdout is no terminal."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 160).print(renderable)


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
