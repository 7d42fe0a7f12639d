"""One replica of a sparse model: cached fields, sixteen sites at a time, work only where a move is accepted.

Sites are numbered so that each sixteen that follow each other are not coupled: one comparison says which of their
moves are accepted, and each accepted one updates the fields of its neighbours. Colour classes are filled up with sites
that never move.
"""

import numpy as np
from numba import njit

from sgq.kernels.noise import Floats, Words, exponential, next_words
from sgq.kernels.vectors import bits, fma, load, lowest_bit, splat, store

GROUP = 16


@njit(cache=True, nogil=True)
def sweep(spins, fields, starts, neighbours, couplings, scales, generators):  # type: ignore[no-untyped-def]
    """Visit every site once for each of the `scales`; returns the number of accepted moves.

    Parameters
    ----------
    spins, fields
        float32 (N,), N a multiple of 16: ±1, and h + Σ J s in dimod's sign; changed in place. Sites that only fill up
        have spin 1 and field -inf.
    starts, neighbours, couplings
        The graph in CSR form: uint64 (N + 1,), uint32, and float32 2 J.
    scales
        float32: 2 beta, one a sweep.
    generators
        uint64 (16,), the state, changed in place.
    """
    a, b = load(Words, generators, 0), load(Words, generators, 8)
    accepted = 0
    for t in range(scales.size):
        scale = splat(Floats, scales[t])
        for group in range(np.uint64(0), np.uint64(spins.size), np.uint64(GROUP)):
            words, a, b = next_words(a, b)
            slope = scale * load(Floats, spins, group)
            moves = bits(fma(slope, load(Floats, fields, group), exponential(words)) >= splat(Floats, 0.0))
            while moves != 0:
                i = group + lowest_bit(moves)
                moves &= moves - np.uint64(1)
                spin = -spins[i]
                spins[i] = spin
                accepted += 1
                for k in range(starts[i], starts[i + np.uint64(1)]):
                    fields[neighbours[k]] += spin * couplings[k]
    store(generators, 0, a)
    store(generators, 8, b)
    return accepted


@njit(cache=True, nogil=True)
def colours(starts, neighbours):  # type: ignore[no-untyped-def]
    """Greedy colouring of a graph in CSR form: the lowest colour that no neighbour has, site by site."""
    n = starts.size - 1
    colour = np.full(n, -1, np.int64)
    taken_by = np.full(n + 1, -1, np.int64)
    for i in range(n):
        for k in range(starts[i], starts[i + 1]):
            c = colour[neighbours[k]]
            if c >= 0:
                taken_by[c] = i
        c = 0
        while taken_by[c] == i:
            c += 1
        colour[i] = c
    return colour
