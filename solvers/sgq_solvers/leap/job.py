"""Jobs that outlive the process: submit, close the laptop, fetch tomorrow."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import dimod

from sgq.problem import Problem
from sgq_solvers.leap.answers import assemble, decode_answer
from sgq_solvers.leap.connection import configured_client, configured_qpu
from sgq_solvers.leap.job_file import read_job, update_job, write_job
from sgq_solvers.leap.plan import Plan, Submission
from sgq_solvers.leap.service import Service
from sgq_solvers.leap.standing import awaited, recover, refresh, running, unacknowledged, why_lost
from sgq_solvers.sampler import Progress, checked_progress


class Job:
    """One model on a D-Wave processor, in one submission or many, and the file that remembers it.

    The file holds the model, the embedding and every submission's label before anything is sent, and each id as
    soon as the service acknowledges it, so that a process that dies at any moment loses nothing: what it sent
    without hearing back is found again by its label. It never holds the token. Answers are kept in it too, so that
    a job that was fetched once is read without the service, and without the processor.

    ``sgq.solve(problem, job)`` gives the samples with energies of the problem itself.

    Parameters
    ----------
    path
        A job file.
    client
        A `dwave.cloud.Client`, such as the attribute of a `DWaveSampler`, to reach the service under its
        configuration; Ocean's own when None.

    Raises
    ------
    ValueError
        If the file holds no job.
    """

    parameters: Mapping[str, list[str]] = MappingProxyType({"timeout": [], "partial": [], "progress": []})

    def __init__(self, path: str | os.PathLike[str], *, client: Any = None) -> None:
        self.path: Path | None = Path(path)
        self._client = client
        self.plan, self.attached = read_job(self.path)

    @classmethod
    def of_plan(cls, plan: Plan, path: Path | None, attached: Any = None) -> Job:
        """A job that is not submitted yet, on disk unless `path` is None; `attached` is kept with it, JSON values."""
        job = cls.__new__(cls)
        job.plan, job.path, job.attached, job._client = plan, path, attached, None
        if path is not None:
            write_job(path, plan, attached, new=True)
        return job

    def __repr__(self) -> str:
        done = sum(s.answer is not None for s in self.submissions)
        where = "" if self.path is None else f" {self.path}"
        return f"<Job{where}: {done} of {len(self.submissions)} submissions answered by {self.plan.processor['name']}>"

    @property
    def submissions(self) -> list[Submission]:
        """What was, or will be, sent to the processor."""
        return self.plan.submissions

    @property
    def done(self) -> bool:
        """Whether every answer is here."""
        return all(s.answer is not None for s in self.submissions)

    def submit(self, qpu: Any) -> None:
        """Send what is unsent to the processor, a `DWaveSampler`; they run while the next is sent.

        Raises
        ------
        ValueError, ConnectionError
            If the service refuses, or fails. What was sent stays recorded; nothing is sent twice.
        """
        self._check_graph(qpu)
        self._client = qpu.client
        service = Service(qpu.client.config)
        try:
            for submission in self.submissions:
                if submission.state == "unsent":
                    target = self.plan.target(submission, qpu)
                    submission.state = "sending"
                    self._save()
                    self._send(service, qpu.solver, submission, target)
        finally:
            self._save()
            service.close()

    def _send(self, service: Service, solver: Any, submission: Submission, target: dimod.BinaryQuadraticModel) -> None:
        try:
            submission.id = service.submit(solver, target, self.plan.parameters_of(submission), submission.label)
        except ConnectionError as error:  # it may have arrived all the same
            try:
                submission.id = service.find(submission.label)
            except (ConnectionError, ValueError):
                submission.id = None
            if submission.id is None:
                raise ConnectionError(f"{error}{self._afterwards()}") from None
        except ValueError as error:
            submission.state, submission.message = "FAILED", str(error)
            others = any(s.id is not None for s in self.submissions)
            raise ValueError(f"{error}{self._afterwards()}" if others else str(error)) from None
        submission.state = "PENDING"

    def refresh(self, wait: float = 0) -> None:
        """Ask the service how the submissions are, after up to `wait` seconds if nothing changes; get answers."""
        if not awaited(self.plan) and not unacknowledged(self.plan):
            return
        service = self._service()
        try:
            self._refresh(service, wait)
        finally:
            service.close()

    def fetch(
        self, timeout: float | None = None, *, partial: bool = False, progress: Progress | None = None
    ) -> dimod.SampleSet:
        """Wait for the answers, and read them.

        Parameters
        ----------
        timeout
            Seconds to wait; any time when None, and 0 looks once.
        partial
            Take the answers there are by then, where others still run, failed, were cancelled or never arrived.
        progress
            Called as ``progress(fraction_answered, inf)`` whenever the service was asked.

        Returns
        -------
        dimod.SampleSet
            As `DWaveQPUSampler.sample` describes it.

        Raises
        ------
        TimeoutError
            If some still run (and `partial` is not set, or there is no answer).
        ValueError
            If submissions failed, were cancelled or never arrived (and `partial` is not set, or there is no answer).
        ConnectionError
            If the service fails, or its answer cannot be read.
        """
        if not self.done:
            self._wait(timeout, checked_progress(progress))
        unfinished, answers = running(self.plan), any(s.answer is not None for s in self.submissions)
        if unfinished and not (partial and answers):
            raise TimeoutError(
                f"{len(unfinished)} of {len(self.submissions)} submissions still run on {self.plan.processor['name']}: "
                f"fetch again later{self._afterwards()}"
            )
        answered = [(s, decode_answer(s.answer)) for s in self.submissions if s.answer is not None]
        if len(answered) < len(self.submissions) and not (partial and answers):
            raise ValueError(why_lost(self.plan))
        samples = assemble(self.plan, answered)
        samples.info["sgq"]["lost_submissions"] = len(self.submissions) - len(answered)
        return samples

    def sample_problem(
        self,
        problem: Problem,
        *,
        timeout: float | None = None,
        partial: bool = False,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """The fetched samples, for `sgq.solve`, which recomputes their energies on the problem."""
        model = problem.model
        if isinstance(model, dimod.BinaryQuadraticModel):
            same = model == self.plan.model
        else:  # was made quadratic, by auxiliary variables
            same = set(self.plan.model.variables).issuperset(problem.variables)
        if not same:
            raise ValueError(f"{self!r} is of another model than {problem!r}")
        return self.fetch(timeout, partial=partial, progress=progress)

    def cancel(self) -> None:
        """Ask the service to cancel what still runs, and see what came of it; answers that are there stay."""
        service = self._service()
        try:
            recover(self.plan, service)
            ids = [s.id for s in running(self.plan) if s.id is not None]
            if ids:
                service.cancel(ids)
                self._refresh(service, 1)
        finally:
            service.close()

    def resubmit(self, qpu: Any = None) -> int:
        """Send again what failed, was cancelled, cannot be read, or is not known to have arrived; how many that were.

        Parameters
        ----------
        qpu
            The `DWaveSampler`; None finds the job's own processor under Ocean's configuration.
        """
        self.refresh()
        lost = [s for s in self.submissions if s.answer is None and s not in running(self.plan)]
        for number, submission in enumerate(lost):
            if submission.state != "unsent":
                submission.label += f"+{number}"
            submission.id, submission.state, submission.message = None, "unsent", None
            submission.attempt += 1
        if lost:
            own = qpu is None
            qpu = configured_qpu(self.plan.processor["name"]) if own else qpu
            try:
                self.submit(qpu)
            finally:
                if own:
                    qpu.client.close(wait=False)
        return len(lost)

    def _wait(self, timeout: float | None, progress: Progress | None) -> None:
        """Refresh until nothing runs or the time is up, at a pace that slows down where nothing changes."""
        started, pause, again = time.monotonic(), 0.05, True
        service = self._service()
        try:
            while True:
                left = float("inf") if timeout is None else timeout - (time.monotonic() - started)
                asked = time.monotonic()
                changed, again = self._refresh(service, max(0.0, left), again), False
                left = float("inf") if timeout is None else timeout - (time.monotonic() - started)
                if progress is not None:
                    progress(sum(s.answer is not None for s in self.submissions) / len(self.submissions), float("inf"))
                if not running(self.plan) or left <= 0:
                    return
                pause = 0.05 if changed else min(2.0, 1.5 * pause)
                if time.monotonic() - asked < pause:
                    time.sleep(min(pause, left))
        finally:
            service.close()

    def _refresh(self, service: Service, wait: float, again: bool = True) -> bool:
        """Refresh, and save what changed, up to an error too; whether anything did."""
        before = [(s.id, s.state) for s in self.submissions]
        try:
            refresh(self.plan, service, wait, again)
        finally:
            changed = before != [(s.id, s.state) for s in self.submissions]
            if changed:
                self._save()
        return changed

    def _afterwards(self) -> str:
        """Where the job is to be found after an error."""
        if self.path is not None:
            return f"; the job stands in {self.path}"
        ids = [s.id for s in self.submissions if s.id is not None]
        return f"; submitted as {', '.join(ids)}" if ids else ""

    def _check_graph(self, qpu: Any) -> None:
        known, now = self.plan.processor["graph_id"], getattr(qpu.solver, "graph_id", None)
        if known is not None and now is not None and known != now:
            raise ValueError(
                f"the working graph of {self.plan.processor['name']} changed since the model was embedded "
                f"({known}, now {now}): submit the problem as a new job"
            )

    def _service(self) -> Service:
        if self._client is not None:
            return Service(self._client.config)
        client = configured_client()
        client.close(wait=False)
        return Service(client.config)

    def _save(self) -> None:
        if self.path is not None:
            update_job(self.path, self.plan, self.attached)


def find_jobs(folder: str | os.PathLike[str]) -> list[Job]:
    """The jobs in the files of a folder, by name; other files are passed over."""
    jobs = []
    for path in sorted(Path(folder).glob("[!.]*")):
        try:
            jobs.append(Job(path))
        except (ValueError, OSError):
            continue
    return jobs
