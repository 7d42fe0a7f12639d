"""The diagonal of a cost operator: energies of all 2^n configurations; and back, averages of products of spins.

Bit i of a configuration set means that spin i is -1. Blocks of 2^LOW configurations are Walsh–Hadamard transforms in
float64 that stay in the second-level cache, so that nothing but the diagonal itself takes memory.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sgq.kernels.teams import Team
from sgq.kernels.walsh import transform

LOW = 15


def diagonal(
    masks: NDArray[np.uint64],
    coefficients: NDArray[np.float64],
    num_spins: int,
    kind: Any = np.float64,
    team: Team | None = None,
) -> NDArray[Any]:
    """Energy of every configuration, shape (2^num_spins,), computed in float64 and kept as `kind`.

    Term t is ``coefficients[t]`` times the product of the spins in the bit mask ``masks[t]``.
    """
    low = min(num_spins, LOW)
    energies = aligned(1 << num_spins, kind, 1)

    def work(first: int, last: int) -> None:
        _fill(masks, coefficients, low, np.empty(1 << low), energies, first, last)

    (team or Team()).share(work, 1 << (num_spins - low))
    return energies


def lowest_blocks(
    masks: NDArray[np.uint64],
    coefficients: NDArray[np.float64],
    num_spins: int,
    tolerance: float,
    team: Team | None = None,
) -> tuple[float, Iterator[tuple[int, NDArray[np.bool_]]]]:
    """The lowest energy in float64, and the blocks of 2^LOW configurations, or of all, where some come close to it.

    Of each such block: its number, and which of its configurations are within `tolerance` of the lowest energy.
    """
    low = min(num_spins, LOW)
    minima = np.empty(1 << (num_spins - low))

    def work(first: int, last: int) -> None:
        _minima(masks, coefficients, low, np.empty(1 << low), minima, first, last)

    (team or Team()).share(work, len(minima))
    lowest = float(minima.min())

    def found() -> Iterator[tuple[int, NDArray[np.bool_]]]:
        block = np.empty(1 << low)
        for k in np.flatnonzero(minima <= lowest + tolerance).tolist():
            _transformed(masks, coefficients, low, block, k)
            yield k, block <= lowest + tolerance

    return lowest, found()


def aligned(size: int, kind: Any, place: int) -> NDArray[Any]:
    """An uninitialised flat array on a cache line, `place` third parts of 4096 bytes into a page.

    The first-level cache sorts by the last twelve bits of an address. Rows that are powers of two apart agree in them,
    so arrays that are read side by side should not.
    """
    item = np.dtype(kind).itemsize
    room = np.empty(size * item + 8192, np.uint8)
    first = -room.ctypes.data % 4096 + 64 * (21 * place)
    return room[first : first + size * item].view(kind)


@njit(cache=True, nogil=True)
def _fill(masks, coefficients, low, work, diagonal, first, last):  # type: ignore[no-untyped-def]
    """Energies of blocks `first` to `last` of 2^low configurations; `work` is float64 (2^low,)."""
    for block in range(first, last):
        _transformed(masks, coefficients, low, work, block)
        diagonal[block << low : (block + 1) << low] = work


@njit(cache=True, nogil=True)
def _minima(masks, coefficients, low, work, minima, first, last):  # type: ignore[no-untyped-def]
    """The lowest energy of each of these blocks."""
    for block in range(first, last):
        _transformed(masks, coefficients, low, work, block)
        minima[block] = work.min()


@njit(cache=True, nogil=True)
def _transformed(masks, coefficients, low, work, block):  # type: ignore[no-untyped-def]
    work[:] = 0.0
    for t in range(masks.size):
        above = (masks[t] >> np.uint64(low)) & np.uint64(block)
        work[masks[t] & np.uint64(work.size - 1)] += -coefficients[t] if _odd(above) else coefficients[t]
    transform(work)


@njit(cache=True, nogil=True)
def averages(real, imag, masks, low, work, result):  # type: ignore[no-untyped-def]
    """Into `result`, float64, the mean product of the spins of each mask, by blocks of 2^low amplitudes."""
    result[:] = 0.0
    for block in range(real.size >> low):
        start = block << low
        for k in range(work.size):
            x, y = np.float64(real[start + k]), np.float64(imag[start + k])
            work[k] = x * x + y * y
        transform(work)
        for t in range(masks.size):
            mean = work[masks[t] & np.uint64(work.size - 1)]
            result[t] += -mean if _odd((masks[t] >> np.uint64(low)) & np.uint64(block)) else mean


@njit(cache=True, nogil=True)
def _odd(word):  # type: ignore[no-untyped-def]
    for shift in (32, 16, 8, 4, 2, 1):
        word ^= word >> np.uint64(shift)
    return word & np.uint64(1) == np.uint64(1)
