"""Quantum annealing by path-integral Monte Carlo (Santoro, Martoňák, Tosatti & Car, Science 295, 2427 (2002)).

A quantum annealer at temperature 1 / beta, H(s) = -A(s)/2 Σ X + B(s)/2 H_p, is simulated as classical spins on world
lines in imaginary time, whose weights are positive for a transverse field. Sweeps take the place of the time in which s
runs from 0 to 1: this is the equilibrium path, not the Schrödinger dynamics. Moves are clusters along imaginary time
(Rieger & Kawashima, Eur. Phys. J. B 9, 233 (1999)), in slices or in the continuous limit.
"""

from __future__ import annotations

import os
from typing import Any, Literal

import dimod
import numpy as np
from numpy.typing import ArrayLike

from sgq.annealing_schedule import AnnealingSchedule
from sgq.annealing_schedule import annealing_schedule as schedule_of
from sgq.checks import boolean, choice, integer, real, seed_integer
from sgq.models import quadratic_form
from sgq_solvers.memory import free_memory, gigabytes
from sgq_solvers.path_integral.bits import BitTime
from sgq_solvers.path_integral.lines import ContinuousTime, DiscreteTime, WorldLines
from sgq_solvers.path_integral.run import QuantumAnnealing, Reads
from sgq_solvers.replicas import QuadraticModel
from sgq_solvers.sampler import Clock, Progress, Sampler, given_rows, spin_samples
from sgq_solvers.schedule import unit_of_beta
from sgq_solvers.workers import Run, threads

GivenSchedule = AnnealingSchedule | str | os.PathLike[str] | ArrayLike
Slices = int | Literal["continuous"]

_READS = 64
_FEW = 128  # reads up to which two blocks of 64 are no slower than one of 512
_SLICES = 16
_COLD = 5.0  # beta / M in units of 1 / rms
_COLD_CONTINUOUS = 10.0  # beta in units of 1 / rms
_CUTS = 1 << 23  # of all world lines of a read in a sweep, in continuous time


