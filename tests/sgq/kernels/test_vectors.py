"""Every vector operation, compiled by the numba and llvmlite that are installed, against NumPy on the same numbers.

A test is one operation on one kind of element, so that a release that breaks one is told by its name. Three rows meet
three rows, one meets one, and one is repeated for three.
"""

import operator
from fractions import Fraction

import numpy as np
import pytest
from numba import njit

from sgq.kernels import vectors
from sgq.kernels.vectors import (
    Vector,
    add_counts,
    any_set,
    bits,
    choose,
    column_counts,
    convert,
    fma,
    gather,
    load,
    load_spaced,
    lowest_bit,
    minimum,
    register_of,
    reinterpret,
    rotate_left,
    select,
    shift_left,
    shift_right,
    shift_right_signed,
    smallest,
    splat,
    spread,
    stacked,
    store,
    store_twice,
)

KINDS = {
    "f32": np.float32,
    "f64": np.float64,
    "i8": np.int8,
    "i16": np.int16,
    "i32": np.int32,
    "u32": np.uint32,
    "u64": np.uint64,
}
LANES = {"f32": 16, "f64": 8, "i8": 64, "i16": 32, "i32": 16, "u32": 16, "u64": 8}
ROWS = 3
FLOATS, SIGNED, UNSIGNED = ["f32", "f64"], ["i8", "i16", "i32"], ["u32", "u64"]


def numbers(kind: str, seed: int, rows: int = ROWS) -> np.ndarray:
    """Random numbers of all sizes, with zeros and both extremes among the integers; shape (rows, lanes)."""
    rng, dtype, shape = np.random.default_rng(seed), KINDS[kind], (rows, LANES[kind])
    if kind in FLOATS:
        return rng.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    drawn = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    drawn[:, :3] = limits.min, limits.max, 0
    return drawn


