"""The rotation about Π X against the matrix exponential."""

import numpy as np
import pytest
from scipy.linalg import expm

from sgq.kernels.all_spins import rotate_all
from sgq.kernels.statevector import Statevector
from sgq.kernels.teams import Team


@pytest.mark.parametrize("n", [1, 2, 5, 8])
@pytest.mark.parametrize("angle", [0.0, 0.3, -2.0, 40.0])
def test_matrix_exponential(n: int, angle: float) -> None:
    state, rng = Statevector(n), np.random.default_rng(n)
    state.real[:], state.imag[:] = rng.normal(size=(2, 2**n))
    before = state.real + 1j * state.imag
    rotate_all(state, angle)
    expected = expm(-1j * angle * np.eye(2**n)[::-1]) @ before
    np.testing.assert_allclose(state.real + 1j * state.imag, expected, atol=1e-13)


def test_threads_do_the_same() -> None:
    states = [Statevector(17, team=Team(k)) for k in (1, 3)]
    values = np.random.default_rng(1).normal(size=(2, 2**17))
    for state in states:
        state.real[:], state.imag[:] = values
        rotate_all(state, 0.4)
    np.testing.assert_array_equal(states[0].real, states[1].real)
    np.testing.assert_array_equal(states[0].imag, states[1].imag)


def test_no_qubits() -> None:
    state = Statevector(0)
    rotate_all(state, 1.0)
    assert state.norm() == 1
