"""Coefficients that are whole multiples of one unit: then energies are integers, and exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_SMALLEST = 1e-6  # of the largest coefficient: smaller units are not looked for


@dataclass(frozen=True, eq=False)
class Multiples:
    """Coefficients as `unit` times whole numbers, held as floats."""

    unit: float
    numbers: Floats


def multiples(coefficients: Floats, tolerance: float) -> Multiples | None:
    """The largest unit that all coefficients are whole multiples of, or None where there is none.

    `tolerance` is the model's: 0 where its energies are exact, and then so is the unit. Otherwise coefficients may miss
    their multiple by rounding, as 0.3 misses 3 times 0.1, but by no more in all than half the tolerance, and the unit
    must exceed it: energies are equal by the tolerance if and only if their whole numbers are.
    """
    if not coefficients.any():
        return Multiples(1.0, np.zeros(len(coefficients)))
    if tolerance == 0:
        scaled = np.rint(1024 * coefficients)
        divisor = float(np.gcd.reduce(np.abs(scaled).astype(np.int64)))
        return Multiples(divisor / 1024, scaled / divisor)
    sizes = np.unique(np.abs(coefficients[coefficients != 0]))
    divisor = _common_divisor(sizes)
    numbers = np.rint(coefficients / divisor)
    unit = float(np.abs(coefficients).sum() / np.abs(numbers).sum())
    missed = float(np.abs(coefficients - unit * numbers).sum())
    return Multiples(unit, numbers) if 2 * missed <= tolerance and unit > tolerance + 2 * missed else None


def _common_divisor(sizes: Floats) -> float:
    """Euclid's algorithm on positive numbers, remainders far below the largest of them taken for zero."""
    floor = _SMALLEST * float(sizes.max())
    divisor = float(sizes[0])
    for size in map(float, sizes[1:]):
        while size > floor:
            divisor, size = size, abs(divisor - np.rint(divisor / size) * size)
    return divisor
