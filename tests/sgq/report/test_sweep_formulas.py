"""P(SAT) belongs to the formulas, not to a solver: answers are merged, and what stays open widens the interval."""

import math

import numpy as np
import pandas as pd
import pytest
import sweep_examples
from scipy.stats import binomtest
from sweep_examples import table

from sgq.report import sweep_data, sweep_figures
from sgq.report.sweep_formulas import contradictions, formulas
from sgq.report.sweep_points import measured

ONE_SIGMA = math.erf(1 / math.sqrt(2))


def wilson(hits, total):
    return binomtest(hits, total).proportion_ci(ONE_SIGMA, method="wilson")


def answers(**solvers):
    """Runs of several solvers on the same formulas, ten variables and 40 clauses each."""
    rows = [
        {"solver": solver, "satisfiable": answer, "problem_seed": k, "m": 40, "n": 10}
        for solver, found in solvers.items()
        for k, answer in enumerate(found)
    ]
    return measured(table(rows, ["n", "m"]))


def test_solvers_decide_formulas_together():
    runs = answers(annealing=[1, 1, None, None, None], cdcl=[1, None, 0, None, 0], failing=[None] * 5)
    assert formulas(runs).sort_values("problem_seed")["satisfiable"].tolist() == pytest.approx(
        [1, 1, 0, math.nan, 0], nan_ok=True
    )
    data = sweep_data.satisfiability_data(runs)
    assert not {"solver", "num_sweeps"} & set(data.columns)
    row = data.iloc[0]
    assert len(data) == 1
    assert (row["line"], row["alpha"], row["satisfiable_fraction"]) == ("P", 4, 0.5)
    assert row[["instances", "satisfiable", "unsatisfiable", "undecided"]].tolist() == [5, 2, 2, 1]
    assert (row["low"], row["high"]) == pytest.approx((wilson(2, 5).low, wilson(3, 5).high))


def test_with_every_formula_decided_the_interval_is_wilsons():
    row = sweep_data.satisfiability_data(answers(cdcl=[1, 0, 0, 0])).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((wilson(1, 4).low, wilson(1, 4).high))


def test_an_annealer_alone_leaves_the_interval_open_to_what_it_did_not_solve():
    """Its fraction is 1, but the truth may be as low as the fraction that it solved."""
    rng = np.random.default_rng(3)
    truth = (rng.random(400) < 0.4).astype(float)
    row = sweep_data.satisfiability_data(answers(annealing=np.where(truth == 1, 1, np.nan))).iloc[0]
    assert row["satisfiable_fraction"] == 1
    assert row["low"] < truth.mean() < row["high"] == 1
    assert row["low"] == pytest.approx(wilson(int(truth.sum()), 400).low)


def test_formulas_are_the_same_only_if_parameters_and_seed_agree():
    rows = [{"satisfiable": n % 2, "n": n, "alpha": a, "problem_seed": 1} for n in (9, 10) for a in (3.0, 4.0)]
    runs = measured(table(rows, ["n", "alpha"]))
    assert len(formulas(runs)) == 4
    assert contradictions(runs) == []
    same = [{"satisfiable": 1, "alpha": 4.0, "instance": k, "problem_seed": 1} for k in range(3)]
    assert len(formulas(measured(table(same)))) == 1
    for seed in (None, math.nan):
        files = [
            {"alpha": 4.0, "instance": k % 3, "satisfiable": k < 2 or None, "problem_seed": seed} for k in range(6)
        ]
        found = formulas(measured(table(files)))
        assert found["satisfiable"].tolist() == pytest.approx([1, 1, math.nan], nan_ok=True)


def test_a_contradiction_is_named_and_leaves_the_formula_undecided():
    runs = answers(annealing=[1, 1, None], tempering=[None, 1, None], cdcl=[1, 0, 0])
    assert contradictions(runs) == [
        "P, n = 10, m = 40, seed = 1: annealing and tempering found a solution, cdcl proved that there is none."
    ]
    row = sweep_data.satisfiability_data(runs).iloc[0]
    assert row[["satisfiable", "unsatisfiable", "undecided"]].tolist() == [1, 1, 1]
    files = measured(table([{"satisfiable": k, "alpha": 4, "instance": 5, "problem_seed": None} for k in (0, 1)]))
    assert contradictions(files) == ["P, instance = 5: S found a solution, S proved that there is none."]


def test_a_formula_whose_runs_failed_is_undecided():
    runs = answers(cdcl=[1, 0, None])
    runs.loc[2, ["error", "n"]] = "MemoryError", np.nan
    runs.attrs["problem_axes"] = []
    runs["alpha"] = 4.0
    assert sweep_data.satisfiability_data(runs)["undecided"].tolist() == [1]


def test_curves_of_the_example():
    runs = measured(sweep_examples.runs())
    data = sweep_data.satisfiability_data(runs)
    assert data["line"].unique().tolist() == [f"3-SAT, n = {n}" for n in (50, 100, 200)]
    assert data.groupby("line")["alpha"].apply(list).tolist() == [[3.6, 3.8, 4.0, 4.2, 4.4, 4.6, 4.8]] * 3
    counts = data[["satisfiable", "unsatisfiable", "undecided"]].sum(axis=1)
    assert (counts == data["instances"]).all()
    assert data["instances"].sum() == (runs["problem"] == "3-SAT").sum()  # one solver, so every run is a formula
    again = pd.concat([runs, runs.assign(solver="annealing", satisfiable=runs["satisfiable"].where(lambda s: s == 1))])
    again.attrs = runs.attrs
    pd.testing.assert_frame_equal(sweep_data.satisfiability_data(again), data)


def test_nothing_to_draw():
    assert sweep_data.satisfiability_data(measured(table([{"satisfiable": 1, "n": 9}]))).empty  # no ratio
    assert sweep_data.satisfiability_data(measured(table([{"n": 9, "alpha": 4.0}]))).empty
    assert sweep_data.satisfiability_data(answers(annealing=[None] * 3)).empty
    assert contradictions(table([{"n": 9}])) == []


def test_where_nothing_was_decided_the_drawing_has_an_interval_alone():
    rows = [{"satisfiable": a, "alpha": alpha} for alpha, a in ((3, 1), (3, 0), (4, None), (4, None))]
    ax = sweep_figures.satisfiability(sweep_data.satisfiability_data(measured(table(rows, ["alpha"]))))
    bars = ax.collections[0].get_segments()
    assert [bar[0][0] for bar in bars] == [3, 4]
    assert bars[1][:, 1].tolist() == pytest.approx([wilson(0, 2).low, wilson(2, 2).high])
    assert ax.lines[-1].get_ydata().tolist() == pytest.approx([0.5, math.nan], nan_ok=True)
