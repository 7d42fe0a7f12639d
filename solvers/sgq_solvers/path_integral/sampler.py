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
from sgq_solvers.path_integral.bits import BitTime
from sgq_solvers.path_integral.lines import ContinuousTime, DiscreteTime, WorldLines
from sgq_solvers.path_integral.run import QuantumAnnealing, Reads
from sgq_solvers.replicas import QuadraticModel
from sgq_solvers.sampler import Clock, Progress, Sampler, given_rows, spin_samples
from sgq_solvers.schedule import unit_of_beta
from sgq_solvers.workers import Run, threads

Path = AnnealingSchedule | str | os.PathLike[str] | ArrayLike
Slices = int | Literal["continuous"]

_READS = 64
_FEW = 128  # reads up to which two blocks of 64 are no slower than one of 512
_SLICES = 16
_COLD = 5.0  # beta / M in units of 1 / rms
_COLD_CONTINUOUS = 10.0  # beta in units of 1 / rms
_WORDS = 1 << 34  # words of a block, 64 reads of a spin in a slice each: 128 GiB


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
        annealing_schedule: Path | None = None,
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
            or 512 at a time, and fewer take as long.
        num_sweeps
            Sweeps of each read, one cluster move of every world line each; s runs linearly from 0 in the first to 1 in
            the last, and is 1 in a single one. By default 1000. With a time limit and no `num_sweeps`, blocks of reads
            run 64, 64, 128, 128, 256, … sweeps (16 blocks of each length in continuous time) and the last take the time
            that is left.
        num_slices
            M, how many slices imaginary time has, any number (1 is classical annealing at beta B(s) / 2), or
            ``"continuous"`` for the limit of infinitely many. Averages in M slices are off by something of the order of
            (beta rms / M)². By default 16, few, for ground states: see `beta`.
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
            (up to 32 times on the way, the last time at the end). ``"last"``: the state at imaginary time 0 of the
            final world lines (the first slice), which is what a measurement of all spins gives: in equilibrium, an
            exact sample of its distribution.
        independent
            Whether reads share no random numbers at all. Where they do, many reads use the same numbers for different
            spins and slices: each is still an exact Markov chain, but they are heated and cooled together, so that
            averages over them are worth less than their number, and no errors are given. In discrete time sharing is
            twice as fast, and eight times for more than 128 reads of a model whose couplings and fields are bonds of
            one size, up to 14 a spin (7 where some spins have an odd number). By default reads share where the schedule
            ends without a transverse field, and do not elsewhere.
        num_threads
            Blocks of reads at work at once; by default the cores that this process may use. It does not change the
            answer.
        seed
            Integer below 2^31; equal seeds give equal answers for runs that time does not end.
        time_limit
            Seconds. Reads that are not finished by then are dropped, unless there are no others: those are returned as
            far as they came.
        target_energy
            Stop after the first block of reads that reaches this energy.
        progress
            Called as ``progress(fraction_done, best_energy)``.

        Returns
        -------
        dimod.SampleSet
            One row a read. ``info["sgq"]``: `world_lines`, the energies along the way (below); `kernel`; `batch`, reads
            of a block; `reads` made; `num_sweeps` of the longest, and whether reads are `restarts` of different
            lengths; `num_slices`, `beta`, `schedule` (name of the annealing schedule) with its `unit` and `A` and `B`
            at both ends; `independent`; `updates_per_ns` (spins times slices visited, of the reads returned; spins
            in continuous time), `threads`, `precision` as of `annealing`, and `stopped` (``"time_limit"``,
            ``"target_energy"`` or ``"interrupt"``) where the run was cut short.

            `world_lines` has lists, an entry for every look at the finished reads of most sweeps: `s`;
            `problem_energy`, the mean over reads of H_p averaged over imaginary time; `transverse_energy`, that of
            -A/2 Σ X, estimated by the kinks of world lines; `total_energy`, that of H(s) = -A/2 Σ X + B/2 H_p; and the
            standard error of each, such as `total_energy_error` (None for a single read, or where reads are not
            independent).

        Raises
        ------
        ValueError
            If an argument is none of these, or the slices need more than 128 GiB.
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
        blocks: float = most if wanted is None else -(-wanted // lines.reads)
        run: Run[Reads] = Run(clock, target_energy, model.tolerance, progress, blocks)
        annealing = QuantumAnnealing(lines, path, beta, sweeps, start, keep_best, own, wanted, seeds, run)
        workers = threads(num_threads)
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
    slices = integer("num_slices", num_slices, 1, max(1, _WORDS // max(1, model.num_spins)))
    many = many and 8 * slices * model.num_spins <= _WORDS
    return (BitTime if many and BitTime.fit(model, slices) else DiscreteTime)(model, slices)


def _default_path(unit: float) -> AnnealingSchedule:
    """Linear, from a transverse field in the model's own units."""
    return schedule_of([[0.0, 2 / unit, 0.0], [1.0, 0.0, 2.0]])


def _default_beta(lines: WorldLines, path: AnnealingSchedule) -> float:
    """In units of 1 / rms, rms in the energies of the Hamiltonian at the end."""
    cold = _COLD_CONTINUOUS if isinstance(lines, ContinuousTime) else _COLD * lines.slices
    return cold / (float(path.B(1.0)) / 2 or 1.0)
