"""Replicas that run together: what every kernel offers to the solvers, and what packed spins have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sgq.models import Floats

Spins = NDArray[np.int8]
Words = NDArray[np.uint64]
_ROUNDS = 64  # sites that share an entry of the pool, at most; entries of one that is renewed
_SPREAD = 1e5  # sizes of couplings that float32 keeps apart with digits to spare
_ENTRIES = 16  # entries of the pool, at least


@dataclass
class Block:
    """Replicas that one kernel advances together: their spins and their own random numbers."""

    spins: Any
    generators: Words
    pool: Any = None
    rotation: int = 0
    more: dict[str, Any] = field(default_factory=dict)

    def copy(self) -> Block:
        """The same replicas again, to be swept elsewhere; both draw from one stream of random numbers."""
        return replace(self, spins=self.spins.copy(), more=deepcopy(self.more))


class Lanes(ABC):
    """A kernel laid out for one model.

    Attributes
    ----------
    kernel
        Its name, as ``info["sgq"]["kernel"]`` says it.
    exact
        Whether it computes costs in integers.
    lanes
        Replicas of a block.
    model
        The model, quadratic or polynomial as the kernel takes it.
    """

    kernel: ClassVar[str]
    exact: ClassVar[bool] = False
    lanes: int
    model: Any

    @property
    def nanoseconds(self) -> float:
        """Roughly what a sweep of a block takes, to cut long runs into pieces."""
        return 3.0 * float(1 + self.model.work)

    @property
    def blur(self) -> float:
        """More than float32 does to an energy: within it of a target, float64 decides."""
        return 1e-6 * float(self.model.rms) * int(self.model.num_spins)

    @property
    def precision(self) -> dict[str, str]:
        """A warning for ``info["sgq"]`` where float32 cannot tell the smallest costs beside the largest."""
        if self.exact or self.model.spread < _SPREAD:
            return {}
        spread = f"couplings differ in size by a factor of {self.model.spread:.0e}"
        return {"precision": f"{spread}: costs are computed in float32, which blurs those below 1e-6 of the largest"}

    @abstractmethod
    def start(self, seed: np.random.SeedSequence, rows: Spins | None = None, apart: int | None = 1) -> Block:
        """A block of replicas, random or from the `rows` given, which are used in turn.

        Replicas may share random numbers, at different sites, if their numbers differ by a multiple of `apart`, a power
        of 2; none do where it is None. Shared numbers heat or cool a whole block together: at a fixed temperature the
        mean energy of a block then varies several times more than that of as many independent replicas.
        """

    @abstractmethod
    def sweep(self, block: Block, betas: Floats) -> None:
        """One sweep of all replicas at each of `betas`; infinite is zero temperature."""

    @abstractmethod
    def sweep_ladder(self, block: Block, ladder: Any, sweeps: int) -> None:
        """`sweeps` sweeps, each replica at its own temperature, as `ladder` made them."""

    @abstractmethod
    def ladder(self, betas: Floats) -> Any:
        """What `sweep_ladder` takes, for one beta a replica; they repeat after 64 replicas or fewer."""

    @abstractmethod
    def energies(self, block: Block) -> Floats:
        """Energies of all replicas, to the precision of the kernel."""

    @abstractmethod
    def rows(self, block: Block, replicas: Any = slice(None)) -> Spins:
        """Spins of all replicas or of some, one a row."""

    @abstractmethod
    def assign(self, block: Block, rows: Spins, replicas: Any = slice(None)) -> None:
        """Set all replicas or some."""

    @abstractmethod
    def swap_neighbours(self, block: Block, swaps: NDArray[np.bool_]) -> None:
        """Exchange replicas l and l + 1 where ``swaps[l]``; never 63 and 64, 127 and 128, …."""

    @abstractmethod
    def changed(self, block: Block, before: Any) -> float:
        """Fraction of spins that differ from a copy of ``block.spins`` made before."""


class PackedLanes(Lanes):
    """Spins as bits, `words` of 64 replicas a site; kernels differ in how they add up a site's field."""

    words: int
    order: NDArray[np.uint32]  # the kernel's number of each spin

    @abstractmethod
    def _pool(self, entries: int, independent: bool) -> Any:
        """Room for a pool of so many entries."""

    def _rotation(self, apart: int) -> int:
        """Rotation of the pool, in the kernel's unit, that moves it by `apart` replicas or a multiple of it."""
        return apart

    def _rounds(self, rotation: int) -> int:
        """Different rotations of the pool by multiples of `rotation`."""
        return self.lanes // rotation

    def sweep(self, block: Block, betas: Floats) -> None:
        """See `Lanes.sweep`."""
        self.sweep_ladder(block, np.repeat(self.ladder(betas), self.lanes), len(betas))

    def _refresh(self, block: Block) -> None:
        """Recompute what a kernel keeps beside the spins."""

    def _blank(self) -> Words:
        spins: Words = aligned(self.model.num_spins * self.words, np.uint64)
        return spins

    def start(self, seed: np.random.SeedSequence, rows: Spins | None = None, apart: int | None = 1) -> Block:
        """See `Lanes.start`."""
        states, draw = seed.spawn(2)
        generators = aligned(16, np.uint64)
        generators[:] = states.generate_state(16, np.uint64)
        n = self.model.num_spins
        if apart is None:
            pool, rotation = self._pool(max(1, min(n, _ROUNDS)), True), 0
        else:
            rotation = self._rotation(apart)
            rounds = min(_ROUNDS, self._rounds(rotation))
            pool = self._pool(max(-(-n // rounds), min(n, _ENTRIES), 1), False)
        block = Block(self._blank(), generators, pool, rotation)
        if rows is None:
            bits = np.random.Generator(np.random.SFC64(draw))
            block.spins[: n * self.words] = bits.integers(0, 2**64, n * self.words, np.uint64)
            self._refresh(block)
        else:
            self.assign(block, rows[np.arange(self.lanes) % len(rows)])
        return block

    def rows(self, block: Block, replicas: Any = slice(None)) -> Spins:
        """See `Lanes.rows`."""
        from sgq.kernels.packed import unpack

        chosen = np.arange(self.lanes, dtype=np.int64)[replicas]
        result = np.empty((len(chosen), self.model.num_spins), np.int8)
        unpack(block.spins, self.words, self.order, chosen, result)
        return result

    def assign(self, block: Block, rows: Spins, replicas: Any = slice(None)) -> None:
        """See `Lanes.assign`."""
        from sgq.kernels.packed import pack

        chosen = np.arange(self.lanes, dtype=np.int64)[replicas]
        pack(np.ascontiguousarray(rows), chosen, self.words, self.order, block.spins)
        self._refresh(block)

    def swap_neighbours(self, block: Block, swaps: NDArray[np.bool_]) -> None:
        """See `Lanes.swap_neighbours`."""
        from sgq.kernels.packed import swap_neighbours

        words = np.packbits(swaps, bitorder="little").view(np.uint64)
        swap_neighbours(block.spins, np.tile(words, 8 // self.words))
        self._refresh(block)

    def changed(self, block: Block, before: Any) -> float:
        """See `Lanes.changed`."""
        return float(np.bitwise_count(block.spins ^ before).sum() / max(1, self.model.num_spins * self.lanes))


def aligned(size: int, kind: Any) -> Any:
    """A flat array of zeros that begins on a cache line."""
    item = np.dtype(kind).itemsize
    room = np.zeros(size * item + 64, np.uint8)
    first = -room.ctypes.data % 64
    return room[first : first + size * item].view(kind)
