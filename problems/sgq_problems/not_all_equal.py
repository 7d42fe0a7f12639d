"""NAE-SAT: in every clause at least one literal is true and at least one is false."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sgq.problem import Seed
from sgq_problems.constraints import DEFAULT_K
from sgq_problems.generalized import GeneralizedSat, given_fields, random_fields


class NaeSat(GeneralizedSat):
    """Clauses that are violated where all their literals are equal, all true or all false: symmetric under a flip."""

    @staticmethod
    def violating_counts(length: int) -> NDArray[np.bool_]:
        """All false, or all true."""
        table: NDArray[np.bool_] = np.arange(length + 1) % max(1, length) == 0
        return table


def nae_sat(
    *,
    n: int | None = None,
    k: int = DEFAULT_K,
    m: int | None = None,
    alpha: float | None = None,
    planted: bool = False,
    clauses: Sequence[Sequence[int]] | None = None,
    seed: Seed = None,
) -> NaeSat:
    """Draw a formula of random not-all-equal K-SAT [1]_, or take one clause by clause.

    A clause is violated where its literals are all true or all false, so every assignment has the energy of its
    negation. Random clauses hold `k` different variables, each negated with probability 1/2.

    Parameters
    ----------
    n
        Number of variables, 1 … n. With `clauses` it may be left out: the largest variable that stands there.
    k
        Literals per random clause; 3 is the smallest that is hard, and k = 2 is the spin glass of ±1 couplings.
    m, alpha
        Number of random clauses, or their number per variable: m = round(alpha n). One of the two. For k = 3 random
        formulas are satisfiable with high probability below alpha = 1.514 and not above 2.215 [1]_.
    planted
        Draw clauses uniformly among those that a hidden, uniformly random assignment satisfies. Half of the literals
        are true in it on average, by symmetry, so their signs do not point at it.
    clauses
        Sequences of literals ±1 … ±n; they take no option of random formulas. If `k` is another than 3, all
        have this length.
    seed
        Equal seeds give equal instances.

    Returns
    -------
    NaeSat
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
        return NaeSat(**given_fields("nae-sat", clauses, n, k, m=m, alpha=alpha, planted=planted, seed=seed))
    return NaeSat(**random_fields(NaeSat, "nae-sat", n, k, m, alpha, planted, seed))
