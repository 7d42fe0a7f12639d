"""Figures across the transition: what stands in the axes is what stands in the runs, theory in its place."""

import itertools
import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import sgq
from sgq.report import landscape_figures
from sgq.sweeps.measures import solution_entropy
from sgq.theory import integer_field_energy

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture
def runs():
    rows = [
        {"n": n, "alpha": alpha, "decisions": n * i, "solution_entropy": math.nan if i == 0 else 0.1 * i * alpha / n}
        | {"ground_energy_per_spin": i / n, "proven": float(i < 3)}
        for n in (10, 20)
        for alpha in (3.0, 5.0)
        for i in range(4)
    ]
    return pd.DataFrame(rows)


def drawn(ax):
    return [container.lines[0].get_xydata().tolist() for container in ax.containers]


def test_cost_is_a_median_with_its_quartiles(runs):
    """The median of 0, 1, 2, 3 times n is the second, an instance's own cost."""
    ax = landscape_figures.search_cost(runs)
    assert [line.get_xydata().tolist() for line in ax.lines] == [[[3, 10], [5, 10]], [[3, 20], [5, 20]]]
    assert [line.get_label() for line in ax.lines] == ["n = 10", "n = 20"]
    assert len(ax.collections) == 2
    assert ax.get_ylim()[0] == 0


def test_entropy_is_averaged_over_the_satisfiable(runs):
    ax = landscape_figures.solution_entropy(runs)
    np.testing.assert_allclose(drawn(ax)[0], [[3, 0.06], [5, 0.1]])
    annealed = next(line for line in ax.lines if line.get_linestyle() == "--")
    at = np.interp(3.0, *annealed.get_xydata().T)
    assert at == pytest.approx(math.log(2) + 3 * math.log(7 / 8))


def test_violations_are_those_that_were_proven(runs):
    ax = landscape_figures.violated_clauses(runs)
    np.testing.assert_allclose(drawn(ax), [[[3, 0.1], [5, 0.1]], [[3, 0.05], [5, 0.05]]])
    estimate = next(line for line in ax.lines if line.get_linestyle() == ":")
    x, y = estimate.get_xydata()[-1]
    assert y == integer_field_energy(x, 3)


@pytest.mark.parametrize("function", [landscape_figures.search_cost, landscape_figures.violated_clauses])
def test_a_missing_column_is_named(runs, function):
    with pytest.raises(ValueError, match="runs without alpha: a sweep over n and alpha"):
        function(runs.drop(columns="alpha"))


@pytest.mark.parametrize("seed", range(3))
def test_solution_entropy_counts_assignments(seed):
    problem = sgq.build("k-sat", n=8, k=3, alpha=2.0, seed=seed)
    rows = list(itertools.product((False, True), repeat=8))
    count = sum(all(any(row[abs(x) - 1] == (x > 0) for x in clause) for clause in problem.clauses) for row in rows)
    assert solution_entropy(problem, sgq.solve(problem, "exhaustive")) == pytest.approx(math.log(count) / 8)
    assert math.isnan(solution_entropy(problem, sgq.solve(problem, "neal", seed=1)))  # which does not count


def test_no_solution_has_no_entropy():
    problem = sgq.build("k-sat", n=6, k=3, alpha=20.0, seed=1)
    assert math.isnan(solution_entropy(problem, sgq.solve(problem, "exhaustive")))
