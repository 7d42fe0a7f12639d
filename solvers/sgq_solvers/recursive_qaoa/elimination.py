"""A spin polynomial that shrinks: products of spins are set to a sign, and one of their spins goes.

If s_i s_j = σ then s_j = σ s_i wherever s_j stands. Terms are bit masks, so that s_i² = 1 is an exclusive or, and one
rule serves products of any number of spins, a single one included.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sgq.models import Terms


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
        groups = np.split(polynomial.indices, polynomial.starts[1:-1])
        for group, coefficient in zip(groups, polynomial.coefficients.tolist(), strict=True):
            self._add(sum(1 << i for i in group.tolist()), coefficient)

    def held(self) -> list[int]:
        """Spins that some term holds, ascending."""
        together = 0
        for term in self.terms:
            together |= term
        return spins(together)

    def fix(self, mask: int, sign: int) -> None:
        """Set the product of the spins in `mask` to `sign`; the last of them goes."""
        last = mask.bit_length() - 1
        self._rules.append((last, sign, mask ^ (1 << last)))
        for term in [term for term in self.terms if term >> last & 1]:
            self._add(term ^ mask, sign * self.terms.pop(term))

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

    def _add(self, mask: int, coefficient: float) -> None:
        if not mask:
            self.constant += coefficient
            return
        total = self.terms.pop(mask, 0.0) + coefficient
        if abs(total) > self._rounding:
            self.terms[mask] = total


def places(masks: Iterable[int], held: list[int]) -> list[int]:
    """The same masks with bit k standing for ``held[k]``."""
    bit = {spin: 1 << k for k, spin in enumerate(held)}
    return [sum(bit[i] for i in spins(mask)) for mask in masks]


def spins(mask: int) -> list[int]:
    """Positions of the bits that are set, ascending."""
    found = []
    while mask:
        found.append((mask & -mask).bit_length() - 1)
        mask &= mask - 1
    return found
