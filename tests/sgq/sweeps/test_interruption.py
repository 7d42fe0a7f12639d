"""Kill anything at any moment: only what was in flight is lost, nothing is run twice, the answers are the same."""

import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sweep_helpers import GLASS, coin, numbers

from sgq.sweeps import Serial, Sweep

HERE = Path(__file__).parent
SWEEP = """
instances = {instances}
measures = ["ground_energy", "sweep_helpers:magnetisation"]
[problems.sherrington-kirkpatrick]
parameters = {{ n.each = [6, 8] }}
[solvers.coin]
solver = "sweep_helpers:CoinSampler"
parameters = {{ seconds = {seconds} }}
"""


def start(tmp_path: Path, *options: str, seconds: float, instances: int) -> subprocess.Popen[str]:
    """`sgq sweep run` in a session of its own, into ``s.db``."""
    (tmp_path / "s.toml").write_text(SWEEP.format(instances=instances, seconds=seconds))
    command = [
        sys.executable,
        "-c",
        "from sgq.cli import main; main()",
        "sweep",
        "run",
        str(tmp_path / "s.toml"),
        *options,
    ]
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def finished(tmp_path: Path) -> "pd.Series[float]":
    """When each run that is in the store was finished, by key."""
    with suppress(FileNotFoundError, ValueError):  # killed before there was a store, or a sweep in it
        return Sweep.of(tmp_path / "s.db").to_pandas(tmp_path / "s.db").set_index("key").finished
    return pd.Series(dtype=float)


def number(tmp_path: Path) -> int:
    """Runs in the store."""
    with suppress(sqlite3.OperationalError):
        return int(sqlite3.connect(tmp_path / "s.db").execute("SELECT COUNT(*) FROM runs").fetchone()[0])
    return 0


def ended(group: int) -> bool:
    """Whether no process of a group is left, within ten seconds."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def uninterrupted(tmp_path: Path) -> Any:
    """What an uninterrupted sweep says of the same runs, made in another store."""
    sweep = Sweep.of(tmp_path / "s.db")
    sweep.run(tmp_path / "calm.db", executor=Serial())
    return numbers(sweep, tmp_path / "calm.db")


def test_the_driver_is_killed_at_twenty_random_moments(tmp_path: Path) -> None:
    moments = random.Random(5)
    before = finished(tmp_path)
    for goal in sorted(moments.choices(range(-60, 380), k=20)):  # some die before they start a run
        driver = start(tmp_path, "--workers", "2", seconds=0.05, instances=200)
        while number(tmp_path) < goal:
            assert driver.poll() is None
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 2 if goal < 0 else 0.3))
        driver.kill()
        driver.communicate()
        assert ended(driver.pid)  # its workers too
        now = finished(tmp_path)
        assert now[before.index].equals(before)  # no run is made twice
        before = now
    assert 200 < len(before) < 400
    last = start(tmp_path, "--workers", "2", seconds=0.05, instances=200)
    assert last.wait(120) == 0, last.communicate()
    sweep = Sweep.of(tmp_path / "s.db")
    frame = sweep.to_pandas(tmp_path / "s.db")
    assert len(frame) == frame.key.nunique() == 400
    assert frame.set_index("key").finished[before.index].equals(before)
    assert frame.error.isna().all()
    assert numbers(sweep, tmp_path / "s.db") == uninterrupted(tmp_path)


def test_workers_are_killed(tmp_path: Path) -> None:
    sweep = Sweep({"g": GLASS}, {"coin": coin(seconds=0.03)}, instances=60)
    moments = random.Random(3)
    kills = 0

    def kill(done: int, failed: int, expected: int) -> None:
        nonlocal kills
        if done > 0 and kills < 6 and moments.random() < 0.5:
            kills += 1
            moments.choice(multiprocessing.active_children()).kill()

    status = sweep.run(tmp_path / "s.db", workers=2, progress=kill)
    assert kills == 6
    assert (status.done, status.failed) == (120, 0)
    assert numbers(sweep, tmp_path / "s.db") == uninterrupted(tmp_path)


def test_a_run_that_kills_its_worker_is_found_and_the_others_are_kept(tmp_path: Path) -> None:
    once = Sweep({"g": GLASS}, {"coin": coin(dies_once=str(tmp_path / "tomb"))}, instances=5)
    assert once.run(tmp_path / "once.db", workers=2).done == 10
    share = 2**31 // 8
    always = Sweep({"g": GLASS}, {"coin": coin(dies_below=share)}, instances=5)
    deadly = sum(run.solver_seed is not None and run.solver_seed < share for run in always)
    assert 0 < deadly < 5
    status = always.run(tmp_path / "always.db", workers=2)
    assert (status.done, status.failed) == (10 - deadly, deadly)
    assert "every worker process that made this run died" in status.errors[0]


@pytest.mark.parametrize("options", [("--workers", "2"), ("--serial",)])
def test_control_c_finishes_what_is_in_flight(tmp_path: Path, options: tuple[str, ...]) -> None:
    driver = start(tmp_path, *options, seconds=0.5, instances=20)
    while not len(finished(tmp_path)):
        assert driver.poll() is None
        time.sleep(0.05)
    os.killpg(driver.pid, signal.SIGINT)  # as a terminal does it: to driver and workers
    _, errors = driver.communicate(timeout=30)
    assert driver.returncode == 130
    assert "the same command carries on" in errors
    assert "Traceback" not in errors
    some = finished(tmp_path)
    assert 0 < len(some) < 40
    again = start(tmp_path, *options, seconds=0.5, instances=20)
    assert again.wait(60) == 0
    assert len(finished(tmp_path)) == 40
    assert finished(tmp_path)[some.index].equals(some)
    assert Sweep.of(tmp_path / "s.db").to_pandas(tmp_path / "s.db").error.isna().all()


@pytest.mark.parametrize("options", [("--workers", "2"), ("--serial",)])
def test_a_second_control_c_drops_it(tmp_path: Path, options: tuple[str, ...]) -> None:
    driver = start(tmp_path, *options, seconds=60, instances=20)
    while not (tmp_path / "s.db").exists():  # on a busy machine the interpreter takes seconds to get there
        assert driver.poll() is None
        time.sleep(0.05)
    time.sleep(2)
    os.killpg(driver.pid, signal.SIGINT)
    time.sleep(0.5)
    assert driver.poll() is None
    os.killpg(driver.pid, signal.SIGINT)
    _, errors = driver.communicate(timeout=20)
    assert driver.returncode == 130
    assert "Traceback" not in errors
    assert ended(driver.pid)
    assert len(finished(tmp_path)) == 0


def test_a_script_without_a_guard_is_told_what_it_lacks(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sgq\nsgq.Sweep({'p': ('p-spin', {'n': 5})}, {'neal': ('neal', {})}).run('s.db', workers=1)\n"
    )
    told = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert 'if __name__ == "__main__":' in told.stderr.splitlines()[-1]
