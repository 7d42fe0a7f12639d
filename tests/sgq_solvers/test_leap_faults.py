"""Whatever fails between us and a D-Wave processor: the answer is right or the error is one line, no job is lost and
nothing sent twice, and the token is nowhere but in the header of the requests.
"""

from __future__ import annotations

import itertools
import logging
import os
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dimod
import numpy as np
import pytest
from sapi import faults
from sapi.faults import Fault
from sapi.jobs import processor_answer
from sapi.service import TOKEN, Service

from sgq_solvers.leap import DWaveQPUSampler, Job, list_qpus

QPU = "loopback_chimera"


@pytest.fixture(autouse=True)
def no_token_is_left(
    sapi: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Every test ends with a look at files, logs, output, and what was sent."""
    logging.getLogger("dwave.cloud").setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    yield
    assert all(TOKEN.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert TOKEN not in "".join([caplog.text, *capfd.readouterr()])
    assert sapi.places_of_the_token() <= {"X-Auth-Token"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two attempts no time passes."""
    monkeypatch.setattr("sgq_solvers.leap.service.time", SimpleNamespace(sleep=lambda seconds: None))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "job.json"


def frustrated_model() -> dimod.BinaryQuadraticModel:
    rng = np.random.default_rng(5)
    quadratic = {pair: float(rng.choice([-1, 1])) for pair in itertools.combinations("abcdef", 2)}
    return dimod.BinaryQuadraticModel({v: float(rng.normal()) for v in "abcdef"}, quadratic, 1.5, "SPIN")


MODEL = frustrated_model()
GROUND = dimod.ExactSolver().sample(MODEL).first.energy


def submit(path: Path, num_reads: int = 30) -> Job:
    with DWaveQPUSampler(QPU) as sampler:
        return sampler.submit(MODEL, path, num_reads=num_reads, embedding_seed=1)


def sample(**parameters: Any) -> dimod.SampleSet:
    with DWaveQPUSampler(QPU) as sampler:
        return sampler.sample(MODEL, num_reads=30, embedding_seed=1, **parameters)


def check(samples: dimod.SampleSet, num_reads: int = 30) -> None:
    """Energies are the model's, every read is there, and one of them is the ground state."""
    np.testing.assert_allclose(samples.record.energy, MODEL.energies(samples))
    assert samples.first.energy == pytest.approx(GROUND)
    assert samples.record.num_occurrences.sum() == num_reads


def line_of(error: type[Exception], call: Callable[[], object]) -> str:
    """What the error says: one line, with the token neither in it nor in what it carries along."""
    with pytest.raises(error) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert TOKEN not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    return str(caught.value)


def re_search(pattern: str, text: str) -> bool:
    assert re.search(pattern, text), text
    return True


def configure(**settings: object) -> None:
    """Settings of the client, in the configuration file."""
    lines = [f"{name} = {value}\n" for name, value in settings.items()]
    Path(os.environ["DWAVE_CONFIG_FILE"]).write_text("[defaults]\nhttp_retry_total = 0\n" + "".join(lines))


# before anything is sent


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (faults.refused_token(), ValueError, "the API token was refused: run `dwave setup`"),
        (faults.unavailable("solvers"), ConnectionError, r"failed \(HTTP 503\): try again"),
        (faults.nonsense("solvers"), ConnectionError, "cannot be read"),
        (faults.slow_reply("solvers", 2.0), ConnectionError, "does not answer"),
    ],
)
def test_no_processor_to_be_had(sapi: Service, path: Path, fault: Fault, error: type[Exception], message: str) -> None:
    configure(request_timeout=0.5)
    sapi.inject(fault)
    assert re_search(message, line_of(error, lambda: submit(path)))
    assert not path.exists()
    assert not sapi.submitted
    sapi.heal()
    submit(path)


def test_an_unknown_processor(sapi: Service, path: Path) -> None:
    sapi.withdraw(QPU)
    assert "no such processor online: `sgq leap solvers` lists" in line_of(ValueError, lambda: submit(path))
    assert not path.exists()


def test_a_service_that_is_down(sapi: Service, path: Path) -> None:
    configure()
    sapi.stop()
    assert "does not answer" in line_of(ConnectionError, lambda: submit(path))
    assert not path.exists()


