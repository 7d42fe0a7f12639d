"""Extrapolation and collapse: laws that data were made from come back, with the errors that they have."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from sgq.analysis import collapse, crawford_auton_ratio, extrapolate, ratios_at, scaling_variable

SIZES = np.array([20, 40, 80, 160, 320])
ERRORS = np.array([0.02, 0.01, 0.01, 0.005, 0.004])


def law(n, limit, amplitude, exponent):
    return limit + amplitude * np.asarray(n, dtype=float) ** -exponent


def test_a_law_comes_back_exactly():
    fit = extrapolate(SIZES, law(SIZES, 4.2, 3.0, 0.7), ERRORS, exponent=0.7)
    assert (fit.limit, fit.amplitude, fit.chi2) == pytest.approx((4.2, 3.0, 0.0), abs=1e-10)
    assert (fit.exponent, fit.exponent_error, fit.dof) == (0.7, None, 3)
    np.testing.assert_allclose(fit(SIZES), law(SIZES, 4.2, 3.0, 0.7))
    assert str(fit).endswith("N^(-0.7); chi²/dof = 0.00/3")


@pytest.mark.parametrize("seed", range(4))
def test_free_exponent_agrees_with_scipy(seed):
    points = law(SIZES, 4.2, 3.0, 0.7) + ERRORS * np.random.default_rng(seed).normal(size=5)
    fit = extrapolate(SIZES, points, ERRORS, exponent=None)
    start = (fit.limit + 0.1, 2.0, 0.8)
    found, covariance = curve_fit(law, SIZES, points, start, ERRORS, absolute_sigma=True, xtol=1e-12)
    assert (fit.limit, fit.amplitude, fit.exponent) == pytest.approx(tuple(found), rel=1e-4)
    expected = tuple(np.sqrt(np.diag(covariance)))
    assert (fit.limit_error, fit.amplitude_error, fit.exponent_error) == pytest.approx(expected, rel=1e-2)
    assert fit.dof == 2
    assert "exponent ±" in str(fit)


def test_errors_are_the_scatter_of_the_limit():
    """400 data sets: the scatter is known to 3.5 %, 4 standard errors of it; mean chi² is dof ± 0.12."""
    rng = np.random.default_rng(3)
    points = law(SIZES, 4.2, 50.0, 5 / 3) + ERRORS * rng.normal(size=(400, 5))
    fits = [extrapolate(SIZES, row, ERRORS) for row in points]
    assert np.std([fit.limit for fit in fits]) == pytest.approx(fits[0].limit_error, rel=0.14)
    assert np.mean([fit.chi2 for fit in fits]) == pytest.approx(3, abs=0.5)


def test_crawford_and_auton():
    """4.531, 4.344 and 4.285 at N = 25, 50 and 100; its own data give it back."""
    n = np.array([25, 50, 100])
    np.testing.assert_allclose(crawford_auton_ratio(n), [4.531, 4.344, 4.285], atol=1e-3)
    fit = extrapolate(n, crawford_auton_ratio(n), [0.01] * 3)
    assert (fit.limit, fit.amplitude) == pytest.approx((4.258, 58.26))
    assert "N^(-5/3)" in str(fit)


@pytest.mark.parametrize(
    ("n", "alpha_50", "errors", "exponent", "message"),
    [
        ([20, 40], [4, 5], [0.1], 1, "all \\(sizes,\\)"),
        ([20, 20], [4, 5], [0.1, 0.1], 1, "so 2 at least"),
        ([20, 40], [4, 5], [0.1, 0.1], None, "so 3 at least"),
        ([20, 40], [4, 5], [0.1, 0], 1, "errors above 0"),
        ([20, 40], [4, np.nan], [0.1, 0.1], 1, r"alpha_50\[1\]"),
        ([20, 40], [4, 5], [0.1, 0.1], 0, "exponent=0"),
        ([20, 40], [4, 5], [0.1, 0.1], 1e-9, "exponent=1e-09"),
        ([20, 1e300], [4, 5], [1e200, 1e200], 10, "too far apart or too close"),
        ([20, 40, 80], [4, 5, 8], [0.1] * 3, None, "no exponent between"),
    ],
)
def test_bad_input(n, alpha_50, errors, exponent, message):
    with pytest.raises(ValueError, match=message):
        extrapolate(n, alpha_50, errors, exponent=exponent)


def thresholds(n, nu, alpha_c, instances, rng):
    """Random counts whose P(SAT) is a function of y: T/n = alpha_c (1 + y N^(-1/nu)), y of a skewed distribution."""
    y = rng.gumbel(1.0, 1.5, instances)
    return np.ceil(alpha_c * (1 + y * n ** (-1 / nu)) * n)


def test_curves_of_one_shape_collapse_with_the_exponents_they_were_made_from():
    """Four standard errors each; chi² of 13 degrees of freedom is below 45 but for 10^-5. ceil shifts T by 1/2 and the
    straight line between counts by -1/2 or so, which the sizes make small."""
    rng = np.random.default_rng(11)
    data = {n: thresholds(n, 2.0, 4.0, 3000, rng) for n in (200, 400, 800, 1600)}
    found = collapse(data)
    assert abs(found.nu - 2.0) < 4 * found.nu_error
    assert abs(found.alpha_c - 4.0) < 4 * found.alpha_c_error
    assert (found.dof, found.levels) == (13, (0.1, 0.25, 0.5, 0.75, 0.9))
    assert found.chi2 < 45
    assert found.nu_error < 0.1
    assert "nu ≥ 2 asymptotically (Wilson 2002)" in str(found)
    middles = [
        scaling_variable(ratios_at([0.5], counts, n)[0], n, found.nu, found.alpha_c) for n, counts in data.items()
    ]
    assert np.ptp(middles) < 0.2


def test_collapse_errors_are_the_scatter_of_independent_data():
    """20 data sets: their scatter is known to 16 %, four of it is 0.6, and the mean bootstrap error better."""
    rng = np.random.default_rng(12)
    sizes = (100, 300, 900)
    found = [
        collapse({n: thresholds(n, 1.5, 4.0, 500, rng) for n in sizes}, resamples=100, levels=(0.25, 0.5, 0.75))
        for _ in range(20)
    ]
    for name in ("nu", "alpha_c"):
        values = [getattr(fit, name) for fit in found]
        errors = [getattr(fit, f"{name}_error") for fit in found]
        assert np.std(values, ddof=1) == pytest.approx(np.mean(errors), rel=0.6)


def test_scaling_variable():
    np.testing.assert_allclose(scaling_variable([4.0, 4.4, 3.6], 100, 2.0, 4.0), [0, 1, -1], atol=1e-12)


@pytest.mark.parametrize(
    ("data", "levels", "message"),
    [
        ({20: [3, 4, 5]}, (0.25, 0.5), "two at least"),
        ({20: [80, 90], 40: [160, 170]}, (0.5,), "two or more"),
        ({20: [80, 90], 40: [160, 170]}, (0, 0.5), "above 0 and below 1"),
        ({20: [80, None], 40: [160, 170]}, (0.25, 0.5), "give them more clauses"),
        ({20: [80, 80], 40: [160, 160]}, (0.25, 0.5), "too few instances"),
    ],
)
def test_collapse_of_bad_input(data, levels, message):
    with pytest.raises(ValueError, match=message):
        collapse(data, levels=levels)
