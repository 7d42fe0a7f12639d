"""256 replicas of a model with integer couplings: fields in int8, for sites with |h| + Σ|J| ≤ 126.

As `float_lanes`, with 64 replicas a register. Costs are integers, so the variate of a move is turned into the largest
half cost it accepts, floor(X / (2 beta)), when the pool is filled; the sum over neighbours may wrap around on its way,
but ends within range.
"""

import numpy as np
from numba import njit

from sgq.kernels.noise import Floats, Words, exponential, next_words
from sgq.kernels.vectors import Vector, convert, load, minimum, select, splat, store

_Lanes = Vector("i8", 64, 4)
_Bits = Vector("bit", 64, 4)
_Sums = Vector("i16", 64, 4)
_Totals = Vector("i32", 64, 4)
_Part = Vector("i8", 16)
_Whole = Vector("i32", 16)
_ONE, _FOUR = np.uint64(1), np.uint64(4)
_FLUSH = 128  # sites of at most 2 · 126 each that fit into an int16


@njit(cache=True, nogil=True)
def sweep(  # type: ignore[no-untyped-def]
    spins, starts, neighbours, couplings, down, temperatures, sweeps, rotation, generators, pool
):
    """Visit every site `sweeps` times.

    Parameters
    ----------
    spins
        uint64 (4 N,), four words a site, changed in place.
    starts, neighbours, couplings
        The graph in CSR form: uint64 (N + 1,), uint32 (four times the neighbour), and int8 2 J, dimod's sign.
    down
        int8 (N,), the field of each site if all its neighbours are down.
    temperatures
        float32 (rows * 256,): 1 / (2 beta) of every replica; sweep t uses row t mod rows.
    rotation
        Lanes by which the pool is rotated from one round of it to the next; if 0, it is renewed instead.
    generators
        uint64 (16,), the state, changed in place.
    pool
        int8 (512 P,) for P entries.
    """
    a, b = load(Words, generators, 0), load(Words, generators, 8)
    end = np.uint64(pool.size)
    row, sites = np.uint64(0), np.uint64(down.size)
    for _ in range(sweeps):
        a, b = _fill(pool, temperatures, row, a, b)
        place = turn = k = site = np.uint64(0)
        for i in range(sites):
            field = splat(_Lanes, down[i])
            last = starts[i + _ONE]
            while k < last:
                up = load(_Bits, spins, np.uint64(neighbours[k]))
                field = select(up, field + splat(_Lanes, couplings[k]), field)
                k += _ONE
            spin = load(_Bits, spins, site)
            store(spins, site, spin ^ (select(spin, -field, field) <= load(_Lanes, pool, place + turn)))
            site += _FOUR
            place += np.uint64(512)
            if place == end:
                place = np.uint64(0)
                turn += np.uint64(rotation)
                if rotation == 0 and i + _ONE < sites:
                    a, b = _fill(pool, temperatures, row, a, b)
        row += np.uint64(256)
        if row == np.uint64(temperatures.size):
            row = np.uint64(0)
    store(generators, 0, a)
    store(generators, 8, b)


@njit(cache=True, nogil=True)
def _fill(pool, temperatures, first, a, b):  # type: ignore[no-untyped-def]
    """A pool: the largest half cost that each replica accepts, and the state of the generators."""
    for entry in range(np.uint64(0), np.uint64(pool.size), np.uint64(512)):
        for part in range(np.uint64(0), np.uint64(256), np.uint64(16)):
            words, a, b = next_words(a, b)
            threshold = exponential(words) * load(Floats, temperatures, first + part)
            threshold = minimum(threshold, splat(Floats, 127.0))
            threshold = select(threshold < splat(Floats, 0.0), splat(Floats, -128.0), threshold)
            half_cost = convert(_Part, convert(_Whole, threshold))
            store(pool, entry + part, half_cost)
            store(pool, entry + part + np.uint64(256), half_cost)
    return a, b


@njit(cache=True, nogil=True)
def energies(spins, starts, neighbours, couplings, down, fields, result):  # type: ignore[no-untyped-def]
    """Twice the energy of every replica without the offset, into `result`, int32 (256,); `fields` is int8 (N,)."""
    total = splat(_Totals, 0)
    partial = splat(_Sums, 0)
    k = site = np.uint64(0)
    for i in range(np.uint64(down.size)):
        field = splat(_Lanes, down[i])
        last = starts[i + _ONE]
        while k < last:
            up = load(_Bits, spins, np.uint64(neighbours[k]))
            field = select(up, field + splat(_Lanes, couplings[k]), field)
            k += _ONE
        wide = convert(_Sums, field) + splat(_Sums, fields[i])
        partial = partial + select(load(_Bits, spins, site), wide, -wide)
        site += _FOUR
        if (i + _ONE) % np.uint64(_FLUSH) == 0:
            total = total + convert(_Totals, partial)
            partial = splat(_Sums, 0)
    store(result, 0, total + convert(_Totals, partial))
