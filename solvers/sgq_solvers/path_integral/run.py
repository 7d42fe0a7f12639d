"""The run of a quantum annealing: blocks of reads along A(s), B(s), and the energies of their world lines."""

from __future__ import annotations

import time
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
    seconds
        Spent on it.
    """

    def __init__(self, count: int, sweeps: int, keep_best: bool) -> None:
        self.count, self.sweeps, self.keep_best = count, sweeps, keep_best
        self.s: list[float] = []
        self.energies: list[Floats] = []
        self.actions: list[Floats] = []
        self.done, self.seconds, self.lowest = 0, 0.0, np.inf
        self.rows: Spins = np.empty((0, 0), np.int8)
        self._best: Floats = np.empty(0)

    @property
    def finished(self) -> bool:
        """Whether the schedule was run to its end."""
        return self.done == self.sweeps

    def look(self, lines: WorldLines, block: Any, s: float, rate: float) -> None:
        """Note the energies, and keep what is lower."""
        look = lines.look(block)
        self.s.append(s)
        self.energies.append(look.energies[: self.count])
        self.actions.append(lines.transverse_action(look.kinks, rate)[: self.count])
        if not self.keep_best:
            return
        rows = look.lowest[: self.count]
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


class QuantumAnnealing:
    """What every block of a run has in common; called with the number of a block, it anneals it."""

    def __init__(
        self,
        lines: WorldLines,
        path: AnnealingSchedule,
        beta: float,
        num_sweeps: int | None,
        start: Spins | None,
        keep_best: bool,
        independent: bool,
        wanted: int | None,
        seeds: np.random.SeedSequence,
        run: Run[Reads],
    ) -> None:
        self.lines, self.path, self.beta, self.num_sweeps, self.start = lines, path, beta, num_sweeps, start
        self.keep_best, self.independent, self.wanted, self.seeds, self.run = keep_best, independent, wanted, seeds, run
        self.pace = 0.0  # seconds that a sweep of the last finished block took

    @property
    def restarts(self) -> bool:
        """Whether blocks differ in length."""
        return self.num_sweeps is None and bool(np.isfinite(self.run.clock.limit))

    def sweeps(self, number: int) -> int:
        """Length of a block; restarts double level by level, and the last takes all that is left."""
        if not self.restarts:
            return self.num_sweeps or _SWEEPS
        length = _SHORTEST << (number // max(2, _LEVEL // self.lines.reads))
        left = self.run.clock.left()
        return max(1, int(0.95 * left / self.pace)) if left < 3 * length * self.pace else length

    def drive(self, sweeps: int, first: int, stop: int) -> tuple[Floats, Floats, Floats]:
        """s, beta A / 2 and beta B of the sweeps from `first` to before `stop`."""
        s = np.arange(first, stop) / (sweeps - 1) if sweeps > 1 else np.ones(stop - first)
        return s, self.beta * self.path.A(s) / 2, self.beta * self.path.B(s)

    def __call__(self, number: int) -> Reads:
        """Anneal a block, to the end of its schedule, of the time, or to Ctrl-C."""
        lines, sweeps, began = self.lines, self.sweeps(number), time.perf_counter()
        seed = np.random.SeedSequence(self.seeds.entropy, spawn_key=(number,))
        block = lines.start(seed, in_turn(self.start, number * lines.reads, lines.reads), self.independent)
        count = lines.reads if self.wanted is None else min(lines.reads, self.wanted - number * lines.reads)
        reads = Reads(count, sweeps, self.keep_best)
        looks = min(_LOOKS, max(1, sweeps // _APART))
        for stop in np.rint(np.linspace(0, sweeps, looks + 1)[1:]).astype(int).tolist():
            s, rate = self._advance(number, block, reads, stop)
            reads.look(lines, block, s, rate)
            self.run.report(number, reads.lowest, 1 / looks)
            if reads.done < stop:
                break
        reads.end(lines, block, time.perf_counter() - began)
        self.run.report(number, reads.lowest, 0.0)
        if reads.finished:
            self.pace = reads.seconds / sweeps
        return reads

    def _advance(self, number: int, block: Any, reads: Reads, stop: int) -> tuple[float, float]:
        """Sweep on to `stop`, or as far as the run goes; s and beta A / 2 of the last sweep."""
        step = 1
        while True:
            s, rates, weights = self.drive(reads.sweeps, reads.done, min(stop, reads.done + step))
            began = time.perf_counter()
            self.lines.sweep(block, rates, weights)
            reads.done += len(s)
            if reads.done == stop or self.run.over(number):
                return float(s[-1]), float(rates[-1])
            step = max(1, int(step * _PIECE / (time.perf_counter() - began)))

    def answer(self) -> tuple[Spins, dict[str, Any]]:
        """All rows, and what there is to say."""
        done, lines = self.run.ordered(), self.lines
        kept = [reads for reads in done if reads.finished] or done[:1]
        rows = np.concatenate([np.empty((0, lines.model.num_spins), np.int8), *(reads.rows for reads in kept)])
        most = max((reads.sweeps for reads in kept), default=0)
        _, rates, weights = (ends.tolist() for ends in self.drive(2, 0, 2))
        visits = sum(reads.done * reads.count for reads in kept) * lines.slices * lines.model.num_spins
        seconds = sum(reads.seconds for reads in kept)
        return rows, {
            "kernel": lines.kernel,
            **lines.precision,
            "world_lines": self._energies([reads for reads in kept if reads.sweeps == most]),
            "batch": lines.reads,
            "reads": len(rows),
            "num_sweeps": max((reads.done for reads in kept), default=0),
            "restarts": self.restarts,
            "beta": self.beta,
            "schedule": self.path.name,
            "unit": self.path.unit,
            "A": [2 * rate / self.beta for rate in rates],
            "B": [weight / self.beta for weight in weights],
            "independent": self.independent,
            "updates_per_ns": 1e-9 * visits / seconds if seconds else None,
            **({"stopped": self.run.stopped} if self.run.stopped else {}),
        }

    def _energies(self, done: list[Reads]) -> dict[str, list[float | None]]:
        """Means over reads at every look, and their standard errors."""
        if not done:
            return {}
        s = np.array(done[0].s)
        problem = np.concatenate([np.array(reads.energies) for reads in done], axis=1)
        transverse = np.concatenate([np.array(reads.actions) for reads in done], axis=1) / self.beta
        total = transverse + self.path.B(s)[:, None] / 2 * problem
        result: dict[str, list[float | None]] = {"s": s.tolist()}
        for name, values in (("problem", problem), ("transverse", transverse), ("total", total)):
            count = values.shape[1]
            errors = values.std(axis=1, ddof=1) / np.sqrt(count) if self.independent and count > 1 else None
            result[f"{name}_energy"] = values.mean(axis=1).tolist()
            result[f"{name}_energy_error"] = [None] * len(s) if errors is None else errors.tolist()
        return result
