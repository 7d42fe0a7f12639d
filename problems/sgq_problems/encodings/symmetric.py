"""The gadget that treats the literals of a clause alike: only the number of true ones counts."""

import numpy as np
from numpy.typing import NDArray

from sgq.models import Floats, Integers
from sgq_problems.encodings.base import ClauseByClause
from sgq_problems.encodings.literal_sum import LiteralSum


class Symmetric(ClauseByClause):
    """A clause of t true literals costs 1 - t + t (t-1) / 2 - Σ_i w_i (a_i t - b_i), for K = 3 that of [1]_.

    The pairs give (t-1)(t-2)/2: 1, 0, 0 for t = 0, 1, 2, as it should be, and Σ_{j=2}^{K-1} max(0, t - j) too much
    beyond. A free ancilla subtracts max(0, a t - b), and one with a = 2, b = 2j + 1 does what j and j + 1 do, for t is
    whole: ⌊(K-1)/2⌋ ancillas, the last with a = 1, b = K - 1 where K is odd, as many as in [2]_. From K = 7 on, forms
    with fewer exist, ⌈log2 K⌉ - 1, whose coefficients grow with K [3]_.

    Where t = K - 1 of an odd number K ≥ 3 of literals are true, the last ancilla is free; every other is determined.

    References
    ----------
    .. [1] N. Chancellor, S. Zohren, P. A. Warburton, S. C. Benjamin, S. Roberts, Sci. Rep. 6, 37107 (2016).
    .. [2] H. Ishikawa, IEEE Trans. Pattern Anal. Mach. Intell. 33, 1234 (2011).
    .. [3] E. Boros, Y. Crama, E. Rodríguez-Heck, J. Comb. Optim. 39, 687 (2020).
    """

    @staticmethod
    def num_ancillas(lengths: Integers) -> Integers:
        """⌊(K-1)/2⌋."""
        return (lengths - 1) // 2

    @staticmethod
    def add_clauses(total: LiteralSum, literals: Integers, ancillas: Integers, weights: Floats) -> None:
        """Add the clauses."""
        length = literals.shape[1]
        total.add(weights)
        for k, literal in enumerate(literals.T):
            total.add(-weights, literal)
            for other in literals.T[:k]:
                total.add(weights, other, literal)
        for ancilla, slope, bias in zip(ancillas.T, *_steps(length), strict=True):
            total.add(bias * weights, ancilla)
            for literal in literals.T:
                total.add(-slope * weights, literal, ancilla)

    @staticmethod
    def best_ancillas(truth: NDArray[np.bool_], number: int) -> NDArray[np.bool_]:
        """1 where this lowers the energy."""
        slopes, biases = _steps(truth.shape[-1])
        best: NDArray[np.bool_] = slopes * truth.sum(axis=-1, keepdims=True) > biases
        return best


def _steps(length: int) -> tuple[Integers, Integers]:
    """a and b of the ancillas of a clause."""
    first = np.arange(2, length, 2)
    double = first + 1 < length
    return np.where(double, 2, 1), np.where(double, 2 * first + 1, first)
