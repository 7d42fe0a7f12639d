"""What population dynamics share: sums over members drawn at random, and means with errors from blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BLOCKS = 10  # of sweeps, for errors: members of a population forget within some sweeps
_DRAWS = 5e7  # 2 GB


def random_sums(values: Floats, counts: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """For each of `counts` the sum of so many columns of `values`, drawn at random.

    Parameters
    ----------
    values
        Shape (rows, population).
    counts
        Any shape.

    Returns
    -------
    ndarray
        Shape (rows, *counts.shape); all rows draw the same columns.
    """
    ends = np.concatenate([[0], np.cumsum(counts)])
    drawn = rng.integers(values.shape[1], size=ends[-1])
    sums = np.empty((len(values), *counts.shape))
    for row, into in zip(values, sums, strict=True):
        into[...] = np.diff(np.concatenate([[0.0], np.cumsum(row[drawn])])[ends]).reshape(counts.shape)
    return sums


def block_mean(values: Sequence[float]) -> tuple[float, float]:
    """Mean of a series and its standard error: the larger of those from single values and from ten blocks."""
    series = np.asarray(values)
    blocks = np.array([block.mean() for block in np.array_split(series, BLOCKS)])
    errors = [x.std(ddof=1) / np.sqrt(len(x)) for x in (series, blocks)]
    return float(series.mean()), float(max(errors))


def draws(alpha: float, k: int, population: int) -> None:
    """ValueError if a sweep at `alpha` would draw more members than fit in memory."""
    needed = alpha * k * population
    if needed > _DRAWS:
        raise ValueError(
            f"alpha={alpha:g}, k={k}, population={population}: every sweep draws alpha k population = {needed:.1e} "
            f"members, of which {_DRAWS:.0e} fit in memory; take a smaller population, or a smaller alpha"
        )
