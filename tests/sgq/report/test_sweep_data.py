"""What the figures of a sweep show, computed once more by hand; and that the drawings show it."""

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import sweep_examples
from scipy.optimize import curve_fit
from scipy.stats import binomtest, sem

from sgq.report import sweep_data, sweep_figures
from sgq.report.sweep_points import groups, judged, line_keys, line_labels, with_error

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def runs():
    return judged(sweep_examples.runs())


def table(rows, problem_axes=(), solver_axes=()):
    common = {"problem": "P", "solver": "S", "problem_seed": range(len(rows)), "error": None}
    frame = pd.DataFrame(common | pd.DataFrame(rows).to_dict("list"))
    frame.attrs.update(problem_axes=list(problem_axes), solver_axes=list(solver_axes))
    return frame


def test_a_run_that_another_went_below_has_hit_nothing():
    energies = [-10.0, -10.0 + 1e-9, -9.5, -9.5, math.nan]
    rows = [
        {"ground_energy": e, "problem_seed": s, "hits": 3, "success_probability": 0.3, "time_to_solution": 1.0,
         "time_to_solution_low": 0.5, "time_to_solution_high": 2.0}
        for e, s in zip(energies, (1, 1, 1, 2, 1), strict=True)
    ]  # fmt: skip
    given = table(rows)
    found = judged(given)
    assert found["hits"].tolist() == [3, 3, 0, 3, 3]
    assert found["success_probability"].tolist() == [0.3, 0.3, 0.0, 0.3, 0.3]
    assert found["time_to_solution"].tolist() == [1, 1, math.inf, 1, 1]
    assert found["time_to_solution_high"].tolist() == [2, 2, math.inf, 2, 2]
    assert found["time_to_solution_low"].tolist() == [0.5] * 5
    assert given["hits"].tolist() == [3] * 5  # the caller's table stays as it was
    assert found.attrs == given.attrs


def test_instances_are_one_only_if_problem_parameters_and_seed_agree():
    rows = [{"ground_energy": -1.0 * n, "n": n, "problem_seed": 1, "time_to_solution": 1.0} for n in (8, 16)]
    assert np.isfinite(judged(table(rows, ["n"]))["time_to_solution"]).all()
    rows = [{"ground_energy": e, "problem_seed": None, "time_to_solution": 1.0} for e in (-1.0, -2.0)]
    assert judged(table(rows))["time_to_solution"].tolist() == [math.inf, 1.0]  # a file has no seed


def test_a_miss_makes_no_success_where_there_was_no_measure():
    """Rows that are no independent reads have no success probability, hit or miss."""
    rows = [{"ground_energy": e, "problem_seed": 1, "success_probability": None} for e in (-1.0, -2.0)]
    assert judged(table(rows))["success_probability"].isna().all()


def test_a_given_target_is_kept():
    rows = [
        {"ground_energy": e, "problem_seed": 1, "hits": 3, "target_energy": t}
        for e, t in ((-2, None), (-1, -1), (-1, None))
    ]
    assert judged(table(rows))["hits"].tolist() == [3, 3, 0]


def test_lines_are_told_apart_by_what_was_varied(runs):
    keys = line_keys(runs, ("n",))
    assert keys == ["problem", "alpha", "solver", "num_sweeps"]
    labels = line_labels(runs, keys, groups(runs[runs["problem"] == "SK"], keys))
    assert labels == ["SK · annealing, num_sweeps = 100", "SK · annealing, num_sweeps = 1000", "SK · tempering"]


def test_labels_leave_out_what_is_the_same_in_all_runs_of_a_problem():
    rows = [{"problem": f"{k}-SAT", "k": k, "alpha": a} for k in (3, 4) for a in (1, 2)]
    frame = table(rows, ["k", "alpha"])
    keys = line_keys(frame)
    labels = line_labels(frame, keys, groups(frame, keys))
    assert labels == [f"{k}-SAT, alpha = {a} · S" for k in (3, 4) for a in (1, 2)]


