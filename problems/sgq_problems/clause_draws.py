"""Random constraints: which variables, and with which signs."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from sgq.checks import integer, real
from sgq.models import Floats, Integers
from sgq_problems.constraints import MOST_VARIABLES, repeating

Bits = NDArray[np.int8]


def sizes(
    family: str, n: int | None, k: int, m: int | None, alpha: float | None, *, distinct: bool = True
) -> tuple[int, int, int]:
    """Checked n, k and the number of constraints, m or round(alpha n)."""
    if n is None or (m is None) == (alpha is None):
        raise ValueError(f"{family} needs n and one of m (clauses) and alpha (clauses per variable), or clauses")
    n = integer("n", n, 1, MOST_VARIABLES)
    k = integer("k", k, 1)
    if distinct and k > n:
        raise ValueError(f"k={k}: a clause holds k different variables, and there are n={n}")
    return n, k, round(real("alpha", alpha, 0.0) * n) if alpha is not None else integer("m", m or 0, 0)


def random_signs(rng: np.random.Generator, rows: int, k: int) -> Integers:
    """+1 or -1 with equal probability, shape (rows, k)."""
    return 1 - 2 * rng.integers(2, size=(rows, k))


def subsets(rng: np.random.Generator, rows: int, n: int, k: int) -> Integers:
    """`rows` uniform subsets of k of 0 … n-1, by Floyd's algorithm (Bentley & Floyd, CACM 30, 754, 1987)."""
    chosen = np.empty((rows, k), dtype=np.int64)
    for column, top in enumerate(range(n - k, n)):
        drawn = rng.integers(top + 1, size=rows)
        taken = (chosen[:, :column] == drawn[:, None]).any(axis=1)
        chosen[:, column] = np.where(taken, top, drawn)
    return chosen


def planted_literals(rng: np.random.Generator, variables: Integers, hidden: Bits, weights: Floats) -> Integers:
    """Literals of the `variables` (from 0), of which t are true under `hidden` with probability ∝ weights[t].

    Given t, which literals are the true ones is uniform.
    """
    rows, k = variables.shape
    left = rng.choice(k + 1, size=rows, p=weights / weights.sum())
    literals = np.empty_like(variables)
    for column in range(k):  # selection sampling: one of the k - column literals left, of which `left` are true
        true = rng.random(rows) * (k - column) < left
        left -= true
        positive = true == (hidden[variables[:, column]] == 1)
        literals[:, column] = np.where(positive, 1, -1) * (variables[:, column] + 1)
    return literals


def clause_weights(k: int, planted: str) -> Floats:
    """Probability, not normalised, that t = 0 … k literals of a clause are true in the hidden assignment.

    C(k, t) q^(t-1) for t ≥ 1, and 0 for t = 0. ``"uniform"`` has q = 1. ``"quiet"`` has the q at which literals that
    agree with the hidden assignment are as frequent as those that do not, Σ_t C(k, t) q^t (2t - k) = 0 over t ≥ 1.
    The sum over all t ≥ 0 is k (1 + q)^(k-1) (q - 1) and the term t = 0 is -k, so that (1 - q)(1 + q)^(k-1) = 1:
    the golden ratio 0.618… for k = 3, and 0 for k = 2, where every clause has exactly one true literal.
    """
    q = 1.0
    if planted == "quiet":
        if k < 2:
            raise ValueError(f"k={k}: planted='quiet' needs k of at least 2; one literal always points at the solution")
        q = _unbiased(k) if k > 2 else 0.0
    return np.array([0.0, *(comb(k, t) * q ** (t - 1) for t in range(1, k + 1))])


def _unbiased(k: int) -> float:
    """The positive root of (1 - q)(1 + q)^(k-1) = 1 for k ≥ 3: the left side is largest at (k-2)/k and 0 at 1."""

    def excess(q: float) -> float:
        return (1 - q) * (1 + q) ** (k - 1) - 1

    return float(brentq(excess, (k - 2) / k, 1.0, xtol=1e-15))


def collapse(literals: Integers) -> tuple[Integers, Integers]:
    """Literals and starts of clauses drawn with replacement: each literal once, clauses with x and -x left out."""
    chosen = repeating(literals, np.arange(len(literals)))
    keys = np.sort(2 * np.abs(literals[chosen]) + (literals[chosen] < 0), axis=1)
    literals = literals.copy()
    literals[chosen] = np.where(keys % 2, -(keys // 2), keys // 2)
    keep = np.ones(literals.shape, dtype=bool)
    keep[chosen, 1:] = keys[:, 1:] != keys[:, :-1]
    keep[chosen[(literals[chosen, 1:] == -literals[chosen, :-1]).any(axis=1)]] = False
    lengths = keep.sum(axis=1)
    return literals[keep], np.concatenate([[0], np.cumsum(lengths[lengths > 0])])


def regular_literals(rng: np.random.Generator, n: int, k: int, rows: int) -> Integers:
    """Literals of `rows` clauses in which all 2n literals stand equally often, up to one.

    The places of the clauses are filled with the literals in random order, and repetitions repaired. Where clauses hold
    more than half of the variables, too many would be, so this is done with the variables that a clause does not
    hold; then those it holds get their signs in random order.
    """
    occurrences = np.full(n, rows * k // n)
    occurrences[rng.choice(n, rows * k % n, replace=False)] += 1
    positive = occurrences // 2 + (occurrences % 2) * rng.integers(2, size=n)
    variables = np.arange(1, n + 1)
    if 2 * k <= n:
        stubs = np.concatenate([np.repeat(variables, positive), np.repeat(-variables, occurrences - positive)])
        return _repaired(rng, rng.permutation(stubs).reshape(rows, k))
    absent = _repaired(rng, rng.permutation(np.repeat(variables, rows - occurrences)).reshape(rows, n - k))
    present = np.ones((rows, n), dtype=bool)
    present[np.arange(rows)[:, None], absent - 1] = False
    literals = 1 + np.nonzero(present)[1]
    order = np.lexsort((rng.random(rows * k), literals))
    signs = np.repeat(np.tile([1, -1], n), np.column_stack([positive, occurrences - positive]).ravel())
    literals[order] *= signs
    return rng.permuted(literals.reshape(rows, k), axis=1)


def _repaired(rng: np.random.Generator, literals: Integers) -> Integers:
    """The same literals over the same rows so that none holds a variable twice.

    As long as a row does, one of the two changes places with a literal drawn at random, unless that makes more
    repetitions.
    """
    rows, k = literals.shape
    bad = repeating(literals, np.arange(rows)).tolist()
    while bad:
        row = literals[bad[-1]]
        place = _second(row)
        if place is None:
            bad.pop()
            continue
        other, spot = int(rng.integers(rows)), int(rng.integers(k))
        before = _repetitions(row) + _repetitions(literals[other])
        row[place], literals[other, spot] = literals[other, spot], row[place]
        if other == bad[-1] or _repetitions(row) + _repetitions(literals[other]) > before:
            row[place], literals[other, spot] = literals[other, spot], row[place]
        elif _second(literals[other]) is not None:
            bad.append(other)
    return literals


def _second(row: Integers) -> int | None:
    """Place of a literal whose variable stands before it in the row already."""
    variables = np.abs(row).tolist()
    return next((place for place, v in enumerate(variables) if v in variables[:place]), None)


def _repetitions(row: Integers) -> int:
    return len(row) - len(set(np.abs(row).tolist()))
