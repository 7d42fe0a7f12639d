"""A QAOA of one model, from its arguments to the final state: angles found, state prepared, ready to be measured."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dimod
import numpy as np

from sgq.checks import choice, integer, real
from sgq.models import Floats, Terms
from sgq_solvers.memory import free_memory
from sgq_solvers.qaoa.angles import AngleSearch, given_angles
from sgq_solvers.qaoa.ansatz import Ansatz
from sgq_solvers.qaoa.mixers import FlipMixer, LocalMixer, given_means, warm_mixer
from sgq_solvers.qaoa.objectives import GroundStateOverlap, LowestPart, MeanEnergy, Objective
from sgq_solvers.qaoa.one_hot import allowed, allowed_ground_states, given_groups, one_hot_mixer
from sgq_solvers.qaoa.spin_polynomial import rms_field, spin_terms
from sgq_solvers.qaoa.starts import STARTS, search_from
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
        clock = Clock(options.time_limit)
        checked = _Checked(options)
        n, kind = len(model.variables), checked.kind
        _check_memory(n, np.dtype(kind).itemsize, checked.gradient, options)
        from sgq.kernels.statevector import Statevector
        from sgq.kernels.teams import Team

        team: Team = Team(threads(options.num_threads))
        self.polynomial, self.labels = spin_terms(model)
        groups = _groups(options, self.labels)
        mixer = _mixer(options, groups, self.labels, model.vartype)
        cost = _Cost(self.polynomial, n, kind, groups, team)
        self.state = Statevector(n, kind, team)
        ansatz = Ansatz(self.state, cost.energies, mixer, checked.objective(cost))
        search, stopped = _searched(ansatz, cost, checked, clock)
        ansatz.run(search.angles * np.repeat([cost.unit, 1.0], checked.p))
        self.info: dict[str, Any] = {
            "gamma": search.angles[: checked.p].tolist(),
            "beta": search.angles[checked.p :].tolist(),
            "expectation": cost.constant + cost.unit * self.state.expectation(cost.energies),
            "objective": search.energy,
            "evaluations": search.evaluations,
            "lowest_energy": cost.lowest,
            "ground_states": len(cost.ground),
            "ground_state_probability": float(self.state.probabilities(cost.ground).sum()) / self.state.norm(),
            "setup_seconds": clock.elapsed(),
            **({"stopped": stopped} if stopped else {}),
        }


class _Checked:
    """The options that need no model, checked."""

    def __init__(self, options: Options) -> None:
        self.progress = checked_progress(options.progress)
        self.p, self.maxiter = integer("p", options.p, 1), integer("maxiter", options.maxiter, 1)
        self.angles = given_angles(options.gamma, options.beta, self.p)
        self.start = choice("start", options.start, STARTS)
        self.name = choice("objective", options.objective, OBJECTIVES)
        self.alpha = real("alpha", options.alpha, 0, 1, above=True)
        optimizer = choice("optimizer", options.optimizer, OPTIMIZERS)
        self.gradient = self.angles is None and optimizer == "L-BFGS-B"
        self.kind = KINDS[choice("precision", options.precision, KINDS)]
        self.target = _target(options)

    def objective(self, cost: _Cost) -> Objective:
        """What is minimised, in the units of the cost."""
        if self.name == "mean":
            return MeanEnergy(cost.energies)
        return LowestPart(cost.energies, self.alpha) if self.name == "cvar" else GroundStateOverlap(cost.ground)


class _Cost:
    """The energies of all configurations, without their constant and in units of the rms local field.

    So they fit float32 as well as they can. `lowest` is the lowest energy as it is, `ground` the states that have it.
    """

    def __init__(self, polynomial: Terms, n: int, kind: Any, groups: list[list[int]] | None, team: Team) -> None:
        from sgq.kernels.diagonal import diagonal, ground_states

        masks, coefficients = polynomial.masks(), polynomial.coefficients
        acting = masks != 0
        self.unit, self.constant = rms_field(polynomial), float(coefficients[~acting].sum())
        self.energies = diagonal(masks[acting], coefficients[acting] / self.unit, n, kind, team)
        if groups is None:
            self.lowest, self.ground = ground_states(masks, coefficients, n, polynomial.tolerance, team)
        else:
            self.lowest, self.ground = allowed_ground_states(polynomial, allowed(groups, n))


def _searched(ansatz: Ansatz, cost: _Cost, checked: _Checked, clock: Clock) -> tuple[AngleSearch, str | None]:
    """The search for angles, done, and why it stopped early."""
    units = np.repeat([cost.unit, 1.0], checked.p)
    offset, scale = (0.0, 1.0) if checked.name == "overlap" else (cost.constant, cost.unit)

    def value(angles: Floats) -> float:
        return offset + scale * ansatz.value(angles * units)

    def value_and_slopes(angles: Floats) -> tuple[float, Floats]:
        value, slopes = ansatz.gradient(angles * units)
        return offset + scale * value, slopes

    search = AngleSearch(
        value,
        checked.maxiter,
        clock,
        checked.target,
        checked.progress,
        value_and_slopes if checked.gradient else None,
        stages=1 if checked.start == "fixed" else checked.p,
        offset=offset,
        scale=scale,
    )
    if checked.angles is None:
        return search, search_from(checked.start, search, checked.p, cost.unit)
    search.evaluate_only(checked.angles)
    return search, None


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


def _check_memory(n: int, itemsize: int, gradient: bool, options: Options) -> None:
    """ValueError if the amplitudes of n qubits do not fit, with what else is needed beside them."""
    lists = (options.objective == "cvar") + (options.one_hot is not None)  # of configurations, twice while at work
    amplitude = itemsize * (3 + 2 * gradient) + 16 * lists
    needed, free = amplitude * 2.0**n, free_memory()
    if needed > free:
        savings = {"optimizer='COBYLA'": gradient, "precision='single'": itemsize == 8}
        less = [option for option, saves in savings.items() if saves and (12 + 16 * lists) * 2.0**n <= free]
        raise ValueError(
            f"{n} variables: qaoa needs {needed / 1e9:.3g} GB, {amplitude} bytes for each of 2^{n} amplitudes, and "
            f"{free / 1e9:.3g} GB are free; take {', '.join([*less, 'a smaller instance'])}, or annealing"
        )