def test_groups_come_in_order_numbers_before_texts():
    frame = table([{"shape": s} for s in ("8,8", "4,4", 16, 9, None)], ["shape"])
    assert [values[1] for values, _ in groups(frame, line_keys(frame))][1:] == [9, 16, "4,4", "8,8"]


def test_energy_is_the_mean_over_instances(runs):
    data = sweep_data.energy_data(runs)
    assert set(data["problem"]) == {"SK"}  # formulas have no energy here
    for row in data[np.isfinite(data["num_variables"])].itertuples():
        same = (runs["solver"] == row.solver) & (runs["n"] == row.num_variables)
        if not math.isnan(row.num_sweeps):
            same &= runs["num_sweeps"] == row.num_sweeps
        energies = runs["ground_energy_per_spin"][same & (runs["problem"] == "SK")].dropna()
        assert row.instances == len(energies)
        assert row.energy_per_spin == pytest.approx(energies.mean())
        assert row.standard_error == pytest.approx(sem(energies))


def test_energy_limit_is_that_of_a_weighted_fit(runs):
    data = sweep_data.energy_data(runs)
    for _, line in data.groupby("line"):
        points, limit = line[np.isfinite(line["num_variables"])], line[np.isinf(line["num_variables"])].iloc[0]
        x, y, error = (points[c] for c in ("n_to_minus_two_thirds", "energy_per_spin", "standard_error"))
        np.testing.assert_allclose(x, points["num_variables"] ** (-2 / 3))
        best, covariance = curve_fit(lambda x, e, a: e + a * x, x, y, sigma=error, absolute_sigma=True)
        assert limit["fit"] == pytest.approx(best[0])
        assert limit["fit_error"] == pytest.approx(math.sqrt(covariance[0, 0]), rel=1e-5)
        chi_squared = np.sum(((y - best[0] - best[1] * x) / error) ** 2)
        assert limit["chi_squared_per_degree"] == pytest.approx(chi_squared / (len(points) - 2))
        np.testing.assert_allclose(points["fit"], best[0] + best[1] * x)


def test_energy_needs_two_sizes_for_a_line_and_three_for_a_limit():
    def data(sizes):
        rows = [{"n": n, "num_variables": n, "ground_energy_per_spin": -1 - k / 9} for n in sizes for k in range(3)]
        return sweep_data.energy_data(judged(table(rows, ["n"])))

    assert data([8]).empty
    assert "fit" not in data([8, 16])
    assert np.isinf(data([8, 16, 32])["num_variables"]).sum() == 1
    assert sweep_data.energy_data(table([{"n": 8}])).empty


def test_time_is_the_empirical_distribution(runs):
    data = sweep_data.time_data(runs)
    for _, line in data.groupby("line"):
        row = line.iloc[0]
        same = (runs["solver"] == row["solver"]) & (runs["n"] == row["n"]) & (runs["problem"] == row["problem"])
        if not math.isnan(row["num_sweeps"]):
            same &= runs["num_sweeps"] == row["num_sweeps"]
        times = runs["time_to_solution"][same].dropna()
        assert line["instances"].sum() == len(times)
        for point in line.itertuples():
            expected = (times <= point.time_to_solution).mean()
            assert point.fraction == pytest.approx(
                expected if math.isfinite(point.time_to_solution) else math.nan, nan_ok=True
            )
    assert np.isinf(data["time_to_solution"]).any()  # the example has instances that were never hit
    assert sweep_data.time_data(judged(table([{"time_to_solution": math.inf}]))).empty


def test_success_counts_whole_batches():
    rows = [
        {"success_probability": p, "batch": 4, "batch_seconds": seconds, "setup_seconds": 0.5}
        for p, seconds in ((0.1, 1.0), (0.0, 1.0), (1.0, 3.0))
    ]
    data = sweep_data.success_data(judged(table(rows)))
    for point in data.itertuples():
        hit = [
            1 - (1 - row["success_probability"]) ** (4 * max(0, math.floor((point.time - 0.5) / row["batch_seconds"])))
            for row in rows
        ]
        assert point.probability == pytest.approx(np.mean(hit), abs=1e-6)
        assert point.standard_error == pytest.approx(sem(hit), abs=1e-6)
    assert data["probability"].iloc[0] == 0
    last = 0.5 + math.ceil(math.log(0.01) / math.log(0.9) / 4)
    assert last < data["time"].iloc[-1] < 1.5 * last


