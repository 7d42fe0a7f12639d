"""Energies of many rows in float64: 64 rows are one word of bits a variable, a term of any order a few bit operations.

A sum over 10^7 terms that is run through from end to end loses digits. Terms are added up by the block, and the blocks'
sums with Kahan's compensation, which leaves the rounding of one block.
"""

import numpy as np
from numba import njit

from sgq.kernels.vectors import Vector, load, select, splat, store

LANES = 64
_BLOCK = 64  # terms
_TILE = 4096  # variables whose words stay in the nearest cache while the rows pass
_Bits = Vector("bit", 8, 8)
_Sums = Vector("f64", 8, 8)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


@njit(cache=True, nogil=True)
def pack(rows, words):  # type: ignore[no-untyped-def]
    """Bit r of ``words[i]``, uint64 (N,), is whether ``rows[r, i]`` is above 0; `rows` is int8 (up to 64, N)."""
    for first in range(0, words.size, _TILE):
        tile = words[first : first + _TILE]
        tile[:] = 0
        for r in range(rows.shape[0]):
            row, place = rows[r, first : first + _TILE], np.uint64(r)
            for i in range(tile.size):
                tile[i] |= np.uint64(row[i] > 0) << place


@njit(cache=True, nogil=True)
def add_terms(words, low, members, coefficients, result):  # type: ignore[no-untyped-def]
    """Add Σ_t c_t Π x_i, i in ``members[t]``, to every row's `result`, float64 (64,).

    Parameters
    ----------
    words
        uint64 (N,): bit r is set where variable i of row r is 1, as `pack` makes them.
    low
        What an unset bit stands for, -1 or 0.
    members
        Integers of shape (num_terms, order); of order 0, a constant.
    coefficients
        float64 (num_terms,).
    """
    products = np.empty(_BLOCK, np.uint64)
    total, lost = splat(_Sums, 0.0), splat(_Sums, 0.0)
    for first in range(0, coefficients.size, _BLOCK):
        size = min(_BLOCK, coefficients.size - first)
        for t in range(size):
            product = _ALL
            for k in range(members.shape[1]):
                word = words[np.uint64(members[first + t, k])]
                product = product ^ ~word if low else product & word
            products[t] = product
        part = -lost
        for t in range(size):
            c = coefficients[first + t]
            part = part + select(load(_Bits, products, t), splat(_Sums, c), splat(_Sums, low * c))
        together = total + part
        lost = (together - total) - part
        total = together
    store(result, 0, load(_Sums, result, 0) + total)
