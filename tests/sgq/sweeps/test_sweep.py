"""A sweep runs once and for all: same bits on every executor, failures kept, grown and measured anew."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sweep_helpers import GLASS, coin, numbers

import sgq
from sgq.sweeps import Serial, Store, Sweep
from sgq.sweeps import runs as runs_of_workers
from sgq.sweeps.runs import build_point

LARGEST_SEED = 2**31


def test_every_executor_gives_the_same_bits(tmp_path: Path) -> None:
    sweep = Sweep(
        {"glass": GLASS, "sat": ("k-sat", {"n": 8, "alpha": {"each": [2, 5.5]}})},
        {"annealing": ("annealing", {"num_reads": 6, "num_sweeps": 30}), "neal": ("neal", {"num_reads": 6})},
        instances=4,
        measures=["ground_energy", "mean_energy", "hits", "satisfiable", "overlap_moments"],
    )
    with ThreadPoolExecutor(2) as threads:
        for name, options in {
            "serial": {"executor": Serial()},
            "pool": {"workers": 2},
            "threads": {"executor": threads},
        }.items():
            status = sweep.run(tmp_path / name, **options)  # type: ignore[arg-type]
            assert (status.done, status.failed, status.expected) == (len(sweep), 0, 32)
    serial = numbers(sweep, tmp_path / "serial")
    assert len(serial) == 32
    assert serial == numbers(sweep, tmp_path / "pool") == numbers(sweep, tmp_path / "threads")


def test_a_run_is_what_solve_gives(tmp_path: Path) -> None:
    sweep = Sweep(
        {"glass": GLASS}, {"sa": ("annealing", {"num_reads": 5, "num_sweeps": 3})}, instances=2, measures=["hits"]
    )
    sweep.run(tmp_path / "s.db", executor=Serial(), keep_samples=True)
    frame = sweep.to_pandas(tmp_path / "s.db")
    with Store(tmp_path / "s.db") as store:
        for row in frame.itertuples():
            problem = sgq.build("sherrington-kirkpatrick", n=row.n, seed=row.problem_seed)
            samples = sgq.solve(problem, "annealing", num_reads=5, num_sweeps=3, seed=row.solver_seed)
            kept = store.samples(row.key)
            np.testing.assert_array_equal(kept.record.sample, samples.record.sample)
            np.testing.assert_array_equal(kept.record.energy, samples.record.energy)
            energy = samples.record.energy
            assert row.hits == (energy <= energy.min() + 1e-9).sum()
            assert kept.info["sgq"]["parameters"]["num_threads"] == 1
    with pytest.raises(KeyError, match="no samples of the run ffff"), Store(tmp_path / "s.db") as store:
        store.samples("ffff")


def test_nothing_is_run_twice_and_a_sweep_can_grow(tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    small = Sweep({"g": GLASS}, {"coin": coin()}, instances=3)
    small.run(store, executor=Serial())
    before = small.to_pandas(store).set_index("key")
    small.run(store, executor=Serial())
    assert small.to_pandas(store).set_index("key").equals(before)
    grown = Sweep(
        {"g": ("sherrington-kirkpatrick", {"n": {"each": [5, 6, 8]}})},
        {"coin": coin(), "c": coin(seconds=1e-9)},
        instances=4,
    )
    calls: list[tuple[int, int, int]] = []
    grown.run(store, executor=Serial(), progress=lambda *counts: calls.append(counts))
    assert calls[0] == (6, 0, 24)
    assert calls[-1] == (24, 0, 24)
    after = grown.to_pandas(store).set_index("key")
    assert after.loc[before.index, "finished"].equals(before["finished"])
    assert len(small.to_pandas(store)) == 6
    assert Sweep.of(store).record() == grown.record()


def test_a_failed_run_is_kept_and_made_again_only_when_asked(tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    sweep = Sweep({"g": GLASS}, {"coin": coin(fails_below=LARGEST_SEED // 2)}, instances=20)
    status = sweep.run(store, executor=Serial())
    frame = sweep.to_pandas(store).set_index("key")
    failed = frame.solver_seed < LARGEST_SEED // 2
    assert 5 < failed.sum() == status.failed < 35
    assert status.done == 40 - status.failed
    assert (frame.error.notna() == failed).all()
    assert frame.error[failed].iloc[0].startswith("ValueError: seed ")
    assert "Traceback" in frame.error[failed].iloc[0]
    assert (frame.ground_energy.isna() == failed).all()
    assert status.errors[0].startswith("ValueError: seed ")
    sweep.run(store, executor=Serial())
    assert sweep.to_pandas(store).set_index("key").finished.equals(frame.finished)
    calls: list[tuple[int, int, int]] = []
    sweep.run(store, executor=Serial(), retry=True, progress=lambda *counts: calls.append(counts))
    assert calls[0] == (status.done, 0, 40)
    assert calls[-1] == (status.done, status.failed, 40)
    again = sweep.to_pandas(store).set_index("key").finished
    assert ((again > frame.finished) == failed).all()


def test_a_file_that_changed_is_another_problem(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    solvers = {"exhaustive": ("exhaustive", {"max_states": 1})}
    for n in (5, 6):
        sgq.save(sgq.build("p-spin", n=n, seed=1), path)
        sweep = Sweep({"f": ("file", {"path": str(path)})}, solvers)
        sweep.run(tmp_path / f"{n}.db", executor=Serial())
        assert sweep.to_pandas(tmp_path / f"{n}.db").num_variables[0] == n
    sgq.save(sgq.build("p-spin", n=7, seed=1), path)
    frame = Sweep.of(tmp_path / "6.db").to_pandas(tmp_path / "6.db")
    assert build_point(sweep.problems[0], None).num_variables == 6  # what was read before is still what was asked for
    runs_of_workers._loaded.cache_clear()
    with pytest.raises(ValueError, match="its content is not what it was when the sweep was made"):
        build_point(sweep.problems[0], None)
    assert frame.num_variables[0] == 6


def test_a_sweep_read_from_a_store_runs_by_the_versions_of_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "s.db"
    Sweep({"g": GLASS}, {"coin": coin()}).run(store, executor=Serial())
    monkeypatch.setattr(sgq, "__version__", "9.9")
    read = Sweep.of(store)
    assert read.problems[0].versions["sgq"] != "9.9"
    assert read.run(store, executor=Serial()).done == 2
    assert Sweep.of(store).problems[0].versions["sgq"] == "9.9"


@pytest.mark.parametrize("executor", ["serial", Serial])
def test_what_is_no_executor(tmp_path: Path, executor: Any) -> None:
    with pytest.raises(ValueError, match=r"executor=.*an instance of concurrent\.futures\.Executor"):
        Sweep({"g": GLASS}, {"coin": coin()}).run(tmp_path / "s.db", executor=executor)
    assert not (tmp_path / "s.db").exists()


def test_builders_and_files_that_are_not_registered(tmp_path: Path) -> None:
    sgq.save(sgq.build("p-spin", n=5, seed=1), tmp_path / "a.json")
    sgq.save(sgq.build("p-spin", n=6, seed=1), tmp_path / "b.json")
    problems = {
        "pair": ("sweep_helpers:pair", {"coupling": {"each": [1, 2]}}),
        "file": ("file", {"path": {"each": [str(tmp_path / "a.json"), str(tmp_path / "b.json")]}}),
    }
    sweep = Sweep(problems, {"exhaustive": ("exhaustive", {})})
    status = sweep.run(tmp_path / "s.db", executor=Serial())
    assert (status.done, status.failed) == (4, 0), status.errors
    frame = sweep.to_pandas(tmp_path / "s.db")
    assert list(frame.ground_energy[:2]) == [-1, -2]
    assert list(frame.num_variables) == [2, 2, 5, 6]
    (tmp_path / "elsewhere").mkdir()
    moved = (tmp_path / "a.json").rename(tmp_path / "elsewhere" / "c.json")
    again = Sweep({"moved": ("file", {"path": str(moved)})}, {"exhaustive": ("exhaustive", {})})
    assert [run.key for run in again] == [bytes.fromhex(frame.key[2])]  # what is in a file counts
    assert len(Sweep.of(tmp_path / "s.db").to_pandas(tmp_path / "s.db")) == 4  # read without the files


def test_a_store_that_does_not_hold_the_sweep(tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    Sweep({"g": GLASS}, {"coin": coin()}).run(store, executor=Serial())
    with pytest.raises(ValueError, match="was not run into this store"):
        Sweep({"g": GLASS}, {"coin": coin()}, instances=2).to_pandas(store)


def test_results_of_another_version_are_read_but_not_reused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "s.db"
    sweep = Sweep({"g": GLASS}, {"coin": coin()}, instances=2)
    sweep.run(store, executor=Serial())
    old = sweep.to_pandas(store)
    monkeypatch.setattr(sgq, "__version__", "9.9")
    newer = Sweep({"g": GLASS}, {"coin": coin()}, instances=2)
    assert not {run.key for run in newer} & {run.key for run in sweep}
    assert [run[3:6] for run in newer] == [run[3:6] for run in sweep]  # the same instances, the same seeds
    assert newer.to_pandas(store).key.equals(old.key)
    assert newer.status(store).done == 0
    newer.run(store, executor=Serial())
    assert not set(newer.to_pandas(store).key) & set(old.key)
    assert newer.to_pandas(store).ground_energy.equals(old.ground_energy)


def test_toml(tmp_path: Path) -> None:
    sgq.save(sgq.build("p-spin", n=5, seed=1), tmp_path / "a.json")
    (tmp_path / "sweep.toml").write_text(
        """
        name = "both"
        instances = 3
        measures = ["hits"]
        [problems.p-spin]
        parameters = { n.each = [6, 8], p = 3 }
        [problems.mine]
        problem = "file"
        parameters = { path = "a.json" }
        [solvers.short]
        solver = "neal"
        parameters.num_reads = 4
        """
    )
    read = Sweep.from_toml(tmp_path / "sweep.toml")
    problems = {
        "p-spin": ("p-spin", {"n": {"each": [6, 8]}, "p": 3}),
        "mine": ("file", {"path": str(tmp_path / "a.json")}),
    }
    written = Sweep(problems, {"short": ("neal", {"num_reads": 4})}, instances=3, measures=["hits"], name="both")
    assert json.dumps(read.record()) == json.dumps(written.record())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("instances = ", "Invalid value"),
        ("instance = 3", "no key 'instance'.*did you mean 'instances'"),
        ("instances = 3", r"at least one table \[problems.LABEL\]"),
        ("[problems]\np-spin = 3", r"at least one table \[problems.LABEL\]"),
        ("[problems.p-spin]\nparameter = {n = 3}\n[solvers.neal]", r"\[problems.p-spin\] has no key 'parameter'"),
        ("[problems.p-spin]\nparameters = 3\n[solvers.neal]", "problems.p-spin=.*a mapping of parameters"),
        ("[problems.p-spin]\nparameters = {n = 3}\n[solvers.neal]\nsolver = 3", "solvers.neal=.*a name"),
        ("name = 3\n[problems.p-spin]\nparameters = {n = 3}\n[solvers.neal]", "name=3: text"),
        ("[problems.a]\nproblem='file'\nparameters = {path = 'lost.cnf'}\n[solvers.neal]", "lost.cnf"),
    ],
)
def test_bad_toml_says_where(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "sweep.toml").write_text(text)
    with pytest.raises((ValueError, OSError), match=words):
        Sweep.from_toml(tmp_path / "sweep.toml")
