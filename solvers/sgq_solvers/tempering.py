"""Parallel tempering (Hukushima & Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996)), many ensembles at once.

Replicas of one ensemble sit on a ladder of inverse temperatures and exchange places; the hot ones keep finding new
valleys, the cold ones their bottoms. The ladder refines itself while it runs.
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
from sgq_solvers.ensembles import Ensembles
from sgq_solvers.keeping import Keep, Kept, Lowest, checked_keep, distinct
from sgq_solvers.ladder import SIZES, Ladder
from sgq_solvers.replicas import Lanes, Model, QuadraticModel, Spins, block_lanes_for, model_of
from sgq_solvers.sampler import Clock, Progress, Sampler, given_rows, in_turn, spin_samples
from sgq_solvers.schedule import beta_ends, given_betas, unit_of_beta
from sgq_solvers.workers import LONG, Run, threads

_HOT, _COLD = 1.5, 10.0  # ends of the ladder, beta in units of 1 / rms
_LARGE = (2000, 20_000)  # spins from which 16, and 32, temperatures are too few to begin with
_FROZEN = 3e-4  # acceptance of the cheapest move that is cold enough
_SWEEPS = 1000
_FIRST = 20  # exchanges until the ladder is refined, then twice as many, and so on
_LOOK = 5  # exchanges between two looks at all replicas, as they are and quenched
_LOOK_EXACT = 20  # where costs are integers, and the coldest replicas frozen as they are


class TemperingSampler(Sampler, dimod.PolySampler):
    """Parallel tempering with a ladder of temperatures that finds itself; equal seeds give equal bits."""

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int | None = None,
        num_sweeps: int | None = None,
        beta_range: Sequence[float] | None = None,
        schedule: Sequence[float] | None = None,
        initial_states: Any = None,
        keep: Keep = "best",
        independent: bool | None = None,
        num_threads: int | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        target_energy: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Temper.

        Parameters
        ----------
        bqm
            Any size, SPIN or BINARY.
        num_reads
            Reads; a read is one ensemble, a whole ladder of replicas. By default all ensembles of one block of the
            kernel that suits the model, or of one block a thread where a time limit is given.
        num_sweeps
            Sweeps of each replica, five between exchanges (fewer for models so large that they take long); by default
            1000, or as many as fit into the time limit.
        beta_range
            Hottest and coldest inverse temperature, used as given; by default 1.5 and 10 in units of 1/rms, with rms²
            the mean over sites of h² + Σ J² (in spins), or less at the cold end where couplings are whole multiples of
            a unit and the cheapest move is accepted 3 times in 10 000 before. The ladder between them starts
            linear, with 16 temperatures (32 for more than 2000 spins, 64 for more than 20 000). It is refined after 20,
            40, 80, … exchanges so that all are rejected equally often, and grows to 32 or 64 temperatures where
            exchanges are rarer than one in five.
        schedule
            The inverse temperatures of the ladder, rising, 16, 32 or 64 of them, which then stay as they are
            (`beta_range` must be absent).
        initial_states
            Configurations to start from instead of random ones, in the model's vartype, used in turn: an array of
            shape (rows, N) in the order of ``bqm.variables``, or anything `dimod.as_samples` takes.
        keep
            ``"best"``: the lowest state of each ensemble, of those looked at: all its replicas at every fifth exchange
            (twentieth where costs are integers), as they are and after four sweeps at zero temperature.
            ``"last"``: the state at the coldest temperature, a sample of the Boltzmann distribution there once the
            ensemble is in equilibrium. A number n: the n lowest distinct states of all looked at.
        independent
            Whether ensembles share no random numbers at all; replicas that interact never do. By default they share
            unless ``keep="last"``, where averages over ensembles are to be trusted (see `AnnealingSampler.sample`).
        num_threads
            Blocks at work at once; by default the cores that this process may use. It does not change the answer.
        seed
            Integer below 2^31; equal seeds give equal answers for runs that time does not end.
        time_limit
            Seconds.
        target_energy
            Stop where a state looked at has this energy.
        progress
            Called as ``progress(fraction_done, best_energy)``.

        Returns
        -------
        dimod.SampleSet
            One row a read, or the kept states. ``info["sgq"]``: `kernel` and `why` it was chosen, `batch` (reads of a
            block), `betas` of the ladder at the end, `exchange_rates` between neighbours since it was last refined,
            `round_trips` of replicas between the ends, `num_sweeps`, `cluster_moves` (whether ensembles exchange
            clusters), `acceptance`, `updates_per_ns`, `threads`, `selected` and `precision` as of `annealing`, and
            `stopped` (``"time_limit"``, ``"target_energy"`` or ``"interrupt"``) where the run was cut short.
        """
        clock = Clock(time_limit)
        model, labels = model_of(bqm)
        fixed, betas = _first_ladder(model, beta_range, schedule)
        sweeps = None if num_sweeps is None else integer("num_sweeps", num_sweeps, 1)
        sweeps = _SWEEPS if sweeps is None and time_limit is None else sweeps
        wanted = None if num_reads is None else integer("num_reads", num_reads, 1)
        keep = checked_keep(keep)
        start = None if initial_states is None else given_rows(initial_states, labels, bqm.vartype)
        seeds = np.random.SeedSequence(seed_integer(seed))
        lanes, why = block_lanes_for(model)
        workers = threads(num_threads)
        blocks = workers if time_limit is not None else 1
        run: Run[_Reads] = Run(clock, target_energy, model.tolerance, progress, blocks)
        alone = keep == "last" if independent is None else boolean("independent", independent)
        tempering = _Tempering(lanes, betas, fixed, sweeps, alone, start, seeds, keep, run)
        run.execute(tempering, lambda begun: tempering.wants(begun, wanted, blocks), workers)
        rows, info = tempering.answer(wanted)
        energies = model.energies(rows)
        if isinstance(keep, int):
            rows, energies = distinct(rows, energies, keep)
        return spin_samples(rows, labels, bqm.vartype, energies, why=why, threads=workers, **info)

    def warm_up(self, problem: Problem) -> None:
        """Import and compile the kernel that suits the problem, by a sweep of it."""
        self.sample(problem.model, num_sweeps=1, num_threads=1)

    def sample_poly(self, poly: dimod.BinaryPolynomial, **parameters: Any) -> dimod.SampleSet:
        """Temper a polynomial of any order as it is; parameters and answer as in `sample`."""
        return self.sample(poly, **parameters)


