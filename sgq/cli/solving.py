"""``sgq solve``: one solver on one instance."""

from __future__ import annotations

import json
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
from sgq.terminal import fact_table, facts_of, progress_bar, show


def solve(
    target: Target,
    parameter: Parameters = None,
    format: Format = None,
    solver: Annotated[str, typer.Option(help="A registered solver.")] = "annealing",
    solver_parameter: Annotated[
        list[str] | None, typer.Option("--solver-parameter", "-s", metavar="KEY=VALUE", help="Parameter of the solver.")
    ] = None,
    time_limit: TimeLimit = None,
    target_energy: TargetEnergy = None,
    seed: Seed = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Write all samples to this file, as dimod's JSON."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Solve a problem and show the best solution."""
    import sgq
    from sgq.checks import real
    from sgq.solving import as_solver

    if output:
        check_folder("--output", output)
    if target_energy is not None:
        real("--target-energy", target_energy)
    problem = build_or_load(target, parameter, format, seed)
    options = parse_options(solver_parameter)
    known = as_solver(solver)[1].parameters
    for key, value in {"seed": seed, "time_limit": time_limit, "target_energy": target_energy}.items():
        if value is not None and (key in known or key == "time_limit"):
            options.setdefault(key, value)
    with progress_bar(f"{solver} on {problem.name}") as progress:
        if "progress" in known:
            options["progress"] = progress
        samples = sgq.solve(problem, solver, **options)
    facts = facts_of(problem, samples)
    if output:
        output.write_text(json.dumps(samples.to_serializable(), default=str))
    if as_json:
        print(json.dumps(facts, indent=2, default=str))
    else:
        show(fact_table(facts))
    best = facts.get("best energy", float("inf"))
    unreached = target_energy is not None and best > target_energy + problem.energy_tolerance
    if unreached or facts.get("satisfiable", True) is None:
        raise typer.Exit(1)
