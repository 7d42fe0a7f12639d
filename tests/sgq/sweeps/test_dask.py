"""A sweep on a Dask cluster: the same bits, and a worker that dies costs nothing."""

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sweep_helpers import GLASS, coin, numbers

from sgq.sweeps import Serial, Sweep

distributed = pytest.importorskip("distributed", reason="the extra `scale` is not installed")
HERE = str(Path(__file__).parent)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", HERE)
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as made:
            yield made


def test_dask_gives_the_same_bits(cluster: Any, tmp_path: Path) -> None:
    sweep = Sweep({"g": GLASS}, {"sa": ("annealing", {"num_reads": 6, "num_sweeps": 20})}, instances=10)
    with distributed.Client(cluster) as client:
        assert sweep.run(tmp_path / "dask.db", executor=client.get_executor()).done == 20
    sweep.run(tmp_path / "serial.db", executor=Serial())
    assert numbers(sweep, tmp_path / "dask.db") == numbers(sweep, tmp_path / "serial.db")


def test_a_dask_worker_dies(cluster: Any, tmp_path: Path) -> None:
    sweep = Sweep({"g": GLASS}, {"coin": coin(seconds=0.05)}, instances=40)
    moments = random.Random(1)
    killed: list[int] = []

    def kill(done: int, failed: int, expected: int) -> None:
        both = len(cluster.scheduler.workers) == 2  # the last one killed is there again
        if both and done >= 10 * len(killed) + 5 and len(killed) < 3:
            process = moments.choice(list(cluster.workers.values())).process
            killed.append(process.pid)
            process.process._process.kill()

    with distributed.Client(cluster) as client:
        status = sweep.run(tmp_path / "dask.db", executor=client.get_executor(), progress=kill)
    assert killed
    assert (status.done, status.failed) == (80, 0)
    sweep.run(tmp_path / "serial.db", executor=Serial())
    assert numbers(sweep, tmp_path / "dask.db") == numbers(sweep, tmp_path / "serial.db")


def test_a_run_that_kills_dask_workers_is_found(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share = 2**31 // 8
    sweep = Sweep({"g": GLASS}, {"coin": coin(dies_below=share)}, instances=4)
    deadly = sum(run.solver_seed is not None and run.solver_seed < share for run in sweep)
    assert deadly == 1
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    with distributed.Client(cluster) as client:
        status = sweep.run(tmp_path / "dask.db", executor=client.get_executor())
    assert (status.done, status.failed) == (7, 1)
    assert "every worker process that made this run died" in status.errors[0]


def test_control_c_finishes_what_dask_has_begun(cluster: Any, tmp_path: Path) -> None:
    log = tmp_path / "log"
    sweep = Sweep({"g": GLASS}, {"coin": coin(seconds=0.3, log=str(log))}, instances=50)

    def interrupt(done: int, failed: int, expected: int) -> None:
        if done == 5:
            signal.raise_signal(signal.SIGINT)

    with distributed.Client(cluster) as client:
        with pytest.raises(KeyboardInterrupt):
            sweep.run(tmp_path / "dask.db", executor=client.get_executor(), progress=interrupt)
        done = sweep.status(tmp_path / "dask.db").done
        time.sleep(1)
        assert 5 < done < 20
        assert (
            0 <= len(log.read_text().splitlines()) - done <= 1
        )  # one may have begun while the others were called back


def test_the_command_takes_an_address(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from sgq import cli

    (tmp_path / "s.toml").write_text("instances = 3\n[problems.p-spin]\nparameters.n = 6\n[solvers.neal]\n")
    for address, code in ((cluster.scheduler_address, 0), ("tcp://127.0.0.1:9", 2)):
        monkeypatch.setattr("sys.argv", ["sgq", "sweep", "run", str(tmp_path / "s.toml"), "--dask", address])
        with pytest.raises(SystemExit) as exit:
            cli.main()
        assert exit.value.code == code
    assert Sweep.of(tmp_path / "s.db").status(tmp_path / "s.db").done == 3
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert "tcp://127.0.0.1:9" in told
