"""Multi-spin coding: models whose couplings and fields are small multiples of one unit, spins as bits, no numbers.

A site has D bonds, each coupling standing as often as it has units, a field being a coupling to a spin that is always
up. An adder tree counts the satisfied ones in binary, for hundreds of replicas at once, and the count picks the row of
random bits that accepts this cost. Sites of odd and of even D have different costs; those with fewer bonds than the
most in their class are filled up with pairs of bonds to themselves, one satisfied and one not, which change no cost.
A sweep visits the odd class, then the even one.

Rows are the costs of flipping: row 0 for all that are not positive, row k for 2 (2 k - D mod 2) units. The method is
that of Isakov, Zintchenko, Rønnow & Troyer, Comput. Phys. Commun. 192, 265 (2015), the pool of bits is ours.
"""

import numpy as np
from numba import njit

from sgq.kernels.noise import DIGITS, SURE, Words, bernoulli, next_words
from sgq.kernels.vectors import (
    Vector,
    add_counts,
    any_set,
    choose,
    column_counts,
    gather,
    load,
    load_spaced,
    splat,
    spread,
    stacked,
    store,
    store_twice,
)

WORDS = 8  # of 64 replicas each
LANES = 64 * WORDS
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_Bonds = Vector("u64", 8, 15)
_Total = Vector("u64", 8, 16)
_FLUSH = 15 * 4096  # bonds that sixteen digits count


