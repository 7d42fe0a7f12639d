"""Population annealing (Hukushima & Iba, AIP Conf. Proc. 690, 200 (2003); Machta, Phys. Rev. E 82, 026704 (2010)).

A population of replicas is cooled step by step. At each step a replica is copied or dropped according to its Boltzmann
weight at the new temperature, and all are swept. The weights give the free energy, and how many of the first replicas
have descendants says whether the population was large enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dimod
import numpy as np

from sgq.checks import integer, real, seed_integer
from sgq.models import Floats
from sgq.problem import Problem
from sgq_solvers.keeping import Keep, checked_keep, distinct
from sgq_solvers.replicas import Spins, block_lanes_for, model_of
from sgq_solvers.resampling import Population
from sgq_solvers.sampler import Clock, Progress, Sampler, checked_progress, given_rows, spin_samples
from sgq_solvers.schedule import beta_ends, given_betas
from sgq_solvers.workers import threads

_POPULATION = 1024
_SWEEPS = 10


class PopulationSampler(Sampler, dimod.PolySampler):
    """Population annealing with adaptive steps of temperature; equal seeds give equal bits."""

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int | None = None,
        num_sweeps: int = _SWEEPS,
        beta_range: Sequence[float] | None = None,
        schedule: Sequence[float] | None = None,
        initial_states: Any = None,
        keep: Keep = "last",
        num_threads: int | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        target_energy: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Anneal a population.

        Parameters
        ----------
        bqm
            Any size, SPIN or BINARY.
        num_reads
            Members of the population that are returned, drawn at random; by default all, of large models 2^27 spins or
            as many as a time limit leaves time for. The population fills whole
            blocks of the kernel that suits the model, and is at least 1024.
        num_sweeps
            Sweeps after each step of temperature; by default 10.
        beta_range
            First and last inverse temperature; by default 0 and 6 in units of 1/rms, with rms² the mean over sites of
            h² + Σ J² (in spins). The first is 0, where random states are an exact sample, unless `initial_states` are
            one at another temperature. Steps between them are as long as leave 85 % of the population effective.
        schedule
            The inverse temperatures themselves, rising (`beta_range` must be absent).
        initial_states
            A sample at the first inverse temperature to start from, in the model's vartype, used in turn: an array of
            shape (rows, N) in the order of ``bqm.variables``, or anything `dimod.as_samples` takes.
        keep
            ``"last"``: the population at the last temperature, a sample of the Boltzmann distribution there.
            ``"best"``: the lowest state in each place of the population, of those after each temperature. A number n:
            the n lowest distinct states.
        num_threads
            Blocks at work at once; by default the cores that this process may use. It does not change the answer.
        seed
            Integer below 2^31; equal seeds give equal answers for runs that time does not end.
        time_limit
            Seconds; the population as it is by then, at the temperature that it has reached.
        target_energy
            Stop after the first temperature where a replica has this energy.
        progress
            Called as ``progress(fraction_done, best_energy)``.

        Returns
        -------
        dimod.SampleSet
            One row a member. ``info["sgq"]``: `betas`; `log_partition`, the estimate of ln Z at each of them (of
            Z / Z(first) where the first is not 0), whose free energy is -ln Z / beta; `mean_energies`; `families`, how
            many first replicas have descendants; `rho_t`, R Σ n², and `rho_s`, R exp(Σ n ln n), n being the parts of
            the population that families make up: equilibrium wants both far below the population R (Wang, Machta &
            Katzgraber, Phys. Rev. E 92, 063307 (2015)); `population`, `kernel`, `why`, `batch`, `num_sweeps` in all,
            `updates_per_ns`, `acceptance`, `threads`, and `stopped` where the run was cut short.
        """
        clock = Clock(time_limit)
        model, labels = model_of(bqm)
        start = None if initial_states is None else given_rows(initial_states, labels, bqm.vartype)
        given, (first, last) = _temperatures(model.rms, beta_range, schedule, start is not None)
        wanted = None if num_reads is None else integer("num_reads", num_reads, 1)
        keep = checked_keep(keep)
        sweeps = integer("num_sweeps", num_sweeps, 1)
        target = -np.inf if target_energy is None else real("target_energy", target_energy)
        lanes, why = block_lanes_for(model)
        workers = threads(num_threads)
        with ThreadPoolExecutor(workers) as pool:
            least = _size(wanted, model.num_spins)
            population = Population(lanes, least, first, start, keep, seed_integer(seed), pool)
            cooling = _Cooling(population, clock, target, progress)
            stopped = cooling.run(given, last, sweeps)
            rows = cooling.rows(wanted or min(population.size, clock.room(model.num_spins)))
        energies = model.energies(rows)
        if isinstance(keep, int):
            rows, energies = distinct(rows, energies, keep)
        info = cooling.report() | ({"stopped": stopped} if stopped else {})
        return spin_samples(rows, labels, bqm.vartype, energies, why=why, threads=workers, **info)

    def warm_up(self, problem: Problem) -> None:
        """Import and compile the kernel that suits the problem, by a sweep of it."""
        self.sample(problem.model, beta_range=(0, 0), num_sweeps=1)

    def sample_poly(self, poly: dimod.BinaryPolynomial, **parameters: Any) -> dimod.SampleSet:
        """Anneal a population of a polynomial of any order; parameters and answer as in `sample`."""
        return self.sample(poly, **parameters)


