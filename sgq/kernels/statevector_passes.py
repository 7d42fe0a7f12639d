"""Passes over the amplitudes of n qubits, kept as two flat arrays: phases of a diagonal, and rotations about X.

exp(-i a X) = cos a (1 - i tan a X), so that a rotation takes two fused multiply-adds an amplitude, and the cosines of
all qubits are one factor. A pass takes several qubits at once: in registers (those within a register, and three
that tell eight registers apart), in the first and second-level cache, and, for the highest qubits, by a copy of as many
rows of a few cache lines each as there are settings of these qubits.

Every amplitude goes through the same arithmetic whatever the blocks that a thread is given.
"""

import numpy as np
from numba import njit

from sgq.kernels.vectors import (
    cos_pi,
    exchange_lanes,
    exchange_rows,
    fma,
    load,
    load_spaced,
    register_of,
    sin_pi,
    splat,
    stacked,
    store,
    store_spaced,
)

_EIGHT = (0,) * 8
_TWO = (0,) * 2
LINES = 4  # cache lines of a row that the highest qubits are copied by


@njit(cache=True, nogil=True)
def low_qubits(real, imag, diagonal, phase, tangent, scale, bits, first, last):  # type: ignore[no-untyped-def]
    """Phases, then rotations of the lowest qubits, in blocks `first` to `last` of 2^bits amplitudes.

    Parameters
    ----------
    real, imag
        float32 or float64 (2^n,), changed in place; 2^n is eight registers of 64 bytes at least.
    diagonal
        The same kind and shape, or empty for no phases.
    phase
        Of the same kind (2,): angle / 2π and what rounding left of it; amplitudes turn by exp(-i angle diagonal).
    tangent
        tan of the angle of the rotations; 0 for none.
    scale
        Factor of all amplitudes that go with the rotations.
    """
    lanes = register_of(real).lanes
    inner = 6 if lanes == 8 else 7  # qubits that eight registers hold
    middle = min(bits, inner + 3)
    size, step = np.uint64(1) << np.uint64(bits), np.uint64(1) << np.uint64(middle)
    for block in range(np.uint64(first), np.uint64(last)):
        for start in range(block * size, (block + np.uint64(1)) * size, step):
            if diagonal.size:
                _turn(real, imag, diagonal, phase, start, start + step)
            if tangent != 0:
                _rotate_registers(real, imag, tangent, scale, start, start + step)
                _rotate(real, imag, tangent, start, inner, middle)
        if tangent != 0:
            _rotate(real, imag, tangent, block * size, middle, bits)


