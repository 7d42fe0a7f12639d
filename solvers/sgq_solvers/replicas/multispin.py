"""512 replicas of a ±J model, or one of small multiples of a unit, by multi-spin coding."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgq.models import Floats, Integers
from sgq_solvers.replicas.lanes import Block, PackedLanes, Words, aligned
from sgq_solvers.replicas.model import QuadraticModel

Slots = tuple[int, ...]  # whose length alone counts: see `sgq.kernels.vectors.stacked`
_MOST = 16  # bonds of a site
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


class MultiSpin(PackedLanes):
    """See `sgq.kernels.multispin`."""

    kernel, exact = "multi-spin", True
    lanes, words = 512, 8
    model: QuadraticModel

    def __init__(self, model: QuadraticModel) -> None:
        assert model.unit is not None
        self.model, self.unit = model, model.unit
        n = model.num_spins
        sites, others, satisfied_parallel = self._bonds(model)
        bonds = np.bincount(sites, minlength=n)
        odd = bonds % 2 == 1
        self.order = np.empty(n + 1, np.uint32)
        self.order[:n][odd] = np.arange(odd.sum())
        self.order[:n][~odd] = odd.sum() + np.arange(n - odd.sum())
        self.order[n] = n
        signs = np.where(satisfied_parallel, _ALL, np.uint64(0))
        self._classes = [
            self._slots(1, odd, bonds, sites, others, signs),
            self._slots(2, ~odd, bonds, sites, others, signs),
        ]
        once = sites < others
        self._num_bonds = int(once.sum())
        self._pairs = self._fifteens(sites[once], others[once], signs[once])

    @staticmethod
    def fit(model: QuadraticModel) -> bool:
        """Whether no site has more than sixteen bonds, counting a coupling of k units as k."""
        return model.unit is not None and bool(model.reach.max(initial=0.0) <= (_MOST + 1e-6) * model.unit)

    def _bonds(self, model: QuadraticModel) -> tuple[Integers, Integers, NDArray[np.bool_]]:
        """Both ends of every bond, each from its own site; fields are bonds to the spin number N, which is up."""
        n, units, fields = model.num_spins, np.rint(model.couplings / self.unit), np.rint(model.fields / self.unit)
        site = np.repeat(np.arange(n), np.diff(model.starts))
        sites = np.concatenate([site, np.arange(n)])
        others = np.concatenate([model.neighbours, np.full(n, n)])
        strength = np.concatenate([units, fields]).astype(np.int64)
        times = np.abs(strength)
        sites, others, negative = np.repeat(sites, times), np.repeat(others, times), np.repeat(strength < 0, times)
        by_site = np.argsort(sites, kind="stable")
        return sites[by_site], others[by_site], negative[by_site]

    def _slots(
        self, least: int, chosen: NDArray[np.bool_], bonds: Integers, sites: Integers, others: Integers, signs: Words
    ) -> tuple[Slots, NDArray[np.uint32], Words, Slots]:
        """The sites of one class: ends and signs of their bonds, and tuples as long as its slots and its rows."""
        members, mine = np.flatnonzero(chosen), chosen[sites]
        slots = max(int(bonds[chosen].max(initial=0)), least)
        row = np.cumsum(chosen)[sites[mine]] - 1
        slot = (np.arange(len(sites)) - np.repeat(np.cumsum(bonds) - bonds, bonds))[mine]
        ends = np.repeat(members[:, None], slots, axis=1)
        ends[row, slot] = others[mine]
        spare = np.arange(slots) - bonds[members][:, None]
        sign = np.where((spare >= 0) & (spare % 2 == 0), _ALL, np.uint64(0))
        sign[row, slot] = signs[mine]
        neighbours = (self.words * self.order[ends]).astype(np.uint32).ravel()
        return slots * (0,), neighbours, sign.ravel(), (slots - slots // 2 + 1) * (0,)

    def _fifteens(self, first: Integers, second: Integers, signs: Words) -> tuple[NDArray[np.uint32], Words]:
        """Bonds in groups of fifteen, see `count_satisfied`; the last is filled up with bonds that count nothing."""
        room = -(-len(first) // 15) * 15
        ends = np.zeros((2, room), np.uint32)
        ends[:, : len(first)] = self.words * self.order[np.stack([first, second])]
        sign = np.zeros(room, np.uint64)
        sign[: len(first)] = signs
        return ends.reshape(2, -1, 15).transpose(1, 0, 2).ravel(), sign

    def _blank(self) -> Words:
        spins: Words = aligned((self.model.num_spins + 1) * self.words, np.uint64)
        spins[-self.words :] = _ALL
        return spins

    def _pool(self, entries: int, independent: bool) -> Any:
        if independent:
            return [np.empty(0, np.uint8)] * 2
        n = max(1, self.model.num_spins)
        sites = [len(other) // len(bonds) for bonds, other, _, _ in self._classes]
        shares = [max(1, min(s, -(-entries * s // n))) for s in sites]
        rows = [len(rows) for _, _, _, rows in self._classes]
        return [aligned(128 * r * share, np.uint8) for r, share in zip(rows, shares, strict=True)]

    def _rotation(self, apart: int) -> int:
        return max(1, apart // 8)

    def _rounds(self, rotation: int) -> int:
        return self.lanes // (8 * rotation)

    def ladder(self, betas: Floats) -> Any:
        """See `Lanes.ladder`."""
        from sgq.kernels.multispin import write_own_digits

        result = []
        for chances in self._chances(betas[:64]):
            digits = self._digits(len(chances))
            write_own_digits(chances, digits)
            result.append((np.empty((0, len(chances)), np.uint32), digits))
        return result

    def sweep(self, block: Block, betas: Floats) -> None:
        """See `Lanes.sweep`."""
        shared = [(np.ascontiguousarray(c.T), self._digits(len(c))) for c in self._chances(betas)]
        self.sweep_ladder(block, shared, len(betas))

    def sweep_ladder(self, block: Block, ladder: Any, sweeps: int) -> None:
        """See `Lanes.sweep_ladder`."""
        from sgq.kernels.multispin import sweep

        sweep(*self._arguments(block, ladder, sweeps))

    def temper(self, block: Block, ladder: Any, sweeps: int, steps: int, target: float, *exchange: Any) -> int:
        """Steps of tempering until an energy reaches the target; `exchange` and the answer as in the kernel.

        The energies are left without the offset.
        """
        from sgq.kernels.multispin_tempering import temper

        sweeping, counting = self._arguments(block, ladder, sweeps), (*self._pairs, self._num_bonds)
        return int(temper(steps, target - self.model.offset, self.unit, sweeping, counting, *exchange))

    def _arguments(self, block: Block, ladder: Any, sweeps: int) -> tuple[Any, ...]:
        """What the kernel's sweep takes."""
        classes = [(*c, *acceptance, p) for c, acceptance, p in zip(self._classes, ladder, block.pool, strict=True)]
        return (block.spins, *classes[0], *classes[1], sweeps, block.rotation, block.generators)

    def _chances(self, betas: Floats) -> list[NDArray[np.uint32]]:
        """Probabilities of acceptance in both classes, times 2^32, a row for each cost."""
        from sgq.kernels.noise import PROPOSED

        result = []
        for bonds, _, _, rows in self._classes:
            cost = 2 * np.maximum(0, 2 * np.arange(len(rows)) - len(bonds) % 2)[:, None] * self.unit
            with np.errstate(invalid="ignore"):
                exponent = np.where(cost > 0, betas * cost, 0.0)
            result.append((PROPOSED * np.exp(-exponent) * 2.0**32).astype(np.uint32))
        return result

    def _digits(self, rows: int) -> Words:
        digits: Words = aligned(32 * rows * self.words, np.uint64)
        return digits

    def energies(self, block: Block) -> Floats:
        """See `Lanes.energies`."""
        from sgq.kernels.multispin import count_satisfied

        result = np.empty(self.lanes, np.int64)
        count_satisfied(block.spins, *self._pairs, result)
        return np.asarray(self.unit * (self._num_bonds - 2.0 * result) + self.model.offset)
