"""World lines of any quadratic model in continuous imaginary time: cluster moves along time, a ring a spin.

Time runs from 0 to 1, in units of beta. A world line is its spin at time 0 and the times of its kinks, where it changes
sign; the weight of a configuration is exp(-beta B / 2 ∫ H_p dτ) Π (beta A / 2) dτ over all kinks. A move of one spin
(Rieger & Kawashima, Eur. Phys. J. B 9, 233 (1999)) adds cuts to its kinks, a Poisson process of rate beta A / 2; turns
the segments between them, or lets them be, each by lazy Metropolis in the field of the other spins; and forgets the
cuts at which the spin does not change. There is no error of discrete time.
"""

import numpy as np
from numba import njit

from sgq.kernels.noise import PROPOSED

_DROPPED = float(np.log(PROPOSED))


@njit(cache=True, nogil=True)
def sweep(  # type: ignore[no-untyped-def]
    spins, counts, kinks, starts, neighbours, couplings, fields, rates, weights, random
):
    """One cluster move of every world line for each entry of `rates`.

    Parameters
    ----------
    spins
        int8 (N,): at time 0; changed in place.
    counts
        int64 (N,): kinks of each spin, always even; changed in place.
    kinks
        float64 (N, room): their times, rising; changed in place unless the room is too small.
    starts, neighbours, couplings, fields
        The model in CSR form, dimod's sign.
    rates, weights
        float64 (sweeps,): beta A / 2 and beta B.
    random
        `numpy.random.Generator`.

    Returns
    -------
    ndarray
        `kinks`, or a larger copy that has taken its place.
    """
    cuts, after, areas = np.empty(64), np.empty(64, np.int8), np.empty(64)
    for t in range(rates.size):
        for i in range(spins.size):
            cuts, number = _cut(kinks[i], counts[i], rates[t], cuts, random)
            if cuts.size > after.size:
                after, areas = np.empty(cuts.size, np.int8), np.empty(cuts.size)
            total = _integrate(i, cuts[:number], spins, counts, kinks, starts, neighbours, couplings, fields, areas)
            _follow(spins[i], kinks[i, : counts[i]], cuts[:number], after)
            if number:
                last = areas[number - 1]
                for m in range(number - 1):
                    if _turns(weights[t] * after[m] * (areas[m + 1] - areas[m]), random):
                        after[m] = -after[m]
                if _turns(weights[t] * after[number - 1] * (total - last + areas[0]), random):
                    after[number - 1] = -after[number - 1]
                spins[i] = after[number - 1]
            elif _turns(weights[t] * spins[i] * total, random):
                spins[i] = -spins[i]
            if number > kinks.shape[1]:
                kinks = _widened(kinks, 2 * number)
            counts[i] = 0
            for m in range(number):
                if after[m] != after[m - 1 if m else number - 1]:
                    kinks[i, counts[i]] = cuts[m]
                    counts[i] += 1
    return kinks


@njit(cache=True, nogil=True)
def _cut(kinks, count, rate, cuts, random):  # type: ignore[no-untyped-def]
    """Kinks and new cuts in the order of time, in `cuts` or a larger array, and their number."""
    number, k = 0, 0
    new = random.standard_exponential() / rate if rate > 0 else np.inf
    while k < count or new < 1:
        if number == cuts.size:
            larger = np.empty(2 * number)
            larger[:number] = cuts
            cuts = larger
        if k < count and kinks[k] <= new:
            cuts[number] = kinks[k]
            k += 1
        else:
            cuts[number] = new
            new += random.standard_exponential() / rate
        number += 1
    return cuts, number


@njit(cache=True, nogil=True)
def _integrate(  # type: ignore[no-untyped-def]
    i, cuts, spins, counts, kinks, starts, neighbours, couplings, fields, areas
):
    """Integrals of the field of spin i from time 0 to each cut, into `areas`, and to time 1."""
    for m in range(cuts.size):
        areas[m] = fields[i] * cuts[m]
    total = fields[i]
    for n in range(starts[i], starts[i + 1]):
        j = neighbours[n]
        field, area, since, k = couplings[n] * spins[j], 0.0, 0.0, 0
        for m in range(cuts.size):
            while k < counts[j] and kinks[j, k] < cuts[m]:
                area += field * (kinks[j, k] - since)
                since, field, k = kinks[j, k], -field, k + 1
            areas[m] += area + field * (cuts[m] - since)
        while k < counts[j]:
            area += field * (kinks[j, k] - since)
            since, field, k = kinks[j, k], -field, k + 1
        total += area + field * (1 - since)
    return total


@njit(cache=True, nogil=True)
def _follow(spin, kinks, cuts, after):  # type: ignore[no-untyped-def]
    """The spin after each cut."""
    k = 0
    for m in range(cuts.size):
        if k < kinks.size and kinks[k] == cuts[m]:
            spin, k = -spin, k + 1
        after[m] = spin


@njit(cache=True, nogil=True)
def _turns(gain, random):  # type: ignore[no-untyped-def]
    """Lazy Metropolis for a segment whose turn lowers the action by `gain`."""
    variate = random.standard_exponential() + _DROPPED
    return variate >= max(0.0, -gain)


@njit(cache=True, nogil=True)
def _widened(kinks, room):  # type: ignore[no-untyped-def]
    larger = np.empty((kinks.shape[0], room))
    larger[:, : kinks.shape[1]] = kinks
    return larger


@njit(cache=True, nogil=True)
def measure(spins, counts, kinks, starts, neighbours, couplings, fields, lowest):  # type: ignore[no-untyped-def]
    """The energy along time, without the offset: its mean and its lowest value; the state there into `lowest`.

    `lowest` is int8 (N,); the other arrays as in `sweep`, none changed.
    """
    n = spins.size
    state = spins.copy()
    energy = 0.0
    for i in range(n):
        field = 2 * fields[i]
        for k in range(starts[i], starts[i + 1]):
            field += couplings[k] * state[neighbours[k]]
        energy += 0.5 * field * state[i]
    times, owners = np.empty(counts.sum()), np.empty(counts.sum(), np.int64)
    filled = 0
    for i in range(n):
        times[filled : filled + counts[i]] = kinks[i, : counts[i]]
        owners[filled : filled + counts[i]] = i
        filled += counts[i]
    mean, since, best, when = 0.0, 0.0, energy, 0.0
    for event in np.argsort(times):
        mean += energy * (times[event] - since)
        since, i = times[event], owners[event]
        field = fields[i]
        for k in range(starts[i], starts[i + 1]):
            field += couplings[k] * state[neighbours[k]]
        energy -= 2 * field * state[i]
        state[i] = -state[i]
        if energy < best:
            best, when = energy, since
    for i in range(n):
        passed = 0
        for k in range(counts[i]):
            passed += kinks[i, k] <= when
        lowest[i] = -spins[i] if passed % 2 else spins[i]
    return mean + energy * (1 - since), best
