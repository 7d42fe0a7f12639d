"""World lines of a model, in discrete or continuous imaginary time: what the sampler asks of either."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sgq.models import Floats, Integers
from sgq_solvers.replicas import Block, QuadraticModel, Spins
from sgq_solvers.replicas.float_lanes import FloatLanes, half_temperatures
from sgq_solvers.replicas.lanes import aligned

_ENTRIES = 32  # of a pool of variates: 16 kB, which stay in the nearest cache
_ROOM = 16  # kinks of a world line that there is room for to begin with


@dataclass
class Look:
    """World lines of some reads at one time.

    Attributes
    ----------
    energies
        Float (reads,): energy of H_p, averaged over imaginary time.
    kinks
        Int (reads,): changes of sign along time, of all spins together.
    lowest
        Int8 (reads, N): the state of lowest energy along time.
    """

    energies: Floats
    kinks: Integers
    lowest: Spins


class WorldLines(ABC):
    """World lines laid out for one model.

    Attributes
    ----------
    kernel
        Its name, as ``info["sgq"]["kernel"]`` says it.
    reads
        Reads of a block.
    slices
        Slices that a sweep visits; 1 in continuous time.
    """

    kernel: ClassVar[str]
    reads: ClassVar[int]
    slices: int

    def __init__(self, model: QuadraticModel) -> None:
        self.model = model

    @property
    def precision(self) -> dict[str, str]:
        """A warning for ``info["sgq"]`` where arithmetic blurs small couplings."""
        return {}

    @abstractmethod
    def start(self, seed: np.random.SeedSequence, rows: Spins | None, independent: bool) -> Any:
        """A block of reads, every spin the same at all times: random, or as in `rows`, which are used in turn."""

    @abstractmethod
    def sweep(self, block: Any, rates: Floats, weights: Floats) -> None:
        """One cluster move of every world line for each pair of `rates`, beta A / 2, and `weights`, beta B."""

    @abstractmethod
    def look(self, block: Any) -> Look:
        """The world lines as they are."""

    @abstractmethod
    def at_time_zero(self, block: Any) -> Spins:
        """The state of every read at imaginary time 0, one a row."""

    def transverse_action(self, kinks: Integers, rate: float) -> Floats:
        """The estimate of -rate <Σ X>, beta times the energy of the transverse field, for each number of kinks.

        It holds in equilibrium. Kinks that a fast anneal has frozen in count for nothing where there is no field.
        """
        return self._transverse_action(kinks, rate) if rate else np.zeros(len(kinks))

    @abstractmethod
    def _transverse_action(self, kinks: Integers, rate: float) -> Floats:
        """The same for a rate above 0."""

    @abstractmethod
    def trotter(self, rates: Floats, weights: Floats) -> Floats:
        """(beta / M)² times A / 2 and B rms / 2, which sets the relative error of energies in M slices."""

    @abstractmethod
    def block_bytes(self, rate: float) -> int:
        """Memory, at most and roughly, of a block and of looking at it, where beta A / 2 does not exceed `rate`."""


class DiscreteTime(WorldLines):
    """See `sgq.kernels.path_integral`; the model is laid out as for `sgq.kernels.float_lanes`.

    Attributes
    ----------
    words
        Words of 64 reads that a spin has in a slice.
    """

    kernel = "discrete time"
    reads = 64
    words: ClassVar[int] = 1

    def __init__(self, model: QuadraticModel, slices: int) -> None:
        super().__init__(model)
        self.slices = slices
        self._lanes = FloatLanes(model)

    @property
    def precision(self) -> dict[str, str]:
        """As of the lanes whose arithmetic this is."""
        return self._lanes.precision

    def start(self, seed: np.random.SeedSequence, rows: Spins | None, independent: bool) -> Block:
        """See `WorldLines.start`."""
        states, draw = seed.spawn(2)
        n = self.model.num_spins
        generators = aligned(16, np.uint64)
        generators[:] = states.generate_state(16, np.uint64)
        if rows is None:
            random = np.random.Generator(np.random.SFC64(draw))
            words = random.integers(0, 2**64, (n, 1, self.words), np.uint64)
        else:
            up = np.ascontiguousarray(rows[np.arange(self.reads) % len(rows)].T > 0)
            words = np.packbits(up, axis=1, bitorder="little").view(np.uint64).reshape(n, 1, self.words)
        block = Block(self._blank(), generators, self._pool(), int(not independent))
        self._words(block)[:] = words
        return block

    def _blank(self) -> Any:
        """Room for the spins of all slices."""
        return aligned(self.model.num_spins * self.slices * self.words, np.uint64)

    def _pool(self) -> Any:
        return aligned(128 * _ENTRIES, np.float32)

    def sweep(self, block: Block, rates: Floats, weights: Floats) -> None:
        """See `WorldLines.sweep`."""
        from sgq.kernels.path_integral import sweep

        temperatures = half_temperatures(weights * self.model.largest / (2 * self.slices))
        sweep(
            block.spins,
            self.slices,
            *self._lanes.graph,
            np.repeat(temperatures, self.reads),
            np.tanh(rates / self.slices),
            block.rotation,
            block.generators,
            block.pool,
        )

    def look(self, block: Block) -> Look:
        """See `WorldLines.look`."""
        from sgq.kernels.path_integral import measure

        by_slice, kinks = np.empty((self.slices, self.reads)), np.empty(self.reads, np.int32)
        for word in range(self.words):
            reads = slice(64 * word, 64 * word + 64)
            spins = np.ascontiguousarray(self._words(block)[:, :, word].ravel())
            energies = np.empty(self.slices * 64)
            measure(spins, self.slices, *self._lanes.graph, self._lanes.fields, energies, kinks[reads])
            by_slice[:, reads] = self.model.largest * energies.reshape(self.slices, 64) + self.model.offset
        return Look(by_slice.mean(axis=0), kinks.astype(np.int64), self._rows(block, by_slice.argmin(axis=0)))

    def at_time_zero(self, block: Block) -> Spins:
        """See `WorldLines.at_time_zero`: the first slice."""
        return self._rows(block, np.zeros(self.reads, np.int64))

    def _words(self, block: Block) -> Any:
        """Spins in the shape (N, M, words)."""
        n = self.model.num_spins
        return block.spins[: n * self.slices * self.words].reshape(n, self.slices, self.words)

    def _rows(self, block: Block, slices: Integers) -> Spins:
        """One slice of each read."""
        result = np.empty((self.reads, self.model.num_spins), np.int8)
        bits = np.arange(64, dtype=np.uint64)
        for word, spins in enumerate(np.moveaxis(self._words(block), 2, 0)):
            reads = slice(64 * word, 64 * word + 64)
            up = (spins[:, slices[reads]] >> bits) & np.uint64(1)
            result[reads] = 2 * up.T.astype(np.int8) - 1
        return result

    def _transverse_action(self, kinks: Integers, rate: float) -> Floats:
        """See `WorldLines.transverse_action`; d ln <s| exp(a X) |s'> / da is tanh a for s = s', else coth a."""
        a = rate / self.slices
        bonds = self.model.num_spins * self.slices
        return np.asarray(-a * np.tanh(a) * (bonds - kinks) - a / np.tanh(a) * kinks)

    def trotter(self, rates: Floats, weights: Floats) -> Floats:
        """See `WorldLines.trotter`."""
        return rates * weights * self.model.rms / (2 * self.slices**2)

    def block_bytes(self, rate: float) -> int:
        """See `WorldLines.block_bytes`: words of all slices, again of 64 reads in a look, and unpacked states."""
        spins = 8 * self.slices * (self.words + (self.words > 1))
        return self.model.num_spins * (spins + 3 * self.reads + 3 * 8 * 64)


@dataclass
class _Lines:
    """One read in continuous time, as its kernel takes it."""

    spins: Spins
    counts: Integers
    kinks: Floats
    random: np.random.Generator


class ContinuousTime(WorldLines):
    """See `sgq.kernels.path_integral_continuous`; the reads of a block run one after the other."""

    kernel = "continuous time"
    reads = 8
    slices = 1

    def __init__(self, model: QuadraticModel) -> None:
        super().__init__(model)
        self._graph = (model.starts, model.neighbours, model.couplings, model.fields)

    def start(self, seed: np.random.SeedSequence, rows: Spins | None, independent: bool) -> list[_Lines]:
        """See `WorldLines.start`; reads share nothing in any case."""
        n, block = self.model.num_spins, []
        for read, child in enumerate(seed.spawn(self.reads)):
            random = np.random.Generator(np.random.SFC64(child))
            spins = random.choice(np.array([-1, 1], np.int8), n) if rows is None else rows[read % len(rows)].copy()
            block.append(_Lines(spins, np.zeros(n, np.int64), np.empty((n, _ROOM)), random))
        return block

    def sweep(self, block: list[_Lines], rates: Floats, weights: Floats) -> None:
        """See `WorldLines.sweep`."""
        from sgq.kernels.path_integral_continuous import sweep

        for read in block:
            state = (read.spins, read.counts, read.kinks)
            read.kinks = sweep(*state, *self._graph, rates, weights, read.random)

    def look(self, block: list[_Lines]) -> Look:
        """See `WorldLines.look`."""
        from sgq.kernels.path_integral_continuous import measure

        lowest = np.empty((self.reads, self.model.num_spins), np.int8)
        energies = [
            measure(read.spins, read.counts, read.kinks, *self._graph, row)[0]
            for read, row in zip(block, lowest, strict=True)
        ]
        kinks = np.array([read.counts.sum() for read in block], np.int64)
        return Look(np.array(energies) + self.model.offset, kinks, lowest)

    def at_time_zero(self, block: list[_Lines]) -> Spins:
        """See `WorldLines.at_time_zero`."""
        return np.array([read.spins for read in block])

    def _transverse_action(self, kinks: Integers, rate: float) -> Floats:
        """See `WorldLines.transverse_action`: minus the number of kinks."""
        return -kinks.astype(float)

    def trotter(self, rates: Floats, weights: Floats) -> Floats:
        """See `WorldLines.trotter`."""
        return np.zeros(len(rates))

    def block_bytes(self, rate: float) -> int:
        """See `WorldLines.block_bytes`: as many kinks and cuts as `rate` each, and room for twice as many."""
        room = 8 * (4 * _ROOM + 5 * rate)
        return int(self.model.num_spins * (self.reads * (room + 3) + 2 * room))
