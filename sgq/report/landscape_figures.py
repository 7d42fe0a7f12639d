"""Figures of random K-SAT across its transition: the cost of deciding it, its solutions, and what cannot be satisfied.

Each draws the runs of a sweep over n and alpha, a table as `sgq.Sweep.to_pandas` gives it, with the columns ``n``,
``alpha`` and its own; error bars are one standard error over the instances unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgq.analysis.disorder import disorder_average, quantiles
from sgq.report.figures import BLACK, COLOURS, MARKERS, RED, pyplot
from sgq.theory import first_moment_threshold, integer_field_energy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def search_cost(runs: pd.DataFrame, ax: Axes | None = None, *, column: str = "decisions") -> Axes:
    """Median cost of a run against alpha, with the quartiles of the instances as a band.

    Parameters
    ----------
    runs
        Of a sweep with the measure ``search_cost``.
    ax
        Axes to draw into; made when None.
    column
        ``"decisions"`` or ``"conflicts"`` of a complete search, ``"flips"`` of a local one. The axis is logarithmic
        unless a quartile is 0.
    """
    ax, lowest = _axes(runs, column, ax), np.inf
    for label, alphas, groups, style in _lines(runs, column):
        low, middle, high = np.transpose([quantiles(group, (0.25, 0.5, 0.75)).value for group in groups])
        ax.plot(alphas, middle, label=label, **style)
        ax.fill_between(alphas, low, high, color=style["color"], alpha=0.15, linewidth=0)
        lowest = min(lowest, low.min())
    if lowest > 0:
        ax.set_yscale("log")
    else:
        ax.set_yscale("symlog", linthresh=1.0)
        ax.set_ylim(bottom=0)
    ax.set(xlabel="clauses per variable α", ylabel=f"{column}, median and quartiles")
    ax.legend(frameon=False)
    return ax


def solution_entropy(runs: pd.DataFrame, ax: Axes | None = None, *, k: int = 3) -> Axes:
    """Entropy of the solutions per variable, averaged over the satisfiable formulas, beside the annealed one.

    The dashed line is ln 2 + alpha ln(1 - 2^-K), the logarithm of the mean number of solutions: exact, and by Jensen's
    inequality not below the mean logarithm of the infinite system where formulas are satisfiable.

    Parameters
    ----------
    runs
        Of a sweep with the measure ``solution_entropy``.
    ax
        Axes to draw into; made when None.
    k
        Literals per clause.
    """
    ax = _axes(runs, "solution_entropy", ax)
    _averages(ax, runs, "solution_entropy")
    zero = first_moment_threshold(k)
    ax.plot([0, zero], [np.log(2), 0], "--", color=BLACK, linewidth=1, label="ln of the mean number, exact")
    ax.set(xlabel="clauses per variable α", ylabel="entropy of solutions per variable\n(satisfiable formulas), nats")
    ax.set(xlim=_range(runs), ylim=(0, np.log(2)))
    ax.legend(frameon=False)
    return ax


def violated_clauses(runs: pd.DataFrame, ax: Axes | None = None, *, k: int = 3) -> Axes:
    """Fewest violated clauses per variable, averaged over all formulas, beside the replica-symmetric estimate.

    Parameters
    ----------
    runs
        Of a sweep with the measure ``ground_energy`` and a solver that proves it, `exhaustive` or `max-sat`; runs
        that were not proven are left out.
    ax
        Axes to draw into; made when None.
    k
        Literals per clause, at least 2.
    """
    ax = _axes(runs, "ground_energy_per_spin", ax)
    _averages(ax, runs[runs["proven"] == 1], "ground_energy_per_spin")
    alphas = np.linspace(*_range(runs), 60)
    estimate = [integer_field_energy(alpha, k) for alpha in alphas]
    ax.plot(alphas, estimate, ":", color=RED, linewidth=1.8, label="N → ∞, replica-symmetric estimate")
    ax.set(xlabel="clauses per variable α", ylabel="fewest violated clauses per variable", xlim=_range(runs))
    ax.set_ylim(bottom=0)
    ax.legend(frameon=False)
    return ax


def _averages(ax: Axes, runs: pd.DataFrame, column: str) -> None:
    for label, alphas, groups, style in _lines(runs, column):
        means = [disorder_average(group) for group in groups]
        errors = np.nan_to_num([float(mean.error) for mean in means])
        ax.errorbar(alphas, [float(mean.value) for mean in means], yerr=errors, capsize=2, label=label, **style)


def _lines(
    runs: pd.DataFrame, column: str
) -> Iterator[tuple[str, list[float], list[NDArray[np.float64]], dict[str, Any]]]:
    """For each n its label, the alphas with finite numbers in the column, those numbers, and a style."""
    known = runs[runs[column].notna()]
    for place, (n, line) in enumerate(known.groupby("n")):
        groups = [(float(str(alpha)), group[column].to_numpy(dtype=float)) for alpha, group in line.groupby("alpha")]
        style = {"color": COLOURS[place % len(COLOURS)], "marker": MARKERS[place % len(MARKERS)], "markersize": 4}
        yield f"n = {n}", [x for x, _ in groups], [y for _, y in groups], style


def _range(runs: pd.DataFrame) -> tuple[float, float]:
    low, high = float(runs["alpha"].min()), float(runs["alpha"].max())
    apart = 0.03 * (high - low) or 0.1
    return max(0.0, low - apart), high + apart


def _axes(runs: pd.DataFrame, column: str, ax: Axes | None) -> Axes:
    missing = [name for name in ("n", "alpha", column) if name not in runs]
    if missing:
        raise ValueError(f"runs without {', '.join(missing)}: a sweep over n and alpha with a measure of {column}")
    return pyplot().subplots(layout="constrained")[1] if ax is None else ax
