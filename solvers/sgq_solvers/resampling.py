"""A population of replicas in blocks: cooled, resampled and counted by families."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Any

import numpy as np

from sgq.models import Floats, Integers
from sgq_solvers.keeping import Keep, Kept
from sgq_solvers.replicas import Block, Lanes, Spins
from sgq_solvers.sampler import in_turn
from sgq_solvers.workers import LONG

EFFECTIVE = 0.85  # part of the population, (Σ w)² / (R Σ w²), that a step of temperature leaves


class Population:
    """Replicas that are copied and dropped by weight; none share random numbers.

    Attributes
    ----------
    size
        Replicas, whole blocks.
    betas, log_partition, mean_energies
        Inverse temperatures so far, and ln Z (of Z / Z(first) where the first is not 0) and ⟨E⟩ at each.
    families
        The first replica from which each one descends.
    """

    def __init__(
        self, lanes: Lanes, least: int, beta: float, start: Spins | None, keep: Keep, seed: int | None, pool: Executor
    ) -> None:
        seeds = np.random.SeedSequence(seed)
        count = -(-least // lanes.lanes)
        self.lanes, self.size, self._pool = lanes, count * lanes.lanes, pool
        self._random = np.random.Generator(np.random.SFC64(seeds.spawn(1)[0]))
        block_seeds = [np.random.SeedSequence(seeds.entropy, spawn_key=(1, number)) for number in range(count)]
        rows = [in_turn(start, number * lanes.lanes, lanes.lanes) for number in range(count)]
        self._blocks = [lanes.start(s, r, None) for s, r in zip(block_seeds, rows, strict=True)]
        self.kept = [Kept(keep, lanes, lanes.lanes) for _ in self._blocks]
        self.families = np.arange(self.size)
        self.betas = [beta]
        self.mean_energies: list[float] = []
        self.log_partition = [lanes.model.num_spins * np.log(2.0) if beta == 0 else 0.0]
        self.sweeps, self.sweeping, self.acceptance = 0, 0.0, 0.0
        self.look()

    def look(self) -> None:
        """Energies of all replicas, to the precision of the kernel, and states worth keeping."""
        self.energies = np.concatenate(self._each(self._look))
        self.mean_energies.append(float((self.energies / self.size).sum()))

    def next_beta(self, last: float) -> float:
        """The coldest inverse temperature up to `last` that leaves the population effective."""
        low, high = self.betas[-1], last
        if self._effective(high - self.betas[-1]) >= EFFECTIVE:
            return last
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self._effective(middle - self.betas[-1]) >= EFFECTIVE else (low, middle)
        return low if low > self.betas[-1] else high

    def step(self, beta: float, sweeps: int, over: Callable[[], bool]) -> None:
        """Resample to another inverse temperature, and sweep, until it is `over`."""
        weights, shift = self._weights(beta - self.betas[-1])
        self.log_partition.append(self.log_partition[-1] + float(np.log(weights.mean()) + shift))
        self.betas.append(beta)
        self._resample(self.size * weights / weights.sum())
        began = time.perf_counter()
        piece = max(1, min(sweeps, int(LONG / self.lanes.nanoseconds)))
        for first in range(0, sweeps, piece):
            betas = np.full(min(piece, sweeps - first), beta)
            changed = self._each(partial(self._sweep, betas))
            self.sweeps += len(betas)
            if over():
                break
        self.sweeping += time.perf_counter() - began
        self.acceptance += (float(np.mean(changed)) - self.acceptance) / (len(self.betas) - 1)
        self.look()

    def rows(self, count: int) -> Spins:
        """Spins of some replicas, drawn at random: neighbours are of one family."""
        return self.replicas(self._random.permutation(self.size)[:count])

    def replicas(self, chosen: Integers) -> Spins:
        """Spins of some replicas."""
        rows = np.empty((len(chosen), self.lanes.model.num_spins), np.int8)
        for number, block in enumerate(self._blocks):
            mine = chosen // self.lanes.lanes == number
            rows[mine] = self.lanes.rows(block, chosen[mine] % self.lanes.lanes)
        return rows

    def family_sizes(self) -> Floats:
        """Parts of the population that the surviving families make up."""
        return np.unique(self.families, return_counts=True)[1] / self.size

    def _each(self, work: Callable[[int, Block], Any]) -> list[Any]:
        return list(self._pool.map(work, range(len(self._blocks)), self._blocks))

    def _look(self, number: int, block: Block) -> Floats:
        kept = self.kept[number]
        if kept.wants_looks:
            kept.look(block)
        return self.lanes.energies(block)

    def _sweep(self, betas: Floats, number: int, block: Block) -> float:
        self.lanes.sweep(block, betas[:-1])
        before = block.spins.copy()
        self.lanes.sweep(block, betas[-1:])
        return self.lanes.changed(block, before)

    def _weights(self, step: float) -> tuple[Floats, float]:
        """Boltzmann weights of a step, divided by the largest, whose logarithm comes with them."""
        exponents = -step * self.energies
        return np.exp(exponents - exponents.max()), float(exponents.max())

    def _effective(self, step: float) -> float:
        weights, _ = self._weights(step)
        return float(weights.sum() ** 2 / (self.size * (weights**2).sum()))

    def _resample(self, expected: Floats) -> None:
        """Systematic resampling: ⌊n⌋ or ⌈n⌉ copies of a replica of which n are expected, the survivors in place."""
        edges = np.minimum(np.floor(np.cumsum(expected) + self._random.random()), self.size)
        edges[-1] = self.size  # whatever the sum of weights is rounded to
        copies = np.diff(np.concatenate([[0.0], edges])).astype(np.int64)
        empty = np.flatnonzero(copies == 0)
        parents = np.repeat(np.arange(self.size), np.maximum(0, copies - 1))
        per_block = self.lanes.lanes
        rows = self.replicas(parents)
        for number, block in enumerate(self._blocks):
            mine = empty // per_block == number
            if mine.any():
                self.lanes.assign(block, rows[mine], empty[mine] % per_block)
        self.families[empty] = self.families[parents]
        self.energies[empty] = self.energies[parents]
