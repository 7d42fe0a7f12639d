"""The report of a sweep: one HTML page that needs no network and nothing beside it."""

from __future__ import annotations

import base64
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import pandas as pd
except ImportError:
    raise ImportError('reports need pandas: pip install "sgq[plot]"') from None

from sgq.analysis.success import format_seconds
from sgq.checks import integer
from sgq.report import sweep_data, sweep_figures
from sgq.report.figures import pyplot
from sgq.report.sweep_formulas import contradictions
from sgq.report.sweep_parts import parts
from sgq.report.sweep_points import measured
from sgq.report.sweep_table import failures, point_table

if TYPE_CHECKING:
    from jinja2 import Template
    from matplotlib.axes import Axes

FAILURES = 200
CONTRADICTIONS = 20


@dataclass(frozen=True)
class Figure:
    """A figure of the page: `kind` chooses the caption, `subject` says of what it is, `file` names the data.

    `first` is the number in the page of the first figure of its kind, whose caption explains them all.
    """

    number: int
    first: int
    kind: str
    subject: str
    svg: str
    file: str
    csv: str
    undecided: int


def sweep_page(
    runs: pd.DataFrame, *, title: str, specification: str, versions: Mapping[str, str], expected: int
) -> str:
    """The report of a sweep as a self-contained HTML page: tables that sort, figures with their data.

    Parameters
    ----------
    runs
        One row a run: `problem`, `solver`, `instance`, `problem_seed`, `error` (None, or the text of the failure), a
        column for each parameter and each measure, as `Sweep.to_pandas` gives them. ``attrs["problem_axes"]`` and
        ``attrs["solver_axes"]`` name the parameters that were varied, ``attrs["measures"]`` the measures.
        Runs that contradict each other on a formula make a warning at the top of the page.
    title
        Heading of the page.
    specification
        What was asked for, as text.
    versions
        Of the software, by name.
    expected
        Number of runs that the sweep has when it is complete.

    Returns
    -------
    str
        HTML. Equal arguments give equal pages.

    Raises
    ------
    ImportError
        If matplotlib, jinja2 or pandas is missing.
    """
    template = _template()
    runs = measured(runs)
    contradicted = contradictions(runs)
    headings, failed = failures(runs, FAILURES) if len(runs) else ((), ())
    page: str = template.render(
        title=title,
        specification=specification,
        versions=versions,
        summary=_summary(runs, integer("expected", expected, 0)),
        contradictions=contradicted[:CONTRADICTIONS],
        more_contradictions=max(0, len(contradicted) - CONTRADICTIONS),
        points=point_table(runs) if len(runs) else None,
        failure_headings=headings,
        failures=failed,
        more_failures=int(runs["error"].notna().sum()) - len(failed) if len(runs) else 0,
        figures=list(_figures(runs)) if len(runs) else [],
    )
    return page


def _template() -> Template:
    try:
        import jinja2
    except ImportError:
        raise ImportError('reports need jinja2: pip install "sgq[plot]"') from None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), undefined=jinja2.StrictUndefined,
        autoescape=True, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("page.html.j2")


def _summary(runs: pd.DataFrame, expected: int) -> dict[str, str]:
    """What was run: counts, when, and for how long."""
    failed = int(runs["error"].notna().sum()) if len(runs) else 0
    done = f"{len(runs) - failed} of {expected} done" + (f", {failed} failed" if failed else "")
    open_runs = expected - len(runs)
    summary = {"runs": done + (f", {open_runs} not yet run" if open_runs > 0 else "")}
    if len(runs):
        summary["problems"] = ", ".join(dict.fromkeys(runs["problem"].astype(str)))
        summary["solvers"] = ", ".join(dict.fromkeys(runs["solver"].astype(str)))
    if "finished" in runs and runs["finished"].notna().any():
        first, last = (datetime.fromtimestamp(f(runs["finished"]), UTC) for f in (min, max))
        summary["finished"] = f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    if "total_seconds" in runs and runs["total_seconds"].notna().any():
        summary["time of all runs"] = format_seconds(float(runs["total_seconds"].sum()))
    return summary


def _figures(runs: pd.DataFrame) -> Iterator[Figure]:
    files: Counter[str] = Counter()
    number = 0
    for kind, data_of, draw in (
        ("energy", sweep_data.energy_data, sweep_figures.energy),
        ("time_to_solution", sweep_data.time_data, sweep_figures.time_distribution),
        ("success", sweep_data.success_data, sweep_figures.success),
        ("satisfiability", sweep_data.satisfiability_data, sweep_figures.satisfiability),
    ):
        data, first = data_of(runs), number + 1
        for subject, part in parts(runs, data, together=kind != "energy") if len(data) else ():
            name = f"{kind}-{re.sub(r'[^0-9A-Za-z.]+', '-', subject).strip('-')[:80]}"
            files[name] += 1
            name += f"_{files[name]}" if files[name] > 1 else ""
            csv = part.drop(columns="line").to_csv(index=False, float_format="%.8g").encode()
            undecided = int(part["undecided"].sum()) if "undecided" in part else 0
            number += 1
            yield Figure(
                number, first, kind, subject, _svg(draw, part, name),
                f"{name}.csv", base64.b64encode(csv).decode(), undecided,
            )  # fmt: skip


def _svg(draw: Callable[[pd.DataFrame], Axes], data: pd.DataFrame, prefix: str) -> str:
    """The figure as an SVG element that can stand in a page beside others: `prefix` is in all of its ids."""
    plt = pyplot()
    text = io.StringIO()
    fonts = {"font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "mathtext.fontset": "dejavusans"}
    with plt.rc_context({"svg.fonttype": "none", "svg.hashsalt": prefix, **fonts}):
        figure = draw(data).get_figure(root=True)
        assert figure is not None
        try:
            none = dict.fromkeys(("Date", "Creator", "Format", "Type"))
            figure.savefig(text, format="svg", transparent=True, metadata=none)
        finally:
            plt.close(figure)
    svg = re.sub(r"<!--.*?-->", "", text.getvalue(), flags=re.DOTALL)
    return re.sub(r"<[^>]*>", lambda tag: _tag(tag[0], prefix), re.sub(r"\s*\n\s*", "\n", svg[svg.index("<svg") :]))


def _tag(tag: str, prefix: str) -> str:
    """A tag of an SVG with `prefix` in its ids, hundredths of a point and fonts that any machine has."""
    tag = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", tag)
    if tag.startswith(("<path", "<use", "<tspan")):
        tag = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", tag)
    return tag.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
