"""Vectors to and from memory, their shapes and the kinds of their elements, against NumPy on the same numbers.

One operation on one kind of element a test. Inputs are from fixed seeds and results are equal to the bit: no test fails
by chance.
"""

import numpy as np
import pytest
from numba import njit
from vector_helpers import KINDS, LANES, ROWS, flat, numbers, shapes

from sgq.kernels.vectors import (
    Vector,
    convert,
    gather,
    load,
    load_spaced,
    register_of,
    reinterpret,
    splat,
    spread,
    stacked,
    store,
    store_twice,
)

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
