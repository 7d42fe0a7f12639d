"""Partners in lanes and rows, spaced stores and trigonometric polynomials, against NumPy on the same numbers.

Moves are equal to the bit; sines and cosines are within two units in the last place of 1. No test fails by chance.
"""

import numpy as np
import pytest
from numba import njit
from vector_helpers import FLOATS, KINDS, LANES, flat, numbers

from sgq.kernels.vectors import (
    Vector,
    cos_pi,
    exchange_lanes,
    exchange_rows,
    load,
    load_spaced,
    sin_pi,
    store,
    store_spaced,
)


@pytest.mark.parametrize("kind", FLOATS)
@pytest.mark.parametrize("distance", [1, 2, 4, 8])
def test_exchange(kind: str, distance: int) -> None:
    V = Vector(kind, LANES[kind], 4)

    @njit
    def run(x, by_lane, by_row):
        store(by_lane, 0, exchange_lanes(load(V, x, 0), distance))
        store(by_row, 0, exchange_rows(load(V, x, 0), distance))

    x = numbers(kind, 1, 4)
    by_lane, by_row = np.empty(x.size, x.dtype), np.empty(x.size, x.dtype)
    run(flat(x), by_lane, by_row)
    np.testing.assert_array_equal(by_lane, x[:, (np.arange(LANES[kind]) ^ distance) % LANES[kind]].ravel())
    np.testing.assert_array_equal(by_row, x[(np.arange(4) ^ distance) % 4].ravel())


@pytest.mark.parametrize("kind", KINDS)
def test_store_spaced(kind: str) -> None:
    V = Vector(kind, LANES[kind], 3)

    @njit
    def run(x, result):
        store_spaced(result, 2, 70, load_spaced(V, x, 1, 80))

    x = np.resize(numbers(kind, 1, 8), 240)
    result = np.zeros(240, x.dtype)
    run(x, result)
    expected = np.zeros(240, x.dtype)
    for row in range(3):
        expected[2 + 70 * row :][: LANES[kind]] = x[1 + 80 * row :][: LANES[kind]]
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("kind", FLOATS)
def test_sine_and_cosine_of_half_turns(kind: str) -> None:
    V = Vector(kind, LANES[kind])

    @njit
    def run(x, sine, cosine):
        for k in range(0, x.size, V.lanes):
            store(sine, k, sin_pi(load(V, x, k)))
            store(cosine, k, cos_pi(load(V, x, k)))

    x = np.linspace(-0.5, 0.5, 4096, dtype=KINDS[kind])
    sine, cosine = np.empty_like(x), np.empty_like(x)
    run(x, sine, cosine)
    wide = np.pi * x.astype(np.longdouble)
    accuracy = 2 * np.finfo(x.dtype).eps
    np.testing.assert_allclose(sine, np.sin(wide).astype(float), atol=accuracy, rtol=0)
    np.testing.assert_allclose(cosine, np.cos(wide).astype(float), atol=accuracy, rtol=0)
