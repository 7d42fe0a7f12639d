"""What fails between a job and its answer: the answer comes in the end, to the last read, or the error is one line."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from leap_fault_helpers import MODEL, QPU, check, configure, line_of, matches, submit
from sapi import faults
from sapi.faults import Fault
from sapi.jobs import processor_answer
from sapi.service import Service

from sgq_solvers.leap import DWaveQPUSampler, Job

pytestmark = pytest.mark.usefixtures("no_token_is_left", "impatient")


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
        faults.slow_reply("poll", 30),
        faults.slow_reply("answer", 30),
    ],
)
def test_what_passes_is_waited_for(sapi: Service, job_file: Path, fault: Fault) -> None:
    configure(request_timeout=1.5)
    sapi.slow_down(0.05)
    job = submit(job_file)
    sapi.inject(fault)
    check(job.fetch())
    check(Job(job_file).fetch())


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
    sapi: Service, job_file: Path, fault: Fault, error: type[Exception], message: str
) -> None:
    submit(job_file)
    sapi.inject(fault)
    assert matches(message, line_of(error, lambda: Job(job_file).fetch()))
    sapi.heal()
    check(Job(job_file).fetch())
    assert len(sapi.jobs) == 1


def test_a_slow_queue(sapi: Service, job_file: Path) -> None:
    sapi.hold()
    job = submit(job_file)
    assert "1 of 1 submissions still run on loopback_chimera: fetch again later" in line_of(
        TimeoutError, lambda: job.fetch(0)
    )
    assert "still run" in line_of(TimeoutError, lambda: Job(job_file).fetch(0.1, partial=True))
    sapi.release()
    check(Job(job_file).fetch())


def test_the_service_goes_down_while_we_wait(sapi: Service, job_file: Path) -> None:
    configure()
    sapi.hold()
    submit(job_file)
    sapi.stop()
    assert "does not answer" in line_of(ConnectionError, lambda: Job(job_file).fetch())
    assert Job(job_file).submissions[0].id in sapi.jobs


@pytest.mark.parametrize("change", ["withdrawn", "recalibrated", "offline"])
def test_the_processor_goes_away_between_submission_and_answer(sapi: Service, job_file: Path, change: str) -> None:
    sapi.hold()
    submit(job_file)
    if change == "withdrawn":
        sapi.withdraw(QPU)
    elif change == "recalibrated":
        sapi.recalibrate(QPU)
    else:
        sapi.solvers[QPU].status = "OFFLINE"
    sapi.release()
    check(Job(job_file).fetch())


# what comes back


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (faults.cancelled_job(), "1 cancelled"),
        (faults.failed_job("Chip too warm"), r"1 failed \(Chip too warm\)"),
        (faults.solver_offline(), r"1 failed \(Solver is offline\)"),
    ],
)
def test_a_submission_that_is_not_solved(sapi: Service, job_file: Path, fault: Fault, reason: str) -> None:
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    sapi.inject(fault)
    submit(job_file)
    said = line_of(ValueError, lambda: Job(job_file).fetch())
    assert matches(f"2 submissions, of which {reason}: take the others with partial, or resubmit", said)
    assert Job(job_file).fetch(partial=True).info["sgq"]["lost_submissions"] == 1
    job = Job(job_file)
    assert job.resubmit() == 1
    check(job.fetch())
    assert len(sapi.jobs) == 3


def test_resubmitting_to_another_working_graph_is_refused(sapi: Service, job_file: Path) -> None:
    sapi.inject(faults.cancelled_job())
    submit(job_file)
    sapi.recalibrate(QPU)
    job = Job(job_file)
    assert "the working graph of loopback_chimera changed" in line_of(ValueError, job.resubmit)
    assert len(sapi.jobs) == 1


def spoiled(key: str, kind: str, spoil: Callable[[Any], Any]) -> Fault:
    """An array of the answer is another of the same length."""

    def altered(answer: dict[str, Any]) -> dict[str, Any]:
        array = spoil(np.frombuffer(b64decode(answer[key]), kind))
        return answer | {key: b64encode(array.astype(kind).tobytes()).decode()}

    return Fault("job", spoil=altered)


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
        spoiled("num_occurrences", "<i4", lambda counts: 0 * counts),
        spoiled("num_occurrences", "<i4", lambda counts: -counts),
        spoiled("num_occurrences", "<i4", lambda counts: counts + 1),
        spoiled("energies", "<f8", lambda energies: energies + 0.01),
        spoiled("energies", "<f8", lambda energies: np.nan * energies),
        spoiled("solutions", "u1", lambda rows: ~rows),
        spoiled("active_variables", "<i4", lambda qubits: qubits[::-1]),
    ],
)
def test_a_malformed_answer_is_not_kept(sapi: Service, job_file: Path, fault: Fault) -> None:
    """The others are, and a later fetch has a better one."""
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    sapi.inject(fault)
    submit(job_file)
    said = line_of(ValueError, lambda: Job(job_file).fetch())
    assert matches("2 submissions, of which 1 unreadable .*: take the others with partial, or resubmit", said)
    assert Job(job_file).fetch(partial=True).record.num_occurrences.sum() == 15
    job = next(iter(sapi.jobs.values()))
    job.answer = processor_answer(job.request, sapi.solvers[QPU], seed=1)
    check(Job(job_file).fetch())
    assert len(sapi.jobs) == 2


def test_a_malformed_answer_does_not_keep_the_others_waiting(sapi: Service, job_file: Path) -> None:
    """It is asked for in the beginning, not in every round."""
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    sapi.inject(faults.answer_without("solutions"))
    submit(job_file)
    for job in list(sapi.jobs.values())[1:]:
        job.ready += 0.5
    line_of(ValueError, Job(job_file).fetch)
    check(Job(job_file).fetch(partial=True), 15)
    answers = [request.where for request in sapi.requests if request.kind == "answer"]
    assert len(answers) == 8 + 1 + 8  # attempts of each fetch at the one, and the other


def test_a_malformed_answer_is_asked_for_again(sapi: Service, job_file: Path) -> None:
    sapi.inject(faults.truncated_answer())
    submit(job_file)
    line_of(ValueError, Job(job_file).fetch)
    job = Job(job_file)
    assert job.resubmit() == 1
    check(job.fetch())


def test_a_submission_that_the_service_has_forgotten(sapi: Service, job_file: Path) -> None:
    """The others are had; it is asked for alone."""
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    sapi.hold()
    submit(job_file)
    sapi.release()
    del sapi.jobs[next(iter(sapi.jobs))]
    said = line_of(ValueError, lambda: Job(job_file).fetch())
    assert matches("2 submissions, of which 1 unknown .*does not know this processor or job", said)
    check(Job(job_file).fetch(partial=True), 15)
    job = Job(job_file)
    assert job.resubmit() == 1
    check(job.fetch())


@pytest.mark.parametrize("fault", [faults.refused_token(), faults.unavailable("poll", times=None)])
def test_answers_that_are_saved_need_no_service(sapi: Service, job_file: Path, fault: Fault) -> None:
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 15]
    submit(job_file)
    list(sapi.jobs.values())[1].ready += 1000
    check(Job(job_file).fetch(0, partial=True), 15)
    sapi.inject(fault)
    with pytest.warns(UserWarning, match="only what was here already is read"):
        check(Job(job_file).fetch(partial=True), 15)


def test_a_service_that_hangs_is_not_waited_for_beyond_the_timeout(
    sapi: Service, job_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sgq_solvers.leap.service._GRACE", 0.3)
    submit(job_file)
    sapi.requests.clear()
    sapi.inject(faults.slow_reply("poll", 30, times=None))
    assert "does not answer" in line_of(ConnectionError, lambda: Job(job_file).fetch(0.2))
    assert len(sapi.requests) == 1


@pytest.mark.parametrize("timeout", [float("nan"), float("inf"), -1, "x", True])
def test_a_timeout_is_a_number_of_seconds(sapi: Service, job_file: Path, timeout: Any) -> None:
    submit(job_file)
    assert f"timeout={timeout!r}: a finite number at least 0" in line_of(
        ValueError, lambda: Job(job_file).fetch(timeout)
    )


@pytest.mark.parametrize(("fault", "refused"), [(faults.failed_job(), True), (faults.cancelled_job(), False)])
def test_the_budget_counts_every_attempt_that_may_have_run(
    sapi: Service, job_file: Path, fault: Fault, refused: bool
) -> None:
    sapi.inject(fault)
    with DWaveQPUSampler(QPU) as sampler:
        seconds = sampler.estimate(MODEL, num_reads=30)[0].seconds
    assert seconds is not None
    submit(job_file, qpu_budget=1.01 * seconds)
    job = Job(job_file)
    if refused:
        assert matches(r"all attempts would take .* s on the processor, qpu_budget=", line_of(ValueError, job.resubmit))
    else:
        assert job.resubmit() == 1
        check(job.fetch())
    assert len(sapi.jobs) == 1 + (not refused)


# the process dies


SUBMIT = """
import sys, leap_fault_helpers as t
with t.DWaveQPUSampler(t.QPU) as sampler:
    sampler.submit(t.MODEL, sys.argv[1], num_reads=30, embedding_seed=1)
    print("submitted", flush=True)
    sys.stdin.read()
