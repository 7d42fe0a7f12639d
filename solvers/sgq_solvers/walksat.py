"""Local search for satisfying assignments: WalkSAT (Selman, Kautz & Cohen 1994) and probSAT (Balint & Schöning 2012).

A read is one walk from one assignment. With good noise the time that a walk takes is distributed exponentially (Hoos &
Stützle 1999): a walk does not age, restarts gain nothing and cost the descent from a random assignment. They guard
against walks that never end; so under a time limit reads double in length, and nothing depends on a number that nobody
knows beforehand.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sgq.checks import integer, seed_integer
from sgq.problem import Problem
from sgq_solvers.clauses import ClauseSolver
from sgq_solvers.sampler import Clock, Progress, given_rows
from sgq_solvers.walks import Read, Rule, Walks, formula_of
from sgq_solvers.workers import Run, threads

if TYPE_CHECKING:
    import dimod


class WalkSATSolver(ClauseSolver):
    """Local search on clauses, WalkSAT and probSAT: finds solutions of large formulas, proves nothing.

    References
    ----------
    B. Selman, H. A. Kautz, B. Cohen, Noise strategies for improving local search, AAAI 1994, 337.
    A. Balint, U. Schöning, Choosing probability distributions for stochastic local search and the role of make versus
    break, SAT 2012, LNCS 7317, 16.
    S. Seitz, M. Alava, P. Orponen, Focused local search for random 3-satisfiability, J. Stat. Mech. P06006 (2005).
    H. H. Hoos, T. Stützle, Towards a characterisation of the behaviour of stochastic local search algorithms for SAT,
    Artificial Intelligence 112, 213 (1999).
    """

    def warm_up(self, problem: Problem) -> None:
        """Import and compile, by a flip."""
        self.sample_problem(problem, max_flips=1)

    def sample_problem(
        self,
        problem: Problem,
        *,
        heuristic: str = "probsat",
        noise: float | None = None,
        cb: float | None = None,
        num_reads: int | None = None,
        max_flips: int | None = None,
        initial_states: Any = None,
        num_threads: int | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        target_energy: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Search from random assignments for one that violates no clause, or as few as possible.

        Parameters
        ----------
        problem
            A problem with arrays `literals` and `starts`: formulas with clauses of any lengths, of equal weight.
        heuristic
            How the variable of a violated clause is chosen that is flipped. ``"probsat"``: by the number b of clauses
            that its flip breaks, with probability ∝ (0.9 + b)^-cb, or cb^-b where a clause has more than three
            literals; the faster one on random formulas. ``"walksat"``: one that breaks nothing if there is such a
            one, else with probability `noise` any, and otherwise one that breaks least.
        noise
            Of ``"walksat"``, between 0 and 1. By default, by the longest clause of K literals: 0.567 for K ≤ 3, in
            the range that Seitz, Alava & Orponen (2005) find best near the threshold, and 0.4, 0.3, 0.2, 0.15 for 4, 5,
            6 and more, of the values tried the best on formulas at some nine tenths of the threshold.
        cb
            Of ``"probsat"``. By default the values of its authors' program: 2.06 for K ≤ 3, and 2.85, 3.7, 5.1, 5.4 for
            4, 5, 6 and more.
        num_reads
            Walks, each from its own random assignment. By default one; under a time limit as many as it takes.
        max_flips
            Flips of a read, at most; by default 10^7 + 1000 N. With a time limit and no `num_reads`, that of the first
            two, and doubled for every two after them.
        initial_states
            Assignments to start from instead of random ones: an array of shape (rows, N) of bits in the order of the
            variables, or anything `dimod.as_samples` takes. Used in turn where there are fewer than reads.
        num_threads
            Reads at work at once; by default the cores that this process may use. It does not change the answer.
        seed
            Integer below 2^31; equal seeds give equal answers for runs that time does not end.
        time_limit
            Seconds. All reads begun by then are returned, and those before the first solution where `num_reads` is
            left out.
        target_energy
            Stop after the first read with no more violated clauses than this. Reads end at 0, or at the target, in any
            case; without a target all `num_reads` are made.
        progress
            Called as ``progress(fraction_done, best_energy)``.

        Returns
        -------
        dimod.SampleSet
            One row a read, the best assignment it has met, with the vector `flips`. ``info["sgq"]``: `satisfiable`
            (True, or None: local search proves no formula unsatisfiable), `heuristic` with its `noise` or `cb`,
            `max_flips` of the longest read, whether reads are `restarts` of different lengths, `reads`, `flips` of all
            reads, `flips_per_second` of CPU time, `batch` (reads that run at once) and, where the run was cut short,
            `stopped`: ``"time_limit"``, ``"target_energy"`` or ``"interrupt"``.

        Raises
        ------
        ValueError
            If the problem has no clauses, or weights other than 1, or an argument is out of its range.
        """
        import dimod

        clock = Clock(time_limit)
        formula = formula_of(problem)
        wanted = None if num_reads is None else integer("num_reads", num_reads, 1)
        rule = Rule(heuristic, noise, cb, formula)
        n = problem.num_variables
        length = 10**7 + 1000 * n if max_flips is None else integer("max_flips", max_flips, 1)
        start = None if initial_states is None else given_rows(initial_states, list(problem.variables), dimod.BINARY)
        endless = wanted is None and time_limit is not None
        blocks = clock.room(n) if endless else wanted or 1
        target = 0.0 if endless and target_energy is None else target_energy
        workers = min(threads(num_threads), blocks)
        run: Run[Read] = Run(clock, target, 0.0, progress, math.inf if endless else blocks)
        walks = Walks(formula, n, rule, length, endless, start, seed_integer(seed), run)
        run.execute(walks, lambda begun: begun < blocks, workers)
        return _answer(problem, walks, workers)


def _answer(problem: Problem, walks: Walks, workers: int) -> dimod.SampleSet:
    import dimod

    reads = walks.run.ordered()
    energies = np.array([read.energy for read in reads], dtype=np.float64)
    flips = np.array([read.flips for read in reads], dtype=np.int64)
    seconds = sum(read.seconds for read in reads)
    info = {
        "satisfiable": True if 0 in energies else None,
        **walks.rule.info,
        "max_flips": walks.flips(len(reads) - 1),
        "restarts": walks.flips(len(reads) - 1) > walks.flips(0),
        "reads": len(reads),
        "flips": int(flips.sum()),
        "flips_per_second": float(flips.sum() / max(seconds, 1e-9)),
        "batch": workers,
        **({"stopped": walks.run.stopped} if walks.run.stopped else {}),
    }
    return dimod.SampleSet.from_samples(
        (np.array([read.row for read in reads]), list(problem.variables)),
        vartype="BINARY",
        energy=energies,
        flips=flips,
        info={"sgq": info},
        sort_labels=False,
    )