@njit(cache=True, nogil=True)
def high_qubits(real, imag, tangent, low, high, copies, first, last):  # type: ignore[no-untyped-def]
    """Rotations of qubits `low` to `high`, for columns `first` to `last` of `LINES` cache lines.

    `copies` is of the kind of the amplitudes, (2, lines · registers · 2^(high - low)), on a cache line. There are
    2^(n - high + low) amplitudes in a column's rows, so that many columns in all, less the width of a row.
    """
    Register = register_of(real)
    lanes = np.uint64(Register.lanes)
    width = lanes * np.uint64(LINES)
    stride, rows = np.uint64(1) << np.uint64(low), np.uint64(1) << np.uint64(high - low)
    shift = 6 if lanes == 16 else 5
    across = stride // width
    x, y = copies
    for column in range(np.uint64(first), np.uint64(last)):
        start = (column // across) * stride * rows + (column % across) * width
        for row in range(rows):
            for k in range(np.uint64(0), width, lanes):
                store(x, row * width + k, load(Register, real, start + row * stride + k))
                store(y, row * width + k, load(Register, imag, start + row * stride + k))
        _rotate(x, y, tangent, np.uint64(0), shift, shift + high - low)
        for row in range(rows):
            for k in range(np.uint64(0), width, lanes):
                store(real, start + row * stride + k, load(Register, x, row * width + k))
                store(imag, start + row * stride + k, load(Register, y, row * width + k))


@njit(cache=True, nogil=True)
def _turn(real, imag, diagonal, phase, start, stop):  # type: ignore[no-untyped-def]
    """Multiply by exp(-i angle diagonal): the angle in turns, less the nearest whole number, loses no digits."""
    Register = register_of(real)
    # Adding and taking away 1.5 · 2^(digits of the mantissa) rounds to the nearest integer.
    turns, rest, shift = (
        splat(Register, phase[0]),
        splat(Register, phase[1]),
        splat(Register, 12582912.0 if Register.lanes == 16 else 6755399441055744.0),
    )
    for k in range(start, stop, np.uint64(Register.lanes)):
        energy = load(Register, diagonal, k)
        whole = fma(energy, turns, shift) - shift
        turn = fma(energy, rest, fma(energy, turns, -whole))
        sine, x, y = sin_pi(turn), load(Register, real, k), load(Register, imag, k)
        twice = sine + sine
        c, s = twice * sine, twice * cos_pi(turn)  # 1 - cos and sin of the whole angle
        store(real, k, fma(s, y, x - c * x))
        store(imag, k, (y - c * y) - s * x)


@njit(cache=True, nogil=True)
def _rotate_registers(real, imag, tangent, scale, start, stop):  # type: ignore[no-untyped-def]
    """Rotate the qubits within eight registers at a time."""
    Register = register_of(real)
    Eight = stacked(Register, _EIGHT)
    factor, up, down = splat(Register, scale), splat(Register, tangent), splat(Register, -tangent)
    for k in range(start, stop, np.uint64(8 * Register.lanes)):
        x, y = load(Eight, real, k) * factor, load(Eight, imag, k) * factor
        x, y = fma(up, exchange_lanes(y, 1), x), fma(down, exchange_lanes(x, 1), y)
        x, y = fma(up, exchange_lanes(y, 2), x), fma(down, exchange_lanes(x, 2), y)
        x, y = fma(up, exchange_lanes(y, 4), x), fma(down, exchange_lanes(x, 4), y)
        if Register.lanes == 16:
            x, y = fma(up, exchange_lanes(y, 8), x), fma(down, exchange_lanes(x, 8), y)
        x, y = fma(up, exchange_rows(y, 1), x), fma(down, exchange_rows(x, 1), y)
        x, y = fma(up, exchange_rows(y, 2), x), fma(down, exchange_rows(x, 2), y)
        x, y = fma(up, exchange_rows(y, 4), x), fma(down, exchange_rows(x, 4), y)
        store(real, k, x)
        store(imag, k, y)


@njit(cache=True, nogil=True)
def _rotate(real, imag, tangent, start, low, high):  # type: ignore[no-untyped-def]
    """Rotate qubits `low` to `high` in the 2^high amplitudes from `start` on, three at a time while there are three."""
    Register = register_of(real)
    lanes, one = np.uint64(Register.lanes), np.uint64(1)
    Eight, Two = stacked(Register, _EIGHT), stacked(Register, _TWO)
    up, down = splat(Register, tangent), splat(Register, -tangent)
    end = start + (one << np.uint64(high))
    while low < high:
        stride = one << np.uint64(low)
        if high - low >= 3:
            for top in range(start, end, stride << np.uint64(3)):
                for k in range(top, top + stride, lanes):
                    x, y = load_spaced(Eight, real, k, stride), load_spaced(Eight, imag, k, stride)
                    x, y = fma(up, exchange_rows(y, 1), x), fma(down, exchange_rows(x, 1), y)
                    x, y = fma(up, exchange_rows(y, 2), x), fma(down, exchange_rows(x, 2), y)
                    x, y = fma(up, exchange_rows(y, 4), x), fma(down, exchange_rows(x, 4), y)
                    store_spaced(real, k, stride, x)
                    store_spaced(imag, k, stride, y)
            low += 3
        else:
            for top in range(start, end, stride << one):
                for k in range(top, top + stride, lanes):
                    x, y = load_spaced(Two, real, k, stride), load_spaced(Two, imag, k, stride)
                    x, y = fma(up, exchange_rows(y, 1), x), fma(down, exchange_rows(x, 1), y)
                    store_spaced(real, k, stride, x)
                    store_spaced(imag, k, stride, y)
            low += 1


@njit(cache=True, nogil=True)
def reverse(a):  # type: ignore[no-untyped-def]
    """Turn an array round."""
    for k in range(a.size // 2):
        a[k], a[a.size - 1 - k] = a[a.size - 1 - k], a[k]


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz"})
def sums(real, imag, diagonal, result, bits, first, last):  # type: ignore[no-untyped-def]
    """Squared amplitudes of blocks of 2^bits, added up, into ``result[0]``; times the diagonal, into ``result[1]``."""
    for block in range(first, last):
        start, end = np.uint64(block << bits), np.uint64((block + 1) << bits)
        norm = weighted = 0.0
        for k in range(start, end):
            x, y = np.float64(real[k]), np.float64(imag[k])
            norm += x * x + y * y
        if diagonal.size:
            for k in range(start, end):
                x, y = np.float64(real[k]), np.float64(imag[k])
                weighted += (x * x + y * y) * np.float64(diagonal[k])
        result[0, block] = norm
        result[1, block] = weighted
