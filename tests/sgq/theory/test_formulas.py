"""First moments, integer fields and 2-SAT against sums, published values and simulation."""

import math

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.stats import poisson

from sgq.theory import (
    first_moment_threshold,
    integer_field_energy,
    integer_field_spinodal,
    integer_field_threshold,
    two_sat_contradictions,
    two_sat_scaling_variable,
)
from sgq.theory.integer_fields import _alpha, _excess


@pytest.mark.parametrize(("k", "value"), [(1, 1.0), (3, 5.19089), (4, 10.74005), (5, 21.83230)])
def test_first_moment(k: int, value: float) -> None:
    alpha = first_moment_threshold(k)
    assert alpha == pytest.approx(value, abs=5e-6)
    assert 2 * (1 - 2.0**-k) ** alpha == pytest.approx(1)


def test_integer_fields_give_the_published_numbers() -> None:
    """Monasson & Zecchina: 4.667 and 5.181 for K = 3; K = 2 is exact; from K = 4 on it breaks the rigorous bound."""
    assert integer_field_spinodal(3) == pytest.approx(4.667, abs=5e-4)
    assert integer_field_threshold(3) == pytest.approx(5.181, abs=5e-4)
    assert (integer_field_spinodal(2), integer_field_threshold(2)) == (1.0, 1.0)
    assert integer_field_threshold(3) < first_moment_threshold(3)
    assert all(integer_field_threshold(k) > first_moment_threshold(k) for k in (4, 5, 6, 10))


@pytest.mark.parametrize("k", [2, 3, 4, 7])
@pytest.mark.parametrize("rate", [0.3, 2.0, 12.0])
def test_weights_and_energy_are_those_of_two_poisson_numbers(k: int, rate: float) -> None:
    counts = np.arange(80)
    weights = np.outer(*[poisson.pmf(counts, rate / 2)] * 2)
    against = np.tril(weights, -1).sum()
    alpha = rate / (k * against ** (k - 1))
    satisfied = (np.minimum.outer(counts, counts) * weights).sum()
    energy = satisfied + alpha * against**k - k * alpha * against ** (k - 1) * against
    assert _alpha(rate, k) == pytest.approx(alpha, rel=1e-10)
    assert rate / (2 * k) * _excess(rate, k) == pytest.approx(energy, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_integer_field_energy_starts_at_the_threshold_and_rises_to_random_assignment(k: int) -> None:
    threshold = integer_field_threshold(k)
    assert integer_field_energy(0.999 * threshold, k) == 0
    energies = [integer_field_energy(threshold * x, k) for x in (1.001, 1.1, 1.5, 3.0)]
    assert all(a < b for a, b in zip([0.0, *energies], energies, strict=False))
    assert energies[-1] < 3 * threshold * 2.0**-k
    far = 4.0**k * 1e4
    assert integer_field_energy(far, k) / far == pytest.approx(2.0**-k, rel=0.05)


def unsatisfiable(n: int, alpha: float, formulas: int, seed: int) -> int:
    """How many random 2-SAT formulas have a variable that implies its negation and back."""
    rng = np.random.default_rng(seed)
    first = rng.integers(n, size=(formulas, round(alpha * n)))
    second = (first + 1 + rng.integers(n - 1, size=first.shape)) % n
    block = 2 * n * np.arange(formulas)[:, None]
    a, b = (block + 2 * x + rng.integers(2, size=x.shape) for x in (first, second))
    tails, heads = np.concatenate([a ^ 1, b ^ 1]).ravel(), np.concatenate([b, a]).ravel()
    graph = coo_matrix((np.ones(len(tails), np.int8), (tails, heads)), shape=(2 * n * formulas,) * 2)
    component = connected_components(graph, connection="strong")[1].reshape(formulas, n, 2)
    return int((component[:, :, 0] == component[:, :, 1]).any(axis=1).sum())


def test_two_sat_below_its_threshold() -> None:
    """20 000 formulas have some 17 contradictions: five standard errors, and a tenth for larger ones."""
    n, alpha, formulas = 150, 0.6, 20_000
    expected = formulas * two_sat_contradictions(alpha, n)
    assert abs(unsatisfiable(n, alpha, formulas, 1) - expected) < 5 * math.sqrt(expected) + 0.1 * expected


def test_two_sat_limits() -> None:
    assert two_sat_contradictions(0.5, 10**7) * 10**7 == pytest.approx(0.5**4 / (16 * 0.5**3), rel=1e-5)
    scaled = two_sat_scaling_variable(0.98, 10**9)
    assert scaled == pytest.approx(-20.0)
    assert two_sat_contradictions(0.98, 10**9) == pytest.approx(1 / (16 * abs(scaled) ** 3), rel=0.1)
    assert two_sat_contradictions(0.01, 100) == 0


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="k=0"):
        first_moment_threshold(0)
    with pytest.raises(ValueError, match="k=1"):
        integer_field_energy(2.0, 1)
    with pytest.raises(ValueError, match="alpha=-1"):
        integer_field_energy(-1.0)
    with pytest.raises(ValueError, match="n=1"):
        two_sat_contradictions(0.5, 1)
