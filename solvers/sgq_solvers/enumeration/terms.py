"""Polynomials in blocks of 2^11 configurations, and models so small that all their energies are held at once."""

from __future__ import annotations

import numpy as np

from sgq.kernels.term_scan import LOW, MaskedTerms, histogram, listing, minima
from sgq.kernels.walsh import spectrum
from sgq_solvers.enumeration.groups import Floats, Integers, States
from sgq_solvers.replicas.lanes import aligned


class TermGroups:
    """The configurations of a sum of terms, bit masks and coefficients, whose spins from `free` on are up."""

    margin = 0.0
    rough_kernel = kernel = "float64"

    def __init__(self, masks: States, coefficients: Floats, free: int) -> None:
        self.num_groups = 1 << (free - LOW)
        order = np.argsort(masks & np.uint64((1 << LOW) - 1), kind="stable")
        masks, coefficients = masks[order], coefficients[order]
        holds = (masks >> np.arange(LOW, free, dtype=np.uint64)[:, None]) & np.uint64(1)
        starts = np.concatenate([[0], np.cumsum(holds.sum(axis=1))]).astype(np.int64)
        self._terms = MaskedTerms(masks, coefficients, starts, np.nonzero(holds)[1])

    def minima(self, groups: States) -> Floats:
        """See `Groups`."""
        result = np.empty(len(groups))
        minima(self._terms, _work(), groups, result)
        return result

    rough_minima = minima

    def listing(self, groups: States, limit: float, room: int) -> tuple[int, States]:
        """See `Groups`."""
        states = np.empty(room, np.uint64)
        count = listing(self._terms, _work(), groups, limit, states)
        return count, states[:count].copy()

    def histogram(self, groups: States, lowest: float, step: float, levels: int) -> Integers:
        """See `Groups`."""
        counts = np.zeros((4, levels), np.int64)
        histogram(self._terms, _work(), groups, lowest, step, counts)
        total: Integers = counts.sum(axis=0)
        return total


def _work() -> Floats:
    room: Floats = aligned(2 << LOW, np.float64)
    return room.reshape(2, 1 << LOW)


class OneGroup:
    """The configurations of a small sum of terms as a single group."""

    num_groups = 1
    margin = 0.0
    rough_kernel = kernel = "float64"

    def __init__(self, masks: States, coefficients: Floats, free: int) -> None:
        self._energies = spectrum(masks & np.uint64((1 << free) - 1), coefficients, free)

    def minima(self, groups: States) -> Floats:
        """See `Groups`."""
        lowest: Floats = self._energies.min(keepdims=True)
        return lowest

    rough_minima = minima

    def listing(self, groups: States, limit: float, room: int) -> tuple[int, States]:
        """See `Groups`."""
        states = np.flatnonzero(self._energies <= limit).astype(np.uint64)
        return len(states), states[:room]

    def histogram(self, groups: States, lowest: float, step: float, levels: int) -> Integers:
        """See `Groups`."""
        return np.bincount(np.rint((self._energies - lowest) / step).astype(np.int64), minlength=levels)
