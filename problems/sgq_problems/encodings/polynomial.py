"""The formula as it is: terms of as many variables as its clauses have literals."""

from collections.abc import Sequence
from functools import cached_property

from sgq.models import Terms, terms
from sgq_problems.encodings.base import Bits, Encoding


class Polynomial(Encoding):
    """The native polynomial, without ancillas: every energy is that of the assignment."""

    @property
    def variables(self) -> Sequence[int]:
        """The formula's."""
        return self.formula.variables

    @cached_property
    def form(self) -> Terms:
        """The terms of the formula's own model."""
        return terms(self.formula.model)[0]

    def lift(self, bits: Bits) -> Bits:
        """The assignment."""
        return bits
