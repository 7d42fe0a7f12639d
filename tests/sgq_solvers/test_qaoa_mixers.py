"""Warm starts and one-hot constraints against matrix exponentials of the whole mixer."""

import dimod
import numpy as np
import pytest
from qaoa_helpers import all_values, options, pauli, probabilities, random_polynomial
from scipy.linalg import expm

from sgq_solvers.qaoa import QAOASampler
from sgq_solvers.qaoa.run import QAOARun

GAMMA, BETA = [0.4, -0.7], [0.6, 1.3]


def dense(energies: np.ndarray, mixer: np.ndarray, psi: np.ndarray) -> np.ndarray:
    for gamma, beta in zip(GAMMA, BETA, strict=True):
        psi = expm(-1j * beta * mixer) @ (np.exp(1j * gamma * energies) * psi)
    return np.abs(psi) ** 2


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("precision", ["single", "double"])
def test_warm_start(vartype: str, precision: str) -> None:
    """exp(-i β Σ (sin θ X + cos θ Z)) from the product state of ⟨Z⟩ = cos θ, kept off ±1 by epsilon."""
    model = random_polynomial(3, vartype, seed=4)
    labels = sorted(model.variables)
    spins = np.array([1.0, -1.0, 0.2, 0.0, -0.3, 1.0])
    means = np.clip(spins, -0.8, 0.8)
    given = dict(zip(labels, spins if vartype == "SPIN" else (spins + 1) / 2, strict=True))
    energies = model.energies((all_values(model), labels))
    mixer = sum(
        np.sqrt(1 - m**2) * pauli(6, **{f"q{q}": "X"}) + m * pauli(6, **{f"q{q}": "Z"}) for q, m in enumerate(means)
    )
    up = 1 - ((np.arange(64)[:, None] >> np.arange(6)) & 1)
    start = np.sqrt(np.where(up, (1 + means) / 2, (1 - means) / 2).prod(axis=1))
    np.testing.assert_allclose(mixer @ start, 6 * start, atol=1e-12)  # its highest state
    samples = QAOASampler().sample_poly(
        model, p=2, gamma=GAMMA, beta=BETA, warm_start=given, epsilon=0.1, precision=precision, num_reads=5000, seed=1
    )
    seen, expected = probabilities(samples, labels), dense(energies, mixer, start.astype(complex))
    np.testing.assert_allclose(
        seen[~np.isnan(seen)], expected[~np.isnan(seen)], atol=1e-6 if precision == "single" else 1e-13
    )
    assert samples.info["sgq"]["expectation"] == pytest.approx(expected @ energies, abs=1e-5)


def test_a_warm_start_of_equal_probabilities_is_none() -> None:
    model = dimod.BinaryQuadraticModel({0: 0.3}, {(0, 1): 1.0, (1, 2): -0.5}, "SPIN")
    options = {"p": 2, "gamma": GAMMA, "beta": BETA, "seed": 1}
    warm = QAOASampler().sample(model, warm_start=[1, -1, 1], epsilon=0.5, **options)
    plain = QAOASampler().sample(model, **options)
    assert warm.info["sgq"]["expectation"] == pytest.approx(plain.info["sgq"]["expectation"], abs=1e-12)


def test_a_warm_start_at_the_optimum_finds_it_more_often() -> None:
    rng = np.random.default_rng(1)
    model = dimod.BinaryQuadraticModel({}, {(i, j): rng.normal() for i in range(8) for j in range(i)}, "SPIN")
    ground = dimod.ExactSolver().sample(model).first.sample
    warm, cold = (QAOASampler().sample(model, warm_start=start, seed=1).info["sgq"] for start in (ground, None))
    assert warm["expectation"] < cold["expectation"]
    assert warm["ground_state_probability"] > 3 * cold["ground_state_probability"]


@pytest.mark.parametrize("shape", ["ring", "complete"])
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_one_hot_states(shape: str, vartype: str) -> None:
    """exp(-i β ½ Σ (XX + YY)) of the group, X of the others, from one excitation shared by all of the group."""
    model = random_polynomial(3, vartype, seed=6)
    labels = sorted(model.variables)
    group = [4, 0, 3, 1]
    pairs = [(0, 1), (1, 2), (2, 3), (3, 0)] + ([(0, 2), (1, 3)] if shape == "complete" else [])
    energies = model.energies((all_values(model), labels))
    hops = [pauli(6, **{f"q{group[i]}": kind, f"q{group[j]}": kind}).real / 2 for i, j in pairs for kind in ("X", "Y")]
    mixer = sum(hops) + pauli(6, q2="X") + pauli(6, q5="X")
    up = 1 - ((np.arange(64)[:, None] >> np.arange(6)) & 1)
    allowed = up[:, group].sum(axis=1) == 1
    start = allowed / np.sqrt(allowed.sum())
    expected = dense(energies, mixer, start.astype(complex))
    samples = QAOASampler().sample_poly(
        model, p=2, gamma=GAMMA, beta=BETA, one_hot=[[labels[q] for q in group]], mixer=shape, num_reads=4000, seed=1
    )
    seen = probabilities(samples, labels)
    np.testing.assert_allclose(seen[~np.isnan(seen)], expected[~np.isnan(seen)], atol=1e-13)
    assert not (~np.isnan(seen) & ~allowed).any()
    assert np.nansum(seen) > 0.99
    info = samples.info["sgq"]
    assert info["lowest_energy"] == pytest.approx(energies[allowed].min())
    ground = allowed & (energies <= energies[allowed].min() + 1e-12)
    assert info["ground_state_probability"] == pytest.approx(expected[ground].sum(), abs=1e-13)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_the_state_never_leaves_what_is_allowed(precision: str) -> None:
    """Exactly: amplitudes of other configurations are never touched, so two groups of three stay one-hot to the bit."""
    rng = np.random.default_rng(2)
    model = dimod.BinaryQuadraticModel({}, {(i, j): rng.normal() for i in range(9) for j in range(i)}, "BINARY")
    run = QAOARun(model, options(p=3, one_hot=[[0, 4, 7], [1, 2, 8]], precision=precision))
    up = (1 - ((np.arange(512)[:, None] >> np.arange(9)) & 1))[:, np.argsort(run.labels)]
    allowed = (up[:, [0, 4, 7]].sum(axis=1) == 1) & (up[:, [1, 2, 8]].sum(axis=1) == 1)
    p = run.state.probabilities()
    assert not p[~allowed].any()
    assert p[allowed].sum() == pytest.approx(1, abs=1e-6)


def test_a_walk_between_four_cities_needs_no_penalties() -> None:
    """Every sample has one city at each of four times, and the mean length is below that of random walks."""
    distance = np.array([[0, 1, 4, 2], [1, 0, 2, 5], [4, 2, 0, 1], [2, 5, 1, 0]], float)
    model = dimod.BinaryQuadraticModel("BINARY")
    for time in range(4):
        for a in range(4):
            for b in range(4):
                model.add_quadratic((time, a), ((time + 1) % 4, b), distance[a, b] + 10 * (a == b))
    groups = [[(time, city) for city in range(4)] for time in range(4)]
    samples = QAOASampler().sample(model, one_hot=groups, p=2, precision="single", maxiter=20, seed=1)
    for row in samples.samples():
        assert all(sum(row[variable] for variable in group) == 1 for group in groups)
    assert samples.info["sgq"]["lowest_energy"] == 4.0  # to and fro between two cities at distance 1
    assert samples.info["sgq"]["expectation"] < distance.sum() / 4 + 10
