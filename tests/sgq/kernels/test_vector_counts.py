"""What becomes of a whole vector (any bit, all bits, the smallest) and counts in binary digits, against NumPy.

One operation on one kind of element a test. Inputs are from fixed seeds and results are equal to the bit: no test fails
by chance.
"""

import numpy as np
import pytest
from numba import njit
from vector_helpers import FLOATS, KINDS, LANES, ROWS, SIGNED, flat, numbers, packed, shapes, unpacked

from sgq.kernels.vectors import (
    Vector,
    add_counts,
    add_signed,
    any_set,
    at_most,
    bits,
    choose,
    column_counts,
    load,
    lowest_bit,
    smallest,
    store,
)


@pytest.mark.parametrize("rows", [1, ROWS])
@pytest.mark.parametrize("kind", ["bit", "u64", "u32"])
def test_any_set(kind: str, rows: int) -> None:
    V, dtype, size = (Vector("bit", 64, rows), np.uint64, rows) if kind == "bit" else (
        Vector(kind, LANES[kind], rows), KINDS[kind], rows * LANES[kind])  # fmt: skip
    run = njit(lambda x: any_set(load(V, x, 0)))
    x = np.zeros(size, dtype)
    assert not run(x)
    for k in range(size):
        x[:] = 0
        x[k] = dtype(1) << dtype(31)
        assert run(x)


@pytest.mark.parametrize(("lanes", "rows"), [(16, 1), (16, 4), (8, 8), (64, 1)])
def test_bits(lanes: int, rows: int) -> None:
    mask = np.random.default_rng(5).integers(0, 2, (rows, lanes)).astype(bool)
    V = Vector("bit", lanes, rows)
    word = njit(lambda x: bits(load(V, x, 0)))(packed(mask))
    assert int(word) == sum(int(bit) << k for k, bit in enumerate(mask.ravel()))


@pytest.mark.parametrize("kind", FLOATS + SIGNED)
def test_smallest(kind: str) -> None:
    x = numbers(kind, 1, rows=1)
    V, _ = shapes(kind)
    assert njit(lambda x: smallest(load(V, x, 0)))(flat(x)) == x.min()


def test_lowest_bit() -> None:
    run = njit(lambda word: lowest_bit(word))
    assert [run(np.uint64(odd << k)) for k in (0, 1, 31, 32, 62) for odd in (1, 3)] == [
        k for k in (0, 1, 31, 32, 62) for _ in range(2)
    ]
    assert run(np.uint64(1 << 63)) == 63


def binary_digits(numbers: np.ndarray, count: int) -> np.ndarray:
    """Digit k of every number in row k."""
    return (numbers >> np.arange(count)[:, None] & 1).astype(bool)


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 6, 7, 8, 15, 16])
def test_column_counts(rows: int) -> None:
    V = Vector("u64", 8, rows)

    @njit
    def run(source, target):
        store(target, 0, column_counts(load(V, source, 0)))

    rng = np.random.default_rng(9)
    x = rng.random((rows, 512)) < np.linspace(0, 1, 512)
    x[:, 0], x[:, -1] = False, True
    target = np.zeros(8 * rows.bit_length(), np.uint64)
    run(packed_words(x), target)
    np.testing.assert_array_equal(unpacked(target, 512), binary_digits(x.sum(0), rows.bit_length()))


def packed_words(mask: np.ndarray) -> np.ndarray:
    """A mask of 512 lanes as eight words a row."""
    return np.packbits(mask, axis=1, bitorder="little").view(np.uint64).ravel()


def test_add_counts() -> None:
    """Modulo what the digits of the total hold."""
    Total, Counts = Vector("u64", 8, 6), Vector("u64", 8, 4)

    @njit
    def run(total, counts, target):
        store(target, 0, add_counts(load(Total, total, 0), load(Counts, counts, 0)))

    rng = np.random.default_rng(11)
    total, counts = rng.integers(0, 2**6, 512), rng.integers(0, 2**4, 512)
    target = np.zeros(8 * 6, np.uint64)
    digits = packed_words(binary_digits(total, 6)), packed_words(binary_digits(counts, 4))
    run(*digits, target)
    np.testing.assert_array_equal(unpacked(target, 512), binary_digits(total + counts, 6))


def test_add_signed() -> None:
    """Two's complement, the shorter number with its sign continued."""
    Total, Term = Vector("u64", 8, 7), Vector("u64", 8, 4)

    @njit
    def run(total, term, target):
        store(target, 0, add_signed(load(Total, total, 0), load(Term, term, 0)))

    rng = np.random.default_rng(12)
    total, term = rng.integers(-56, 56, 512), rng.integers(-8, 8, 512)
    target = np.zeros(8 * 7, np.uint64)
    run(packed_words(binary_digits(total, 7)), packed_words(binary_digits(term, 4)), target)
    np.testing.assert_array_equal(unpacked(target, 512), binary_digits(total + term, 7))


def test_at_most() -> None:
    """A number with its sign against a bound without one; equal ones among them."""
    Number, Limit = Vector("u64", 8, 5), Vector("u64", 8, 4)

    @njit
    def run(x, limit, target):
        store(target, 0, at_most(load(Number, x, 0), load(Limit, limit, 0)))

    x, limit = (values.ravel() for values in np.meshgrid(np.arange(-16, 16), np.arange(16)))
    target = np.zeros(8, np.uint64)
    run(packed_words(binary_digits(x, 5)), packed_words(binary_digits(limit, 4)), target)
    np.testing.assert_array_equal(unpacked(target, 512)[0], x <= limit)


@pytest.mark.parametrize("bonds", [1, 2, 3, 4, 6, 16])
def test_choose(bonds: int) -> None:
    num_rows = bonds - bonds // 2 + 1
    Digits, Rows, Bonds = (Vector("u64", 8, count) for count in (bonds.bit_length(), num_rows, bonds))

    @njit
    def run(digits, rows, target):
        store(target, 0, choose(load(Digits, digits, 0), load(Rows, rows, 0), Bonds))

    rng = np.random.default_rng(10)
    counts = np.resize(np.arange(bonds + 1), 512)
    rows = rng.integers(0, 2, (num_rows, 512)).astype(bool)
    digits = binary_digits(counts, bonds.bit_length())
    target = np.zeros(8, np.uint64)
    run(packed_words(digits), packed_words(rows), target)
    np.testing.assert_array_equal(unpacked(target, 512)[0], rows[np.maximum(0, counts - bonds // 2), np.arange(512)])
