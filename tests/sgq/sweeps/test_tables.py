"""What a sweep gives out: columns, dimensions, averages over the disorder, files."""

from pathlib import Path

import numpy as np
import pytest
from sweep_helpers import coin

from sgq.analysis import disorder_binder_ratio
from sgq.sweeps import Serial, Sweep

pd = pytest.importorskip("pandas", reason="the extra `scale` is not installed")
xr = pytest.importorskip("xarray", reason="the extra `scale` is not installed")

SK = "sherrington-kirkpatrick"


def run(sweep: Sweep, tmp_path: Path) -> Path:
    sweep.run(tmp_path / "s.db", executor=Serial())
    return tmp_path / "s.db"


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    return Sweep(
        {"SK": (SK, {"n": {"each": [8, 4, 6]}})},
        {"SA": ("annealing", {"num_sweeps": {"each": [30, 2]}, "num_reads": 8})},
        instances=5,
        measures=["ground_energy", "overlap_moments", "time_to_solution"],
    )


@pytest.fixture(scope="module")
def store(sweep: Sweep, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(sweep, tmp_path_factory.mktemp("tables"))


def test_dimensions_follow_the_grids_in_their_order(sweep: Sweep, store: Path) -> None:
    data, frame = sweep.to_xarray(store), sweep.to_pandas(store)
    assert dict(data.sizes) == {"n": 3, "num_sweeps": 2, "instance": 5, "quantile": 3}
    assert data.n.to_numpy().tolist() == [8, 4, 6]
    assert data.num_sweeps.to_numpy().tolist() == [30, 2]
    assert (frame.attrs["problem_axes"], frame.attrs["solver_axes"]) == (["n"], ["num_sweeps"])
    assert {"q2", "time_to_solution"} < set(frame.attrs["measures"]) < set(frame.columns)
    for row in frame.itertuples():
        one = data.sel(n=row.n, num_sweeps=row.num_sweeps, instance=row.instance)
        assert float(one.ground_energy) == row.ground_energy
        assert int(one.problem_seed) == row.problem_seed
        assert float(one.num_variables) == row.n == row.num_variables
        assert one.error == ""


def test_averages_over_the_disorder(sweep: Sweep, store: Path) -> None:
    data, frame = sweep.to_xarray(store), sweep.to_pandas(store)
    groups = frame.groupby(["n", "num_sweeps"])
    for (n, sweeps), group in groups:
        one = data.sel(n=n, num_sweeps=sweeps)
        assert float(one.ground_energy_mean) == pytest.approx(group.ground_energy.mean(), abs=1e-12)
        assert float(one.ground_energy_error) == pytest.approx(group.ground_energy.sem(), abs=1e-12)
        ratio = disorder_binder_ratio(group.q2, group.q4)
        assert float(one.binder_ratio) == pytest.approx((3 - group.q4.mean() / group.q2.mean() ** 2) / 2, abs=1e-12)
        assert float(one.binder_ratio_error) == pytest.approx(float(ratio.error), abs=1e-12)
        median = np.sort(group.time_to_solution)[2]
        assert float(one.time_to_solution_quantiles.sel(quantile=0.5)) == median
        assert float(one.time_to_solution_quantiles_low.sel(quantile=0.5)) == 0.0  # five instances bound no median
        assert np.isinf(one.time_to_solution_quantiles_high.sel(quantile=0.5))
    assert "time_to_solution_mean" not in data


def test_labels_over_the_same_grid_are_a_dimension(tmp_path: Path) -> None:
    sweep = Sweep(
        {"gauss": (SK, {"n": {"each": [4, 6]}}), "bimodal": (SK, {"n": {"each": [6, 9]}, "disorder": "bimodal"})},
        {"a": coin(), "b": ("neal", {"num_reads": 2})},
        instances=2,
    )
    data = sweep.to_xarray(run(sweep, tmp_path))
    assert dict(data.sizes) == {"problem": 2, "n": 3, "solver": 2, "instance": 2, "quantile": 3}
    assert data.ground_energy.sel(problem="gauss", n=9).isnull().all()
    assert data.ground_energy.sel(problem="bimodal", n=[6, 9], solver=["a", "b"]).notnull().all()


def test_labels_over_different_grids_are_points(tmp_path: Path) -> None:
    sweep = Sweep(
        {"SK": (SK, {"n": 5})},
        {"coin": coin(), "neal": ("neal", {"num_reads": {"each": [1, 3]}, "num_sweeps": {"each": [4, 5]}})},
        instances=2,
    )
    data = sweep.to_xarray(run(sweep, tmp_path))
    assert dict(data.sizes) == {"solver": 5, "instance": 2, "quantile": 3}
    assert data.solver.to_numpy().tolist()[:2] == ["coin", "neal, num_reads = 1, num_sweeps = 4"]
    assert data.num_reads.to_numpy().tolist()[1:] == [1, 1, 3, 3]
    assert data.ground_energy.notnull().all()


def test_what_a_point_lacks_is_a_missing_number_or_an_empty_text(tmp_path: Path) -> None:
    problems = {
        "glass": (SK, {"n": {"each": [4, 5]}, "disorder": {"each": ["bimodal", "gaussian"]}}),
        "p": ("p-spin", {"n": 6, "p": {"each": [2, 3]}}),
    }
    sweep = Sweep(problems, {"c": coin()})
    data = sweep.to_xarray(run(sweep, tmp_path))
    np.testing.assert_array_equal(data.p, [np.nan] * 4 + [2, 3])
    assert data.disorder.to_numpy().tolist() == ["bimodal", "gaussian"] * 2 + ["", ""]
    assert data.n.to_numpy().tolist() == [4, 4, 5, 5, 6, 6]


def test_a_run_that_another_went_below_has_hit_nothing(tmp_path: Path) -> None:
    """Both count hits of their own lowest energy; the coin's is hardly ever the instance's."""
    solvers = {
        "coin": coin(),
        "target": coin(seed=5, target_energy=0.0),
        "exhaustive": ("exhaustive", {"max_states": 1}),
    }
    measures = ["hits", "time_to_solution"]
    sweep = Sweep({"SK": (SK, {"n": {"each": [6, 8]}})}, solvers, instances=10, measures=measures)
    frame = sweep.to_pandas(run(sweep, tmp_path))
    lowest = frame.groupby(["n", "instance"]).lowest_energy.transform("min")
    reached = frame.lowest_energy <= lowest + 1e-9
    assert (frame[frame.solver == "exhaustive"].hits == 1).all()
    of_coin = frame.solver == "coin"
    assert (of_coin & ~reached).sum() > 10
    assert (frame.hits[of_coin] == reached[of_coin]).all()
    assert np.isinf(frame.time_to_solution[of_coin & ~reached]).all()
    assert (frame.success_probability[of_coin & ~reached] == 0).all()
    given = frame.solver == "target"
    assert (frame.hits[given] == (frame.lowest_energy[given] <= 0)).all()


def test_a_name_that_is_needed_twice_is_told_apart(tmp_path: Path) -> None:
    problem = {"n": {"each": [4, 5]}, "p": 3, "seed": 1}
    sweep = Sweep({"P": ("p-spin", problem)}, {"s": coin(seed={"each": [1, 2]})})
    frame = sweep.to_pandas(run(sweep, tmp_path))
    assert list(frame.problem_seed) == [1] * 4
    assert list(frame.solver_seed) == [1, 2] * 2
    assert (frame.attrs["problem_axes"], frame.attrs["solver_axes"]) == (["n"], ["solver_seed"])
    assert sweep.to_xarray(tmp_path / "s.db").ground_energy.dims == ("n", "solver_seed", "instance")
    both = Sweep({"P": (SK, {"n": 4})}, {"s": coin(n=5)})
    frame = both.to_pandas(run(both, tmp_path))
    assert (frame.problem_n[0], frame.solver_n[0]) == (4, 5)


def test_an_unfinished_sweep_has_holes(tmp_path: Path) -> None:
    sweep = Sweep({"SK": (SK, {"n": {"each": [4, 6]}})}, {"c": coin(fails_below=2**30)}, instances=12)
    data = sweep.to_xarray(run(sweep, tmp_path))
    failed = data.error != ""
    assert 0 < int(failed.sum()) < 24
    assert (data.ground_energy.isnull() == failed).all()
    done = (~failed).sum("instance")
    kept = data.ground_energy.where(~failed)
    np.testing.assert_allclose(data.ground_energy_mean, kept.mean("instance"))
    np.testing.assert_allclose(data.ground_energy_error, kept.std("instance", ddof=1) / np.sqrt(done))


def test_lists_stand_in_one_cell(tmp_path: Path) -> None:
    sweep = Sweep({"EA": ("edwards-anderson", {"shape": {"each": [[2, 2], [3, 3]]}})}, {"c": coin()})
    store = run(sweep, tmp_path)
    assert list(sweep.to_pandas(store)["shape"]) == ["2,2", "3,3"]
    assert sweep.to_xarray(store)["shape"].to_numpy().tolist() == ["2,2", "3,3"]


def test_two_measures_of_one_name_are_refused(tmp_path: Path) -> None:
    measures = ["sweep_helpers:magnetisation", "sweep_helpers:again"]
    store = run(Sweep({"SK": (SK, {"n": 4})}, {"c": coin()}, measures=measures), tmp_path)
    with pytest.raises(ValueError, match="magnetisation and sweep_helpers:again both give 'magnetisation'"):
        Sweep.of(store).to_pandas(store)


def test_files(sweep: Sweep, store: Path, tmp_path: Path) -> None:
    frame, data = sweep.to_pandas(store), sweep.to_xarray(store)
    for name in ("a.csv", "a.parquet", "a.nc"):
        sweep.export(store, tmp_path / name)
    text = pd.read_csv(tmp_path / "a.csv")
    assert text.ground_energy.equals(frame.ground_energy)
    assert text.problem_seed.equals(frame.problem_seed.astype("int64"))
    parquet = pd.read_parquet(tmp_path / "a.parquet")
    assert parquet.key.equals(frame.key)
    assert parquet.q2.equals(frame.q2)
    with xr.open_dataset(tmp_path / "a.nc") as read:
        xr.testing.assert_equal(read.load(), data)
    with pytest.raises(ValueError, match=r"a\.xls: a name that ends in \.csv, \.parquet or \.nc"):
        sweep.export(store, tmp_path / "a.xls")
