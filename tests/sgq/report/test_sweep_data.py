"""What the figures of a sweep show, computed once more by hand."""

import math

import numpy as np
import pytest
import sweep_examples
from scipy.optimize import curve_fit
from scipy.stats import sem
from sweep_examples import table

from sgq.report import sweep_data
from sgq.report.sweep_points import measured


@pytest.fixture(scope="module")
def runs():
    return measured(sweep_examples.runs())


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
        return sweep_data.energy_data(measured(table(rows, ["n"])))

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
    assert sweep_data.time_data(measured(table([{"time_to_solution": math.inf}]))).empty


def test_success_counts_whole_batches():
    rows = [
        {"success_probability": p, "batch": 4, "batch_seconds": seconds, "setup_seconds": 0.5}
        for p, seconds in ((0.1, 1.0), (0.0, 1.0), (1.0, 3.0))
    ]
    data = sweep_data.success_data(measured(table(rows)))
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
    data = sweep_data.success_data(measured(table([{"success_probability": 0.5, "batch_seconds": 1.0}])))
    after = data[data["time"] >= 3].iloc[0]
    assert after["probability"] == pytest.approx(1 - 0.5 ** math.floor(after["time"]), abs=1e-6)


def test_a_size_where_a_run_gave_no_configuration_has_no_mean_energy():
    rows = [{"num_variables": n, "n": n, "ground_energy_per_spin": -float(n + k)} for n in (4, 8, 9) for k in (0, 1)]
    rows[2]["ground_energy_per_spin"] = np.nan
    data = sweep_data.energy_data(measured(table(rows, ["n"])))
    assert data["num_variables"].tolist() == [4, 9]
    assert data["energy_per_spin"].tolist() == [-4.5, -9.5]


def grown(n, counts, **columns):
    return [{"first_unsatisfiable": count, "num_variables": n, "n": n, "alpha": 3.0, **columns} for count in counts]


def test_formulas_that_grew_are_decided_at_every_length():
    rows = [*grown(10, [12, 14, 14, 20]), *grown(20, [41, 50, np.nan])]
    data = sweep_data.satisfiability_data(measured(table(rows, ["n"]))).set_index(["n", "alpha"])
    assert data["satisfiable"].to_dict() == {
        **{(10, m / 10): sum(m < t for t in (12, 14, 14, 20)) for m in range(11, 21)},
        **{
            (20, m / 20): sum(m < t for t in (41, 50, 99)) for m in range(40, 50)
        },  # of the third nothing is known at 50
    }
    assert (data["satisfiable"] + data["unsatisfiable"] == data["instances"]).all()
    assert (data["undecided"] == 0).all()


def test_theory_is_for_uniform_formulas_alone():
    def literals(**columns):
        rows = [{"satisfiable": 1, "alpha": a, "n": 9, **columns} for a in (1.0, 2.0)]
        return sweep_data.satisfiability_data(measured(table(rows)))["uniform_literals"].tolist()

    assert literals(family="k-sat") == [3, 3]
    assert literals(family="k-sat", k=4, planted=None, regular=False) == [4, 4]
    for other in (
        {"family": "nae-sat"},
        {"family": "k-sat", "planted": "quiet"},
        {"family": "k-sat", "regular": True},
        {},
    ):
        assert np.isnan(literals(**other)).all()