# while it is sent


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (faults.unavailable("submit"), ConnectionError, r"failed \(HTTP 503\): try again.*the job stands in"),
        (faults.nonsense("submit"), ConnectionError, "cannot be read.*the job stands in"),
        (Fault("submit", 401), ValueError, "the API token was refused"),
        (Fault("submit", 404), ValueError, "does not know this processor or job"),
    ],
)
def test_a_submission_that_fails_is_sent_again_on_demand(
    sapi: Service, path: Path, fault: Fault, error: type[Exception], message: str
) -> None:
    """In the middle of three: what was sent before stays, and nothing is sent twice."""
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 10]
    sapi.inject(faults.slow_reply("submit", 0.01))
    sapi.inject(fault)
    assert re_search(message, line_of(error, lambda: submit(path)))
    job = Job(path)
    assert len(sapi.jobs) == 1
    assert "resubmit" in line_of(ValueError, job.fetch)
    check(job.fetch(partial=True), 10)
    job.resubmit()
    check(job.fetch())
    assert len(sapi.jobs) == 3


def test_a_processor_that_changed_in_between_refuses(sapi: Service, path: Path) -> None:
    with DWaveQPUSampler(QPU) as sampler:
        sampler.estimate(MODEL)
        sapi.recalibrate(QPU)
        assert "refused" in line_of(ValueError, lambda: sampler.submit(MODEL, path))
    assert not path.exists()
    submit(path)


def test_the_cache_on_disk_holds_no_token_and_no_working_graph_of_yesterday(
    sapi: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DWAVE_CACHE_ENABLED", "1")
    monkeypatch.setenv("DWAVE_CACHE_HOME", str(tmp_path / "cache"))
    submit(tmp_path / "before.json")
    offered = [row["name"] for row in list_qpus()]
    sapi.recalibrate(QPU)
    check(submit(tmp_path / "after.json").fetch())
    sapi.withdraw("loopback_zephyr")
    assert [row["name"] for row in list_qpus()] == [name for name in offered if name != "loopback_zephyr"]
    assert {job.request["solver"]["version"]["graph_id"] for job in sapi.jobs.values()} == {
        Job(tmp_path / name).plan.processor["graph_id"] for name in ("before.json", "after.json")
    }


@pytest.mark.parametrize("fault", [faults.lost_reply(), faults.slow_reply("submit", 2.0)])
def test_a_submission_whose_receipt_is_lost_is_found_again(sapi: Service, path: Path, fault: Fault) -> None:
    configure(request_timeout=0.5)
    sapi.inject(fault)
    check(submit(path).fetch())
    check(Job(path).fetch())
    assert len(sapi.jobs) == 1


def test_a_receipt_that_is_found_only_later(sapi: Service, path: Path) -> None:
    sapi.inject(faults.lost_reply())
    sapi.inject(faults.unavailable("poll"))
    assert "the job stands in" in line_of(ConnectionError, lambda: submit(path))
    check(Job(path).fetch())
    assert len(sapi.jobs) == 1


# while it runs


@pytest.mark.parametrize(
    "fault",
    [
        faults.unavailable("poll", 500, times=3),
        faults.unavailable("poll", 502, times=3),
        faults.unavailable("answer", 503, times=3),
        Fault("poll", 502, b"<html>\nBad gateway\n</html>"),
        faults.nonsense("poll"),
        faults.nonsense("answer"),
        faults.slow_reply("poll", 2.0),
        faults.slow_reply("answer", 2.0),
    ],
)
def test_what_passes_is_waited_for(sapi: Service, path: Path, fault: Fault) -> None:
    configure(request_timeout=0.5)
    sapi.slow_down(0.05)
    job = submit(path)
    sapi.inject(fault)
    check(job.fetch())
    check(Job(path).fetch())


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (faults.unavailable("poll", times=None), ConnectionError, r"failed \(HTTP 503\): try again"),
        (faults.unavailable("answer", times=None), ConnectionError, r"failed \(HTTP 503\): try again"),
        (faults.refused_token(), ValueError, "the API token was refused: run `dwave setup`"),
        (Fault("poll", 403), ValueError, "may not use this processor or job"),
        (Fault("poll", 404), ValueError, "does not know this processor or job"),
        (Fault("poll", 429), ValueError, r"refused \(429\): injected"),
    ],
)
def test_what_lasts_is_said_and_the_job_is_fetched_later(
    sapi: Service, path: Path, fault: Fault, error: type[Exception], message: str
) -> None:
    submit(path)
    sapi.inject(fault)
    assert re_search(message, line_of(error, lambda: Job(path).fetch()))
    sapi.heal()
    check(Job(path).fetch())
    assert len(sapi.jobs) == 1


