"""Jobs on the loopback service, from submission to another process; their faults have files of their own."""

import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sgq

pytest.importorskip("dwave.system")
from sapi import faults
from sapi.service import TOKEN, Service

from sgq_solvers.leap import DWaveQPUSampler, Job, reverse_schedule

GLASS = sgq.build("sherrington-kirkpatrick", n=7, seed=3)
GROUND = sgq.solve(GLASS, "exhaustive").first.energy


@pytest.fixture
def sampler(sapi: Service) -> Iterator[DWaveQPUSampler]:
    with DWaveQPUSampler("loopback_chimera") as sampler:
        yield sampler


@pytest.fixture(autouse=True)
def _the_token_is_nowhere(
    sapi: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """After each test: not on disk, not in the log at DEBUG, not printed; in its header alone of what was sent."""
    logging.getLogger("dwave.cloud").setLevel(logging.NOTSET)
    with caplog.at_level(logging.DEBUG):
        yield
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or TOKEN.encode() not in path.read_bytes(), path
    captured = capfd.readouterr()
    assert TOKEN not in caplog.text + captured.out + captured.err
    assert sapi.places_of_the_token() <= {"X-Auth-Token"}


def child(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own, which finds the service by its environment."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_solve_on_the_real_client(sapi: Service) -> None:
    samples = sgq.solve(GLASS, "dwave", num_reads=60, num_gauges=3, embedding_seed=1, label="glass")
    assert samples.first.energy == pytest.approx(GROUND)
    info = json.loads(json.dumps(samples.info["sgq"], allow_nan=False))
    assert info["processor"] == "loopback_zephyr"
    assert info["num_submissions"] == len(info["problem_ids"]) == len(sapi.jobs) == 3
    assert info["qpu_seconds"] == pytest.approx(info["estimated_qpu_seconds"])  # the service's own arithmetic
    assert samples.info["timing"]["qpu_access_time"] == pytest.approx(1e6 * info["qpu_seconds"])
    assert samples.info["timing"]["qpu_anneal_time_per_sample"] == 20  # not of all submissions together
    assert samples.record.num_occurrences.sum() == 60
    labels = [problem["label"] for problem in sapi.submitted]
    assert len(set(labels)) == 3
    assert all(label.startswith("glass [") for label in labels)
    assert [problem["params"] for problem in sapi.submitted] == [{"num_reads": 20}] * 3


def test_submissions_are_in_flight_together(sapi: Service, sampler: DWaveQPUSampler) -> None:
    sapi.hold()
    timer = threading.Timer(0.3, sapi.release)
    timer.start()
    samples = sampler.sample(GLASS.model, num_reads=50, num_gauges=5, embedding_seed=1)
    timer.join()
    kinds = [request.kind for request in sapi.requests if request.kind in ("submit", "answer")]
    assert kinds == ["submit"] * 5 + ["answer"] * 5
    assert samples.first.energy == pytest.approx(GROUND)


def test_reverse_annealing_reaches_the_service(sapi: Service, sampler: DWaveQPUSampler) -> None:
    best = sgq.solve(GLASS, "exhaustive").first.sample
    samples = sampler.sample(
        GLASS.model, anneal_schedule=reverse_schedule(0.5, 5), initial_state=best, reinitialize_state=False
    )
    sent = sapi.submitted[0]["params"]
    assert sent["anneal_schedule"] == [[0, 1], [5, 0.5], [10, 1]]
    assert sent["reinitialize_state"] is False
    for variable, chain in zip(samples.variables, samples.info["sgq"]["chains"], strict=True):
        assert {sent["initial_state"][q] for q in chain} == {best[variable]}


def test_fetched_in_another_process_and_again_without_the_service(
    sapi: Service, sampler: DWaveQPUSampler, tmp_path: Path
) -> None:
    path = tmp_path / "job.json"
    job = sampler.submit(GLASS, path, num_reads=40, num_gauges=2, embedding_seed=1, attached={"from": "test"})
    assert "0 of 2 submissions answered by loopback_chimera" in repr(job)
    script = "import sys; from sgq_solvers.leap import Job; print(Job(sys.argv[1]).fetch().first.energy)"
    assert float(child(script, path).stdout) == pytest.approx(GROUND)
    sapi.stop()
    again = Job(path)
    assert again.done
    assert again.attached == {"from": "test"}
    samples = sgq.solve(GLASS, again)
    np.testing.assert_allclose(samples.record.energy, GLASS.energies(samples), atol=1e-12)
    assert samples.record.num_occurrences.sum() == 40
    with pytest.raises(ValueError, match="is of another model than"):
        sgq.solve(sgq.build("sherrington-kirkpatrick", n=7, seed=4), again)


def test_the_file_is_there_before_anything_is_sent(
    sapi: Service, sampler: DWaveQPUSampler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "job.json", []
    reply = sapi.reply

    def watched(request: Any) -> Any:
        if request.kind == "submit":
            seen.append([(s.state, s.id is not None) for s in Job(path).submissions])
        return reply(request)

    monkeypatch.setattr(sapi, "reply", watched)
    sampler.submit(GLASS, path, num_reads=9, num_gauges=3)
    assert seen == [
        [("sending", False), ("unsent", False), ("unsent", False)],
        [("PENDING", True), ("sending", False), ("unsent", False)],
        [("PENDING", True), ("PENDING", True), ("sending", False)],
    ]
    with pytest.raises(ValueError, match=r"job\.json exists: it may hold a job"):
        sampler.submit(GLASS, path)
    assert len(sapi.jobs) == 3


DIES = """
import os, signal, sys
import sgq
from sgq_solvers.leap import DWaveQPUSampler, service
submit, sent = service.Service.submit, []
def dying(self, *arguments):
    sent.append(submit(self, *arguments))
    if len(sent) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return sent[-1]
service.Service.submit = dying
problem = sgq.build("sherrington-kirkpatrick", n=7, seed=3)
DWaveQPUSampler("loopback_chimera").submit(problem, sys.argv[1], num_reads=30, num_gauges=3, embedding_seed=1)
"""


def test_killed_before_an_id_was_recorded(sapi: Service, tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    assert child(DIES, path).returncode == -signal.SIGKILL
    assert len(sapi.jobs) == 2
    job = Job(path)
    assert [s.state for s in job.submissions] == ["PENDING", "sending", "unsent"]
    with pytest.raises(ValueError, match="3 submissions, of which 1 never sent: take the others with partial, or resu"):
        job.fetch()
    assert [s.id for s in job.submissions] == [*sapi.jobs, None]  # the second was found by its label
    assert sum(r.kind == "submit" for r in sapi.requests) == 2
    assert job.fetch(partial=True).info["sgq"]["lost_submissions"] == 1
    assert job.resubmit() == 1
    assert len(sapi.jobs) == 3
    samples = Job(path).fetch()
    assert samples.record.num_occurrences.sum() == 30
    assert samples.first.energy == pytest.approx(GROUND)


def test_two_processes_with_one_file_lose_nothing_of_each_other(
    sapi: Service, sampler: DWaveQPUSampler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, reply, early = tmp_path / "job.json", sapi.reply, []

    def read_meanwhile(request: Any) -> Any:
        if request.kind == "submit" and not early:
            early.append(Job(path))  # of the other process: it saw nothing but the first on its way
        return reply(request)

    monkeypatch.setattr(sapi, "reply", read_meanwhile)
    sampler.submit(GLASS, path, num_gauges=3, embedding_seed=1)
    early[0].refresh()
    assert [s.id for s in Job(path).submissions] == list(sapi.jobs)
    samples = Job(path).fetch()
    early[0].refresh()
    assert Job(path).done
    assert samples.first.energy == pytest.approx(GROUND)


def test_progress_is_told(sapi: Service, sampler: DWaveQPUSampler) -> None:
    told: list[tuple[float, float]] = []
    sampler.sample(GLASS.model, num_gauges=3, embedding_seed=1, progress=lambda *news: told.append(news))
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert told[-1][0] == 1


def test_still_running_and_cancelled(sapi: Service, sampler: DWaveQPUSampler, tmp_path: Path) -> None:
    sapi.hold()
    job = sampler.submit(GLASS, tmp_path / "job.json", num_gauges=2, embedding_seed=1)
    with pytest.raises(TimeoutError, match="2 of 2 submissions still run on loopback_chimera: fetch again later"):
        job.fetch(0)
    with pytest.raises(TimeoutError):
        Job(tmp_path / "job.json").fetch(0.1, partial=True)
    Job(tmp_path / "job.json").cancel()
    assert [s.state for s in Job(tmp_path / "job.json").submissions] == ["CANCELLED", "CANCELLED"]
    assert {j.status for j in sapi.jobs.values()} == {"CANCELLED"}
    with pytest.raises(ValueError, match="2 cancelled"):
        job.fetch()


def test_the_time_limit_cancels_what_still_runs(
    sapi: Service, sampler: DWaveQPUSampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    sapi.hold()
    with pytest.raises(TimeoutError, match="still run on loopback_chimera: fetch again later; submitted as"):
        sampler.sample(GLASS.model, embedding_seed=1, time_limit=0.5)
    assert {j.status for j in sapi.jobs.values()} == {"CANCELLED"}
    sapi.release()

    reply = sapi.reply

    def slower_after_the_first(request: Any) -> Any:
        answer = reply(request)
        if request.kind == "submit":
            sapi.slow_down(60)
        return answer

    monkeypatch.setattr(sapi, "reply", slower_after_the_first)
    samples = sampler.sample(GLASS.model, num_reads=30, num_gauges=3, embedding_seed=1, time_limit=1)
    assert samples.info["sgq"]["stopped"] == "time_limit"
    assert samples.info["sgq"]["lost_submissions"] == 2
    assert samples.record.num_occurrences.sum() == 10


def test_ctrl_c_cancels_what_still_runs(sapi: Service, tmp_path: Path) -> None:
    sapi.hold()
    script = "import sys, sgq\nsgq.solve(sgq.build('sherrington-kirkpatrick', n=7, seed=3), 'dwave', embedding_seed=1)"
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    deadline = threading.Event()
    for _ in range(600):
        if any(request.kind == "poll" for request in sapi.requests):
            break
        deadline.wait(0.05)
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=30)[1]
    assert error.strip().endswith("KeyboardInterrupt")
    assert {j.status for j in sapi.jobs.values()} == {"CANCELLED"}


def test_a_submission_that_is_refused_as_a_whole_leaves_no_file(
    sapi: Service, sampler: DWaveQPUSampler, tmp_path: Path
) -> None:
    path = tmp_path / "job.json"
    sampler._processor()
    sapi.solvers["loopback_chimera"].properties = {
        **sapi.solvers["loopback_chimera"].properties,
        "num_reads_range": [1, 50],
    }  # stricter than what the client was told
    with pytest.raises(ValueError, match=r"loopback_chimera refused the submission: num_reads is 100"):
        sampler.submit(GLASS, path)
    with pytest.raises(ValueError, match="no embedding"):
        sampler.submit(sgq.build("sherrington-kirkpatrick", n=100, seed=1), path)
    with pytest.raises(ValueError, match=r"no parameter 'num_read' \(did you mean 'num_reads'\?\)"):
        sampler.submit(GLASS, path, num_read=5)
    assert not path.exists()


def test_a_submission_that_is_refused_after_others_leaves_the_file(
    sapi: Service, sampler: DWaveQPUSampler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, reply = tmp_path / "job.json", sapi.reply

    def refused_after_the_first(request: Any) -> Any:
        answer = reply(request)
        if request.kind == "submit":
            sapi.inject(faults.refused_token())
        return answer

    monkeypatch.setattr(sapi, "reply", refused_after_the_first)
    with pytest.raises(ValueError, match=r"token was refused: run `dwave setup`.*; the job stands in .*job\.json"):
        sampler.submit(GLASS, path, num_reads=30, num_gauges=3, embedding_seed=1)
    monkeypatch.setattr(sapi, "reply", reply)
    sapi.heal()
    job = Job(path)
    assert [s.state for s in job.submissions] == ["PENDING", "FAILED", "unsent"]
    assert job.resubmit() == 2
    assert job.fetch().record.num_occurrences.sum() == 30


def test_a_token_that_is_given_in_python_alone(sapi: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dwave.system import DWaveSampler

    monkeypatch.delenv("DWAVE_API_TOKEN")
    with DWaveSampler(token=TOKEN, solver="loopback_chimera") as qpu:
        sampler = DWaveQPUSampler(qpu)
        assert sampler.sample(GLASS.model, embedding_seed=1).first.energy == pytest.approx(GROUND)
        sampler.submit(GLASS, tmp_path / "job.json", embedding_seed=1)
        with pytest.raises(ValueError, match="no API token is configured"):
            Job(tmp_path / "job.json").fetch()
        assert Job(tmp_path / "job.json", client=qpu.client).fetch().first.energy == pytest.approx(GROUND)
