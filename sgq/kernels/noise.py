"""Random numbers in registers, and the variates by which moves are accepted.

Lazy Metropolis. A move of cost Δ is accepted with probability c min(1, exp(-beta Δ)), c = 15/16: Metropolis that drops
one proposal in sixteen. Detailed balance holds for any c. With c = 1 and spins visited in order, moves that cost
nothing are all made at once: domain walls march in step and never meet, and at infinite temperature every sweep flips
every spin. An `exponential` variate X accepts where beta Δ ≤ X; rows of `bernoulli` bits accept the few costs of
a ±J model, one row a cost.

Pools. Variates cost more than a sweep does, so a pool of P entries, renewed every sweep, serves all sites: site i uses
entry i mod P with its lanes rotated by i div P steps. As long as the rotations differ, no lane meets a variate twice in
a sweep, so every replica is a Markov chain with exact acceptance; different replicas share variates at different
sites. Entries are stored twice in succession, so that a rotation is an unaligned load. Where no replicas may share,
rotations are by 0, and the pool is renewed each time that it is used up.

What replicas share shows at a fixed temperature: a pool of variates that happen to be large heats all of them. The
variance of a block's mean energy is then 1 + c (F - 1) times that of independent replicas, for F sites to an entry;
on a cubic ±J lattice c is 0.17 at beta = 0.3 and 0.6 and 0.09 at 1.2. Energies at the end of an annealing run forget
it: their ratio is 1 within 0.1 even for F = 54.
"""

import numpy as np
from numba import njit

from sgq.kernels.vectors import (
    Vector,
    any_set,
    convert,
    fma,
    load,
    reinterpret,
    rotate_left,
    select,
    shift_left,
    shift_right_signed,
    splat,
    store,
)

PROPOSED = 15 / 16
DIGITS = 32  # binary digits of a probability
SURE = 8  # digits of hundreds of random numbers that are drawn before looking whether more are needed

Words = Vector("u64", 8)
Floats = Vector("f32", 16)
_Unsigned = Vector("u32", 16)
_Signed = Vector("i32", 16)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_NEVER = np.float32(-1e38)
_LN2 = np.float32(0.69314718056)
_LN_RANGE = np.float32(32 * np.log(2) + np.log(PROPOSED))
_SQRT_HALF = np.uint32(0x3F3504F3)  # the bits of the float
_MANTISSA = np.uint32(0x007FFFFF)


@njit(cache=True, nogil=True)
def next_words(a, b):  # type: ignore[no-untyped-def]
    """Words and the next state of xoroshiro128++ (Blackman & Vigna, ACM TOMS 47, 36 (2021)), each lane its own."""
    words = rotate_left(a + b, 17) + a
    b = b ^ a
    return words, rotate_left(a, 49) ^ b ^ shift_left(b, 21), rotate_left(b, 28)


@njit(cache=True, nogil=True)
def exponential(words):  # type: ignore[no-untyped-def]
    """Sixteen variates -ln(u / c), u uniform in (0, 1), from eight words; where u > c, a number that accepts nothing.

    The logarithm is the polynomial of Cephes' logf; the variates are good to 3e-6 and reach 22.1, -ln(2^-32 / c).
    """
    u = reinterpret(_Unsigned, convert(Floats, reinterpret(_Unsigned, words) | splat(_Unsigned, np.uint32(1))))
    u = u - splat(_Unsigned, _SQRT_HALF)
    exponent = convert(Floats, shift_right_signed(reinterpret(_Signed, u), 23))
    x = reinterpret(Floats, (u & splat(_Unsigned, _MANTISSA)) + splat(_Unsigned, _SQRT_HALF)) - splat(Floats, 1.0)
    p = splat(Floats, 7.0376836292e-2)
    p = fma(p, x, splat(Floats, -1.1514610310e-1))
    p = fma(p, x, splat(Floats, 1.1676998740e-1))
    p = fma(p, x, splat(Floats, -1.2420140846e-1))
    p = fma(p, x, splat(Floats, 1.4249322787e-1))
    p = fma(p, x, splat(Floats, -1.6668057665e-1))
    p = fma(p, x, splat(Floats, 2.0000714765e-1))
    p = fma(p, x, splat(Floats, -2.4999993993e-1))
    p = fma(p, x, splat(Floats, 3.3333331174e-1))
    square = x * x
    logarithm = fma(p * x, square, fma(square, splat(Floats, -0.5), x))
    variate = fma(exponent, splat(Floats, -_LN2), splat(Floats, _LN_RANGE) - logarithm)
    return select(variate < splat(Floats, 0.0), splat(Floats, _NEVER), variate)


@njit(cache=True, nogil=True)
def bernoulli(Masks, digits, first, a, b):  # type: ignore[no-untyped-def]
    """Rows of bits, set with given probabilities, and the next state of the generators.

    Digit k of the probabilities stands at ``digits[first + 8 k R]``, R rows of a register, one bit a lane. A uniform
    number, drawn digit by digit, is below a probability if the first digit that differs is 0 in the number. All rows
    compare the same number: a row of smaller probability is set only where the others are.
    """
    undecided = splat(Masks, _ALL)
    accepted = splat(Masks, np.uint64(0))
    step = np.uint64(8 * Masks.rows)
    place = np.uint64(first)
    end = place + np.uint64(DIGITS) * step
    for _ in range(SURE):
        words, a, b = next_words(a, b)
        digit = load(Masks, digits, place)
        differs = (words ^ digit) & undecided
        accepted = accepted | (differs & digit)
        undecided = undecided & ~differs
        place += step
    while place < end and any_set(undecided):
        words, a, b = next_words(a, b)
        digit = load(Masks, digits, place)
        differs = (words ^ digit) & undecided
        accepted = accepted | (differs & digit)
        undecided = undecided & ~differs
        place += step
    return accepted, a, b


@njit(cache=True, nogil=True)
def fill_half_costs(pool, temperatures, first, a, b):  # type: ignore[no-untyped-def]
    """A pool for 64 replicas: the largest half cost that each accepts, X / (2 beta), and the state of the generators.

    `pool` is float32 (128 P,), its entries twice in succession; ``temperatures[first:first + 64]`` are 1 / (2 beta).
    """
    for entry in range(np.uint64(0), np.uint64(pool.size), np.uint64(128)):
        for part in range(np.uint64(0), np.uint64(64), np.uint64(16)):
            words, a, b = next_words(a, b)
            half_cost = exponential(words) * load(Floats, temperatures, first + part)
            store(pool, entry + part, half_cost)
            store(pool, entry + part + np.uint64(64), half_cost)
    return a, b
