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

        The dense matrix is eliminated 64 columns a word: N M² / 64 operations on words and N M / 8 bytes for M
        equations. An inconsistency is found as a solution y of yA = 0, yb = 1, which exists if and only if Ax = b has
        none.
        """
        rank, assignment = self._eliminate()
        if assignment is not None:
            return ParitySolution(rank, assignment, self.num_variables - rank, None)
        combination = self._dual()._eliminate()[1]
        assert combination is not None
        return ParitySolution(rank, None, None, np.flatnonzero(combination))

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
