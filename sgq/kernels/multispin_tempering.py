"""Steps of parallel tempering in multi-spin code, which take so little that calls from Python would double it."""

import numpy as np
from numba import njit

from sgq.kernels.multispin import LANES, WORDS, count_satisfied, sweep
from sgq.kernels.packed import swap_neighbours
from sgq.kernels.tempering import exchange


@njit(cache=True, nogil=True)
def temper(  # type: ignore[no-untyped-def]
    steps, target, unit, sweeping, counting, betas, parity, uniforms, energies, swaps, accepted, tried, ends, trips
):
    """Sweeps, energies and an exchange, so many times or until an energy is no higher than `target`.

    Parameters
    ----------
    steps
        At most.
    target, unit
        float64; energies are those without the offset, unit (bonds - 2 satisfied).
    sweeping
        Tuple: the arguments of `multispin.sweep`.
    counting
        Tuple: ends and signs of the bonds, as `multispin.count_satisfied` takes them, and how many there are.
    parity
        Of the first exchange; the others alternate.
    uniforms
        float64 (steps, 256).
    betas, energies, swaps, accepted, tried, ends, trips
        As `tempering.exchange` takes them, one row an ensemble.

    Returns
    -------
    int
        Steps done.
    """
    spins, (pairs, signs, num_bonds) = sweeping[0], counting
    satisfied, words = np.empty(LANES, np.int64), np.empty(WORDS, np.uint64)
    flat_energies, flat_swaps = energies.reshape(-1), swaps.reshape(-1)
    for step in range(steps):
        sweep(*sweeping)
        count_satisfied(spins, pairs, signs, satisfied)
        lowest = np.inf
        for lane in range(LANES):
            flat_energies[lane] = unit * (num_bonds - 2 * satisfied[lane])
            lowest = min(lowest, flat_energies[lane])
        exchange(energies, betas, (parity + step) % 2, uniforms[step], swaps, accepted, tried, ends, trips)
        for word in range(WORDS):
            bits = np.uint64(0)
            for bit in range(64):
                bits |= np.uint64(flat_swaps[64 * word + bit]) << np.uint64(bit)
            words[word] = bits
        swap_neighbours(spins, words)
        if lowest <= target:
            return step + 1
    return steps
