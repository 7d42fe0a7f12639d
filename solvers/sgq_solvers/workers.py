"""Blocks of replicas on threads: who works on what, and when to stop.

Kernels release Python's lock, so threads share a machine's cores. A block depends on nothing but its number, so the
answer does not depend on how many threads there are. The caller's thread only waits: Ctrl-C reaches it at once, the
workers finish the piece they are at.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

import numpy as np

from sgq.checks import integer, real
from sgq_solvers.sampler import Clock, Progress, checked_progress

Result = TypeVar("Result")
LONG = 5e7  # nanoseconds of sweeping between two looks at the clock, at most
_REPORT = 0.1  # seconds between two reports of progress


def threads(num_threads: int | None) -> int:
    """The number given, or the cores that this process may use."""
    if num_threads is not None:
        return integer("num_threads", num_threads, 1)
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class Run(Generic[Result]):
    """A run of numbered blocks, to an end, a time, a target energy or Ctrl-C.

    Attributes
    ----------
    results
        What each finished block gave, by its number.
    best
        Lowest energy so far.
    stopped
        Why the run ended before all blocks were done: ``"time_limit"``, ``"target_energy"``, ``"interrupt"``, or None.
    """

    def __init__(
        self, clock: Clock, target: float | None, tolerance: float, progress: Progress | None, total: float
    ) -> None:
        self.clock = clock
        self.target = -np.inf if target is None else real("target_energy", target) + tolerance
        self.progress = checked_progress(progress)
        self.total = total
        self.done = 0.0
        self.best = np.inf
        self.stopped: str | None = None
        self.results: dict[int, Result] = {}
        self._first_hit: float = np.inf
        self._next = 0
        self._lock = threading.Lock()

    def report(self, block: int, best: float, work: float) -> None:
        """Called by a worker: the lowest energy that a block has seen, and the work done since the last report."""
        with self._lock:
            self.best = min(self.best, best)
            self.done += work
            if best <= self.target:
                self._first_hit = min(self._first_hit, block)

    def over(self, block: int) -> bool:
        """Whether a block is to stop: time is up, Ctrl-C, or a block before it has reached the target."""
        if self.clock.left() == 0 and self.stopped is None:
            self.stopped = "time_limit"
        return self.stopped in ("time_limit", "interrupt") or block > self._first_hit

    def execute(self, work: Callable[[int], Result], wanted: Callable[[int], bool], num_threads: int) -> None:
        """Do ``work(0)``, ``work(1)``, … on threads, as long as another block is ``wanted(blocks_begun)``."""

        def loop() -> None:
            while True:
                with self._lock:
                    block = self._next
                    if not wanted(block) or (block and (self._first_hit < np.inf or self.over(block))):
                        return  # however short the time, there is a first block
                    self._next += 1
                result = work(block)
                with self._lock:
                    self.results[block] = result

        pool = ThreadPoolExecutor(num_threads)
        try:
            tasks = {pool.submit(loop) for _ in range(num_threads)}
            while tasks:
                finished, tasks = wait(tasks, timeout=_REPORT, return_when=FIRST_EXCEPTION)
                self._show()
                for task in finished:
                    task.result()
        except KeyboardInterrupt:
            self.stopped = "interrupt"
        except BaseException:
            self.stopped = "interrupt"
            raise
        finally:
            self._join(pool)
        if self._first_hit < np.inf:
            self.stopped = "target_energy"
            self.results = {block: result for block, result in self.results.items() if block <= self._first_hit}

    def _join(self, pool: ThreadPoolExecutor) -> None:
        """Wait for the workers, whatever else is pressed meanwhile."""
        while True:
            try:
                return pool.shutdown()
            except KeyboardInterrupt:
                self.stopped = "interrupt"

    def ordered(self) -> list[Result]:
        """Results in the order of their blocks."""
        return [self.results[block] for block in sorted(self.results)]

    def _show(self) -> None:
        if self.progress:
            part = self.done / self.total if np.isfinite(self.total) else 0.0
            self.progress(min(1.0, max(part, self.clock.fraction())), self.best)
