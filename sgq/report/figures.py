"""Figures: each function draws one result into matplotlib axes, its own where none are given, and returns them.

Colours are those of Okabe & Ito, which colour-blind readers tell apart; no figure relies on colour alone.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sgq.analysis.overlaps import OverlapDistribution
from sgq.analysis.success import format_interval
from sgq.comparison_table import Comparison, ComparisonRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, PURPLE, SKY, RED, BLACK = COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000",
)  # fmt: skip
MARKERS = "osD^vPX"


def comparison(result: Comparison, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Two panels, a line for each solver: residual energy per spin (best and mean), and time to solution.

    Residuals of 0 stand at 0, on an axis that is linear up to the smallest positive one and logarithmic beyond.
    A solver that never hit has an arrow that starts at the lower bound of its time to solution; one that gave
    no answer says so.

    Parameters
    ----------
    result
        What `sgq.compare` returned.
    axes
        Two axes, side by side; made to measure when None.
    """
    rows = list(result)
    if axes is None:
        height = 1.6 + 0.5 * max(2, len(rows))
        axes = pyplot().subplots(1, 2, figsize=(9.0, height), sharey=True, layout="constrained")[1]
    _residuals(axes[0], rows, result.problem.num_variables)
    _times(axes[1], rows)
    axes[0].set_yticks(range(len(rows)), [textwrap.fill(row.label, 24) for row in rows])
    for ax in axes:
        ax.set_ylim(max(1, len(rows)) - 0.5, -0.5)
    return axes


def overlap_distribution(
    distribution: OverlapDistribution, ax: Axes | None = None, *, bins: int | None = None, label: str | None = None
) -> Axes:
    """P(q) as a histogram; several may share one set of axes.

    Parameters
    ----------
    distribution
        What `sgq.analysis.overlap_distribution` returned.
    ax
        Axes to draw into; made when None.
    bins
        Number of bins; one for each possible overlap when None.
    label
        For a legend.
    """
    ax = _axes(ax)
    edges, density = distribution.histogram(bins)
    ax.stairs(density, edges, label=label, linewidth=1.5, color=COLOURS[len(ax.patches) % len(COLOURS)])
    ax.set(xlabel="overlap q", ylabel="P(q)", xlim=(-1.05, 1.05))
    ax.set_ylim(bottom=0)
    if label is not None:
        ax.legend()
    return ax


def check_format(path: str | Path) -> None:
    """Raise before any work is done if matplotlib is missing or cannot write what the name of `path` asks for."""
    pyplot()
    from matplotlib.backend_bases import FigureCanvasBase

    formats = FigureCanvasBase.get_supported_filetypes()
    if Path(path).suffix.lstrip(".").lower() not in formats:
        raise ValueError(f"figure={str(path)!r}: a name that ends in .{', .'.join(sorted(formats))}")


def write(axes: Axes, path: str | Path) -> None:
    """Write the figure that `axes` belong to."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.savefig(path, dpi=150)


def pyplot() -> Any:
    """matplotlib.pyplot, or ImportError that says what to install."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError('figures need matplotlib: pip install "sgq[plot]"') from None
    return plt


def _residuals(ax: Axes, rows: Sequence[ComparisonRow], num_spins: int) -> None:
    points = {"best read": (BLUE, "o", []), "mean": (ORANGE, "D", [])}  # type: dict[str, tuple[str, str, Any]]
    for place, row in enumerate(rows):
        if row.best is None or row.mean is None or row.target is None:
            _say(ax, place, row.error or row.note or "")
            continue
        for name, energy in (("best read", row.best), ("mean", row.mean)):
            points[name][2].append((round((energy - row.target) / max(1, num_spins), 9), place))
    values = np.array([x for _, _, xy in points.values() for x, _ in xy])
    positive = np.abs(values[values != 0])
    if len(positive):
        threshold = 10 ** math.floor(math.log10(positive.min()))
        ax.set_xscale("symlog", linthresh=threshold, linscale=0.4)
        ax.set_xlim(min(-0.3 * threshold, 2 * values.min()), 2 * positive.max())
    for name, (colour, marker, xy) in points.items():
        if xy:
            size = 8 if name == "best read" else 5
            ax.plot(*zip(*xy, strict=True), marker, color=colour, markersize=size, label=name, zorder=3)
    source = next((row.target_source for row in rows if row.target is not None), None)
    ax.set_xlabel(f"residual energy per spin, (E - target)/N\ntarget: {source or 'none'}")
    ax.grid(axis="x", color="0.9")
    if len(values):
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)


def _times(ax: Axes, rows: Sequence[ComparisonRow]) -> None:
    ax.set_xscale("log")
    missed = []
    for place, row in enumerate(rows):
        value, low, high = row.time_to_solution, row.time_low, row.time_high
        if value is None or low is None or high is None:
            continue
        if math.isfinite(value):
            ax.errorbar(value, place, xerr=_bars(value, low, high), fmt="o", color=BLUE, capsize=4)
        elif math.isfinite(low):
            ax.plot(low, place, ">", color=RED, markersize=8)
            missed.append((low, place))
        else:
            _say(ax, place, "target proved out of reach")
    ax.margins(x=0.2)
    first, last = ax.get_xlim()
    middle = math.sqrt(first * last)
    ax.set_xlim(min(first, middle / 10), max(last, middle * 10))  # two decades at least, for legible ticks
    for low, place in missed:
        side = "left" if low < middle else "right"  # the words run towards the middle, never over the edge
        ax.annotate(
            f"never hit, {format_interval(low, math.inf)}", (low, place), (0, 7), textcoords="offset points",
            ha=side, va="bottom", fontsize="small", color=RED,
        )  # fmt: skip
    ax.set_xlabel("time to solution (99 %) in seconds\nwith 95 % confidence interval")
    ax.grid(axis="x", color="0.9")


def _say(ax: Axes, place: int, text: str) -> None:
    """Words in place of a point, in the middle of a solver's line."""
    ax.text(
        0.5, place, textwrap.shorten(text, 52, placeholder=" …"), transform=ax.get_yaxis_transform(),
        ha="center", va="center", style="italic", fontsize="small",
    )  # fmt: skip


def _bars(value: Any, low: Any, high: Any) -> Any:
    """Error bars as matplotlib wants them: lengths, shape (2, points), never negative."""
    return np.maximum(np.array([np.atleast_1d(value - low), np.atleast_1d(high - value)]), 0.0)


def _axes(ax: Axes | None) -> Axes:
    return pyplot().subplots(layout="constrained")[1] if ax is None else ax
