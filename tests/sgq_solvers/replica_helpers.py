"""What the tests of replicas share: small models, every kernel on them, samples, and enumeration to compare with."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import dimod
import numpy as np
import pytest
from numpy.random import SeedSequence
from scipy.stats import chisquare

from sgq.models import QuadraticForm
from sgq_solvers.replicas import Block, Lanes, Model, QuadraticModel, model_of
from sgq_solvers.replicas.byte_lanes import ByteLanes
from sgq_solvers.replicas.cached import Dense, EventDriven
from sgq_solvers.replicas.float_lanes import FloatLanes
from sgq_solvers.replicas.multispin import MultiSpin
from sgq_solvers.replicas.term_lanes import TermLanes

N = 8
CUBE = [(i, i ^ b) for i in range(N) for b in (1, 2, 4) if not i & b]
SPACING = 50  # sweeps from sample to sample: what is left of the slowest correlation, (7/8)^50, is 1e-3


def all_rows(n: int) -> np.ndarray:
    return (2 * (np.arange(1 << n)[:, None] >> np.arange(n) & 1) - 1).astype(np.int8)


def codes(rows: np.ndarray) -> np.ndarray:
    """The number of each configuration in `all_rows`."""
    return (rows > 0) @ (1 << np.arange(rows.shape[1]))


def quadratic(h: list[float], J: dict[tuple[int, int], float], offset: float = 0.0) -> Model:
    """In dimod's sign, spins in the order of `h`."""
    pairs = np.array(list(J), np.int64).reshape(-1, 2)
    return QuadraticModel(QuadraticForm(pairs, np.array(list(J.values()), float), np.array(h, float), offset))


def mixed() -> Model:
    """±1 and ±2, degrees from 1 to 4, fields on some spins; the last spin has neither."""
    J = {(0, 1): 1, (0, 2): -1, (0, 3): 1, (1, 2): 1, (1, 4): -1, (3, 4): 2, (4, 5): -1, (5, 6): 1, (2, 6): -1}
    return quadratic([1, 0, -1, 0, 0, 1, 0, 0], J, offset=0.5)


def cubic() -> Model:
    """±J on the cube: degree 3 everywhere."""
    signs = [1, -1, -1, 1, -1, 1, 1, 1, -1, -1, 1, -1]
    return quadratic([0.0] * N, dict(zip(CUBE, signs, strict=True)))


def gaussian() -> Model:
    """Couplings of every pair and fields, Gaussian, times 10^6."""
    rng = np.random.default_rng(1)
    pairs = combinations(range(N), 2)
    return quadratic(list(1e6 * rng.normal(size=N)), {pair: 5e5 * rng.normal() for pair in pairs})


def polynomial() -> Model:
    """Terms of order 0 to 4; the last spin is in none that counts."""
    terms = {
        (): 0.5,
        (0,): 1.0,
        (1, 2): -1.0,
        (0, 1, 3): 0.7,
        (2, 3, 4): -1.2,
        (0, 4, 5, 6): 1.0,
        (5, 6): 0.4,
        (7,): 0.0,
    }
    return model_of(dimod.BinaryPolynomial(terms, "SPIN"))[0]


KERNELS: dict[str, tuple[Callable[[Model], Lanes], Callable[[], Model], float]] = {
    "float-mixed": (FloatLanes, mixed, 0.4),
    "float-gaussian": (FloatLanes, gaussian, 4e-7),
    "int8-mixed": (ByteLanes, mixed, 0.4),
    "int8-cubic": (ByteLanes, cubic, 0.5),
    "multispin-mixed": (MultiSpin, mixed, 0.4),
    "multispin-cubic": (MultiSpin, cubic, 0.5),
    "terms": (TermLanes, polynomial, 0.5),
    "dense-mixed": (Dense, mixed, 0.4),
    "dense-gaussian": (Dense, gaussian, 4e-7),
    "event-driven-mixed": (EventDriven, mixed, 0.4),
    "event-driven-gaussian": (EventDriven, gaussian, 4e-7),
}


every_kernel = pytest.mark.parametrize("name", KERNELS)


def made(name: str) -> tuple[Lanes, float]:
    kernel, model, beta = KERNELS[name]
    return kernel(model()), beta


def boltzmann(model: Model, beta: float) -> np.ndarray:
    energies = model.energies(all_rows(model.num_spins))
    weights = np.exp(-beta * (energies - energies.min()))
    return weights / weights.sum()


def pvalue(observed: np.ndarray, probabilities: np.ndarray) -> float:
    """Chi-square of counts; states of fewer than 8 expected are taken together, with others until they are 8."""
    expected = observed.sum() * probabilities
    rarest = np.argsort(expected)
    together = max((expected < 8).sum(), 1 + np.searchsorted(np.cumsum(expected[rarest]), 8))
    pooled = [np.append(c[rarest[together:]], c[rarest[:together]].sum()) for c in (observed, expected)]
    return float(chisquare(*pooled).pvalue)


def sampled(lanes: Lanes, sweep: Callable[[Block], None], apart: int | None, columns: Any = slice(None)) -> np.ndarray:
    """Codes of independent samples, shape (times, lanes)."""
    block = lanes.start(SeedSequence(5), None, apart)
    times = 20_000 // lanes.lanes if lanes.lanes > 32 else 10_000 // lanes.lanes
    result = np.empty((times, lanes.lanes), np.int64)
    for t in range(times):
        sweep(block)
        result[t] = codes(lanes.rows(block)[:, columns])
    return result


def lattice(seed: int, size: int = 6) -> Model:
    """±J on a simple cubic lattice with periodic boundaries."""
    rng, site = np.random.default_rng(seed), np.arange(size**3).reshape(3 * (size,))
    pairs = [pair for axis in range(3) for pair in zip(site.flat, np.roll(site, 1, axis).flat, strict=True)]
    signs = rng.choice([-1.0, 1.0], len(pairs))
    return quadratic([0.0] * size**3, dict(zip(pairs, signs.tolist(), strict=True)))
