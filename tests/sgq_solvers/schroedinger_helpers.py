"""Polynomials and evolutions that the tests of `schroedinger` share."""

import itertools

import dimod
import numpy as np

from sgq.annealing_schedule import annealing_schedule
from sgq.kernels.diagonal import diagonal
from sgq.kernels.teams import Team
from sgq_solvers.schroedinger.evolution import Evolution

X, ONE = np.array([[0.0, 1], [1, 0]]), np.eye(2)


def random_polynomial(n: int, seed: int, vartype: str = "SPIN", orders: tuple[int, ...] = (1, 2, 3)) -> dict:
    subsets = [t for order in orders for t in itertools.combinations(range(n), order)]
    return dimod.BinaryPolynomial(
        dict(zip(subsets, np.random.default_rng(seed).normal(size=len(subsets)), strict=True)), vartype
    )


def evolved(polynomial: dimod.BinaryPolynomial, n: int, *, paired: bool = False, **options) -> Evolution:
    """The whole evolution of a polynomial in spins 0 … n-1."""
    masks = np.array([sum(1 << i for i in term) for term in polynomial], dtype=np.uint64)
    if paired:
        masks &= np.uint64((1 << (n - 1)) - 1)
    energies = diagonal(masks, np.array(list(polynomial.values()), dtype=float), n - paired)
    settings = {"path": "linear", "time": 10.0, "tolerance": 1e-8, "team": Team()} | options
    path = annealing_schedule(settings["path"])
    evolution = Evolution(energies, paired, path, settings["time"], settings["tolerance"], settings["team"])
    while evolution.s < 1:
        evolution.advance()
    return evolution


def amplitudes(evolution: Evolution) -> np.ndarray:
    return evolution.state.real + 1j * evolution.state.imag
