"""Replicas with cached fields, where the work is in the accepted moves: few reads, cold ones, and dense models."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgq.models import Floats, Integers
from sgq_solvers.replicas.float_lanes import COLDEST
from sgq_solvers.replicas.lanes import Block, Lanes, Spins, aligned
from sgq_solvers.replicas.model import QuadraticModel

_DRIFT = 1000  # sweeps until rounding has added up enough for fields to be computed anew
_NEVER = np.float32(-np.inf)  # field of a place that only fills up, against its spin


class CachedFields(Lanes):
    """Spins and fields as float32 (replicas, places); couplings are divided by the largest one."""

    places: int
    order: Integers  # the place of each spin
    model: QuadraticModel

    def start(self, seed: np.random.SeedSequence, rows: Spins | None = None, apart: int | None = 1) -> Block:
        """See `Lanes.start`; replicas never share random numbers here."""
        states, draw = seed.spawn(2)
        generators = aligned(16, np.uint64)
        generators[:] = states.generate_state(16, np.uint64)
        room = aligned(2 * self.lanes * self.places, np.float32).reshape(2, self.lanes, self.places)
        room[0] = 1.0
        block = Block(room[0], generators, more={"fields": room[1], "sweeps": 0})
        if rows is None:
            bits = np.random.Generator(np.random.SFC64(draw)).integers(
                0, 2, (self.lanes, self.model.num_spins), np.int8
            )
            rows = 2 * bits - np.int8(1)
        self.assign(block, rows[np.arange(self.lanes) % len(rows)])
        return block

    def assign(self, block: Block, rows: Spins, replicas: Any = slice(None)) -> None:
        """See `Lanes.assign`."""
        block.spins[np.ix_(np.arange(self.lanes)[replicas], self.order)] = rows
        self._refresh(block)

    def _refresh(self, block: Block) -> None:
        fields = block.more["fields"]
        fields[:] = _NEVER
        fields[:, self.order] = self.model.local_fields(self.rows(block)) / self.model.largest

    def rows(self, block: Block, replicas: Any = slice(None)) -> Spins:
        """See `Lanes.rows`."""
        return np.ascontiguousarray(block.spins[replicas][:, self.order].astype(np.int8))

    def energies(self, block: Block) -> Floats:
        """See `Lanes.energies`."""
        spins = block.spins[:, self.order].astype(float)
        fields = block.more["fields"][:, self.order] + self.model.fields / self.model.largest
        return np.asarray(self.model.largest / 2 * np.einsum("rn,rn->r", spins, fields) + self.model.offset)

    def swap_neighbours(self, block: Block, swaps: NDArray[np.bool_]) -> None:
        """See `Lanes.swap_neighbours`."""
        permutation = np.arange(self.lanes)
        lower = np.flatnonzero(swaps)
        permutation[lower], permutation[lower + 1] = lower + 1, lower.copy()
        block.spins[:] = block.spins[permutation]
        block.more["fields"][:] = block.more["fields"][permutation]

    def changed(self, block: Block, before: Any) -> float:
        """See `Lanes.changed`."""
        return float((block.spins != before).sum() / max(1, self.lanes * self.model.num_spins))

    def ladder(self, betas: Floats) -> Any:
        """See `Lanes.ladder`."""
        return np.minimum(2 * betas * self.model.largest, COLDEST).astype(np.float32)

    def sweep(self, block: Block, betas: Floats) -> None:
        """See `Lanes.sweep`."""
        self._advance(block, np.repeat(self.ladder(betas)[:, None], self.lanes, axis=1))

    def sweep_ladder(self, block: Block, ladder: Any, sweeps: int) -> None:
        """See `Lanes.sweep_ladder`."""
        self._advance(block, np.repeat(ladder[None, :], sweeps, axis=0))

    def _advance(self, block: Block, scales: Any) -> None:
        """Run the kernel; fields are computed anew after the same sweeps however these come in pieces."""
        while len(scales):
            part = scales[: _DRIFT - block.more["sweeps"] % _DRIFT]
            self._run(block, part)
            block.more["sweeps"] += len(part)
            if block.more["sweeps"] % _DRIFT == 0:
                self._refresh(block)
            scales = scales[len(part) :]

    @abstractmethod
    def _run(self, block: Block, scales: Any) -> None:
        """The kernel, for scales of shape (sweeps, replicas)."""


class Dense(CachedFields):
    """See `sgq.kernels.dense`."""

    kernel = "dense"

    def __init__(self, model: QuadraticModel, lanes: int = 32) -> None:
        self.model, self.lanes = model, lanes
        n = model.num_spins
        self.places = max(64, -(-n // 64) * 64)
        self.order = np.arange(n)
        self._matrix = aligned(self.places * self.places, np.float32).reshape(self.places, self.places)
        rows = np.repeat(np.arange(n), np.diff(model.starts))
        self._matrix[rows, model.neighbours] = 2 * model.couplings / model.largest

    @property
    def nanoseconds(self) -> float:
        """See `Lanes.nanoseconds`; half the moves accepted, each costs a row of the matrix."""
        return self.lanes * self.places * (5 + self.places / 20)

    def _run(self, block: Block, scales: Any) -> None:
        from sgq.kernels.dense import sweep

        sweep(block.spins, block.more["fields"], self._matrix, scales, block.generators, aligned(64, np.float32))


class EventDriven(CachedFields):
    """See `sgq.kernels.event_driven`."""

    kernel = "event-driven"
    lanes = 1

    def __init__(self, model: QuadraticModel) -> None:
        from sgq.kernels.event_driven import GROUP, colours

        self.model = model
        n = model.num_spins
        colour = colours(model.starts, model.neighbours)
        counts = np.bincount(colour, minlength=1)
        firsts = np.cumsum(np.append(0, -(-counts // GROUP) * GROUP))
        self.places = max(GROUP, int(firsts[-1]))
        by_colour = np.argsort(colour, kind="stable")
        self.order = np.empty(n, np.int64)
        self.order[by_colour] = (
            firsts[colour[by_colour]] + np.arange(n) - (np.cumsum(counts) - counts)[colour[by_colour]]
        )
        degrees = np.zeros(self.places, np.int64)
        degrees[self.order] = np.diff(model.starts)
        starts = np.concatenate([[0], np.cumsum(degrees)])
        edge = np.arange(len(model.neighbours)) + np.repeat(
            starts[self.order] - model.starts[:-1], np.diff(model.starts)
        )
        neighbours, couplings = np.empty(len(edge), np.uint32), np.empty(len(edge), np.float32)
        neighbours[edge] = self.order[model.neighbours]
        couplings[edge] = 2 * model.couplings / model.largest
        self._graph = starts.astype(np.uint64), neighbours, couplings

    def _run(self, block: Block, scales: Any) -> None:
        from sgq.kernels.event_driven import sweep

        sweep(block.spins[0], block.more["fields"][0], *self._graph, scales[:, 0].copy(), block.generators)
