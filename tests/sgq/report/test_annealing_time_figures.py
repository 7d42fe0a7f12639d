"""Figures of optimal annealing times: what stands in the axes is what was found."""

import matplotlib as mpl
import numpy as np
import pytest

from sgq.analysis import optimal_annealing_time
from sgq.report import annealing_time_figures as figures

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_marks_are_optima_and_hollow_where_they_are_bounds():
    inside = optimal_annealing_time([1, 2, 4], [[0.1] * 5, [0.5] * 5, [0.55] * 5])
    edge = optimal_annealing_time([1, 2, 4], [[0.9] * 5, [0.91] * 5, [0.92] * 5])
    never = optimal_annealing_time([1, 2, 4], np.zeros((3, 5)))
    for draw, name in ((figures.optimal_times, "time_to_solution"), (figures.annealing_times, "annealing_time")):
        ax = draw([8, 10, 12], {"a, sweeps": [inside, edge, never]})
        marks = [line for line in ax.lines if line.get_marker() == "o" and len(line.get_xdata())]
        assert [line.get_ydata()[0] for line in marks] == [getattr(inside, name), getattr(edge, name)]
        assert [line.get_markerfacecolor() == "white" for line in marks] == [False, True]
        assert ax.get_legend_handles_labels()[1] == ["a, sweeps"]
        assert ax.get_yscale() == "log"


def test_residual_energies_are_means_over_instances():
    values = np.array([[0.5, 0.7, 0.9], [0.1, 0.1, 0.4]])
    ax = figures.residual_energies({"a": ([1, 10], values)})
    ((line, _, _),) = ax.containers
    np.testing.assert_allclose(line.get_ydata(), values.mean(1))
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_residuals_that_are_rounding_do_not_stretch_the_axis():
    values = [[0.5, 0.7], [0.0, 0.2], [1e-17, 0.0], [0.0, 0.0]]
    ax = figures.residual_energies({"a": ([1, 2, 3, 4], values), "solved": ([1, 2], [[0.0, 0.0], [0.0, 0.0]])})
    assert ax.get_ylim() == pytest.approx((0.05, ax.get_ylim()[1]))
    line, _, (bars,) = ax.containers[0]
    np.testing.assert_allclose(line.get_ydata(), [0.6, 0.1])
    assert min(segment[:, 1].min() for segment in bars.get_segments()) > 0


def test_solvers_with_equal_values_stand_side_by_side_and_endless_intervals_have_an_arrow():
    half = optimal_annealing_time([1, 2, 4], [[0] * 6, [0, 0, 0.99, 0.99, 0.99, 0.99], [0, 0, 0.5, 0.5, 0.5, 0.5]])
    assert (half.time_to_solution, half.high) == (2, np.inf)
    ax = figures.optimal_times([8, 10], {"a": [half, half], "b": [half, half]})
    marks = [line.get_xdata()[0] for line in ax.lines if line.get_marker() in ("o", "s") and len(line.get_xdata()) == 1]
    assert len(set(marks)) == 4
    assert all(min(abs(x - 8), abs(x - 10)) < 0.5 for x in marks)
    arrows = [container for container in ax.containers if container.lines[0] is None]
    assert [list(segment[:, 1]) for c in arrows for bars in c.lines[2] for segment in bars.get_segments()] == 4 * [
        [2, 4]
    ]
