"""Replicas of a dense model one by one: fields cached in float32, rows of the coupling matrix added where a spin flips.

Sites are visited in blocks of 64. Which of a block's moves are accepted is one comparison; after each accepted move
the fields of the block alone are updated and the rest of it compared anew. The fields outside the block receive all
its flips at the end, in one pass through memory.
"""

import numpy as np
from numba import njit

from sgq.kernels.noise import Words, exponential, next_words
from sgq.kernels.vectors import Vector, bits, fma, load, lowest_bit, splat, store

BLOCK = 64
_Block = Vector("f32", 16, 4)
_ALL_BUT_FIRST = np.uint64(0xFFFFFFFFFFFFFFFE)


@njit(cache=True, nogil=True)
def sweep(spins, fields, matrix, scales, generators, scratch):  # type: ignore[no-untyped-def]
    """Visit every site of every replica, once for each row of `scales`; returns the number of accepted moves.

    Parameters
    ----------
    spins, fields
        float32 (replicas, N), N a multiple of 64, C order: ±1, and h + Σ J s in dimod's sign; changed in place. Sites
        that only fill up have spin 1 and field -inf.
    matrix
        float32 (N, N): 2 J.
    scales
        float32 (sweeps, replicas): 2 beta.
    generators
        uint64 (16,), the state, changed in place.
    scratch
        float32 (64,), for the variates of a block.
    """
    a, b = load(Words, generators, 0), load(Words, generators, 8)
    replicas, n = spins.shape
    s, f, couplings = spins.ravel(), fields.ravel(), matrix.ravel()
    rows, signs = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.float32)
    zero = splat(_Block, 0.0)
    accepted = 0
    for t in range(scales.shape[0]):
        for block in range(np.uint64(0), np.uint64(n), np.uint64(BLOCK)):
            for replica in range(np.uint64(replicas)):
                here = replica * np.uint64(n) + block
                for part in range(np.uint64(0), np.uint64(BLOCK), np.uint64(16)):
                    words, a, b = next_words(a, b)
                    store(scratch, part, exponential(words))
                variates = load(_Block, scratch, 0)
                near = load(_Block, f, here)
                slope = splat(_Block, scales[t, replica]) * load(_Block, s, here)
                moves = bits(fma(slope, near, variates) >= zero)
                flips = 0
                while moves != 0:
                    j = lowest_bit(moves)
                    spin = -s[here + j]
                    s[here + j] = spin
                    rows[flips], signs[flips] = (block + j) * np.uint64(n), spin
                    near = fma(splat(_Block, spin), load(_Block, couplings, rows[flips] + block), near)
                    flips += 1
                    moves = bits(fma(slope, near, variates) >= zero) & (_ALL_BUT_FIRST << j)
                if flips > 0:
                    accepted += flips
                    for k in range(np.uint64(0), np.uint64(n), np.uint64(BLOCK)):
                        far = load(_Block, f, replica * np.uint64(n) + k)
                        for flip in range(flips):
                            far = fma(splat(_Block, signs[flip]), load(_Block, couplings, rows[flip] + k), far)
                        store(f, replica * np.uint64(n) + k, far)
    store(generators, 0, a)
    store(generators, 8, b)
    return accepted
