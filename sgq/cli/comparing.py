"""``sgq compare``: several solvers on one instance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sgq.cli.arguments import (
    AsJson,
    Format,
    Parameters,
    Seed,
    Target,
    TargetEnergy,
    TimeLimit,
    build_or_load,
    check_folder,
    parse_options,
)
from sgq.terminal import progress_bar, show


def compare(
    target: Target,
    parameter: Parameters = None,
    format: Format = None,
    solvers: Annotated[str, typer.Option(help="Registered solvers, separated by commas.")] = "annealing,neal,tabu",
    solver_parameter: Annotated[
        list[str] | None,
        typer.Option("--solver-parameter", "-s", metavar="SOLVER.KEY=VALUE", help="Parameter of one solver."),
    ] = None,
    time_limit: TimeLimit = None,
    target_energy: TargetEnergy = None,
    seed: Seed = None,
    figure: Annotated[Path | None, typer.Option(help="Draw the comparison to this file (PNG, SVG, PDF).")] = None,
    as_json: AsJson = False,
) -> None:
    """Run several solvers on one instance and set them side by side."""
    import sgq
    from sgq.report import figures

    if figure:
        check_folder("--figure", figure)
        figures.check_format(figure)
    problem = build_or_load(target, parameter, format, seed)
    names = [name.strip() for name in solvers.split(",")]
    if not all(names):
        raise ValueError(f"--solvers {solvers}: names separated by commas")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"--solvers {solvers}: {twice.pop()} stands twice")
    given: dict[str, list[str]] = {name: [] for name in names}
    for text in solver_parameter or []:
        name, dot, rest = text.partition(".")
        if not dot or name not in given:
            raise ValueError(f"--solver-parameter {text!r}: SOLVER.KEY=VALUE, with one of {', '.join(names)}")
        given[name].append(rest)
    runs = {name: (name, parse_options(options)) for name, options in given.items()}
    with progress_bar(f"{len(runs)} solvers on {problem.name}") as progress:

        def update(label: str, fraction: float, best: float) -> None:
            progress((list(runs).index(label) + fraction) / len(runs), best)

        comparison = sgq.compare(
            problem, runs, time_limit=time_limit, target_energy=target_energy, seed=seed, progress=update
        )
    print(comparison.to_json()) if as_json else show(comparison)
    if figure:
        figures.write(figures.comparison(comparison)[0], figure)
    if all(row.error for row in comparison):
        raise ValueError("no solver gave an answer: the table says why")
    if target_energy is not None and not any(row.hits for row in comparison):
        raise typer.Exit(1)
