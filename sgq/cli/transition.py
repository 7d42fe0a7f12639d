"""``sgq sat-transition``: where random K-SAT turns unsatisfiable."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sgq.cli.arguments import INTERRUPTED, AsJson, check_folder, check_output, parse_grid, parse_value
from sgq.cli.reporting import write_page
from sgq.terminal import json_value, show, sweep_bar, transition_table

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from pandas import DataFrame

    from sgq.analysis import SatisfiabilityTransition
    from sgq.sweeps import Sweep


_GRIDS = {1: "0.05:1:0.05", 2: "0.5:2.5:0.1", 3: "3:6:0.1"}
_EXPONENTS = {1: 1 / 2, 2: 1 / 3}


def sat_transition(
    k: Annotated[int, typer.Option("-k", help="Literals per clause.")] = 3,
    n: Annotated[str, typer.Option("-n", help="Numbers of variables, separated by commas.")] = "25,50,100",
    instances: Annotated[int, typer.Option(help="Random formulas for each n.")] = 500,
    alpha: Annotated[
        str | None,
        typer.Option(
            metavar="FIRST:LAST:STEP",
            help="Clauses per variable to show; by default around the transition. Beyond twice the first-moment "
            "bound the formulas are others.",
        ),
    ] = None,
    exponent: Annotated[
        float | None,
        typer.Option(
            help="Of N in the law alpha_c + a N^(-exponent); 1/2 for K = 1, 1/3 for K = 2, else 5/3 (Crawford & Auton)"
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; by default one for each core.")] = None,
    store: Annotated[
        Path | None, typer.Option(help="Keep the runs in this file; the same command carries on, more instances add.")
    ] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw P(SAT) to this file (PNG, SVG, PDF).")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a page about the sweep to this HTML file.")] = None,
    survey: Annotated[
        bool, typer.Option("--survey", help="Compute the threshold of survey propagation too: seconds for K = 3.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure where random K-SAT turns unsatisfiable, one pass over each formula deciding it at every length."""
    from sgq.analysis import satisfiability_transition
    from sgq.checks import integer, real
    from sgq.report import figures, transition_figures
    from sgq.theory import satisfiability_threshold

    for option, file in (("--figure", figure), ("--store", store), ("--report", report)):
        if file:
            check_folder(option, file)
    if store and report:
        check_output("--report", report, store)
    if figure:
        figures.check_format(figure)
    k = integer("-k", k, 1)
    if survey and k < 3:
        raise ValueError(f"--survey: for K of at least 3, not {k}")
    exponent = _EXPONENTS.get(k, 5 / 3) if exponent is None else real("--exponent", exponent, 0.01, 10.0)
    alphas = parse_grid("--alpha", alpha or _usual(k))
    most = max(_most(k), float(alphas[-1]))
    sweep = _sweep(k, _sizes(n, k), most, integer("--instances", instances, 2))
    runs, interrupted = _run(sweep, store, workers, report)
    first_unsat = {int(size): of_size["first_unsatisfiable"] for size, of_size in runs.groupby("n", sort=False)}
    transitions = [
        satisfiability_transition(counts, size, alphas, max_clauses=round(most * size))
        for size, counts in first_unsat.items()
    ]
    limits, notes = _limits(k, transitions, first_unsat, exponent)
    predicted = satisfiability_threshold(k, population=4000, sweeps=60, seed=1) if survey else None
    if as_json:
        found = {"k": k, "interrupted": interrupted, "transitions": transitions, **limits, "notes": notes}
        found |= {"survey_propagation": predicted} if survey else {}
        print(json.dumps(json_value(found), indent=2))
    else:
        show(transition_table(k, transitions))
        if predicted is not None:
            print(f"survey propagation, a cavity prediction: {predicted.value:.4f} ± {predicted.error:.4f}")
        for name, limit in limits.items():
            if limit is not None:
                print(f"{name.replace('_', ' ')}: {limit}")
        for note in notes:
            print(note)
    if figure:
        drawn = {name: limits[name] for name in ("extrapolation", "collapse")}
        axes = transition_figures.transition(k, transitions, survey=predicted, **drawn)
        figures.write(axes[0], figure)


