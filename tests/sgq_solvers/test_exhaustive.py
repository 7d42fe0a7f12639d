"""Exhaustive search against dimod's ExactSolver and against tree decomposition."""

import itertools

import dimod
import numpy as np
import pytest
from dwave.samplers import TreeDecompositionSolver
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq


def random_model(n: int, vartype: str, integers: bool, fields: bool, seed: int) -> dimod.BinaryQuadraticModel:
    rng = np.random.default_rng(seed)
    draw = (lambda: float(rng.integers(-2, 3))) if integers else rng.normal
    model = dimod.BinaryQuadraticModel({i: draw() if fields else 0.0 for i in range(n)}, {}, draw(), vartype)
    for i, j in itertools.combinations(range(n), 2):
        if rng.random() < 0.6:
            model.add_interaction(i, j, draw())
    return model


@settings(max_examples=200)
@given(st.integers(1, 16), st.sampled_from(["SPIN", "BINARY"]), st.booleans(), st.booleans(), st.integers(0, 2**31))
def test_ground_states_are_those_of_the_exact_solver(
    n: int, vartype: str, integers: bool, fields: bool, seed: int
) -> None:
    model = random_model(n, vartype, integers, fields, seed)
    exact = dimod.ExactSolver().sample(model)
    energies = exact.record.energy
    lowest = exact.record.sample[energies <= energies.min() + 1e-9]
    columns = [list(exact.variables).index(v) for v in model.variables]
    samples = sgq.solve(model, "exhaustive", max_states=1 << 16)
    assert samples.first.energy == pytest.approx(energies.min(), abs=1e-9)
    assert samples.info["sgq"]["degeneracy"] == len(lowest)
    assert samples.info["sgq"]["proven"]
    assert set(map(tuple, samples.record.sample.tolist())) == set(map(tuple, lowest[:, columns].tolist()))


@pytest.mark.parametrize("seed", range(3))
def test_lattices_of_25_spins_agree_with_tree_decomposition(seed: int) -> None:
    for periodic in (True, False):
        problem = sgq.build("edwards-anderson", shape=(5, 5), periodic=periodic, field=0.1 * seed, seed=seed)
        tree = TreeDecompositionSolver().sample(problem.model)
        assert sgq.solve(problem, "exhaustive").first.energy == pytest.approx(tree.first.energy, abs=1e-9)


@settings(max_examples=50)
@given(st.integers(1, 14), st.sampled_from(["SPIN", "BINARY"]), st.integers(0, 2**31))
def test_polynomials_agree_with_the_exact_polynomial_solver(n: int, vartype: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    order = min(n, 4)
    polynomial = dimod.BinaryPolynomial(
        {
            tuple(rng.choice(n, rng.integers(0, order + 1), replace=False).tolist()): float(rng.integers(-2, 3))
            for _ in range(12)
        },
        vartype,
    )
    energies = dimod.ExactPolySolver().sample_poly(polynomial).record.energy
    samples = sgq.solve(polynomial, "exhaustive")
    assert samples.first.energy == energies.min()
    assert samples.info["sgq"]["degeneracy"] == (energies == energies.min()).sum()


@pytest.mark.parametrize("seed", range(4))
def test_ground_states_far_below_the_scale_of_couplings(seed: int) -> None:
    """Number partitioning: couplings of 10^12 and a ground state near 0."""
    problem = sgq.build("number-partitioning", n=18, bits=20, seed=seed)
    spins = 1 - 2 * ((np.arange(1 << 18)[:, None] >> np.arange(18)) & 1)
    energies = (spins @ np.array(problem.instance)) ** 2
    for max_states in (1, 1024):
        samples = sgq.solve(problem, "exhaustive", max_states=max_states)
        assert samples.first.energy == energies.min()
        assert samples.info["sgq"]["degeneracy"] == (energies == energies.min()).sum()
    close = sgq.ising({(0, 1): 1e6, (2, 3): 1e-4})
    assert sgq.solve(close, "exhaustive").info["sgq"]["degeneracy"] == 4


def test_blocks_beyond_the_first_are_searched() -> None:
    polynomial = dimod.BinaryPolynomial({tuple(range(k, k + 3)): -1.0 for k in range(13)}, "SPIN")
    samples = sgq.solve(polynomial, "exhaustive")
    assert samples.first.energy == -13
    assert samples.info["sgq"]["degeneracy"] == 4  # three-spin chain: two free spins fix the rest


def test_states_beyond_the_limit_are_counted() -> None:
    samples = sgq.solve(
        dimod.BinaryQuadraticModel(dict.fromkeys(range(14), 0.0), {}, "SPIN"), "exhaustive", max_states=5
    )
    assert len(samples) == 5
    assert samples.info["sgq"]["degeneracy"] == 2**14


def test_a_time_limit_ends_the_search_without_a_proof() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=32, seed=1)
    samples = sgq.solve(problem, "exhaustive", time_limit=0.05)
    assert not samples.info["sgq"]["proven"]
    assert samples.info["sgq"]["stopped"] == "time_limit"
    assert len(samples)


def test_too_many_spins_are_refused() -> None:
    with pytest.raises(ValueError, match="33 variables: exhaustive takes at most 32"):
        sgq.solve(sgq.build("curie-weiss", n=33), "exhaustive")
