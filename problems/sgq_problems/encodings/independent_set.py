"""Maximum independent set: a vertex for every literal of every clause, an edge between any two that exclude."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from sgq.models import Floats, Integers, QuadraticForm
from sgq_problems.constraints import blocks
from sgq_problems.encodings.base import Bits, Encoding

_BLOCK = 1 << 22


class IndependentSet(Encoding):
    """A vertex picks the literal that satisfies its clause.

    E = Σ_c w_c - Σ_u w_u x_u + Σ_edges 2 min(w_u, w_v) x_u x_v, with the clause's weight at each of its vertices.
    Edges join the literals of one clause and every x to every ¬x [1]_. An independent set picks literals that are true
    together, at most one a clause, so the largest leaves out as many clauses as must be violated (the heaviest, that
    weight). Two ends of an edge cost more than the lighter of them gains, which needs a coupling above min(w_u, w_v);
    twice that keeps unit weights whole and leaves a gap of 1.

    There is no bit for a variable: it is what the heavier side of its picked literals says, false where the sides are
    equal or none is picked. So of ground states that differ in variables that no clause needs only some are read.
    Taking the lighter sides and all but one vertex a clause out of any configuration does not raise its energy, so the
    assignment read from it never costs more than it.

    References
    ----------
    .. [1] V. Choi, arXiv:1004.2226 (2010).
    """

    @cached_property
    def variables(self) -> Sequence[tuple[int, int]]:
        """Position of the clause and literal."""
        return list(zip(self._owners.tolist(), self.formula.literals.tolist(), strict=True))

    @cached_property
    def form(self) -> QuadraticForm:
        """The couplings of the edges, and what each vertex gains."""
        gains = self._gains
        edges = np.concatenate([_within(self.formula.starts), _contradicting(self.formula.literals)])
        couplings = 2 * gains[edges].min(axis=1)
        return QuadraticForm(edges, couplings, -gains, float(self.weights.sum()))

    def lift(self, bits: Bits) -> Bits:
        """The first true literal of every clause that has one."""
        literals = self.formula.literals
        truth = (bits[:, np.abs(literals) - 1] == 1) == (literals > 0)
        earlier = np.cumsum(truth, axis=1) - truth
        before = earlier[:, self.formula.starts[:-1]][:, self._owners]
        picked: Bits = (truth & (earlier == before)).astype(np.int8)
        return picked

    def assignments(self, values: Bits) -> Bits:
        """What the heavier side of each variable's picked literals says."""
        picked: Bits = (values.astype(np.float64) @ self._votes > 0).astype(np.int8)
        return picked

    @cached_property
    def _owners(self) -> Integers:
        """The clause of each vertex."""
        starts = self.formula.starts
        return np.repeat(np.arange(len(starts) - 1), np.diff(starts))

    @property
    def _gains(self) -> Floats:
        """The weight of each vertex's clause."""
        gains: Floats = self.weights[self._owners]
        return gains

    @cached_property
    def _votes(self) -> Any:
        from scipy.sparse import coo_array

        literals = self.formula.literals
        entries = self._gains * np.sign(literals), (np.arange(len(literals)), np.abs(literals) - 1)
        return coo_array(entries, shape=(len(literals), self.formula.num_vars)).tocsr()


def _within(starts: Integers) -> Integers:
    """All pairs of vertices of one clause."""
    found = [np.empty((0, 2), np.int64)]
    for _, vertices in blocks(np.arange(starts[-1]), starts, _BLOCK):
        found += [vertices[:, pair] for pair in map(list, combinations(range(vertices.shape[1]), 2))]
    return np.concatenate(found)


def _contradicting(literals: Integers) -> Integers:
    """All pairs of a vertex x and a vertex ¬x."""
    order = np.argsort(literals, kind="stable")
    positive = order[literals[order] > 0]
    negative = order[literals[order] < 0]
    first, end = (np.searchsorted(literals[positive], -literals[negative], side) for side in ("left", "right"))
    counts = end - first
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.stack([positive[np.repeat(first, counts) + within], np.repeat(negative, counts)], axis=1)
