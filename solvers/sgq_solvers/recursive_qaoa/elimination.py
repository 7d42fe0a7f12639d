"""A spin polynomial that shrinks: products of spins are set to a sign, and one of their spins goes.

If s_i s_j = σ then s_j = σ s_i wherever s_j stands. Terms are bit masks, so that s_i² = 1 is an exclusive or, and one
rule serves products of any number of spins, a single one included.
"""

from __future__ import annotations

import math
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sgq.models import Terms
from sgq_solvers.qaoa.spin_polynomial import members


class Elimination:
    """What is left of a polynomial, and how the spins that went follow from those that stay.

    Attributes
    ----------
    terms
        Coefficients by bit mask, without the constant; products that cancel are gone.
    constant
        What no spin changes any more.
    """

    def __init__(self, polynomial: Terms, num_spins: int) -> None:
        self.terms: dict[int, float] = {}
        self.constant = 0.0
        self._num_spins = num_spins
        self._rules: list[tuple[int, int, int]] = []
        self._rounding = 1e-14 * float(np.abs(polynomial.coefficients).max(initial=0.0))
        for group, coefficient in members(polynomial):
            self.constant += self._add(self.terms, sum(1 << i for i in group), coefficient)

    def held(self) -> list[int]:
        """Spins that some term holds, ascending."""
        together = 0
        for term in self.terms:
            together |= term
        return spins(together)

    def left(self) -> tuple[Terms, list[int]]:
        """The terms, in their order, as a polynomial in the spins that they hold, and which spins these are."""
        held = self.held()
        place = {spin: k for k, spin in enumerate(held)}
        groups = [[place[spin] for spin in spins(mask)] for mask in self.terms]
        starts = np.concatenate([[0], np.cumsum([len(group) for group in groups])]).astype(np.int64)
        indices = np.array(list(chain.from_iterable(groups)), np.int64)
        return Terms(indices, starts, np.array(list(self.terms.values()), float)), held

    def fix(self, mask: int, sign: int) -> None:
        """Set the product of the spins in `mask` to `sign`; the last of them goes."""
        last = mask.bit_length() - 1
        terms, constant = dict(self.terms), self.constant  # so that Ctrl-C finds the old terms or the new ones
        for term in [term for term in terms if term >> last & 1]:
            constant += self._add(terms, term ^ mask, sign * terms.pop(term))
        self._rules.append((last, sign, mask ^ (1 << last)))
        self.terms, self.constant = terms, constant

    @property
    def fixed(self) -> int:
        """How many spins went."""
        return len(self._rules)

    def complete(self, values: dict[int, int], rng: np.random.Generator) -> NDArray[np.int8]:
        """All spins, shape (1, N), from values of those that terms hold; what nothing holds is drawn."""
        gone = {spin for spin, _, _ in self._rules}
        drawn = rng.choice([-1, 1], self._num_spins).tolist()
        row = [values.get(i, 0 if i in gone else drawn[i]) for i in range(self._num_spins)]
        for spin, sign, mask in reversed(self._rules):
            row[spin] = sign * math.prod(row[i] for i in spins(mask))
        return np.array([row], dtype=np.int8)

    def _add(self, terms: dict[int, float], mask: int, coefficient: float) -> float:
        """What goes to the constant; the rest goes to the terms."""
        if not mask:
            return coefficient
        total = terms.pop(mask, 0.0) + coefficient
        if abs(total) > self._rounding:
            terms[mask] = total
        return 0.0


def spins(mask: int) -> list[int]:
    """Positions of the bits that are set, ascending."""
    found = []
    while mask:
        found.append((mask & -mask).bit_length() - 1)
        mask &= mask - 1
    return found
