"""Quantum annealing by the Schrödinger equation: the amplitudes of all configurations of some 22 spins.

T. Kadowaki & H. Nishimori, Phys. Rev. E 58, 5355 (1998); E. Farhi et al., Science 292, 472 (2001).
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import dimod
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.annealing_schedule import AnnealingSchedule
from sgq.annealing_schedule import annealing_schedule as as_schedule
from sgq.checks import integer, real, seed_integer
from sgq.models import Floats, Integers
from sgq_solvers.sampler import Clock, Progress, Sampler, checked_progress
from sgq_solvers.schroedinger.cost import Cost, cost_of
from sgq_solvers.schroedinger.evolution import Evolution
from sgq_solvers.workers import threads

if TYPE_CHECKING:
    from sgq.kernels.statevector import Statevector

_MAX_READS = 10**15  # beyond which counts of rare outcomes are not those of their probabilities, which are rounded


class SchroedingerSampler(Sampler, dimod.PolySampler):
    """Quantum annealing simulated exactly: 22 spins take some 20 seconds of one core and 140 MB.

    That is a Sherrington–Kirkpatrick model at the default annealing time and tolerance; with fields twice both.
    """

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
        from sgq.kernels.teams import Team

        clock, rng = Clock(time_limit), np.random.default_rng(seed_integer(seed))
        num_reads, progress = integer("num_reads", num_reads, 1, _MAX_READS), checked_progress(progress)
        annealing_time = real("annealing_time", annealing_time, 0, above=True)
        tolerance = real("tolerance", tolerance, 1e-10, 0.1)
        path, team = as_schedule(annealing_schedule), Team(threads(num_threads))
        cost = cost_of(bqm, team)
        evolution = Evolution(cost.energies, cost.paired, path, annealing_time, tolerance, team)
        stopped = _evolve(evolution, cost.constant, clock, progress)
        info = {
            **_described(evolution.state, cost),
            "steps": evolution.steps,
            "rejected_steps": evolution.rejected,
            "error_estimate": evolution.error,
            "parity_sector": cost.paired,
            "schedule": path.name,
            "time_unit": "ns" if path.unit == "rad/ns" else "1",
            "setup_seconds": clock.elapsed(),
            **({"stopped": stopped, "s": evolution.s} if stopped else {}),
        }
        probabilities = evolution.final_probabilities()
        return _samples(cost, bqm.vartype, *_measure(probabilities, cost.paired, num_reads, rng), info)

    def sample_poly(self, poly: dimod.BinaryPolynomial, **parameters: Any) -> dimod.SampleSet:
        """The same for a polynomial, whose terms of any order are energies like others; parameters as in `sample`."""
        return self.sample(poly, **parameters)


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


def _described(state: Statevector, cost: Cost) -> dict[str, float]:
    """What the amplitudes say without a measurement."""
    lowest, mean = float(cost.energies.min()), state.expectation(cost.energies)
    ground_states = np.flatnonzero(cost.energies <= lowest + cost.tolerance)
    return {
        "ground_state_probability": float(state.probabilities(ground_states).sum()),
        "mean_energy": cost.constant + mean,
        "ground_energy": cost.constant + lowest,
        "residual_energy": mean - lowest,
        "norm": math.sqrt(state.norm()),
    }


def _measure(
    probabilities: Floats, paired: bool, num_reads: int, rng: np.random.Generator
) -> tuple[Integers, NDArray[np.int64]]:
    """Distinct outcomes, ascending, and how often each came."""
    counts = rng.multinomial(num_reads, probabilities)
    states = np.flatnonzero(counts)
    counts = counts[states]
    if paired:  # which stand for |x> + |not x>
        upright = rng.binomial(counts, 0.5)
        opposite = 2 * len(probabilities) - 1 - states
        states, counts = np.append(states, opposite[::-1]), np.append(upright, (counts - upright)[::-1])
        states, counts = states[counts > 0], counts[counts > 0]
    return states, counts


def _samples(
    cost: Cost, vartype: dimod.Vartype, states: Integers, counts: NDArray[np.int64], info: dict[str, Any]
) -> dimod.SampleSet:
    up = 1 - ((states[:, None] >> np.arange(len(cost.labels))) & 1)
    spins = np.asarray(2 * up - 1, dtype=np.int8)
    return dimod.SampleSet.from_samples(
        (spins if vartype is dimod.SPIN else up.astype(np.int8), cost.labels),
        vartype=vartype,
        energy=cost.model.energies(spins),
        num_occurrences=counts,
        sort_labels=False,
        info={"sgq": info},
    )