def _size(wanted: int | None, num_spins: int) -> int:
    """Replicas to have at least; ValueError if they take more memory than machines have."""
    most = max(_POPULATION, (1 << 37) // max(1, num_spins))
    return max(integer("num_reads", wanted or 1, 1, most), _POPULATION)


def _temperatures(
    rms: float, beta_range: Sequence[float] | None, schedule: Sequence[float] | None, started: bool
) -> tuple[Floats | None, tuple[float, float]]:
    """The user's inverse temperatures, or None, and the first and the last of them."""
    if schedule is not None:
        if beta_range is not None:
            raise ValueError("schedule gives every inverse temperature: leave beta_range out")
        given = given_betas(schedule)
        first, last = float(given[0]), float(given[-1])
    else:
        given = None
        first, last = beta_ends(beta_range, rms, hot=0.0)
    rising = first <= last if given is None else bool((np.diff(given) >= 0).all())
    if not rising or not np.isfinite(last):
        raise ValueError(f"inverse temperatures from {first:g} to {last:g}: finite, and rising")
    if first > 0 and not started:
        raise ValueError(
            f"the first inverse temperature is {first:g}: 0, where random states are a sample, or give initial_states"
        )
    return given, (first, last)


class _Cooling:
    """A population on its way, and what stops it."""

    def __init__(self, population: Population, clock: Clock, target: float, progress: Progress | None) -> None:
        self.population, self.clock, self.target, self.progress = population, clock, target, checked_progress(progress)

    def run(self, given: Floats | None, last: float, sweeps: int) -> str | None:
        """Cool down to the last temperature; why it ended earlier, or None."""
        population = self.population
        steps = iter(()) if given is None else iter(given[1:].tolist())
        try:
            while True:
                if self._hit():
                    return "target_energy"
                beta = next(steps, None) if given is not None else population.next_beta(last)
                if beta is None or (given is None and population.betas[-1] >= last):
                    return None
                if self.clock.left() == 0:
                    return "time_limit"
                population.step(beta, sweeps, lambda: self.clock.left() == 0)
                if self.progress:
                    self.progress(
                        max(self.clock.fraction(), beta / last if last else 1.0), float(population.energies.min())
                    )
        except KeyboardInterrupt:
            return "interrupt"

    def rows(self, count: int) -> Spins:
        """The states asked for, so many or, of the lowest ones, those there are."""
        kept = self.population.kept
        if not kept[0].wants_looks:
            return self.population.rows(count)
        rows = np.concatenate([k.rows for k in kept])
        return rows if isinstance(kept[0].keep, int) else rows[:count]

    def report(self) -> dict[str, Any]:
        """What there is to say."""
        population, lanes = self.population, self.population.lanes
        parts = population.family_sizes()
        updates = population.sweeps * population.size * lanes.model.num_spins
        return {
            "kernel": lanes.kernel,
            **lanes.precision,
            "selected": True,
            "batch": population.size,
            "population": population.size,
            "betas": population.betas,
            "log_partition": population.log_partition,
            "mean_energies": population.mean_energies,
            "families": len(parts),
            "rho_t": float(population.size * (parts**2).sum()),
            "rho_s": float(population.size * np.exp((parts * np.log(parts)).sum())),
            "num_sweeps": population.sweeps,
            "acceptance": population.acceptance,
            "updates_per_ns": 1e-9 * updates / population.sweeping if population.sweeping else None,
        }

    def _hit(self) -> bool:
        """Whether a replica has the target energy, in float64 where the kernel's energy leaves it open."""
        population = self.population
        near = np.flatnonzero(population.energies <= self.target + population.lanes.blur)
        if not len(near):
            return False
        model = population.lanes.model
        return bool(model.energies(population.replicas(near)).min() <= self.target + model.tolerance)
