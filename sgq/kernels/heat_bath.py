"""Heat-bath sweeps, many reads: pair interactions with cached local fields, and interactions of any order.

A read is one configuration with a generator of its own (xoshiro256++), so that its history depends on its own
seed alone. Spins are visited in order; each single update satisfies detailed balance, so a sweep leaves the
Boltzmann distribution as it is. A spin takes its new value with the Boltzmann weight of that value, so a flip that
costs nothing is made with probability 1/2. (Metropolis would make it always: in a fixed order of spins, domain walls
then move in step and never meet, and at infinite temperature every sweep flips every spin.)

Both kernels work in place and return the number of accepted flips. They share

    spins        int8 (reads, N), ±1
    betas        float64, one inverse temperature a sweep; infinite means zero temperature
    generators   uint64 (reads, 4), states of the generators
"""

import numpy as np
from numba import njit

_UNIT = 2.0**-53


@njit(cache=True, nogil=True)
def sweep_pairs(  # type: ignore[no-untyped-def]
    spins, local, starts, neighbours, couplings, betas, generators
):
    """Sweep a graph in CSR form; `local` (reads, N) holds h_i + Σ_j J_ij s_j in dimod's sign, kept up to date."""
    accepted = 0
    for read in range(spins.shape[0]):
        s = spins[read]
        field = local[read]
        state = generators[read]
        for beta in betas:
            for i in range(s.size):
                if _accepts(-2.0 * s[i] * field[i], beta, state):
                    accepted += 1
                    s[i] = -s[i]
                    change = 2.0 * s[i]
                    for k in range(starts[i], starts[i + 1]):
                        field[neighbours[k]] += change * couplings[k]
    return accepted


@njit(cache=True, nogil=True)
def sweep_terms(  # type: ignore[no-untyped-def]
    spins, products, starts, terms, coefficients, betas, generators
):
    """Sweep a polynomial: spin i is in ``terms[starts[i]:starts[i + 1]]``; `products` (reads, num_terms) int8."""
    accepted = 0
    for read in range(spins.shape[0]):
        s = spins[read]
        product = products[read]
        state = generators[read]
        for beta in betas:
            for i in range(s.size):
                energy = 0.0
                for k in range(starts[i], starts[i + 1]):
                    energy += coefficients[terms[k]] * product[terms[k]]
                if _accepts(-2.0 * energy, beta, state):
                    accepted += 1
                    s[i] = -s[i]
                    for k in range(starts[i], starts[i + 1]):
                        product[terms[k]] = -product[terms[k]]
    return accepted


@njit(inline="always")
def _accepts(cost, beta, state):  # type: ignore[no-untyped-def]
    exponent = beta * cost if cost != 0.0 else 0.0
    if exponent > 40.0:  # e^-40 is below the resolution of the generator
        return False
    if exponent < -40.0:
        return True
    return _uniform(state) * (1.0 + np.exp(exponent)) < 1.0


@njit(inline="always")
def _uniform(state):  # type: ignore[no-untyped-def]
    """Next number in [0, 1) of xoshiro256++ (Blackman & Vigna, ACM Trans. Math. Softw. 47, 36 (2021))."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    x = a + d
    x = ((x << np.uint64(23)) | (x >> np.uint64(41))) + a
    t = b << np.uint64(17)
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << np.uint64(45)) | (d >> np.uint64(19))
    state[0], state[1], state[2], state[3] = a, b, c, d
    return np.float64(x >> np.uint64(11)) * _UNIT
