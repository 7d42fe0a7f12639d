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
    assert first_moment_threshold(1000) / 2.0**1000 == pytest.approx(math.log(2))


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
    largest = 2.0 ** (k - 1) * 1e9 / k
    assert integer_field_energy(largest, k) / largest == pytest.approx(2.0**-k, rel=1e-3)
    far = 4.0**k * 1e4
    assert integer_field_energy(far, k) / far == pytest.approx(2.0**-k, rel=0.05)


@pytest.mark.parametrize("excess", [1e-12, 1e-8, 1e-5, 1e-3])
def test_energy_of_two_sat_starts_as_a_cube(excess: float) -> None:
    """From α = 1 + 3 λ / 4 + 7 λ² / 48 and e = λ³ / 16 - 5 λ⁴ / 96: e = 4 x³ / 27 (1 - 1.9 x), x = α - 1."""
    x = (1 + excess) - 1  # what floating point makes of it
    assert integer_field_energy(1 + excess, 2) == pytest.approx(4 * x**3 / 27, rel=1e-3 + 2 * x)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_series_and_bessel_functions_of_integer_fields_meet(k: int) -> None:
    below, above = 0.1, 0.1 * (1 + 1e-12)
    assert _alpha(below, k) == pytest.approx(_alpha(above, k), rel=1e-11)
    assert _excess(below, k) == pytest.approx(_excess(above, k), rel=1e-11)


def unsatisfiable(n: int, alpha: float, formulas: int, seed: int) -> int:
    """How many random 2-SAT formulas have a variable that implies its negation and back.

    Clauses with a literal whose negation is nowhere are left out again and again, as it may be true; few remain.
    """
    rng = np.random.default_rng(seed)
    first = rng.integers(n, size=(formulas, round(alpha * n)))
    second = (first + 1 + rng.integers(n - 1, size=first.shape)) % n
    block = 2 * n * np.arange(formulas)[:, None]
    a, b = ((block + 2 * x + rng.integers(2, size=x.shape)).ravel() for x in (first, second))
    left = 0
    while left != len(a):
        left, present = len(a), np.zeros(2 * n * formulas, dtype=bool)
        present[a] = present[b] = True
        keep = present[a ^ 1] & present[b ^ 1]
        a, b = a[keep], b[keep]
    literals, ends = np.unique(np.concatenate([a ^ 1, b ^ 1, b, a]), return_inverse=True)
    tails, heads = ends.reshape(2, -1)
    graph = coo_matrix((np.ones(len(tails), np.int8), (tails, heads)), shape=(len(literals),) * 2)
    component = connected_components(graph, connection="strong")[1].reshape(-1, 2)  # each beside its negation
    return len(np.unique(literals[::2][component[:, 0] == component[:, 1]] // (2 * n)))


def test_two_sat_below_its_threshold() -> None:
    """240 000 formulas have some 159 contradictions: four standard errors (one in 10^4), a tenth for larger ones."""
    n, alpha, formulas = 100, 0.6, 30_000
    found = sum(unsatisfiable(n, alpha, formulas, seed) for seed in range(8))
    expected = 8 * formulas * two_sat_contradictions(alpha, n)
    allowed = 4 * math.sqrt(expected) + 0.1 * expected
    assert allowed < 0.45 * expected  # half as many, or twice, would not pass
    assert abs(found - expected) < allowed


def test_two_sat_limits() -> None:
    assert two_sat_contradictions(0.5, 10**7) * 10**7 == pytest.approx(0.5**4 / (16 * 0.5**3), rel=1e-5)
    scaled = two_sat_scaling_variable(0.98, 10**9)
    assert scaled == pytest.approx(-20.0)
    assert two_sat_contradictions(0.98, 10**9) == pytest.approx(1 / (16 * abs(scaled) ** 3), rel=0.1)
    assert two_sat_contradictions(0.01, 100) == 0


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="k=0"):
        first_moment_threshold(0)
    with pytest.raises(ValueError, match="k=2000"):
        first_moment_threshold(2000)
    with pytest.raises(ValueError, match=r"alpha=1e\+30"):
        integer_field_energy(1e30)
    with pytest.raises(ValueError, match="k=1"):
        integer_field_energy(2.0, 1)
    with pytest.raises(ValueError, match="alpha=-1"):
        integer_field_energy(-1.0)
    with pytest.raises(ValueError, match="n=1"):
        two_sat_contradictions(0.5, 1)