def test_a_slow_queue(sapi: Service, path: Path) -> None:
    sapi.hold()
    job = submit(path)
    assert "1 of 1 submissions still run on loopback_chimera: fetch again later" in line_of(
        TimeoutError, lambda: job.fetch(0)
    )
    assert "still run" in line_of(TimeoutError, lambda: Job(path).fetch(0.1, partial=True))
    sapi.release()
    check(Job(path).fetch())


def test_the_service_goes_down_while_we_wait(sapi: Service, path: Path) -> None:
    configure()
    sapi.hold()
    submit(path)
    sapi.stop()
    assert "does not answer" in line_of(ConnectionError, lambda: Job(path).fetch())
    assert Job(path).submissions[0].id in sapi.jobs


@pytest.mark.parametrize("change", ["withdrawn", "recalibrated", "offline"])
def test_the_processor_goes_away_between_submission_and_answer(sapi: Service, path: Path, change: str) -> None:
    sapi.hold()
    submit(path)
    if change == "withdrawn":
        sapi.withdraw(QPU)
    elif change == "recalibrated":
        sapi.recalibrate(QPU)
    else:
        sapi.solvers[QPU].status = "OFFLINE"
    sapi.release()
    check(Job(path).fetch())


# what comes back


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (faults.cancelled_job(), "1 cancelled"),
        (faults.failed_job("Chip too warm"), r"1 failed \(Chip too warm\)"),
        (faults.solver_offline(), r"1 failed \(Solver is offline\)"),
    ],
)
def test_a_submission_that_is_not_solved(sapi: Service, path: Path, fault: Fault, reason: str) -> None:
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    sapi.inject(fault)
    submit(path)
    said = line_of(ValueError, lambda: Job(path).fetch())
    assert re_search(f"2 submissions, of which {reason}: take the others with partial, or resubmit", said)
    assert Job(path).fetch(partial=True).info["sgq"]["lost_submissions"] == 1
    job = Job(path)
    assert job.resubmit() == 1
    check(job.fetch())
    assert len(sapi.jobs) == 3


def test_resubmitting_to_another_working_graph_is_refused(sapi: Service, path: Path) -> None:
    sapi.inject(faults.cancelled_job())
    submit(path)
    sapi.recalibrate(QPU)
    job = Job(path)
    assert "the working graph of loopback_chimera changed" in line_of(ValueError, job.resubmit)
    assert len(sapi.jobs) == 1


@pytest.mark.parametrize(
    "fault",
    [
        faults.truncated_answer(),
        *(faults.answer_without(k) for k in ("energies", "solutions", "active_variables", "num_occurrences")),
        faults.altered_answer("solutions", "!not base64!"),
        faults.altered_answer("solutions", ""),
        faults.altered_answer("solutions", None),
        faults.altered_answer("active_variables", "AAAAAA=="),
        faults.altered_answer("num_occurrences", "AAAA"),
        faults.altered_answer("num_occurrences", ""),
        faults.altered_answer("format", "bq"),
        faults.altered_answer("timing", None),
        faults.altered_answer("timing", {"qpu_access_time": "long"}),
    ],
)
def test_a_malformed_answer_is_not_kept(sapi: Service, path: Path, fault: Fault) -> None:
    """The others are, and a later fetch has a better one."""
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    sapi.inject(fault)
    submit(path)
    said = line_of(ValueError, lambda: Job(path).fetch())
    assert re_search("2 submissions, of which 1 unreadable .*: take the others with partial, or resubmit", said)
    assert Job(path).fetch(partial=True).record.num_occurrences.sum() == 15
    job = next(iter(sapi.jobs.values()))
    job.answer = processor_answer(job.request, sapi.solvers[QPU], seed=1)
    check(Job(path).fetch())
    assert len(sapi.jobs) == 2


def test_a_malformed_answer_does_not_keep_the_others_waiting(sapi: Service, path: Path) -> None:
    """It is asked for in the beginning, not in every round."""
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    sapi.inject(faults.answer_without("solutions"))
    submit(path)
    for job in list(sapi.jobs.values())[1:]:
        job.ready += 0.5
    line_of(ValueError, Job(path).fetch)
    check(Job(path).fetch(partial=True), 15)
    answers = [request.where for request in sapi.requests if request.kind == "answer"]
    assert len(answers) == 8 + 1 + 8  # attempts of each fetch at the one, and the other


def test_a_malformed_answer_is_asked_for_again(sapi: Service, path: Path) -> None:
    sapi.inject(faults.truncated_answer())
    submit(path)
    line_of(ValueError, Job(path).fetch)
    job = Job(path)
    assert job.resubmit() == 1
    check(job.fetch())


# the process dies


