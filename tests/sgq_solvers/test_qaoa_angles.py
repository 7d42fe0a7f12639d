"""The search for angles: adjoint derivatives against finite differences, starts, objectives, and how it stops."""

from functools import partial
from typing import Any

import dimod
import numpy as np
import pytest
from qaoa_helpers import all_values, random_polynomial

import sgq
from sgq.kernels.diagonal import diagonal
from sgq.kernels.statevector import Statevector
from sgq.kernels.teams import Team
from sgq_solvers.qaoa import QAOASampler
from sgq_solvers.qaoa.ansatz import Ansatz
from sgq_solvers.qaoa.ground_states import allowed_ground_states, ground_states
from sgq_solvers.qaoa.mixers import FlipMixer, warm_mixer
from sgq_solvers.qaoa.objectives import GroundStateOverlap, LowestPart, MeanEnergy
from sgq_solvers.qaoa.one_hot import AllowedStates, one_hot_mixer
from sgq_solvers.qaoa.spin_polynomial import spin_terms

MIXERS = {
    "flip": FlipMixer(),
    "warm": warm_mixer(np.array([0.5, -0.5, 0.1, 0.0, 0.4, -0.3])),
    "ring": one_hot_mixer([[4, 0, 2, 1]], 6, "ring"),
}


@pytest.mark.parametrize("mixer", MIXERS)
@pytest.mark.parametrize("objective", ["mean", "cvar", "overlap"])
def test_gradient_is_that_of_finite_differences(mixer: str, objective: str) -> None:
    terms, _ = spin_terms(random_polynomial(3, "SPIN", seed=2))
    energies = diagonal(terms.masks(), terms.coefficients, 6)
    if mixer == "ring":
        ground = allowed_ground_states(terms, AllowedStates([[4, 0, 2, 1]], 6))
    else:
        ground = ground_states(terms, 6, Team())
    function = {
        "mean": MeanEnergy(energies),
        "cvar": LowestPart(energies, 0.3),
        "overlap": GroundStateOverlap(ground),
    }[objective]
    ansatz = Ansatz(Statevector(6), energies, MIXERS[mixer], function)
    angles = np.array([0.3, -0.2, 0.5, 0.4, 0.9, 0.2])
    value, slopes = ansatz.gradient(angles)
    step = 1e-5 * np.eye(6)
    differences = [(ansatz.value(angles + d) - ansatz.value(angles - d)) / 2e-5 for d in step]
    assert value == pytest.approx(ansatz.value(angles), abs=1e-14)
    np.testing.assert_allclose(slopes, differences, atol=1e-8)


def test_ground_states_are_those_of_enumeration() -> None:
    model = sgq.build("edwards-anderson", shape=(3, 4), disorder="bimodal", seed=3).model
    energies = model.energies((all_values(model), list(model.variables)))
    terms, _ = spin_terms(model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sgq.kernels.diagonal.LOW", 5)
        ground = ground_states(terms, 12, Team())
        states = np.concatenate(list(ground))
    assert ground.lowest == energies.min()
    np.testing.assert_array_equal(states, np.flatnonzero(energies == energies.min()))


def test_lowest_part_of_a_distribution() -> None:
    """Against sorting the configurations, for parts that end within a configuration."""
    energies = np.array([3.0, -1.0, 0.0, -2.0])
    state = Statevector(2)
    state.real[:] = np.sqrt([0.1, 0.2, 0.3, 0.4])
    for alpha, mean in [(0.3, -2.0), (0.5, (-0.8 - 0.1) / 0.5), (0.6, -1.0 / 0.6), (1.0, -0.7)]:
        assert LowestPart(energies, alpha).value(state) == pytest.approx(mean, abs=1e-12)


def test_the_start_follows_the_scale_of_the_couplings() -> None:
    pairs = {(i, j): (-1.0) ** (i * j) for i in range(8) for j in range(i)}  # each spin: rms field √7
    small, large = (
        dimod.BinaryQuadraticModel({}, {k: scale * v for k, v in pairs.items()}, "SPIN") for scale in (1, 1e200)
    )
    start, scaled = (QAOASampler().sample(m, maxiter=1, seed=1).info["sgq"] for m in (small, large))
    assert start["gamma"] == pytest.approx([0.5 / np.sqrt(7)])
    assert start["beta"] == pytest.approx([np.pi / 8])
    assert scaled["expectation"] == pytest.approx(1e200 * start["expectation"])
    assert start["stopped"] == "maxiter"


def test_single_precision_bears_large_and_constant_energies() -> None:
    """Phases see neither the constant nor the unit: in float32 an offset of 10^8 would leave nothing of energies."""
    pairs = {(i, j): (-1.0) ** (i * j) for i in range(8) for j in range(i)}
    plain, shifted, large = (
        QAOASampler()
        .sample(
            dimod.BinaryQuadraticModel({}, {k: scale * v for k, v in pairs.items()}, offset, "SPIN"), p=2, **options
        )
        .info["sgq"]["expectation"]
        for scale, offset, options in [
            (1.0, 0.0, {}),
            (1.0, 1e8, {"precision": "single"}),
            (1e200, 0.0, {"precision": "single"}),
        ]
    )
    assert shifted - 1e8 == pytest.approx(plain, rel=1e-4)
    assert large == pytest.approx(1e200 * plain, rel=1e-4)


def test_optimisation_and_layers_lower_the_energy() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=8, seed=2)
    runs = [(1, 1), (1, 100), (2, 100), (4, 100)]
    found = [sgq.solve(problem, "qaoa", p=p, maxiter=maxiter, seed=1).info["sgq"]["expectation"] for p, maxiter in runs]
    assert found == sorted(found, reverse=True)
    ground = sgq.solve(problem, "exhaustive").first.energy
    assert found[-1] > ground


