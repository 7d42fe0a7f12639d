"""Conflict-driven clause learning, by python-sat: decides a formula, and proves it when there is no solution."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import numpy as np

from sgq.checks import boolean, choice, real
from sgq.problem import Problem

if TYPE_CHECKING:
    import dimod

_LAST_OF_MINISAT = 150  # random 3-SAT at the threshold: minisat22 is the fastest up to here
_UNINTERRUPTIBLE = ("cadical103", "cadical153", "cadical195", "cadical300", "kissat404", "lingeling")


class CDCLSolver:
    """Complete solver of satisfiability problems: a solution, or the proof that there is none.

    It works on clauses, not on a model, so it takes problems that have them (`k-sat`, and DIMACS files).

    References
    ----------
    A. Ignatiev, A. Morgado, J. Marques-Silva, SAT 2018, LNCS 10929, 428 (python-sat).
    """

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Names of the parameters that `sample_problem` takes, each with an empty list, as dimod has it."""
        arguments = inspect.signature(self.sample_problem).parameters.values()
        return {a.name: [] for a in arguments if a.kind is a.KEYWORD_ONLY}

    def sample_problem(
        self,
        problem: Problem,
        *,
        engine: str = "auto",
        incremental: bool = False,
        time_limit: float | None = None,
    ) -> dimod.SampleSet:
        """Decide whether all clauses can be satisfied.

        Parameters
        ----------
        problem
            A problem with `clauses`, sequences of literals ±1 … ±N in the order of its variables.
        engine
            A solver of python-sat by name. ``"auto"``: minisat22 up to 150 variables, the fastest there on
            random 3-SAT, and wherever there is a time limit, at which cadical195 cannot stop; else cadical195.
        incremental
            Add the clauses one by one, in their order, and find with which the formula first has no solution: one pass
            that decides it at every length. Takes no `time_limit`.
        time_limit
            Seconds; none by default.

        Returns
        -------
        dimod.SampleSet
            One row, the solution in bits, or no row where there is none or none was found in time.
            ``info["sgq"]`` holds `engine`, `satisfiable` (True, False, or None if undecided), `proven`, the search's
            `decisions` and `conflicts`, if the time was up ``"stopped": "time_limit"``, and of an incremental search
            `first_unsatisfiable`, the number of clauses that `first_unsatisfiable` gives.

        Raises
        ------
        ValueError
            If the problem has no clauses, or the engine does not exist or cannot keep a time limit.
        ImportError
            If python-sat is not installed.
        """
        started = time.perf_counter()
        clauses = getattr(problem, "clauses", None)
        if clauses is None:
            raise ValueError(f"{problem!r} has no clauses: cdcl takes k-sat problems and DIMACS CNF files")
        if time_limit is not None:
            time_limit = real("time_limit", time_limit, 0.0, above=True)
        if boolean("incremental", incremental):
            if time_limit is not None:
                raise ValueError(f"time_limit={time_limit}: an incremental search takes none")
            return _grown(problem.variables, clauses, "minisat22" if engine == "auto" else engine)
        engine = _engine(engine, problem.num_variables, time_limit is not None)
        with _pysat().Solver(engine, bootstrap_with=clauses) as solver:
            left = None if time_limit is None else max(0.0, time_limit - time.perf_counter() + started)
            satisfiable = _decide(solver, engine, left)
            solution = solver.get_model() if satisfiable else None
            info = {"engine": engine, "satisfiable": satisfiable, "proven": satisfiable is not None, **_effort(solver)}
        if satisfiable is None:
            info["stopped"] = "time_limit"
        return _answer(problem.variables, solution, info)

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
        with _pysat().Solver(_engine(engine, 0, False)) as solver:
            return _grow(solver, clauses)[0]


def _grow(solver: Any, clauses: Iterable[Sequence[int]]) -> tuple[int | None, set[int]]:
    """Number of clauses with which there is no solution, or None, and the literals of the last solution."""
    true: set[int] = set()
    for count, clause in enumerate(clauses, 1):
        solver.add_clause(clause)
        if true.isdisjoint(clause):
            if not _decide_at_once(solver):
                return count, true
            true = set(solver.get_model())
    return None, true


def _grown(variables: Sequence[Any], clauses: Iterable[Sequence[int]], engine: str) -> dimod.SampleSet:
    """The answer of an incremental search."""
    engine = _engine(engine, 0, False)
    with _pysat().Solver(engine) as solver:
        count, true = _grow(solver, clauses)
        info = {"engine": engine, "satisfiable": count is None, "proven": True, **_effort(solver)}
    return _answer(variables, list(true) if count is None else None, info | {"first_unsatisfiable": count})


def _effort(solver: Any) -> dict[str, int]:
    """Decisions and conflicts of a search, where the engine counts them."""
    try:
        counted = solver.accum_stats() or {}
    except NotImplementedError:  # kissat counts in secret
        return {}
    return {name: int(counted[name]) for name in ("decisions", "conflicts") if name in counted}


def _pysat() -> Any:
    try:
        import pysat.solvers
    except ImportError:
        raise ImportError('cdcl needs python-sat: pip install "sgq[sat]"') from None
    return pysat.solvers


def _engine(engine: str, num_variables: int, limited: bool) -> str:
    aliases = vars(_pysat().SolverNames)
    names = [name for name in aliases if isinstance(aliases[name], tuple) and name in aliases[name]]
    choice("engine", engine, ["auto", *names])
    if engine == "auto":
        return "minisat22" if limited or num_variables <= _LAST_OF_MINISAT else "cadical195"
    if limited and engine in _UNINTERRUPTIBLE:
        raise ValueError(f"engine={engine!r} cannot stop at a time_limit: minisat22 can, to the millisecond")
    return engine


def _decide(solver: Any, engine: str, time_limit: float | None) -> bool | None:
    """Whether the formula has a solution, or None when the time is up first."""
    if engine in _UNINTERRUPTIBLE:
        return _decide_at_once(solver)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(solver.solve_limited, expect_interrupt=True)
        try:
            wait([answer], time_limit)
        finally:  # also on Ctrl-C, which reaches only this thread
            solver.interrupt()
        decided: bool | None = answer.result()
    return decided


def _decide_at_once(solver: Any) -> bool:
    try:
        return bool(solver.solve())
    except Exception as error:  # pysat's C code turns Ctrl-C into an error of its own
        if "keyboard interrupt" in str(error):
            raise KeyboardInterrupt from None
        raise


def _answer(variables: Sequence[Any], solution: list[int] | None, info: dict[str, Any]) -> dimod.SampleSet:
    import dimod

    rows = np.zeros((0 if solution is None else 1, len(variables)), dtype=np.int8)
    if solution is not None:
        rows[0, [v - 1 for v in solution if v > 0]] = 1
    return dimod.SampleSet.from_samples(
        (rows, list(variables)), vartype="BINARY", energy=np.zeros(len(rows)), info={"sgq": info}, sort_labels=False
    )
