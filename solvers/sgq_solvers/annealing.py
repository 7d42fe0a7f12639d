"""Simulated annealing (Kirkpatrick, Gelatt & Vecchi, Science 220, 671 (1983)): many independent reads.

The defaults need no tuning: inverse temperatures rise linearly from 0.1 to 6 in units of the inverse root mean
square local field, then four sweeps at zero temperature; under a time limit, blocks of reads restart with ever
longer schedules.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from sgq.checks import choice, finite_array, integer, real, seed_integer
from sgq.models import Floats
from sgq_solvers.heat_bath import Pairs, Polynomial, dynamics_of
from sgq_solvers.sampler import Clock, Progress, Sampler, spin_samples

_READS, _SWEEPS = 32, 1000
_BLOCK = 8192  # spins of the reads that run together, if they are more than 32 reads
_HOT, _COLD, _QUENCH = 0.1, 6.0, 4
_SHORTEST = 64  # sweeps of the first restart
_WORK = 5_000_000  # spins and interactions visited between two looks at the clock


class AnnealingSampler(Sampler, dimod.PolySampler):
    """Simulated annealing with heat-bath sweeps; equal seeds give equal bits."""

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int | None = None,
        num_sweeps: int | None = None,
        beta_range: Sequence[float] | None = None,
        schedule: str | Sequence[float] = "linear",
        initial_states: Any = None,
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
            Independent reads; by default 32, or as many as fit where a time limit is given.
        num_sweeps
            Sweeps of each read; by default 1000. With a time limit and no `num_sweeps`, blocks of reads run
            64, 64, 128, 128, 256, … sweeps and the last takes the time that is left: within a small factor of
            the best fixed number, which nobody knows beforehand.
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
        seed
            Integer below 2^31; equal seeds give equal answers for runs that time does not end.
        time_limit
            Seconds; the reads made by then are returned, the unfinished ones quenched.
        target_energy
            Stop after the first block of reads that reaches this energy.
        progress
            Called as ``progress(fraction_done, best_energy)``.

        Returns
        -------
        dimod.SampleSet
            One row a read. ``info["sgq"]``: `beta_range`, `num_sweeps` of the longest read, whether reads are
            `restarts` of different lengths, `acceptance`, and
            `stopped` (``"time_limit"``, ``"target_energy"`` or ``"interrupt"``) where the run was cut short.
        """
        clock = Clock(time_limit)
        dynamics, labels = dynamics_of(bqm)
        plan = _Schedule(dynamics.rms, beta_range, schedule, num_sweeps)
        wanted = None if num_reads is None else integer("num_reads", num_reads, 1)
        if wanted is None and time_limit is None:
            wanted = _READS
        target = None if target_energy is None else real("target_energy", target_energy)
        start = None if initial_states is None else _start(initial_states, labels, bqm.vartype)
        seeds = np.random.SeedSequence(seed_integer(seed))
        run = _Run(dynamics, wanted, clock, progress)
        longest = 0
        while not run.stopped and (wanted is None or run.done < wanted):
            size = min(max(_READS, _BLOCK // max(1, len(labels))), max(1, 4 * _WORK // max(1, dynamics.work)))
            size = size if wanted is None else min(size, wanted - run.done)
            sweeps = plan.num_sweeps or (_SWEEPS if time_limit is None else run.restart_length())
            longest = max(longest, sweeps)
            block = np.random.SeedSequence(seeds.entropy, spawn_key=(len(run.spins),))
            if start is None:
                spins = _random_spins(size, len(labels), block)
            else:
                spins = start[(run.done + np.arange(size)) % len(start)]
            run.anneal(spins, plan.betas(sweeps), plan.quench, block)
            if target is not None and run.best <= target + dynamics.tolerance:
                run.stopped = "target_energy"
        return spin_samples(
            np.concatenate(run.spins),
            labels,
            bqm.vartype,
            np.concatenate(run.energies),
            beta_range=plan.ends(),
            num_sweeps=longest,
            restarts=time_limit is not None and plan.num_sweeps is None,
            acceptance=run.accepted / max(1, run.updates),
            **({"stopped": run.stopped} if run.stopped else {}),
        )

    def sample_poly(self, poly: dimod.BinaryPolynomial, **parameters: Any) -> dimod.SampleSet:
        """Anneal a polynomial of any order as it is; parameters and answer as in `sample`.

        The unit 1/rms has rms² = mean over sites of the sum of squared coefficients of the terms at the site,
        in spins.
        """
        return self.sample(poly, **parameters)


class _Schedule:
    """Inverse temperatures for any number of sweeps."""

    def __init__(
        self,
        rms: float,
        beta_range: Sequence[float] | None,
        schedule: str | Sequence[float],
        num_sweeps: int | None,
    ) -> None:
        self.num_sweeps = None if num_sweeps is None else integer("num_sweeps", num_sweeps, 1)
        self.given: Floats | None = None
        self.quench = beta_range is None and isinstance(schedule, str)
        self.space: Callable[..., Floats] = np.linspace
        if isinstance(schedule, str):
            if choice("schedule", schedule, ("linear", "geometric")) == "geometric":
                self.space = np.geomspace
            self.range = _beta_range(beta_range, rms, positive=schedule == "geometric")
        else:
            if beta_range is not None or num_sweeps is not None:
                raise ValueError("schedule gives every inverse temperature: leave beta_range and num_sweeps out")
            try:
                self.given = np.asarray(schedule, dtype=float)
            except (TypeError, ValueError):
                raise ValueError(f"schedule={schedule!r}: 'linear', 'geometric' or inverse temperatures") from None
            if self.given.ndim != 1 or not len(self.given) or not (self.given >= 0).all():
                raise ValueError(f"schedule={schedule!r}: inverse temperatures, none negative, one a sweep")
            self.num_sweeps = len(self.given)

    def betas(self, num_sweeps: int) -> Floats:
        """One inverse temperature a sweep; any quench comes on top."""
        if self.given is not None:
            return self.given
        first, last = self.range
        return self.space(first if num_sweeps > 1 else last, last, num_sweeps)

    def ends(self) -> list[float | None]:
        """First and last inverse temperature before any quench; None where infinite."""
        first, last = self.range if self.given is None else self.given[[0, -1]].tolist()
        return [b if np.isfinite(b) else None for b in (first, last)]


class _Run:
    """Blocks of reads, one after the other: what they gave, what they cost, and why they ended."""

    def __init__(
        self, dynamics: Pairs | Polynomial, wanted: int | None, clock: Clock, progress: Progress | None
    ) -> None:
        self.dynamics = dynamics
        self.wanted = wanted
        self.clock = clock
        self.progress = progress
        self.spins: list[NDArray[np.int8]] = []
        self.energies: list[Floats] = []
        self.best = np.inf
        self.done = 0
        self.stopped: str | None = None
        self.accepted = 0
        self.updates = 0
        self.pace = 0.0  # seconds that a sweep of a block takes

    def restart_length(self) -> int:
        """Sweeps of the next restart: doubling every second block, and the last takes all that is left."""
        length = _SHORTEST << (len(self.spins) // 2)
        if self.pace and self.clock.left() < 3 * length * self.pace:
            length = max(1, int(self.clock.left() / self.pace))
        return length

    def anneal(self, spins: NDArray[np.int8], betas: Floats, quench: bool, seed: np.random.SeedSequence) -> None:
        """Anneal a block of reads in place, to the end of the schedule, of the time, or to Ctrl-C."""
        states = seed.generate_state(4 * len(spins), np.uint64).astype(np.uint64)
        sweep = self.dynamics.sweeper(spins, states.reshape(-1, 4))
        step = max(1, _WORK // max(1, len(spins) * self.dynamics.work))
        began = self.clock.elapsed()
        try:
            for k in range(0, len(betas), step):
                part = betas[k : k + step]
                self.accepted += sweep(part)
                self.updates += len(part) * spins.size
                self._report(len(spins) * (k + len(part)) / len(betas))
                if self.clock.left() == 0:
                    self.stopped = "time_limit"
                    break
        except KeyboardInterrupt:
            self.stopped = "interrupt"
        self.pace = max((self.clock.elapsed() - began) / len(betas), 1e-9)
        if quench:
            sweep(np.full(_QUENCH, np.inf))
        self.spins.append(spins)
        self.energies.append(self.dynamics.energies(spins))
        self.best = min(self.best, float(self.energies[-1].min()))
        self.done += len(spins)

    def _report(self, reads: float) -> None:
        if self.progress:
            part = 0.0 if self.wanted is None else (self.done + reads) / self.wanted
            self.progress(max(part, self.clock.fraction()), self.best)


def _beta_range(beta_range: Sequence[float] | None, rms: float, *, positive: bool) -> tuple[float, float]:
    if beta_range is None:
        return _HOT / (rms or 1.0), _COLD / (rms or 1.0)
    values = finite_array("beta_range", beta_range)
    if values.shape != (2,) or (values < 0).any() or (positive and not values.all()):
        allowed = "above 0 for a geometric schedule" if positive else "at least 0"
        raise ValueError(f"beta_range={beta_range!r}: two inverse temperatures, {allowed}")
    return float(values[0]), float(values[1])


def _random_spins(reads: int, n: int, seed: np.random.SeedSequence) -> NDArray[np.int8]:
    bits = np.random.default_rng(seed.spawn(1)[0]).integers(0, 2, (reads, n), np.int8)
    return (2 * bits - 1).astype(np.int8)


def _start(initial_states: Any, variables: list[Hashable], vartype: dimod.Vartype) -> NDArray[np.int8]:
    """Initial configurations as spins, one a row, columns in the order of the model."""
    if isinstance(initial_states, dimod.SampleSet):
        initial_states = initial_states.change_vartype(vartype, inplace=False)
    if isinstance(initial_states, np.ndarray):
        rows, labels = np.atleast_2d(initial_states), variables
    else:
        rows, labels = dimod.as_samples(initial_states)
    if set(labels) != set(variables) or rows.shape[1] != len(variables) or not len(rows):
        raise ValueError(
            f"initial_states has shape {rows.shape} or other labels: at least one row over the model's "
            f"{len(variables)} variables is needed"
        )
    column = {label: k for k, label in enumerate(labels)}
    rows = rows[:, [column[v] for v in variables]]
    low = -1 if vartype is dimod.SPIN else 0
    if not ((rows == low) | (rows == 1)).all():
        raise ValueError(f"initial_states holds values other than {low} and 1: the model is {vartype.name}")
    return np.asarray(rows if low else 2 * rows - 1, dtype=np.int8)
