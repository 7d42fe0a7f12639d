"""The clauses of a problem as arrays, for solvers that work on them."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sgq.models import Integers
from sgq.problem import Problem


class ClauseSolver:
    """A solver with `sample_problem` alone, which is no dimod sampler: it works on clauses, not on a model."""

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Names of the parameters that `sample_problem` takes, each with an empty list, as dimod has it."""
        method = getattr(self, "sample_problem")  # noqa: B009 (each has its own parameters)
        arguments = inspect.signature(method).parameters.values()
        return {a.name: [] for a in arguments if a.kind is a.KEYWORD_ONLY}


@dataclass(frozen=True)
class Formula:
    """Clauses over variables 1 … N and nothing else, in the shape in which `walksat` takes a problem."""

    literals: Integers
    starts: Integers
    num_variables: int

    @classmethod
    def of(cls, clauses: Sequence[Sequence[int]], num_variables: int) -> Self:
        """Those that hold a literal at least."""
        held = [clause for clause in clauses if len(clause)]
        starts = np.fromiter(accumulate(map(len, held), initial=0), dtype=np.int64)
        return cls(np.fromiter(chain.from_iterable(held), dtype=np.int64), starts, num_variables)

    @property
    def variables(self) -> range:
        """Of the assignments."""
        return range(1, self.num_variables + 1)


def clauses_of(problem: Problem, solver: str) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Literals 2 v, or 2 v + 1 for the negation of variable v = 0 … N-1, and where each clause starts.

    Parameters
    ----------
    problem
        One with arrays `literals` (±1 … ±N) and `starts` (M + 1), such as `k-sat`.
    solver
        Its name, for the error.

    Raises
    ------
    ValueError
        If the problem has no such arrays, weights other than 1, or a clause that is empty or names a variable that is
        not there.
    """
    literals: Any = getattr(problem, "literals", None)
    starts: Any = getattr(problem, "starts", None)
    if literals is None or starts is None:
        raise ValueError(f"{problem!r} has no clauses: {solver} takes k-sat problems and DIMACS CNF files")
    weights: Any = getattr(problem, "weights", None)
    if weights is not None and (np.asarray(weights) != 1).any():
        raise ValueError(f"{problem!r} has weights other than 1: {solver} counts clauses; use 'max-sat' or 'annealing'")
    variables = np.abs(literals)
    if (np.diff(starts) < 1).any() or (variables < 1).any() or (variables > problem.num_variables).any():
        raise ValueError(f"{problem!r}: clauses need a literal each, ±1 … ±{problem.num_variables}")
    return (2 * (variables - 1) + (literals < 0)).astype(np.uint32), np.asarray(starts, dtype=np.uint32)
