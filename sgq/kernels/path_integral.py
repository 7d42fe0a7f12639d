"""Sixty-four world lines of any quadratic model in discrete imaginary time: cluster moves along time, a ring a spin.

M slices of the Trotter formula on a ring; neighbouring slices of a spin are bound ferromagnetically. A cluster move of
one spin (Rieger & Kawashima, Eur. Phys. J. B 9, 233 (1999), in discrete time; Swendsen & Wang's along one direction)
cuts its ring where the spin changes, and elsewhere with the probability tanh a of a bond, a = beta A / (2 M); the
segments between cuts turn over or stay, each by lazy Metropolis in the field of the other spins. At A = 0 whole world
lines turn over, which is annealing.

Lanes are reads: bit l of ``spins[i M + k]`` is spin i of read l in slice k, set for s = +1. Any M works, M = 1 is
classical. Cuts are drawn for every read and slice on their own. The variates that accept are taken from a pool, as in
`sgq.kernels.float_lanes`: with a rotation, reads share them at other spins and slices. A read never meets a variate
twice, for the pool is renewed before its rotations repeat. Which one it meets is fixed beforehand: an entry is passed
over where no read needs it, since if that depended on other reads it would depend on the numbers they share. So each
read is an exact Markov chain. Slices of one read interact, and share nothing.
"""

import numpy as np
from numba import njit

from sgq.kernels.noise import DIGITS, Words, bernoulli, fill_half_costs
from sgq.kernels.vectors import Vector, bits, convert, load, select, splat, store

_Lanes = Vector("f32", 16, 4)
_Bits = Vector("bit", 16, 4)
_Sums = Vector("f64", 16, 4)
_Counts = Vector("i32", 16, 4)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_EIGHT = np.uint64(8)
_READS = np.uint64(64)
_ENTRY = np.uint64(128)


@njit(cache=True, nogil=True)
def sweep(  # type: ignore[no-untyped-def]
    spins,
    slices,
    starts,
    neighbours,
    couplings,
    down,
    temperatures,
    cutting,
    rotation,
    generators,
    pool,
):
    """One cluster move of every ring for each entry of `cutting`.

    Parameters
    ----------
    spins
        uint64 (N M,), changed in place.
    slices
        M, at least 1.
    starts, neighbours, couplings, down
        The model, as in `sgq.kernels.float_lanes`.
    temperatures
        float32 (sweeps * 64,): in each sweep 1 / (2 beta) of a slice, the same for all reads.
    cutting
        float64 (sweeps,): the probability tanh a that a bond between equal spins is cut.
    rotation
        Lanes by which the pool is rotated from one round of it to the next; if 0, it is renewed instead.
    generators
        uint64 (16,), the state, changed in place.
    pool
        float32 (128 P,) for P entries.
    """
    a, b = load(Words, generators, 0), load(Words, generators, 8)
    m = np.uint64(slices)
    room = (m + np.uint64(7)) // _EIGHT * _EIGHT
    cuts, accepted, first = np.empty(room, np.uint64), np.empty(room, np.uint64), np.empty(room, np.uint64)
    digits = np.empty(DIGITS * 8, np.uint64)
    for t in range(np.uint64(cutting.size)):
        row = _READS * t
        _write_digits(cutting[t], digits)
        a, b = fill_half_costs(pool, temperatures, row, a, b)
        place = turn = _ZERO
        for i in range(np.uint64(starts.size - 1)):
            for k in range(_ZERO, room, _EIGHT):
                drawn, a, b = bernoulli(Words, digits, 0, a, b)
                store(cuts, k, drawn)
            ring, fresh = i * m, _ALL
            segment = opening = splat(_Lanes, np.float32(0))
            for k in range(m):
                field = splat(_Lanes, down[i])
                for n in range(starts[i], starts[i + _ONE]):
                    up = load(_Bits, spins, np.uint64(neighbours[n]) * m + k)
                    field = select(up, field + splat(_Lanes, couplings[n]), field)
                segment = segment + select(load(_Bits, spins, ring + k), -field, field)
                after = k + _ONE if k + _ONE < m else _ZERO
                cut = cuts[k] | (spins[ring + k] ^ spins[ring + after])
                cuts[k], first[k] = cut, cut & fresh
                if cut:
                    accepted[k] = bits(segment <= load(_Lanes, pool, place + turn))
                    if first[k]:
                        opening = select(load(_Bits, first, k), segment, opening)
                        fresh &= ~cut
                    segment = select(load(_Bits, cuts, k), splat(_Lanes, np.float32(0)), segment)
                if cut or rotation:
                    place, turn, a, b = _next_entry(place, turn, rotation, pool, temperatures, row, a, b)
            # The last segment goes on into the first one where the ring is not cut between them
            around = bits(opening + segment <= load(_Lanes, pool, place + turn))
            place, turn, a, b = _next_entry(place, turn, rotation, pool, temperatures, row, a, b)
            _turn_over(spins, ring, m, cuts, first, accepted, around)
    store(generators, 0, a)
    store(generators, 8, b)


