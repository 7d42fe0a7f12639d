"""A formula that is decimated: messages on what is left of it, and variables set one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sgq.models import Floats, Integers
from sgq_solvers.sampler import Clock

if TYPE_CHECKING:
    from sgq.kernels.survey import Messages

_BLOCK = 10  # sweeps between two looks at the clock, all in one order of the clauses, but no more than
_UPDATES = 1_000_000  # clauses that they visit


class Decimation:
    """What is left of a formula, and its messages.

    Parameters
    ----------
    literals, starts
        Clause c holds ``literals[starts[c]:starts[c + 1]]``, ±1 … ±N.
    num_vars
        N.
    rho
        1 for surveys, 0 for beliefs; see `sgq.kernels.survey`.
    rng
        Where the first messages, uniform in (0, 1), and the orders of updates come from.

    Attributes
    ----------
    values
        int8, shape (N,): 1 true, -1 false, 0 open.
    literals, starts
        The clauses not yet satisfied, without their false literals.
    contradiction
        Whether unit propagation has met a clause whose literals are all false.
    """

    def __init__(
        self, literals: Integers, starts: Integers, num_vars: int, rho: float, rng: np.random.Generator
    ) -> None:
        self.rho, self.rng = rho, rng
        self.values = np.zeros(num_vars, dtype=np.int8)
        self.contradiction = False
        self._all = np.asarray(literals, dtype=np.int64), np.asarray(starts, dtype=np.int64)
        self._places, self._occurrences = _occurrences(*self._all, num_vars)
        self._queue = np.empty(num_vars, dtype=np.int64)
        self.literals, self.starts = self._all
        self._eta = rng.random(len(literals))
        self._log_rest = np.log1p(-self._eta)
        self._sums = np.zeros((num_vars, 2))
        alone = self.literals[self.starts[:-1][np.diff(self.starts) == 1]]
        self.fix(alone)

    @property
    def messages(self) -> Messages:
        """The clauses that are left, with the messages to their variables."""
        from sgq.kernels.survey import Messages

        return Messages(self.literals, self.starts, self._eta, self._log_rest, self._sums)

    @property
    def open_variables(self) -> Integers:
        """Numbers 1 … N of the variables in the clauses that are left, rising."""
        return np.unique(np.abs(self.literals))

    def converge(self, tolerance: float, max_sweeps: int, damping: float, clock: Clock) -> tuple[int, bool]:
        """Update the messages until none changes by `tolerance`; sweeps made, and whether they got there."""
        from sgq.kernels.survey import update

        sweeps, change, clauses = 0, np.inf, len(self.starts) - 1
        while change >= tolerance and sweeps < max_sweeps and clock.left() > 0:
            order = self.rng.permutation(clauses)
            block = min(_BLOCK, max_sweeps - sweeps, max(1, _UPDATES // max(clauses, 1)))
            made, change = update(self.messages, order, self.rho, damping, block, tolerance)
            sweeps += made
        return sweeps, change < tolerance

    def marginals(self) -> Floats:
        """Probabilities, shape (N, 2), that a variable is true and that it is false.

        What lacks to 1 is that a survey leaves it open. With messages η into a variable, P+ and P- the products of
        1 - η over the clauses where it stands positive and negative, true goes as P- (1 - ρ P+), false as
        P+ (1 - ρ P-), and open as ρ P+ P-.
        """
        largest = self._sums.max(axis=1, keepdims=True)
        scaled = np.exp(self._sums - largest)
        pulled = scaled[:, ::-1] * (1 - self.rho * np.exp(self._sums))
        free = self.rho * np.exp(self._sums.sum(axis=1, keepdims=True) - largest)
        return np.asarray(pulled / (pulled.sum(axis=1, keepdims=True) + free))

    def fix(self, literals: Iterable[int]) -> int:
        """Make literals true in turn, with what unit propagation makes of each; returns how many were still open."""
        from sgq.kernels.survey import propagate

        count = 0
        for literal in literals:
            value = self.values[abs(literal) - 1]
            if value:
                continue
            self.values[abs(literal) - 1] = 1 if literal > 0 else -1
            self._queue[0] = literal
            count += 1
            if propagate(*self._all, self._occurrences, self._places, self.values, self._queue, 1) >= 0:
                self.contradiction = True
                return count
        self._simplify()
        return count

    def _simplify(self) -> None:
        lengths = np.diff(self.starts)
        if not len(lengths):
            return
        truth = self.values[np.abs(self.literals) - 1] * np.sign(self.literals)
        clauses = ~np.logical_or.reduceat(truth > 0, self.starts[:-1])
        kept = np.repeat(clauses, lengths) & (truth == 0)
        counts = np.add.reduceat(kept, self.starts[:-1], dtype=np.int64)[clauses]
        self.literals, self._eta, self._log_rest = self.literals[kept], self._eta[kept], self._log_rest[kept]
        self.starts = np.concatenate([[0], np.cumsum(counts)])


def violated(literals: Integers, starts: Integers, true: NDArray[np.bool_]) -> int:
    """Number of clauses without a true literal; `true` says it of the variables 1 … N."""
    if len(starts) == 1:
        return 0
    satisfied = true[np.abs(literals) - 1] == (literals > 0)
    return int(np.count_nonzero(~np.logical_or.reduceat(satisfied, starts[:-1])))


def _occurrences(literals: Integers, starts: Integers, num_vars: int) -> tuple[Integers, Integers]:
    """Where the clauses of each literal begin, +1 … +N and then -1 … -N, and these clauses."""
    rows = np.abs(literals) - 1 + num_vars * (literals < 0)
    places = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=2 * num_vars))])
    clauses = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return places, clauses[np.argsort(rows, kind="stable")]