def _first_ladder(
    model: Model, beta_range: Sequence[float] | None, schedule: Sequence[float] | None
) -> tuple[bool, Floats]:
    """Whether the ladder is the user's, and the one to begin with."""
    if schedule is None:
        hot, cold = _ends(model) if beta_range is None else beta_ends(beta_range, model.rms)
        if hot > cold:
            raise ValueError(f"beta_range={beta_range!r}: the hottest inverse temperature first, the coldest last")
        size = SIZES[int(np.searchsorted(_LARGE, model.num_spins))]
        return False, np.linspace(hot, cold, size)
    betas = given_betas(schedule)
    if beta_range is not None:
        raise ValueError("schedule gives every inverse temperature of the ladder: leave beta_range out")
    if len(betas) not in SIZES or (np.diff(betas) < 0).any() or not np.isfinite(betas).all():
        sizes = ", ".join(map(str, SIZES))
        raise ValueError(f"schedule of {len(betas)} inverse temperatures: rising and finite, one of {sizes} of them")
    return True, betas


def _ends(model: Model) -> tuple[float, float]:
    """Hottest and coldest inverse temperature: colder than where nothing moves is of no use."""
    unit = unit_of_beta(model.rms)
    gap = model.smallest_cost if isinstance(model, QuadraticModel) else None
    cold = _COLD * unit if gap is None else min(_COLD * unit, -np.log(_FROZEN) / gap)
    return min(_HOT * unit, cold / 2), cold


@dataclass
class _Reads:
    """One block, tempered."""

    rows: Spins
    ensembles: Ensembles
    acceptance: float
    seconds: float


