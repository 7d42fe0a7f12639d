"""Quantum spins by exact diagonalisation and transfer matrices, to compare path integrals with."""

from dataclasses import dataclass

import dimod
import numpy as np

import sgq

N = 8


def glass(n: int = N, seed: int = 4) -> dimod.BinaryQuadraticModel:
    """Every pair coupled and fields, Gaussian, with an offset."""
    rng = np.random.default_rng(seed)
    J = np.triu(rng.normal(size=(n, n)), 1) / np.sqrt(n)
    model = sgq.ising(J + J.T, 0.3 * rng.normal(size=n)).model
    model.offset += 0.7
    return model


def all_rows(n: int = N) -> np.ndarray:
    return (2 * (np.arange(1 << n)[:, None] >> np.arange(n) & 1) - 1).astype(np.int8)


def codes(rows: np.ndarray) -> np.ndarray:
    """The number of each configuration in `all_rows`, spins or bits."""
    return (rows > 0) @ (1 << np.arange(rows.shape[1]))


@dataclass
class Exact:
    """Probabilities of the 2^N outcomes of a measurement, and the energies of H_p and of -A/2 Σ X."""

    probabilities: np.ndarray
    problem: float
    transverse: float

    @classmethod
    def of(cls, energies: np.ndarray, rho: np.ndarray, A: float) -> "Exact":
        rho = rho / np.trace(rho)
        flips = sum_of_flips(len(energies))
        diagonal = np.diag(rho).copy()
        return cls(diagonal, float(diagonal @ energies), float(-A / 2 * np.sum(flips * rho.T)))


def sum_of_flips(size: int) -> np.ndarray:
    """Σ X as a matrix."""
    states = np.arange(size)
    matrix = np.zeros((size, size))
    for i in range(size.bit_length() - 1):
        matrix[states, states ^ (1 << i)] = 1
    return matrix


def diagonalised(energies: np.ndarray, A: float, B: float, beta: float) -> Exact:
    """The density matrix exp(-beta H) of H = -A/2 Σ X + B/2 H_p."""
    values, vectors = np.linalg.eigh(-A / 2 * sum_of_flips(len(energies)) + B / 2 * np.diag(energies))
    weights = np.exp(-beta * (values - values[0]))
    return Exact.of(energies, vectors * weights @ vectors.T, A)


def transferred(energies: np.ndarray, A: float, B: float, beta: float, slices: int) -> Exact:
    """M factors exp(-beta B H_p / 2 M) exp(beta A Σ X / 2 M), the density matrix in M slices."""
    a = beta * A / (2 * slices)
    hop = np.ones((1, 1))
    for _ in range(len(energies).bit_length() - 1):
        hop = np.kron(hop, [[np.cosh(a), np.sinh(a)], [np.sinh(a), np.cosh(a)]])
    step = np.exp(-beta * B / (2 * slices) * (energies - energies.min()))[:, None] * hop
    return Exact.of(energies, np.linalg.matrix_power(step / step.max(), slices), A)