@njit(cache=True, nogil=True)
def sweep(  # type: ignore[no-untyped-def]
    spins,
    odd_bonds, odd_neighbours, odd_signs, odd_rows, odd_chances, odd_digits, odd_pool,
    even_bonds, even_neighbours, even_signs, even_rows, even_chances, even_digits, even_pool,
    sweeps, rotation, generators,
):  # fmt: skip
    """Visit every site `sweeps` times.

    Parameters
    ----------
    spins
        uint64 (8 (N + 1),), eight words a site, sites of the odd class first, the last site the spin that is always
        up; changed in place.
    odd_bonds, even_bonds
        Tuples of D elements, the bonds of a site.
    odd_neighbours, …
        uint32 (D sites,), eight times the number of the neighbour.
    odd_signs, …
        uint64 (D sites,): all ones where parallel spins satisfy the bond (dimod's coupling is negative), else 0.
    odd_rows, even_rows
        Tuples of R = D - D // 2 + 1 elements.
    odd_chances, …
        uint32 (T, R): the probability of acceptance in sweep t, times 2^32, the same for all replicas; or none, T = 0.
    odd_digits, …
        uint64 (32, R, 8) flat: the probabilities in binary, see `noise.bernoulli`. Where there are no chances, replicas
        have their own, and these are they; else scratch.
    odd_pool, …
        uint8 (128 R P,) for P entries; if it is empty, every site draws its own bits.
    rotation
        Bytes by which a pool is rotated from one round of it to the next.
    generators
        uint64 (16,), the state, changed in place.
    """
    OddBonds, OddRows = stacked(Words, odd_bonds), stacked(Words, odd_rows)
    EvenBonds, EvenRows = stacked(Words, even_bonds), stacked(Words, even_rows)
    a, b = load(Words, generators, 0), load(Words, generators, 8)
    odd_sites = np.uint64(odd_neighbours.size // OddBonds.rows)
    for t in range(sweeps):
        if odd_chances.shape[0] > 0:
            write_digits(odd_chances[t], odd_digits)
            write_digits(even_chances[t], even_digits)
        if odd_pool.size + even_pool.size > 0:
            a, b = _visit(OddBonds, OddRows, spins, 0, odd_neighbours, odd_signs, odd_digits, odd_pool, rotation, a, b)
            a, b = _visit(
                EvenBonds,
                EvenRows,
                spins,
                odd_sites,
                even_neighbours,
                even_signs,
                even_digits,
                even_pool,
                rotation,
                a,
                b,
            )
        else:
            a, b = _visit_independently(OddBonds, OddRows, spins, 0, odd_neighbours, odd_signs, odd_digits, a, b)
            a, b = _visit_independently(
                EvenBonds, EvenRows, spins, odd_sites, even_neighbours, even_signs, even_digits, a, b
            )
    store(generators, 0, a)
    store(generators, 8, b)


@njit(cache=True, nogil=True)
def _visit(  # type: ignore[no-untyped-def]
    Bonds, Rows, spins, first_site, neighbours, signs, digits, pool, rotation, a, b
):
    width, end = np.uint64(128 * Rows.rows), np.uint64(pool.size)
    for entry in range(np.uint64(0), end, width):
        accepted, a, b = bernoulli(Rows, digits, 0, a, b)
        store_twice(pool, entry, accepted)
    place = turn = k = np.uint64(0)
    i = np.uint64(8) * np.uint64(first_site)
    while k < np.uint64(neighbours.size):
        spin = load(Words, spins, i)
        satisfied = gather(Bonds, spins, neighbours, k) ^ spread(Bonds, signs, k) ^ spin
        accepted = choose(column_counts(satisfied), load_spaced(Rows, pool, place + turn, 128), Bonds)
        store(spins, i, spin ^ accepted)
        i += np.uint64(8)
        k += np.uint64(Bonds.rows)
        place += width
        if place == end:
            place = np.uint64(0)
            turn += np.uint64(rotation)
    return a, b


@njit(cache=True, nogil=True)
def _visit_independently(  # type: ignore[no-untyped-def]
    Bonds, Rows, spins, first_site, neighbours, signs, digits, a, b
):
    """Each replica compares a random number of its own with the probability of its own cost, digit by digit."""
    step = np.uint64(8 * Rows.rows)
    end = np.uint64(DIGITS) * step
    i = np.uint64(8) * np.uint64(first_site)
    k = np.uint64(0)
    while k < np.uint64(neighbours.size):
        spin = load(Words, spins, i)
        counts = column_counts(gather(Bonds, spins, neighbours, k) ^ spread(Bonds, signs, k) ^ spin)
        undecided = splat(Words, _ALL)
        accepted = undecided ^ undecided
        place = np.uint64(0)
        for _ in range(SURE):
            words, a, b = next_words(a, b)
            digit = choose(counts, load(Rows, digits, place), Bonds)
            differs = (words ^ digit) & undecided
            accepted = accepted | (differs & digit)
            undecided = undecided & ~differs
            place += step
        while place < end and any_set(undecided):
            words, a, b = next_words(a, b)
            digit = choose(counts, load(Rows, digits, place), Bonds)
            differs = (words ^ digit) & undecided
            accepted = accepted | (differs & digit)
            undecided = undecided & ~differs
            place += step
        store(spins, i, spin ^ accepted)
        i += np.uint64(8)
        k += np.uint64(Bonds.rows)
    return a, b


@njit(cache=True, nogil=True)
def write_digits(chances, result):  # type: ignore[no-untyped-def]
    """Binary digits of probabilities that all replicas share, uint32 (R,), times 2^32, as `sweep` takes them."""
    for row in range(chances.size):
        for digit in range(DIGITS):
            one = np.uint64((chances[row] >> np.uint32(DIGITS - 1 - digit)) & np.uint32(1))
            store(result, (digit * chances.size + row) * WORDS, splat(Words, np.uint64(0) - one))


@njit(cache=True, nogil=True)
def write_own_digits(chances, result):  # type: ignore[no-untyped-def]
    """Binary digits of probabilities, uint32 (R, 64), times 2^32, one a replica and the same in all words, as above."""
    rows = chances.shape[0]
    for row in range(rows):
        for digit in range(DIGITS):
            shift = np.uint32(DIGITS - 1 - digit)
            bits = np.uint64(0)
            for bit in range(64):
                bits |= np.uint64((chances[row, bit] >> shift) & np.uint32(1)) << np.uint64(bit)
            store(result, (digit * rows + row) * WORDS, splat(Words, bits))


@njit(cache=True, nogil=True)
def count_satisfied(spins, ends, signs, result):  # type: ignore[no-untyped-def]
    """Satisfied bonds of every replica into `result`, int64 (512,).

    `ends` is uint32 (30 groups,), for each group of fifteen bonds the fifteen first ends, then the others, eight times
    the site; `signs` uint64 (15 groups,) as in `sweep`. A bond of a site with itself and sign 0 counts nothing.
    """
    digits = np.zeros(8 * 16, np.uint64)
    result[:] = 0
    total = splat(_Total, np.uint64(0))
    for group in range(np.uint64(0), np.uint64(signs.size), np.uint64(15)):
        first = np.uint64(2) * group
        bonds = gather(_Bonds, spins, ends, first) ^ gather(_Bonds, spins, ends, first + np.uint64(15))
        total = add_counts(total, column_counts(bonds ^ spread(_Bonds, signs, group)))
        if (group + np.uint64(15)) % np.uint64(_FLUSH) == 0 or group + np.uint64(15) == np.uint64(signs.size):
            store(digits, 0, total)
            for digit in range(16):
                for word in range(WORDS):
                    bits = digits[8 * digit + word]
                    for lane in range(64):
                        result[64 * word + lane] += np.int64((bits >> np.uint64(lane)) & np.uint64(1)) << digit
            total = splat(_Total, np.uint64(0))
