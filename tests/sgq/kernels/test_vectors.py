"""Operations lane by lane, compiled by the numba and llvmlite that are installed, against NumPy on the same numbers.

A test is one operation on one kind of element, so that a release that breaks one is told by its name. Three rows meet
three rows, one meets one, and one is repeated for three. Inputs are from fixed seeds and results are equal to the bit
(of a mixed fma, to rounding): no test fails by chance. Operations that move data or change its kind are in
`test_vector_memory.py`, those that count bits in `test_vector_counts.py`.
"""

import operator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numba import njit
from vector_helpers import FLOATS, KINDS, LANES, ROWS, SIGNED, UNSIGNED, flat, numbers, packed, shapes, unpacked

from sgq.kernels import vectors
from sgq.kernels.vectors import (
    Vector,
    fma,
    load,
    minimum,
    rotate_left,
    select,
    shift_left,
    shift_right,
    shift_right_signed,
    store,
)


def some_equal(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays that agree in every other lane."""
    x, y = numbers(kind, 1), numbers(kind, 2)
    y[:, ::2] = x[:, ::2]
    return x, y


def unary(operation, One, Three):
    @njit
    def run(x, one, three):
        store(one, 0, operation(load(One, x, 0)))
        store(three, 0, operation(load(Three, x, 0)))

    return run


def binary(operation, One, Three):
    @njit
    def run(x, y, one, three, mixed):
        single, a, b = load(One, x, 0), load(Three, x, 0), load(Three, y, 0)
        store(one, 0, operation(single, load(One, y, 0)))
        store(three, 0, operation(a, b))
        store(mixed, 0, operation(single, b))

    return run


def check_unary(operation, expected, kind: str, x: np.ndarray) -> None:
    one, three = np.empty_like(x[:1]), np.empty_like(x)
    unary(operation, *shapes(kind))(flat(x), one.ravel(), three.ravel())
    np.testing.assert_array_equal(one, expected(x[:1]))
    np.testing.assert_array_equal(three, expected(x))


def check_binary(operation, expected, kind: str, x: np.ndarray, y: np.ndarray) -> None:
    one, three, mixed = np.empty_like(x[:1]), np.empty_like(x), np.empty_like(x)
    binary(operation, *shapes(kind))(flat(x), flat(y), one.ravel(), three.ravel(), mixed.ravel())
    np.testing.assert_array_equal(one, expected(x[:1], y[:1]))
    np.testing.assert_array_equal(three, expected(x, y))
    np.testing.assert_array_equal(mixed, expected(x[:1], y))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul], ids=["add", "subtract", "multiply"])
def test_arithmetic_rounds_or_wraps_around_as_numpy_does(operation, kind: str) -> None:
    check_binary(operation, operation, kind, numbers(kind, 1), numbers(kind, 2))


@pytest.mark.parametrize("kind", UNSIGNED)
@pytest.mark.parametrize("operation", [operator.xor, operator.and_, operator.or_], ids=["xor", "and", "or"])
def test_bitwise(operation, kind: str) -> None:
    check_binary(operation, operation, kind, numbers(kind, 1), numbers(kind, 2))


@pytest.mark.parametrize("operation", [operator.xor, operator.and_, operator.or_], ids=["xor", "and", "or"])
@pytest.mark.parametrize("lanes", [16, 64])
def test_bitwise_of_masks(operation, lanes: int) -> None:
    x, y = np.random.default_rng(1).integers(0, 2, (2, ROWS, lanes)).astype(bool)
    one, three, mixed = packed(x[:1]), packed(x), packed(x)
    binary(operation, Vector("bit", lanes), Vector("bit", lanes, ROWS))(packed(x), packed(y), one, three, mixed)
    np.testing.assert_array_equal(unpacked(one, lanes), operation(x[:1], y[:1]))
    np.testing.assert_array_equal(unpacked(three, lanes), operation(x, y))
    np.testing.assert_array_equal(unpacked(mixed, lanes), operation(x[:1], y))


@pytest.mark.parametrize("kind", [*UNSIGNED, "i8"])
def test_invert(kind: str) -> None:
    check_unary(operator.invert, np.invert, kind, numbers(kind, 1))


@pytest.mark.parametrize("kind", FLOATS + SIGNED)
def test_negate(kind: str) -> None:
    check_unary(operator.neg, np.negative, kind, numbers(kind, 1))


@pytest.mark.parametrize("kind", KINDS)
def test_comparisons(kind: str) -> None:
    """All five; their masks hold one bit a lane, the first lane lowest."""
    One, Three = shapes(kind)

    @njit
    def run(x, y, lt, le, gt, ge, eq, one):
        a, b = load(Three, x, 0), load(Three, y, 0)
        store(lt, 0, a < b)
        store(le, 0, a <= b)
        store(gt, 0, a > b)
        store(ge, 0, a >= b)
        store(eq, 0, a == b)
        store(one, 0, load(One, x, 0) <= b)

    x, y = some_equal(kind)
    masks = [packed(x > 0) for _ in range(6)]
    run(flat(x), flat(y), *masks)
    for mask, expected in zip(masks, [x < y, x <= y, x > y, x >= y, x == y, x[:1] <= y], strict=True):
        np.testing.assert_array_equal(unpacked(mask, LANES[kind]), expected)


def test_comparisons_with_nan_are_false() -> None:
    V = Vector("f32", 16)

    @njit
    def run(x, y, le, ge):
        store(le, 0, load(V, x, 0) <= load(V, y, 0))
        store(ge, 0, load(V, x, 0) >= load(V, y, 0))

    masks = np.full((2, 1), 255, np.uint16)
    run(np.full(16, np.nan, np.float32), np.zeros(16, np.float32), *masks)
    assert not masks.any()


@pytest.mark.parametrize("kind", KINDS)
def test_select(kind: str) -> None:
    Bits, (One, Three) = Vector("bit", LANES[kind], ROWS), shapes(kind)

    @njit
    def run(mask, x, y, three, mixed):
        chosen, a, b = load(Bits, mask, 0), load(Three, x, 0), load(Three, y, 0)
        store(three, 0, select(chosen, a, b))
        store(mixed, 0, select(chosen, a, load(One, y, 0)))

    mask = np.random.default_rng(3).integers(0, 2, (ROWS, LANES[kind])).astype(bool)
    x, y = numbers(kind, 1), numbers(kind, 2)
    three, mixed = np.empty_like(x), np.empty_like(x)
    run(packed(mask), flat(x), flat(y), three.ravel(), mixed.ravel())
    np.testing.assert_array_equal(three, np.where(mask, x, y))
    np.testing.assert_array_equal(mixed, np.where(mask, x, y[:1]))


@pytest.mark.parametrize("kind", FLOATS)
def test_fma_rounds_once(kind: str) -> None:
    """x x - round(x x) is what rounding the product lost: 0 if the product were rounded first."""
    One, Three = shapes(kind)

    @njit
    def run(x, y, three, mixed):
        a = load(Three, x, 0)
        store(three, 0, fma(a, a, load(Three, y, 0)))
        store(mixed, 0, fma(load(One, x, 0), a, load(One, y, 0)))

    x = numbers(kind, 1)
    y = -x * x
    three, mixed = np.empty_like(x), np.empty_like(x)
    run(flat(x), flat(y), three.ravel(), mixed.ravel())
    lost = [float(Fraction(a) ** 2 + Fraction(b)) for a, b in zip(x.ravel().tolist(), y.ravel().tolist(), strict=True)]
    np.testing.assert_array_equal(three.ravel(), lost)
    assert three.any()
    np.testing.assert_allclose(mixed, x[:1] * x + y[:1], rtol=0, atol=8 * np.finfo(x.dtype).eps)


@pytest.mark.parametrize("kind", FLOATS + SIGNED)
def test_minimum(kind: str) -> None:
    check_binary(minimum, np.minimum, kind, numbers(kind, 1), numbers(kind, 2))


def test_minimum_of_a_number_and_nan_is_the_number() -> None:
    x = numbers("f32", 1, rows=1)
    one, three, mixed = (np.empty(16, np.float32) for _ in range(3))
    V = Vector("f32", 16)
    binary(minimum, V, V)(flat(x), np.full(16, np.nan, np.float32), one, three, mixed)
    np.testing.assert_array_equal(one, x[0])


def _shift(which, places):
    return njit(lambda x: which(x, places))


@pytest.mark.parametrize("kind", UNSIGNED)
@pytest.mark.parametrize("places", [0, 1, 23])
def test_shift_left(kind: str, places: int) -> None:
    check_unary(_shift(shift_left, places), lambda x: x << x.dtype.type(places), kind, numbers(kind, 1))


@pytest.mark.parametrize("kind", UNSIGNED)
def test_shift_right(kind: str) -> None:
    check_unary(_shift(shift_right, 23), lambda x: x >> x.dtype.type(23), kind, numbers(kind, 1))


@pytest.mark.parametrize("kind", ["i16", "i32"])
def test_shift_right_signed(kind: str) -> None:
    check_unary(_shift(shift_right_signed, 7), lambda x: x >> x.dtype.type(7), kind, numbers(kind, 1))


@pytest.mark.parametrize("kind", UNSIGNED)
def test_rotate_left(kind: str) -> None:
    width = 8 * np.dtype(KINDS[kind]).itemsize

    def rotated(x: np.ndarray) -> np.ndarray:
        return x << x.dtype.type(17) | x >> x.dtype.type(width - 17)

    check_unary(_shift(rotate_left, 17), rotated, kind, numbers(kind, 1))


def test_every_operation_is_tested_here() -> None:
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_vector*.py"))
    assert not [name for name in vectors.__all__ if f"{name}(" not in text]
