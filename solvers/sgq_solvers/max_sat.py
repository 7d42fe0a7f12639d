"""MaxSAT: an assignment that violates the fewest clauses, or the least weight of them, with proof, by python-sat."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgq.problem import Problem
from sgq_solvers.clauses import ClauseSolver, Formula
from sgq_solvers.sat_engines import Deadline, in_thread, pysat
from sgq_solvers.walksat import WalkSATSolver

if TYPE_CHECKING:
    import dimod

    from sgq_solvers.core_guided import CoreGuided

_FLIPS = 100  # of the walk, for each variable
_WALKING = 0.1  # part of the time that it may take


class MaxSATSolver(ClauseSolver):
    """Ground states of formulas above the transition, proven: core-guided search by RC2 [1]_.

    It asks a SAT solver for sets of clauses that contradict each other, cores, and relaxes one after the other until
    the rest has a solution: fast where few clauses are violated, that is just above the transition, and hopeless far
    from it, where `exhaustive` (up to 40 variables) does not care.

    References
    ----------
    .. [1] A. Ignatiev, A. Morgado, J. Marques-Silva, J. Satisf. Boolean Model. Comput. 11, 53 (2019).
    """

    def warm_up(self, problem: Problem) -> None:
        """Import python-sat, and compile the walk."""
        pysat()
        formula: Any = Formula.of([(1, -2)], 2)
        WalkSATSolver().warm_up(formula)
        import sgq_solvers.core_guided  # noqa: F401

    def sample_problem(self, problem: Problem, *, time_limit: float | None = None) -> dimod.SampleSet:
        """Find an assignment of least energy.

        Parameters
        ----------
        problem
            A problem with `clauses`, sequences of literals ±1 … ±N in the order of its variables, whose energy is the
            number of violated ones, or the weight where it has `weights`: `k-sat`, files of both kinds, and `nae-sat`,
            `xor-sat` and `one-in-k-sat`. Weights are counted exactly, as the rational numbers that they are in float64.
            Clauses that are `hard` stay hard, and have their weights only where they contradict each other.
        time_limit
            Seconds; none by default.

        Returns
        -------
        dimod.SampleSet
            One row, a ground state in bits, or the best assignment known when the search was cut short, if any (there
            is none as long as it is open whether the hard clauses can be satisfied). ``info["sgq"]`` holds `proven`,
            `lower_bound` (of the energy), `satisfiable` (whether all clauses can be satisfied together; None if
            undecided), of a problem with hard clauses `hard_satisfiable` likewise, and `stopped`, ``"time_limit"`` or
            ``"interrupt"`` (Ctrl-C), where the search was cut short.

        Raises
        ------
        ValueError
            If the problem has no clauses.
        ImportError
            If python-sat is not installed.
        """
        deadline = Deadline(time_limit)
        if getattr(problem, "clauses", None) is None:
            raise ValueError(f"{problem!r} has no clauses: max-sat takes k-sat problems, DIMACS CNF and WCNF files")
        pysat()
        search = _Search(problem, deadline)
        hard_satisfiable = search.run(search.hard)
        if hard_satisfiable is False and not search.stopped:
            search.run(np.zeros_like(search.hard))
        violated = bool(search.lower_bound) or hard_satisfiable is False
        bound = float(search.lower_bound / search.scale)
        info: dict[str, Any] = {
            "proven": search.proven,
            "lower_bound": search.energy if search.proven else min(bound, search.energy),  # of sums rounded otherwise
            "satisfiable": False if violated else True if search.proven else None,
        }
        if search.hard.any():
            info["hard_satisfiable"] = hard_satisfiable
        if search.stopped:
            info["stopped"] = search.stopped
        return _answer(problem, search.best, info)


class _Search:
    """What is known of the optimum: the best assignment, bounds in units of 1 / `scale`, and whether it is proven."""

    def __init__(self, problem: Problem, deadline: Deadline) -> None:
        self.problem, self.deadline = problem, deadline
        self.clauses: Sequence[Sequence[int]] = getattr(problem, "clauses")  # noqa: B009 (Problem has none)
        weights, hard = getattr(problem, "weights", None), getattr(problem, "hard", None)
        self.scale, self.weights = _whole([1.0] * len(self.clauses) if weights is None else weights.tolist())
        self.hard: NDArray[np.bool_] = np.zeros(len(self.clauses), dtype=bool) if hard is None else hard
        self.best: NDArray[np.int8] | None = None
        self.energy = np.inf
        self.lower_bound, self.proven = 0, False
        self.hard_satisfiable: bool | None = None
        self.stopped: str | None = None

    def run(self, hard: NDArray[np.bool_]) -> bool | None:
        """Minimise with these clauses hard; whether they can be satisfied, None if that is still open."""
        from sgq_solvers.core_guided import CoreGuided, StoppedError

        if not hard.any():
            self._walk()
        if self.stopped:
            return None
        firm, soft = np.flatnonzero(hard).tolist(), np.flatnonzero(~hard).tolist()
        search = None
        try:
            search = CoreGuided(
                [self.clauses[c] for c in soft],
                [self.weights[c] for c in soft],
                [self.clauses[c] for c in firm],
                self._found,
                lambda: self.deadline.left() == 0,
            )
            in_thread(lambda: self._minimise(search), search.interrupt, self.deadline)
        except StoppedError:
            self.stopped = "time_limit"
        except KeyboardInterrupt:
            self.stopped = "interrupt"
        if search is not None:
            self.lower_bound = max(self.lower_bound, search.cost)
            search.delete()
        return self.hard_satisfiable

    def _minimise(self, search: CoreGuided) -> None:
        from sgq_solvers.core_guided import StoppedError

        self.hard_satisfiable = None
        try:
            self.hard_satisfiable = search.hard_satisfiable()
            if self.hard_satisfiable:
                self.best = self._bits(search.compute())
                self.proven = True
        except StoppedError:
            self.stopped = "time_limit"

    def _walk(self) -> None:
        """The assignment that a short local search finds, all clauses counting the same, is a first upper bound."""
        left, n = self.deadline.left(), self.problem.num_variables
        formula: Any = Formula.of(self.clauses, n)
        if not n or not len(formula.literals):
            return self._found([])
        limit = None if left is None else max(_WALKING * left, 1e-3)
        walk = WalkSATSolver().sample_problem(
            formula, num_reads=1, max_flips=_FLIPS * n, num_threads=1, seed=0, time_limit=limit
        )
        self.stopped = "interrupt" if walk.info["sgq"].get("stopped") == "interrupt" else None
        self._found((1 + np.flatnonzero(walk.record.sample[0])).tolist())

    def _found(self, literals: list[int]) -> None:
        """Keep the model of a call if it is better than the best so far."""
        bits = self._bits(literals)
        energy = float(self.problem.energies(bits[None])[0])
        if energy < self.energy:
            self.best, self.energy = bits, energy

    def _bits(self, literals: Sequence[int]) -> NDArray[np.int8]:
        n = self.problem.num_variables
        bits = np.zeros(n, dtype=np.int8)
        bits[[v - 1 for v in literals if 0 < v <= n]] = 1  # literals beyond n are RC2's own
        return bits


def _whole(weights: Sequence[float]) -> tuple[int, list[int]]:
    """A common denominator of the weights, and their numerators: floats are rational numbers."""
    fractions = [Fraction(weight) for weight in weights]
    scale = lcm(*(f.denominator for f in fractions))
    return scale, [int(f * scale) for f in fractions]


def _answer(problem: Problem, best: NDArray[np.int8] | None, info: dict[str, Any]) -> dimod.SampleSet:
    import dimod

    rows = np.empty((0, problem.num_variables), dtype=np.int8) if best is None else best[None]
    return dimod.SampleSet.from_samples(
        (rows, list(problem.variables)),
        vartype="BINARY",
        energy=problem.energies(rows),
        info={"sgq": info},
        sort_labels=False,
    )
