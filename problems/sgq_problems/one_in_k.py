"""1-in-K SAT: in every clause exactly one literal is true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sgq.problem import Seed
from sgq_problems.constraints import DEFAULT_K
from sgq_problems.generalized import GeneralizedSat, given_fields, random_fields


class OneInKSat(GeneralizedSat):
    """Clauses that are violated unless exactly one of their literals is true."""

    @staticmethod
    def violating_counts(length: int) -> NDArray[np.bool_]:
        """All counts but one."""
        table: NDArray[np.bool_] = np.arange(length + 1) != 1
        return table


def one_in_k_sat(
    *,
    n: int | None = None,
    k: int = DEFAULT_K,
    m: int | None = None,
    alpha: float | None = None,
    planted: bool = False,
    clauses: Sequence[Sequence[int]] | None = None,
    seed: Seed = None,
) -> OneInKSat:
    """Draw a formula of random 1-in-K SAT [1]_, or take one clause by clause.

    A clause is violated unless exactly one of its literals is true. Random clauses hold `k` different variables, each
    negated with probability 1/2; exact cover is the case without negations, by `clauses`.

    Parameters
    ----------
    n
        Number of variables, 1 … n. With `clauses` it may be left out: the largest variable that stands there.
    k
        Literals per random clause; 3 is the smallest for which the worst case is hard.
    m, alpha
        Number of random clauses, or their number per variable: m = round(alpha n). One of the two. Random formulas
        are satisfiable with high probability below alpha = 2 / (k (k - 1)), 1/3 for k = 3, and not above [1]_.
    planted
        Draw clauses uniformly among those that a hidden, uniformly random assignment satisfies. Most of the literals
        are false in it for k > 2, and their signs point at it.
    clauses
        Sequences of literals ±1 … ±n; they take no option of random formulas. If `k` is another than 3, all
        have this length.
    seed
        Equal seeds give equal instances.

    Returns
    -------
    OneInKSat
        With energy = number of violated clauses; `ground_energy` is 0 and `planted_assignment` known where planted.

    Raises
    ------
    ValueError
        If k > n, not exactly one of `m` and `alpha` is given, or a clause is empty, holds 0, a literal beyond n or a
        variable twice.

    References
    ----------
    .. [1] D. Achlioptas, A. Chtcherba, G. Istrate, C. Moore, SODA 2001, 721.
    """
    if clauses is not None:
        return OneInKSat(**given_fields("one-in-k-sat", clauses, n, k, m=m, alpha=alpha, planted=planted, seed=seed))
    return OneInKSat(**random_fields(OneInKSat, "one-in-k-sat", n, k, m, alpha, planted, seed))