def _sizes(text: str, k: int) -> list[int]:
    """The numbers of variables, each once and large enough for a clause."""
    from sgq.checks import integer

    sizes = [integer("-n", parse_value(size), k) for size in text.split(",") if size.strip()]
    if not sizes or len(set(sizes)) < len(sizes):
        raise ValueError(f"-n {text}: numbers separated by commas, each once")
    return sizes


def _sweep(k: int, sizes: list[int], most: float, instances: int) -> Sweep:
    """Formulas that grow until they break."""
    from sgq.sweeps import Sweep

    parameters = {"n": {"each": sizes}, "k": k, "alpha": most}
    return Sweep(
        {f"{k}-SAT": ("k-sat", parameters)},
        {"cdcl": ("cdcl", {"incremental": True})},
        instances=instances,
        measures=["first_unsatisfiable"],
        name=f"{k}-SAT",
    )


def _run(sweep: Sweep, store: Path | None, workers: int | None, report: Path | None) -> tuple[DataFrame, bool]:
    """The runs, and whether Ctrl-C ended them early; exits where it left too few to show."""
    interrupted = False
    with _kept(store) as file:
        with sweep_bar(sweep.name, len(sweep)) as progress:
            try:
                sweep.run(file, workers=workers, progress=progress)
            except KeyboardInterrupt:
                interrupted = True
        runs = sweep.to_pandas(file)
        if report:
            write_page(file, report)
    failed = runs["error"].dropna()
    if len(failed):
        raise ValueError(f"{len(failed)} runs failed: {failed.iloc[0].splitlines()[0]}")
    if interrupted:
        complete = int(runs.groupby("instance").size().eq(len(sweep.problems)).sum())
        if complete < 2:
            sys.exit(INTERRUPTED)
        print(f"sgq: interrupted after {complete} of {sweep.instances} instances", file=sys.stderr)
    return runs, interrupted


def _most(k: int) -> float:
    """Clauses per variable that formulas may grow to: so many that any usual grid of alpha has the same formulas."""
    from sgq.theory import first_moment_threshold

    return float(math.ceil(2 * first_moment_threshold(k)))


def _usual(k: int) -> str:
    """The grid of alpha where none is asked for."""
    from sgq.theory import first_moment_threshold

    if k in _GRIDS:
        return _GRIDS[k]
    bound = first_moment_threshold(k)
    step = float(f"{0.03 * bound:.0e}")  # one digit
    return f"{round(0.4 * bound / step) * step:g}:{round(1.3 * bound / step) * step:g}:{step:g}"


def _limits(
    k: int, transitions: list[SatisfiabilityTransition], first_unsat: dict[int, ArrayLike], exponent: float
) -> tuple[dict[str, Any], list[str]]:
    """What the sizes say together, None where they are too few or too small, and notes: why, and what to make of it."""
    from sgq.analysis import collapse, extrapolate
    from sgq.analysis.rescaling import NU_OF_TWO_SAT

    known = [t for t in transitions if t.alpha_50_error]
    points = [[getattr(t, name) for t in known] for name in ("n", "alpha_50", "alpha_50_error")]
    limits: dict[str, Any] = {}
    notes = [f"n = {t.n} is left out of the extrapolation: no error of alpha_50" for t in transitions if t not in known]
    for name, find in (
        ("extrapolation", lambda: extrapolate(*points, exponent=exponent)),
        ("extrapolation_with_free_exponent", lambda: extrapolate(*points, exponent=None)),
        ("collapse", lambda: collapse(first_unsat)),
    ):
        try:
            limits[name] = find()
        except ValueError as error:
            limits[name] = None
            notes.append(f"no {name.replace('_', ' ')}: {error}")
    if limits["extrapolation"] is not None:
        law = "Crawford and Auton found it for K = 3" if exponent == 5 / 3 else "the exponent is given"
        notes.append(f"errors are statistical and the law N^(-{limits['extrapolation'].power}) is assumed: {law}")
        if k == 2:
            notes.append(
                "for K = 2, alpha_c = 1 is proven: corrections to the law shift limits by more than these errors"
            )
    if k == 2 and limits["collapse"] is not None:
        notes.append(NU_OF_TWO_SAT)
    return limits, notes


@contextmanager
def _kept(store: Path | None) -> Iterator[Path]:
    """The file of the runs, or one that is gone afterwards."""
    if store is not None:
        yield store
        return
    with TemporaryDirectory() as folder:
        yield Path(folder) / "transition.db"
