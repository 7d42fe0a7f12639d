"""Operators on a few amplitudes against the same written out in NumPy, with every qubit in turn."""

import numpy as np
import pytest

from sgq.kernels import statevector_local as local

KINDS = [np.float32, np.float64]
N = 12  # runs of one qubit's pairs are shorter and longer than their limit


def random_state(kind: type, seed: int) -> tuple[np.ndarray, np.ndarray]:
    real, imag = np.random.default_rng(seed).normal(size=(2, 1 << N)).astype(kind) / 64
    return real, imag


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("qubit", [0, 2, 5, 11])
def test_one_qubit(kind: type, qubit: int) -> None:
    """By its own kernel, and by the one for any settings."""
    rng = np.random.default_rng(qubit)
    matrix = rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2))
    matrix += matrix.T
    real, imag = random_state(kind, 1)
    pairs = (real + 1j * imag).reshape(-1, 2, 1 << qubit)
    expected = np.einsum("ij,ajb->aib", matrix, pairs).ravel()
    parts = (np.ascontiguousarray(part, kind) for part in (matrix.real, matrix.imag))
    re, im = parts
    runs = (1 << N) // 2 // min(1 << qubit, local.RUN)
    settings = np.array([0, 1 << qubit])
    for run in (
        lambda x, y: [local.apply_to_qubit(x, y, qubit, re, im, *ends) for ends in ((0, 1), (1, runs))],
        lambda x, y: local.apply(x, y, np.array([qubit]), settings, re, im, 0, 1 << (N - 1)),
    ):
        x, y = real.copy(), imag.copy()
        run(x, y)
        np.testing.assert_allclose(x + 1j * y, expected, atol=1e-6 if kind is np.float32 else 1e-15)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("qubit", [0, 5, 11])
def test_overlaps_of_one_qubit(kind: type, qubit: int) -> None:
    matrix = np.array([[0.3, -0.8], [-0.8, 0.5]])
    (x, y), (u, v) = random_state(kind, 1), random_state(kind, 2)
    pairs = (x + 1j * y.astype(float)).reshape(-1, 2, 1 << qubit)
    expected = np.vdot(u + 1j * v, np.einsum("ij,ajb->aib", matrix, pairs).ravel()).imag
    found = (
        local.overlap_on_qubit(x, y, u, v, qubit, matrix),
        local.overlap(x, y, u, v, np.array([qubit]), np.array([0, 1 << qubit]), matrix),
    )
    np.testing.assert_allclose(found, expected, atol=1e-6 if kind is np.float32 else 1e-14)


def test_settings_of_a_group_and_no_others() -> None:
    """Three settings of three qubits are mixed by a matrix; the other five keep their bits."""
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    qubits, settings = np.array([1, 4, 10]), np.array([1 << 1, 1 << 10, 1 << 4 | 1 << 1])
    real, imag = random_state(np.float64, 4)
    x, y = real.copy(), imag.copy()
    local.apply(x, y, qubits, settings, matrix.real.copy(), matrix.imag.copy(), 0, 1 << (N - 3))
    bases = np.flatnonzero(np.arange(1 << N) & (1 << 1 | 1 << 4 | 1 << 10) == 0)
    expected, touched = real + 1j * imag, np.add.outer(bases, settings)
    expected[touched] = expected[touched] @ matrix.T
    np.testing.assert_allclose(x + 1j * y, expected, atol=1e-15)
    untouched = np.setdiff1d(np.arange(1 << N), touched)
    np.testing.assert_array_equal(x[untouched], real[untouched])


def test_prepared_product_state() -> None:
    real = np.zeros(16)
    real[0] = 1.0
    local.prepare(real, np.array([2]), np.array([0, 4]), np.array([0.6, 0.8]))
    local.prepare(real, np.array([0, 3]), np.array([1, 8]), np.array([-1.0, 2.0]))
    expected = np.zeros(16)
    expected[[1, 8, 5, 12]] = -0.6, 1.2, -0.8, 1.6
    np.testing.assert_allclose(real, expected, atol=1e-15)
