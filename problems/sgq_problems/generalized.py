"""Satisfiability with constraints other than clauses, each also as clauses that count the same violations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgq.checks import boolean, generator, recorded_seed
from sgq.models import Integers
from sgq.problem import Seed
from sgq_problems.clause_draws import planted_literals, random_signs, sizes, subsets
from sgq_problems.constraints import ConstraintProblem, blocks, check_length, given_constraints

if TYPE_CHECKING:
    import dimod

_LONGEST = 20  # literals of a constraint that is written out as clauses or terms: 10^6 of them
_BLOCK = 1 << 22


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GeneralizedSat(ConstraintProblem):
    """Constraints on the number of their true literals; the energy is the number of violated ones.

    `clauses`, `literals` and `starts` are no fields here but the same problem in conjunctive normal form: one clause
    for each way to violate a constraint. Every assignment violates as many of these clauses as of the constraints,
    so solvers that work on clauses, MaxSAT ones too, take these problems as they are.

    Attributes
    ----------
    members, offsets
        Constraint c holds the literals ``members[offsets[c]:offsets[c + 1]]``, ±variable, every variable at most once.
    planted_assignment
        The bits around which the constraints were drawn, shape (N,), or None. They satisfy every one.
    """

    members: Integers
    offsets: Integers
    planted_assignment: NDArray[np.int8] | None = None

    @property
    def constraints(self) -> tuple[Integers, Integers]:
        """`members` and `offsets`."""
        return self.members, self.offsets

    @property
    def instance(self) -> Any:
        """The constraints as tuples of literals."""
        members, offsets = self.members.tolist(), self.offsets.tolist()
        return [tuple(members[a:b]) for a, b in pairwise(offsets)]

    @property
    def literals(self) -> Integers:
        """Literals of the clauses; clause c holds ``literals[starts[c]:starts[c + 1]]``."""
        return self._cnf[0]

    @property
    def starts(self) -> Integers:
        """Where each clause starts."""
        return self._cnf[1]

    @cached_property
    def clauses(self) -> list[tuple[int, ...]]:
        """The clauses as tuples of literals; ValueError if a constraint has more than 20 literals."""
        literals, starts = self.literals.tolist(), self.starts.tolist()
        return [tuple(literals[a:b]) for a, b in pairwise(starts)]

    @cached_property
    def model(self) -> dimod.BinaryPolynomial:
        """The polynomial in bits; ValueError if a constraint has more than 20 literals."""
        import dimod

        polynomial: dict[tuple[int, ...], float] = {(v,): 0.0 for v in self.variables}
        for members in self._written_out():
            length = members.shape[1]
            bits = _patterns(length)
            count = (bits[None] == (members > 0)[:, None]).sum(axis=2)
            coefficients = _moebius(self.violating_counts(length)[count].astype(float))
            for constraint, row in zip(np.abs(members), coefficients, strict=True):
                for subset in np.flatnonzero(row):
                    term = tuple(np.sort(constraint[bits[subset]]).tolist())
                    polynomial[term] = polynomial.get(term, 0.0) + float(row[subset])
        kept = {term: c for term, c in polynomial.items() if c or len(term) == 1}
        return dimod.BinaryPolynomial(kept, "BINARY")

    @cached_property
    def _cnf(self) -> tuple[Integers, Integers]:
        parts, lengths = [], []
        for members in self._written_out():
            length = members.shape[1]
            true = _patterns(length)
            violating = true[self.violating_counts(length)[true.sum(axis=1)]]
            parts.append((members[:, None] * np.where(violating, -1, 1)).ravel())
            lengths.append(np.full(len(members) * len(violating), length))
        empty = np.empty(0, dtype=np.int64)
        return np.concatenate([empty, *parts]), np.concatenate([[0], np.cumsum(np.concatenate([empty, *lengths]))])

    def _written_out(self) -> Iterator[Integers]:
        """Literals of constraints of equal length, shape (constraints, length)."""
        lengths = np.diff(self.offsets)
        longest = int(lengths.max(initial=0))
        if longest > _LONGEST:
            raise ValueError(
                f"constraint {int(lengths.argmax())} has {longest} literals, 2 to that power clauses or terms: "
                f"constraints of at most {_LONGEST} are written out"
            )
        for _, members in blocks(self.members, self.offsets, max(1, _BLOCK >> longest)):
            yield members


def random_fields(
    kind: type[GeneralizedSat],
    name: str,
    n: int | None,
    k: int,
    m: int | None,
    alpha: float | None,
    planted: bool,
    seed: Seed,
) -> dict[str, Any]:
    """Fields of a random problem: uniform variables and signs, or uniform ones that a hidden assignment satisfies."""
    n, k, rows = sizes(name, n, k, m, alpha)
    rng = generator(seed)
    hidden = rng.integers(2, size=n, dtype=np.int8) if boolean("planted", planted) else None
    if hidden is None:
        members = random_signs(rng, rows, k)
        members *= subsets(rng, rows, n, k) + 1
    else:
        ways = np.array([comb(k, t) for t in range(k + 1)]) * ~kind.violating_counts(k)
        if not ways.any():
            raise ValueError(f"k={k}: nothing satisfies a constraint of {name} with {k} literal")
        members = planted_literals(rng, subsets(rng, rows, n, k), hidden, ways.astype(float))
    return {
        "name": name,
        "parameters": {
            "n": n,
            "k": k,
            **({"m": rows} if alpha is None else {"alpha": float(alpha)}),
            **({"planted": True} if planted else {}),
        },
        "seed": recorded_seed(seed),
        "ground_energy": None if hidden is None else 0.0,
        "num_vars": n,
        "members": members.ravel(),
        "offsets": np.arange(rows + 1) * k,
        "planted_assignment": hidden,
    }


def given_fields(
    name: str, constraints: Sequence[Sequence[int]], n: int | None, k: int, **others: Any
) -> dict[str, Any]:
    """Fields of a problem whose constraints are given; `others` are options of random ones, which it does not take."""
    wrong = [key for key, value in others.items() if value not in (None, False)]
    if wrong:
        raise ValueError(f"{name}: given constraints take no {wrong[0]}, which is for random ones")
    n, members, offsets = given_constraints(constraints, n)
    check_length(k, offsets)
    return {"name": name, "parameters": {"n": n}, "num_vars": n, "members": members, "offsets": offsets}


def _patterns(length: int) -> NDArray[np.bool_]:
    """All 2^length rows of bits; row r holds the binary digits of r."""
    return (np.arange(1 << length)[:, None] >> np.arange(length) & 1).astype(bool)


def _moebius(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients c_S of f(x) = Σ_S c_S Π_{i in S} x_i from the values of f at all rows of bits, the last axis."""
    rows, size = values.shape
    step = 1
    while step < size:
        halves = values.reshape(rows, -1, 2, step)
        halves[:, :, 1] -= halves[:, :, 0]
        step *= 2
    return values