class PathIntegralSampler(Sampler):
    """Path-integral Monte Carlo of quantum annealing; equal seeds give equal bits."""

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int | None = None,
        num_sweeps: int | None = None,
        num_slices: Slices = _SLICES,
        beta: float | None = None,
        annealing_schedule: GivenSchedule | None = None,
        initial_states: Any = None,
        keep: Literal["best", "last"] = "best",
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
            Any size, SPIN or BINARY; H_p is its energy, the offset included.
        num_reads
            Reads; by default 64, or with a time limit as many as there is time for. In discrete time they are made 64
            or 512 at a time, and fewer take as long. Where 512 suit the model (see `independent`), more than 128 reads
            are made by another kernel than fewer: from equal seeds, all of them differ.
        num_sweeps
            Sweeps of each read, one cluster move of every world line each; s runs linearly from 0 in the first to 1 in
            the last, and is 1 in a single one. By default 1000, or with a time limit and `num_reads` as many as there
            is time for where those are fewer. With a time limit alone, blocks of reads run 64, 64, 128, 128, 256, …
            sweeps (16 blocks of each length in continuous time) and the last take the time that is left. Reads
            whose length is left to us come to the end of the schedule: where time is up before, by one sweep there.
        num_slices
            M, how many slices imaginary time has, any number (1 is classical annealing at beta B(s) / 2), or
            ``"continuous"`` for the limit of infinitely many. By default 16, few, for ground states: with the default
            `beta`, averages are far from those of an annealer. See there, and `world_lines` below.
        beta
            Inverse temperature of the annealer, above 0. By default 10 in continuous time, a cold annealer, and 5 M in
            M slices, in units of 1/rms (of 2 / (B(1) rms) where B does not end at 2), with rms² the mean over sites of
            h² + Σ J² in spins. As with Santoro et al. the latter holds M / beta, the temperature of one slice: where
            classical annealing ends, so that slices part into different valleys. With it ground states of ±J, Gaussian
            and Sherrington–Kirkpatrick glasses were found far more often than at 10/rms in as many sweeps; on why
            slices far apart find more than an annealer see Heim, Rønnow, Isakov & Troyer, Science 348, 215 (2015). For
            the physics of an annealer give `beta`, and many slices or continuous time; it is 0.51 ns at 15 mK.
        annealing_schedule
            A(s) and B(s), as `sgq.annealing_schedule.annealing_schedule` takes them: ``"linear"`` for A = 2 (1 - s),
            B = 2 s and ``"quadratic"`` for their squares over 2, in the model's units whatever its couplings are; a
            table of rows s, A, B; the file of a processor, whose units are rad/ns, and those of beta and of the
            model's energies then its inverse and 1. A table with constant A and B samples equilibrium there. By
            default A = 2 rms (1 - s), B = 2 s: linear, with a transverse field that fits the couplings.
        initial_states
            Configurations to start from instead of random ones, each the same at all imaginary times, in the model's
            vartype, used in turn: an array of shape (rows, N) in the order of ``bqm.variables``, or anything
            `dimod.as_samples` takes.
        keep
            ``"best"``: for each read the state of lowest energy along imaginary time, of the world lines looked at
            (up to 32 times on the way, the last time at the end), or the one at imaginary time 0 after the first
            sweep. ``"last"``: the state at imaginary time 0 of the
            final world lines (the first slice), which is what a measurement of all spins gives: in equilibrium, an
            exact sample of its distribution.
        independent
            Whether reads share no random numbers at all. Where they do, many reads use the same numbers for different
            spins and slices: each is still an exact Markov chain, but they are heated and cooled together, so that
            averages over them are worth less than their number, and no errors are given. In discrete time sharing is
            one and a half to twice as fast, and some five times for more than 128 reads of a model whose couplings and
            fields are bonds of one size, up to 14 a spin (7 where some spins have an odd number). By default reads
            share where the schedule ends without a transverse field, and do not elsewhere.
        num_threads
            Blocks of reads at work at once; by default the cores that this process may use. It does not change the
            answer.
        seed
            Integer below 2^31; equal seeds give equal answers for runs that time does not end.
        time_limit
            Seconds, kept to within a sweep of a block. Reads that are not finished by then are dropped, unless there
            are no others, or ``keep="best"`` has found in their block an energy below all others: those are returned as
            far as they came.
        target_energy
            Stop after the first block of reads that reaches this energy.
        progress
            Called as ``progress(fraction_done, best_energy)``, where the energy is the lowest of the states to return:
            infinite before the first, which ``keep="last"`` has at the end of a block.

        Returns
        -------
        dimod.SampleSet
            One row a read. ``info["sgq"]``: `world_lines`, the energies along the way (below); `kernel`; `batch`, reads
            of a block; `reads` made; `num_sweeps` of the longest, and whether reads are `restarts` of different
            lengths; `num_slices`, `beta`, `schedule` (name of the annealing schedule) with its `unit` and `A` and `B`
            at both ends; `independent`; `updates_per_ns` (spins times slices visited, of the reads returned; spins
            in continuous time), `threads`, `precision` as of `annealing`, and `stopped` (``"time_limit"``,
            ``"target_energy"`` or ``"interrupt"``) where the run was cut short.

            `world_lines` has lists, an entry for every look at the finished reads of most sweeps (without any, at the
            block that came furthest): `s`; `problem_energy`, the mean over reads of H_p averaged over imaginary time;
            `transverse_energy`, that of -A/2 Σ X, estimated by the kinks of world lines; `total_energy`, that of
            H(s) = -A/2 Σ X + B/2 H_p; and the standard error of each, such as `total_energy_error` (None for a single
            read, or where reads are not independent). The estimate by kinks is one of equilibrium: an anneal that is
            too fast lags behind, and may seem lower than the ground state of H(s). Energies are those of M slices.
            `trotter`, (beta / M)² A B rms / 4, says what that means: relative to its size the total energy lies below
            that of H(s) by up to half as much, and is None where `trotter` exceeds 0.1; the other two may be off by
            more. It is 0 in continuous time.

        Raises
        ------
        ValueError
            If an argument is none of these, if the world lines of the blocks at work need more memory than is free, or
            if in continuous time beta A / 2 times the number of spins exceeds 2^23: so many cuts make one sweep of a
            block take seconds.
        """
        clock = Clock(time_limit)
        form, labels = quadratic_form(bqm, "SPIN")
        model = QuadraticModel(form)
        unit = unit_of_beta(model.rms)
        path = _default_path(unit) if annealing_schedule is None else schedule_of(annealing_schedule)
        sweeps = None if num_sweeps is None else integer("num_sweeps", num_sweeps, 1)
        wanted = None if num_reads is None else integer("num_reads", num_reads, 1)
        start = None if initial_states is None else given_rows(initial_states, labels, bqm.vartype)
        keep_best = choice("keep", keep, ("best", "last")) == "best"
        ends_classical = bool(path.A(0.0) > path.A(1.0) == 0)
        own = not ends_classical if independent is None else boolean("independent", independent)
        own = own or isinstance(num_slices, str)  # nothing is shared in continuous time
        seeds = np.random.SeedSequence(seed_integer(seed))
        if wanted is None and time_limit is None:
            wanted = _READS
        lines = _world_lines(model, num_slices, not own and (wanted is None or wanted > _FEW))
        beta = _default_beta(lines, path) * unit if beta is None else real("beta", beta, 0, above=True)
        most = max(1, clock.room(model.num_spins) // lines.reads)
        blocks = most if wanted is None else -(-wanted // lines.reads)
        workers = threads(num_threads)
        _check_size(lines, path, beta, min(workers, blocks))
        run: Run[Reads] = Run(clock, target_energy, model.tolerance, progress, blocks)
        annealing = QuantumAnnealing(
            lines=lines,
            path=path,
            beta=beta,
            num_sweeps=sweeps,
            start=start,
            keep_best=keep_best,
            independent=own,
            wanted=wanted,
            seeds=seeds,
            run=run,
            workers=workers,
        )
        run.execute(annealing, lambda begun: begun < blocks, workers)
        rows, info = annealing.answer()
        info |= {"num_slices": num_slices if isinstance(num_slices, str) else lines.slices, "threads": workers}
        return spin_samples(rows, labels, bqm.vartype, model.energies(rows), **info)


def _world_lines(model: QuadraticModel, num_slices: Slices, many: bool) -> WorldLines:
    """What suits the model; `many` reads that share random numbers are multi-spin coded where the model allows."""
    if isinstance(num_slices, str):
        if num_slices != "continuous":
            raise ValueError(f"num_slices={num_slices!r}: a number of slices, or 'continuous'")
        return ContinuousTime(model)
    slices = integer("num_slices", num_slices, 1)
    return (BitTime if many and BitTime.fit(model, slices) else DiscreteTime)(model, slices)


def _check_size(lines: WorldLines, path: AnnealingSchedule, beta: float, at_once: int) -> None:
    """ValueError if world lines have too many kinks, or blocks of them need more memory than is free."""
    rate = beta / 2 * float(path.A(np.append(path.rows, [0.0, 1.0])).max())  # highest at a row, or at an end
    continuous, n = isinstance(lines, ContinuousTime), lines.model.num_spins
    if continuous and rate * n > _CUTS:
        raise ValueError(
            f"beta={beta:g} and annealing_schedule {path.name!r}: beta A / 2 reaches {rate:.3g}, and in continuous "
            f"time a sweep cuts {n} world lines {rate * n:.2g} times, more than {_CUTS:.2g}; take a lower beta or A, "
            "or a number of slices"
        )
    needed, free = lines.block_bytes(rate) * at_once, free_memory()
    if needed > free:
        less = ["num_threads=1"] if at_once > 1 else []
        less += ["independent=True, for blocks of 64 reads"] if lines.reads > 64 else []
        slices = "'continuous'" if continuous else lines.slices
        raise ValueError(
            f"num_slices={slices}: path-integral needs {gigabytes(needed)} for the world lines of {n} spins, "
            f"{at_once} x {lines.reads} reads at once, and {free / 1e9:.3g} GB are free; take "
            f"{' or '.join(['a lower beta or A' if continuous else 'fewer slices', *less])}"
        )


def _default_path(unit: float) -> AnnealingSchedule:
    """Linear, from a transverse field in the model's own units."""
    return schedule_of([[0.0, 2 / unit, 0.0], [1.0, 0.0, 2.0]])


def _default_beta(lines: WorldLines, path: AnnealingSchedule) -> float:
    """In units of 1 / rms, rms in the energies of the Hamiltonian at the end."""
    cold = _COLD_CONTINUOUS if isinstance(lines, ContinuousTime) else _COLD * lines.slices
    return cold / (float(path.B(1.0)) / 2 or 1.0)
