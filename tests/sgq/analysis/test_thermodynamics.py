"""Thermodynamics of a density of states against sums over configurations and transfer matrices of the square torus."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sgq
from sgq.analysis import thermodynamics

BETAS = np.array([0.0, 0.05, 0.44, 1.0, 3.0])


def density(problem: Any) -> tuple[list[float], list[int]]:
    found = sgq.solve(problem, "exhaustive", density_of_states=True).info["sgq"]["density_of_states"]
    return found["energies"], found["counts"]


def test_a_glass_of_ten_spins_agrees_with_the_sum_over_its_configurations() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=10, disorder="bimodal", seed=3)
    energies = problem.energies(1 - 2 * ((np.arange(1 << 10)[:, None] >> np.arange(10)) & 1))
    weights = np.exp(-BETAS[:, None] * energies)
    partition = weights.sum(axis=1)
    probability = weights / partition[:, None]
    mean = probability @ energies
    answer = thermodynamics(*density(problem), BETAS)
    np.testing.assert_allclose(answer.log_partition, np.log(partition), rtol=1e-12)
    np.testing.assert_allclose(answer.free_energy[1:], -np.log(partition[1:]) / BETAS[1:], rtol=1e-12)
    np.testing.assert_allclose(answer.energy, mean, atol=1e-11)
    np.testing.assert_allclose(answer.entropy, -(probability * np.log(probability)).sum(axis=1), rtol=1e-10)
    np.testing.assert_allclose(answer.specific_heat, BETAS**2 * (probability @ energies**2 - mean**2), atol=1e-10)


@pytest.mark.parametrize("length", [4, 5])
def test_the_square_torus_has_the_partition_function_of_its_transfer_matrix(length: int) -> None:
    """Z = Tr T^L, with T(s, s') = exp(beta Σ s_i s_{i+1} + beta Σ s_i s'_i) between rows (Onsager 1944)."""
    rows = 1 - 2 * ((np.arange(1 << length)[:, None] >> np.arange(length)) & 1)
    within = (rows * np.roll(rows, 1, axis=1)).sum(axis=1)
    answer = thermodynamics(*density(sgq.build("ising", shape=(length, length))), BETAS)
    for beta, log_partition in zip(BETAS, answer.log_partition, strict=True):
        transfer = np.exp(beta * (within[:, None] + rows @ rows.T))
        assert log_partition == pytest.approx(np.log(np.trace(np.linalg.matrix_power(transfer, length))), rel=1e-12)


def test_infinite_and_zero_temperature_have_their_limits() -> None:
    answer = thermodynamics([-3.0, 1.0, 5.0], [2, 5, 1], [0.0, 1e6, -1e6])
    assert answer.log_partition[0] == pytest.approx(np.log(8))
    assert np.isnan(answer.free_energy[0])
    assert answer.energy.tolist() == pytest.approx([(-6 + 5 + 5) / 8, -3.0, 5.0])
    assert answer.entropy.tolist() == pytest.approx([np.log(8), np.log(2), 0.0])
    assert answer.specific_heat.tolist() == [0.0, 0.0, 0.0]
    assert answer.free_energy[1] == pytest.approx(-3.0, abs=1e-5)
    assert thermodynamics([0.0], [1], 2.0).energy.shape == ()


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 10**6)), min_size=1, max_size=20), st.floats(-3, 3))
def test_a_shift_of_energies_shifts_the_free_energy_alone(levels: list[tuple[int, int]], beta: float) -> None:
    energies, counts = np.array(levels).T
    plain, shifted = thermodynamics(energies, counts, beta), thermodynamics(energies + 1000, counts, beta)
    np.testing.assert_allclose(shifted.log_partition, plain.log_partition - 1000 * beta, atol=1e-9)
    np.testing.assert_allclose(shifted.energy, plain.energy + 1000, atol=1e-9)
    np.testing.assert_allclose(shifted.entropy, plain.entropy, atol=1e-9)
    np.testing.assert_allclose(shifted.specific_heat, plain.specific_heat, atol=1e-9)


@pytest.mark.parametrize(
    ("energies", "counts", "betas", "message"),
    [
        ([0.0, 1.0], [1], 1.0, r"energies of shape \(2,\) and counts of \(1,\)"),
        ([0.0, 1.0], [1, -1], 1.0, "counts: none may be negative"),
        ([0.0], [0], 1.0, "at least one must be positive"),
        ([np.nan], [1], 1.0, r"energies\[0\] = nan"),
        ([0.0], [1], np.inf, "betas = inf"),
    ],
)
def test_what_is_no_density_of_states_is_refused(energies: Any, counts: Any, betas: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        thermodynamics(energies, counts, betas)
