"""Threads that share numbered blocks of one piece of work, for kernels that release Python's lock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import pairwise

_PARTS = 4  # of the work a thread, so that one that is late holds up little


class Team:
    """So many threads; one means the caller's own."""

    def __init__(self, num_threads: int = 1) -> None:
        self.num_threads = num_threads
        self._pool = ThreadPoolExecutor(num_threads) if num_threads > 1 else None

    def share(self, work: Callable[[int, int], object], blocks: int) -> None:
        """``work(first, last)`` for parts of ``range(blocks)``; on Ctrl-C once the parts begun are done."""
        if self._pool is None or blocks == 1:
            work(0, blocks)
            return
        parts = min(blocks, _PARTS * self.num_threads)
        bounds = [blocks * k // parts for k in range(parts + 1)]
        tasks = [self._pool.submit(work, *ends) for ends in pairwise(bounds)]
        try:
            for task in tasks:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            wait(tasks)
