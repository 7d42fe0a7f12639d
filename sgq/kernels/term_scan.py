"""Every configuration of a polynomial, block by block: a block is the Walsh–Hadamard transform of its terms.

Bit i of a configuration set means that spin i is -1. Block g holds the energies of all settings of the low spins for
one setting of the others, the Gray code g ^ (g >> 1): from one block to the next the terms of a single spin change
sign. The three lowest spins are set in advance, one setting a lane of a register, so that the transform adds whole
registers.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sgq.kernels.vectors import Vector, bits, convert, fma, load, lowest_bit, minimum, smallest, splat, store

LOW = 11  # low spins: a block, and the sums that it is the transform of, fit in the first-level cache
_SIZE = np.uint64(1 << LOW)
_Lanes = Vector("f64", 8)
_Levels = Vector("i32", 8)
_Wide = Vector("f64", 8, 8)
_LANES = np.uint64(8)
_SIGNS = np.array([(-1.0) ** (mask & lane).bit_count() for mask in range(8) for lane in range(8)])
_ONE = np.uint64(1)


class MaskedTerms(NamedTuple):
    """Terms as bit masks and coefficients, dimod's sign; ``members[starts[k]:starts[k + 1]]`` hold spin LOW + k.

    Terms that agree on the low spins should be neighbours: they are added up first.
    """

    masks: NDArray[np.uint64]
    coefficients: NDArray[np.float64]
    starts: NDArray[np.int64]
    members: NDArray[np.int64]


@njit(cache=True, nogil=True)
def minima(terms, work, blocks, result):  # type: ignore[no-untyped-def]
    """Lowest energy of each of `blocks`, uint64, into `result`; `work`, float64 (2, 2^LOW), is to work in."""
    sums, energies = work
    signed, down = _start(terms, sums), np.uint64(0)
    for i in range(blocks.size):
        down = _turn(terms, signed, sums, down, blocks[i] ^ (blocks[i] >> _ONE))
        _transform(sums, energies)
        least = load(_Lanes, energies, 0)
        for x in range(_LANES, _SIZE, _LANES):
            least = minimum(least, load(_Lanes, energies, x))
        result[i] = smallest(least)


@njit(cache=True, nogil=True)
def listing(terms, work, blocks, limit, states):  # type: ignore[no-untyped-def]
    """How many configurations of `blocks` have at most the energy `limit`; the first of them into `states`, uint64."""
    sums, energies = work
    signed, down, count = _start(terms, sums), np.uint64(0), 0
    bound = splat(_Wide, limit)
    for i in range(blocks.size):
        down = _turn(terms, signed, sums, down, blocks[i] ^ (blocks[i] >> _ONE))
        _transform(sums, energies)
        for x in range(np.uint64(0), _SIZE, np.uint64(64)):
            hits = bits(load(_Wide, energies, x) <= bound)
            while hits != 0:
                if count < states.size:
                    states[count] = down * _SIZE + (x | lowest_bit(hits))
                count += 1
                hits &= hits - _ONE
    return count


@njit(cache=True, nogil=True)
def histogram(terms, work, blocks, lowest, step, counts):  # type: ignore[no-untyped-def]
    """Count the configurations of `blocks` by energy: index (energy - lowest) / step of a row of `counts`.

    `counts`, int64 (4, levels), is added to; which of its rows counts a configuration has no meaning: neighbours meet
    in memory less often.
    """
    sums, energies = work
    signed, down = _start(terms, sums), np.uint64(0)
    scale, shift = splat(_Lanes, 1.0 / step), splat(_Lanes, 0.5 - lowest / step)
    few = np.empty(8, np.int32)
    first, second, third, fourth = counts
    for i in range(blocks.size):
        down = _turn(terms, signed, sums, down, blocks[i] ^ (blocks[i] >> _ONE))
        _transform(sums, energies)
        for x in range(np.uint64(0), _SIZE, _LANES):
            store(few, 0, convert(_Levels, fma(load(_Lanes, energies, x), scale, shift)))
            for lane in range(np.uint64(0), _LANES, np.uint64(4)):
                first[np.uint64(few[lane])] += 1
                second[np.uint64(few[lane + _ONE])] += 1
                third[np.uint64(few[lane + np.uint64(2)])] += 1
                fourth[np.uint64(few[lane + np.uint64(3)])] += 1


@njit(cache=True, nogil=True)
def _start(terms, sums):  # type: ignore[no-untyped-def]
    """Coefficients with their signs when all spins above the low ones are up, and their sums by low spins."""
    sums[:] = 0.0
    for t in range(terms.masks.size):
        _add(terms.masks[t], terms.coefficients[t], sums)
    return terms.coefficients.copy()


@njit(cache=True, nogil=True)
def _add(mask, coefficient, sums):  # type: ignore[no-untyped-def]
    signs = load(_Lanes, _SIGNS, (mask & (_LANES - _ONE)) * _LANES)
    place = mask & (_SIZE - _LANES)
    store(sums, place, load(_Lanes, sums, place) + splat(_Lanes, coefficient) * signs)


@njit(cache=True, nogil=True)
def _turn(terms, signed, sums, down, target):  # type: ignore[no-untyped-def]
    """Turn the spins above the low ones that two masks differ in; returns the second."""
    changed = down ^ target
    while changed != 0:
        k = lowest_bit(changed)
        changed &= changed - _ONE
        total, last = 0.0, terms.starts[k + _ONE] - 1
        for m in range(terms.starts[k], last + 1):
            t = terms.members[m]
            signed[t] = -signed[t]
            total += signed[t]
            if m == last or (terms.masks[t] ^ terms.masks[terms.members[m + 1]]) & (_SIZE - _ONE):
                _add(terms.masks[t], 2.0 * total, sums)
                total = 0.0
    return target


@njit(cache=True, nogil=True)
def _transform(sums, energies):  # type: ignore[no-untyped-def]
    """The transform of `sums` over all bits of the index but the lowest three, two bits in a pass."""
    source, q = sums, _LANES
    while q < _SIZE:
        for start in range(np.uint64(0), _SIZE, np.uint64(4) * q):
            for k in range(start, start + q, _LANES):
                a, b = load(_Lanes, source, k), load(_Lanes, source, k + q)
                c, d = load(_Lanes, source, k + q + q), load(_Lanes, source, k + q + q + q)
                even, odd, far_even, far_odd = a + b, a - b, c + d, c - d
                store(energies, k, even + far_even)
                store(energies, k + q, odd + far_odd)
                store(energies, k + q + q, even - far_even)
                store(energies, k + q + q + q, odd - far_odd)
        source, q = energies, np.uint64(4) * q
