"""Energies of packed rows against products written out in NumPy, and their rounding against exact sums."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgq.kernels.energies import LANES, add_terms, pack


def packed_energies(rows: np.ndarray, low: int, members: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    words, result = np.empty(rows.shape[1], np.uint64), np.zeros(LANES)
    pack(rows, words)
    add_terms(words, low, members, coefficients, result)
    return result[: len(rows)]


@given(
    n=st.integers(1, 12),
    rows=st.integers(1, LANES),
    order=st.integers(0, 5),
    num_terms=st.integers(0, 200),
    low=st.sampled_from([-1, 0]),
    seed=st.integers(0, 2**31),
)
def test_terms_add_up_to_coefficients_times_products(
    n: int, rows: int, order: int, num_terms: int, low: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.choice([low, 1], (rows, n)).astype(np.int8)
    members, coefficients = rng.integers(0, n, (num_terms, order)), rng.normal(size=num_terms)
    expected = values[:, members].astype(float).prod(axis=2) @ coefficients
    energies = packed_energies(values, low, members, coefficients)
    np.testing.assert_allclose(energies, expected, rtol=0, atol=1e-12 * max(1.0, np.abs(coefficients).sum()))


def test_rows_of_many_tiles_keep_their_places() -> None:
    rng = np.random.default_rng(1)
    values = rng.choice([-1, 1], (LANES, 10_001)).astype(np.int8)
    words = np.empty(10_001, np.uint64)
    pack(values, words)
    bits = np.unpackbits(words.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little").T
    np.testing.assert_array_equal(bits, values > 0)


def test_results_are_added_to_what_is_there() -> None:
    words, result = np.zeros(1, np.uint64), np.ones(LANES)
    add_terms(words, -1, np.array([[0]]), np.array([2.0]), result)
    np.testing.assert_array_equal(result, -1)


@pytest.mark.parametrize("offset", [0.0, 1.0])
def test_a_long_sum_is_rounded_as_little_as_a_short_one(offset: float) -> None:
    rng = np.random.default_rng(2)
    n, num_terms = 1000, 300_000
    values = rng.choice([-1, 1], (3, n)).astype(np.int8)
    members, coefficients = rng.integers(0, n, (num_terms, 2)), rng.normal(size=num_terms) + offset
    energies = packed_energies(values, -1, members, coefficients)
    for row, energy in zip(values, energies, strict=True):
        exact = math.fsum((coefficients * row[members].prod(axis=1)).tolist())
        assert abs(energy - exact) < 2e-15 * np.abs(coefficients).sum()
