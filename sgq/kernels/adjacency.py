"""Lists of neighbours from a list of pairs, in two passes over it."""

import numpy as np
from numba import njit

_ONE = np.uint64(1)


@njit(cache=True, nogil=True)
def count_ends(pairs, starts):  # type: ignore[no-untyped-def]
    """Where the neighbours of each site will begin, integers (N + 1,), into `starts`; `pairs` is integers (E, 2)."""
    starts[:] = 0
    for k in range(pairs.shape[0]):
        starts[np.uint64(pairs[k, 0]) + _ONE] += 1
        starts[np.uint64(pairs[k, 1]) + _ONE] += 1
    for i in range(1, starts.size):
        starts[i] += starts[i - 1]


@njit(cache=True, nogil=True)
def list_neighbours(pairs, values, places, neighbours, listed):  # type: ignore[no-untyped-def]
    """Both directions of every pair into `neighbours` and its value into `listed`, each of length 2 E.

    The neighbours of a site follow in the order of `pairs`. `places`, integers (N,), are the starts of their lists
    and become the ends.
    """
    for k in range(pairs.shape[0]):
        i, j = np.uint64(pairs[k, 0]), np.uint64(pairs[k, 1])
        a, b = np.uint64(places[i]), np.uint64(places[j])
        neighbours[a], neighbours[b] = j, i
        listed[a], listed[b] = values[k], values[k]
        places[i], places[j] = a + _ONE, b + _ONE
