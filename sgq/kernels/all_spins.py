"""Rotation about the product of X of all qubits: X of one more qubit, where a symmetry ties it to the others."""

import numpy as np
from numba import njit

from sgq.kernels.statevector import Statevector

_BLOCK = 14  # log2 of the pairs of amplitudes that a thread is given at least


def rotate_all(state: Statevector, angle: float) -> None:
    """Multiply by exp(-i angle Π X), in place."""
    pairs = state.real.size // 2
    size = min(pairs, 1 << _BLOCK)
    if pairs:  # else a phase of all there is
        cosine, sine = np.cos(angle), np.sin(angle)
        state.team.share(
            lambda first, last: _mix_opposite(state.real, state.imag, cosine, sine, first * size, last * size),
            pairs // size,
        )


@njit(cache=True, nogil=True)
def _mix_opposite(real, imag, cosine, sine, first, last):  # type: ignore[no-untyped-def]
    """Mix amplitudes `first` to `last` with those of the opposite configurations."""
    top = real.size - 1
    for k in range(first, last):
        x, y, u, v = real[k], imag[k], real[top - k], imag[top - k]
        real[k] = cosine * x + sine * v
        imag[k] = cosine * y - sine * u
        real[top - k] = cosine * u + sine * y
        imag[top - k] = cosine * v - sine * x