def test_success_of_one_read_at_a_time_without_setup():
    data = sweep_data.success_data(judged(table([{"success_probability": 0.5, "batch_seconds": 1.0}])))
    after = data[data["time"] >= 3].iloc[0]
    assert after["probability"] == pytest.approx(1 - 0.5 ** math.floor(after["time"]), abs=1e-6)


def test_satisfiability_leaves_out_what_was_not_decided():
    answers = [1, 1, 0, None, 1, 0, 0, 0]
    rows = [{"satisfiable": a, "m": 40 if k < 4 else 50, "n": 10} for k, a in enumerate(answers)]
    data = sweep_data.satisfiability_data(judged(table(rows, ["n", "m"])))
    assert data["alpha"].tolist() == [4, 5]
    assert data["instances"].tolist() == [3, 4]
    assert data["undecided"].tolist() == [1, 0]
    level = math.erf(1 / math.sqrt(2))  # one standard error
    for row, hits in zip(data.itertuples(), (2, 1), strict=True):
        interval = binomtest(hits, row.instances).proportion_ci(level, method="wilson")
        assert row.satisfiable_fraction == hits / row.instances
        assert (row.low, row.high) == pytest.approx((interval.low, interval.high))


def test_satisfiability_takes_alpha_where_it_is_given(runs):
    data = sweep_data.satisfiability_data(runs)
    assert data.groupby("line")["alpha"].apply(list).tolist() == [[3.6, 3.8, 4.0, 4.2, 4.4, 4.6, 4.8]] * 3
    failed = runs["error"].notna() & (runs["problem"] == "3-SAT")
    assert data["instances"].sum() + data["undecided"].sum() == (runs["problem"] == "3-SAT").sum() - failed.sum()
    assert sweep_data.satisfiability_data(table([{"satisfiable": 1, "n": 9}])).empty


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


def test_twenty_lines_have_their_own_looks():
    rows = [
        {"satisfiable": k % 2, "alpha": a, "k": k, "solver": f"a solver with a long name, number {k}"}
        for k in range(20)
        for a in (1.0, 2.0)
    ]
    ax = sweep_figures.satisfiability(sweep_data.satisfiability_data(judged(table(rows, ["k"]))))
    looks = {(h.get_color(), h.get_marker(), h.get_linestyle()) for h in ax.get_legend().get_lines()}
    assert len(looks) == 20
    ax.figure.canvas.draw()
    assert ax.get_window_extent().height > 200


def test_legends_say_limits_and_misses_and_take_any_label(runs):
    data = sweep_data.energy_data(runs).assign(line="_costs $5, not $x_{")
    limit = data[np.isinf(data["num_variables"])].iloc[0]
    text = sweep_figures.energy(data).get_legend().get_texts()[0].get_text()
    assert text.startswith("_costs $5, not $x_{\nN → ∞: ")
    assert with_error(limit["fit"], limit["fit_error"]) in text
    data = sweep_data.time_data(judged(table([{"time_to_solution": t} for t in (1.0, 2.0, math.inf)])))
    ax = sweep_figures.time_distribution(data)
    assert ax.get_legend().get_texts()[0].get_text() == "P · S (1 of 3 never hit)"
    assert ax.lines[0].get_ydata().tolist() == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (-0.76321, 0.00123, "−0.7632 ± 0.0012"),
        (0.5, 0.0998, "0.50 ± 0.10"),
        (1234.5, 31.4, "1234 ± 31"),
        (-1.0, 0.0, "−1 ± 0"),
        (2.0, math.nan, "2"),
    ],
)
def test_values_have_the_digits_of_their_errors(value, error, text):
    assert with_error(value, error) == text
