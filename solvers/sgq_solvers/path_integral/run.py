"""The run of a quantum annealing: blocks of reads along A(s), B(s), and the energies of their world lines."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sgq.annealing_schedule import AnnealingSchedule
from sgq.models import Floats
from sgq_solvers.path_integral.lines import WorldLines
from sgq_solvers.replicas import Spins
from sgq_solvers.sampler import in_turn
from sgq_solvers.workers import Run

_SWEEPS = 1000
_SHORTEST = 64  # sweeps of the first restart
_LEVEL = 128  # reads of one length, and two blocks at least
_LOOKS = 32  # at the world lines of a read, at most
_APART = 32  # sweeps between two looks, at least
_PIECE = 0.05  # seconds of sweeping, roughly, between two looks at the clock
_SAFE = 0.95  # of the time left, which the last sweeps are to take
_FINE = 0.1  # the largest `trotter` with which an energy is given as one of H(s)


class Reads:
    """One block of reads: what it keeps, and what was seen of it on the way.

    Attributes
    ----------
    rows, lowest
        The states to return, one a read, and their lowest energy.
    s, energies, actions
        A list each, by look: s, the energies of H_p averaged over imaginary time, and beta times the energies of the
        transverse field, both of shape (reads,).
    sweeps, done
        Sweeps it was to have, and those it had.
    reported
        The part of them that progress knows of.
    seconds
        Spent on it.
    """

    def __init__(self, count: int, sweeps: int, keep_best: bool) -> None:
        self.count, self.sweeps, self.keep_best = count, sweeps, keep_best
        self.s: list[float] = []
        self.energies: list[Floats] = []
        self.actions: list[Floats] = []
        self.done, self.reported, self.seconds, self.lowest = 0, 0.0, 0.0, np.inf
        self.rows: Spins = np.empty((0, 0), np.int8)
        self._best: Floats = np.empty(0)

    @property
    def finished(self) -> bool:
        """Whether the schedule was run to its end."""
        return self.done == self.sweeps

    def glance(self, lines: WorldLines, block: Any) -> None:
        """Keep the states at time 0: cheaper than a look, for something to show early."""
        if self.keep_best:
            self._keep(lines, lines.at_time_zero(block)[: self.count])

    def look(self, lines: WorldLines, block: Any, s: float, rate: float) -> None:
        """Note the energies, and keep what is lower."""
        look = lines.look(block)
        self.s.append(s)
        self.energies.append(look.energies[: self.count])
        self.actions.append(lines.transverse_action(look.kinks, rate)[: self.count])
        if self.keep_best:
            self._keep(lines, look.lowest[: self.count])

    def _keep(self, lines: WorldLines, rows: Spins) -> None:
        energies = lines.model.energies(rows)
        if not len(self._best):
            self.rows, self._best = rows, energies
        better = energies < self._best
        self.rows[better], self._best[better] = rows[better], energies[better]
        self.lowest = float(self._best.min())

    def end(self, lines: WorldLines, block: Any, seconds: float) -> None:
        """Keep the final states, where they are asked for."""
        self.seconds = seconds
        if not self.keep_best:
            self.rows = lines.at_time_zero(block)[: self.count]
            self.lowest = float(lines.model.energies(self.rows).min())


@dataclass(kw_only=True)
class QuantumAnnealing:
    """What every block of a run has in common; called with the number of a block, it anneals it.

    Attributes
    ----------
    num_sweeps, wanted
        Sweeps of each read and reads in all, None where they are left to us.
    start
        States to begin with, in turn; random ones if None.
    workers
        Blocks at work at once.
    pace
        Seconds that a sweep of the last finished block took; 0 before there is one.
    """

    lines: WorldLines
    path: AnnealingSchedule
    beta: float
    num_sweeps: int | None
    start: Spins | None
    keep_best: bool
    independent: bool
    wanted: int | None
    seeds: np.random.SeedSequence
    run: Run[Reads]
    workers: int
    pace: float = field(default=0.0, init=False)

    @property
    def timed(self) -> bool:
        """Whether the length of a block depends on the time that is left."""
        return self.num_sweeps is None and bool(np.isfinite(self.run.clock.limit))

    def sweeps(self, number: int, pace: float) -> int:
        """Length of a block that has had its first sweep, where one takes `pace` seconds.

        Restarts double level by level, and the last takes all that is left; a number of reads shares the time.
        """
        left = _SAFE * self.run.clock.left() / max(pace, 1e-9)
        if self.wanted is not None:
            turns = -(-(self.run.total - number) // self.workers)
            return max(2, int(min(_SWEEPS, left / turns)))
        length = _SHORTEST << (number // max(2, _LEVEL // self.lines.reads))
        return max(2, int(left)) if left < 3 * length else length

    def drive(self, sweeps: int, first: int, stop: int) -> tuple[Floats, Floats, Floats]:
        """s, beta A / 2 and beta B of the sweeps from `first` to before `stop`."""
        s = np.arange(first, stop) / (sweeps - 1) if sweeps > 1 else np.ones(stop - first)
        return s, self.beta * self.path.A(s) / 2, self.beta * self.path.B(s)

    def __call__(self, number: int) -> Reads:
        """Anneal a block, to the end of its schedule, of the time, or to Ctrl-C."""
        lines, began = self.lines, time.perf_counter()
        seed = np.random.SeedSequence(self.seeds.entropy, spawn_key=(number,))
        block = lines.start(seed, in_turn(self.start, number * lines.reads, lines.reads), self.independent)
        count = lines.reads if self.wanted is None else min(lines.reads, self.wanted - number * lines.reads)
        reads = Reads(count, self.num_sweeps or _SWEEPS, self.keep_best)
        self._begin(number, block, reads)
        looks = min(_LOOKS, max(1, reads.sweeps // _APART))
        for stop in np.rint(np.linspace(0, reads.sweeps, looks + 1)[1:]).astype(int).tolist():
            s, rate = self._advance(number, block, reads, stop)
            if reads.s and s == reads.s[-1]:
                break  # no time was left after the last look
            reads.look(lines, block, s, rate)
            self._report(number, reads)
            if reads.done < stop:
                break
        if self.timed and not reads.finished:
            _, rates, weights = self.drive(1, 0, 1)
            lines.sweep(block, rates, weights)
            reads.look(lines, block, 1.0, float(rates[0]))
        reads.end(lines, block, time.perf_counter() - began)
        self._report(number, reads)
        if reads.finished:
            self.pace = reads.seconds / reads.sweeps
        return reads

    def _begin(self, number: int, block: Any, reads: Reads) -> None:
        """The first sweep, which is at s = 0 however many follow: where time is short, its own decides on that."""
        if self.timed:
            self.lines.sweep(block, np.empty(0), np.empty(0))  # compiles
        began = time.perf_counter()
        self._advance(number, block, reads, 1)
        if self.timed:
            reads.sweeps = self.sweeps(number, self.pace or time.perf_counter() - began)
        reads.glance(self.lines, block)
        self._report(number, reads)

    def _advance(self, number: int, block: Any, reads: Reads, stop: int) -> tuple[float, float]:
        """Sweep on to `stop`, or as far as the run goes; s and beta A / 2 of the last sweep."""
        step, last = 1, reads.sweeps - 1 if self.timed else 0  # a sweep that is made however short the time
        while reads.done < stop and (reads.done in (0, last) or not self.run.over(number)):
            _, rates, weights = self.drive(reads.sweeps, reads.done, min(stop, reads.done + step))
            began = time.perf_counter()
            self.lines.sweep(block, rates, weights)
            reads.done += len(rates)
            step = max(1, int(step * _PIECE / (time.perf_counter() - began)))
        s, rates, _ = self.drive(reads.sweeps, reads.done - 1, reads.done)
        return float(s[0]), float(rates[0])

    def _report(self, number: int, reads: Reads) -> None:
        """Tell the run the lowest energy, and what was done since the last time."""
        part = reads.done / reads.sweeps
        self.run.report(number, reads.lowest, part - reads.reported)
        reads.reported = part

    def answer(self) -> tuple[Spins, dict[str, Any]]:
        """All rows, and what there is to say."""
        lines, kept = self.lines, self._kept()
        rows = np.concatenate([np.empty((0, lines.model.num_spins), np.int8), *(reads.rows for reads in kept)])
        _, rates, weights = (ends.tolist() for ends in self.drive(2, 0, 2))
        visits = sum(reads.done * reads.count for reads in kept) * lines.slices * lines.model.num_spins
        seconds = sum(reads.seconds for reads in kept)
        return rows, {
            "kernel": lines.kernel,
            **lines.precision,
            "world_lines": self._energies(_longest(kept)),
            "batch": lines.reads,
            "reads": len(rows),
            "num_sweeps": max((reads.done for reads in kept), default=0),
            "restarts": len({reads.done for reads in kept}) > 1,
            "beta": self.beta,
            "schedule": self.path.name,
            "unit": self.path.unit,
            "A": [2 * rate / self.beta for rate in rates],
            "B": [weight / self.beta for weight in weights],
            "independent": self.independent,
            "updates_per_ns": 1e-9 * visits / seconds if seconds else None,
            **({"stopped": self.run.stopped} if self.run.stopped else {}),
        }

    def _kept(self) -> list[Reads]:
        """The finished blocks, and unfinished ones that are below them: all, if none is finished."""
        done = self.run.ordered()
        lowest = min((reads.lowest for reads in done if reads.finished), default=np.inf)
        below = lowest if self.keep_best or lowest == np.inf else -np.inf  # the last states are not chosen by energy
        return [reads for reads in done if reads.finished or reads.lowest < below]

    def _energies(self, done: list[Reads]) -> dict[str, list[float | None]]:
        """Means over reads at every look, and their standard errors."""
        if not done:
            return {}
        s = np.array(done[0].s)
        problem = np.concatenate([np.array(reads.energies) for reads in done], axis=1)
        transverse = np.concatenate([np.array(reads.actions) for reads in done], axis=1) / self.beta
        total = transverse + self.path.B(s)[:, None] / 2 * problem
        trotter = self.lines.trotter(self.beta * self.path.A(s) / 2, self.beta * self.path.B(s))
        result: dict[str, list[float | None]] = {"s": s.tolist(), "trotter": trotter.tolist()}
        everywhere = np.full(len(s), True)
        for name, values, given in (
            ("problem", problem, everywhere),
            ("transverse", transverse, everywhere),
            ("total", total, trotter <= _FINE),
        ):
            count = values.shape[1]
            errors = values.std(axis=1, ddof=1) / np.sqrt(count) if self.independent and count > 1 else None
            result[f"{name}_energy"] = _where(given, values.mean(axis=1))
            result[f"{name}_energy_error"] = [None] * len(s) if errors is None else _where(given, errors)
        return result


def _longest(kept: list[Reads]) -> list[Reads]:
    """Finished blocks of most sweeps, whose looks are alike; without any, the block that came furthest."""
    finished = [reads for reads in kept if reads.finished]
    if not finished:
        return sorted(kept, key=lambda reads: reads.done)[-1:]
    most = max(reads.sweeps for reads in finished)
    return [reads for reads in finished if reads.sweeps == most]


def _where(given: Any, values: Floats) -> list[float | None]:
    """The values as JSON has them, None where they are not given."""
    return [value if some else None for some, value in zip(given.tolist(), values.tolist(), strict=True)]
