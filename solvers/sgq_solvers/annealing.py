"""Simulated annealing (Kirkpatrick, Gelatt & Vecchi, Science 220, 671 (1983)): many independent reads.

The defaults need no tuning: inverse temperatures rise linearly from 0.1 to 6 in units of the inverse root mean square
local field, then four sweeps at zero temperature; under a time limit, blocks of reads restart with ever longer
schedules.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dimod
import numpy as np

from sgq.checks import boolean, integer, seed_integer
from sgq.models import Floats
from sgq.problem import Problem
from sgq_solvers.keeping import Keep, Kept, checked_keep, distinct
from sgq_solvers.replicas import Block, Lanes, QuadraticModel, Spins, lanes_for, model_of
from sgq_solvers.sampler import Clock, Progress, Sampler, given_rows, in_turn, spin_samples
from sgq_solvers.schedule import Schedule
from sgq_solvers.workers import Run, threads

_SWEEPS = 1000
_SHORTEST = 64  # sweeps of the first restart
_PIECES = 4  # parts of a schedule, at least
_MEASURED = 8  # parts in which the acceptance is measured, about
_LOOKS = 32  # parts where states on the way count too
_CROWD = 16  # reads that say something about how many find the best energy
_PIECE = 5e6  # nanoseconds of sweeping, roughly, between two looks at the clock
_RESTARTS = 8  # blocks that share the time it takes to hand out their reads


class AnnealingSampler(Sampler, dimod.PolySampler):
    """Simulated annealing by lazy Metropolis sweeps, hundreds of reads at once; equal seeds give equal bits."""

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int | None = None,
        num_sweeps: int | None = None,
        beta_range: Sequence[float] | None = None,
        schedule: str | Sequence[float] = "linear",
        initial_states: Any = None,
        keep: Keep = "last",
        independent: bool | None = None,
        num_threads: int | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        target_energy: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Anneal.

        Parameters
        ----------
        bqm
            Any size, SPIN or BINARY.
        num_reads
            Reads; by default one block of the kernel that suits the model (32, 64, 256 or 512), or as many blocks as
            fit where a time limit is given, but not more than 2^27 spins. A block costs the same however few of its
            reads are asked for.
        num_sweeps
            Sweeps of each read; by default 1000, or with a time limit and `num_reads` as many as there is time for
            where those are fewer. With a time limit alone, blocks of reads run 64, 64, 128, 128, 256, … sweeps and the
            last takes the time that is left: within a small factor of the best fixed number, which nobody knows
            beforehand.
        beta_range
            First and last inverse temperature, used as given: equal ones sample the Boltzmann distribution at
            that temperature. By default 0.1 and 6 in units of 1/rms, with rms² the mean over sites of
            h² + Σ J² (in spins), and four zero-temperature sweeps after them.
        schedule
            ``"linear"`` or ``"geometric"`` in beta, or the inverse temperatures themselves, one a sweep
            (`beta_range` and `num_sweeps` must then be absent; ``inf`` is zero temperature).
        initial_states
            Configurations to start from instead of random ones, in the model's vartype: an array of shape
            (rows, N) in the order of ``bqm.variables``, or anything `dimod.as_samples` takes. Rows are used in
            turn where there are fewer than reads.
        keep
            ``"last"``: the final state of each read. ``"best"``: the lowest state of each read, of those looked at
            (the last, and at least 32 on the way). A number n: the n lowest distinct states of all reads, of those
            looked at.
        independent
            Whether reads share no random numbers at all. Where they do, reads of a block use the same numbers at
            different sites: each is still a Markov chain with exact acceptance, but a block is heated and cooled
            together, and at a fixed temperature the mean over its reads fluctuates several times more than over
            independent ones. After cooling to 6/rms no trace of it was found in energies. By default reads share where
            the schedule rises to 6/rms or more, and do not elsewhere. Sharing is up to seven times faster.
        num_threads
            Blocks at work at once; by default the cores that this process may use. It does not change the answer.
        seed
            Integer below 2^31; equal seeds give equal answers for runs that time does not end.
        time_limit
            Seconds; the reads made by then are returned, the unfinished ones quenched. Of models so large that it
            would take long to hand out all reads, the lowest of each block are, where `num_reads` is left out.
        target_energy
            Stop after the first block of reads that reaches this energy.
        progress
            Called as ``progress(fraction_done, best_energy)``.

        Returns
        -------
        dimod.SampleSet
            One row a read, or the kept states. ``info["sgq"]``: `kernel` and `why` it was chosen, `batch` (reads of a
            block), `beta_range`, `num_sweeps` of the longest read, whether reads are `restarts` of different lengths,
            `reads` made, `lowest_of` how many the returned ones of a block are the lowest (where not all are
            returned), whether rows are `selected` and say nothing of a read's chances, whether reads are
            `independent`, `acceptance` (moves accepted, of all sites visited, from samples of the sweeps),
            `updates_per_ns` (sites visited, for the reads returned), `threads`, `stopped` (``"time_limit"``,
            ``"target_energy"`` or ``"interrupt"``) where the run was cut short, `advice` where parallel tempering may
            serve better, and `precision` where couplings differ so much in size that float32, in which costs are
            computed unless they are integers, blurs the small ones.
        """
        clock = Clock(time_limit)
        model, labels = model_of(bqm)
        plan = Schedule(model.rms, beta_range, schedule, num_sweeps)
        wanted = None if num_reads is None else integer("num_reads", num_reads, 1)
        keep = checked_keep(keep)
        start = None if initial_states is None else given_rows(initial_states, labels, bqm.vartype)
        seeds = np.random.SeedSequence(seed_integer(seed))
        lanes, why = lanes_for(model, wanted)
        if wanted is None and time_limit is None:
            wanted = min(lanes.lanes, clock.room(model.num_spins))
        blocks = np.inf if wanted is None else -(-wanted // lanes.lanes)
        if plan.num_sweeps is not None and wanted is None:
            blocks = max(1, clock.room(model.num_spins) // lanes.lanes)
        run: Run[_Reads] = Run(clock, target_energy, model.tolerance, progress, blocks)
        shared = plan.ends_cold if independent is None else not boolean("independent", independent)
        workers = threads(num_threads)
        annealing = _Annealing(lanes, plan, keep, start, 1 if shared else None, wanted, seeds, run, workers)
        run.execute(annealing, lambda begun: begun < blocks, workers)
        rows, info = annealing.answer()
        energies = model.energies(rows)
        if isinstance(keep, int):
            rows, energies = distinct(rows, energies, keep)
        return spin_samples(rows, labels, bqm.vartype, energies, why=why, threads=workers, **info)

    def warm_up(self, problem: Problem) -> None:
        """Import and compile the kernel that suits the problem, by a sweep of it."""
        self.sample(problem.model, num_sweeps=1)

    def sample_poly(self, poly: dimod.BinaryPolynomial, **parameters: Any) -> dimod.SampleSet:
        """Anneal a polynomial of any order as it is; parameters and answer as in `sample`.

        The unit 1/rms has rms² = mean over sites of the sum of squared coefficients of the terms at the site,
        in spins.
        """
        return self.sample(poly, **parameters)


@dataclass
class _Reads:
    """One block, annealed."""

    rows: Spins
    energies: Floats
    sweeps: int
    seconds: float
    acceptance: float


class _Annealing:
    """What every block of a run has in common."""

    def __init__(
        self,
        lanes: Lanes,
        plan: Schedule,
        keep: Keep,
        start: Spins | None,
        apart: int | None,
        wanted: int | None,
        seeds: np.random.SeedSequence,
        run: Run[_Reads],
        workers: int,
    ) -> None:
        self.lanes, self.plan, self.keep = lanes, plan, keep
        self.start, self.apart, self.wanted, self.seeds, self.run = start, apart, wanted, seeds, run
        self.workers = workers
        self.pace = 1.3e-9 * lanes.nanoseconds  # seconds that a sweep of a block takes
        room = run.clock.room(lanes.model.num_spins) // _RESTARTS
        self.most = max(1, room) if wanted is None and room < lanes.lanes else None
        run.clock.reserve = 1e-9 * lanes.nanoseconds * plan.quench

    def sweeps(self, block: int) -> int:
        """Length of a block; restarts double every second time, and the last takes all that is left.

        A number of reads shares the time instead.
        """
        if self.plan.num_sweeps is not None:
            return self.plan.num_sweeps
        left = self.run.clock.left() / self.pace
        if self.wanted is not None:
            turns = -(-(self.run.total - block) // self.workers)
            return max(1, int(min(_SWEEPS, left / turns)))
        length = _SHORTEST << (block // 2)
        return max(1, int(left)) if left < 3 * length else length

    def __call__(self, number: int) -> _Reads:
        """Anneal a block, to the end of its schedule, of the time, or to Ctrl-C."""
        lanes, sweeps = self.lanes, self.sweeps(number)
        began = time.perf_counter()
        rows = in_turn(self.start, number * lanes.lanes, lanes.lanes)
        block = lanes.start(self._seed(number), rows, self.apart)
        reads = lanes.lanes if self.wanted is None else self.wanted - number * lanes.lanes
        kept, changed, length = Kept(self.keep, lanes, reads, self.most), [], self.plan.length(sweeps)
        pieces = _LOOKS if kept.wants_looks else _PIECES
        step = max(1, min(-(-length // pieces), int(_PIECE / lanes.nanoseconds)))
        measured = max(1, length // step // _MEASURED)
        done = 0
        for k in range(0, length, step):
            part = self.plan.betas(sweeps, k, k + step)
            if k // step % measured:
                lanes.sweep(block, part)
            else:
                changed.append(self._sweep(block, part))
            done += len(part)
            if kept.wants_looks:
                kept.look(block)
            self.run.report(number, self._best(kept), len(part) / length)
            if self.run.over(number):
                if done < length:
                    lanes.sweep(block, np.full(self.plan.quench, np.inf))
                break
        seconds = time.perf_counter() - began
        self.pace = max(1e-9, seconds / done)
        kept.look(block)
        self.run.report(number, self._best(kept), 0.0)
        return _Reads(kept.rows, kept.energies, min(done, sweeps), seconds, float(np.mean(changed)))

    def _best(self, kept: Kept) -> float:
        """Lowest energy kept so far, in float64 where it may be the target."""
        best = float(kept.energies.min(initial=np.inf))
        return float(self.lanes.model.energies(kept.rows).min()) if best <= self.run.target + self.lanes.blur else best

    def answer(self) -> tuple[Spins, dict[str, Any]]:
        """All rows, and what there is to say."""
        done, lanes = self.run.ordered(), self.lanes
        empty = np.empty((0, lanes.model.num_spins), np.int8)
        rows = np.concatenate([empty, *(reads.rows for reads in done)])
        work = float(sum(reads.sweeps for reads in done))
        asked = 1.0 if self.wanted is None else min(1.0, self.wanted / (lanes.lanes * max(1, len(done))))
        updates = work * lanes.lanes * lanes.model.num_spins * asked
        seconds = sum(reads.seconds for reads in done)
        info = {
            "kernel": lanes.kernel,
            "batch": lanes.lanes,
            "beta_range": self.plan.ends(),
            "num_sweeps": max((reads.sweeps for reads in done), default=0),
            "restarts": len({reads.sweeps for reads in done}) > 1,
            **({"lowest_of": lanes.lanes} if self.most is not None else {}),
            **({"selected": True} if self.most is not None or isinstance(self.keep, int) else {}),
            **lanes.precision,
            "reads": round(asked * lanes.lanes * len(done)),
            "independent": self.apart is None,
            "acceptance": float(np.dot([r.acceptance for r in done], [r.sweeps for r in done]) / max(1.0, work)),
            "updates_per_ns": 1e-9 * updates / seconds if seconds else None,
        }
        info |= {"stopped": self.run.stopped} if self.run.stopped else {}
        return rows, info | self._advice(done)

    def _advice(self, done: list[_Reads]) -> dict[str, str]:
        """What to do better: temper where hardly any of the longest reads found the best energy."""
        if not done or not isinstance(self.lanes.model, QuadraticModel) or len(done[-1].energies) < _CROWD:
            return {}
        longest = np.concatenate([r.energies for r in done if 2 * r.sweeps > max(r.sweeps for r in done)])
        best = min(float(r.energies.min()) for r in done)
        hits = int((longest <= best + max(self.lanes.model.tolerance, 1e-6 * self.lanes.model.rms)).sum())
        if hits > 1:
            return {}
        return {"advice": f"{hits} of {len(longest)} reads at the best energy: tempering may serve better"}

    def _seed(self, number: int) -> np.random.SeedSequence:
        return np.random.SeedSequence(self.seeds.entropy, spawn_key=(number,))

    def _sweep(self, block: Block, betas: Floats) -> float:
        """Sweep, and the part of the spins that the middle one of the sweeps has changed."""
        middle = len(betas) // 2
        self.lanes.sweep(block, betas[:middle])
        before = block.spins.copy()
        self.lanes.sweep(block, betas[middle : middle + 1])
        changed = self.lanes.changed(block, before)
        self.lanes.sweep(block, betas[middle + 1 :])
        return changed
