"""Thresholds of random K-SAT that a formula gives: the first-moment bound, and what a threshold with an error is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sgq.checks import integer


@dataclass(frozen=True)
class Threshold:
    """A number of clauses per variable, and one standard error of its computation."""

    value: float
    error: float


def first_moment_threshold(k: int) -> float:
    """Clauses per variable above which the mean number of solutions of random K-SAT vanishes, an upper bound [1]_.

    Each of 2^N assignments satisfies M independent clauses with probability (1 - 2^-K)^M, so that the mean number of
    solutions goes as exp(N (ln 2 + alpha ln(1 - 2^-K))): alpha = ln 2 / -ln(1 - 2^-K). Rigorous, and no estimate: the
    true threshold is below.

    Parameters
    ----------
    k
        Literals per clause, at least 1 and at most 1024: beyond, the number is too large for floating point.

    References
    ----------
    .. [1] J. Franco, M. Paull, Discrete Appl. Math. 5, 77 (1983).
    """
    return -math.log(2) / math.log1p(-(2.0 ** -integer("k", k, 1, 1024)))
