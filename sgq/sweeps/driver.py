"""The driver of a sweep: runs go out in batches, a bounded number at a time, and come home into the store.

A run is lost only while it is in flight: each batch is saved before the next goes out. Where a worker broke the pool,
the runs that were in flight are made again one by one, so that one which kills its worker is found and the others are
kept.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from itertools import chain
from types import FrameType
from typing import Any
from uuid import uuid4

from sgq.sweeps.executors import Processes
from sgq.sweeps.measures import Measure
from sgq.sweeps.runs import Outcome, Run, execute_all, failure
from sgq.sweeps.store import Store

_BATCH_SECONDS = 0.25  # long against sending a batch and saving it, short against anybody's patience
_LARGEST_BATCH = 1000
_FOREIGN_BATCHES = 1000  # in flight on an executor whose workers cannot be counted
_UNKNOWN = _BATCH_SECONDS / 16  # at least, of a run of a point that was not run yet
_DEATHS = 3  # of its worker, with nothing else in flight, until a run is taken to be the cause
_LONG = 1.0  # seconds; runs that take longer do not wait in a worker's queue, where nothing can call them back

Finished = list[tuple[Run, Outcome]]


class Driver:
    """Sends runs through an executor into a store.

    Parameters
    ----------
    store
        Open for writing.
    executor
        Where runs are made; one with a method `restart` is made anew when it breaks.
    measures, keep_samples
        As for `Sweep.run`.
    on_saved
        Called with what was saved just now.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        measures: Sequence[Measure],
        keep_samples: bool,
        on_saved: Callable[[Finished], None],
    ) -> None:
        self.store, self.executor, self.on_saved = store, executor, on_saved
        self.measures, self.keep_samples = list(measures), keep_samples
        self.dask = getattr(executor, "_client", None)  # of a ClientExecutor, whose futures all look cancellable
        self.flying: dict[Future[Any], list[Run]] = {}
        self.names: dict[Future[Any], str] = {}  # that Dask knows them by
        self.again: deque[Run] = deque()  # to be made again
        self.suspects: deque[Run] = deque()  # the same, each with nothing else in flight
        self.deaths: dict[bytes, int] = {}
        self.seconds: dict[tuple[str, str], float] = {}  # of a run, by problem and solver
        self.longest: dict[str, float] = {}  # of a run, by solver

    def drive(self, runs: Iterator[Run]) -> None:
        """Make all the runs.

        Ctrl-C lets the runs in flight finish; a second one drops them.

        Raises
        ------
        KeyboardInterrupt
            After Ctrl-C, when everything that was finished is saved.
        """
        with _interrupts() as interrupts:
            while not interrupts:
                self._send(runs)
                if not self.flying:
                    return
                self._receive()
            self._call_back()
            while self.flying:
                self._receive()
        raise KeyboardInterrupt

    def _send(self, runs: Iterator[Run]) -> None:
        if self.suspects:
            if not self.flying:
                self._submit([self.suspects.popleft()])
            return
        while len(self.flying) < self._window():
            batch = self._batch(runs)
            if not batch or self._submit(batch).done():
                return

    def _submit(self, batch: list[Run]) -> Future[Any]:
        name: dict[str, Any] = {} if self.dask is None else {"key": f"sgq-{uuid4().hex}"}
        try:
            future = self.executor.submit(execute_all, batch, self.measures, self.keep_samples, **name)
        except BrokenExecutor:
            if not isinstance(self.executor, Processes):
                raise
            self.executor.restart()
            future = self.executor.submit(execute_all, batch, self.measures, self.keep_samples)
        self.flying[future] = batch
        self.names[future] = name.get("key", "")
        return future

    def _call_back(self) -> None:
        """Cancel the batches that no worker has begun."""
        busy = set() if self.dask is None else set(chain(*self.dask.processing().values()))
        for future, name in list(self.names.items()):
            if name not in busy and future.cancel():
                del self.flying[future], self.names[future]

    def _window(self) -> int:
        workers = getattr(self.executor, "workers", None) or getattr(self.executor, "_max_workers", None)
        if workers is None:
            return _FOREIGN_BATCHES
        return int(workers) * (1 if max(self.longest.values(), default=0.0) > _LONG else 2)

    def _batch(self, runs: Iterator[Run]) -> list[Run]:
        """The next runs, as many as are thought to take a while; until a solver was seen at work, one."""
        if self.again:
            return [self.again.popleft()]
        batch: list[Run] = []
        left = _BATCH_SECONDS
        while left > 0 and len(batch) < _LARGEST_BATCH:
            run = next(runs, None)
            if run is None:
                break
            batch.append(run)
            unknown = max(_UNKNOWN, self.longest.get(run.solver.specification, _BATCH_SECONDS))
            left -= self.seconds.get(_kind(run), unknown)
        return batch

    def _receive(self) -> None:
        """Wait for a batch, and save it and all that came with it."""
        finished: Finished = []
        broken: Exception | None = None
        for future in wait(self.flying, return_when=FIRST_COMPLETED).done:
            batch = self.flying.pop(future)
            del self.names[future]
            try:
                outcomes = future.result()
            except Exception as error:
                if _is_death(error) and (isinstance(self.executor, Processes) or not isinstance(error, BrokenExecutor)):
                    finished += self._after_death(batch, error)
                else:
                    broken = error
                continue
            for run, outcome in zip(batch, outcomes, strict=True):
                if outcome is None:
                    self.again.append(run)
                else:
                    finished.append((run, outcome))
                    self._learn(run, outcome.total_seconds)
        if finished:
            self.store.save(finished)
            self.on_saved(finished)
        if broken is not None:
            raise RuntimeError(
                f"the executor failed ({type(broken).__name__}: {broken}); all that was finished is in "
                f"{self.store.path}, and the same sweep carries on from there"
            ) from broken

    def _learn(self, run: Run, seconds: float) -> None:
        solver = run.solver.specification
        self.seconds[_kind(run)] = (self.seconds.get(_kind(run), seconds) + seconds) / 2
        self.longest[solver] = max(self.longest.get(solver, 0.0), self.seconds[_kind(run)])

    def _after_death(self, batch: list[Run], error: Exception) -> Finished:
        """Runs that a dead worker had are made again, one by one; one that was alone each time is to blame."""
        if len(batch) > 1 and not isinstance(error, BrokenExecutor):
            self.again.extend(batch)  # Dask goes on with the others
            return []
        if len(batch) > 1 or self.flying:
            self.suspects.extend(batch)
            return []
        run = batch[0]
        self.deaths[run.key] = self.deaths.get(run.key, 0) + 1
        if self.deaths[run.key] < _DEATHS:
            self.suspects.appendleft(run)
            return []
        text = f"{type(error).__name__}: every worker process that made this run died"
        text += f" (out of memory, killed, or a crash of compiled code)\n\n{error}"
        return [(run, failure(run, self.measures, text))]


def _kind(run: Run) -> tuple[str, str]:
    return run.problem.specification, run.solver.specification


def _is_death(error: Exception) -> bool:
    """Whether a worker process is gone; Dask says so when a run has cost it several workers."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Signals of Ctrl-C so far: the first is noted, the second interrupts. Only the main thread can tell."""
    noted: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if noted:
            raise KeyboardInterrupt
        noted.append(number)
        print("\nsgq: finishing the runs in flight; Ctrl-C again drops them", file=sys.stderr)

    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
