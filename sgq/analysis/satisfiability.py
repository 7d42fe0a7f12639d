"""The satisfiability transition, from the number of clauses at which each random formula breaks.

A formula grows clause by clause; the count T at which it first becomes unsatisfiable gives its answer at
every length: with M clauses it is satisfiable if and only if M < T. The clause that breaks it is not counted;
counting it would move every alpha up by 1/n.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import finite_array, integer

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MOST_CLAUSES = 2.0**53


@dataclass(frozen=True, eq=False)
class SatisfiableFraction:
    """P(SAT) against the number of clauses, with one standard error (Wilson's interval, z = 1).

    Attributes
    ----------
    alphas
        Clauses per variable that were asked for.
    clauses
        M, the integer nearest to alpha n; every array has this shape.
    fraction, low, high
        Fraction of the instances that are satisfiable with M clauses, and the ends of its interval.
    """

    alphas: Floats
    clauses: Integers
    fraction: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class SatisfiabilityTransition:
    """The transition at one n.

    Attributes
    ----------
    n
        Number of variables.
    instances
        Number of random formulas.
    curve
        P(SAT) on the grid of alpha.
    alpha_50, alpha_50_error
        Where half of the formulas are satisfiable, and its standard error; see `half_satisfiable`.
    width, width_error
        From P(SAT) = 3/4 to 1/4, in clauses per variable; see `transition_width`.
    """

    n: int
    instances: int
    curve: SatisfiableFraction
    alpha_50: float | None
    alpha_50_error: float | None
    width: float | None
    width_error: float | None


def satisfiability_transition(
    first_unsat: ArrayLike, n: int, alphas: ArrayLike, *, max_clauses: int | None = None
) -> SatisfiabilityTransition:
    """P(SAT) on a grid of alpha, alpha_50 and width, of random formulas with `n` variables; arguments as below."""
    curve = satisfiable_fraction(first_unsat, n, alphas, max_clauses=max_clauses)
    middle, width = half_satisfiable(first_unsat, n), transition_width(first_unsat, n)
    return SatisfiabilityTransition(n, len(_counts(first_unsat)), curve, *middle, *width)


def satisfiable_fraction(
    first_unsat: ArrayLike, n: int, alphas: ArrayLike, *, max_clauses: int | None = None
) -> SatisfiableFraction:
    """Fraction of satisfiable instances at each ratio of clauses to variables.

    Parameters
    ----------
    first_unsat
        For each instance, the number of clauses with which it first is unsatisfiable; None or NaN where it
        stayed satisfiable to the end, with `max_clauses`.
    n
        Number of variables.
    alphas
        Clauses per variable, shape (num_alphas,).
    max_clauses
        How many clauses the instances were given at most; needed where one stayed satisfiable, for nothing is
        known of it beyond.

    Raises
    ------
    ValueError
        If there are no instances, a count is not a positive integer, or an alpha lies beyond `max_clauses`.
    """
    thresholds, n = _counts(first_unsat), integer("n", n, 1)
    alphas = np.atleast_1d(finite_array("alphas", alphas))
    if len(alphas) and not 0 <= alphas.min() <= alphas.max() <= _MOST_CLAUSES / n:
        wrong = alphas.min() if alphas.min() < 0 else alphas.max()
        raise ValueError(f"alphas: {wrong:g} is not between 0 and 2^53 clauses")
    clauses = np.rint(alphas * n).astype(np.int64)
    if max_clauses is not None and (known := thresholds[np.isfinite(thresholds)]).max(initial=0) > max_clauses:
        raise ValueError(f"first_unsat: {known.max():g} clauses broke an instance, more than {max_clauses=}")
    if np.isinf(thresholds).any():
        if max_clauses is None:
            raise ValueError("an instance stayed satisfiable: max_clauses must say how many clauses it had")
        if len(alphas) and clauses.max() > max_clauses:
            raise ValueError(f"alphas: {alphas.max():g} asks for {clauses.max()} clauses, beyond {max_clauses=}")
    fraction = np.mean(thresholds > clauses[:, None], axis=1)
    low, high = wilson_interval(fraction, len(thresholds))
    return SatisfiableFraction(alphas, clauses, fraction, low, high)


def half_satisfiable(
    first_unsat: ArrayLike, n: int, *, resamples: int = 1000, seed: int = 0
) -> tuple[float | None, float | None]:
    """Ratio alpha_50 at which half of the instances are satisfiable, and its standard error.

    Parameters
    ----------
    first_unsat, n, resamples, seed
        As in `ratios_at`.

    Returns
    -------
    alpha_50, error
        Both None where half of the instances or more stayed satisfiable to the end; the error alone is None
        where this happens to a resample, or with one instance.
    """
    measured, resampled = ratios_at([0.5], first_unsat, n, resamples=resamples, seed=seed)
    return _with_error(measured[0], resampled[:, 0], len(_counts(first_unsat)))


def transition_width(
    first_unsat: ArrayLike, n: int, *, resamples: int = 1000, seed: int = 0
) -> tuple[float | None, float | None]:
    """Width of the transition: from where 3/4 of the instances are satisfiable to where 1/4 are, and its error.

    It is the interquartile range of the thresholds T, over n. Arguments and None as in `half_satisfiable`, where a
    quarter stayed satisfiable.
    """
    measured, resampled = ratios_at([0.25, 0.75], first_unsat, n, resamples=resamples, seed=seed)
    if not np.isfinite(measured).all():
        return None, None
    widths, known = np.full(len(resampled), np.inf), np.isfinite(resampled).all(axis=1)
    widths[known] = resampled[known, 0] - resampled[known, 1]
    return _with_error(measured[0] - measured[1], widths, len(_counts(first_unsat)))


def ratios_at(
    levels: ArrayLike, first_unsat: ArrayLike, n: int, *, resamples: int = 1000, seed: int = 0
) -> tuple[Floats, Floats]:
    """Clauses per variable at which P(SAT) has given values, and what resampled instances give.

    P(SAT) is known at every integer M; the ratio is where the straight lines between these points cross the level,
    or the middle where the curve stays at the level for a while.

    Parameters
    ----------
    levels
        Values of P(SAT), above 0 and below 1, shape (num_levels,).
    first_unsat, n
        As in `satisfiable_fraction`.
    resamples
        Bootstrap resamples of the instances; 1000 give an error to 2 %.
    seed
        Of the bootstrap; fixed, so that the same data give the same error.

    Returns
    -------
    ratios, resampled
        Shapes (num_levels,) and (resamples, num_levels); infinite where as many instances or more stayed
        satisfiable to the end.
    """
    thresholds, n = _counts(first_unsat), integer("n", n, 1)
    levels = np.atleast_1d(finite_array("levels", levels))
    if ((levels <= 0) | (levels >= 1)).any():
        raise ValueError(f"levels={levels.tolist()}: values of P(SAT) above 0 and below 1")
    values, occurrences = np.unique(thresholds, return_counts=True)
    drawn = np.random.default_rng(integer("seed", seed, 0)).multinomial(
        len(thresholds), occurrences / len(thresholds), size=integer("resamples", resamples, 2)
    )
    rows = np.concatenate([occurrences[None, :], drawn])
    crossings = np.stack([_crossing(values, rows, level) for level in levels], axis=1) / n
    return crossings[0], crossings[1:]


def wilson_interval(fraction: ArrayLike, total: ArrayLike) -> tuple[Floats, Floats]:
    """Ends of the score interval at z = 1, one standard error [1]_, never empty and never beyond 0 and 1.

    Parameters
    ----------
    fraction
        Share of the instances that have the property.
    total
        Number of instances, at least one each.

    References
    ----------
    .. [1] E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).
    """
    fraction, total = np.asarray(fraction, dtype=float), np.asarray(total, dtype=float)
    centre = (fraction + 1 / (2 * total)) / (1 + 1 / total)
    half = np.sqrt(fraction * (1 - fraction) / total + 1 / (4 * total**2)) / (1 + 1 / total)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def _with_error(value: float, resampled: Floats, instances: int) -> tuple[float | None, float | None]:
    """A number and its bootstrap error, each None where it is not known."""
    if not np.isfinite(value):
        return None, None
    known = instances > 1 and bool(np.isfinite(resampled).all())
    return float(value), float(resampled.std(ddof=1)) if known else None


def _crossing(values: Floats, occurrences: Integers, level: float) -> Floats:
    """M at which P(SAT) crosses a level, one for each row of `occurrences` of the sorted `values` of T."""
    total = occurrences.sum(axis=1)
    after = total[:, None] - np.cumsum(occurrences, axis=1)  # instances still satisfiable with T clauses
    wanted = np.round(level * total, 9)  # a count where the level is one, 0.1 of 30 too
    rows = np.arange(len(occurrences))
    crossing = np.zeros(len(occurrences))
    for past in (after <= wanted[:, None], after < wanted[:, None]):
        column = np.argmax(past, axis=1)
        step = occurrences[rows, column]
        crossing += (values[column] - 1 + (after[rows, column] + step - wanted) / step) / 2
    return crossing


def _counts(first_unsat: ArrayLike) -> Floats:
    """The thresholds as floats, infinite where the instance stayed satisfiable."""
    try:
        counts = np.asarray(first_unsat, dtype=float)  # None becomes NaN
    except (TypeError, ValueError):
        raise ValueError("first_unsat: numbers of clauses, with None or NaN for never") from None
    if counts.ndim != 1 or not len(counts):
        raise ValueError(f"first_unsat of shape {counts.shape}: one number of clauses for each instance")
    counts = np.where(np.isnan(counts), np.inf, counts)
    bad = np.flatnonzero((counts < 1) | (np.isfinite(counts) & (counts != np.rint(counts))))
    if len(bad):
        raise ValueError(f"first_unsat[{bad[0]}] = {counts[bad[0]]:g}: a positive number of clauses, or None")
    return counts
