"""Sixty-four replicas of any quadratic model: spins as bits, fields in float32, one pass over the graph for all.

Replica l of site i is bit l of ``spins[i]``, set for s = +1. The field of a site starts at what it is with every
neighbour down and adds 2 J where a neighbour's bit is set, sixteen replicas a register; nothing is cached, so nothing
drifts. Indices are unsigned: signed ones cost numba code for negative indices.
"""

import numpy as np
from numba import njit

from sgq.kernels.noise import Words, fill_half_costs
from sgq.kernels.vectors import Vector, convert, load, select, splat, store

_Lanes = Vector("f32", 16, 4)
_Bits = Vector("bit", 16, 4)
_Sums = Vector("f64", 16, 4)
_ONE = np.uint64(1)


@njit(cache=True, nogil=True)
def sweep(  # type: ignore[no-untyped-def]
    spins, starts, neighbours, couplings, down, temperatures, sweeps, rotation, generators, pool
):
    """Visit every site `sweeps` times.

    Parameters
    ----------
    spins
        uint64 (N,), changed in place.
    starts, neighbours, couplings
        The graph in CSR form: uint64 (N + 1,), uint32, and float32 2 J, dimod's sign.
    down
        float32 (N,), the field of each site if all its neighbours are down.
    temperatures
        float32 (rows * 64,): 1 / (2 beta) of every replica; sweep t uses row t mod rows.
    rotation
        Lanes by which the pool is rotated from one round of it to the next; if 0, it is renewed instead.
    generators
        uint64 (16,), the state, changed in place.
    pool
        float32 (128 P,) for P entries.
    """
    a, b = load(Words, generators, 0), load(Words, generators, 8)
    end = np.uint64(pool.size)
    row, sites = np.uint64(0), np.uint64(spins.size)
    for _ in range(sweeps):
        a, b = fill_half_costs(pool, temperatures, row, a, b)
        place = turn = k = np.uint64(0)
        for i in range(sites):
            field = splat(_Lanes, down[i])
            last = starts[i + _ONE]
            while k < last:
                up = load(_Bits, spins, np.uint64(neighbours[k]))
                field = select(up, field + splat(_Lanes, couplings[k]), field)
                k += _ONE
            spin = load(_Bits, spins, i)
            store(spins, i, spin ^ (select(spin, -field, field) <= load(_Lanes, pool, place + turn)))
            place += np.uint64(128)
            if place == end:
                place = np.uint64(0)
                turn += np.uint64(rotation)
                if rotation == 0 and i + _ONE < sites:
                    a, b = fill_half_costs(pool, temperatures, row, a, b)
        row += np.uint64(64)
        if row == np.uint64(temperatures.size):
            row = np.uint64(0)
    store(generators, 0, a)
    store(generators, 8, b)


@njit(cache=True, nogil=True)
def energies(spins, starts, neighbours, couplings, down, fields, result):  # type: ignore[no-untyped-def]
    """Energy of every replica without the offset, into `result`, float64 (64,); `fields` is float32 (N,)."""
    total = splat(_Sums, 0.0)
    k = np.uint64(0)
    for i in range(np.uint64(spins.size)):
        field = splat(_Lanes, down[i] + fields[i])
        last = starts[i + _ONE]
        while k < last:
            up = load(_Bits, spins, np.uint64(neighbours[k]))
            field = select(up, field + splat(_Lanes, couplings[k]), field)
            k += _ONE
        total = total + convert(_Sums, select(load(_Bits, spins, i), field, -field))
    store(result, 0, total * splat(_Sums, 0.5))
