"""World lines of ±J models, 512 reads at once in multi-spin coding: as `path_integral`, all sums in binary digits.

Digits stand in different registers, a read in a bit of each. The cost of turning a segment is counted in Z, satisfied
less violated bonds over 2, summed over its slices, in two's complement; Z is whole since every site has an even number
of bonds. A move is accepted where Z ≤ G, the whole part of an exponential variate in the same unit. G is geometric,
P(G ≥ g) = exp(-g θ) with θ = 2 beta B J / M, and its binary digits are independent of each other: digit j is set with
probability 1 / (1 + exp(2^j θ)). So G costs no logarithm.

Bits 64 w … 64 w + 63 of the reads are the words ``spins[8 (i M + k) + w]``. Site N stands for fields: it is always up.
All random bits are from a pool, whose entries are rotated by bytes: reads share them, eight at a time, at other spins
and slices, and no read meets one twice. Each slot of spin and slice has its entry fixed beforehand.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sgq.kernels.noise import DIGITS, PROPOSED, Words, bernoulli
from sgq.kernels.vectors import (
    Vector,
    add_counts,
    add_signed,
    at_most,
    load,
    load_spaced,
    splat,
    store,
    store_twice,
)

COUNT = 4  # digits of Z of one slice: up to 14 bonds a site
SUM = 12  # digits of Z of a segment, the sign among them
_LIMIT = SUM - 1  # digits of G
_ROWS = SUM + 2  # probabilities: the digits of G, that G has more, a proposal, a cut
ENTRY = 128 * (SUM + 1)  # bytes of the pool: the digits, the proposal and the cut, each twice
_PROPOSAL, _CUT = np.uint64(128 * _LIMIT), np.uint64(128 * SUM)
_Count = Vector("u64", 8, COUNT)
_Sum = Vector("u64", 8, SUM)
_Limit = Vector("u64", 8, _LIMIT)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_ZERO, _ONE, _EIGHT = np.uint64(0), np.uint64(1), np.uint64(8)
_TURNS = np.uint64(64)


@njit(cache=True, nogil=True)
def sweep(  # type: ignore[no-untyped-def]
    spins, slices, starts, ends, signs, halves, chances, generators, pool
):
    """One cluster move of every ring for each row of `chances`.

    Parameters
    ----------
    spins
        uint64 (8 (N + 1) M,), changed in place; the last 8 M words are all ones.
    slices
        M, at least 1; the sums of a site, M times half its bonds, stay below 2^(SUM - 1).
    starts
        uint64 (N + 1,): site i has the bonds from ``starts[i]`` to before ``starts[i + 1]``, an even number.
    ends
        uint64 (bonds,): 8 M times the site at the other end.
    signs
        uint64 (bonds,): all ones where parallel spins satisfy the bond (dimod's coupling is negative), else 0.
    halves
        uint64 (32 N,): in binary, eight words a digit, 16 less half the number of bonds of each site.
    chances
        uint32 (sweeps, SUM + 2), see `probabilities`.
    generators
        uint64 (16,), the state, changed in place.
    pool
        uint8 (ENTRY P,) for P entries.
    """
    a, b = load(Words, generators, 0), load(Words, generators, 8)
    m = np.uint64(slices)
    cuts, accepted, first = np.empty(8 * m, np.uint64), np.empty(8 * m, np.uint64), np.empty(8 * m, np.uint64)
    digits = np.empty(_ROWS * DIGITS * 8, np.uint64)
    for t in range(chances.shape[0]):
        _write_digits(chances[t], digits)
        a, b = _fill(pool, digits, a, b)
        place = turn = _ZERO
        for i in range(np.uint64(starts.size - 1)):
            ring, fresh = _EIGHT * m * i, splat(Words, _ALL)
            segment = opening = splat(_Sum, _ZERO)
            half = load(_Count, halves, np.uint64(32) * i)
            for k in range(m):
                slot = _EIGHT * k
                own = load(Words, spins, ring + slot)
                count = half
                for n in range(starts[i], starts[i + _ONE]):
                    count = add_counts(count, load(Words, spins, ends[n] + slot) ^ splat(Words, signs[n]) ^ own)
                segment = add_signed(segment, count)
                after = load(Words, spins, ring + (slot + _EIGHT if k + _ONE < m else _ZERO))
                entry = place + turn
                cut = load(Words, pool, entry + _CUT) | (own ^ after)
                store(cuts, slot, cut)
                store(first, slot, cut & fresh)
                low = at_most(segment, load_spaced(_Limit, pool, entry, 128))
                store(accepted, slot, low & load(Words, pool, entry + _PROPOSAL))
                opening = opening | (segment & (cut & fresh))
                segment, fresh = segment & ~cut, fresh & ~cut
                place, turn, a, b = _next_entry(place, turn, pool, digits, a, b)
            # The last segment goes on into the first one where the ring is not cut between them
            entry = place + turn
            low = at_most(add_counts(opening, segment), load_spaced(_Limit, pool, entry, 128))
            around = low & load(Words, pool, entry + _PROPOSAL)
            place, turn, a, b = _next_entry(place, turn, pool, digits, a, b)
            turned = around
            for back in range(m):
                slot = _EIGHT * (m - _ONE - back)
                cut, opens = load(Words, cuts, slot), load(Words, first, slot)
                turned = (opens & around) | (cut & ~opens & load(Words, accepted, slot)) | (turned & ~cut)
                store(spins, ring + slot, load(Words, spins, ring + slot) ^ turned)
    store(generators, 0, a)
    store(generators, 8, b)


@njit(cache=True, nogil=True)
def _next_entry(place, turn, pool, digits, a, b):  # type: ignore[no-untyped-def]
    """Where the next entry of the pool begins and how it is rotated; the pool is renewed before rotations repeat."""
    place += np.uint64(ENTRY)
    if place == np.uint64(pool.size):
        place, turn = _ZERO, (turn + _ONE) % _TURNS
        if turn == _ZERO:
            a, b = _fill(pool, digits, a, b)
    return place, turn, a, b


@njit(cache=True, nogil=True)
def _fill(pool, digits, a, b):  # type: ignore[no-untyped-def]
    """A pool, and the state of the generators."""
    row = DIGITS * 8
    for entry in range(0, pool.size, ENTRY):
        more, a, b = bernoulli(Words, digits, row * _LIMIT, a, b)
        for j in range(_LIMIT):
            drawn, a, b = bernoulli(Words, digits, row * j, a, b)
            store_twice(pool, entry + 128 * j, drawn | more)
        for j in range(_LIMIT, SUM + 1):
            drawn, a, b = bernoulli(Words, digits, row * (j + 1), a, b)
            store_twice(pool, entry + 128 * j, drawn)
    return a, b


@njit(cache=True, nogil=True)
def _write_digits(chances, digits):  # type: ignore[no-untyped-def]
    """Binary digits of the probabilities, row by row, as `bernoulli` takes them."""
    for row in range(chances.size):
        for digit in range(DIGITS):
            place = 8 * (row * DIGITS + digit)
            word = _ALL if (chances[row] >> np.uint32(DIGITS - 1 - digit)) & np.uint32(1) else _ZERO
            digits[place : place + 8] = word


def probabilities(costs: NDArray[np.float64], cutting: NDArray[np.float64]) -> NDArray[np.uint32]:
    """What `sweep` takes as `chances`: for each sweep θ, the cost of Z = 1, and the probability that a bond is cut."""
    with np.errstate(over="ignore"):
        geometric = 1 / (1 + np.exp(np.outer(costs, 2.0 ** np.arange(_LIMIT))))
    more = np.exp(-costs * 2.0**_LIMIT)
    rest = np.stack([more, np.full(len(costs), PROPOSED), cutting], axis=1)
    chances = np.concatenate([geometric, rest], axis=1)
    return np.minimum(chances * 2.0**DIGITS, 2.0**DIGITS - 1).astype(np.uint32)
