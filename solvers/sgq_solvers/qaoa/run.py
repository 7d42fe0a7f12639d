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
from sgq_solvers.memory import MAX_QUBITS, free_memory, gigabytes
from sgq_solvers.qaoa.angles import AngleSearch, given_angles
from sgq_solvers.qaoa.ansatz import Ansatz
from sgq_solvers.qaoa.ground_states import allowed_ground_states, ground_states
from sgq_solvers.qaoa.mixers import FlipMixer, LocalMixer, given_means, warm_mixer
from sgq_solvers.qaoa.objectives import GroundStateOverlap, LowestPart, MeanEnergy, Objective
from sgq_solvers.qaoa.one_hot import AllowedStates, given_groups, one_hot_mixer
from sgq_solvers.qaoa.spin_polynomial import in_units, spin_terms
from sgq_solvers.qaoa.starts import STARTS, search_from
from sgq_solvers.sampler import Clock, Progress, checked_progress
from sgq_solvers.workers import threads

if TYPE_CHECKING:
    from sgq.kernels.teams import Team

KINDS = {"single": np.float32, "double": np.float64}
OPTIMIZERS = ("L-BFGS-B", "COBYLA")
OBJECTIVES = ("mean", "cvar", "overlap")


@dataclass(frozen=True, kw_only=True)
class Options:
    """The parameters of `QAOASampler.sample` that prepare the state, as given."""

    p: int
    gamma: Sequence[float] | None
    beta: Sequence[float] | None
    start: str
    optimizer: str
    maxiter: int
    objective: str
    alpha: float
    warm_start: Any
    epsilon: float
    one_hot: Any
    mixer: str
    precision: str
    num_threads: int | None
    time_limit: float | None
    target_energy: float | None
    progress: Progress | None


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
        _check_memory(n, checked)
        from sgq.kernels.statevector import Statevector
        from sgq.kernels.teams import Team

        team: Team = Team(threads(options.num_threads))
        self.polynomial, self.labels = spin_terms(model)
        groups = _groups(options, self.labels)
        mixer = _mixer(options, checked, groups, self.labels, model.vartype)
        cost = _Cost(self.polynomial, n, kind, groups, team)
        self.state = Statevector(n, kind, team)
        ansatz = Ansatz(self.state, cost.energies, mixer, checked.objective(cost))
        search, stopped = _searched(ansatz, cost, checked, clock)
        ansatz.run(search.angles)
        gamma, beta = np.split(search.angles / cost.units(checked.p) if checked.angles is None else checked.angles, 2)
        self.info: dict[str, Any] = {
            "gamma": gamma.tolist(),
            "beta": beta.tolist(),
            "expectation": cost.constant + cost.unit * self.state.expectation(cost.energies),
            "objective": search.energy,
            "evaluations": search.evaluations,
            "lowest_energy": cost.ground.lowest,
            "ground_states": cost.ground.count,
            "ground_state_probability": cost.ground.probability(self.state),
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
        self.epsilon = real("epsilon", options.epsilon, 0, 0.5)
        self.shape = choice("mixer", options.mixer, ("ring", "complete"))
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
    """The energies of all configurations, without their constant and in units of the rms local field."""

    def __init__(self, polynomial: Terms, n: int, kind: Any, groups: list[list[int]] | None, team: Team) -> None:
        from sgq.kernels.diagonal import diagonal

        scaled, self.constant, self.unit = in_units(polynomial)
        self.energies = diagonal(scaled.masks(), scaled.coefficients, n, kind, team)
        self.ground = (
            ground_states(polynomial, n, team)
            if groups is None
            else allowed_ground_states(polynomial, AllowedStates(groups, n))
        )

    def units(self, p: int) -> Floats:
        """What turns angles of p layers as they are into those of these energies."""
        return np.repeat([self.unit, 1.0], p)


def _searched(ansatz: Ansatz, cost: _Cost, checked: _Checked, clock: Clock) -> tuple[AngleSearch, str | None]:
    """The search for angles, done, and why it stopped early."""
    offset, scale = (0.0, 1.0) if checked.name == "overlap" else (cost.constant, cost.unit)
    search = AngleSearch(
        ansatz.value,
        checked.maxiter,
        clock,
        checked.target,
        checked.progress,
        ansatz.gradient if checked.gradient else None,
        stages=1 if checked.start == "fixed" else checked.p,
        offset=offset,
        scale=scale,
    )
    if checked.angles is None:
        return search, search_from(checked.start, search, checked.p)
    search.evaluate_only(checked.angles * cost.units(checked.p))
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
    options: Options, checked: _Checked, groups: list[list[int]] | None, labels: list[Hashable], vartype: dimod.Vartype
) -> FlipMixer | LocalMixer:
    if options.warm_start is not None:
        return warm_mixer(given_means(options.warm_start, checked.epsilon, labels, vartype))
    return FlipMixer() if groups is None else one_hot_mixer(groups, len(labels), checked.shape)


def _check_memory(n: int, checked: _Checked) -> None:
    """ValueError if the amplitudes of n qubits do not fit, with what else is needed beside them."""
    itemsize = np.dtype(checked.kind).itemsize
    order = 16 * (checked.name == "cvar")  # of the configurations, twice while they are sorted
    amplitude = itemsize * (3 + 2 * checked.gradient) + order
    needed, free = amplitude << n, free_memory()
    if needed > free or n > MAX_QUBITS:
        savings = {"optimizer='COBYLA'": checked.gradient, "precision='single'": itemsize == 8}
        less = [option for option, saves in savings.items() if saves and (12 + order) << n <= free]
        raise ValueError(
            f"{n} variables: qaoa needs {gigabytes(needed)}, {amplitude} bytes for each of 2^{n} amplitudes, and "
            f"{free / 1e9:.3g} GB are free; take {', '.join([*less, 'a smaller instance'])}, or annealing"
        )
