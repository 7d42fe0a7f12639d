"""``sgq report``: a page about a sweep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sgq.cli.arguments import check_output


def report(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="The file that holds the runs of a sweep.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write.")],
) -> None:
    """Write a self-contained HTML page about a sweep: what was run, tables that sort, figures with their data."""
    check_output("--output", output, store)
    write_page(store, output)


def write_page(store: Path, output: Path) -> None:
    """Write the page about the sweep that a store holds."""
    from sgq.report.page import sweep_page
    from sgq.sweeps import Store, Sweep

    with Store(store) as opened:
        sweep = Sweep.of(opened)
        points = {
            kind: {point.text: {"name": point.name, **point.parameters} for point in listed}
            for kind, listed in (("problems", sweep.problems), ("solvers", sweep.solvers))
        }
        specification = {
            "instances": sweep.instances,
            "measures": [measure.path for measure in sweep.measures],
            **points,
        }
        versions = opened.environment()
        for point in (*sweep.problems, *sweep.solvers):
            versions |= point.versions
        page = sweep_page(
            sweep.to_pandas(opened),
            title=sweep.name,
            specification=json.dumps(specification, indent=2, ensure_ascii=False),
            versions=versions,
            expected=len(sweep),
        )
    output.write_text(page, encoding="utf-8")
