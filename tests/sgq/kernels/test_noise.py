"""Random words against the published algorithm, and the variates by which moves are accepted against their laws.

Seeds are fixed. Frequencies are held to 4 standard errors, a false alarm of 6e-5 each; with the chi-square and the
Kolmogorov-Smirnov test, at 1e-4 each, all tests here would fail correct code with probability 2.5e-3.
"""

import numpy as np
import pytest
from numba import njit
from scipy.stats import chisquare, kstest

from sgq.kernels.noise import DIGITS, PROPOSED, Words, bernoulli, exponential, next_words
from sgq.kernels.vectors import load, stacked, store

_64 = 2**64 - 1


@njit
def _words(state, result):
    a, b = load(Words, state, 0), load(Words, state, 8)
    for k in range(0, result.size, 8):
        words, a, b = next_words(a, b)
        store(result, k, words)
    store(state, 0, a)
    store(state, 8, b)


@njit
def _exponentials(words, result):
    for k in range(words.size // 8):
        store(result, 16 * k, exponential(load(Words, words, 8 * k)))


@njit
def _bernoullis(rows, digits, state, result):
    Masks = stacked(Words, rows)
    a, b = load(Words, state, 0), load(Words, state, 8)
    for k in range(0, result.size, 8 * Masks.rows):
        accepted, a, b = bernoulli(Masks, digits, 0, a, b)
        store(result, k, accepted)


def rotated(x: int, k: int) -> int:
    return (x << k | x >> (64 - k)) & _64


def xoroshiro128pp(a: int, b: int) -> tuple[int, int, int]:
    """Next word and state, https://prng.di.unimi.it/xoroshiro128plusplus.c."""
    word = (rotated((a + b) & _64, 17) + a) & _64
    b ^= a
    return word, rotated(a, 49) ^ b ^ ((b << 21) & _64), rotated(b, 28)


def state(seed: int) -> np.ndarray:
    return np.random.SeedSequence(seed).generate_state(16, np.uint64)


def uniform_words(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, count, np.uint64)


def test_words_are_those_of_xoroshiro128pp() -> None:
    start = state(1)
    after, result = start.copy(), np.empty(8 * 50, np.uint64)
    _words(after, result)
    for lane in range(8):
        a, b = int(start[lane]), int(start[8 + lane])
        for word in result[lane::8].tolist():
            expected, a, b = xoroshiro128pp(a, b)
            assert word == expected
        assert (int(after[lane]), int(after[8 + lane])) == (a, b)


def exact_variates(words: np.ndarray) -> np.ndarray:
    """-ln(u / c) in float64, u the odd 32-bit number that the kernel makes of half a word, as float32 holds it."""
    u = (words.view(np.uint32) | np.uint32(1)).astype(np.float32).astype(float)
    return np.log(PROPOSED) + 32 * np.log(2) - np.log(u)


def variates(words: np.ndarray) -> np.ndarray:
    result = np.empty(2 * len(words), np.float32)
    _exponentials(words, result)
    return result


def test_exponential_is_the_logarithm_to_3e_6() -> None:
    words = uniform_words(2, 1 << 17)
    words[:8] = 0  # the largest variate
    small = words.view(np.uint32)[16:1040]
    small >>= np.arange(1024, dtype=np.uint32) % 32  # u of every size
    found, exact = variates(words), exact_variates(words)
    accepting = found >= 0
    assert np.abs(found - exact)[accepting].max() < 3e-6
    assert found.max() == pytest.approx(32 * np.log(2) + np.log(PROPOSED), abs=3e-6)
    assert exact[~accepting].max() < 3e-6


def test_edges_of_the_uniform_number() -> None:
    """u = 1 and u above c give a number that accepts nothing, u below c one that accepts small costs only."""
    u = np.array([1, (1 + 1e-5) * PROPOSED, (1 - 1e-5) * PROPOSED]) * (2**32 - 1)
    found = variates(np.resize(u.astype(np.uint32), 48).view(np.uint64))[:3]
    assert (found[:2] < -1e37).all()
    assert 0 <= found[2] < 2e-5


def test_one_in_sixteen_is_refused() -> None:
    found = variates(uniform_words(3, 1 << 20))
    refused, share = (found < 0).mean(), 1 - PROPOSED
    assert abs(refused - share) < 4 * np.sqrt(share * PROPOSED / len(found))
    assert (found[found < 0] < -1e37).all()


def test_accepted_variates_are_exponential() -> None:
    found = variates(uniform_words(4, 1 << 16))
    assert kstest(found[found >= 0].astype(float), "expon").pvalue > 1e-4


def digits_of(probabilities: np.ndarray) -> np.ndarray:
    """Binary digits of one probability a row and lane, shape (rows, 512), laid out for `bernoulli`."""
    numbers = (probabilities * 2.0**DIGITS).astype(np.uint64)
    digits = numbers >> np.arange(DIGITS - 1, -1, -1, dtype=np.uint64)[:, None, None] & np.uint64(1)
    return np.packbits(digits.astype(bool), axis=2, bitorder="little").view(np.uint64).ravel()


def drawn(probabilities: np.ndarray, times: int, seed: int) -> np.ndarray:
    """Bits of `times` draws, shape (times, rows, 512)."""
    rows = len(probabilities)
    result = np.empty(8 * rows * times, np.uint64)
    _bernoullis(rows * (0,), digits_of(probabilities), state(seed), result)
    return np.unpackbits(result.view(np.uint8), bitorder="little").reshape(times, rows, 512).astype(bool)


ROWS = np.array([PROPOSED, 0.5, 0.3, 1e-3])


@pytest.fixture(scope="module")
def same_for_all() -> np.ndarray:
    return drawn(np.repeat(ROWS[:, None], 512, axis=1), 2000, seed=5)


@pytest.mark.parametrize("row", range(len(ROWS)), ids=[f"{p:.4g}" for p in ROWS])
def test_bits_are_set_with_their_probability(same_for_all: np.ndarray, row: int) -> None:
    bits, p = same_for_all[:, row], ROWS[row]
    assert abs(bits.mean() - p) < 4 * np.sqrt(p * (1 - p) / bits.size)


def test_a_row_is_set_only_where_rows_of_larger_probability_are(same_for_all: np.ndarray) -> None:
    assert not (same_for_all[:, 1:] & ~same_for_all[:, :-1]).any()


def test_lanes_are_independent_of_each_other_and_in_time(same_for_all: np.ndarray) -> None:
    """Set bits of the row of probability 1/2: products of neighbouring lanes, distant words, and successive draws."""
    signs = 2.0 * same_for_all[:, 1] - 1
    for product in (signs[:, 1:] * signs[:, :-1], signs[:, 64:] * signs[:, :-64], signs[1:] * signs[:-1]):
        assert abs(product.mean()) < 4 / np.sqrt(product.size)


def test_every_lane_has_its_own_probability() -> None:
    """512 probabilities from 0.02 to 0.98: chi-square of the set bits of each lane."""
    times, p = 4000, np.linspace(0.02, 0.98, 512)
    count = drawn(p[None], times, seed=6)[:, 0].sum(0)
    square = (count - times * p) ** 2 / (times * p * (1 - p))
    assert abs(square.sum() - 512) < 4 * np.sqrt(2 * 512)


@pytest.mark.parametrize("p", [0.0, 2.0**-DIGITS / 2])
def test_a_probability_below_its_digits_is_never_accepted(p: float) -> None:
    assert not drawn(np.full((1, 512), p), 100, seed=7).any()


def test_bytes_of_the_words_are_uniform() -> None:
    result = np.empty(1 << 17, np.uint64)
    _words(state(8), result)
    assert chisquare(np.bincount(result.view(np.uint8), minlength=256)).pvalue > 1e-4
