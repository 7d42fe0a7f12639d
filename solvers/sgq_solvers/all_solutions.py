"""All solutions of a formula up to a number of them: each one found is ruled out by a clause of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgq_solvers.sat_engines import Deadline, decide


def find_solutions(
    solver: Any, engine: str, num_variables: int, limit: int, deadline: Deadline
) -> tuple[NDArray[np.int8], bool, str | None]:
    """Different solutions, whether these are all, and why the search ended before that was known.

    Every solution is asked for anew, and the clauses that rule out the earlier ones have all N variables: good for
    some ten thousand solutions, not for the exponentially many of a formula far below its transition.

    Returns
    -------
    numpy.ndarray
        Bits, shape (solutions, N), at most `limit` of them, in the order in which they were found.
    bool
        Whether there is certainly no other one.
    str or None
        ``"time_limit"`` or ``"interrupt"`` (Ctrl-C) where it was cut short.
    """
    labels = np.arange(1, num_variables + 1)
    rows: list[NDArray[np.int8]] = []
    stopped = None
    try:
        while (found := decide(solver, engine, deadline)) and len(rows) < limit:
            bits = np.zeros(num_variables, dtype=np.int8)
            bits[[v - 1 for v in solver.get_model() if v > 0]] = 1
            rows.append(bits)
            solver.add_clause(np.where(bits == 1, -labels, labels).tolist())
        if found is None:
            stopped = "time_limit"
    except KeyboardInterrupt:
        found, stopped = None, "interrupt"
    return np.array(rows, dtype=np.int8).reshape(-1, num_variables), found is False, stopped