"""


def killed(job_file: Path, until: Callable[[], bool]) -> None:
    """A process that submits a job, killed as soon as `until` holds."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", SUBMIT, str(job_file)], stdin=subprocess.PIPE, env=environment
    ) as child:
        give_up = time.monotonic() + 60
        while not until() and child.poll() is None and time.monotonic() < give_up:
            time.sleep(0.01)
        assert until()
        child.kill()


def test_the_process_dies_after_it_submitted(sapi: Service, job_file: Path) -> None:
    sapi.hold()
    killed(job_file, lambda: job_file.exists() and Job(job_file).submissions[0].id is not None)
    assert "still run" in line_of(TimeoutError, lambda: Job(job_file).fetch(0))
    sapi.release()
    check(Job(job_file).fetch())
    assert len(sapi.jobs) == 1


def test_the_process_dies_while_it_submits(sapi: Service, job_file: Path) -> None:
    """The second of three submissions has arrived, the process has not heard of it, and the third is not sent."""
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 10]
    sapi.inject(faults.slow_reply("submit", 0.0))
    sapi.inject(faults.slow_reply("submit", 30.0))
    killed(job_file, lambda: len(sapi.jobs) == 2)
    job = Job(job_file)
    assert [s.state for s in job.submissions] == ["PENDING", "sending", "unsent"]
    assert "1 never sent" in line_of(ValueError, job.fetch)
    check(job.fetch(partial=True), 20)
    assert Job(job_file).resubmit() == 1
    check(Job(job_file).fetch())
    assert len(sapi.jobs) == 3
