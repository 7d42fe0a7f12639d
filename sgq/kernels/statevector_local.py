"""Operators that act on a few amplitudes at a time: rotations of one qubit about any axis, hops within a group.

An operator is told by the qubits it takes out of a configuration (`qubits`, ascending) and by the settings of these,
bit masks (`settings`), between which its matrix mediates; other settings are left alone. The matrix is of the kind of
the amplitudes, real and imaginary part apart.
"""

import numpy as np
from numba import njit

RUN = 1024  # pairs of amplitudes of one qubit that are taken together, or as many as stand in a row


@njit(cache=True, nogil=True)
def apply(real, imag, qubits, settings, matrix_real, matrix_imag, first, last):  # type: ignore[no-untyped-def]
    """Multiply by the matrix, for the configurations `first` to `last` of the other qubits."""
    count = settings.size
    x, y = np.empty(count, real.dtype), np.empty(count, real.dtype)
    for others in range(first, last):
        base = _with_zeros(others, qubits)
        for j in range(count):
            x[j], y[j] = real[base + settings[j]], imag[base + settings[j]]
        for i in range(count):
            a = b = real.dtype.type(0)
            for j in range(count):
                a += matrix_real[i, j] * x[j] - matrix_imag[i, j] * y[j]
                b += matrix_real[i, j] * y[j] + matrix_imag[i, j] * x[j]
            real[base + settings[i]], imag[base + settings[i]] = a, b


@njit(cache=True, nogil=True)
def overlap(x, y, u, v, qubits, settings, matrix):  # type: ignore[no-untyped-def]
    """Im⟨λ|A|ψ⟩ for a real symmetric matrix, ψ = x + i y and λ = u + i v."""
    total = 0.0
    for others in range(x.size >> qubits.size):
        base = _with_zeros(others, qubits)
        for i in range(settings.size):
            a = b = 0.0
            for j in range(settings.size):
                a += matrix[i, j] * x[base + settings[j]]
                b += matrix[i, j] * y[base + settings[j]]
            total += u[base + settings[i]] * b - v[base + settings[i]] * a
    return total


@njit(cache=True, nogil=True)
def apply_to_qubit(real, imag, qubit, matrix_real, matrix_imag, first, last):  # type: ignore[no-untyped-def]
    """Multiply by a symmetric matrix between 0 and 1 of one qubit, for these runs of pairs."""
    a, b, c = matrix_real[0, 0], matrix_real[0, 1], matrix_real[1, 1]
    d, e, f = matrix_imag[0, 0], matrix_imag[0, 1], matrix_imag[1, 1]
    stride = np.uint64(1) << np.uint64(qubit)
    run = min(stride, np.uint64(RUN))
    for number in range(np.uint64(first), np.uint64(last)):
        start = _run_start(number * run, qubit)
        for k in range(start, start + run):
            x, y, u, v = real[k], imag[k], real[k + stride], imag[k + stride]
            real[k] = a * x - d * y + b * u - e * v
            imag[k] = a * y + d * x + b * v + e * u
            real[k + stride] = b * x - e * y + c * u - f * v
            imag[k + stride] = b * y + e * x + c * v + f * u


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz"})
def overlap_on_qubit(x, y, u, v, qubit, matrix):  # type: ignore[no-untyped-def]
    """As `overlap`, for a matrix between 0 and 1 of one qubit."""
    a, b, c = matrix[0, 0], matrix[0, 1], matrix[1, 1]
    stride = np.uint64(1) << np.uint64(qubit)
    run = min(stride, np.uint64(RUN))
    total = 0.0
    for number in range(np.uint64(x.size // 2) // run):
        start = _run_start(number * run, qubit)
        for k in range(start, start + run):
            m = k + stride
            total += u[k] * (a * y[k] + b * y[m]) - v[k] * (a * x[k] + b * x[m])
            total += u[m] * (b * y[k] + c * y[m]) - v[m] * (b * x[k] + c * x[m])
    return total


@njit(cache=True, nogil=True)
def _run_start(pair, qubit):  # type: ignore[no-untyped-def]
    """The configuration with this qubit 0 that is number `pair` of them."""
    low = pair & ((np.uint64(1) << np.uint64(qubit)) - np.uint64(1))
    return ((pair >> np.uint64(qubit)) << np.uint64(qubit + 1)) | low


@njit(cache=True, nogil=True)
def prepare(real, qubits, settings, amplitudes):  # type: ignore[no-untyped-def]
    """Put qubits that are 0 so far into a superposition of settings."""
    for others in range(real.size >> qubits.size):
        base = _with_zeros(others, qubits)
        amplitude = real[base]
        real[base] = 0.0
        for j in range(settings.size):
            real[base + settings[j]] += amplitude * amplitudes[j]


@njit(cache=True, nogil=True)
def _with_zeros(others, qubits):  # type: ignore[no-untyped-def]
    """The configuration with the other qubits as given and these ones 0."""
    for qubit in qubits:
        others = (others & ((1 << qubit) - 1)) | ((others >> qubit) << (qubit + 1))
    return others
