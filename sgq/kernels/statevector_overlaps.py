"""Im⟨λ|A|ψ⟩ of two states for A = Σ X and for a diagonal A: what derivatives with respect to angles are made of.

Each block's sum goes to a place of its own, so that the total does not depend on which thread came first.
"""

import numpy as np
from numba import njit

from sgq.kernels.vectors import (
    exchange_lanes,
    exchange_rows,
    fma,
    load,
    load_spaced,
    register_of,
    splat,
    stacked,
    store,
)

FOUR, TWO = (0,) * 4, (0,) * 2  # rows: two qubits at once, or one
COLUMNS = 10  # log2 of the amplitudes of a row in a block of high qubits


@njit(cache=True, nogil=True)
def low_flips(x, y, u, v, bits, result, first, last):  # type: ignore[no-untyped-def]
    """Σ X over the lowest qubits, blocks of 2^bits amplitudes; ψ = x + i y, λ = u + i v, of four registers at least."""
    inner = 5 if register_of(x).lanes == 8 else 6
    for block in range(np.uint64(first), np.uint64(last)):
        start, end = block << np.uint64(bits), (block + np.uint64(1)) << np.uint64(bits)
        total = _within_registers(x, y, u, v, start, end)
        qubit = inner
        while qubit < bits:
            stride = np.uint64(1) << np.uint64(qubit)
            two = qubit + 1 < bits
            for top in range(start, end, stride << np.uint64(1 + two)):
                total += (
                    _rows(x, y, u, v, top, stride, stride, FOUR) if two else _rows(x, y, u, v, top, stride, stride, TWO)
                )
            qubit += 1 + two
        result[block] = total


@njit(cache=True, nogil=True)
def high_flips(x, y, u, v, qubit, like, result, first, last):  # type: ignore[no-untyped-def]
    """X of one qubit (`like` is `TWO`) or of it and the next (`FOUR`), by blocks of 2^COLUMNS times as many rows."""
    rows, width, stride = np.uint64(len(like)), np.uint64(1 << COLUMNS), np.uint64(1) << np.uint64(qubit)
    across = stride // width
    for block in range(np.uint64(first), np.uint64(last)):
        start = (block // across) * stride * rows + (block % across) * width
        result[block] = _rows(x, y, u, v, start, width, stride, like)


@njit(cache=True, nogil=True)
def _within_registers(x, y, u, v, start, end):  # type: ignore[no-untyped-def]
    Register = register_of(x)
    Four = stacked(Register, FOUR)
    total, zero = 0.0, splat(Four, 0)
    work = np.empty(4 * Register.lanes, x.dtype)
    step = np.uint64(4 * Register.lanes)
    for part in range(start, end, np.uint64(256) * step):
        added = zero
        for k in range(part, min(end, part + np.uint64(256) * step), step):
            a, b = load(Four, x, k), load(Four, y, k)
            real = exchange_lanes(a, 1) + exchange_lanes(a, 2) + exchange_lanes(a, 4)
            imag = exchange_lanes(b, 1) + exchange_lanes(b, 2) + exchange_lanes(b, 4)
            if Register.lanes == 16:
                real, imag = real + exchange_lanes(a, 8), imag + exchange_lanes(b, 8)
            real = real + exchange_rows(a, 1) + exchange_rows(a, 2)
            imag = imag + exchange_rows(b, 1) + exchange_rows(b, 2)
            added = fma(load(Four, u, k), imag, fma(-load(Four, v, k), real, added))
        store(work, 0, added)
        for value in work:
            total += np.float64(value)
    return total


@njit(cache=True, nogil=True)
def _rows(x, y, u, v, start, width, stride, like):  # type: ignore[no-untyped-def]
    """X of the qubits that tell the rows apart, over `width` columns."""
    Register = register_of(x)
    Rows = stacked(Register, like)
    added = splat(Rows, 0)
    for k in range(start, start + width, np.uint64(Register.lanes)):
        a, b = load_spaced(Rows, x, k, stride), load_spaced(Rows, y, k, stride)
        real, imag = exchange_rows(a, 1), exchange_rows(b, 1)
        if Rows.rows == 4:
            real, imag = real + exchange_rows(a, 2), imag + exchange_rows(b, 2)
        added = fma(load_spaced(Rows, u, k, stride), imag, fma(-load_spaced(Rows, v, k, stride), real, added))
    work, total = np.empty(Rows.rows * Register.lanes, x.dtype), 0.0
    store(work, 0, added)
    for value in work:
        total += np.float64(value)
    return total


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz"})
def weighted(x, y, u, v, diagonal, bits, result, first, last):  # type: ignore[no-untyped-def]
    """A diagonal, by blocks of 2^bits amplitudes."""
    for block in range(first, last):
        total = 0.0
        for k in range(np.uint64(block << bits), np.uint64((block + 1) << bits)):
            total += np.float64(diagonal[k]) * (
                np.float64(u[k]) * np.float64(y[k]) - np.float64(v[k]) * np.float64(x[k])
            )
        result[block] = total
