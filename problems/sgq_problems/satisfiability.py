"""Satisfiability: formulas in conjunctive normal form, random K-SAT or given clause by clause, weighted or not.

Variables are numbered 1 … n and a clause is a tuple of literals ±variable, as in DIMACS files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import boolean, choice, generator, recorded_seed
from sgq.models import Floats, Integers, energy_tolerance
from sgq.problem import Seed
from sgq_problems.clause_draws import (
    clause_weights,
    collapse,
    planted_literals,
    random_signs,
    regular_literals,
    sizes,
    subsets,
)
from sgq_problems.constraints import DEFAULT_K, ConstraintProblem, check_length, given_constraints
from sgq_problems.constraints import TruthAssignment as TruthAssignment

if TYPE_CHECKING:
    import dimod

_EXACT = 2**53  # whole numbers below are exact in float64
_LONGEST = 20  # positive literals of a clause that `model` writes out: 10^6 terms


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class KSat(ConstraintProblem):
    """A formula whose energy is the number, or the weight, of violated clauses, one that stands twice counting twice.

    Attributes
    ----------
    literals, starts
        Clause c holds ``literals[starts[c]:starts[c + 1]]``, ±variable, every variable at most once.
    weights
        What each clause costs if it is violated, shape (clauses,), above 0; None for 1 each.
    hard
        Which clauses must not be violated, shape (clauses,); None for none. Each of them has the weight
        1 + (sum of the other weights), so that violating one costs more than violating everything else.
    planted_assignment
        The bits around which a planted formula was drawn, shape (N,), or None. They satisfy every clause.
    """

    literals: Integers
    starts: Integers
    weights: Floats | None = None
    hard: NDArray[np.bool_] | None = None
    planted_assignment: NDArray[np.int8] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_weights(self.weights, self.hard, len(self.starts) - 1)

    @property
    def constraints(self) -> tuple[Integers, Integers]:
        """`literals` and `starts`."""
        return self.literals, self.starts

    @staticmethod
    def violating_counts(length: int) -> NDArray[np.bool_]:
        """Only a clause without a true literal is violated."""
        table: NDArray[np.bool_] = np.arange(length + 1) == 0
        return table

    @cached_property
    def clauses(self) -> list[tuple[int, ...]]:
        """The clauses as tuples of literals."""
        literals, starts = self.literals.tolist(), self.starts.tolist()
        return [tuple(literals[a:b]) for a, b in pairwise(starts)]

    @property
    def energy_tolerance(self) -> float:
        """0 where energies are counts or sums of whole weights, else their rounding."""
        return 0.0 if self.weights is None else energy_tolerance(self.weights)

    @property
    def flip_symmetric(self) -> bool:
        """False: formulas are not searched for this symmetry."""
        return False

    @property
    def instance(self) -> list[tuple[int, ...]]:
        """The clauses."""
        return self.clauses

    @cached_property
    def model(self) -> dimod.BinaryPolynomial:
        """The polynomial Σ_c w_c Π_{l in c} (1 - l) in bits; a clause with p positive literals adds 2^p terms.

        Raises
        ------
        ValueError
            If a clause has more than 20 positive literals.
        """
        import dimod

        weights = [1.0] * len(self.clauses) if self.weights is None else self.weights.tolist()
        polynomial: dict[tuple[int, ...], float] = {(v,): 0.0 for v in self.variables}
        for position, (clause, weight) in enumerate(zip(self.clauses, weights, strict=True)):
            for term, coefficient in _violation(clause, position):
                polynomial[term] = polynomial.get(term, 0.0) + weight * coefficient
        kept = {term: c for term, c in polynomial.items() if c or len(term) == 1}
        return dimod.BinaryPolynomial(kept, "BINARY")

    def _charge(self, positions: Integers, violated: NDArray[np.bool_]) -> Floats:
        if self.weights is None:
            return super()._charge(positions, violated)
        charge: Floats = self.weights[positions] @ violated
        return charge

    def _hard(self, positions: Integers) -> Integers:
        return positions[:0] if self.hard is None else positions[self.hard[positions]]


def k_sat(
    *,
    n: int | None = None,
    k: int = DEFAULT_K,
    m: int | None = None,
    alpha: float | None = None,
    planted: Literal["uniform", "quiet"] | None = None,
    regular: bool = False,
    replacement: bool = False,
    clauses: Sequence[Sequence[int]] | None = None,
    weights: ArrayLike | None = None,
    seed: Seed = None,
) -> KSat:
    """Draw a formula of random K-SAT, uniform [1]_, planted [2]_ or regular [3]_, or take one clause by clause.

    Every random clause holds `k` different variables, each negated with probability 1/2; clauses are drawn
    independently, so that a clause may come twice and then counts twice, as it does in files. `planted`, `regular`
    and `replacement` draw them otherwise; at most one of the three can be chosen.

    Parameters
    ----------
    n
        Number of variables, 1 … n. With `clauses` it may be left out: the largest variable that stands there.
    k
        Literals per random clause; 3 because 3-SAT is the field's standard. Given `clauses` all have this length if it
        is another than 3, and any length if it is not.
    m, alpha
        Number of random clauses, or their number per variable: m = round(alpha n). One of the two. The
        formula is satisfiable with high probability below alpha = 1 for k = 2 and 4.267 for k = 3.
    planted
        Draw clauses around a hidden assignment, itself uniformly random, that satisfies them all. ``"uniform"``:
        uniformly among those that it satisfies, so that most occurrences of a variable have the sign it has in the
        solution, which local search follows. ``"quiet"``: a clause with t ≥ 1 true literals has probability ∝ q^t,
        with the q that makes either sign equally frequent [2]_, 0.618… for k = 3; for k ≥ 2.
    regular
        Every literal stands in k m / 2n clauses, where this is no whole number in as many rounded up or down: the
        configuration model, in which a clause that holds a variable twice is repaired by exchanging literals.
    replacement
        Draw the k variables of a clause independently. A literal that comes twice is written once, so the clause is
        shorter; a clause with x and ¬x, which is always true, is left out, so there may be fewer than `m` of them.
        Both happen to a number of clauses that does not grow with n. The transition is studied without.
    clauses
        Sequences of literals ±1 … ±n, of any lengths from 1; they take no option of random formulas.
    weights
        For each of the `clauses` what violating it costs, above 0 (weighted MaxSAT); infinity for a clause that must
        not be violated, whose cost is then 1 + (sum of the finite weights), a sum that must be below 2^53 - 1 to leave
        room for the 1. None: 1 each.
    seed
        Equal seeds give equal instances.

    Returns
    -------
    KSat
        With energy = number (weight) of violated clauses, as a polynomial in bits, x = 1 for true; planted ones have
        `ground_energy` 0 and a `planted_assignment`.

    Raises
    ------
    ValueError
        If k > n, not exactly one of `m` and `alpha` is given, options exclude each other, a weight is not above 0,
        or a clause is empty, holds 0, a literal beyond n or a variable twice; the message names the clause.

    References
    ----------
    .. [1] S. Kirkpatrick, B. Selman, Science 264, 1297 (1994).
    .. [2] H. Jia, C. Moore, D. Strain, J. Artif. Intell. Res. 28, 107 (2007).
    .. [3] Y. Boufkhad, O. Dubois, Y. Interian, B. Selman, J. Autom. Reason. 35, 181 (2005).
    """
    kinds = {
        "planted": planted is not None and choice("planted", planted, ("uniform", "quiet")),
        "regular": boolean("regular", regular),
        "replacement": boolean("replacement", replacement),
    }
    chosen = {key: value for key, value in kinds.items() if value}
    if clauses is not None:
        if m is not None or alpha is not None or seed is not None or chosen:
            raise ValueError(f"clauses: given ones take no {', '.join(['m, alpha', *kinds])} or seed, of random ones")
        return _given(clauses, n, k, weights)
    if weights is not None:
        raise ValueError("weights belong to given clauses; take random ones from the instance of another formula")
    if len(chosen) > 1:
        raise ValueError(f"{' and '.join(chosen)}: one of planted, regular and replacement at a time")
    n, k, number = sizes("k-sat", n, k, m, alpha, distinct=not replacement)
    rng = generator(seed)
    hidden = rng.integers(2, size=n, dtype=np.int8) if planted else None
    if hidden is not None:
        literals = planted_literals(rng, subsets(rng, number, n, k), hidden, clause_weights(k, str(planted)))
    elif regular:
        literals = regular_literals(rng, n, k, number)
    else:
        literals = random_signs(rng, number, k)
        literals *= rng.integers(1, n + 1, size=(number, k)) if replacement else subsets(rng, number, n, k) + 1
    flat, starts = collapse(literals) if replacement else (literals.ravel(), np.arange(number + 1) * k)
    return KSat(
        name="k-sat",
        parameters={"n": n, "k": k, **({"m": number} if alpha is None else {"alpha": float(alpha)}), **chosen},
        seed=recorded_seed(seed),
        ground_energy=None if hidden is None else 0.0,
        num_vars=n,
        literals=flat,
        starts=starts,
        planted_assignment=hidden,
    )


def _given(clauses: Sequence[Sequence[int]], n: int | None, k: int, weights: ArrayLike | None) -> KSat:
    n, literals, starts = given_constraints(clauses, n)
    check_length(k, starts)
    costs = hard = None
    if weights is not None:
        costs = _costs(weights, len(starts) - 1)
        infinite = np.isposinf(costs)
        if infinite.any():
            hard = infinite
            costs[hard] = 1 + _soft_sum(costs[~hard], beside_hard=True)
    return KSat(
        name="k-sat", parameters={"n": n}, num_vars=n, literals=literals, starts=starts, weights=costs, hard=hard
    )


def _costs(weights: ArrayLike, number: int) -> Floats:
    """Given weights as an array of one for each clause."""
    try:
        costs = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError("weights: an array of numbers, one for each clause, or inf for a hard one") from None
    if costs.shape != (number,):
        raise ValueError(f"weights of shape {costs.shape} for {number} clauses: one for each")
    _check_positive(costs, costs > 0)
    return costs


def _check_positive(weights: Floats, good: NDArray[np.bool_]) -> None:
    if not good.all():
        bad = int(good.argmin())
        raise ValueError(f"weights[{bad}] = {weights[bad]}: above 0, or infinity for a hard clause")


def _soft_sum(soft: Floats, *, beside_hard: bool) -> float:
    """The sum of the weights of soft clauses; ValueError if it is infinite, or 1 more cannot be told from it."""
    with np.errstate(over="ignore"):
        total = float(soft.sum())
    if beside_hard and total >= _EXACT - 1:
        raise ValueError(
            f"weights: soft ones add up to {total:g}; scale them below 2^53 - 1, as there are hard clauses"
        )
    if total == np.inf:
        raise ValueError("weights: they add up to more than the largest float, 1.8e308: scale them")
    return total


def _check_weights(weights: Floats | None, hard: NDArray[np.bool_] | None, number: int) -> None:
    if weights is None:
        if hard is not None:
            raise ValueError("hard clauses need weights")
        return
    if weights.shape != (number,) or (hard is not None and hard.shape != (number,)):
        raise ValueError(f"weights (and hard) hold one entry for each of the {number} clauses")
    _check_positive(weights, np.isfinite(weights) & (weights > 0))
    if hard is None or not hard.any():
        _soft_sum(weights, beside_hard=False)
    elif weights[hard].min() <= _soft_sum(weights[~hard], beside_hard=True):
        raise ValueError("a hard clause weighs more than all others that are not hard together")


def _violation(clause: tuple[int, ...], position: int) -> list[tuple[tuple[int, ...], float]]:
    """Terms of Π_{l in clause} (1 - l), each once: (1 - x) for the literal x, and x for its negation."""
    positive = sorted(v for v in clause if v > 0)
    negative = tuple(-v for v in clause if v < 0)
    if len(positive) > _LONGEST:
        raise ValueError(
            f"clause {position} has {len(positive)} positive literals, 2 to that power terms in a "
            "polynomial: use a solver that works on the clauses, such as 'cdcl'"
        )
    return [
        (tuple(sorted((*chosen, *negative))), (-1.0) ** size)
        for size in range(len(positive) + 1)
        for chosen in combinations(positive, size)
    ]
