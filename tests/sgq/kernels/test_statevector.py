"""The statevector against matrix exponentials, gates written out in NumPy, and closed forms.

The chi-square test has a fixed seed and fails a correct kernel with probability 1e-3.
"""

import numpy as np
import pytest
from dense_qaoa import layer
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import chisquare

from sgq.kernels import statevector
from sgq.kernels.diagonal import diagonal
from sgq.kernels.statevector import Statevector
from sgq.kernels.teams import Team

KINDS = [np.float32, np.float64]
ACCURACY = {np.float32: 3e-6, np.float64: 1e-13}


def random_cost(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Masks and coefficients of a random polynomial with fields."""
    masks = rng.integers(0, 1 << n, 3 * n).astype(np.uint64)
    return masks, rng.normal(size=3 * n)


def energies_of(masks: np.ndarray, coefficients: np.ndarray, n: int) -> np.ndarray:
    odd = np.bitwise_count(np.arange(1 << n, dtype=np.uint64)[:, None] & masks) % 2
    return (1.0 - 2.0 * odd) @ coefficients


def random_state(n: int, kind: type, rng: np.random.Generator) -> Statevector:
    state = Statevector(n, kind)
    psi = rng.normal(size=(2, 1 << n))
    state.real[:], state.imag[:] = psi / np.linalg.norm(psi)
    return state


def amplitudes(state: Statevector) -> np.ndarray:
    return state.real + 1j * state.imag.astype(float)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 9), st.sampled_from(KINDS), st.floats(-4, 4), st.floats(-4, 4), st.integers(0, 2**31))
def test_layer_is_the_matrix_exponential(n: int, kind: type, turn: float, rotation: float, seed: int) -> None:
    """Angles of any size, the sign and phase included; bits in order, since the cost is not symmetric."""
    rng = np.random.default_rng(seed)
    energies = energies_of(*random_cost(n, rng), n)
    state = random_state(n, kind, rng)
    flips = sum(np.kron(np.kron(np.eye(1 << (n - 1 - q)), [[0, 1], [1, 0]]), np.eye(1 << q)) for q in range(n))
    expected = expm(-1j * rotation * flips) @ (np.exp(-1j * turn * energies) * amplitudes(state))
    state.layer(energies.astype(kind), turn, rotation)
    np.testing.assert_allclose(amplitudes(state), expected, atol=20 * ACCURACY[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [10, 13, 17, 18])
def test_layers_of_many_qubits(n: int, kind: type) -> None:
    rng = np.random.default_rng(n)
    masks, coefficients = random_cost(n, rng)
    energies, state = diagonal(masks, coefficients, n, kind), random_state(n, kind, rng)
    expected = amplitudes(state)
    for turn, rotation in [(0.3, -0.4), (-0.7, 1.3), (0.0, 3.0)]:
        expected = layer(expected, energies.astype(float), turn, rotation)
        state.layer(energies, turn, rotation)
    error = np.abs(amplitudes(state) - expected).max() * 2 ** (n / 2)
    assert error < 10 * ACCURACY[kind]
    assert state.norm() == pytest.approx(1, abs=ACCURACY[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_any_division_of_the_work_gives_the_same_bits(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    n, states = 15, []
    masks, coefficients = random_cost(n, np.random.default_rng(1))
    for cached, copied, threads in [(19, 9, 1), (13, 2, 1), (14, 3, 3), (12, 9, 2)]:
        monkeypatch.setattr(statevector, "_CACHED", cached)
        monkeypatch.setattr(statevector, "_COPIED", copied)
        state = Statevector(n, kind, Team(threads))
        energies = diagonal(masks, coefficients, n, kind, state.team)
        for _ in range(2):
            state.layer(energies, 0.4, 0.7)
        states.append(amplitudes(state))
        assert state.expectation(energies) == pytest.approx((np.abs(states[0]) ** 2) @ energies, rel=1e-6)
    for other in states[1:]:
        np.testing.assert_array_equal(other, states[0])


def test_turn_and_rotation_apart_are_a_layer() -> None:
    rng = np.random.default_rng(3)
    energies = energies_of(*random_cost(9, rng), 9)
    together, apart = (
        random_state(9, np.float64, np.random.default_rng(4)),
        random_state(9, np.float64, np.random.default_rng(4)),
    )
    together.layer(energies, 0.6, 0.2)
    apart.turn(energies, 0.6)
    apart.rotate(0.2)
    np.testing.assert_allclose(amplitudes(apart), amplitudes(together), atol=1e-15)
    apart.rotate(-0.2)
    apart.turn(energies, -0.6)
    np.testing.assert_allclose(
        amplitudes(apart), amplitudes(random_state(9, np.float64, np.random.default_rng(4))), atol=1e-15
    )


@pytest.mark.parametrize(
    "wrong", [np.zeros(256, np.float32), np.zeros(128), np.zeros(512)[::2]], ids=["kind", "size", "layout"]
)
def test_a_diagonal_that_does_not_fit_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="256 contiguous numbers of kind float64"):
        Statevector(8).turn(wrong, 0.1)


@pytest.mark.parametrize(("kind", "accuracy"), [(np.float32, 2e-4), (np.float64, 1e-12)])
def test_large_angles_keep_their_digits(kind: type, accuracy: float) -> None:
    """Energies that float32 holds exactly, turned by a thousand turns and more, as in a long evolution."""
    energies = np.arange(256.0)
    state = Statevector(8, kind)
    state.turn(energies.astype(kind), 31.4159)
    np.testing.assert_allclose(amplitudes(state) * 16, np.exp(-31.4159j * energies), atol=accuracy)


@given(st.integers(0, 9), st.sampled_from([1, 4, 15]), st.integers(0, 2**31))
def test_diagonal_is_every_energy(n: int, low: int, seed: int) -> None:
    masks, coefficients = random_cost(n, np.random.default_rng(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sgq.kernels.diagonal.LOW", low)
        energies = diagonal(masks, coefficients, n)
    np.testing.assert_allclose(energies, energies_of(masks, coefficients, n), atol=1e-12)


@pytest.mark.parametrize("low", [3, 15])
def test_averages_of_products_of_spins(low: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statevector, "LOW", low)
    state = random_state(8, np.float64, np.random.default_rng(2))
    masks = np.array([0, 1, 1 << 7, 0b10000010, 0b11011], np.uint64)
    expected = [state.probabilities() @ energies_of(masks[k : k + 1], np.ones(1), 8) for k in range(len(masks))]
    np.testing.assert_allclose(state.averages(masks), expected, atol=1e-14)


def test_draws_follow_the_probabilities() -> None:
    state = random_state(16, np.float64, np.random.default_rng(5))
    state.real[1000:] = state.imag[1000:] = 0.0
    state.real[65_000] = 1.0  # in the last block
    p = state.probabilities()
    states = state.draw(np.random.default_rng(6).random(100_000))
    counts = np.bincount(states, minlength=1 << 16)
    assert not counts[p == 0].any()
    often = p / p.sum() * 100_000 > 8
    observed, expected = (np.append(x[often], x[~often].sum()) for x in (counts, p / p.sum() * 100_000))
    assert chisquare(observed, expected).pvalue > 1e-3
    np.testing.assert_array_equal(state.draw(np.array([0.0, np.nextafter(1.0, 0.0)])), [0, 65_000])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 4, 6, 9, 17])
def test_overlaps_of_two_states(n: int, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """⟨λ|Σ X|ψ⟩ and ⟨λ|diagonal|ψ⟩ as NumPy writes them out, by blocks that take one or two high qubits."""
    rng = np.random.default_rng(n)
    state, other = (random_state(n, kind, rng) for _ in range(2))
    psi, bra, energies = amplitudes(state), amplitudes(other).conj(), rng.normal(size=1 << n).astype(kind)
    flips = sum(psi[np.arange(1 << n) ^ (1 << q)] for q in range(n))
    accuracy = 10 * ACCURACY[kind]
    assert state.weighted_overlap(other, energies) == pytest.approx((bra @ (energies * psi)).imag, abs=accuracy)
    values = []
    for summed in (14, 15):
        monkeypatch.setattr(statevector, "_SUMMED", summed)
        values.append(state.flip_overlap(other))
    np.testing.assert_allclose(values, (bra @ flips).imag, atol=accuracy)
