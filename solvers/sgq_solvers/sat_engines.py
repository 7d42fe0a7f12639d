"""The engines of python-sat: which there are, what each of them can do, and a search that can be stopped."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from sgq.checks import choice, real

_UNINTERRUPTIBLE = ("cadical103", "cadical153", "cadical195", "cadical300", "kissat404", "lingeling")
_PROOFLESS = ("kissat404", "mergesat3", "minicard", "minisat22", "minisatep", "maplechrono", "maplesat")
# The last two of them write lines that do not follow by unit propagation from those before.
_ONE_SHOT = ("kissat404",)  # a second question to it ends the process


class Deadline:
    """The end of `time_limit` seconds from now, or none; ValueError if it is negative."""

    def __init__(self, time_limit: float | None) -> None:
        self.limited = time_limit is not None
        limit = 0.0 if time_limit is None else real("time_limit", time_limit, 0.0)
        self._end = time.perf_counter() + limit

    def left(self) -> float | None:
        """Seconds left, never negative, or None without a limit."""
        return max(0.0, self._end - time.perf_counter()) if self.limited else None


def pysat() -> Any:
    """The solvers of python-sat; ImportError that says what to install."""
    try:
        import pysat.solvers
    except ImportError:
        raise ImportError('this solver needs python-sat: pip install "sgq[sat]"') from None
    return pysat.solvers


def chosen_engine(engine: str, *, limited: bool = False, proof: bool = False, incremental: bool = False) -> str:
    """The engine by name, or for ``"auto"`` the fastest on random 3-SAT that can do what is asked.

    Raises
    ------
    ValueError
        If there is no such engine, or it cannot stop at a time limit, write a proof or answer more than once.
    """
    aliases = vars(pysat().SolverNames)
    names = [name for name in aliases if isinstance(aliases[name], tuple) and name in aliases[name]]
    choice("engine", engine, ["auto", *names])
    if engine == "auto":
        if proof:
            return "glucose4" if limited else "cadical195"
        return "minisat22"
    if limited and engine in _UNINTERRUPTIBLE:
        raise ValueError(
            f"engine={engine!r} cannot stop at a time_limit: minisat22 and glucose4 can, to the millisecond"
        )
    if proof and engine in _PROOFLESS:
        raise ValueError(f"engine={engine!r} gives no proof that can be checked: glucose4 and cadical195 do")
    if incremental and engine in _ONE_SHOT:
        raise ValueError(f"engine={engine!r} decides one formula once: minisat22 goes on from there")
    return engine


def decide(solver: Any, engine: str, deadline: Deadline, assumptions: Sequence[int] = ()) -> bool | None:
    """Whether the formula has a solution in which the assumed literals are true, or None when the time is up first."""
    if engine in _UNINTERRUPTIBLE:
        return decide_at_once(solver, assumptions)
    answer: bool | None = in_thread(
        lambda: solver.solve_limited(assumptions=list(assumptions), expect_interrupt=True), solver.interrupt, deadline
    )
    solver.clear_interrupt()  # else it would end the next question, too
    return answer


def decide_at_once(solver: Any, assumptions: Sequence[int] = ()) -> bool:
    """As `decide`, without a limit."""
    try:
        return bool(solver.solve(assumptions=list(assumptions)) if assumptions else solver.solve())
    except Exception as error:  # pysat's C code turns Ctrl-C into an error of its own
        if "keyboard interrupt" in str(error):
            raise KeyboardInterrupt from None
        raise


def in_thread(work: Any, interrupt: Any, deadline: Deadline) -> Any:
    """What `work` returns; `interrupt` is called when the time is up, and on Ctrl-C."""
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(work)
        try:
            wait([answer], deadline.left())
        finally:  # also on Ctrl-C, which reaches only this thread
            interrupt()
        return answer.result()


def effort(solver: Any) -> dict[str, int]:
    """Decisions and conflicts of a search, where the engine counts them."""
    try:
        counted = solver.accum_stats() or {}
    except NotImplementedError:  # kissat counts in secret
        return {}
    return {name: int(counted[name]) for name in ("decisions", "conflicts") if name in counted}
