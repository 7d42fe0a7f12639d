"""Jobs that outlive the process: submit, close the laptop, fetch tomorrow."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import dimod

from sgq.checks import boolean, real
from sgq.problem import Problem
from sgq_solvers.leap.answers import assemble, checked_answer
from sgq_solvers.leap.connection import UnreadableError, configured_client, configured_qpu, with_ending
from sgq_solvers.leap.job_file import is_job_file, source_of
from sgq_solvers.leap.plan import Plan, Submission
from sgq_solvers.leap.record import Record
from sgq_solvers.leap.service import Service
from sgq_solvers.leap.submissions import (
    answered,
    awaited,
    recover,
    refresh,
    running,
    send_unsent,
    unacknowledged,
    unfinished,
    why_lost,
    withdraw,
)
from sgq_solvers.sampler import Progress, checked_progress

_PATIENCE = 10  # seconds for a service that fails where no time was agreed upon


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
        self._record = Record.of_file(Path(path))
        self._client = client

    @classmethod
    def of_plan(cls, plan: Plan, path: Path | None = None, attached: Any = None) -> Job:
        """A job that is not submitted yet, to be kept on disk unless `path` is None, with `attached`, JSON values."""
        job = cls.__new__(cls)
        job._record = Record(plan, path, attached, is_new=True)
        job._client = None
        return job

    def __repr__(self) -> str:
        if "_record" not in vars(self):  # of a file that could not be read
            return "<Job>"
        where = "" if self.path is None else f" {self.path}"
        count = f"{len(answered(self.plan))} of {len(self.submissions)}"
        return f"<Job{where}: {count} submissions answered by {self.plan.processor['name']}>"

    @property
    def plan(self) -> Plan:
        """The model, its embedding, and the submissions."""
        return self._record.plan

    @property
    def path(self) -> Path | None:
        """The job file."""
        return self._record.path

    @property
    def attached(self) -> Any:
        """What was to be kept in the file beside it, JSON values."""
        return self._record.attached

    @property
    def submissions(self) -> list[Submission]:
        """What was, or will be, sent to the processor."""
        return self.plan.submissions

    @property
    def done(self) -> bool:
        """Whether every answer is here."""
        return len(answered(self.plan)) == len(self.submissions)

    @property
    def submitting(self) -> bool:
        """Whether some process is sending submissions of this job now."""
        return self._record.submitting

    def submit(self, qpu: Any) -> None:
        """Send what is unsent to the processor, a `DWaveSampler`; they run while the next is sent.

        A new job is on disk before anything is sent, and stays there unless it is refused as a whole.

        Raises
        ------
        ValueError, OSError
            If the service refuses, or fails, or another process is submitting. What was sent stays recorded; nothing
            is sent twice.
        """
        with self._record.sole_sender():
            is_new = self._record.is_new
            self._record.keep()
            try:
                self._send_unsent(qpu)
            except ValueError:
                if is_new and all(s.id is None and s.state != "sending" for s in self.submissions):
                    self._record.discard()
                raise

    def _send_unsent(self, qpu: Any, lost: Sequence[Submission] = ()) -> None:
        self._client = qpu.client
        service = self._service()
        try:
            send_unsent(self._record, service, qpu.solver, lost)
        finally:
            service.close()

    def refresh(self, wait: float = 0) -> None:
        """Ask the service how the submissions are, after up to `wait` seconds if nothing changes; get answers."""
        self._record.catch_up()
        if not awaited(self.plan) and not unacknowledged(self.plan):
            return
        service = self._service(wait + _PATIENCE)
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
            Seconds to wait; any time when None, and 0 looks once. A service that hangs may take five more.
        partial
            Take the answers there are by then, where others still run, failed, were cancelled or never arrived, and
            with a warning where the service cannot be asked.
        progress
            Called as ``progress(fraction_answered, inf)`` whenever the service was asked.

        Returns
        -------
        dimod.SampleSet
            As `DWaveQPUSampler.sample` describes it.

        Raises
        ------
        TimeoutError
            If some still run, or are being sent (and `partial` is not set, or there is no answer).
        ValueError
            If submissions failed, were cancelled or never arrived (and `partial` is not set, or there is no answer).
        ConnectionError
            If the service fails (and `partial` is not set, or there is no answer), or its answer cannot be read.

        Warns
        -----
        UserWarning
            If the job file cannot be written: the samples are then all there is of the answer on this machine.
        """
        timeout = None if timeout is None else real("timeout", timeout, 0)
        boolean("partial", partial)
        if not self.done:
            try:
                self._wait(timeout, checked_progress(progress))
            except (OSError, ValueError) as error:
                if not (partial and answered(self.plan)):
                    raise with_ending(error, self._record.whereabouts) from None
                warnings.warn(f"{error}: only what was here already is read", stacklevel=2)
        return self.read(partial)

    def read(self, partial: bool = False) -> dimod.SampleSet:
        """The same of the answers that are here, without asking the service."""
        done, late, unsent = answered(self.plan), running(self.plan), unfinished(self.plan)
        if len(done) < len(self.submissions) and not (partial and done):
            if unsent and self.submitting:
                why = f"another process is still submitting, {len(unsent)} of {len(self.submissions)} are to be sent"
                raise TimeoutError(f"{why}: fetch again later{self._record.whereabouts}")
            if late:
                why = f"{len(late)} of {len(self.submissions)} submissions still run on {self.plan.processor['name']}"
                raise TimeoutError(f"{why}: fetch again later{self._record.whereabouts}")
            advice = "" if self.path is None else ": take the others with partial, or resubmit"
            raise ValueError(f"{why_lost(self.plan)}{advice}{self._record.whereabouts}")
        try:
            samples = assemble(self.plan, [(s, checked_answer(self.plan, s, s.answer)) for s in done])
        except UnreadableError as error:  # of a file that was tampered with
            raise with_ending(error, self._record.whereabouts) from None
        samples.info["sgq"]["lost_submissions"] = len(self.submissions) - len(done)
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
            same = self.plan.source == source_of(model)
        if not same:
            raise ValueError(f"{self!r} is of another model than {problem!r}")
        return self.fetch(timeout, partial=partial, progress=progress)

    def cancel(self) -> None:
        """Cancel what still runs or is not sent, in another process too, and see what came of it; answers stay."""
        self.request_cancellation()
        self.refresh(1)

    def request_cancellation(self) -> None:
        """The same without looking what came of it."""
        self._record.try_save(withdraw)
        with self._record.sender_done(60):  # it notices with its next submission
            service = self._service(_PATIENCE)
            try:
                recover(self.plan, service)
                ids = [s.id for s in awaited(self.plan) if s.id is not None]
                if ids:
                    service.cancel(ids)
            except (OSError, ValueError) as error:
                raise with_ending(error, self._record.whereabouts) from None
            finally:
                service.close()
            self._record.try_save()

    def resubmit(self, qpu: Any = None) -> int:
        """Send again what failed, was cancelled, cannot be read, or is not known to have arrived; how many that were.

        Parameters
        ----------
        qpu
            The `DWaveSampler`; None finds the job's own processor under Ocean's configuration.

        Raises
        ------
        ValueError
            If another process is submitting, or all attempts together would exceed the job's `qpu_budget`.
        """
        with self._record.sole_sender():
            self.refresh()
            lost = [s for s in self.submissions if s.answer is None and s not in running(self.plan)]
            if lost:
                own = qpu is None
                qpu = configured_qpu(self.plan.processor["name"]) if own else qpu
                try:
                    self._send_unsent(qpu, lost)
                finally:
                    if own:
                        qpu.client.close(wait=False)
        return len(lost)

    def _wait(self, timeout: float | None, progress: Progress | None) -> None:
        """Refresh until nothing runs or the time is up, at a pace that slows down where nothing changes."""
        started, pause, again = time.monotonic(), 0.05, True
        service = self._service(timeout)
        try:
            while True:
                if unfinished(self.plan):
                    self._record.catch_up()
                left = float("inf") if timeout is None else timeout - (time.monotonic() - started)
                asked = time.monotonic()
                changed, again = self._refresh(service, max(0.0, left), again), False
                left = float("inf") if timeout is None else timeout - (time.monotonic() - started)
                if progress is not None:
                    progress(len(answered(self.plan)) / len(self.submissions), float("inf"))
                sending = bool(unfinished(self.plan)) and self.submitting
                if left <= 0 or not (running(self.plan) or sending):
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
            recover(self.plan, service)
            refresh(self.plan, service, wait, again)
        finally:
            changed = before != [(s.id, s.state) for s in self.submissions]
            if changed:
                self._record.try_save()
        return changed

    def _service(self, timeout: float | None = None) -> Service:
        if self._client is not None:
            return Service(self._client.config, timeout)
        client = configured_client()
        client.close(wait=False)
        return Service(client.config, timeout)


def find_jobs(folder: str | os.PathLike[str]) -> tuple[list[Job], dict[Path, str]]:
    """The jobs in the files of a folder, by name, and why other job files cannot be read; all else is passed over."""
    jobs, damaged = [], {}
    for path in sorted(Path(folder).glob("[!.]*")):
        try:
            if is_job_file(path):
                jobs.append(Job(path))
        except (ValueError, OSError) as error:
            damaged[path] = str(error)
    return jobs, damaged
