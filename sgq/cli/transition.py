"""``sgq sat-transition``: where random K-SAT turns unsatisfiable."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from sgq.cli.arguments import INTERRUPTED, AsJson, check_folder, parse_grid, parse_value
from sgq.terminal import json_value, show, sweep_bar, transition_table


def sat_transition(
    k: Annotated[int, typer.Option("-k", help="Literals per clause.")] = 3,
    n: Annotated[str, typer.Option("-n", help="Numbers of variables, separated by commas.")] = "25,50,100",
    instances: Annotated[int, typer.Option(help="Random formulas for each n.")] = 500,
    alpha: Annotated[str, typer.Option(metavar="FIRST:LAST:STEP", help="Clauses per variable.")] = "3:6:0.1",
    workers: Annotated[int | None, typer.Option(help="Processes; by default one for each core.")] = None,
    store: Annotated[
        Path | None, typer.Option(help="Keep the runs in this file; the same command carries on, more instances add.")
    ] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw P(SAT) to this file (PNG, SVG, PDF).")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure where random K-SAT turns unsatisfiable, one pass over each formula deciding it at every length."""
    from sgq.analysis import satisfiability_transition
    from sgq.checks import integer
    from sgq.report import figures
    from sgq.sweeps import Sweep

    for option, file in (("--figure", figure), ("--store", store)):
        if file:
            check_folder(option, file)
    if figure:
        figures.check_format(figure)
    alphas = parse_grid("--alpha", alpha)
    sizes = [integer("-n", parse_value(size), 1) for size in n.split(",")]
    parameters = {"n": {"each": sizes}, "k": integer("-k", k, 1), "alpha": float(alphas[-1])}
    sweep = Sweep(
        {f"{k}-SAT": ("k-sat", parameters)},
        {"cdcl": ("cdcl", {"incremental": True})},
        instances=integer("--instances", instances, 2),
        measures=["first_unsatisfiable"],
        name=f"{k}-SAT",
    )
    interrupted = False
    with _kept(store) as file:
        with sweep_bar(sweep.name, len(sweep)) as progress:
            try:
                sweep.run(file, workers=workers, progress=progress)
            except KeyboardInterrupt:
                interrupted = True
        runs = sweep.to_pandas(file)
    failed = runs["error"].dropna()
    if len(failed):
        raise ValueError(f"{len(failed)} runs failed: {failed.iloc[0].splitlines()[0]}")
    complete = int(runs.groupby("instance").size().eq(len(sizes)).sum())
    if interrupted and complete < 2:
        sys.exit(INTERRUPTED)
    if interrupted:
        print(f"sgq: interrupted after {complete} of {instances} instances", file=sys.stderr)
    transitions = [
        satisfiability_transition(
            of_size["first_unsatisfiable"], int(size), alphas, max_clauses=round(float(alphas[-1]) * int(size))
        )
        for size, of_size in runs.groupby("n", sort=False)
    ]
    if as_json:
        print(json.dumps({"k": k, "transitions": [json_value(t) for t in transitions]}, indent=2))
    else:
        show(transition_table(k, transitions))
    if figure:
        figures.write(figures.satisfiability(transitions), figure)


@contextmanager
def _kept(store: Path | None) -> Iterator[Path]:
    """The file of the runs, or one that is gone afterwards."""
    if store is not None:
        yield store
        return
    with TemporaryDirectory() as folder:
        yield Path(folder) / "transition.db"
