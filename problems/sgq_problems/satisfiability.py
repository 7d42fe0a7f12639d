"""Satisfiability: formulas in conjunctive normal form, random (uniform K-SAT) or given clause by clause.

Variables are numbered 1 … n and a clause is a tuple of literals ±variable, as in DIMACS files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgq.checks import generator, integer, real, recorded_seed
from sgq.models import Floats, Integers, Vartype
from sgq.problem import Problem, Seed

if TYPE_CHECKING:
    import dimod

_CHUNK = 1 << 24  # literals read at once by an energy evaluation
_LONGEST = 20  # positive literals of a clause that `model` writes out: 10^6 terms


@dataclass(frozen=True)
class TruthAssignment:
    """An assignment, ``{variable: truth}``, and the positions in `clauses` of the clauses it violates."""

    assignment: dict[int, bool]
    violated: tuple[int, ...]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class KSat(Problem):
    """A formula whose energy is the number of violated clauses, a clause that stands twice counting twice.

    Attributes
    ----------
    num_vars
        Number of variables N, labelled 1 … N; x = 1 is true.
    literals, starts
        Clause c holds ``literals[starts[c]:starts[c + 1]]``, ±variable, every variable at most once.
    """

    num_vars: int
    literals: Integers
    starts: Integers

    def __post_init__(self) -> None:
        _check(self.num_vars, self.literals, self.starts)

    @property
    def variables(self) -> Sequence[int]:
        """1 … N, the numbers of the variables."""
        return range(1, self.num_vars + 1)

    @property
    def vartype(self) -> Vartype:
        """Bits."""
        return "BINARY"

    @cached_property
    def clauses(self) -> list[tuple[int, ...]]:
        """The clauses as tuples of literals."""
        literals, starts = self.literals.tolist(), self.starts.tolist()
        return [tuple(literals[a:b]) for a, b in pairwise(starts)]

    @property
    def energy_tolerance(self) -> float:
        """0: energies are counts."""
        return 0.0

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
        """The polynomial Σ_c Π_{l in c} (1 - l) in bits; a clause with p positive literals adds 2^p terms.

        Raises
        ------
        ValueError
            If a clause has more than 20 positive literals.
        """
        import dimod

        polynomial: dict[tuple[int, ...], float] = {(v,): 0.0 for v in self.variables}
        for position, clause in enumerate(self.clauses):
            for term, coefficient in _violation(clause, position):
                polynomial[term] = polynomial.get(term, 0.0) + coefficient
        kept = {term: c for term, c in polynomial.items() if c or len(term) == 1}
        return dimod.BinaryPolynomial(kept, "BINARY")

    def decode(self, sample: Any) -> TruthAssignment:
        """Which variables are true, and which clauses are violated."""
        values = self.values_of_one(sample)[None]
        violated = [positions[v[:, 0]] for positions, v in self._violated(values)]
        truth = dict(zip(self.variables, (values[0] == 1).tolist(), strict=True))
        return TruthAssignment(truth, tuple(sorted(np.concatenate([[], *violated]).astype(int).tolist())))

    def _energies(self, values: NDArray[np.generic]) -> Floats:
        energies = np.zeros(len(values))
        step = max(1, _CHUNK // max(1, len(self.literals)))
        for k in range(0, len(values), step):
            for _, violated in self._violated(values[k : k + step]):
                energies[k : k + step] += np.count_nonzero(violated, axis=0)
        return energies

    def _violated(self, values: NDArray[np.generic]) -> Iterator[tuple[Integers, NDArray[np.bool_]]]:
        """Clauses of equal length together: positions, and whether violated, shape (clauses, rows)."""
        true = np.ascontiguousarray(values.T == 1)
        false = np.concatenate([~true, true])  # row v - 1: the literal +v is false; row N + v - 1: -v is
        lengths = np.diff(self.starts)
        for length in np.unique(lengths):
            positions = np.flatnonzero(lengths == length)
            literals = self.literals[self.starts[positions][:, None] + np.arange(length)]
            rows = np.abs(literals) - 1 + self.num_vars * (literals < 0)
            violated = false[rows[:, 0]]
            for column in rows.T[1:]:
                violated &= false[column]
            yield positions, violated


def k_sat(
    *,
    n: int | None = None,
    k: int = 3,
    m: int | None = None,
    alpha: float | None = None,
    clauses: Sequence[Sequence[int]] | None = None,
    seed: Seed = None,
) -> KSat:
    """Draw a formula of uniform random K-SAT [1]_, or take one clause by clause.

    Every random clause holds `k` different variables, each negated with probability 1/2; clauses are drawn
    independently, so that a clause may come twice and then counts twice, as it does in files.

    Parameters
    ----------
    n
        Number of variables, 1 … n. With `clauses` it may be left out: the largest variable that stands there.
    k
        Literals per random clause; 3 because 3-SAT is the field's standard.
    m, alpha
        Number of random clauses, or their number per variable: m = round(alpha n). One of the two. The
        formula is satisfiable with high probability below alpha = 1 for k = 2 and 4.267 for k = 3.
    clauses
        Sequences of literals ±1 … ±n, of any lengths from 1; they take no `m`, `alpha` or
        `seed`, and `k` is not used.
    seed
        Equal seeds give equal instances.

    Returns
    -------
    KSat
        With energy = number of violated clauses, as a polynomial in bits, x = 1 for true.

    Raises
    ------
    ValueError
        If k > n, not exactly one of `m` and `alpha` is given, or a clause is empty, holds 0, a literal beyond n
        or a variable twice; the message names the clause.

    References
    ----------
    .. [1] S. Kirkpatrick, B. Selman, Science 264, 1297 (1994).
    """
    if clauses is not None:
        if m is not None or alpha is not None or seed is not None:
            raise ValueError("clauses: given ones take no m, alpha or seed, which are for random ones")
        return _given(clauses, n)
    if n is None or (m is None) == (alpha is None):
        raise ValueError("k-sat needs n and one of m (clauses) and alpha (clauses per variable), or clauses")
    n = integer("n", n, 1)
    k = integer("k", k, 1)
    if k > n:
        raise ValueError(f"k={k}: a clause holds k different variables, and there are n={n}")
    number = round(real("alpha", alpha, 0.0) * n) if alpha is not None else integer("m", m or 0, 0)
    rng = generator(seed)
    signs = 1 - 2 * rng.integers(2, size=(number, k))
    return KSat(
        name="k-sat",
        parameters={"n": n, "k": k, **({"m": number} if alpha is None else {"alpha": float(alpha)})},
        seed=recorded_seed(seed),
        num_vars=n,
        literals=(signs * (_subsets(rng, number, n, k) + 1)).ravel(),
        starts=np.arange(number + 1) * k,
    )


def _given(clauses: Sequence[Sequence[int]], n: int | None) -> KSat:
    try:
        lengths = [len(clause) for clause in clauses]
        literals = np.array(list(chain.from_iterable(clauses)))
    except (TypeError, ValueError):
        raise ValueError("clauses: a sequence of clauses, each a sequence of literals such as (1, -2)") from None
    if literals.dtype.kind not in "iu" and literals.size:
        raise ValueError(f"clauses hold {literals.dtype} values: literals are integers ±1 … ±n")
    literals = literals.astype(np.int64)
    if n is None and not lengths:
        raise ValueError("clauses=[]: give n, the number of variables")
    n = integer("n", n, 1) if n is not None else int(np.abs(literals).max(initial=1))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return KSat(name="k-sat", parameters={"n": n}, num_vars=n, literals=literals, starts=starts)


def _subsets(rng: np.random.Generator, rows: int, n: int, k: int) -> Integers:
    """`rows` uniform subsets of k of 0 … n-1, by Floyd's algorithm (Bentley & Floyd, CACM 30, 754, 1987)."""
    chosen = np.empty((rows, k), dtype=np.int64)
    for column, top in enumerate(range(n - k, n)):
        drawn = rng.integers(top + 1, size=rows)
        taken = (chosen[:, :column] == drawn[:, None]).any(axis=1)
        chosen[:, column] = np.where(taken, top, drawn)
    return chosen


