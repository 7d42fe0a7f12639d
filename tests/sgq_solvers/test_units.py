"""Units of coefficients: found where rounding alone hides them, and nowhere else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgq.models import energy_tolerance
from sgq_solvers.units import multiples

UNITS = st.sampled_from([1.0, 0.25, 0.1, 1 / 3, 32**-0.5, 1e-8, 1e9 / 7])
NUMBERS = st.lists(st.integers(-1000, 1000), min_size=1, max_size=30).filter(any)


@given(UNITS, NUMBERS)
def test_the_unit_is_the_largest_common_divisor(unit: float, numbers: list[int]) -> None:
    coefficients = unit * np.array(numbers)
    found = multiples(coefficients, energy_tolerance(coefficients))
    assert found is not None
    assert found.unit == pytest.approx(unit * np.gcd.reduce(numbers), rel=1e-14)
    np.testing.assert_allclose(found.unit * found.numbers, coefficients, rtol=1e-14)
    assert np.array_equal(found.numbers, np.rint(found.numbers))


@given(st.integers(0, 2**31))
def test_real_coefficients_have_none(seed: int) -> None:
    coefficients = np.random.default_rng(seed).normal(size=20)
    assert multiples(coefficients, energy_tolerance(coefficients)) is None


def test_a_unit_below_the_tolerance_of_energies_is_none() -> None:
    coefficients = np.array([0.1, 0.2])
    assert multiples(coefficients, energy_tolerance(coefficients, offset=1e15)) is None
    nearly = np.array([1.0, 1.0 + 1e-12, 0.3])
    assert multiples(nearly, energy_tolerance(nearly)) is None


def test_large_integers_are_exact() -> None:
    coefficients = np.array([3.0 * 2**40, 9.0, 0.0])
    found = multiples(coefficients, energy_tolerance(coefficients))
    assert found is not None
    assert (found.unit, found.numbers.tolist()) == (3.0, [2.0**40, 3.0, 0.0])