class _Tempering:
    """What every block of a run has in common."""

    def __init__(
        self,
        lanes: Lanes,
        betas: Floats,
        fixed: bool,
        sweeps: int | None,
        independent: bool,
        start: Spins | None,
        seeds: np.random.SeedSequence,
        keep: Keep,
        run: Run[_Reads],
    ) -> None:
        self.lanes, self.betas, self.fixed, self.sweeps = lanes, betas, fixed, sweeps
        self.independent, self.start, self.seeds, self.keep, self.run = independent, start, seeds, keep, run

    def wants(self, begun: int, reads: int | None, blocks: int) -> bool:
        """Whether another block is needed after so many; ladders may have grown, and blocks hold fewer ensembles."""
        if reads is None:
            return begun < blocks
        counts = [done.ensembles.count for done in self.run.results.values()]
        usual = min(counts, default=self.lanes.lanes // len(self.betas))
        return sum(counts) + (begun - len(counts)) * usual < reads

    def __call__(self, number: int) -> _Reads:
        """Temper a block, until its sweeps are done, time is up, the target is reached, or Ctrl-C."""
        began = time.perf_counter()
        seed = np.random.SeedSequence(self.seeds.entropy, spawn_key=(number,))
        rows = in_turn(self.start, number * self.lanes.lanes, self.lanes.lanes)
        ensembles = Ensembles(self.lanes, Ladder(self.betas), seed, rows, self.independent)
        lowest, kept = (
            Lowest(self.lanes, ensembles.count, self.run.target),
            Kept(self.keep, self.lanes, self.lanes.lanes),
        )
        steps = np.inf if self.sweeps is None else -(-self.sweeps // ensembles.sweeps)
        refine, look = _FIRST, _LOOK_EXACT if self.lanes.exact else _LOOK
        piece = max(1, int(LONG / (ensembles.sweeps * self.lanes.nanoseconds)))
        while ensembles.exchanges < steps:
            if ensembles.exchanges == refine and not self.fixed:
                ensembles.refine()
                refine = 2 * refine + _FIRST
            done = ensembles.exchanges
            events = (look - done % look, steps - done, piece, np.inf if self.fixed else refine - done)
            ensembles.advance(int(min(events)), lowest.target)
            best = np.inf
            if ensembles.exchanges % look == 0 or ensembles.energies.min() <= lowest.target:
                best = self._look(ensembles, lowest, kept)
            self.run.report(number, best, (ensembles.exchanges - done) / steps)
            if self.run.over(number) or best <= self.run.target:
                break
        seconds = time.perf_counter() - began
        lowest.look(ensembles.block, ensembles.energies)  # the run may have ended between two looks
        if self.keep == "last":
            rows = ensembles.rows(np.arange(ensembles.count), len(ensembles.ladder.betas) - 1)
        elif isinstance(self.keep, int):
            kept.look(ensembles.block)
            rows = kept.rows
        else:
            rows = lowest.rows
        return _Reads(rows, ensembles, ensembles.acceptance(), seconds)

    def _look(self, ensembles: Ensembles, lowest: Lowest, kept: Kept) -> float:
        """Look at all replicas, as they are and quenched; the lowest energy so far."""
        lowest.look(ensembles.block, ensembles.energies)
        quenched, energies = ensembles.quenched()
        best = lowest.look(quenched, energies)
        if isinstance(self.keep, int):
            kept.look(ensembles.block)
            kept.look(quenched)
        return best

    def answer(self, wanted: int | None) -> tuple[Spins, dict[str, Any]]:
        """All rows, and what there is to say."""
        done, lanes = self.run.ordered(), self.lanes
        rows = np.concatenate([np.empty((0, lanes.model.num_spins), np.int8), *(reads.rows for reads in done)])
        rows = rows if isinstance(self.keep, int) else rows[:wanted]
        if not done:
            return rows, {"kernel": lanes.kernel, "stopped": self.run.stopped}
        ensembles = [reads.ensembles for reads in done]
        last = ensembles[0]
        seconds = sum(reads.seconds for reads in done)
        sweeps = [e.sweeps * e.exchanges for e in ensembles]
        info = {
            "kernel": lanes.kernel,
            "batch": last.count,
            "betas": last.ladder.betas.tolist(),
            "exchange_rates": [float(rate) for rate in last.ladder.rates],
            "round_trips": sum(e.trips for e in ensembles),
            "num_sweeps": max(sweeps),
            "cluster_moves": last.clusters,
            "acceptance": float(np.mean([reads.acceptance for reads in done])),
            "updates_per_ns": 1e-9 * sum(sweeps) * lanes.lanes * lanes.model.num_spins / seconds,
        }
        info |= lanes.precision | ({"selected": True} if isinstance(self.keep, int) else {})
        return rows, info | ({"stopped": self.run.stopped} if self.run.stopped else {})
