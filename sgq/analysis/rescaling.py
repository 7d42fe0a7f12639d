"""Collapse of the curves P(SAT) of several N onto one, after Kirkpatrick and Selman.

With the right nu and alpha_c, P is a function of y = N^(1/nu) (alpha - alpha_c) / alpha_c alone: S. Kirkpatrick,
B. Selman, Science 264, 1297 (1994). The exponents that make curves of N ≤ 200 collapse are effective ones. They are
none of the transition's: nu ≥ 2 for N → ∞ is proven (D. B. Wilson, Random Struct. Alg. 21, 182 (2002)), since a clause
with a variable of its own decides nothing, and the number of such clauses fluctuates by √N.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.analysis.satisfiability import ratios_at
from sgq.checks import finite_array, integer, real

Floats = NDArray[np.float64]

NU_WARNING = "effective exponents of these N: nu ≥ 2 asymptotically (Wilson 2002)"
"""What every output of `nu` must say beside it."""

NU_OF_TWO_SAT = "ν = 3 is proven for K = 2 (Bollobás et al. 2001)"
"""And what one for K = 2 must say."""

_INVERSE_NU = (0.02, 3.0)  # where the inverse of nu is sought


@dataclass(frozen=True)
class Collapse:
    """Effective exponents, with bootstrap errors; `NU_WARNING` belongs to every use of them.

    Attributes
    ----------
    nu, nu_error
        Of the sizes that were given; nu ≥ 2 asymptotically. Errors are half the interval that holds the middle 68 % of
        the resamples.
    alpha_c, alpha_c_error
        Where the rescaled curves cross.
    chi2, dof
        Squared distances from the common curve in units of the errors, correlations counted, and the number of
        degrees of freedom: where the ratio is well above 1, the curves do not collapse.
    levels
        Values of P(SAT) that were brought together.
    """

    nu: float
    nu_error: float
    alpha_c: float
    alpha_c_error: float
    chi2: float
    dof: int
    levels: tuple[float, ...]

    def __str__(self) -> str:
        return (
            f"nu = {self.nu:.3f} ± {self.nu_error:.3f}, alpha_c = {self.alpha_c:.4f} ± {self.alpha_c_error:.4f}, "
            f"chi²/dof = {self.chi2:.1f}/{self.dof}; {NU_WARNING}"
        )


def scaling_variable(alphas: ArrayLike, n: int, nu: float, alpha_c: float) -> Floats:
    """y = N^(1/nu) (alpha - alpha_c) / alpha_c, of the shape of `alphas`."""
    nu, alpha_c = real("nu", nu, 0.0, above=True), real("alpha_c", alpha_c, 0.0, above=True)
    return np.asarray(integer("n", n, 1) ** (1 / nu) * (finite_array("alphas", alphas) / alpha_c - 1))


def collapse(
    first_unsat: Mapping[int, ArrayLike],
    *,
    levels: ArrayLike = (0.1, 0.25, 0.5, 0.75, 0.9),
    resamples: int = 1000,
    seed: int = 0,
) -> Collapse:
    """Effective nu and alpha_c: those that bring the curves of all N together.

    Curves that collapse have alpha_P(N) = alpha_c + g_P N^(-1/nu) at each level P, with one alpha_c for all. For given
    nu this is linear in alpha_c and the g_P, so that generalized least squares, with the covariance of the levels of
    each N from the bootstrap, leaves nu alone to be searched.

    Parameters
    ----------
    first_unsat
        For each N, the number of clauses with which each instance first is unsatisfiable, as `satisfiable_fraction`
        takes it; two sizes or more.
    levels
        Values of P(SAT), two or more.
    resamples
        Bootstrap resamples for the covariances; the first 200 are fitted for the errors, which they give to 5 %.
    seed
        Of the bootstrap; fixed, so that the same data give the same errors.

    Raises
    ------
    ValueError
        If there are fewer sizes or levels, a level lies beyond the clauses that instances were given, there are too
        few instances for a covariance, or no nu fits best.
    """
    if not isinstance(first_unsat, Mapping):
        raise ValueError(f"first_unsat of type {type(first_unsat).__name__}: a mapping from each n to its counts")
    if len(first_unsat) < 2:
        raise ValueError(f"first_unsat of {len(first_unsat)} sizes: two at least")
    grid = np.unique(finite_array("levels", levels))
    if len(grid) < 2:
        raise ValueError(f"levels={grid.tolist()}: two or more")
    measured, resampled, whitening = [], [], []
    for number, (n, counts) in enumerate(first_unsat.items()):
        ratios, draws = ratios_at(grid, counts, n, resamples=resamples, seed=seed + number)
        measured.append(ratios)
        resampled.append(draws[:200])
        whitening.append(_whitening(n, draws))
    sizes = np.array(list(first_unsat), dtype=float)
    inverse_nu, alpha_c, chi2 = _fit(sizes, np.array(measured), whitening)
    if not _INVERSE_NU[0] + 1e-3 < inverse_nu < _INVERSE_NU[1] - 1e-3:
        raise ValueError(f"first_unsat: no nu between {1 / _INVERSE_NU[1]:.2g} and {1 / _INVERSE_NU[0]:.2g} fits best")
    fits = np.array([_fit(sizes, points, whitening)[:2] for points in np.stack(resampled, axis=1)])
    low, high = np.quantile([1 / fits[:, 0], fits[:, 1]], (0.158655, 0.841345), axis=1)  # nu has no variance: 1/nu ~ 0
    nu_error, alpha_error = (high - low) / 2
    dof = (len(sizes) - 1) * len(grid) - 2
    return Collapse(
        1 / inverse_nu, float(nu_error), alpha_c, float(alpha_error), chi2, dof, tuple(float(x) for x in grid)
    )


def _whitening(n: int, draws: Floats) -> Floats:
    """W with W cov Wᵀ = 1 for the levels of one size."""
    if not np.isfinite(draws).all():
        raise ValueError(f"first_unsat[{n}]: instances that stay satisfiable reach the levels; give them more clauses")
    covariance = np.cov(draws, rowvar=False)
    if np.linalg.cond(covariance) > 1e8:
        raise ValueError(f"first_unsat[{n}]: too few instances for the covariance of the levels")
    return np.asarray(np.linalg.inv(np.linalg.cholesky(covariance)))


def _fit(sizes: Floats, points: Floats, whitening: list[Floats]) -> tuple[float, float, float]:
    """1/nu, alpha_c and chi² of points of shape (sizes, levels); 1/nu at an end where none between fits best."""
    from scipy.optimize import minimize_scalar

    target = np.concatenate([w @ p for w, p in zip(whitening, points, strict=True)])
    shift = np.concatenate([w.sum(axis=1) for w in whitening])[:, None]

    def solved(inverse_nu: float) -> tuple[float, float]:
        shapes = np.concatenate([w * n**-inverse_nu for w, n in zip(whitening, sizes, strict=True)])
        design = np.hstack([shift, shapes])
        solution, *_ = np.linalg.lstsq(design, target, rcond=None)
        return float(solution[0]), float(np.sum((design @ solution - target) ** 2))

    least = minimize_scalar(lambda x: solved(x)[1], bounds=_INVERSE_NU, method="bounded", options={"xatol": 1e-6})
    return (float(least.x), *solved(float(least.x)))