@njit(cache=True, nogil=True)
def _next_entry(place, turn, rotation, pool, temperatures, row, a, b):  # type: ignore[no-untyped-def]
    """Where the next entry of the pool begins and how it is rotated; the pool is renewed before rotations repeat."""
    place += _ENTRY
    if place == np.uint64(pool.size):
        place, turn = _ZERO, (turn + np.uint64(rotation)) % _READS
        if turn == _ZERO:
            a, b = fill_half_costs(pool, temperatures, row, a, b)
    return place, turn, a, b


@njit(cache=True, nogil=True)
def _turn_over(spins, ring, m, cuts, first, accepted, around):  # type: ignore[no-untyped-def]
    """Turn every slice over as it was accepted where its segment ends, or `around` for the segment across the end."""
    turned = around
    for back in range(m):
        k = m - _ONE - back
        cut = cuts[k]
        if cut:
            turned = (first[k] & around) | (cut & ~first[k] & accepted[k]) | (turned & ~cut)
        spins[ring + k] ^= turned


@njit(cache=True, nogil=True)
def _write_digits(probability, digits):  # type: ignore[no-untyped-def]
    """Binary digits of one probability in all lanes, as `bernoulli` takes them."""
    whole = np.uint64(min(probability * 2.0**DIGITS, 2.0**DIGITS - 1))
    for k in range(DIGITS):
        digits[8 * k : 8 * k + 8] = _ALL if (whole >> np.uint64(DIGITS - 1 - k)) & _ONE else _ZERO


@njit(cache=True, nogil=True)
def measure(  # type: ignore[no-untyped-def]
    spins, slices, starts, neighbours, couplings, down, fields, energies, kinks
):
    """Energy of every slice of every read, and the kinks of every read.

    `energies` is float64 (64 M,), 64 reads slice by slice, without the offset; `kinks` int32 (64,), how often a spin
    changes between neighbouring slices; `fields` float32 (N,); the other arguments as in `sweep`, none changed.
    """
    m = np.uint64(slices)
    changed, count = np.empty(1, np.uint64), splat(_Counts, np.int32(0))
    for k in range(m):
        after = k + _ONE if k + _ONE < m else _ZERO
        total = splat(_Sums, 0.0)
        for i in range(np.uint64(starts.size - 1)):
            field = splat(_Lanes, down[i] + fields[i])
            for n in range(starts[i], starts[i + _ONE]):
                up = load(_Bits, spins, np.uint64(neighbours[n]) * m + k)
                field = select(up, field + splat(_Lanes, couplings[n]), field)
            total = total + convert(_Sums, select(load(_Bits, spins, i * m + k), field, -field))
            changed[0] = spins[i * m + k] ^ spins[i * m + after]
            count = select(load(_Bits, changed, 0), count + splat(_Counts, np.int32(1)), count)
        store(energies, _READS * k, total * splat(_Sums, 0.5))
    store(kinks, 0, count)
