"""Quadratic forms in groups of 2^15 configurations, visited in int16.

A group's energies, less those among the high spins, are held as int16 multiples of a step. Whole coefficients that are
small enough are held exactly. Otherwise the step is the range of these energies over 65000 and every number added up is
rounded once: a filter that leaves few groups for float64.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sgq.kernels.pair_scan import MIDDLE, Tables, histogram, listing, minima
from sgq.kernels.walsh import spectrum
from sgq.models import QuadraticForm
from sgq_solvers.enumeration.groups import Floats, Integers, States
from sgq_solvers.replicas.lanes import aligned

LOW = 12  # a block of 2^12 energies and the three fields of the middle spins fit in the first-level cache
_LARGEST = 32500.0  # of int16, with room for the rounding of every number added up


class PairGroups:
    """The configurations of a quadratic form whose first `free` spins are free and the others up.

    `whole` says that all coefficients are whole numbers.
    """

    kernel = "float64"

    def __init__(self, form: QuadraticForm, free: int, whole: bool) -> None:
        n = form.num_variables
        matrix = np.zeros((n, n))
        np.add.at(matrix, (form.pairs[:, 0], form.pairs[:, 1]), form.couplings)
        matrix += matrix.T
        self.num_groups = 1 << (free - LOW - MIDDLE)
        self._couplings = np.ascontiguousarray(matrix[LOW:, LOW:])
        self._fields = form.fields[LOW:] + self._couplings.sum(axis=1)
        self._constant = form.offset + float(form.fields[LOW:].sum() + self._couplings.sum() / 2)
        bit = np.uint64(1) << np.arange(LOW, dtype=np.uint64)
        i, j = np.triu_indices(LOW, 1)
        linear = form.fields[:LOW] + matrix[:LOW, LOW:].sum(axis=1)
        # What the low spins add when all high ones are up, and what of it a high spin takes away that turns down.
        self._low = spectrum(np.concatenate([bit, bit[i] | bit[j]]), np.concatenate([linear, matrix[i, j]]), LOW)
        self._changes = 2 * np.array([spectrum(bit, row, LOW) for row in matrix[LOW:free, :LOW]])
        centre, reach = self._low - self._changes.sum(axis=0) / 2, np.abs(self._changes).sum(axis=0) / 2
        lowest, highest = float((centre - reach).min()), float((centre + reach).max())
        middle = (highest + lowest) / 2
        self._origin = self._low[0] + 2 * np.rint((middle - self._low[0]) / 2) if whole else middle
        self._step = 2.0 if whole else 1.0  # turning a spin changes an energy by twice a whole number
        if whole and highest - lowest <= 2 * self._step * (_LARGEST - 2):
            self.margin, self._rough_step = 0.0, self._step
            self.rough_kernel = "int16"
        else:
            self._rough_step = max((highest - lowest) / (2 * _LARGEST), float(np.finfo(float).tiny))
            rounding = 4 * float(np.spacing(np.abs(matrix).sum() + np.abs(form.fields).sum() + abs(form.offset)))
            self.margin = 0.501 * self._rough_step * (1 + len(self._changes)) + rounding
            self.rough_kernel = "int16 filter, float64"

    @cached_property
    def _shorts(self) -> Tables:
        return self._tables(np.int16, self._rough_step, 32767.0)

    @cached_property
    def _doubles(self) -> Tables:
        return self._tables(np.float64, self._step, np.inf)

    def _tables(self, kind: type[np.generic], step: float, ceiling: float) -> Tables:
        low, changes = aligned(self._low.size, kind), aligned(self._changes.size, kind)
        for target, source in ((low, (self._low - self._origin) / step), (changes, self._changes.ravel() / step)):
            target[:] = np.rint(source) if kind is np.int16 else source
        energy = float(self._constant + self._origin)
        return Tables(low, changes, self._couplings, self._fields, energy, step, ceiling)

    def rough_minima(self, groups: States) -> Floats:
        """See `Groups`."""
        return _minima(self._shorts, groups)

    def minima(self, groups: States) -> Floats:
        """See `Groups`."""
        return _minima(self._doubles, groups)

    def listing(self, groups: States, limit: float, room: int) -> tuple[int, States]:
        """See `Groups`."""
        states, tables = np.empty(room, np.uint64), self._doubles
        count = listing(tables, aligned(tables.low.size, np.float64), groups, limit, states)
        return count, states[:count].copy()

    def histogram(self, groups: States, lowest: float, step: float, levels: int) -> Integers:
        """See `Groups`."""
        tables = self._doubles if self.margin else self._shorts
        counts = np.zeros((4, levels), np.int64)
        histogram(tables, aligned(tables.low.size, tables.low.dtype), groups, lowest, counts)
        total: Integers = counts.sum(axis=0)
        return total


def _minima(tables: Tables, groups: States) -> Floats:
    result = np.empty(len(groups))
    minima(tables, aligned(tables.low.size, tables.low.dtype), groups, result)
    return result
