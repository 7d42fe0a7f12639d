"""``sgq sat-transition``: where random K-SAT turns unsatisfiable."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sgq.cli.arguments import AsJson, Seed, check_folder, parse_grid, parse_value
from sgq.terminal import json_value, progress_bar, show, transition_table


def sat_transition(
    k: Annotated[int, typer.Option("-k", help="Literals per clause.")] = 3,
    n: Annotated[str, typer.Option("-n", help="Numbers of variables, separated by commas.")] = "25,50,100",
    instances: Annotated[int, typer.Option(help="Random formulas for each n.")] = 500,
    alpha: Annotated[str, typer.Option(metavar="FIRST:LAST:STEP", help="Clauses per variable.")] = "3:6:0.1",
    seed: Seed = None,
    figure: Annotated[Path | None, typer.Option(help="Draw P(SAT) to this file (PNG, SVG, PDF).")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure where random K-SAT turns unsatisfiable, one complete solution of every formula at every length."""
    import numpy as np

    from sgq.analysis import satisfiability_transition
    from sgq.checks import integer, seed_integer
    from sgq.registry import build, get_solver
    from sgq.report import figures

    if figure:
        check_folder("--figure", figure)
        figures.check_format(figure)
    alphas = parse_grid("--alpha", alpha)
    sizes = [integer("-n", parse_value(size), 1) for size in n.split(",")]
    integer("--instances", instances, 2)
    integer("-k", k, 1)
    entropy = int(np.random.default_rng().integers(2**31)) if seed_integer(seed) is None else seed
    solver = get_solver("cdcl")()
    transitions: list[Any] = []
    with progress_bar(f"{k}-SAT") as progress:
        for column, size in enumerate(sizes):
            most = int(np.ceil(alphas[-1] * size))
            first_unsat = []
            for instance in range(instances):
                rng = np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(k, size, instance)))
                formula: Any = build("k-sat", n=size, k=k, m=most, seed=rng)
                try:
                    first_unsat.append(solver.first_unsatisfiable(formula.clauses))
                except KeyboardInterrupt:
                    if not transitions:
                        raise
                    print(f"sgq: interrupted at n = {size}, which is left out", file=sys.stderr)
                    break
                progress((column + (instance + 1) / instances) / len(sizes), float("nan"))
            if len(first_unsat) < instances:
                break
            transitions.append(satisfiability_transition(first_unsat, size, alphas, max_clauses=most))
    if as_json:
        print(json.dumps({"k": k, "seed": entropy, "transitions": [json_value(t) for t in transitions]}, indent=2))
    else:
        show(transition_table(k, transitions))
    if figure:
        figures.write(figures.satisfiability(transitions), figure)
