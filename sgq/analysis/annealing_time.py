"""The optimal annealing time: how slow one run should be when runs may be repeated.

T. F. Rønnow et al., Science 345, 420 (2014): a solver run at one annealing time for all sizes seems to scale better
than it does, because that time is too long for the small ones. Only times to solution that are optimised at each size
may be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import finite_array, integer, real

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OptimalAnnealingTime:
    """Where the time to solution of a quantile of the instances is least.

    Attributes
    ----------
    annealing_time, annealing_time_low, annealing_time_high
        Of the least time to solution, among those that were tried, and its bootstrap interval; in their unit. NaN where
        the quantile was never hit; resamples that never hit it have no part in the interval.
    time_to_solution, low, high
        The least, in the same unit, and its bootstrap interval; infinite where the quantile was never hit.
    times
        Times to solution of the quantile at each annealing time, shape (times,).
    bracketed
        Whether longer times to solution lie on both sides of the optimum, no equal ones alone. Where they do not, it is
        a bound from above: an even shorter or longer annealing time may be better.
    """

    annealing_time: float
    annealing_time_low: float
    annealing_time_high: float
    time_to_solution: float
    low: float
    high: float
    times: Floats
    bracketed: bool


def optimal_annealing_time(
    annealing_times: ArrayLike,
    success: ArrayLike,
    *,
    quantile: float = 0.5,
    target: float = 0.99,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> OptimalAnnealingTime:
    """Minimise the time to solution over the annealing time.

    An instance that a run of length t solves with probability p needs R = ⌈ln(1 - target) / ln(1 - p)⌉ runs, at least
    one, and so the time R t; a quantile over instances of this time is minimised over t.

    Parameters
    ----------
    annealing_times
        Lengths of a run in any unit (seconds, sweeps, layers, 1/energy), rising, shape (times,).
    success
        Probability that one run of each length solves each instance, shape (times, instances).
    quantile
        Of the instances; the median by default, the lower of the two where their number is even. High quantiles ask for
        the hard ones.
    target
        0.99 is the convention of the field.
    confidence
        Of the intervals, from resampled instances; success probabilities are taken as exact.
    resamples, seed
        Of the bootstrap; the seed is fixed, so that the same data give the same intervals.

    Raises
    ------
    ValueError
        If shapes do not fit, times do not rise from above 0, a probability is not between 0 and 1, or `quantile`,
        `target` or `confidence` is not above 0 and below 1.
    """
    lengths, chances = finite_array("annealing_times", annealing_times), finite_array("success", success)
    if lengths.ndim != 1 or chances.ndim != 2 or len(chances) != len(lengths) or not chances.size:
        raise ValueError(
            f"annealing_times, success of shapes {lengths.shape}, {chances.shape}: (times,) and (times, instances)"
        )
    if lengths[0] <= 0 or (np.diff(lengths) <= 0).any():
        raise ValueError(f"annealing_times={lengths.tolist()}: rising from above 0")
    if chances.min() < 0 or chances.max() > 1:
        raise ValueError(f"success: probabilities of {chances.min():g} to {chances.max():g}, not between 0 and 1")
    levels = {"quantile": quantile, "target": target, "confidence": confidence}
    for name, value in levels.items():
        if not 0 < real(name, value) < 1:
            raise ValueError(f"{name}={value!r}: above 0 and below 1")
    spent = lengths[:, None] * _runs(chances, target)
    drawn = np.random.default_rng(integer("seed", seed, 0)).integers(
        chances.shape[1], size=(integer("resamples", resamples, 2), chances.shape[1])
    )
    times = _quantile(spent, quantile)
    resampled = _quantile(spent[:, drawn], quantile)
    best, bests = int(times.argmin()), resampled.argmin(axis=0)
    ends = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = _quantile(resampled.min(axis=0), ends)
    least, hit = float(times[best]), np.isfinite(resampled).any(axis=0)
    found = float(lengths[best]) if np.isfinite(least) else np.nan
    first, last = _quantile(lengths[bests[hit]], ends) if np.isfinite(least) and hit.any() else (np.nan, np.nan)
    return OptimalAnnealingTime(
        annealing_time=found, annealing_time_low=float(first), annealing_time_high=float(last),
        time_to_solution=least, low=float(low), high=float(high), times=times,
        bracketed=bool((times[:best] > least).any() and (times[best + 1 :] > least).any()),
    )  # fmt: skip


def _runs(chances: Floats, target: float) -> Floats:
    """Runs that hit at least once with probability `target`; infinite where the chance is 0."""
    with np.errstate(divide="ignore"):
        runs = np.log1p(-target) / np.log1p(-np.minimum(chances, target))
    return np.asarray(np.maximum(1.0, np.ceil(runs * (1 - 1e-12))))  # rounding must not turn 2 runs of p = 0.9 into 3


def _quantile(values: Floats, levels: float | list[float]) -> Floats:
    """The inverse of the empirical distribution along the last axis: the smallest entry that at least a fraction of all
    does not exceed, which is right for infinite ones too, and the lower of two medians.
    """
    return np.asarray(np.quantile(values, levels, axis=-1, method="inverted_cdf"), dtype=float)