def some_equal(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays that agree in every other lane."""
    x, y = numbers(kind, 1), numbers(kind, 2)
    y[:, ::2] = x[:, ::2]
    return x, y


def packed(mask: np.ndarray) -> np.ndarray:
    """A mask (rows, lanes) as it stands in memory, a word of as many bits a row."""
    return np.packbits(mask, axis=1, bitorder="little").view(f"u{mask.shape[1] // 8}").ravel()


def unpacked(words: np.ndarray, lanes: int) -> np.ndarray:
    return np.unpackbits(words.view(np.uint8), bitorder="little").reshape(-1, lanes).astype(bool)


def flat(rows: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(rows).ravel()


def shapes(kind: str) -> tuple[Vector, Vector]:
    """One row and three rows."""
    return Vector(kind, LANES[kind]), Vector(kind, LANES[kind], ROWS)


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


CONVERSIONS = [
    ("f32", "f64"), ("f64", "f32"), ("f32", "i32"), ("i32", "f32"), ("u32", "f32"), ("f32", "u32"),
    ("i8", "i16"), ("i16", "i32"), ("i32", "i8"), ("i8", "i32"), ("u32", "u64"), ("u64", "u32"), ("i16", "f32"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "target"), CONVERSIONS, ids=["-".join(pair) for pair in CONVERSIONS])
def test_convert(source: str, target: str) -> None:
    """Floats are cut towards zero, wide integers lose their upper bits, signed ones keep their sign."""
    One, Three, OneAs, ThreeAs = (Vector(kind, 16, rows) for kind in (source, target) for rows in (1, ROWS))

    @njit
    def run(x, one, three):
        store(one, 0, convert(OneAs, load(One, x, 0)))
        store(three, 0, convert(ThreeAs, load(Three, x, 0)))

    x = np.random.default_rng(4).permutation(np.resize(numbers(source, 1), (ROWS, 16)).ravel()).reshape(ROWS, 16)
    if (source, target) == ("f32", "i32"):
        x = x * np.float32(1e6)
    if (source, target) == ("f32", "u32"):
        x = abs(x) * np.float32(1.2e9)
    one, three = np.empty(16, KINDS[target]), np.empty((ROWS, 16), KINDS[target])
    run(flat(x), one, three.ravel())
    np.testing.assert_array_equal(one, x[0].astype(KINDS[target]))
    np.testing.assert_array_equal(three, x.astype(KINDS[target]))


@pytest.mark.parametrize(("source", "target"), [("u64", "u32"), ("u32", "f32"), ("u32", "i32"), ("f32", "u32")])
def test_reinterpret(source: str, target: str) -> None:
    (_, V), (_, As) = shapes(source), shapes(target)

    @njit
    def run(x, result):
        store(result, 0, reinterpret(As, load(V, x, 0)))

    x = numbers(source, 1)
    result = np.empty((ROWS, LANES[target]), KINDS[target])
    run(flat(x), result.ravel())
    np.testing.assert_array_equal(result, x.view(KINDS[target]))


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


@pytest.mark.parametrize("kind", KINDS)
def test_load_and_store_at_any_alignment(kind: str) -> None:
    _, V = shapes(kind)

    @njit
    def run(source, start, target, place):
        store(target, place, load(V, source, start))

    x = flat(numbers(kind, 1))
    source, target = np.concatenate([x[:5], x]), np.zeros(len(x) + 7, x.dtype)
    run(source, 5, target, 3)
    np.testing.assert_array_equal(target, np.pad(x, (3, 4)))


@pytest.mark.parametrize("index", [np.int64, np.uint64, np.uint32], ids=["int64", "uint64", "uint32"])
def test_indices_of_any_kind(index) -> None:
    V = Vector("f32", 16)

    @njit
    def run(source, start, target):
        store(target, start, load(V, source, start))

    source, target = np.arange(20, dtype=np.float32), np.zeros(20, np.float32)
    run(source, index(4), target)
    np.testing.assert_array_equal(target, np.where(np.arange(20) < 4, 0, source))


def test_load_spaced_of_bytes() -> None:
    """Rows of words from an array of bytes, at offsets that no word starts at."""
    V = Vector("u64", 8, 3)

    @njit
    def run(source, start, target):
        store(target, 0, load_spaced(V, source, start, 128))

    source = np.random.default_rng(6).integers(0, 256, 3 * 128, dtype=np.uint8)
    target = np.empty(3 * 8, np.uint64)
    run(source, 5, target)
    np.testing.assert_array_equal(target.view(np.uint8).reshape(3, 64), source.reshape(3, 128)[:, 5:69])


def test_gather() -> None:
    V = Vector("u64", 8, 3)

    @njit
    def run(source, indices, index, target):
        store(target, 0, gather(V, source, indices, index))

    source = np.random.default_rng(7).integers(0, 2**64, 80, np.uint64)
    indices = np.array([9, 8, 72, 8, 0], np.uint32)
    target = np.empty((3, 8), np.uint64)
    run(source, indices, np.uint64(2), target.ravel())
    np.testing.assert_array_equal(target, source[indices[2:, None] + np.arange(8)])


def test_spread() -> None:
    V = Vector("u64", 8, 3)

    @njit
    def run(source, index, target):
        store(target, 0, spread(V, source, index))

    source = np.arange(5, dtype=np.uint64) * np.uint64(2**61 + 1)
    target = np.empty((3, 8), np.uint64)
    run(source, 1, target.ravel())
    np.testing.assert_array_equal(target, np.repeat(source[1:4, None], 8, axis=1))


@pytest.mark.parametrize("kind", KINDS)
def test_splat(kind: str) -> None:
    _, V = shapes(kind)

    @njit
    def run(number, target):
        store(target, 0, splat(V, number))

    target = np.zeros((ROWS, LANES[kind]), KINDS[kind])
    for number in numbers(kind, 8)[0, :3]:
        run(number, target.ravel())
        np.testing.assert_array_equal(target, number)


def test_store_twice() -> None:
    V = Vector("u64", 8, ROWS)

    @njit
    def run(source, target):
        store_twice(target, 64, load(V, source, 0))

    x = numbers("u64", 1)
    target = np.zeros(64 + 128 * ROWS, np.uint8)
    run(flat(x), target)
    assert not target[:64].any()
    np.testing.assert_array_equal(target[64:].view(np.uint64).reshape(ROWS, 2, 8), np.stack([x, x], axis=1))


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


def test_shape_is_known_to_compiled_code() -> None:
    V = Vector("f32", 16, 5)
    assert njit(lambda: (V.rows, V.lanes))() == (5, 16)


def test_stacked_has_a_row_for_each_element_of_a_tuple() -> None:
    V = Vector("u64", 8)
    assert njit(lambda like: (stacked(V, like).rows, stacked(V, like).lanes))((0, 0, 0)) == (3, 8)


@pytest.mark.parametrize("kind", KINDS)
def test_register_of_an_array_holds_512_bits(kind: str) -> None:
    @njit
    def run(source, target):
        store(target, 0, load(register_of(source), source, 0))
        return register_of(source).lanes

    x = np.resize(numbers(kind, 1), 64)
    target = np.zeros_like(x)
    lanes = run(x, target)
    assert lanes * x.itemsize == 64
    np.testing.assert_array_equal(target, np.where(np.arange(64) < lanes, x, 0))


def test_every_operation_is_tested_here() -> None:
    with open(__file__) as file:
        text = file.read()
    assert not [name for name in vectors.__all__ if f"{name}(" not in text]
