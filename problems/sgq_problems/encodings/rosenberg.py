"""Rosenberg's substitution, clause by clause, on the literals' falsities."""

import numpy as np
from numpy.typing import NDArray

from sgq.models import Floats, Integers
from sgq_problems.encodings.base import ClauseByClause
from sgq_problems.encodings.literal_sum import LiteralSum


class Rosenberg(ClauseByClause):
    """A clause is violated if Π u = 1, u = 1 - l; ancillas take over the product factor by factor [1]_.

    w_1 = u_1 u_2, w_j = w_{j-1} u_{j+1}: K - 2 ancillas for K > 2 literals, and the clause costs w_{K-2} u_K. Each
    substitution w = a b is held by the penalty a b - 2 w (a + b) + 3 w, which is 0 where it holds and at least 1 where
    it does not. A violated clause costs 1, no more than breaking a penalty saves, so the factor of the penalties is the
    clause's weight: the least that is exact.

    An assignment has one best choice of the ancillas, but K - 1 of them for each clause it violates: the product may
    be dropped at any step for the price of 1.

    References
    ----------
    .. [1] I. G. Rosenberg, Cahiers Centre Études Rech. Opér. 17, 71 (1975).
    """

    @staticmethod
    def num_ancillas(lengths: Integers) -> Integers:
        """K - 2."""
        return np.maximum(lengths - 2, 0)

    @staticmethod
    def add_clauses(total: LiteralSum, literals: Integers, ancillas: Integers, weights: Floats) -> None:
        """Add the clauses."""
        product, *others = (-literals).T
        for factor, ancilla in zip(others, ancillas.T, strict=False):  # the last factor needs no ancilla
            total.add(weights, product, factor)
            total.add(-2 * weights, product, ancilla)
            total.add(-2 * weights, factor, ancilla)
            total.add(3 * weights, ancilla)
            product = ancilla
        total.add(weights, product, *others[-1:])

    @staticmethod
    def best_ancillas(truth: NDArray[np.bool_], number: int) -> NDArray[np.bool_]:
        """The products themselves."""
        products: NDArray[np.bool_] = np.logical_and.accumulate(~truth, axis=-1)[..., 1 : number + 1]
        return products
