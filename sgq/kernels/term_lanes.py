"""Sixty-four replicas of a polynomial of any order in spins: lanes as in `float_lanes`, and the product of each term.

Bit l of ``products[t]`` says whether the spins of term t multiply to +1 in replica l. Flipping a spin turns the
products of its terms, and the cost of flipping it is -2 Σ c_t product_t over them.
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
    spins, products, starts, terms, coefficients, down, temperatures, sweeps, rotation, generators, pool
):
    """Visit every site `sweeps` times; as `float_lanes.sweep`, but for

    Parameters
    ----------
    products
        uint64 (num_terms,), kept up to date.
    starts, terms, coefficients
        Spin i is in ``terms[starts[i]:starts[i + 1]]``, uint64 and uint32, with twice their coefficients in float32.
    down
        float32 (N,): -Σ c over the terms of each spin.
    """
    a, b = load(Words, generators, 0), load(Words, generators, 8)
    end = np.uint64(pool.size)
    row, sites = np.uint64(0), np.uint64(spins.size)
    for _ in range(sweeps):
        a, b = fill_half_costs(pool, temperatures, row, a, b)
        place = turn = k = np.uint64(0)
        for i in range(sites):
            first, last = k, starts[i + _ONE]
            sum_ = splat(_Lanes, down[i])
            while k < last:
                positive = load(_Bits, products, np.uint64(terms[k]))
                sum_ = select(positive, sum_ + splat(_Lanes, coefficients[k]), sum_)
                k += _ONE
            accepted = -sum_ <= load(_Lanes, pool, place + turn)
            store(spins, i, load(_Bits, spins, i) ^ accepted)
            for t in range(first, last):
                term = np.uint64(terms[t])
                store(products, term, load(_Bits, products, term) ^ accepted)
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
def energies(products, coefficients, result):  # type: ignore[no-untyped-def]
    """Value of every replica into `result`, float64 (64,); `coefficients` is float32 (num_terms,)."""
    total = splat(_Sums, 0.0)
    for t in range(np.uint64(products.size)):
        c = splat(_Lanes, coefficients[t])
        total = total + convert(_Sums, select(load(_Bits, products, t), c, -c))
    store(result, 0, total)


@njit(cache=True, nogil=True)
def multiply(spins, starts, members, products):  # type: ignore[no-untyped-def]
    """Products of all terms from the spins; term t holds the spins ``members[starts[t]:starts[t + 1]]``."""
    for t in range(products.size):
        negative = np.uint64(0)
        for k in range(starts[t], starts[t + 1]):
            negative ^= ~spins[members[k]]
        products[t] = ~negative