@pytest.mark.parametrize("start", ["interp", "fourier"])
def test_starts_that_grow_layer_by_layer(start: str) -> None:
    """They end in stationary points, no higher than the one from fixed angles, and never above fewer layers."""
    model = sgq.build("sherrington-kirkpatrick", n=8, seed=3).model
    sample = partial(QAOASampler().sample, model, seed=1)
    grown = [sample(p=p, start=start).info["sgq"] for p in (1, 2, 3, 4)]
    energies = [info["objective"] for info in grown]
    assert energies == sorted(energies, reverse=True)
    assert energies[-1] < sample(p=4).info["sgq"]["objective"] + 0.02 * abs(energies[-1])
    assert energies[-1] == pytest.approx(grown[-1]["expectation"], abs=1e-12)
    assert len(grown[-1]["gamma"]) == len(grown[-1]["beta"]) == 4


def test_optimisers_agree() -> None:
    model = sgq.build("edwards-anderson", shape=(3, 3), seed=1).model
    energies = [
        QAOASampler().sample(model, p=2, maxiter=300, seed=1, **options).info["sgq"]["objective"]
        for options in ({}, {"optimizer": "COBYLA"}, {"precision": "single"})
    ]
    np.testing.assert_allclose(energies, energies[0], rtol=1e-3)


def test_each_objective_is_best_at_what_it_minimises() -> None:
    model = sgq.build("sherrington-kirkpatrick", n=8, seed=7).model
    info: dict[str, Any] = {
        name: QAOASampler().sample(model, p=2, objective=name, alpha=0.4, seed=1).info["sgq"]
        for name in ("mean", "cvar", "overlap")
    }
    at = {
        name: QAOASampler()
        .sample(model, p=2, gamma=i["gamma"], beta=i["beta"], objective="cvar", alpha=0.4, seed=1)
        .info["sgq"]["objective"]
        for name, i in info.items()
    }
    assert min(info, key=lambda name: info[name]["expectation"]) == "mean"
    assert min(at, key=lambda name: at[name]) == "cvar"
    assert max(info, key=lambda name: info[name]["ground_state_probability"]) == "overlap"
    assert info["overlap"]["objective"] == pytest.approx(-info["overlap"]["ground_state_probability"])


@pytest.mark.parametrize("optimizer", ["L-BFGS-B", "COBYLA"])
def test_the_optimiser_stops_with_the_best_so_far(optimizer: str) -> None:
    model = sgq.build("sherrington-kirkpatrick", n=6, seed=1).model
    sample = partial(QAOASampler().sample, model, p=4, seed=1, optimizer=optimizer)
    info = sample(time_limit=0).info["sgq"]
    assert (info["stopped"], info["evaluations"]) == ("time_limit", 1)
    info = sample(target_energy=-1.5).info["sgq"]
    assert info["stopped"] == "target_energy"
    assert info["expectation"] <= -1.5

    reports: list[tuple[float, float]] = []

    def interrupt_late(fraction: float, energy: float) -> None:
        reports.append((fraction, energy))
        if len(reports) == 6:
            raise KeyboardInterrupt

    samples = sample(progress=interrupt_late, start="interp")
    assert samples.info["sgq"]["stopped"] == "interrupt"
    assert samples.info["sgq"]["objective"] == min(energy for _, energy in reports)
    fractions = [fraction for fraction, _ in reports]
    assert fractions == sorted(fractions)
    assert samples.record.num_occurrences.sum() == 1024


@pytest.mark.parametrize(
    "options", [{}, {"start": "interp"}, {"gamma": [0.1, 0.2], "beta": [0.2, 0.1]}, {"time_limit": 0}]
)
def test_progress_ends_at_one(options: dict[str, Any]) -> None:
    model = sgq.build("sherrington-kirkpatrick", n=6, seed=1).model
    done: list[float] = []
    QAOASampler().sample(model, p=2, seed=1, progress=lambda fraction, _: done.append(fraction), **options)
    assert done == sorted(done)
    assert done[-1] == 1
