"""The satisfiability transition at N → ∞, from alpha_50 at several N."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import finite_array, real

Floats = NDArray[np.float64]

_FLATTEST, _STEEPEST = 0.01, 10.0  # exponents that no transition has: a fit that ends here has found none


@dataclass(frozen=True)
class Extrapolation:
    """alpha_50(N) = limit + amplitude N^(-exponent), with standard errors.

    Attributes
    ----------
    limit, limit_error
        alpha_c.
    amplitude, amplitude_error
        a.
    exponent, exponent_error
        The error is None where the exponent was given.
    chi2, dof
        Squared deviations in units of the errors, and how many sizes are left to deviate: their ratio is near 1
        where the law holds, and says nothing where `dof` is 0.
    """

    limit: float
    limit_error: float
    amplitude: float
    amplitude_error: float
    exponent: float
    exponent_error: float | None
    chi2: float
    dof: int

    def __call__(self, n: ArrayLike) -> Floats:
        """The law at sizes `n`."""
        return np.asarray(self.limit + self.amplitude * np.asarray(n, dtype=float) ** -self.exponent)

    @property
    def power(self) -> str:
        """The exponent in words: a fraction where it was given as one."""
        simple = Fraction(self.exponent).limit_denominator(9)
        return str(simple) if abs(simple - self.exponent) < 1e-9 else f"{self.exponent:.3g}"

    def __str__(self) -> str:
        power = f"N^(-{self.power})"
        if self.exponent_error is not None:
            power += f", the exponent ± {self.exponent_error:.2g}"
        law = (
            f"({self.limit:.4f} ± {self.limit_error:.4f}) + ({self.amplitude:.4g} ± {self.amplitude_error:.2g}) {power}"
        )
        return f"{law}; chi²/dof = {self.chi2:.2f}/{self.dof}"


def extrapolate(
    n: ArrayLike, alpha_50: ArrayLike, errors: ArrayLike, *, exponent: float | None = 5 / 3
) -> Extrapolation:
    """Fit alpha_50(N) = alpha_c + a N^(-exponent) by weighted least squares.

    Parameters
    ----------
    n, alpha_50, errors
        Numbers of variables, clauses per variable at which half of the instances are satisfiable, and standard
        errors, as `satisfiability_transition` gives them; shape (sizes,).
    exponent
        5/3 is what Crawford and Auton found for K = 3 up to N = 300, an empirical law [1]_; 1/3 belongs to K = 2,
        whose window is proven to be of that width [2]_; 1/nu to a collapse (`sgq.analysis.collapse`). None fits it.
        Whatever the law, the error is statistical: it does not know of further corrections, which leave K = 2, where
        alpha_c = 1 is proven, some 0.15 too low at N ≤ 100 and 0.05 at N ≤ 800.

    Raises
    ------
    ValueError
        If there are fewer sizes than parameters, an error is not positive, the exponent is not between 0.01 and 10, or
        none there fits.

    References
    ----------
    .. [1] J. M. Crawford, L. D. Auton, Artif. Intell. 81, 31 (1996).
    .. [2] B. Bollobás, C. Borgs, J. T. Chayes, J. H. Kim, D. B. Wilson, Random Struct. Alg. 18, 201 (2001).
    """
    sizes, points, sigma = (finite_array(name, x) for name, x in (("n", n), ("alpha_50", alpha_50), ("errors", errors)))
    if sizes.ndim != 1 or not sizes.shape == points.shape == sigma.shape:
        raise ValueError(f"n, alpha_50 and errors of shapes {sizes.shape}, {points.shape}, {sigma.shape}: all (sizes,)")
    if (sizes < 1).any() or (sigma <= 0).any():
        raise ValueError("n and errors: sizes of at least 1, and errors above 0")
    needed = 3 if exponent is None else 2
    if len(np.unique(sizes)) < needed:
        raise ValueError(f"n of {len(np.unique(sizes))} sizes: the law has {needed} parameters, so {needed} at least")
    if exponent is None:
        power = _free_exponent(sizes, points, sigma)
    else:
        power = real("exponent", exponent, _FLATTEST, _STEEPEST)
    (limit, amplitude), chi2 = _line(power, sizes, points, sigma)
    slopes = [np.ones_like(sizes), sizes**-power]
    if exponent is None:
        slopes.append(-amplitude * np.log(sizes) * sizes**-power)
    design = np.stack(slopes, axis=1) / sigma[:, None]
    try:
        variances = np.diag(np.linalg.inv(design.T @ design))
    except np.linalg.LinAlgError:
        raise ValueError(f"n={sizes.tolist()}: too far apart or too close for a limit and an amplitude") from None
    errors_of = [float(error) for error in np.sqrt(variances)]
    return Extrapolation(
        limit, errors_of[0], amplitude, errors_of[1], power, errors_of[2] if exponent is None else None,
        chi2, len(sizes) - needed,
    )  # fmt: skip


def crawford_auton_ratio(n: ArrayLike) -> Floats:
    """Clauses per variable at which half of random 3-SAT formulas are satisfiable: 4.258 + 58.26 N^(-5/3).

    An empirical fit to experiments with 20 to 300 variables, no theory [1]_; its limit is lower than what the cavity
    method predicts (`sgq.theory.satisfiability_threshold`).

    References
    ----------
    .. [1] J. M. Crawford, L. D. Auton, Artif. Intell. 81, 31 (1996).
    """
    return np.asarray(4.258 + 58.26 * np.asarray(n, dtype=float) ** (-5 / 3))


def _line(power: float, sizes: Floats, points: Floats, sigma: Floats) -> tuple[tuple[float, float], float]:
    """Limit and amplitude of the best law with a given exponent, and its chi²."""
    design = np.stack([np.ones_like(sizes), sizes**-power], axis=1) / sigma[:, None]
    (limit, amplitude), *_ = np.linalg.lstsq(design, points / sigma, rcond=None)
    chi2 = np.sum((points / sigma - design @ [limit, amplitude]) ** 2)
    return (float(limit), float(amplitude)), float(chi2)


def _free_exponent(sizes: Floats, points: Floats, sigma: Floats) -> float:
    """The exponent of least chi²: that of a grid first, since far from it chi² is flat."""
    from scipy.optimize import minimize_scalar

    def chi2(power: float) -> float:
        return _line(power, sizes, points, sigma)[1]

    grid = np.geomspace(0.01, _STEEPEST, 61)
    best = int(np.argmin([chi2(power) for power in grid]))
    if best in (0, len(grid) - 1):
        raise ValueError(f"alpha_50={points.tolist()}: no exponent between 0 and {_STEEPEST:g} fits best; give one")
    found = minimize_scalar(chi2, bounds=(grid[best - 1], grid[best + 1]), method="bounded", options={"xatol": 1e-9})
    return float(found.x)
