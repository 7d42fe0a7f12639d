"""Conflict-driven clause learning, by python-sat: decides a formula, and proves it when there is no solution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgq.checks import boolean, integer
from sgq.problem import Problem
from sgq_solvers.all_solutions import find_solutions
from sgq_solvers.clauses import ClauseSolver
from sgq_solvers.sat_engines import Deadline, chosen_engine, decide, decide_at_once, effort, pysat
from sgq_solvers.unsatisfiable_core import find_core, selected

if TYPE_CHECKING:
    import dimod


class CDCLSolver(ClauseSolver):
    """Complete solver of satisfiability problems: a solution, or the proof that there is none.

    It works on clauses, not on a model, so it takes problems that have them (`k-sat`, and DIMACS files). All of them
    are hard: `max-sat` takes formulas that cannot be satisfied, and those with weights.

    References
    ----------
    A. Ignatiev, A. Morgado, J. Marques-Silva, SAT 2018, LNCS 10929, 428 (python-sat).
    """

    def sample_problem(
        self,
        problem: Problem,
        *,
        engine: str = "auto",
        incremental: bool = False,
        core: bool = False,
        proof: bool = False,
        max_solutions: int | None = None,
        time_limit: float | None = None,
    ) -> dimod.SampleSet:
        """Decide whether all clauses can be satisfied.

        `incremental`, `core`, `proof` and `max_solutions` are questions of their own: one at a time.

        Parameters
        ----------
        problem
            A problem with `clauses`, sequences of literals ±1 … ±N in the order of its variables.
        engine
            A solver of python-sat by name. ``"auto"``: minisat22, on random 3-SAT at its threshold as fast as any up to
            250 variables, and ended by Ctrl-C and time limits at once; for `proof`, which it cannot write, cadical195,
            or with a time limit glucose4. The cadicals, kissat and lingeling cannot stop at a time limit, and Ctrl-C
            ends them in a way, of python-sat, that may hang the process.
        incremental
            Add the clauses one by one, in their order, and find with which the formula first has no solution: one pass
            that decides it at every length. Takes no `time_limit`.
        core
            Where there is no solution, find clauses that have none together, such that without any one of them the
            others have: a minimal core, not the smallest one. Takes a search for each of its clauses.
        proof
            Where there is no solution, give the proof in the format DRUP, which checkers such as drat-trim read beside
            the formula's DIMACS file: lines of clauses each of which follows by unit propagation, to the empty one,
            and, led by ``d``, of clauses no longer needed. Millions of lines where the search is long. Engines but the
            cadicals also delete clauses that they have shortened or still need as units, which drat-trim ignores.
        max_solutions
            Find all solutions, and return this many at most.
        time_limit
            Seconds; none by default.

        Returns
        -------
        dimod.SampleSet
            One row, the solution in bits, or no row where there is none or none was found in time; with
            `max_solutions` one row for each solution. ``info["sgq"]`` holds `engine`, `satisfiable` (True, False, or
            None if undecided), `proven`, the search's `decisions` and `conflicts`, if the time was up
            ``"stopped": "time_limit"``, and, where it was asked for:

            - `first_unsatisfiable`, the number of clauses that `first_unsatisfiable` gives;
            - `core`, positions in the problem's `clauses` from 0, and `core_minimal`, False if it was cut short before;
            - `proof`, a list of lines;
            - `degeneracy`, the number of solutions, None if there are more than `max_solutions` or time did not
              suffice, and `deterministic` (rows are no independent reads).

        Raises
        ------
        ValueError
            If the problem has no clauses, or weights, or two questions are asked, or the engine does not exist or
            cannot do what is asked.
        ImportError
            If python-sat is not installed.
        """
        deadline = Deadline(time_limit)
        clauses = _clauses(problem)
        questions = {
            "incremental": boolean("incremental", incremental),
            "core": boolean("core", core),
            "proof": boolean("proof", proof),
            "max_solutions": max_solutions is not None and integer("max_solutions", max_solutions, 1) > 0,
        }
        asked = [name for name, value in questions.items() if value]
        if len(asked) > 1:
            raise ValueError(f"{' and '.join(asked)}: one of {', '.join(questions)} at a time")
        if incremental and time_limit is not None:
            raise ValueError(f"time_limit={time_limit}: an incremental search takes none")
        engine = chosen_engine(
            engine,
            limited=deadline.limited,
            proof=proof,
            incremental=bool(asked) and not proof,
        )
        run = _Run(engine, problem.num_variables, clauses, deadline)
        if incremental:
            rows, info = run.grown()
        elif core:
            rows, info = run.core()
        elif max_solutions is not None:
            rows, info = run.solutions(max_solutions)
        else:
            rows, info = run.decided(proof)
        return _answer(problem.variables, rows, {"engine": engine, **info})

    def first_unsatisfiable(self, clauses: Iterable[Sequence[int]], *, engine: str = "minisat22") -> int | None:
        """Number of clauses, taken in their order, with which a formula first has no solution.

        One incremental solver gets the clauses one by one, and is asked only when the solution at hand violates
        the new one: the answer gives satisfiability at every clause density of one growing formula.

        Parameters
        ----------
        clauses
            Sequences of literals ±1 … ±N.
        engine
            A solver of python-sat; minisat22 is the fastest up to 150 variables.

        Returns
        -------
        int or None
            None if all the clauses together have a solution.
        """
        with pysat().Solver(chosen_engine(engine, incremental=True)) as solver:
            return _grow(solver, clauses)[0]


class _Run:
    """One engine on one formula: for each question the rows of the answer and what is said of it."""

    def __init__(self, engine: str, num_variables: int, clauses: Sequence[Sequence[int]], deadline: Deadline) -> None:
        self.engine, self.num_variables, self.clauses, self.deadline = engine, num_variables, clauses, deadline

    def decided(self, proof: bool) -> tuple[NDArray[np.int8], dict[str, Any]]:
        options = {"with_proof": True} if proof else {}
        with pysat().Solver(self.engine, bootstrap_with=self.clauses, **options) as solver:
            satisfiable = decide(solver, self.engine, self.deadline)
            rows = self._rows(solver.get_model() if satisfiable else None)
            info = _said(satisfiable, solver)
            if proof and satisfiable is False:
                lines = list(solver.get_proof() or [])
                # Engines that see the contradiction while they read leave the last step out.
                info["proof"] = lines if "0" in lines else [*lines, "0"]
        return rows, info

    def core(self) -> tuple[NDArray[np.int8], dict[str, Any]]:
        clauses = selected(self.clauses, self.num_variables)
        with pysat().Solver(self.engine, bootstrap_with=clauses) as solver:
            satisfiable, positions, stopped = find_core(
                solver, self.engine, self.num_variables, len(clauses), self.deadline
            )
            rows = self._rows(solver.get_model() if satisfiable else None)
            info = _said(satisfiable, solver)
        if satisfiable is False:
            info |= {"core": positions, "core_minimal": stopped is None} | ({"stopped": stopped} if stopped else {})
        return rows, info

    def solutions(self, limit: int) -> tuple[NDArray[np.int8], dict[str, Any]]:
        with pysat().Solver(self.engine, bootstrap_with=self.clauses) as solver:
            rows, complete, stopped = find_solutions(solver, self.engine, self.num_variables, limit, self.deadline)
            info = _said(True if len(rows) else False if complete else None, solver)
        info |= {"degeneracy": len(rows) if complete else None, "deterministic": True}
        return rows, info | ({"stopped": stopped} if stopped else {})

    def grown(self) -> tuple[NDArray[np.int8], dict[str, Any]]:
        with pysat().Solver(self.engine) as solver:
            count, true = _grow(solver, self.clauses)
            info = _said(count is None, solver)
        return self._rows(true if count is None else None), info | {"first_unsatisfiable": count}

    def _rows(self, solution: Iterable[int] | None) -> NDArray[np.int8]:
        """One row, or none; literals beyond N are selectors."""
        rows = np.zeros((0 if solution is None else 1, self.num_variables), dtype=np.int8)
        if solution is not None:
            rows[0, [v - 1 for v in solution if 0 < v <= self.num_variables]] = 1
        return rows


def _clauses(problem: Problem) -> Sequence[Sequence[int]]:
    """The clauses of a problem, all of them equal; ValueError if it has none, or weights."""
    clauses: Sequence[Sequence[int]] | None = getattr(problem, "clauses", None)
    if clauses is None:
        raise ValueError(f"{problem!r} has no clauses: cdcl takes k-sat problems and DIMACS CNF files")
    weights = getattr(problem, "weights", None)
    if weights is not None and (np.asarray(weights) != 1).any():
        raise ValueError(f"{problem!r} has weights other than 1, and cdcl takes all clauses as hard: use 'max-sat'")
    return clauses


def _said(satisfiable: bool | None, solver: Any) -> dict[str, Any]:
    stopped = {"stopped": "time_limit"} if satisfiable is None else {}
    return {"satisfiable": satisfiable, "proven": satisfiable is not None, **effort(solver), **stopped}


def _grow(solver: Any, clauses: Iterable[Sequence[int]]) -> tuple[int | None, set[int]]:
    """Number of clauses with which there is no solution, or None, and the literals of the last solution."""
    true: set[int] = set()
    for count, clause in enumerate(clauses, 1):
        solver.add_clause(clause)
        if true.isdisjoint(clause):
            if not decide_at_once(solver):
                return count, true
            true = set(solver.get_model())
    return None, true


def _answer(variables: Sequence[Any], rows: NDArray[np.int8], info: dict[str, Any]) -> dimod.SampleSet:
    import dimod

    return dimod.SampleSet.from_samples(
        (rows, list(variables)), vartype="BINARY", energy=np.zeros(len(rows)), info={"sgq": info}, sort_labels=False
    )
