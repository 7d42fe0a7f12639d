"""What the service has: solvers, the queue of jobs, and uploads."""

from __future__ import annotations

import threading
import time
from typing import Any

from sapi.faults import Fault
from sapi.jobs import Job
from sapi.messages import NoSuchError
from sapi.properties import Solver


class State:
    """Solvers by name, jobs by id in the order of submission, uploads by id and part.

    `changed` is the lock of all of it, and notifies of every change that a request may wait for.
    """

    def __init__(self, *solvers: Solver) -> None:
        self.solvers = {solver.name: solver for solver in solvers}
        self.jobs: dict[str, Job] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.faults: list[Fault] = []
        self.changed = threading.Condition()
        self.queue_seconds = 0.0
        self.holding = False
        self.down = False

    def solver(self, name: str) -> Solver:
        if name not in self.solvers:
            raise NoSuchError("Solver does not exist or apitoken does not have access")
        return self.solvers[name]

    def job(self, id_: str) -> Job:
        if id_ not in self.jobs:
            raise NoSuchError("Problem does not exist or apitoken does not have access")
        return self.jobs[id_]

    def uploaded(self, upload: str) -> bytes:
        if upload not in self.uploads:
            raise NoSuchError("Problem data does not exist")
        return b"".join(part for _, part in sorted(self.uploads[upload].items()))

    def enqueue(self, problem: dict[str, Any], answer: dict[str, Any]) -> Job:
        """A new job, to be over when its time in the queue is."""
        with self.changed:
            job = Job(problem, time.monotonic() + self.queue_seconds, self.struck("job"), answer)
            self.jobs[job.id] = job
        return job

    def settled(self, job: Job) -> bool:
        """Whether the job is over, which it is as soon as its time in the queue is up."""
        with self.changed:
            if job.status == "PENDING" and not self.holding and time.monotonic() >= job.ready:
                job.finish()
            return job.status != "PENDING"

    def wait(self, seconds: float) -> None:
        """Wait, unless the service goes down."""
        with self.changed:
            self.changed.wait_for(lambda: self.down, seconds)

    def struck(self, kind: str) -> Fault | None:
        """The fault that strikes a request, or a job, of this kind now."""
        with self.changed:
            for fault in self.faults:
                if fault.kind == kind or (fault.kind is None and kind != "job"):
                    if fault.times is not None:
                        fault.times -= 1
                        if not fault.times:
                            self.faults.remove(fault)
                    return fault
        return None
