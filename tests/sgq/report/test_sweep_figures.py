"""The drawings of a sweep show its data, and their legends hide nothing."""

import math

import matplotlib as mpl
import numpy as np
import pytest
import sweep_examples
from sweep_examples import table

from sgq.analysis.disorder import quantiles
from sgq.report import sweep_data, sweep_figures
from sgq.report.sweep_parts import LINES
from sgq.report.sweep_points import measured, with_error

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def runs():
    return measured(sweep_examples.runs())


DRAWINGS = {
    sweep_figures.energy: sweep_data.energy_data,
    sweep_figures.time_distribution: sweep_data.time_data,
    sweep_figures.success: sweep_data.success_data,
    sweep_figures.satisfiability: sweep_data.satisfiability_data,
}


@pytest.mark.parametrize(("draw", "data_of"), DRAWINGS.items(), ids=lambda f: f.__name__)
def test_drawings_take_axes_and_legends_hide_nothing(runs, draw, data_of):
    data = data_of(runs)
    given = plt.subplots(layout="constrained")[1]
    assert draw(data, given) is given
    ax = draw(data)
    ax.figure.canvas.draw()
    legend, plot = ax.get_legend().get_window_extent(), ax.get_window_extent()
    assert not legend.overlaps(plot)
    assert not legend.overlaps(ax.xaxis.label.get_window_extent())
    assert plot.height > 200
    assert ax.figure.bbox.contains(legend.x0, legend.y0)
    assert ax.figure.bbox.contains(legend.x1, legend.y1)
    assert len(ax.get_legend().get_texts()) == data["line"].nunique()


@pytest.mark.parametrize(
    ("k", "texts"), [(2, ["first moment"]), (3, ["first moment", "estimate"]), (4, ["first moment"])]
)
def test_thresholds_of_uniform_formulas_are_drawn(k, texts):
    """The replica-symmetric line only where it is below the rigorous bound; for K = 2 it is exact."""
    rows = [{"family": "k-sat", "k": k, "satisfiable": a < 3, "alpha": a} for a in (2.0, 3.0)]
    ax = sweep_figures.satisfiability(sweep_data.satisfiability_data(measured(table(rows))))
    legend = [text.get_text() for text in ax.get_legend().get_texts()][1:]
    expected = [*texts, "exact for K = 2"] if k == 2 else texts
    assert [word in text for word, text in zip(expected, legend, strict=True)] == [True] * len(expected)


def test_twenty_lines_have_their_own_looks():
    rows = [
        {"satisfiable": k % 2, "alpha": a, "k": k, "problem": f"a problem with a long name, number {k}"}
        for k in range(20)
        for a in (1.0, 2.0)
    ]
    ax = sweep_figures.satisfiability(sweep_data.satisfiability_data(measured(table(rows, ["k"]))))
    looks = {(h.get_color(), h.get_marker(), h.get_linestyle()) for h in ax.get_legend().get_lines()}
    assert len(looks) == 20
    assert len({h.get_color() for h in ax.get_legend().get_lines()[:LINES]}) == LINES
    ax.figure.canvas.draw()
    assert ax.get_window_extent().height > 200


def drawn_bars(times):
    """Ends and height of the horizontal lines, which are the intervals of quartiles, from time to height."""
    ax = sweep_figures.time_distribution(
        sweep_data.time_data(measured(table([{"time_to_solution": t} for t in times])))
    )
    bars = [line for line in ax.lines[1:] if len(line.get_xdata()) == 2]
    return {round(line.get_ydata()[0], 2): tuple(line.get_xdata()) for line in bars}


def test_intervals_without_bound_end_at_the_mark():
    assert drawn_bars([1.0, 2.0]) == {}  # two instances bound no quartile at 95 %
    bars = drawn_bars(np.arange(1.0, 13.0))
    expected = quantiles(np.arange(1.0, 13.0), (0.25, 0.5, 0.75))
    assert np.isinf(expected.low).tolist() == [True, False, False]
    assert np.isinf(expected.high).tolist() == [False, False, True]
    assert bars == {
        0.25: (expected.value[0], expected.high[0]),
        0.5: (expected.low[1], expected.high[1]),
        0.75: (expected.low[2], expected.value[2]),
    }


def test_legends_say_limits_and_misses_and_take_any_label(runs):
    data = sweep_data.energy_data(runs).assign(line="_costs $5, not $x_{")
    limit = data[np.isinf(data["num_variables"])].iloc[0]
    text = sweep_figures.energy(data).get_legend().get_texts()[0].get_text()
    assert text.startswith("_costs $5, not $x_{\nN → ∞: ")
    assert with_error(limit["fit"], limit["fit_error"]) in text
    data = sweep_data.time_data(measured(table([{"time_to_solution": t} for t in (1.0, 2.0, math.inf)])))
    ax = sweep_figures.time_distribution(data)
    assert ax.get_legend().get_texts()[0].get_text() == "P · S (1 of 3 never hit)"
    assert ax.lines[0].get_ydata().tolist() == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])
