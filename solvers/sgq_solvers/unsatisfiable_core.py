"""Unsatisfiable cores: clauses of a formula that have no solution together, none of which can be spared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sgq_solvers.sat_engines import Deadline, decide


def selected(clauses: Sequence[Sequence[int]], num_variables: int) -> list[list[int]]:
    """Every clause with a variable of its own, N + 1 + its position, that has to be true for the clause to hold."""
    return [[*clause, -selector] for selector, clause in enumerate(clauses, num_variables + 1)]


def find_core(
    solver: Any, engine: str, num_variables: int, num_clauses: int, deadline: Deadline
) -> tuple[bool | None, list[int], str | None]:
    """Whether `selected` clauses have a solution, and if not a core of them.

    The engine says which of the assumed selectors led to the contradiction. Each of these clauses is then left out
    once: those without which the rest has a solution stay, and each contradiction found on the way takes out all
    clauses that it did not need (deletion with refinement [1]_).

    Parameters
    ----------
    solver
        An engine that holds the clauses of `selected`.
    engine, num_variables, num_clauses
        Its name, and the size of the formula.
    deadline
        When to stop: undecided, or with a core from which something might still be left out.

    Returns
    -------
    bool or None
        Whether there is a solution; None if the time was up before.
    list of int
        Positions of the clauses of the core, rising; none where there is a solution or the time was up.
    str or None
        ``"time_limit"`` or ``"interrupt"`` (Ctrl-C) where the search was cut short. Else the core is minimal: without
        any one of its clauses, the others have a solution.

    References
    ----------
    .. [1] A. Belov, I. Lynce, J. Marques-Silva, AI Communications 25, 97 (2012).
    """
    first = num_variables + 1
    satisfiable = decide(solver, engine, deadline, range(first, first + num_clauses))
    if satisfiable is not False:
        return satisfiable, [], "time_limit" if satisfiable is None else None
    untried = _contradicting(solver)
    needed: list[int] = []
    while untried:
        left_out = untried.pop()
        stopped = "time_limit"
        try:
            answer = decide(solver, engine, deadline, [*needed, *untried])
        except KeyboardInterrupt:
            answer, stopped = None, "interrupt"
        if answer is None:
            return False, sorted(s - first for s in (*needed, left_out, *untried)), stopped
        if answer:
            needed.append(left_out)
        else:
            kept = set(_contradicting(solver))
            untried = [s for s in untried if s in kept]
    return False, sorted(s - first for s in needed), None


def _contradicting(solver: Any) -> list[int]:
    """The assumptions of the last question that contradict each other."""
    core: list[int] = solver.get_core() or []
    return core
