"""Linear equations over GF(2), sums of bits that are even or odd, solved exactly by Gaussian elimination."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgq.models import Integers

Bits = NDArray[np.int8]
_Words = NDArray[np.uint64]


@dataclass(frozen=True)
class ParitySolution:
    """What elimination finds out about a system of equations.

    Attributes
    ----------
    rank
        Rank of the coefficients.
    assignment
        A solution, shape (N,), the variables that can be chosen being 0; None if there is none.
    num_free
        log2 of the number of solutions, N - rank; None if there is none.
    inconsistent
        If there is no solution, equations whose sum is 0 = 1, each needed for it; else None.
    """

    rank: int
    assignment: Bits | None
    num_free: int | None
    inconsistent: Integers | None


@dataclass(frozen=True)
class ParityEquations:
    """Equations Σ_{i in e} x_i = b_e mod 2.

    Attributes
    ----------
    num_variables
        Number of variables N.
    indices, starts
        Equation e holds the variables ``indices[starts[e]:starts[e + 1]]``, counted from 0; one that stands twice
        drops out.
    right_sides
        b, shape (equations,), bits.
    """

    num_variables: int
    indices: Integers
    starts: Integers
    right_sides: Bits

    def solve(self) -> ParitySolution:
        """Solve the equations, or prove that they have no solution.

        An equation with a variable that stands in no other one can always be satisfied by it: such equations are taken
        away until none is left, which leaves nothing of random ones below the clustering transition [1]_. What is
        left, M equations in N variables, is eliminated as a dense matrix, 64 columns a word, in N M² / 64 operations
        on words at most and N M / 8 bytes. An inconsistency is found as a solution y of yA = 0, yb = 1, which exists
        if and only if Ax = b has none.

        References
        ----------
        .. [1] M. Mézard, F. Ricci-Tersenghi, R. Zecchina, J. Stat. Phys. 111, 505 (2003).
        """
        system = self._without_repetitions()
        rounds, left = system._peel()
        variables, core = system._restricted(left)
        rank, solution = core._eliminate()
        rank += sum(len(equations) for equations, _ in rounds)
        if solution is None:
            combination = core._dual()._eliminate()[1]
            assert combination is not None
            return ParitySolution(rank, None, None, left[combination == 1])
        assignment = np.zeros(self.num_variables, dtype=np.int8)
        assignment[variables] = solution
        for equations, leaves in reversed(rounds):
            entries, starts = system._entries(equations)
            sums = np.add.reduceat(assignment[system.indices[entries]], starts, dtype=np.int64)
            assignment[leaves] = (sums + self.right_sides[equations]) % 2
        return ParitySolution(rank, assignment, self.num_variables - rank, None)

    def _without_repetitions(self) -> ParityEquations:
        """The same equations, each variable at most once in each."""
        rows = len(self.right_sides)
        owner = np.repeat(np.arange(rows), np.diff(self.starts))
        keys, counts = np.unique(owner * self.num_variables + self.indices, return_counts=True)
        owner, indices = np.divmod(keys[counts % 2 == 1], self.num_variables)
        return ParityEquations(
            self.num_variables, indices, np.searchsorted(owner, np.arange(rows + 1)), self.right_sides
        )

    def _peel(self) -> tuple[list[tuple[Integers, Integers]], Integers]:
        """Rounds of equations taken away, each with a variable that is in no other any more; and the equations left."""
        rows, n = len(self.right_sides), self.num_variables
        owner = np.repeat(np.arange(rows), np.diff(self.starts))
        degree = np.bincount(self.indices, minlength=n)
        owners = np.zeros(n, dtype=np.int64)  # exclusive or of the equations a variable is in: of one, its number
        np.bitwise_xor.at(owners, self.indices, owner)
        present, rounds = np.ones(rows, dtype=bool), []
        leaves = np.flatnonzero(degree == 1)
        while len(leaves):
            equations, first = np.unique(owners[leaves], return_index=True)
            rounds.append((equations, leaves[first]))
            present[equations] = False
            entries, starts = self._entries(equations)
            touched = self.indices[entries]
            np.subtract.at(degree, touched, 1)
            np.bitwise_xor.at(owners, touched, np.repeat(equations, np.diff(starts, append=len(entries))))
            touched = np.unique(touched)
            leaves = touched[degree[touched] == 1]
        return rounds, np.flatnonzero(present)

    def _entries(self, equations: Integers) -> tuple[Integers, Integers]:
        """Positions in `indices` of the variables of some equations, and where those of each start."""
        lengths = self.starts[equations + 1] - self.starts[equations]
        starts = np.cumsum(lengths) - lengths
        return np.arange(lengths.sum()) + np.repeat(self.starts[equations] - starts, lengths), starts

    def _restricted(self, equations: Integers) -> tuple[Integers, ParityEquations]:
        """Some of the equations, in the variables they hold, and which these are."""
        entries, starts = self._entries(equations)
        variables, indices = np.unique(self.indices[entries], return_inverse=True)
        bounds = np.append(starts, len(entries))
        return variables, ParityEquations(len(variables), indices, bounds, self.right_sides[equations])

    def _eliminate(self) -> tuple[int, Bits | None]:
        """Rank, and a solution if there is one."""
        n = self.num_variables
        matrix = self._packed()
        pivots: list[int] = []
        for column in range(n):
            rank = len(pivots)
            if rank == len(matrix):
                break
            hits = rank + np.flatnonzero(_column(matrix[rank:], column))
            if not len(hits):
                continue
            first = column // 64
            if hits[0] != rank:
                matrix[[rank, hits[0]], first:] = matrix[[hits[0], rank], first:]
            matrix[hits[1:], first:] ^= matrix[rank, first:]
            pivots.append(column)
        if _column(matrix[len(pivots) :], n).any():
            return len(pivots), None
        return len(pivots), _substitute(matrix, pivots, n)

    def _packed(self) -> _Words:
        """Rows of words: bit i is the coefficient of variable i, bit N the right side."""
        rows = len(self.right_sides)
        matrix = np.zeros((rows, self.num_variables // 64 + 1), dtype=np.uint64)
        owner = np.concatenate([np.repeat(np.arange(rows), np.diff(self.starts)), np.flatnonzero(self.right_sides)])
        column = np.concatenate([self.indices, np.full(len(owner) - len(self.indices), self.num_variables)])
        np.bitwise_xor.at(matrix, (owner, column // 64), np.uint64(1) << (column % 64).astype(np.uint64))
        return matrix

    def _dual(self) -> ParityEquations:
        """The equations yA = 0, yb = 1 of the multipliers y of these equations."""
        rows, n = len(self.right_sides), self.num_variables
        owner = np.repeat(np.arange(rows), np.diff(self.starts))
        order = np.argsort(self.indices, kind="stable")
        counts = [*np.bincount(self.indices, minlength=n), np.count_nonzero(self.right_sides)]
        return ParityEquations(
            num_variables=rows,
            indices=np.concatenate([owner[order], np.flatnonzero(self.right_sides)]),
            starts=np.concatenate([[0], np.cumsum(counts)]),
            right_sides=(np.arange(n + 1) == n).astype(np.int8),
        )


def _column(matrix: _Words, column: int) -> _Words:
    """One bit of every row."""
    bits: _Words = matrix[:, column // 64] >> np.uint64(column % 64) & np.uint64(1)
    return bits


def _substitute(matrix: _Words, pivots: list[int], n: int) -> Bits:
    """The solution of a consistent system in echelon form whose free variables are 0."""
    solution = np.zeros(matrix.shape[1], dtype=np.uint64)
    solution[n // 64] = np.uint64(1) << np.uint64(n % 64)  # the right side counts as a variable that is 1
    for row in range(len(pivots) - 1, -1, -1):
        column = pivots[row]
        first = column // 64
        odd = int(np.bitwise_count(matrix[row, first:] & solution[first:]).sum()) & 1
        solution[first] |= np.uint64(odd << column % 64)
    bits = np.arange(n)
    return (solution[bits // 64] >> (bits % 64).astype(np.uint64) & np.uint64(1)).astype(np.int8)
