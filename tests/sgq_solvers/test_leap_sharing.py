"""Several processes with one job file, and several jobs that want one: nothing is paid twice, nothing is lost.

The locks are those of open files, so that threads stand for processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import dimod
import pytest
from leap_fault_helpers import MODEL, QPU, check, line_of, submit
from sapi import faults
from sapi.service import Service

from sgq_solvers.leap import Job
from sgq_solvers.leap.lock import locked

pytestmark = pytest.mark.usefixtures("no_token_is_left")

MIRRORED = dimod.BinaryQuadraticModel({v: -h for v, h in MODEL.linear.items()}, MODEL.quadratic, 1.5, "SPIN")


def wait_until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    while not condition() and time.monotonic() < give_up:
        time.sleep(0.01)
    assert condition()


@pytest.fixture
def slow(sapi: Service) -> Service:
    """A service that takes half a second over each submission, of which a job has several."""
    sapi.solvers[QPU].properties["num_reads_range"] = [1, 5]
    sapi.inject(faults.slow_reply("submit", 0.5, times=None))
    return sapi


def submitting(pool: ThreadPoolExecutor, service: Service, job_file: Path) -> Future[Job]:
    """A process in the middle of its six submissions."""
    future = pool.submit(submit, job_file)
    wait_until(lambda: len(service.jobs) >= 2)
    return future


def test_fetching_waits_for_who_still_submits(slow: Service, job_file: Path) -> None:
    with ThreadPoolExecutor() as pool:
        submitter = submitting(pool, slow, job_file)
        assert Job(job_file).submitting
        early = line_of(TimeoutError, lambda: Job(job_file).fetch(0))
        assert "another process is still submitting" in early
        assert "resubmit" not in early
        check(Job(job_file).fetch())
        submitter.result()
    assert len(slow.jobs) == 6
    assert not Job(job_file).submitting
    assert [s.id for s in Job(job_file).submissions] == list(slow.jobs)


def test_cancelling_stops_who_still_submits(slow: Service, job_file: Path) -> None:
    slow.hold()
    with ThreadPoolExecutor() as pool:
        submitter = submitting(pool, slow, job_file)
        Job(job_file).cancel()
        submitter.result()
    assert len(slow.jobs) < 6
    assert {job.status for job in slow.jobs.values()} == {"CANCELLED"}
    assert {s.state for s in Job(job_file).submissions} == {"CANCELLED"}


def test_two_that_resubmit_at_once_send_everything_once(slow: Service, job_file: Path) -> None:
    slow.heal()
    slow.hold()
    submit(job_file).cancel()
    slow.release()
    slow.inject(faults.slow_reply("submit", 0.05, times=None))
    jobs = [Job(job_file), Job(job_file)]

    def resubmit(job: Job) -> int:
        try:
            return job.resubmit()
        except ValueError as error:
            assert "another process is submitting" in str(error)  # noqa: PT017 (only where the other is slow)
            return 0

    with ThreadPoolExecutor() as pool:
        assert sorted(pool.map(resubmit, jobs)) == [0, 6]
    assert len(slow.jobs) == 12
    check(Job(job_file).fetch())


def test_who_submits_is_left_to_it(sapi: Service, job_file: Path) -> None:
    submit(job_file)
    with locked(job_file, "sending", 0):
        assert Job(job_file).submitting
        assert "another process is submitting" in line_of(ValueError, Job(job_file).resubmit)
    assert not Job(job_file).submitting
    assert Job(job_file).resubmit() == 0


def test_one_file_is_given_to_one_of_two_jobs(sapi: Service, job_file: Path) -> None:
    def attempt(_: int) -> str:
        try:
            submit(job_file)
        except ValueError as error:
            return str(error)
        return "submitted"

    with ThreadPoolExecutor() as pool:
        first, second = sorted(pool.map(attempt, range(2)), key=lambda said: said != "submitted")
    assert first == "submitted"
    assert "exists: it may hold a job" in second or "another process is submitting" in second
    assert len(sapi.jobs) == 1
    check(Job(job_file).fetch())


@pytest.mark.parametrize("answered", [False, True])
def test_a_job_whose_file_is_another_jobs_now_is_kept_beside_it(sapi: Service, job_file: Path, answered: bool) -> None:
    sapi.hold()
    first = submit(job_file)
    job_file.rename(job_file.with_name("put away.json"))
    submit(job_file, MIRRORED)
    sapi.release()
    if answered:
        Job(job_file).fetch()
    with pytest.warns(UserWarning, match=r"job\.json is another file now: this job is kept in .*job-[0-9a-f]{8}\.json"):
        check(first.fetch())
    assert first.path is not None
    check(Job(first.path).fetch())
    assert Job(job_file).plan.model == MIRRORED
    samples = Job(job_file).fetch()
    assert samples.first.energy == pytest.approx(dimod.ExactSolver().sample(MIRRORED).first.energy)
    check(Job(job_file.with_name("put away.json")).fetch())


def test_a_file_that_is_gone_or_no_job_any_more(sapi: Service, job_file: Path) -> None:
    sapi.hold()
    job = submit(job_file)
    job_file.unlink()
    sapi.release()
    check(job.fetch())
    check(Job(job_file).fetch())
    job_file.write_text("notes")
    with pytest.warns(UserWarning, match="this job is kept in"):
        job.cancel()
    assert job_file.read_text() == "notes"
