"""Spins as bits: in and out of int8, exchange of neighbouring replicas, and cluster moves of pairs of them.

Replica l of site i is bit l mod 64 of ``spins[i * words + l // 64]``, set for s = +1.
"""

import numpy as np
from numba import njit

from sgq.kernels.noise import Words
from sgq.kernels.vectors import load, shift_left, shift_right, store

_ONE = np.uint64(1)
_TILE = 2048  # sites whose words stay in a near cache while the replicas pass


@njit(cache=True, nogil=True)
def unpack(spins, words, order, replicas, result):  # type: ignore[no-untyped-def]
    """Some replicas into the rows of `result`, int8 (replicas, N); column i is the site ``order[i]``."""
    for first in range(0, result.shape[1], _TILE):
        sites = order[first : first + _TILE]
        for r in range(result.shape[0]):
            word, shift = np.uint64(replicas[r] // 64), np.uint64(replicas[r] % 64)
            row = result[r, first : first + _TILE]
            for i in range(row.size):
                bit = (spins[np.uint64(sites[i]) * np.uint64(words) + word] >> shift) & _ONE
                row[i] = np.int8(2) * np.int8(bit) - np.int8(1)


@njit(cache=True, nogil=True)
def pack(rows, replicas, words, order, spins):  # type: ignore[no-untyped-def]
    """Rows of int8 (replicas, N) into the bits of some replicas; column i goes to the site ``order[i]``."""
    for first in range(0, rows.shape[1], _TILE):
        sites = order[first : first + _TILE]
        for r in range(rows.shape[0]):
            word, shift = np.uint64(replicas[r] // 64), np.uint64(replicas[r] % 64)
            row = rows[r, first : first + _TILE]
            for i in range(row.size):
                place = np.uint64(sites[i]) * np.uint64(words) + word
                up = np.uint64(row[i] > 0)
                spins[place] = (spins[place] & ~(_ONE << shift)) | (up << shift)


@njit(cache=True, nogil=True)
def swap_neighbours(spins, swaps):  # type: ignore[no-untyped-def]
    """Exchange replicas l and l + 1 at every site wherever bit l of `swaps` is set.

    `swaps` is uint64 (8,): as many words as a site has, repeated to fill a register.
    """
    mask = load(Words, swaps, 0)
    whole = np.uint64(spins.size - spins.size % 8)
    for i in range(np.uint64(0), whole, np.uint64(8)):
        s = load(Words, spins, i)
        change = (s ^ shift_right(s, 1)) & mask
        store(spins, i, s ^ change ^ shift_left(change, 1))
    for i in range(whole, np.uint64(spins.size)):
        change = (spins[i] ^ (spins[i] >> _ONE)) & swaps[i % np.uint64(8)]
        spins[i] ^= change ^ (change << _ONE)


@njit(cache=True, nogil=True)
def swap_clusters(spins, words, distance, seeds, starts, neighbours, cluster):  # type: ignore[no-untyped-def]
    """Isoenergetic cluster moves (Houdayer, Eur. Phys. J. B 22, 479 (2001)) of replicas l and l + `distance`.

    A pair exchanges the connected cluster of sites where it differs that holds its seed; the sum of its energies stays.
    Clusters of 64 pairs grow at once, in passes over the sites in alternating order.

    Parameters
    ----------
    spins
        uint64 (N words,), changed in place.
    distance
        Below 64; pairs stand in one word.
    seeds
        int64 (64 words,): a site for every pair, by its first replica, or -1 for none. Nothing moves where the pair
        agrees at its seed.
    starts, neighbours
        The graph in CSR form.
    cluster
        uint64 (N,), scratch.

    Returns
    -------
    int
        Sites in all clusters.
    """
    n, apart = starts.size - 1, np.uint64(distance)
    size = 0
    for w in range(words):
        cluster[:] = 0
        for lane in range(64):
            i = seeds[64 * w + lane]
            if i >= 0:
                s = spins[i * words + w]
                cluster[i] |= (s ^ (s >> apart)) & (_ONE << np.uint64(lane))
        growing, forward = True, True
        while growing:
            change = np.uint64(0)
            for k in range(n):
                i = k if forward else n - 1 - k
                reached = cluster[i]
                for j in range(starts[i], starts[i + 1]):
                    reached |= cluster[neighbours[j]]
                s = spins[i * words + w]
                reached = cluster[i] | (reached & (s ^ (s >> apart)))
                change |= reached ^ cluster[i]
                cluster[i] = reached
            growing, forward = change != 0, not forward
        for i in range(n):
            c = cluster[i]
            while c:
                c &= c - _ONE
                size += 1
            spins[i * words + w] ^= cluster[i] | (cluster[i] << apart)
    return size
