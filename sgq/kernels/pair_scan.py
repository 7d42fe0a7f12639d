"""Every configuration of a quadratic form, group by group: 2^L settings of the low spins times eight of the middle.

Bit i of a configuration set means that spin i is -1: the L low spins come first, then three middle ones, then those
that walk. Group g stands for one setting of these, the Gray code g ^ (g >> 1), so that from one group to the next a
single spin turns and adds its field to the block of 2^L energies. The eight settings of the middle spins are run
through in registers, without a store: about two instructions for a register full of configurations.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sgq.kernels.vectors import Vector, bits, load, lowest_bit, minimum, register_of, smallest, splat, store

MIDDLE = 3
_Wide = Vector("f64", 8, 8)
_ONE = np.uint64(1)


class Tables(NamedTuple):
    """A form whose energies are ``energy + step * w``, w by low spins, and what the high ones, middle and beyond, add.

    Attributes
    ----------
    low
        (2^L,), int16 or float64: w when every high spin is up.
    changes
        Flat (H 2^L,), the same kind: what w loses when high spin k turns down.
    couplings, fields
        float64 (H, H) among the high spins, and (H,) their fields when all are up. Dimod's sign.
    energy
        The rest of the energy when every high spin is up.
    step, ceiling
        Unit of w, and a number that no w exceeds.
    """

    low: NDArray[np.generic]
    changes: NDArray[np.generic]
    couplings: NDArray[np.float64]
    fields: NDArray[np.float64]
    energy: float
    step: float
    ceiling: float


@njit(cache=True, nogil=True)
def minima(tables, block, groups, result):  # type: ignore[no-untyped-def]
    """Lowest energy of each of `groups`, uint64, into `result`, float64.

    `block` is an array like ``tables.low`` to work in.
    """
    block[:] = tables.low
    fields, energy, down = tables.fields.copy(), tables.energy, np.uint64(0)
    least = np.empty(1 << MIDDLE)
    for i in range(groups.size):
        target = _walked(groups[i])
        energy = _turn(tables, block, fields, energy, down, target)
        down = target
        _least(tables, block, least)
        result[i] = np.inf
        for middle in range(least.size):
            here = energy + _shift(tables, fields, middle) + tables.step * least[middle]
            result[i] = min(result[i], here)


@njit(cache=True, nogil=True)
def listing(tables, block, groups, limit, states):  # type: ignore[no-untyped-def]
    """How many configurations of `groups` have at most the energy `limit`; the first of them into `states`, uint64.

    Tables of float64 only.
    """
    block[:] = tables.low
    fields, energy, down = tables.fields.copy(), tables.energy, np.uint64(0)
    size, count = np.uint64(block.size), 0
    for i in range(groups.size):
        target = _walked(groups[i])
        energy = _turn(tables, block, fields, energy, down, target)
        down = target
        for middle in range(np.uint64(1 << MIDDLE)):
            bound = splat(_Wide, (limit - energy - _shift(tables, fields, middle)) / tables.step)
            state = (down << _low_spins(size)) | (middle * size)
            for a in range(np.uint64(0), size, np.uint64(64)):
                hits = bits(_with_middle(_Wide, tables.changes, block, a, middle) <= bound)
                while hits != 0:
                    if count < states.size:
                        states[count] = state | (a + lowest_bit(hits))
                    count += 1
                    hits &= hits - _ONE
    return count


@njit(cache=True, nogil=True)
def histogram(tables, block, groups, lowest, counts):  # type: ignore[no-untyped-def]
    """Count the configurations of `groups` by energy: index (energy - lowest) / step of a row of `counts`.

    `counts`, int64 (4, levels), is added to; which of its rows counts a configuration has no meaning: neighbours meet
    in memory less often. Every energy must be `lowest` plus a whole number of steps.
    """
    block[:] = tables.low
    fields, energy, down = tables.fields.copy(), tables.energy, np.uint64(0)
    kind = register_of(block)
    few = np.empty(kind.lanes, block.dtype)
    first, second, third, fourth = counts
    for i in range(groups.size):
        target = _walked(groups[i])
        energy = _turn(tables, block, fields, energy, down, target)
        down = target
        for middle in range(np.uint64(1 << MIDDLE)):
            start = np.int64(np.rint((energy + _shift(tables, fields, middle) - lowest) / tables.step))
            for a in range(np.uint64(0), np.uint64(block.size), np.uint64(kind.lanes)):
                store(few, 0, _with_middle(kind, tables.changes, block, a, middle))
                for x in range(np.uint64(0), np.uint64(kind.lanes), np.uint64(4)):
                    first[np.uint64(start + np.int64(few[x]))] += 1
                    second[np.uint64(start + np.int64(few[x + np.uint64(1)]))] += 1
                    third[np.uint64(start + np.int64(few[x + np.uint64(2)]))] += 1
                    fourth[np.uint64(start + np.int64(few[x + np.uint64(3)]))] += 1


@njit(cache=True, nogil=True)
def _walked(group):  # type: ignore[no-untyped-def]
    """Which high spins are down in a group whose middle spins are up."""
    return (group ^ (group >> _ONE)) << np.uint64(MIDDLE)


@njit(cache=True, nogil=True)
def _low_spins(size):  # type: ignore[no-untyped-def]
    return lowest_bit(np.uint64(size))


@njit(cache=True, nogil=True)
def _turn(tables, block, fields, energy, down, target):  # type: ignore[no-untyped-def]
    """Turn the high spins that two masks differ in, changing block and fields; returns the energy."""
    kind, size = register_of(block), np.uint64(block.size)
    changed = down ^ target
    while changed != 0:
        k = lowest_bit(changed)
        changed &= changed - _ONE
        spin = -1.0 if (down >> k) & _ONE else 1.0
        energy -= 2.0 * spin * fields[k]
        for high in range(fields.size):
            fields[high] -= 2.0 * spin * tables.couplings[k, high]
        sign = splat(kind, -spin)
        for a in range(np.uint64(0), size, np.uint64(kind.lanes)):
            store(block, a, load(kind, block, a) + sign * load(kind, tables.changes, k * size + a))
    return energy


@njit(cache=True, nogil=True)
def _least(tables, block, least):  # type: ignore[no-untyped-def]
    """Smallest entry of a block for each setting of the middle spins, in Gray code."""
    kind, changes, size = register_of(block), tables.changes, np.uint64(block.size)
    m0 = m1 = m2 = m3 = m4 = m5 = m6 = m7 = splat(kind, tables.ceiling)
    for a in range(np.uint64(0), size, np.uint64(kind.lanes)):
        x = load(kind, block, a)
        first, second = load(kind, changes, a), load(kind, changes, size + a)
        third = load(kind, changes, size + size + a)
        m0 = minimum(m0, x)
        x = x - first
        m1 = minimum(m1, x)
        x = x - second
        m3 = minimum(m3, x)
        x = x + first
        m2 = minimum(m2, x)
        x = x - third
        m6 = minimum(m6, x)
        x = x - first
        m7 = minimum(m7, x)
        x = x + second
        m5 = minimum(m5, x)
        x = x + first
        m4 = minimum(m4, x)
    least[0], least[1], least[2], least[3] = smallest(m0), smallest(m1), smallest(m2), smallest(m3)
    least[4], least[5], least[6], least[7] = smallest(m4), smallest(m5), smallest(m6), smallest(m7)


@njit(cache=True, nogil=True)
def _with_middle(kind, changes, block, a, middle):  # type: ignore[no-untyped-def]
    """The entries of a block from `a` on for one setting of the middle spins, bits set for those down."""
    x = load(kind, block, a)
    for k in range(np.uint64(MIDDLE)):
        down = splat(kind, (middle >> k) & _ONE)
        x = x - down * load(kind, changes, k * np.uint64(block.size) + a)
    return x


@njit(cache=True, nogil=True)
def _shift(tables, fields, middle):  # type: ignore[no-untyped-def]
    """What turning middle spins down adds to the energy, apart from the block."""
    shift = 0.0
    for k in range(MIDDLE):
        if (middle >> k) & 1:
            shift -= 2.0 * fields[k]
            for other in range(k):
                if (middle >> other) & 1:
                    shift += 4.0 * tables.couplings[k, other]
    return shift
