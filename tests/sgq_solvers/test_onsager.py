"""The two-dimensional Ising ferromagnet: energies at three temperatures against Kaufman's exact finite lattice.

B. Kaufman, Phys. Rev. 76, 1232 (1949). Fixed seeds; each of the nine comparisons fails a correct sampler with
probability 1e-3 (3.3 standard errors).
"""

import dimod
import numpy as np
import pytest

import sgq

L = 8


def log_partition(beta: float) -> float:
    """ln Z of the L × L torus by Kaufman's four products."""
    q = np.arange(2 * L)
    c = np.cosh(2 * beta) ** 2 / np.sinh(2 * beta) - np.cos(np.pi * q / L)
    gamma = np.arccosh(np.maximum(c, 1.0))
    gamma[0] = 2 * beta + np.log(np.tanh(beta))
    odd, even = gamma[1::2], gamma[0::2]
    products = (
        np.prod(2 * np.cosh(L * odd / 2)),
        np.prod(2 * np.sinh(L * odd / 2)),
        np.prod(2 * np.cosh(L * even / 2)),
        np.prod(2 * np.sinh(L * even / 2)),
    )
    return float(-np.log(2) + L * L / 2 * np.log(2 * np.sinh(2 * beta)) + np.log(sum(products)))


def energy(beta: float) -> float:
    """⟨E⟩ = -d ln Z / d beta, in units of J."""
    step = 1e-5
    return (log_partition(beta - step) - log_partition(beta + step)) / (2 * step)


def test_kaufman_agrees_with_enumeration_in_its_limits() -> None:
    """At high temperature ⟨E⟩ → -2 N tanh(beta) to leading order, at low temperature → -2 N."""
    assert energy(0.01) == pytest.approx(-2 * L * L * np.tanh(0.01), rel=1e-3)
    assert energy(1.5) == pytest.approx(-2 * L * L, rel=1e-3)


@pytest.mark.parametrize("beta", [0.3, 0.4406868, 0.6])
@pytest.mark.parametrize("kernel", ["multi-spin", "int8 lanes", "float lanes"])
def test_energies_are_exact(beta: float, kernel: str) -> None:
    """The same lattice in three disguises; reads start ordered half up, half down, and run 3000 sweeps."""
    bonds = {(i, L * (i // L) + (i + 1) % L): -1.0 for i in range(L * L)}
    bonds |= {(i, (i + L) % (L * L)): -1.0 for i in range(L * L)}
    model = dimod.BinaryQuadraticModel({}, bonds, "SPIN")
    extra = {"multi-spin": [], "int8 lanes": [20.0], "float lanes": [np.pi]}[kernel]
    for k, coupling in enumerate(extra):  # a pair that stands alone, whose energy is known
        model.add_quadratic(f"a{k}", f"b{k}", coupling)
    start = np.repeat([[1], [-1]], model.num_variables, axis=1).astype(np.int8)
    samples = sgq.solve(model, num_reads=1024, num_sweeps=3000, beta_range=(beta, beta), initial_states=start, seed=7)
    assert samples.info["sgq"]["kernel"] == kernel
    assert samples.info["sgq"]["independent"]
    alone = sum(-c * np.tanh(beta * c) for c in extra)
    spread = samples.record.energy.std(ddof=1) / np.sqrt(len(samples))
    assert abs(samples.record.energy.mean() - energy(beta) - alone) < 3.3 * spread
