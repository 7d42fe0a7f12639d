"""A QAOA of one model, from its arguments to the final state: angles found, state prepared, ready to be measured."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dimod
import numpy as np

from sgq.checks import choice, integer, real
from sgq.models import Floats, Integers
from sgq_solvers.aer_circuit import rms_field, spin_terms
from sgq_solvers.memory import free_memory
from sgq_solvers.qaoa_angles import AngleSearch, given_angles
from sgq_solvers.qaoa_ansatz import Ansatz
from sgq_solvers.qaoa_mixers import FlipMixer, LocalMixer, given_means, warm_mixer
from sgq_solvers.qaoa_objectives import GroundStateOverlap, LowestPart, MeanEnergy, Objective
from sgq_solvers.qaoa_one_hot import allowed, allowed_ground_states, given_groups, one_hot_mixer
from sgq_solvers.qaoa_starts import STARTS, search_from
from sgq_solvers.sampler import Clock, Progress, checked_progress
from sgq_solvers.workers import threads

if TYPE_CHECKING:
    from sgq.kernels.teams import Team

KINDS = {"single": np.float32, "double": np.float64}
OPTIMIZERS = ("L-BFGS-B", "COBYLA")
OBJECTIVES = ("mean", "cvar", "overlap")


@dataclass(frozen=True)
class Options:
    """The parameters of `QAOASampler.sample` that prepare the state, as given."""

    p: int = 1
    gamma: Sequence[float] | None = None
    beta: Sequence[float] | None = None
    start: str = "fixed"
    optimizer: str = "L-BFGS-B"
    maxiter: int = 100
    objective: str = "mean"
    alpha: float = 0.1
    warm_start: Any = None
    epsilon: float = 0.25
    one_hot: Any = None
    mixer: str = "ring"
    precision: str = "double"
    num_threads: int | None = None
    time_limit: float | None = None
    target_energy: float | None = None
    progress: Progress | None = None


class QAOARun:
    """The final state of a QAOA; see `QAOASampler.sample` for what the options mean.

    Attributes
    ----------
    state
        `sgq.kernels.statevector.Statevector`, qubit i for ``labels[i]``; its `averages` are means of products of spins.
    polynomial, labels
        The model in spins.
    info
        What the sampler says about the run, JSON values.
    """

    def __init__(self, model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial, options: Options) -> None:
        clock, progress = Clock(options.time_limit), checked_progress(options.progress)
        p, maxiter = integer("p", options.p, 1), integer("maxiter", options.maxiter, 1)
        angles = given_angles(options.gamma, options.beta, p)
        start, objective = choice("start", options.start, STARTS), choice("objective", options.objective, OBJECTIVES)
        gradient = angles is None and choice("optimizer", options.optimizer, OPTIMIZERS) == "L-BFGS-B"
        alpha = real("alpha", options.alpha, 0, 1, above=True)
        target = _target(options)
        kind = KINDS[choice("precision", options.precision, KINDS)]
        n = len(model.variables)
        _check_memory(n, np.dtype(kind).itemsize, gradient, objective == "cvar", options.one_hot is not None)
        from sgq.kernels.diagonal import diagonal, ground_states
        from sgq.kernels.statevector import Statevector
        from sgq.kernels.teams import Team

        team: Team = Team(threads(options.num_threads))
        self.polynomial, self.labels = spin_terms(model)
        groups = _groups(options, self.labels)
        mixer = _mixer(options, groups, self.labels, model.vartype)
        masks, coefficients = self.polynomial.masks(), self.polynomial.coefficients
        # Without its constant and in units of the local field, the cost fits float32 as well as it can.
        unit, acting = rms_field(self.polynomial), masks != 0
        constant = float(coefficients[~acting].sum())
        energies = diagonal(masks[acting], coefficients[acting] / unit, n, kind, team)
        if groups is None:
            lowest, ground = ground_states(masks, coefficients, n, self.polynomial.tolerance, team)
        else:
            lowest, ground = allowed_ground_states(self.polynomial, allowed(groups, n))
        self.state = Statevector(n, kind, team)
        ansatz = Ansatz(self.state, energies, mixer, _objective(objective, energies, alpha, ground))
        units = np.repeat([unit, 1.0], p)
        offset, scale = (0.0, 1.0) if objective == "overlap" else (constant, unit)

        def value(angles: Floats) -> float:
            return offset + scale * ansatz.value(angles * units)

        def value_and_slopes(angles: Floats) -> tuple[float, Floats]:
            value, slopes = ansatz.gradient(angles * units)
            return offset + scale * value, slopes

        search = AngleSearch(
            value,
            maxiter,
            clock,
            target,
            progress,
            value_and_slopes if gradient else None,
            stages=1 if start == "fixed" else p,
            offset=offset,
            scale=scale,
        )
        stopped = None
        if angles is None:
            stopped = search_from(start, search, p, unit)
        else:
            search.evaluate_only(angles)
        ansatz.run(search.angles * units)
        self.info: dict[str, Any] = {
            "gamma": search.angles[:p].tolist(),
            "beta": search.angles[p:].tolist(),
            "expectation": constant + unit * self.state.expectation(energies),
            "objective": search.energy,
            "evaluations": search.evaluations,
            "lowest_energy": lowest,
            "ground_states": len(ground),
            "ground_state_probability": float(self.state.probabilities(ground).sum()) / self.state.norm(),
            "setup_seconds": clock.elapsed(),
            **({"stopped": stopped} if stopped else {}),
        }


def _target(options: Options) -> float:
    if options.target_energy is None:
        return -math.inf
    if options.objective == "overlap":
        raise ValueError(
            f"target_energy={options.target_energy!r}: objective='overlap' is a probability; leave target_energy out, "
            "or take objective='mean' or 'cvar'"
        )
    return real("target_energy", options.target_energy)


def _groups(options: Options, labels: list[Hashable]) -> list[list[int]] | None:
    if options.one_hot is None:
        return None
    if options.warm_start is not None:
        raise ValueError("warm_start and one_hot have mixers of their own: give one of the two")
    return given_groups(options.one_hot, labels)


def _mixer(
    options: Options, groups: list[list[int]] | None, labels: list[Hashable], vartype: dimod.Vartype
) -> FlipMixer | LocalMixer:
    shape = choice("mixer", options.mixer, ("ring", "complete"))
    if options.warm_start is not None:
        return warm_mixer(given_means(options.warm_start, options.epsilon, labels, vartype))
    return FlipMixer() if groups is None else one_hot_mixer(groups, len(labels), shape)


def _objective(name: str, energies: Any, alpha: float, ground: Integers) -> Objective:
    if name == "mean":
        return MeanEnergy(energies)
    return LowestPart(energies, alpha) if name == "cvar" else GroundStateOverlap(ground)


def _check_memory(n: int, itemsize: int, gradient: bool, sorted_too: bool, listed_too: bool) -> None:
    """ValueError if the amplitudes of n qubits do not fit, with what else is needed beside them."""
    amplitude = itemsize * (3 + 2 * gradient) + 16 * (sorted_too + listed_too)  # twice the positions in int64, at work
    needed, free = amplitude * 2.0**n, free_memory()
    if needed > free:
        less = [*(["optimizer='COBYLA'"] if gradient else []), *(["precision='single'"] if itemsize == 8 else [])]
        raise ValueError(
            f"{n} variables: qaoa needs {needed / 1e9:.3g} GB, {amplitude} bytes for each of 2^{n} amplitudes, and "
            f"{free / 1e9:.3g} GB are free; take {', '.join([*less, 'a smaller instance'])}, or annealing"
        )
