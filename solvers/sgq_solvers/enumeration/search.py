"""The search through groups: fast minima of all, exact minima of those that may be lowest, a list of what is left."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from sgq_solvers.enumeration.groups import Floats, Groups, Integers, States
from sgq_solvers.sampler import Clock, Progress
from sgq_solvers.workers import threads

Result = TypeVar("Result")
_CHUNK = 1 << 12  # groups visited between looks at the clock: some milliseconds


@dataclass(frozen=True, eq=False)
class Lowest:
    """The lowest energy, how many states are near it, and the first of them; `kernel` is how they were found."""

    energy: float
    count: int
    states: States
    kernel: str


class Search:
    """Visits groups on threads, chunk by chunk, until time is up or the user interrupts.

    Chunks and the order of their results do not depend on the number of threads, so neither does the answer.
    `stopped` says why not all was visited, or is None.
    """

    def __init__(self, groups: Groups, num_threads: int | None, clock: Clock) -> None:
        self.groups = groups
        self.num_threads = threads(num_threads)
        self.clock = clock
        self.stopped: str | None = None

    def lowest(self, near: float, room: int, progress: Progress) -> Lowest:
        """All states within `near` of the lowest, at most `room` of them listed; of one group only where `stopped`."""
        groups, every = self.groups, range(self.groups.num_groups)
        if not groups.margin or self._tells_apart(every[:_CHUNK], near):
            kernel = groups.rough_kernel
            left, energy = self._minima(groups.rough_minima, every, 2 * groups.margin + near, progress)
            if groups.margin:
                left, energy = self._minima(groups.minima, left, near, lambda fraction, energy: None)
        else:
            kernel = groups.kernel
            left, energy = self._minima(groups.minima, every, near, progress)
        found: list[tuple[int, States]] = []
        self._each(lambda chunk: groups.listing(chunk, energy + near, room), left, found.append)
        states = np.concatenate([states for _, states in found])[:room]
        return Lowest(energy, sum(count for count, _ in found), states, kernel)

    def histogram(self, lowest: float, step: float, levels: int, progress: Progress) -> Integers:
        """Number of states at each of the energies ``lowest + k step``; incomplete where `stopped`."""
        groups, counts, done = self.groups, np.zeros(levels, np.int64), 0

        def add(part: Integers) -> None:
            nonlocal done
            counts[:] += part
            done += _CHUNK
            progress(min(1.0, done / groups.num_groups), lowest + step * float(np.flatnonzero(counts)[0]))

        self._each(lambda chunk: groups.histogram(chunk, lowest, step, levels), range(groups.num_groups), add)
        return counts

    def _tells_apart(self, groups: range, near: float) -> bool:
        """Whether the rough minima of these groups rule out half of them."""
        rough = self.groups.rough_minima(np.array(groups, np.uint64))
        return bool(np.median(rough) > rough.min() + 2 * self.groups.margin + near)

    def _minima(
        self, scan: Callable[[States], Floats], groups: range | States, near: float, progress: Progress
    ) -> tuple[States, float]:
        """Groups whose minimum is within `near` of the lowest, and the lowest; only its group where `stopped`."""
        kept: list[tuple[States, Floats]] = []
        best, done = np.inf, 0

        def keep(result: tuple[States, Floats]) -> None:
            nonlocal best, done
            chunk, minima = result
            best, done = min(best, float(minima.min())), done + len(chunk)
            low = minima <= best + near
            kept.append((chunk[low], minima[low]))
            progress(done / len(groups), best)

        self._each(lambda chunk: (chunk, scan(chunk)), groups, keep)
        left, minima = (np.concatenate(parts) for parts in zip(*kept, strict=True))
        return left[[minima.argmin()]] if self.stopped else left[minima <= best + near], best

    def _each(self, work: Callable[[States], Result], groups: range | States, take: Callable[[Result], None]) -> None:
        """Work on every chunk and take the results in order; the first chunk is done whatever the time."""
        starts = range(0, len(groups), _CHUNK)

        def in_time(start: int) -> Result | None:
            if start and self.stopped is None and self.clock.left() == 0:
                self.stopped = "time_limit"
            return None if start and self.stopped else work(np.array(groups[start : start + _CHUNK], np.uint64))

        taken = 0
        with ThreadPoolExecutor(min(self.num_threads, len(starts))) as pool:
            try:
                for result in pool.map(in_time, starts):
                    if result is not None:
                        take(result)
                        taken += 1
            except BaseException as error:
                self.stopped = "interrupt"
                if not taken or not isinstance(error, KeyboardInterrupt):
                    raise
