"""Measures: added later, edited, failing; none takes anything with it, and none is mistaken for another."""

import importlib
import shutil
import sys
from pathlib import Path

import pytest
from sweep_helpers import GLASS, coin

from sgq.sweeps import Serial, Store, Sweep


def test_measures_added_later_join_the_others(tmp_path: Path) -> None:
    problems, solvers = {"g": GLASS}, {"coin": coin()}
    first = Sweep(problems, solvers, instances=3, measures=["ground_energy"])
    mine = ["sweep_helpers:magnetisation", "sweep_helpers:two_numbers"]
    second = Sweep(problems, solvers, instances=3, measures=mine)
    for keep in (False, True):
        store = tmp_path / f"{keep}.db"
        first.run(store, executor=Serial(), keep_samples=keep)
        before = first.to_pandas(store)
        assert second.status(store).done == 0
        assert second.run(store, executor=Serial(), keep_samples=keep).done == 6
        both = Sweep(problems, solvers, instances=3, measures=["ground_energy", *mine])
        both.run(store, executor=Serial())
        frame = both.to_pandas(store)
        assert frame.ground_energy.equals(before.ground_energy)
        assert frame[["magnetisation", "rows", "half"]].notna().all(axis=None)
        assert frame.finished.equals(before.finished) == keep  # taken from the samples where there are any
        with Store(store) as opened:
            assert keep == (opened.packed_samples(bytes.fromhex(frame.key[0])) is not None)


@pytest.mark.parametrize("keep", [False, True])
def test_a_measure_that_fails_takes_nothing_with_it(tmp_path: Path, keep: bool) -> None:
    store = tmp_path / "s.db"
    good = Sweep({"g": GLASS}, {"coin": coin()}, instances=3)
    good.run(store, executor=Serial(), keep_samples=keep)
    before = good.to_pandas(store)
    both = Sweep({"g": GLASS}, {"coin": coin()}, instances=3, measures=["ground_energy", "sweep_helpers:words"])
    status = both.run(store, executor=Serial(), keep_samples=keep)
    assert (status.done, status.failed) == (0, 6)
    frame = both.to_pandas(store)
    assert frame.ground_energy.equals(before.ground_energy)
    assert frame.error.str.startswith("TypeError: measure sweep_helpers:words gave a str").all()
    with Store(store) as opened:
        assert keep == (opened.packed_samples(bytes.fromhex(frame.key[0])) is not None)
    assert (good.status(store).done, good.status(store).errors) == (6, ())
    assert good.to_pandas(store).error.isna().all()
    assert both.run(store, executor=Serial(), retry=True).failed == 6


def test_a_run_that_fails_when_it_is_made_again_keeps_what_it_had(tmp_path: Path) -> None:
    store, flag = tmp_path / "s.db", tmp_path / "flag"
    solvers = {"coin": coin(fails_with=str(flag))}
    first = Sweep({"g": GLASS}, solvers, instances=3)
    first.run(store, executor=Serial())
    before = first.to_pandas(store)
    flag.touch()
    second = Sweep({"g": GLASS}, solvers, instances=3, measures=["mean_energy"])
    assert second.run(store, executor=Serial()).failed == 6
    assert first.to_pandas(store).equals(before)
    flag.unlink()
    assert second.run(store, executor=Serial(), retry=True).done == 6


def test_measures_are_told_apart_by_module_and_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    store = tmp_path / "s.db"
    for module, value in (("one", 1), ("two", 2), ("one", 3)):
        (tmp_path / f"{module}.py").write_text(f"def mine(problem, samples):\n    return {value}\n")
        sys.modules.pop(module, None)
        importlib.invalidate_caches()
        shutil.rmtree(tmp_path / "__pycache__", ignore_errors=True)
        sweep = Sweep({"g": GLASS}, {"coin": coin()}, measures=[f"{module}:mine"])
        sweep.run(store, executor=Serial())
        assert list(sweep.to_pandas(store).mine) == [value, value]
    for module in ("one", "two"):
        sys.modules.pop(module, None)


def test_a_measure_may_not_take_the_name_of_a_column(tmp_path: Path) -> None:
    sweep = Sweep({"g": GLASS}, {"coin": coin()}, measures=["sweep_helpers:error"])
    assert (
        sweep.run(tmp_path / "s.db", executor=Serial())
        .errors[0]
        .startswith("ValueError: measure sweep_helpers:error gave a number the name 'error': text, none of")
    )


def test_what_is_no_measure_is_a_failure_of_the_run(tmp_path: Path) -> None:
    sweep = Sweep({"g": GLASS}, {"coin": coin()}, measures=["sweep_helpers:words"])
    status = sweep.run(tmp_path / "s.db", executor=Serial())
    assert (status.done, status.failed) == (0, 2)
    assert status.errors == (
        "TypeError: measure sweep_helpers:words gave a str: a number, or a mapping from names to numbers",
    )
