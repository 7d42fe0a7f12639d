"""Sums of products of up to two literals, collected into a quadratic form of bits."""

from __future__ import annotations

import numpy as np

from sgq.models import Floats, Integers, QuadraticForm


class LiteralSum:
    """A sum of c, c l and c l l' with literals l = ±v, each 1 where it is true: x for v, 1 - x for its negation.

    Literals of one product belong to different variables.
    """

    def __init__(self, num_variables: int) -> None:
        self._offset = 0.0
        self._fields = np.zeros(num_variables)
        self._pairs: list[Integers] = []
        self._couplings: list[Floats] = []

    def add(self, coefficients: Floats, *literals: Integers) -> None:
        """Add one product for each entry of `coefficients`, shape (products,); no, one or two `literals` of it."""
        if not literals:
            self._offset += float(coefficients.sum())
            return
        first, *others = literals
        # l = (1 if negated else 0) ± x
        self.add(coefficients * (first < 0), *others)
        signed = coefficients * np.sign(first)
        if not others:
            self._fields += np.bincount(np.abs(first) - 1, signed, len(self._fields))
            return
        (second,) = others
        self._fields += np.bincount(np.abs(first) - 1, signed * (second < 0), len(self._fields))
        self._pairs.append(np.stack([np.abs(first) - 1, np.abs(second) - 1], axis=1))
        self._couplings.append(signed * np.sign(second))

    def form(self) -> QuadraticForm:
        """The form of the bits 0 … n-1, as variables 1 … n stand in that order."""
        pairs = np.concatenate([np.empty((0, 2), np.int64), *self._pairs])
        couplings = np.concatenate([np.empty(0), *self._couplings])
        return merge_pairs(QuadraticForm(pairs, couplings, self._fields, self._offset))


def merge_pairs(form: QuadraticForm) -> QuadraticForm:
    """The same form with every pair once, i < j, and none whose coupling cancels: it needs no coupler."""
    low, high = np.sort(form.pairs, axis=1).T
    keys, which = np.unique(low * form.num_variables + high, return_inverse=True)
    couplings: Floats = np.bincount(which, form.couplings, len(keys)).astype(np.float64)
    kept = np.abs(couplings) > form.tolerance
    pairs = np.stack(np.divmod(keys[kept], form.num_variables), axis=1)
    return QuadraticForm(pairs, couplings[kept], form.fields, form.offset)
