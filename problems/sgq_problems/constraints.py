"""Constraints on a few variables each, whose energy counts the violated ones: what all satisfiability families share.

A literal is ±v, the variable v = 1 … N or its negation, as in DIMACS files. Whether a constraint is violated depends
on how many of its literals are true and on nothing else: the families differ in one table.
"""

from __future__ import annotations

import math
import os
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgq.checks import integer
from sgq.models import Floats, Integers, Vartype
from sgq.problem import Problem

MOST_VARIABLES = 2**31 - 1  # solvers of clauses have literals of 32 bits
DEFAULT_K = 3  # literals of a random constraint unless said
_ANSWER = 256  # bytes that an answer's labels and bits take for each variable, a third less than measured
_BLOCK = 1 << 22  # literals times rows that an energy evaluation looks at together


@dataclass(frozen=True)
class TruthAssignment:
    """An assignment, ``{variable: truth}``, and the positions of the constraints it violates.

    `violated_hard` holds those of them that must not be violated, in a problem that has such.
    """

    assignment: dict[int, bool]
    violated: tuple[int, ...]
    violated_hard: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ConstraintProblem(Problem):
    """Constraints on literals; the energy is the number of violated ones, one that stands twice counting twice.

    Attributes
    ----------
    num_vars
        Number of variables N, labelled 1 … N; x = 1 is true.
    """

    num_vars: int

    def __post_init__(self) -> None:
        check_constraints(self.num_vars, *self.constraints)

    @property
    @abstractmethod
    def constraints(self) -> tuple[Integers, Integers]:
        """Literals and starts: constraint c holds ``literals[starts[c]:starts[c + 1]]``, a variable at most once."""

    @staticmethod
    @abstractmethod
    def violating_counts(length: int) -> NDArray[np.bool_]:
        """Whether a constraint of `length` literals is violated with t = 0 … length of them true."""

    @property
    def variables(self) -> Sequence[int]:
        """1 … N, the numbers of the variables."""
        return range(1, self.num_vars + 1)

    @property
    def vartype(self) -> Vartype:
        """Bits."""
        return "BINARY"

    @property
    def energy_tolerance(self) -> float:
        """0: energies are counts."""
        return 0.0

    @property
    def flip_symmetric(self) -> bool:
        """Whether no constraint tells t true literals from t false ones."""
        tables = [self.violating_counts(int(length)) for length in np.unique(np.diff(self.constraints[1]))]
        return all(bool((table == table[::-1]).all()) for table in tables)

    def decode(self, sample: Any) -> TruthAssignment:
        """Which variables are true, and which constraints are violated."""
        values = self.values_of_one(sample)[None]
        found = [positions[v[:, 0]] for positions, v in self._violated(values)]
        violated = np.sort(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
        truth = dict(zip(self.variables, (values[0] == 1).tolist(), strict=True))
        return TruthAssignment(truth, tuple(violated.tolist()), tuple(self._hard(violated).tolist()))

    def _energies(self, values: NDArray[np.generic]) -> Floats:
        energies = np.zeros(len(values))
        for positions, violated in self._violated(values):
            energies += self._charge(positions, violated)
        return energies

    def _charge(self, positions: Integers, violated: NDArray[np.bool_]) -> Floats:
        """What the constraints at `positions` add to the energy of each column of `violated`."""
        charge: Floats = np.count_nonzero(violated, axis=0).astype(np.float64)
        return charge

    def _hard(self, positions: Integers) -> Integers:
        """Those of `positions` whose constraint must not be violated."""
        return positions[:0]

    def _violated(self, values: NDArray[np.generic]) -> Iterator[tuple[Integers, NDArray[np.bool_]]]:
        """Constraints of equal length in blocks: positions, and whether violated, shape (constraints, rows)."""
        x = np.ascontiguousarray(values.T == 1)
        truth = np.concatenate([x, ~x]).view(np.uint8)  # row v - 1: whether the literal v is true; row N + v - 1: -v
        for positions, literals in blocks(*self.constraints, max(1, _BLOCK // max(1, x.shape[1]))):
            length = literals.shape[1]
            count = np.zeros((len(positions), x.shape[1]), dtype=np.uint8 if length < 256 else np.int64)
            for column in literals.T:
                count += truth[np.where(column > 0, column, self.num_vars - column) - 1]
            yield positions, self.violating_counts(length)[count]


def blocks(literals: Integers, starts: Integers, size: int) -> Iterator[tuple[Integers, Integers]]:
    """Constraints of equal length together: positions, and literals of shape (constraints, length), `size` at most."""
    lengths = np.diff(starts)
    for length in np.unique(lengths).tolist():
        every = np.flatnonzero(lengths == length)
        step = max(1, size // max(1, length))
        for k in range(0, len(every), step):
            positions = every[k : k + step]
            yield positions, literals[starts[positions][:, None] + np.arange(length)]


def given_constraints(constraints: Iterable[Sequence[int]], n: int | None) -> tuple[int, Integers, Integers]:
    """N, literals and starts of constraints written as sequences of literals; `n` None is the largest variable."""
    try:
        constraints = list(constraints)
        lengths = [len(constraint) for constraint in constraints]
        flat = list(chain.from_iterable(constraints))
    except TypeError:
        raise ValueError("clauses: a sequence of clauses, each a sequence of literals such as (1, -2)") from None
    wrong = [kind for kind in set(map(type, flat)) if kind is bool or not issubclass(kind, int | np.integer)]
    if wrong:
        raise ValueError(f"clauses hold {wrong[0].__name__} values: literals are integers ±1 … ±n")
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    if n is None and not lengths:
        raise ValueError("clauses=[]: give n, the number of variables")
    n = integer("n", n, 1, MOST_VARIABLES) if n is not None else None
    try:
        literals = np.array(flat, dtype=np.int64)
    except OverflowError:
        place = next(place for place, literal in enumerate(flat) if not -(2**63) <= literal < 2**63)
        raise _out_of_range(n or MOST_VARIABLES, flat[place], place, starts) from None
    if n is None:
        n = min(max(1, int(literals.max(initial=1)), -int(literals.min(initial=0))), MOST_VARIABLES)
    return n, literals, starts


def check_length(k: int, starts: Integers) -> None:
    """ValueError where `k`, other than the default of the builders, is not the length of all given constraints."""
    other = np.diff(starts) != integer("k", k, 1)
    if k != DEFAULT_K and other.any():
        position = int(other.argmax())
        raise ValueError(f"k={k}: constraint {position} does not hold {k} literals; k is for random ones: leave it out")


def check_constraints(n: int, literals: Integers, starts: Integers) -> None:
    """ValueError that names the first constraint which is none of n variables."""
    lengths = np.diff(starts)
    if len(starts) == 0 or starts[0] != 0 or starts[-1] != len(literals) or (lengths < 0).any():
        raise ValueError(f"starts must rise from 0 to {len(literals)}, the number of literals")
    empty = np.flatnonzero(lengths == 0)
    if len(empty):
        raise ValueError(f"clause {empty[0]} is empty: nothing satisfies it; take it out")
    if not 1 <= n <= MOST_VARIABLES:
        raise ValueError(f"num_vars={n}: a formula has 1 … {MOST_VARIABLES} variables")
    bad = (literals == 0) | (literals < -n) | (literals > n)
    if bad.any():
        place = int(bad.argmax())
        raise _out_of_range(n, int(literals[place]), place, starts)
    if n * _ANSWER > _memory():
        raise ValueError(
            f"num_vars={n}: an answer takes some {n * _ANSWER / 1e9:.0f} GB, and this machine has "
            f"{_memory() / 1e9:.0f} GB; if few of the variables stand in clauses, number those from 1"
        )
    repeats = [repeating(rows, positions) for positions, rows in blocks(literals, starts, _BLOCK)]
    first = min((int(found[0]) for found in repeats if len(found)), default=None)
    if first is not None:
        raise ValueError(f"clause {first} holds {_repeated(literals[starts[first] : starts[first + 1]].tolist())}")


def _memory() -> float:
    """Bytes of memory that this machine has, or infinity where that is not told."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return math.inf


def _out_of_range(n: int, literal: int, place: int, starts: Integers) -> ValueError:
    """The error for a literal of none of n variables."""
    owner = np.searchsorted(starts, place, side="right") - 1
    return ValueError(f"clause {owner} holds {literal}: literals are ±1 … ±{n}")


def repeating(rows: Integers, positions: Integers) -> Integers:
    """Those of `positions` whose row of literals holds a variable twice."""
    variables = np.sort(np.abs(rows), axis=1)
    found: Integers = positions[(variables[:, 1:] == variables[:, :-1]).any(axis=1)]
    return found


def _repeated(clause: list[int]) -> str:
    """What is wrong with a clause that holds a variable twice."""
    literal = next(x for k, x in enumerate(clause) if x in clause[:k] or -x in clause[:k])
    if clause.count(literal) > 1:
        return f"the literal {literal} twice: keep one of them"
    return f"both {abs(literal)} and {-abs(literal)}, which is always true: leave the clause out"
