"""Core-guided MaxSAT, the algorithm RC2 of python-sat, such that it can be stopped and knows bounds at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pysat.examples.rc2 import RC2Stratified
from pysat.formula import WCNF

_LOOK = 4096  # clauses between two looks at the clock
_ENGINE = "minisat22"  # on random 3-SAT above the transition as fast as RC2's own choice, glucose3, with weights faster


class StoppedError(Exception):
    """The search was interrupted."""


class _Watched(list[list[int]]):
    """Clauses that stop whoever goes through them when it is `over`: RC2 takes seconds to read 10^5 of them."""

    def __init__(self, clauses: Sequence[Sequence[int]], over: Callable[[], bool]) -> None:
        super().__init__()
        self.over = over
        for clause in clauses:
            self.append(list(clause))
            self._look(len(self))

    def __iter__(self) -> Iterator[list[int]]:
        for count, clause in enumerate(super().__iter__()):
            self._look(count)
            yield clause

    def _look(self, count: int) -> None:
        if count % _LOOK == 0 and self.over():
            raise StoppedError


class CoreGuided(RC2Stratified):  # type: ignore[misc, unused-ignore]
    """RC2 with stratification and core exhaustion [1]_, every call of whose SAT solver can be interrupted.

    Every unsatisfiable core raises the lower bound `cost`; every model that a call ends with is handed to `found`.
    RC2's own interrupts let a core be finished, which may take long, and forget whether there was one.

    Parameters
    ----------
    soft, weights
        Clauses and what each costs if it is violated, integers from 1.
    hard
        Clauses that must not be violated.
    found
        Called with the literals of every model, all of which satisfy the hard clauses.
    over
        Whether to stop, asked while the clauses are read.

    Raises
    ------
    StoppedError
        If it was over before all clauses were read.

    References
    ----------
    .. [1] A. Ignatiev, A. Morgado, J. Marques-Silva, J. Satisf. Boolean Model. Comput. 11, 53 (2019).
    """

    def __init__(
        self,
        soft: Sequence[Sequence[int]],
        weights: Sequence[int],
        hard: Sequence[Sequence[int]],
        found: Callable[[list[int]], None],
        over: Callable[[], bool],
    ) -> None:
        self.oracle: Any = None  # RC2 looks for both when it goes, even if they were never made
        self.processor: Any = None
        formula = WCNF()
        formula.hard, formula.soft, formula.wght = _Watched(hard, over), _Watched(soft, over), list(weights)
        formula.nv = max((abs(v) for clauses in (hard, soft) for clause in clauses for v in clause), default=0)
        formula.topw = 1 + sum(weights)
        self._found, self._stopped = found, False
        super().__init__(formula, solver=_ENGINE, exhaust=True)

    def hard_satisfiable(self) -> bool:
        """Whether the hard clauses have a solution, found with as many soft ones satisfied as come by themselves."""
        self.oracle.set_phases(self.sall)
        return self._call_oracle()

    def interrupt(self) -> None:
        """End the search, from another thread and for good."""
        self._stopped = True
        self.oracle.interrupt()

    def _call_oracle(self, assumptions: Sequence[int] = (), expect_interrupt: bool = False) -> bool:
        """One call of the SAT solver; StoppedError if it was interrupted, before or while it ran."""
        answer = None
        if not self._stopped:
            answer = self.oracle.solve_limited(assumptions=list(assumptions), expect_interrupt=True)
        if answer is None:
            raise StoppedError
        if answer:
            self._found(self.oracle.get_model() or [])
        return bool(answer)
