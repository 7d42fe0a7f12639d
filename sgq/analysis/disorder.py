"""Averages and quantiles over instances, which must be independent: average the reads of each first.

Instances lie along `axis`; other axes remain. NaN is a missing one, not counted.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import finite_array, integer, real

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimate:
    """Value, standard error (NaN below two instances) and number of instances: arrays of one shape, maybe ()."""

    value: Floats
    error: Floats
    instances: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Quantiles:
    """Quantiles and the ends of their intervals: axis of probabilities, then those of `instances`."""

    value: Floats
    low: Floats
    high: Floats
    instances: NDArray[np.int64]


def disorder_average(values: ArrayLike, axis: int = -1) -> Estimate:
    """Mean over instances and its standard error s/√n, with n - 1 in s²; units of `values`.

    An infinite entry makes the mean infinite and the error NaN; without instances the mean is NaN.

    Raises
    ------
    ValueError
        If `values` are not real numbers or lack `axis`.
    """
    sample = _sample("values", values, axis)
    mean, variance, n = _moments(sample, ~np.isnan(sample))
    return Estimate(mean, np.sqrt(variance / np.maximum(n - 1, 1)), n)


def jackknife(function: Callable[..., Floats], *moments: ArrayLike, axis: int = -1) -> Estimate:
    """A function of disorder averages, such as their ratio, and its delete-one error √((n - 1)/n Σ_i (f_i - f̄)²).

    The bias of the value, of order 1/n, is not subtracted: small against the error, its estimate noisy.
    See B. Efron, SIAM CBMS 38 (1982), ch. 3; P. Young, arXiv:1210.3781, sec. II B.

    Parameters
    ----------
    function
        Of one array for each moment, entry by entry. Where it divides by zero without one of the instances, or a
        moment is infinite, the error is NaN.
    *moments
        Arrays of one shape; an instance with NaN in one is left out of all.

    Raises
    ------
    ValueError
        If there is no moment, shapes differ, or the function is not entry by entry.
    """
    shapes = [np.shape(moment) for moment in moments]
    if len(set(shapes)) != 1:
        raise ValueError(f"moments of shapes {shapes}: at least one, all of one shape")
    samples = np.array([_sample("moments", moment, axis) for moment in moments])
    present = ~np.isnan(samples).any(axis=0)
    averages, _, n = _moments(samples, present)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.asarray(function(*averages))
        others = samples.sum(axis=-1, where=present, keepdims=True) - samples
        without = np.asarray(function(*others / np.maximum(n - 1, 1)[..., None]))
    if without.shape != present.shape:
        raise ValueError(f"function makes {without.shape} of {present.shape}: entry by entry is needed")
    return Estimate(value, np.sqrt(_moments(without, present)[1] * (n - 1)), n)


def disorder_binder_ratio(q2: ArrayLike, q4: ArrayLike, axis: int = -1) -> Estimate:
    """Binder ratio g = (3 - [<q⁴>]/[<q²>]²) / 2 of averaged moments, by `jackknife`; NaN if [<q²>] is 0.

    Normalised as `binder_ratio`, with limits 0 and 1 (R. N. Bhatt, A. P. Young, Phys. Rev. Lett. 54, 924 (1985)); the
    cumulant with limit 2/3 is 2g/3.
    """
    return jackknife(lambda second, fourth: (3 - fourth / second**2) / 2, q2, q4, axis=axis)


def quantiles(
    values: ArrayLike, probabilities: ArrayLike = (0.25, 0.5, 0.75), confidence: float = 0.95, axis: int = -1
) -> Quantiles:
    """Quantiles over instances, infinite ones too, with distribution-free confidence intervals.

    A quantile is the smallest entry that at least a fraction p do not exceed. An end that too few instances leave
    unbounded is -inf (for a time, read 0) or inf; six bound a median at 95 %. See W. J. Conover, Practical
    Nonparametric Statistics (1999), sec. 3.2.

    Raises
    ------
    ValueError
        As for `disorder_average`; or if `confidence` or one of the `probabilities` is not above 0 and below 1.
    """
    sample, levels = _sample("values", values, axis), np.ravel(finite_array("probabilities", probabilities))
    if not (levels.size and levels.min() > 0 and levels.max() < 1):
        raise ValueError(f"probabilities={probabilities!r}: numbers above 0 and below 1")
    if not 0 < real("confidence", confidence) < 1:
        raise ValueError(f"confidence={confidence!r}: above 0 and below 1")
    found = np.apply_along_axis(lambda row: [_quantile(row, p, confidence) for p in levels], -1, sample)
    value, low, high = np.moveaxis(found, (-1, -2), (0, 1))
    return Quantiles(value, low, high, (~np.isnan(sample)).sum(axis=-1))


def _quantile(row: Floats, probability: float, confidence: float) -> tuple[float, ...]:
    from scipy.stats import quantile_test

    entries = np.sort(row[~np.isnan(row)])
    rank = math.ceil(len(entries) * probability * (1 - 1e-12))  # 0.55 x 100 is 55
    ends = quantile_test(entries, p=probability).confidence_interval(confidence)
    return entries[rank - 1] if rank else np.nan, *np.where(np.isnan(ends), (-np.inf, np.inf), ends)


def _moments(sample: Floats, present: NDArray[np.bool_]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Mean, variance (NaN if n < 2) and number n, over the last axis."""
    n = present.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0/0 and inf - inf are NaN
        mean = sample.sum(axis=-1, where=present) / n
        variance = np.square(sample - mean[..., None]).sum(axis=-1, where=present) / n
    return mean, np.where(n > 1, variance, np.nan), n


def _sample(name: str, values: ArrayLike, axis: int) -> Floats:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf" or not array.ndim:
        raise ValueError(f"{name}={values!r}: real numbers, with an axis of instances")
    return np.moveaxis(array.astype(float), integer("axis", axis, -array.ndim, array.ndim - 1), -1)
