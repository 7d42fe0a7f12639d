"""Executors of a sweep: this process, or a pool of processes that outlives the death of its workers.

Any other `concurrent.futures.Executor` serves as well, Dask's through ``Client.get_executor()``.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_STILLBORN = 2  # pools in turn of which no worker came up, until something is taken to be wrong


class Serial(Executor):
    """Runs at once, in this process."""

    workers = 1

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call the function now; what it returns or raises is the future's."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


class Processes(Executor):
    """A pool of worker processes, each with one thread for linear algebra, that can be made anew.

    Workers leave Ctrl-C to this process, and end when it ends, however it ends. They are started afresh ("spawn"), so
    that they share no locks, threads or open files with it.
    """

    def __init__(self, workers: int | None = None) -> None:
        """`workers` is the number of cores that this process may use when None."""
        self.workers = _cores() if workers is None else workers
        self._stillborn = 0
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._ready = context.Event()
        # Closed, by hand or by the end of this process, it ends the workers
        self._lifeline = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(
            self.workers, mp_context=context, initializer=_begin, initargs=(self._lifeline[0], self._ready)
        )

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call the function in a worker."""
        with _for_children():
            return self._pool.submit(function, *args, **kwargs)

    def restart(self) -> None:
        """Make the pool anew after a worker died.

        Raises
        ------
        RuntimeError
            If no worker could even be started.
        """
        self._stillborn = 0 if self._ready.is_set() else self._stillborn + 1
        if self._stillborn == _STILLBORN:
            raise RuntimeError(
                "worker processes end as soon as they start: in a script, call Sweep.run under "
                '`if __name__ == "__main__":`, since every worker imports the script, which must be a file; '
                "otherwise the text above says why"
            )
        self.shutdown(wait=False)
        self._start()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers: when they are done, or at once, whatever they do, if not to `wait`."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)
        for end in self._lifeline:
            end.close()


@contextmanager
def _for_children() -> Iterator[None]:
    """What processes started now inherit: one thread for linear algebra, and no Ctrl-C until they are ready."""
    names = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(names, "1"))
    masked = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    try:
        yield
    finally:
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for name in names:
            del os.environ[name]


def _begin(lifeline: Connection, ready: Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    ready.set()


def _end_with(lifeline: Connection) -> None:
    lifeline.poll(None)  # nothing is ever sent: this returns when the other end is closed
    os._exit(1)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
