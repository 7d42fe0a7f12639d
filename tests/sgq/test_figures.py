"""Figures: what stands in the axes is what stands in the results."""

import math

import matplotlib as mpl
import numpy as np
import pytest

import sgq
from sgq.analysis import overlap_distribution
from sgq.comparison_table import Comparison, ComparisonRow
from sgq.report import figures

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def row(label, best=-9.0, mean=-8.0, time=(1.0, 0.5, 4.0), **more):
    time_to_solution, low, high = time
    return ComparisonRow(
        label=label, solver="fake", target=-10.0, target_source="given", best=best, mean=mean,
        time_to_solution=time_to_solution, time_low=low, time_high=high, **more,
    )  # fmt: skip


def comparison(*rows):
    return Comparison(sgq.ising(np.zeros((5, 5))), rows, {})


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


def test_comparison_shows_every_row():
    long = "a label that is much too long for one line of a figure"
    result = comparison(
        row("hit", best=-10.0),
        row("miss", time=(math.inf, 0.02, math.inf)),
        ComparisonRow(label="bad", solver="fake", error="512 spins: at most 30"),
        row(long, best=-10.0, mean=-10.0, time=(2.0, 2.0, 2.0), proven=True),
    )
    left, right = figures.comparison(result)
    assert [text.get_text().replace("\n", " ") for text in left.get_yticklabels()] == ["hit", "miss", "bad", long]
    best, mean = lines(left)["best read"], lines(left)["mean"]
    np.testing.assert_allclose(best.get_xydata(), [[0, 0], [0.2, 1], [0, 3]])  # per spin, five spins
    np.testing.assert_allclose(mean.get_xydata(), [[0.4, 0], [0.4, 1], [0, 3]])
    low, high = left.get_xlim()
    assert low < 0 < 0.4 < high
    assert "512 spins: at most 30" in [text.get_text() for text in left.texts]
    assert "target: given" in left.get_xlabel()
    assert [text.get_text() for text in right.texts] == ["never hit, > 20 ms"]
    left.figure.canvas.draw()
    inside = right.get_window_extent()
    words = right.texts[0].get_window_extent()
    assert inside.x0 < words.x0
    assert words.x1 < inside.x1


@pytest.mark.parametrize(
    "rows",
    [
        [row("all at the target", best=-10.0, mean=-10.0)],
        [row("below the target", best=-12.0)],
        [row("proved out of reach", time=(math.inf, math.inf, math.inf))],
        [ComparisonRow(label="unsatisfiable", solver="cdcl", note="proved that there is no solution", proven=True)],
        [row("never", time=(math.inf, 3.0, math.inf))],
        [],
    ],
    ids=lambda rows: rows[0].label if rows else "no rows",
)
def test_comparison_of_extreme_rows_draws_without_warning(rows, recwarn):
    left, _ = figures.comparison(comparison(*rows))
    left.figure.canvas.draw()
    assert not recwarn.list


def test_rounding_is_not_a_residual():
    left, _ = figures.comparison(comparison(row("a", best=-10.0 + 1e-13, mean=-10.0)))
    assert left.get_xscale() == "linear"


def test_overlap_distribution_is_drawn_as_computed():
    reads = np.random.default_rng(0).choice([-1, 1], (50, 8))
    distribution = overlap_distribution(reads)
    ax = figures.overlap_distribution(distribution, label="T = 1")
    np.testing.assert_array_equal(ax.patches[0].get_data().values, distribution.histogram()[1])
    assert figures.overlap_distribution(distribution, ax, bins=5, label="T = 2") is ax
    assert len(ax.patches[1].get_data().values) == 5
    assert ax.patches[0].get_edgecolor() != ax.patches[1].get_edgecolor()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["T = 1", "T = 2"]
