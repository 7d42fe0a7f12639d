"""Random 2-SAT: the one K whose threshold, alpha = 1, is proven together with its window.

With n variables and α n clauses the window is |λ| of order 1, λ = (α - 1) n^(1/3): P(SAT) = 1 - Θ(|λ|^-3) as λ → -∞
and exp(-Θ(λ^3)) as λ → ∞ (B. Bollobás, C. Borgs, J. T. Chayes, J. H. Kim, D. B. Wilson, Random Struct. Alg. 18, 201
(2001), theorem 1.1).
"""

from __future__ import annotations

import math

import numpy as np

from sgq.checks import integer, real


def two_sat_scaling_variable(alpha: float, n: int) -> float:
    """λ = (α - 1) n^(1/3), of which P(SAT) is a function in the window around the threshold.

    Parameters
    ----------
    alpha
        Clauses per variable.
    n
        Number of variables.
    """
    return float((real("alpha", alpha, 0.0) - 1) * integer("n", n, 1) ** (1 / 3))


def two_sat_contradictions(alpha: float, n: int) -> float:
    """Mean number of smallest contradictions in random 2-SAT; below the threshold, while it is small, 1 - P(SAT).

    A smallest contradiction is a literal v that implies -v through a cycle of clauses, a path of clauses from -v to
    w, and a cycle by which w implies -w. With L clauses, at least two in a cycle, there are L - 1 variables, two signs
    for each, and (L - 2) (L - 3) / 2 ways to part the clauses; both cycles can be read backwards, and the whole from
    either end, so that each is counted eight times:

        Σ_L (1/16) (L - 2) (L - 3) 2^(L-1) (n)_(L-1) (m)_L / (2 n (n - 1))^L,

    (x)_L = x (x - 1) … (x - L + 1), m = round(α n) clauses drawn one by one from 2 n (n - 1). For n → ∞ this is
    α^4 / (16 n (1 - α)^3), and 1 / (16 |λ|^3) near the threshold, λ the `two_sat_scaling_variable` [1]_. What is left
    out, formulas with more cycles, is smaller by 1 / |λ|^3.

    Parameters
    ----------
    alpha
        Clauses per variable, at most 1.
    n
        Number of variables, at least 2.

    References
    ----------
    .. [1] J. H. Kim, Random Struct. Alg. 33, 80 (2008).
    """
    alpha, n = real("alpha", alpha, 0.0, 1.0), integer("n", n, 2)
    m = round(alpha * n)
    length = np.arange(4, min(m, n + 1, int(math.sqrt(40 * n))) + 1)  # the next are below exp(-L² / n) = e^-40
    before = np.arange(length[-1] if len(length) else 0)
    variables = np.cumprod(1 - before / n)[length - 2]
    clauses = np.cumprod((m - before) / (n - 1))[length - 1]
    return float(((length - 2) * (length - 3) / (32 * n) * variables * clauses).sum())
