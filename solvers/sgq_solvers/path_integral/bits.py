"""World lines of ±J models in slices, 512 reads at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgq.models import Floats, Integers
from sgq_solvers.path_integral.lines import DiscreteTime
from sgq_solvers.replicas import Block, QuadraticModel
from sgq_solvers.replicas.lanes import aligned

_ENTRIES = 16  # of the pool
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


class BitTime(DiscreteTime):
    """See `sgq.kernels.path_integral_bits`; reads share random numbers."""

    kernel = "discrete time, multi-spin"
    reads, words = 512, 8

    def __init__(self, model: QuadraticModel, slices: int) -> None:
        from sgq.kernels.path_integral_bits import COUNT

        super().__init__(model, slices)
        self.unit = _bond(model)
        starts, ends, signs, half = _bonds(model, self.unit)
        digits = (2**COUNT - half)[:, None] >> np.arange(COUNT) & 1
        self._bonds = (
            starts.astype(np.uint64),
            (8 * slices * ends).astype(np.uint64),
            signs,
            np.repeat(np.where(digits, _ALL, np.uint64(0)).ravel(), 8),
        )

    @staticmethod
    def fit(model: QuadraticModel, slices: int) -> bool:
        """Whether couplings and fields are few enough bonds of one size, and sums over slices small enough."""
        unit = _bond(model)
        if not unit:
            return False
        from sgq.kernels.path_integral_bits import COUNT, SUM

        most = model.reach.max(initial=0.0) / unit
        return bool(most < 2**COUNT - 1.5 and slices * most / 2 < 2 ** (SUM - 1))

    @property
    def precision(self) -> dict[str, str]:
        """Costs are counted."""
        return {}

    def _blank(self) -> Any:
        """With one spin more, always up, on which fields are bonds."""
        spins = aligned((self.model.num_spins + 1) * self.slices * self.words, np.uint64)
        spins[-self.slices * self.words :] = _ALL
        return spins

    def _pool(self) -> Any:
        from sgq.kernels.path_integral_bits import ENTRY

        return aligned(ENTRY * _ENTRIES, np.uint8)

    def sweep(self, block: Block, rates: Floats, weights: Floats) -> None:
        """See `WorldLines.sweep`."""
        from sgq.kernels.path_integral_bits import probabilities, sweep

        chances = probabilities(2 * weights * self.unit / self.slices, np.tanh(rates / self.slices))
        sweep(block.spins, self.slices, *self._bonds, chances, block.generators, block.pool)


def _bond(model: QuadraticModel) -> float:
    """Size of a bond, such that every site has an even number of them; 0 where there is none of use."""
    if model.unit is None:
        return 0.0
    odd = np.rint(model.reach / model.unit) % 2
    return model.unit / 2 if odd.any() else model.unit


def _bonds(model: QuadraticModel, unit: float) -> tuple[Integers, Integers, Any, Integers]:
    """First bond, other end and sign of the bonds of each site, and half their number; fields are bonds to site N."""
    n = model.num_spins
    sites = np.concatenate([np.repeat(np.arange(n), np.diff(model.starts)), np.arange(n)])
    ends = np.concatenate([model.neighbours.astype(np.int64), np.full(n, n)])
    sizes = np.rint(np.concatenate([model.couplings, model.fields]) / unit).astype(np.int64)
    order = np.argsort(sites, kind="stable")
    sites, ends, sizes = sites[order], ends[order], sizes[order]
    counts = np.bincount(sites, np.abs(sizes), n).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)])
    signs = np.where(np.repeat(sizes, np.abs(sizes)) < 0, _ALL, np.uint64(0))
    return starts, np.repeat(ends, np.abs(sizes)), signs, counts // 2
