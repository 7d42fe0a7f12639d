"""Every configuration of up to 63 spins, block by block: a block shares its high spins.

Bit i of a configuration set means spin i is -1. A block holds the energies of all settings of the low spins.
`scan_pairs` walks the high spins in Gray code: each step flips one high spin k and adds that spin's local field
to the whole block, about one addition a configuration. `scan_terms` does polynomials: each block is a
Walsh–Hadamard transform. Both keep the lowest configurations in a tally: `best` (1,) the lowest energy and
`lowest` (1,) a configuration that has it, `count` (1,) how many lie within `tolerance` of it, `states` the first
of them.
"""

import numpy as np
from numba import njit

from sgq.kernels.walsh import transform

_FAST = {"nnan", "nsz"}  # lets LLVM vectorise the minimum; energies are finite


@njit(cache=True, nogil=True, fastmath=_FAST)
def scan_pairs(  # type: ignore[no-untyped-def]
    energies, low_fields, couplings, fields, spins, first, last, tolerance, best, lowest, count, states
):
    """Visit blocks `first` … `last - 1` of a quadratic form.

    `energies` (2^L,) holds the block before `first`, or block 0 if that is `first`; `low_fields` (K, 2^L) the
    field of the low spins on each high spin, `couplings` (K, K) and `fields` (K,) those among the high spins,
    `spins` (K,) the high spins of the block in `energies`. All in dimod's sign.
    """
    bits = np.uint64(np.log2(energies.size))
    for step in range(first, last):
        if step > 0:
            k = 0
            while not (step >> k) & 1:
                k += 1
            slope = -2.0 * spins[k]
            shift = slope * (fields[k] + np.dot(couplings[k], spins))
            spins[k] = -spins[k]
            field = low_fields[k]
            for x in range(energies.size):
                energies[x] += shift + slope * field[x]
        _tally(energies, np.uint64(step ^ (step >> 1)) << bits, tolerance, best, lowest, count, states)


@njit(cache=True, nogil=True)
def scan_terms(  # type: ignore[no-untyped-def]
    energies, masks, coefficients, first, last, tolerance, best, lowest, count, states
):
    """Visit blocks `first` … `last - 1` of a polynomial given by bit masks and coefficients, dimod's sign."""
    bits = np.uint64(np.log2(energies.size))
    low = np.uint64(energies.size - 1)
    for block in range(first, last):
        energies[:] = 0.0
        for t in range(masks.size):
            parity = (masks[t] >> bits) & np.uint64(block)
            sign = 1.0
            while parity:
                parity &= parity - np.uint64(1)
                sign = -sign
            energies[masks[t] & low] += sign * coefficients[t]
        transform(energies)
        _tally(energies, np.uint64(block) << bits, tolerance, best, lowest, count, states)


@njit(cache=True, nogil=True, fastmath=_FAST)
def _tally(energies, high, tolerance, best, lowest, count, states):  # type: ignore[no-untyped-def]
    least = energies[0]
    for x in range(energies.size):
        least = min(least, energies[x])
    if least < best[0] - tolerance:
        count[0] = 0
    if least <= best[0] + tolerance:
        for x in range(energies.size):
            if energies[x] < best[0]:
                best[0] = energies[x]
                lowest[0] = high | np.uint64(x)
        for x in range(energies.size):
            if energies[x] <= best[0] + tolerance:
                if count[0] < states.size:
                    states[count[0]] = high | np.uint64(x)
                count[0] += 1
