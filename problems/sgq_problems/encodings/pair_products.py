"""The formula's polynomial with products of two variables replaced, as dimod does it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cached_property

import numpy as np

from sgq.models import QuadraticForm, quadratic_form, quadratise
from sgq_problems.encodings.base import Bits, Encoding
from sgq_problems.encodings.literal_sum import merge_pairs


class PairProducts(Encoding):
    """`dimod.make_quadratic`: an ancilla for a product of two variables, shared by all terms that hold it.

    The strength of the penalties is that of `sgq.models.quadratise`: the largest sum of |coefficient| over the terms
    of order three and more that hold one pair, so that breaking a penalty never pays. The least energy over the
    ancillas is that of the assignment, whatever the assignment.

    dimod takes the pair in most terms first. Which of several it takes, for clauses of more than three literals,
    depends on the hashes of text, so it may differ between two runs of Python unless PYTHONHASHSEED is set.
    """

    @property
    def variables(self) -> Sequence[Hashable]:
        """The formula's 1 … N, then the ancillas with dimod's names, such as ``"3*7"``."""
        return [*self.formula.variables, *self._ancillas]

    @property
    def form(self) -> QuadraticForm:
        """dimod's model."""
        return self._reduced[0]

    def lift(self, bits: Bits) -> Bits:
        """The assignment with the products of its bits."""
        factors = [[int(v) - 1 for v in name.lstrip("_").split("*")] for name in self._ancillas]
        products = [bits[:, members].min(axis=1) for members in factors]
        return np.stack([*bits.T, *products], axis=1)

    @property
    def _ancillas(self) -> list[str]:
        return self._reduced[1]

    @cached_property
    def _reduced(self) -> tuple[QuadraticForm, list[str]]:
        form, labels = quadratic_form(quadratise(self.formula.model)[0])
        ancillas = [label for label in labels if isinstance(label, str)]
        position = {label: k for k, label in enumerate([*self.formula.variables, *ancillas])}
        place = np.array([position[label] for label in labels])
        fields = np.empty(len(labels))
        fields[place] = form.fields
        return merge_pairs(QuadraticForm(place[form.pairs], form.couplings, fields, form.offset)), ancillas
