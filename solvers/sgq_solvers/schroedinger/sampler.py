"""Quantum annealing by the Schrödinger equation: the amplitudes of all configurations of some 22 spins.

T. Kadowaki & H. Nishimori, Phys. Rev. E 58, 5355 (1998); E. Farhi et al., Science 292, 472 (2001).
"""

from __future__ import annotations

import math
import os
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dimod
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.annealing_schedule import AnnealingSchedule, annealing_schedule
from sgq.checks import finite_array, integer, real, seed_integer
from sgq.models import Floats, Integers, QuadraticForm, Terms, quadratic_form, terms
from sgq_solvers.memory import free_memory, gigabytes
from sgq_solvers.sampler import Clock, Progress, Sampler, checked_progress
from sgq_solvers.schroedinger.evolution import Evolution
from sgq_solvers.workers import threads

if TYPE_CHECKING:
    from sgq.kernels.statevector import Statevector
    from sgq.kernels.teams import Team

MAX_BITS = 40
_BYTES = 56  # per amplitude: three states and the energies


class SchroedingerSampler(Sampler, dimod.PolySampler):
    """Quantum annealing simulated exactly: 22 spins take some 20 seconds and 120 or, with fields, 240 MB."""

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int = 1024,
        annealing_time: float = 20.0,
        annealing_schedule: AnnealingSchedule | str | os.PathLike[str] | ArrayLike = "linear",
        tolerance: float = 1e-6,
        num_threads: int | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Evolve the uniform superposition under H(t/T) from t = 0 to T, and measure all spins.

        H(s) = -A(s)/2 Σ X + B(s)/2 H_p, where H_p is the energy with spins as Pauli Z, and hbar = 1. Where no field
        breaks the symmetry under a turn of all spins, only the sector that the evolution stays in is held, 2^(N-1)
        amplitudes instead of 2^N.

        Parameters
        ----------
        bqm
            SPIN or BINARY; H acts on its spins.
        num_reads
            Measurements of the final state.
        annealing_time
            T, in units of 1/energy, or in nanoseconds with the file of a processor. How long is slow is a matter of the
            model: `sgq.analysis.annealing_spectrum` estimates its adiabatic time. The default leaves about half of the
            probability of a Sherrington–Kirkpatrick model of ten spins in its ground states.
        annealing_schedule
            A(s) and B(s): ``"linear"`` for H = -(1 - s) Σ X + s H_p, ``"quadratic"``, a table of rows s, A, B, the path
            of a processor's published file, or what `sgq.annealing_schedule.annealing_schedule` made of them. The
            evolution starts from the ground state of -Σ X, which is that of H(0) where B(0) = 0.
        tolerance
            Distance of the final state from the exact one, the norm of their difference, between 1e-10 and 0.1. A
            probability is then wrong by at most twice as much. Steps are as long as it allows; their number grows
            with its sixth root.
        num_threads
            Threads that share the state; by default the cores that this process may use. The state does not depend on
            them.
        seed
            Integer below 2^31; equal seeds give equal samples.
        time_limit
            Seconds after which the evolution stops, at most one step late; the state is then measured where it is.
        progress
            Called as ``progress(s, mean_energy)``.

        Returns
        -------
        dimod.SampleSet
            One row a distinct outcome, with `num_occurrences`. ``info["sgq"]``: of the final state its
            `ground_state_probability`, `mean_energy` and `residual_energy` (above `ground_energy`, the lowest of all
            configurations) and `norm`; of the evolution `steps`, `rejected_steps`, `error_estimate` (of the distance
            from the exact state), `parity_sector`, `schedule`, `time_unit` (``"1"`` or ``"ns"``) and `setup_seconds`,
            all but the measurements; and where it was cut short `stopped` (``"time_limit"`` or ``"interrupt"``) and
            the `s` that it came to.

        Raises
        ------
        ValueError
            If the state would not fit in memory, before any is taken, an argument is out of range, or the evolution
            would take more than some 10^6 steps.
        """
        form, labels = quadratic_form(bqm, "SPIN")
        run = _Options(
            num_reads, annealing_time, annealing_schedule, tolerance, num_threads, seed, time_limit, progress
        )
        return _answer(form, labels, bqm.vartype, run)

    def sample_poly(
        self,
        poly: dimod.BinaryPolynomial,
        *,
        num_reads: int = 1024,
        annealing_time: float = 20.0,
        annealing_schedule: AnnealingSchedule | str | os.PathLike[str] | ArrayLike = "linear",
        tolerance: float = 1e-6,
        num_threads: int | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """The same for a polynomial, whose terms of any order are energies like others; parameters as in `sample`."""
        polynomial, labels = terms(poly if poly.vartype is dimod.SPIN else poly.to_spin())
        run = _Options(
            num_reads, annealing_time, annealing_schedule, tolerance, num_threads, seed, time_limit, progress
        )
        return _answer(polynomial, labels, poly.vartype, run)


@dataclass(frozen=True)
class _Options:
    """The parameters of a run."""

    num_reads: int
    annealing_time: float
    schedule: Any
    tolerance: float
    num_threads: int | None
    seed: int | None
    time_limit: float | None
    progress: Progress | None


def _answer(
    model: QuadraticForm | Terms, labels: list[Hashable], vartype: dimod.Vartype, options: _Options
) -> dimod.SampleSet:
    """Evolve, measure, and say what there is to say."""
    from sgq.kernels.teams import Team

    clock, rng = Clock(options.time_limit), np.random.default_rng(seed_integer(options.seed))
    num_reads, progress = integer("num_reads", options.num_reads, 1), checked_progress(options.progress)
    time = real("annealing_time", options.annealing_time, 0, above=True)
    tolerance = real("tolerance", options.tolerance, 1e-10, 0.1)
    path, team = annealing_schedule(options.schedule), Team(threads(options.num_threads))
    energies, constant, paired = _energies(model, len(labels), team)
    evolution = Evolution(energies, paired, path, time, tolerance, team)
    stopped = _evolve(evolution, constant, clock, progress)
    setup_seconds = clock.elapsed()
    states, counts = _measure(evolution.state, paired, num_reads, rng)
    up = 1 - ((states[:, None] >> np.arange(len(labels))) & 1)
    spins = np.asarray(2 * up - 1, dtype=np.int8)
    info = {
        **_described(evolution, constant, model.tolerance),
        "setup_seconds": setup_seconds,
        "steps": evolution.steps,
        "rejected_steps": evolution.rejected,
        "error_estimate": evolution.error,
        "parity_sector": paired,
        "schedule": path.name,
        "time_unit": "ns" if path.unit == "rad/ns" else "1",
        **({"stopped": stopped, "s": evolution.s} if stopped else {}),
    }
    return dimod.SampleSet.from_samples(
        (spins if vartype is dimod.SPIN else up.astype(np.int8), labels),
        vartype=vartype,
        energy=model.energies(spins),
        num_occurrences=counts,
        sort_labels=False,
        info={"sgq": info},
    )


def _energies(model: QuadraticForm | Terms, n: int, team: Team) -> tuple[Floats, float, bool]:
    """H_p of all configurations less its mean, the mean, and whether only those with the last spin up are there."""
    from sgq.kernels.diagonal import diagonal

    paired = n > 0 and model.flip_symmetric("SPIN")
    _check_memory(n, n - paired)
    if isinstance(model, Terms):
        masks, coefficients = model.masks(), model.coefficients
    else:
        bit = np.uint64(1) << np.arange(n, dtype=np.uint64)
        i, j = model.pairs.T
        masks = np.concatenate([bit, bit[i] | bit[j]])
        coefficients = np.concatenate([model.fields, model.couplings])
    finite_array("coefficients", coefficients)
    constant = float(coefficients[masks == 0].sum()) + (0.0 if isinstance(model, Terms) else model.offset)
    masks, coefficients = masks[masks != 0], coefficients[masks != 0]
    if paired:
        masks = masks & ~(np.uint64(1) << np.uint64(n - 1))
    return diagonal(masks, coefficients, n - paired, np.float64, team), constant, paired


def _check_memory(n: int, num_bits: int) -> None:
    """ValueError if the amplitudes of 2^num_bits configurations do not fit."""
    needed, free = _BYTES << num_bits, free_memory()
    if needed > free or num_bits > MAX_BITS:
        raise ValueError(
            f"{n} variables: schroedinger needs {gigabytes(needed)} for 2^{num_bits} amplitudes and "
            f"{free / 1e9:.3g} GB are free, and takes at most 2^{MAX_BITS}; take a smaller instance, or annealing"
        )


def _evolve(evolution: Evolution, constant: float, clock: Clock, progress: Progress | None) -> str | None:
    """Go on to the end of the path; why it was not reached, or None."""
    try:
        while evolution.s < 1:
            evolution.advance()
            if progress:
                progress(evolution.s, constant + evolution.state.expectation(evolution.energies))
            if clock.left() == 0 and evolution.s < 1:
                return "time_limit"
    except KeyboardInterrupt:
        return "interrupt"
    return None


def _measure(
    state: Statevector, paired: bool, num_reads: int, rng: np.random.Generator
) -> tuple[Integers, NDArray[np.intp]]:
    """Distinct outcomes, ascending, and how often each came."""
    outcomes = state.draw(rng.random(num_reads))
    if paired:  # which stand for |x> + |not x>
        outcomes = np.where(rng.random(num_reads) < 0.5, outcomes, 2 * state.real.size - 1 - outcomes)
    states, counts = np.unique(outcomes, return_counts=True)
    return states, counts


def _described(evolution: Evolution, constant: float, tolerance: float) -> dict[str, Any]:
    """What the amplitudes say without a measurement."""
    state, energies = evolution.state, evolution.energies
    lowest, mean = float(energies.min()), state.expectation(energies)
    ground_states = np.flatnonzero(energies <= lowest + tolerance)
    return {
        "ground_state_probability": float(state.probabilities(ground_states).sum()),
        "mean_energy": constant + mean,
        "ground_energy": constant + lowest,
        "residual_energy": mean - lowest,
        "norm": math.sqrt(state.norm()),
    }
