"""What fails before a D-Wave processor has a job: the answer is right or the error is one line, no job is lost, and
nothing is sent twice.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from leap_fault_helpers import MODEL, QPU, check, configure, line_of, matches, sample, submit
from sapi import faults
from sapi.faults import Fault
from sapi.service import TOKEN, Service

from sgq_solvers.leap import DWaveQPUSampler, Job, list_qpus

pytestmark = pytest.mark.usefixtures("no_token_is_left", "impatient")


# before anything is sent


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (faults.refused_token(), ValueError, "the API token was refused: run `dwave setup`"),
        (faults.unavailable("solvers"), ConnectionError, r"failed \(HTTP 503\): try again"),
        (faults.nonsense("solvers"), ConnectionError, "cannot be read"),
        (faults.slow_reply("solvers", 30), ConnectionError, "does not answer"),
    ],
)
def test_no_processor_to_be_had(
    sapi: Service, job_file: Path, fault: Fault, error: type[Exception], message: str
) -> None:
    configure(request_timeout=1.5)
    sapi.inject(fault)
    assert matches(message, line_of(error, lambda: submit(job_file)))
    assert not job_file.exists()
    assert not sapi.submitted
    sapi.heal()
    submit(job_file)


def test_an_unknown_processor(sapi: Service, job_file: Path) -> None:
    sapi.withdraw(QPU)
    assert "no such processor online: `sgq leap solvers` lists" in line_of(ValueError, lambda: submit(job_file))
    assert not job_file.exists()


def test_a_service_that_is_down(sapi: Service, job_file: Path) -> None:
    configure()
    sapi.stop()
    assert "does not answer" in line_of(ConnectionError, lambda: submit(job_file))
    assert not job_file.exists()


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
    sapi: Service, job_file: Path, fault: Fault, error: type[Exception], message: str
) -> None:
    """In the middle of three: what was sent before stays, and nothing is sent twice."""
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 10]
    sapi.inject(faults.slow_reply("submit", 0.01))
    sapi.inject(fault)
    assert matches(message, line_of(error, lambda: submit(job_file)))
    job = Job(job_file)
    assert len(sapi.jobs) == 1
    assert "resubmit" in line_of(ValueError, job.fetch)
    check(job.fetch(partial=True), 10)
    job.resubmit()
    check(job.fetch())
    assert len(sapi.jobs) == 3


def test_a_processor_that_changed_in_between_refuses(sapi: Service, job_file: Path) -> None:
    with DWaveQPUSampler(QPU) as sampler:
        sampler.estimate(MODEL)
        sapi.recalibrate(QPU)
        assert "refused" in line_of(ValueError, lambda: sampler.submit(MODEL, job_file))
    assert not job_file.exists()
    submit(job_file)


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


@pytest.mark.parametrize("fault", [faults.lost_reply(), faults.slow_reply("submit", 30)])
def test_a_submission_whose_receipt_is_lost_is_found_again(sapi: Service, job_file: Path, fault: Fault) -> None:
    configure(request_timeout=1.5)
    sapi.inject(fault)
    check(submit(job_file).fetch())
    check(Job(job_file).fetch())
    assert len(sapi.jobs) == 1


def test_a_receipt_that_is_found_only_later(sapi: Service, job_file: Path) -> None:
    sapi.inject(faults.lost_reply())
    sapi.inject(faults.unavailable("poll"))
    assert "the job stands in" in line_of(ConnectionError, lambda: submit(job_file))
    check(Job(job_file).fetch())
    assert len(sapi.jobs) == 1


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
        assert matches(message, line_of(error, sample))
    sapi.heal()
    check(sample())


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
def test_what_fails_after_it_is_sent_is_named_and_cancelled(sapi: Service, status: int) -> None:
    sapi.hold()
    sapi.inject(faults.unavailable("poll", status, times=None))
    error = ConnectionError if status == 503 else ValueError
    said = line_of(error, sample)
    assert next(iter(sapi.jobs)) in said
    assert "cancelling" not in said
    assert [job.status for job in sapi.jobs.values()] == ["CANCELLED"]


def test_what_cannot_be_cancelled_is_said(sapi: Service) -> None:
    sapi.hold()
    sapi.inject(faults.unavailable("poll", times=None))
    sapi.inject(faults.unavailable("cancel", times=None))
    said = line_of(ConnectionError, sample)
    assert matches(r"HTTP 503.*; submitted as .*; cancelling what still runs failed", said)
    assert next(iter(sapi.jobs)) in said


def test_a_later_submission_that_is_refused_cancels_the_first(sapi: Service) -> None:
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    sapi.hold()
    sapi.inject(faults.slow_reply("submit", 0.0))
    sapi.inject(Fault("submit", 429))
    said = line_of(ValueError, sample)
    assert matches("refused .429.*submitted as", said)
    assert [job.status for job in sapi.jobs.values()] == ["CANCELLED"]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.failed_job("Chip too warm"), r"1 of 2 submissions lack an answer \([-0-9a-f]{36}\): .*Chip too warm"),
        (faults.truncated_answer(), r"1 of 2 submissions lack an answer \([-0-9a-f]{36}\): .*1 unreadable"),
    ],
)
def test_answers_that_are_there_are_kept(sapi: Service, fault: Fault, message: str) -> None:
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    sapi.inject(fault)
    with pytest.warns(UserWarning, match=message):
        samples = sample()
    check(samples, 15)
    assert samples.info["sgq"]["lost_submissions"] == 1


def test_answers_that_are_there_are_kept_though_cancelling_fails(
    sapi: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    reply = sapi.reply

    def slower_after_the_first(request: Any) -> Any:
        answer = reply(request)
        if request.kind == "submit":
            sapi.slow_down(60)
        return answer

    monkeypatch.setattr(sapi, "reply", slower_after_the_first)
    sapi.inject(faults.unavailable("cancel", times=None))
    with pytest.warns(UserWarning, match="1 of 2 submissions lack an answer .*cancelling what still runs failed"):
        samples = sample(time_limit=1)
    check(samples, 15)
    assert samples.info["sgq"]["stopped"] == "time_limit"


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


def test_the_command_says_every_fault_in_one_line(sapi: Service, job_file: Path, command: Any) -> None:
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
    assert "token was refused" in refused(faults.refused_token(), *SUBMISSION, str(job_file))
    assert not job_file.exists()
    assert str(job_file) in refused(faults.unavailable("submit"), *SUBMISSION, str(job_file))
    job_file.unlink()
    assert command(*SUBMISSION, str(job_file))[0] == 0
    assert "HTTP 503" in refused(faults.unavailable("poll", times=None), "fetch", str(job_file))
    assert "HTTP 503" in refused(faults.unavailable("poll", times=None), "status", str(job_file))
    assert "token was refused" in refused(faults.refused_token(), "cancel", str(job_file))
    code, out, _ = command("fetch", str(job_file), "--json")
    assert code == 0
    assert "best energy" in out
