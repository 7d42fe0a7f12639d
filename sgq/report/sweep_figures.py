"""Figures of a sweep: each function draws a table of `sgq.report.sweep_data` into axes, and returns them.

A line has its own colour, marker and dashes, and its legend stands below the axes, where it hides nothing.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sgq.analysis.disorder import quantiles
from sgq.report.figures import BLACK, COLOURS, MARKERS, RED, pyplot
from sgq.report.sweep_points import with_error
from sgq.report.transition_figures import known_thresholds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_QUARTILES = (0.25, 0.5, 0.75)
_COLOURS = (*COLOURS, "#8C8C8C")
_DASHES = ("-", "--", ":", "-.")
_WIDTH = 6.0  # inches: text stays legible when the figure is scaled to a phone


def energy(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Energy per spin against N^(-2/3) with its fits; the legend gives each limit N → ∞ with its error.

    Points of several lines stand a little apart, for they often coincide; the data say where they belong.
    """
    made, ax, labels = ax is None, _axes(ax), []
    apart = np.linspace(-0.5, 0.5, data["line"].nunique())
    shifts = min(0.05, 0.012 * (len(apart) - 1)) * data["n_to_minus_two_thirds"].max() * apart
    for (label, line, style), shift in zip(_lines(data), shifts, strict=True):
        finite = line[np.isfinite(line["num_variables"])]
        x, colour = finite["n_to_minus_two_thirds"] + shift, style["color"]
        fitted = "fit" in line and line["fit"].notna().any()
        dots = style | {"linestyle": "none" if fitted else style["linestyle"]}
        ax.errorbar(x, finite["energy_per_spin"], yerr=finite["standard_error"].fillna(0), capsize=2, **dots)
        if fitted:
            limit = line[line["n_to_minus_two_thirds"] == 0].iloc[0]
            ordered = line.sort_values("n_to_minus_two_thirds")
            x, drawn = ordered["n_to_minus_two_thirds"], {"color": colour, "linestyle": style["linestyle"]}
            ax.plot(x, ordered["fit"], linewidth=1, **drawn)
            hollow = style | {"markerfacecolor": "white", "capsize": 3, "zorder": 4}
            ax.errorbar(0, limit["fit"], yerr=limit["fit_error"], **hollow)
            label += f"\nN → ∞: {with_error(limit['fit'], limit['fit_error'])}"
            label += f" (χ²/dof = {limit['chi_squared_per_degree']:.2g})"
        labels.append((label, style))
    ax.set(xlabel="$N^{-2/3}$", ylabel="lowest energy per spin")
    ax.set_xlim(left=min(ax.get_xlim()[0], -0.04 * data["n_to_minus_two_thirds"].max()))
    _sizes(ax, data)
    return _finished(ax, labels, made)


def time_distribution(data: pd.DataFrame, ax: Axes | None = None, *, confidence: float = 0.95) -> Axes:
    """Fraction of the instances solved within a time, with median and quartiles and their confidence intervals.

    An interval without bound on a side is drawn as far as the mark. Marks of several lines stand a little above
    one another.
    """
    made, ax, labels = ax is None, _axes(ax), []
    times = data["time_to_solution"].to_numpy(dtype=float)
    shown = times[np.isfinite(times) & (times > 0)]
    first, last = _decades(shown.min() / 2, shown.max() * 2) if len(shown) else (0.1, 10.0)
    lines = list(_lines(data))
    lifts = min(0.012 * (len(lines) - 1), 0.16) * np.linspace(-0.5, 0.5, len(lines))
    for (label, line, style), lift in zip(lines, lifts, strict=True):
        times = np.repeat(line["time_to_solution"].to_numpy(dtype=float), line["instances"])
        solved = np.maximum(times[np.isfinite(times)], first)
        steps = np.arange(len(solved) + 1) / len(times)
        curve = {name: style[name] for name in ("color", "linestyle")}
        if len(solved):
            ax.step([solved[0], *solved, last], [*steps, steps[-1]], where="post", linewidth=1.2, **curve)
        found = quantiles(times, _QUARTILES, confidence)
        for level, value, low, high in zip(_QUARTILES, found.value, found.low, found.high, strict=True):
            if math.isfinite(value):
                face = style["color"] if level == 0.5 else "white"
                ends = np.clip([end if math.isfinite(end) else value for end in (low, high)], first, last)
                if ends[0] < ends[1]:
                    ax.plot(ends, [level + lift] * 2, color=style["color"], linewidth=1, alpha=0.8)
                ax.plot(value, level + lift, **style | {"markerfacecolor": face, "zorder": 4})
        missed = np.isinf(times).sum()
        labels.append((label + (f" ({missed} of {len(times)} never hit)" if missed else ""), style))
    ax.set(xscale="log", xlabel="time to solution (99 %) in seconds", ylabel="fraction of instances solved")
    ax.set(xlim=(first, last), ylim=(-0.03, 1.03))
    return _finished(ax, labels, made)


