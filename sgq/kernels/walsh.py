"""Energies of all 2^n configurations of a spin polynomial, by the fast Walsh–Hadamard transform.

In configuration x spin i is (-1)^(bit i of x), so a term with bit mask m contributes c_m (-1)^popcount(m & x):
the energies are the transform of the coefficients and cost n additions each.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray


def spectrum(masks: NDArray[np.uint64], coefficients: NDArray[np.float64], num_spins: int) -> NDArray[np.float64]:
    """Energy of every configuration: float64 of shape (2^num_spins,), 8 bytes each."""
    energies = np.zeros(1 << num_spins)
    np.add.at(energies, masks.astype(np.int64), coefficients)
    transform(energies)
    return energies


@njit(cache=True, nogil=True)
def transform(a):  # type: ignore[no-untyped-def]
    """Replace `a`, of length 2^n, by its Walsh–Hadamard transform."""
    half = 1
    while half < a.size:
        for start in range(0, a.size, 2 * half):
            for k in range(start, start + half):
                x = a[k]
                y = a[k + half]
                a[k] = x + y
                a[k + half] = x - y
        half *= 2