def _check(n: int, literals: Integers, starts: Integers) -> None:
    """ValueError that names the first clause which is no clause of n variables."""
    lengths = np.diff(starts)
    if len(starts) == 0 or starts[0] != 0 or starts[-1] != len(literals) or (lengths < 0).any():
        raise ValueError(f"starts must rise from 0 to {len(literals)}, the number of literals")
    empty = np.flatnonzero(lengths == 0)
    if len(empty):
        raise ValueError(f"clause {empty[0]} is empty: nothing satisfies it; take it out")
    if n < 1:
        raise ValueError(f"num_vars={n}: a formula has at least one variable")
    owner = np.repeat(np.arange(len(lengths)), lengths)
    bad = np.flatnonzero((literals == 0) | (np.abs(literals) > n))
    if len(bad):
        raise ValueError(f"clause {owner[bad[0]]} holds {literals[bad[0]]}: literals are ±1 … ±{n}")
    order = np.lexsort((np.abs(literals), owner))
    variable, clause = np.abs(literals)[order], owner[order]
    twice = np.flatnonzero((variable[1:] == variable[:-1]) & (clause[1:] == clause[:-1]))
    if len(twice):
        first = twice[0]
        if literals[order[first]] == literals[order[first + 1]]:
            advice = f"the literal {literals[order[first]]} twice: keep one of them"
        else:
            advice = f"both {variable[first]} and {-variable[first]}, which is always true: leave the clause out"
        raise ValueError(f"clause {clause[first]} holds {advice}")


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
