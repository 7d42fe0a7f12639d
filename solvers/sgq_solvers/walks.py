"""The walks of local search on clauses: the rule that they follow, and their way from an assignment to a solution."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgq.checks import choice, real
from sgq.problem import Problem
from sgq_solvers.clauses import clauses_of
from sgq_solvers.sampler import in_turn
from sgq_solvers.workers import Run

if TYPE_CHECKING:
    from sgq.kernels.walksat import Formula, Walk

_HEURISTICS = ("probsat", "walksat")
_EPSILON = 0.9
_CB = {3: 2.06, 4: 2.85, 5: 3.7, 6: 5.1, 7: 5.4}  # by the longest clause; the authors' program
_LARGEST_CB = 100.0  # breaks nothing that it can avoid
_NOISE = {3: 0.567, 4: 0.4, 5: 0.3, 6: 0.2, 7: 0.15}
_PIECE = 1 << 18  # flips between two looks at the clock


def formula_of(problem: Problem) -> Formula:
    """The clauses of a problem as the kernel takes them; ValueError if it has none, or weights other than 1."""
    from sgq.kernels.walksat import Formula, occurrences

    literals, starts = clauses_of(problem, "walksat")
    clauses, first = occurrences(literals, starts, problem.num_variables)
    lengths = np.diff(starts)
    longest = int(lengths.max(initial=1))
    return Formula(literals, starts, clauses, first, longest, longest if (lengths == longest).all() else 0)


def walk_from(formula: Formula, truth: NDArray[np.uint8], rng: np.random.Generator) -> Walk:
    """A walk that starts from an assignment, which it changes in place."""
    from sgq.kernels.walksat import Walk, begin

    n, m = len(truth), len(formula.starts) - 1
    walk = Walk(
        truth=truth,
        best=truth.copy(),
        states=np.empty(m, np.uint64),
        breaks=np.zeros(1 << (n - 1).bit_length(), np.uint32),
        violated=np.empty(m, np.uint32),
        places=np.empty(m, np.uint32),
        recent=np.empty(n, np.uint32),
        counts=np.zeros(3, np.int64),
        generator=rng.integers(1, 2**64, size=2, dtype=np.uint64),
    )
    begin(formula, walk)
    return walk


class Rule:
    """How a variable is chosen, as the kernel takes it.

    Attributes
    ----------
    weights, noise
        The arguments of `search` in `sgq.kernels.walksat`.
    info
        What was chosen, by the user or for him.
    """

    def __init__(self, heuristic: str, noise: float | None, cb: float | None, formula: Formula) -> None:
        choice("heuristic", heuristic, _HEURISTICS)
        other = {"noise": noise} if heuristic == "probsat" else {"cb": cb}
        for name, value in other.items():
            if value is not None:
                raise ValueError(f"{name}={value!r} is not for heuristic={heuristic!r}: leave it out")
        length = min(max(formula.longest, 3), 7)
        self.noise, self.weights = 0.0, np.empty(0)
        if heuristic == "walksat":
            self.noise = _NOISE[length] if noise is None else real("noise", noise, 0.0, 1.0)
            self.info: dict[str, Any] = {"heuristic": heuristic, "noise": self.noise}
        else:
            base = _CB[length] if cb is None else real("cb", cb, 0.0, _LARGEST_CB, above=True)
            breaks = np.arange(1.0 + np.diff(formula.first).max(initial=0))
            with np.errstate(under="ignore"):
                weights = (_EPSILON + breaks) ** -base if formula.longest <= 3 else base**-breaks
            self.weights = np.maximum(weights, np.finfo(np.float64).tiny)
            self.info = {"heuristic": heuristic, "cb": base}


@dataclass
class Read:
    """One walk, at its end."""

    row: NDArray[np.int8]
    energy: int
    flips: int
    seconds: float


class Walks:
    """What every read of a run has in common."""

    def __init__(
        self,
        formula: Formula,
        num_variables: int,
        rule: Rule,
        length: int,
        endless: bool,
        start: NDArray[np.int8] | None,
        seed: int | None,
        run: Run[Read],
    ) -> None:
        self.formula, self.num_variables, self.rule = formula, num_variables, rule
        self.length, self.endless, self.start, self.run = length, endless, start, run
        self.goal = 0 if run.target == -math.inf else max(0, math.floor(run.target))
        self.entropy = np.random.SeedSequence(seed).entropy

    def flips(self, number: int) -> int:
        """Flips of a read, at most."""
        return self.length << (number // 2 if self.endless else 0)

    def __call__(self, number: int) -> Read:
        """Walk to a solution, or the end of the flips, of the time, or Ctrl-C."""
        from sgq.kernels.walksat import search

        began = time.thread_time()
        walk = self._start(number)
        most, done = self.flips(number), 0
        while done < most and walk.counts[0] > self.goal and not self.run.over(number):
            part = min(_PIECE, most - done)
            done += search(self.formula, walk, self.rule.weights, self.rule.noise, self.goal, part)
            self.run.report(number, float(walk.counts[1]), part / most)
        self.run.report(number, float(walk.counts[1]), 0.0)
        return Read(walk.best.view(np.int8), int(walk.counts[1]), done, time.thread_time() - began)

    def _start(self, number: int) -> Walk:
        rng = np.random.default_rng(np.random.SeedSequence(self.entropy, spawn_key=(number,)))
        truth = rng.integers(2, size=self.num_variables, dtype=np.uint8)
        rows = in_turn(self.start, number, 1)
        if rows is not None:
            truth[:] = rows[0] > 0
        return walk_from(self.formula, truth, rng)
