"""Figures of optimal annealing times: how they and the times to solution grow with the size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from sgq.analysis.annealing_time import OptimalAnnealingTime
from sgq.analysis.disorder import disorder_average
from sgq.report.figures import COLOURS, MARKERS, pyplot

_APART = 0.09  # of the smallest distance of sizes, between two solvers
_ROUNDING = 1e-12

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    Found = Mapping[str, Sequence[OptimalAnnealingTime]]


def optimal_times(sizes: Sequence[int], found: Found, ax: Axes | None = None) -> Axes:
    """Time to solution at the optimal annealing time against size, with bootstrap intervals, a line for each solver.

    A solver without any hit at a size has no point there. Hollow marks are bounds from above: no shorter or no longer
    annealing time was seen to be worse. An arrow upwards is an interval without an upper end. Solvers stand side by
    side at each size, so that equal values do not hide each other.

    Parameters
    ----------
    sizes
        Numbers of variables.
    found
        For each label what `sgq.analysis.optimal_annealing_time` returned at each size; the label should name the unit.
    ax
        Axes to draw into; made when None.
    """
    ax = _lines(sizes, found, ("time_to_solution", "low", "high"), ax)
    ax.set(ylabel="time to solution at the optimal annealing time, own unit")
    return ax


def annealing_times(sizes: Sequence[int], found: Found, ax: Axes | None = None) -> Axes:
    """The optimal annealing time itself against size; arguments and marks as in `optimal_times`."""
    ax = _lines(sizes, found, ("annealing_time", "annealing_time_low", "annealing_time_high"), ax)
    ax.set(ylabel="optimal annealing time, in the solver's own unit")
    return ax


def residual_energies(energies: Mapping[str, tuple[Sequence[float], ArrayLike]], ax: Axes | None = None) -> Axes:
    """Mean residual energy against annealing time, with one standard error of the mean over instances.

    The axis is logarithmic; means that are 0, or no more than rounding leaves of one (10^-12 of the largest), have no
    point, and bars that reach 0 end at the axis.

    Parameters
    ----------
    energies
        For each label the annealing times, and energies above the ground state's at each of them, shape
        (times, instances).
    ax
        Axes to draw into; made when None.
    """
    ax = pyplot().subplots(layout="constrained")[1] if ax is None else ax
    means = {label: disorder_average(values) for label, (_, values) in energies.items()}
    largest = max((float(mean.value.max(initial=0.0)) for mean in means.values()), default=0.0)
    shown = {label: mean.value > _ROUNDING * largest for label, mean in means.items()}
    floor = min((float(mean.value[shown[label]].min(initial=np.inf)) for label, mean in means.items()), default=np.inf)
    for k, (label, (times, _)) in enumerate(energies.items()):
        value, error = means[label].value[shown[label]], means[label].error[shown[label]]
        ax.errorbar(
            np.asarray(times)[shown[label]], value, [np.minimum(error, value - floor / 4), error],
            color=COLOURS[k % len(COLOURS)], marker=MARKERS[k % len(MARKERS)],
            markersize=5, linewidth=1, capsize=2, label=label,
        )  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel="annealing time, in the solver's own unit", ylabel="mean residual energy")
    if np.isfinite(floor):
        ax.set_ylim(bottom=floor / 2)
    return ax


def _lines(sizes: Sequence[int], found: Found, names: tuple[str, str, str], ax: Axes | None) -> Axes:
    ax = pyplot().subplots(layout="constrained")[1] if ax is None else ax
    width = _APART * float(np.diff(np.sort(sizes)).min(initial=max(sizes)))
    for k, (label, optima) in enumerate(found.items()):
        colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
        known = np.array([np.isfinite(o.time_to_solution) for o in optima])
        x = np.array(sizes)[known] + width * (k - (len(found) - 1) / 2)
        kept = [o for o in optima if np.isfinite(o.time_to_solution)]
        value, low, high = (np.array([getattr(o, name) for o in kept]) for name in names)
        endless = np.isinf(high)
        bars = np.nan_to_num([value - low, np.where(endless, 0.0, high - value)])
        ax.errorbar(x, value, bars, color=colour, linewidth=1, capsize=2, zorder=2)
        if endless.any():
            ax.errorbar(
                x[endless],
                value[endless],
                value[endless],
                lolims=True,
                fmt="none",
                ecolor=colour,
                linewidth=1,
                capsize=2,
            )
        ax.plot([], [], color=colour, marker=marker, markersize=5, linewidth=1, label=label)
        for place, height, optimum in zip(x, value, kept, strict=True):
            face = colour if optimum.bracketed else "white"
            ax.plot(place, height, color=colour, marker=marker, markersize=5, markerfacecolor=face, zorder=3)
    ax.set(yscale="log", xlabel="spins N")
    ax.set_xticks(list(sizes))
    return ax
