"""Number partitioning: energies are squared differences, exact at any size of the numbers."""

import itertools
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgq_problems.partitioning import number_partitioning


def all_states(n: int) -> np.ndarray:
    return np.array(list(itertools.product((-1, 1), repeat=n)))


@given(st.lists(st.integers(1, 2**20), min_size=1, max_size=8))
def test_energy_is_the_squared_difference_of_the_sums(numbers: list[int]) -> None:
    problem = number_partitioning(numbers=numbers)
    states = all_states(len(numbers))
    expected = (states @ np.array(numbers)) ** 2
    np.testing.assert_array_equal(problem.energies(states), expected)
    np.testing.assert_array_equal(problem.model.energies((states, range(len(numbers)))), expected)
    np.testing.assert_array_equal(problem.form.energies(states), expected)


def test_decode_gives_two_subsets_and_their_difference() -> None:
    problem = number_partitioning(numbers=[4, 5, 6, 7, 8])
    best = all_states(5)[problem.energies(all_states(5)).argmin()]
    partition = problem.decode(best)
    assert sorted(map(sorted, partition.subsets)) == [[4, 5, 6], [7, 8]]
    assert partition.difference == 0
    assert problem.decode([-1, 1, 1, 1, 1]).difference == 22


def test_energies_and_differences_of_large_numbers_are_exact() -> None:
    """The float64 couplings would lose a difference of 1 among numbers near 2^60."""
    problem = number_partitioning(numbers=[2**60, 2**59 + 1, 2**59])
    assert problem.energies([1, -1, -1])[0] == 1
    assert problem.decode([1, -1, -1]).difference == 1
    assert problem.energies([1, 1, -1])[0] == float((2**60 + 1) ** 2)


def test_random_numbers_are_uniform_between_one_and_the_power_of_two() -> None:
    """Both ends occur (missed with probability below 1e-8); the mean within five standard errors (6e-7)."""
    numbers = number_partitioning(n=300, bits=4, seed=1).numbers
    assert (numbers.min(), numbers.max()) == (1, 16)
    assert abs(numbers.mean() - 8.5) < 5 * math.sqrt(255 / 12 / 300)


@pytest.mark.parametrize(("bits", "probable"), [(4, True), (30, False)])
def test_perfect_partitions_exist_below_one_bit_per_number(bits: int, probable: bool) -> None:
    """N = 12, 20 instances. The expected number of perfect partitions is about 2^(N-bits)/√N: 70 and 1e-6."""
    states = all_states(12)
    perfect = [number_partitioning(n=12, bits=bits, seed=k).energies(states).min() <= 1 for k in range(20)]
    assert all(perfect) if probable else not any(perfect)


def test_partitioning_pickles() -> None:
    problem = number_partitioning(n=6, bits=10, seed=1)
    again = pickle.loads(pickle.dumps(problem))
    np.testing.assert_array_equal(again.instance, problem.instance)
    np.testing.assert_array_equal(again.energies(all_states(6)), problem.energies(all_states(6)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"number-partitioning needs numbers, or n and bits"),
        ({"n": 5}, r"number-partitioning needs numbers, or n and bits"),
        ({"numbers": [1, 2], "bits": 3}, r"numbers are given: n and bits are for random ones"),
        ({"numbers": []}, r"no spins"),
        ({"numbers": [3, 0]}, r"numbers\[1\]=0: an integer of at least 1"),
        ({"numbers": [1.5]}, r"numbers\[0\]=1.5: an integer"),
        ({"numbers": [2**62, 2**62]}, r"numbers add up to 9223372036854775808: less than 2\^63 is needed"),
        ({"n": 0, "bits": 3}, r"n=0: an integer of at least 1"),
        ({"n": 3, "bits": 63}, r"bits=63: an integer of at least 1 and at most 62"),
    ],
)
def test_errors_say_what_is_allowed(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        number_partitioning(**options)