SUBMIT = """
import sys, test_leap_faults as t
with t.DWaveQPUSampler(t.QPU) as sampler:
    sampler.submit(t.MODEL, sys.argv[1], num_reads=30, embedding_seed=1)
    print("submitted", flush=True)
    sys.stdin.read()
"""


def killed(path: Path, until: Callable[[], bool]) -> None:
    """A process that submits a job, killed as soon as `until` holds."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", SUBMIT, str(path)], stdin=subprocess.PIPE, env=environment) as child:
        give_up = time.monotonic() + 60
        while not until() and child.poll() is None and time.monotonic() < give_up:
            time.sleep(0.01)
        assert until()
        child.kill()


def test_the_process_dies_after_it_submitted(sapi: Service, path: Path) -> None:
    sapi.hold()
    killed(path, lambda: path.exists() and Job(path).submissions[0].id is not None)
    assert "still run" in line_of(TimeoutError, lambda: Job(path).fetch(0))
    sapi.release()
    check(Job(path).fetch())
    assert len(sapi.jobs) == 1


def test_the_process_dies_while_it_submits(sapi: Service, path: Path) -> None:
    """The second of three submissions has arrived, the process has not heard of it, and the third is not sent."""
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 10]
    sapi.inject(faults.slow_reply("submit", 0.0, times=1))
    sapi.inject(faults.slow_reply("submit", 30.0))
    killed(path, lambda: len(sapi.jobs) == 2)
    job = Job(path)
    assert [s.state for s in job.submissions] == ["PENDING", "sending", "unsent"]
    assert "1 never sent" in line_of(ValueError, job.fetch)
    check(job.fetch(partial=True), 20)
    assert Job(path).resubmit() == 1
    check(Job(path).fetch())
    assert len(sapi.jobs) == 3


# without a job file


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (faults.refused_token(), ValueError, "the API token was refused"),
        (faults.unavailable("submit"), ConnectionError, r"failed \(HTTP 503\)"),
        (faults.lost_reply(), None, ""),
        (faults.unavailable("poll", times=3), None, ""),
        (faults.unavailable("poll", times=None), ConnectionError, r"failed \(HTTP 503\)"),
        (faults.cancelled_job(), ValueError, "1 cancelled"),
        (faults.failed_job("Chip too warm"), ValueError, "Chip too warm"),
        (faults.truncated_answer(), ValueError, "1 unreadable .*gave an answer that cannot be read"),
    ],
)
def test_sampling_at_once(sapi: Service, fault: Fault, error: type[Exception] | None, message: str) -> None:
    sapi.inject(fault)
    if error is None:
        check(sample())
    else:
        assert re_search(message, line_of(error, sample))
    sapi.heal()
    check(sample())


def test_time_is_up(sapi: Service) -> None:
    sapi.hold()
    assert "still run" in line_of(TimeoutError, lambda: sample(time_limit=0.3))
    assert [job.status for job in sapi.jobs.values()] == ["CANCELLED"]


# the command


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        from sgq import cli

        monkeypatch.setattr(sys, "argv", ["sgq", "leap", *arguments])
        with pytest.raises(SystemExit) as exit:
            cli.main()
        out, err = capfd.readouterr()
        assert TOKEN not in out + err
        return int(exit.value.code or 0), out, err

    return run


SUBMISSION = ("submit", "sherrington-kirkpatrick", "-p", "n=6", "--seed", "1", "--processor", QPU, "--job")


def test_the_command_says_every_fault_in_one_line(sapi: Service, path: Path, command: Any) -> None:
    def refused(fault: Fault, *arguments: str) -> str:
        sapi.inject(fault)
        code, out, err = command(*arguments)
        sapi.heal()
        assert (code, out) == (2, "")
        assert err.startswith("sgq: ")
        assert err.count("\n") == 1
        return err

    assert "token was refused" in refused(faults.refused_token(), "solvers")
    assert "HTTP 503" in refused(faults.unavailable("solvers"), "solvers")
    assert "token was refused" in refused(faults.refused_token(), *SUBMISSION, str(path))
    assert not path.exists()
    assert str(path) in refused(faults.unavailable("submit"), *SUBMISSION, str(path))
    path.unlink()
    assert command(*SUBMISSION, str(path))[0] == 0
    assert "HTTP 503" in refused(faults.unavailable("poll", times=None), "fetch", str(path))
    assert "HTTP 503" in refused(faults.unavailable("poll", times=None), "status", str(path))
    assert "token was refused" in refused(faults.refused_token(), "cancel", str(path))
    code, out, _ = command("fetch", str(path), "--json")
    assert code == 0
    assert "best energy" in out
