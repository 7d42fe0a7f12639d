"""What every encoding of clauses provides, and what those share that add ancillas clause by clause."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sgq.models import Floats, Integers, QuadraticForm, Terms
from sgq_problems.constraints import blocks
from sgq_problems.encodings.literal_sum import LiteralSum
from sgq_problems.generalized import GeneralizedSat
from sgq_problems.satisfiability import KSat

Formula = KSat | GeneralizedSat  # what has clauses that count its violations
Bits = NDArray[np.int8]

_BLOCK = 1 << 22


@dataclass(frozen=True, eq=False)
class Encoding(ABC):
    """The clauses of a formula as a function of bits.

    Whatever the configuration, it has at least the energy of the assignment that is read from it, and every assignment
    can be lifted to a configuration of just its own energy. So ground energies agree, and the ground states of the
    encoding are read as ground states of the formula: as all of them where every variable has a bit, as some of them in
    `IndependentSet`.
    """

    formula: Formula

    @property
    @abstractmethod
    def variables(self) -> Sequence[Hashable]:
        """Labels, in the order of the form and of every array."""

    @property
    @abstractmethod
    def form(self) -> QuadraticForm | Terms:
        """Energies of bits."""

    @abstractmethod
    def lift(self, bits: Bits) -> Bits:
        """A configuration of equal energy for each assignment, shapes (rows, variables) and (rows, N)."""

    def assignments(self, values: Bits) -> Bits:
        """The assignment read from each configuration: the first N bits, where the formula's variables stand."""
        return values[:, : self.formula.num_vars]

    @property
    def weights(self) -> Floats:
        """What each clause costs if it is violated."""
        weights = self.formula.weights if isinstance(self.formula, KSat) else None
        return np.ones(len(self.formula.starts) - 1) if weights is None else weights


class ClauseByClause(Encoding):
    """Every clause by itself, with ancillas of its own: variables N + 1, N + 2, … in the order of the clauses.

    The least energy over the ancillas is that of the assignment, whatever the assignment.
    """

    @staticmethod
    @abstractmethod
    def num_ancillas(lengths: Integers) -> Integers:
        """How many ancillas clauses of these lengths take."""

    @staticmethod
    @abstractmethod
    def add_clauses(total: LiteralSum, literals: Integers, ancillas: Integers, weights: Floats) -> None:
        """Add clauses of equal length: literals (clauses, length), ancillas (clauses, number), weights (clauses,)."""

    @staticmethod
    @abstractmethod
    def best_ancillas(truth: NDArray[np.bool_], number: int) -> NDArray[np.bool_]:
        """Ancillas of least energy, (rows, clauses, number), for the truth of literals, (rows, clauses, length)."""

    @property
    def variables(self) -> Sequence[int]:
        """The formula's 1 … N, then the ancillas."""
        return range(1, int(self._ends[-1]) + 1)

    @cached_property
    def form(self) -> QuadraticForm:
        """The sum over the clauses."""
        total = LiteralSum(len(self.variables))
        for positions, literals, ancillas in self._clauses():
            self.add_clauses(total, literals, ancillas, self.weights[positions])
        return total.form()

    def lift(self, bits: Bits) -> Bits:
        """The assignment with ancillas of least energy."""
        values = np.zeros((len(bits), len(self.variables)), dtype=np.int8)
        values[:, : self.formula.num_vars] = bits
        for _, literals, ancillas in self._clauses(len(bits)):
            truth = (bits[:, np.abs(literals) - 1] == 1) == (literals > 0)
            values[:, ancillas - 1] = self.best_ancillas(truth, ancillas.shape[1])
        return values

    @cached_property
    def _ends(self) -> Integers:
        """Last variable before the ancillas of each clause, and the last of all."""
        numbers = self.num_ancillas(np.diff(self.formula.starts))
        return self.formula.num_vars + np.concatenate([[0], np.cumsum(numbers)]).astype(np.int64)

    def _clauses(self, rows: int = 1) -> Iterator[tuple[Integers, Integers, Integers]]:
        """Clauses of equal length in blocks: positions, literals and ancillas."""
        for positions, literals in blocks(self.formula.literals, self.formula.starts, max(1, _BLOCK // max(1, rows))):
            first, end = self._ends[positions], self._ends[positions + 1]
            yield positions, literals, first[:, None] + np.arange(1, int(end[0] - first[0]) + 1)
