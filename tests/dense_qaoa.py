"""QAOA by arrays with one axis a qubit, which the tests of theory, kernels and solvers compare with."""

from collections.abc import Iterable

import numpy as np


def layer(psi: np.ndarray, energies: np.ndarray, turn: float, rotation: float) -> np.ndarray:
    """exp(-i rotation Σ X) exp(-i turn E) psi; bit i of an index is qubit i, the last axis qubit 0."""
    n = len(psi).bit_length() - 1
    psi = (psi * np.exp(-1j * turn * energies)).reshape((2,) * n)
    for axis in range(n):
        psi = np.cos(rotation) * psi - 1j * np.sin(rotation) * np.flip(psi, axis)
    return psi.ravel()


def probabilities(energies: np.ndarray, gamma: Iterable[float], beta: Iterable[float]) -> np.ndarray:
    """|Π exp(-i beta Σ X) exp(+i gamma E) |+…+>|² of every configuration."""
    psi = np.full(len(energies), len(energies) ** -0.5, complex)
    for g, b in zip(gamma, beta, strict=True):
        psi = layer(psi, energies, -g, b)
    return np.abs(psi) ** 2