def success(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Probability that the target has been hit by a time, with a band of one standard error."""
    made, ax, labels = ax is None, _axes(ax), []
    for k, (label, line, style) in enumerate(_lines(data)):
        x, y, error = line["time"], line["probability"], line["standard_error"].fillna(0)
        ax.plot(x, y, drawstyle="steps-post", markevery=(3 * k % 16, 16), **style)
        ax.fill_between(
            x, np.maximum(y - error, 0), np.minimum(y + error, 1), step="post", color=style["color"], alpha=0.15, lw=0
        )
        labels.append((label, style))
    ax.set(xscale="log", xlabel="time in seconds", ylabel="probability of a hit", ylim=(-0.03, 1.03))
    ax.set_xlim(_decades(data["time"].min() / 1.2, data["time"].max() * 1.2))
    return _finished(ax, labels, made)


def satisfiability(data: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """P(SAT) against clauses per variable, a curve for each line; where nothing was decided, an interval alone.

    Points of several lines stand a little apart. Where all are uniform random K-SAT of one K, upright lines are
    theory's thresholds for N → ∞, each with words that say whether it is exact.
    """
    made, ax, labels = ax is None, _axes(ax), []
    ax.axhline(0.5, color="0.8", linewidth=1, zorder=0)
    apart = np.linspace(-0.5, 0.5, data["line"].nunique())
    shifts = min(0.04, 0.008 * (len(apart) - 1)) * np.ptp(data["alpha"]) * apart
    for (label, line, style), shift in zip(_lines(data), shifts, strict=True):
        x, middle, half = line["alpha"] + shift, (line["low"] + line["high"]) / 2, (line["high"] - line["low"]) / 2
        ax.errorbar(x, middle, yerr=half, fmt="none", ecolor=style["color"], elinewidth=1, capsize=2)
        ax.plot(x, line["satisfiable_fraction"], **style)
        labels.append((label, style))
    literals = data["uniform_literals"].unique()
    if len(literals) == 1 and math.isfinite(literals[0]):
        (bound, text), *estimates = known_thresholds(int(literals[0]))
        upright = [(bound, text, BLACK, "--"), *((alpha, text, RED, ":") for alpha, text in estimates if alpha < bound)]
        for alpha, text, colour, dashes in upright:
            style = {"color": colour, "linestyle": dashes, "linewidth": 1.6}
            ax.axvline(alpha, zorder=0, **style)
            labels.append((text, style))
    ax.set(xlabel="clauses per variable α", ylabel="P(SAT)", ylim=(-0.03, 1.03))
    return _finished(ax, labels, made)


def _lines(data: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
    """Label, rows and style of each line, in order."""
    for k, (label, line) in enumerate(data.groupby("line", sort=False)):
        yield label, line, {
            "color": _COLOURS[k % len(_COLOURS)],
            "marker": MARKERS[k % len(MARKERS)],
            "linestyle": _DASHES[k % len(_DASHES)],
            "markersize": 4.5,
            "linewidth": 1.2,
        }  # fmt: skip


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    made: Axes = pyplot().subplots(layout="constrained")[1]
    return made


def _decades(first: float, last: float) -> tuple[float, float]:
    """Limits of a logarithmic axis, two decades apart at least, so that it has labels."""
    middle = math.sqrt(first * last)
    return min(first, middle / 10), max(last, middle * 10)


def _sizes(ax: Axes, data: pd.DataFrame) -> None:
    """The sizes N on an axis above, as many as there is room for."""
    sizes = np.unique(data["num_variables"][np.isfinite(data["num_variables"])])
    places = sizes ** (-2 / 3)
    kept: list[int] = []
    for k, place in enumerate(places):
        if not kept or places[kept[-1]] - place > 0.06 * places[0]:
            kept.append(k)
    top = ax.secondary_xaxis("top")
    top.set_xticks([0, *places[kept]], ["∞", *(f"{sizes[k]:g}" for k in kept)])
    top.set_xlabel("$N$")


def _finished(ax: Axes, labels: Sequence[tuple[str, dict[str, Any]]], made: bool) -> Axes:
    """Grid, and the legend below the axes' own label, in two columns where labels are short; `made` to measure."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import ScaledTranslation

    ax.grid(color="0.92", linewidth=0.8)
    ax.set_axisbelow(True)
    figure = ax.get_figure(root=True)
    assert figure is not None
    texts = ["\n".join(textwrap.fill(part, 72) for part in label.split("\n")) for label, _ in labels]
    longest = max((len(part) for text in texts for part in text.split("\n")), default=0)
    columns = 2 if longest <= 34 and len(labels) > 2 else 1
    if made:
        points = sum(4.3 + 10.5 * len(text.split("\n")) for text in texts) / columns
        figure.set_size_inches(_WIDTH, 3.8 + points / 72)
    legend = ax.legend(
        handles=[Line2D([], [], label="line", **style) for _, style in labels], loc="upper left", bbox_to_anchor=(0, 0),
        bbox_transform=ax.transAxes + ScaledTranslation(0, -0.52, figure.dpi_scale_trans), borderaxespad=0,
        frameon=False, fontsize=8.5, ncols=columns, handlelength=3.2,
    )  # fmt: skip
    for entry, text in zip(legend.get_texts(), texts, strict=True):
        entry.set_parse_math(False)  # a label is a text, whatever signs are in it
        entry.set_text(text)
    return ax
