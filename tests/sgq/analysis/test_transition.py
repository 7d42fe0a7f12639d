"""The satisfiability transition: counting, interpolation, errors, and a published finite-size law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sgq.analysis import (
    crawford_auton_ratio,
    half_satisfiable,
    ratios_at,
    satisfiability_transition,
    satisfiable_fraction,
    transition_width,
)

COUNTS = st.lists(st.integers(1, 60), min_size=1, max_size=40)


@given(COUNTS, st.integers(1, 20))
def test_fraction_is_a_count(first_unsat, n):
    alphas = np.linspace(0, 3, 13)
    curve = satisfiable_fraction(first_unsat, n, alphas)
    expected = [sum(m < count for count in first_unsat) / len(first_unsat) for m in np.rint(alphas * n)]
    np.testing.assert_allclose(curve.fraction, expected)
    for fraction, low, high in zip(curve.fraction, curve.low, curve.high, strict=True):
        test = binomtest(round(fraction * len(first_unsat)), len(first_unsat))
        wilson = test.proportion_ci(0.682689492137086, method="wilson")  # one standard deviation
        assert (low, high) == pytest.approx(tuple(wilson), abs=1e-9)


def test_the_clause_that_breaks_the_formula_is_not_counted():
    """Satisfiable with 9 clauses, unsatisfiable with 10."""
    curve = satisfiable_fraction([10], n=1, alphas=[9, 10])
    np.testing.assert_array_equal(curve.fraction, [1, 0])
    assert half_satisfiable([10], n=1) == (9.5, None)


@given(COUNTS, st.integers(1, 20))
def test_alpha_50_is_where_straight_lines_cross_one_half(first_unsat, n):
    m = np.arange(62)
    fraction = np.array([np.mean(np.array(first_unsat) > k) for k in m])
    alpha_50, _ = half_satisfiable(first_unsat, n, resamples=2)
    assert np.interp(alpha_50 * n, m, fraction) == pytest.approx(0.5)


def test_alpha_50_of_a_plateau_is_its_middle():
    assert half_satisfiable([10, 20], n=1)[0] == 14.5  # P = 1/2 from M = 10 to 19


def test_bootstrap_error_is_the_scatter_of_independent_data():
    """100 data sets of 400 instances: the scatter is known to 7 %, the mean bootstrap error better; 4 x 7 %."""
    rng = np.random.default_rng(5)
    data = np.ceil(rng.normal(430, 40, (100, 400)))
    points, errors = zip(*(half_satisfiable(row, 100) for row in data), strict=True)
    assert np.mean(errors) == pytest.approx(np.std(points, ddof=1), rel=0.28)
    assert np.mean(points) == pytest.approx(4.295, abs=4 * np.mean(errors) / 10)  # ceil adds 1/2, the shift takes 1


@given(COUNTS, st.integers(1, 20), st.floats(0.02, 0.98))
def test_ratios_are_where_straight_lines_cross_the_level(first_unsat, n, level):
    m = np.arange(62)
    fraction = np.array([np.mean(np.array(first_unsat) > k) for k in m])
    ratios, resampled = ratios_at([level, 0.5], first_unsat, n, resamples=2)
    assert np.interp(ratios[0] * n, m, fraction) == pytest.approx(level, abs=1e-7)
    assert ratios[1] == half_satisfiable(first_unsat, n, resamples=2)[0]
    assert resampled.shape == (2, 2)


def test_a_level_that_is_a_count_has_its_plateau():
    """0.3 of 10 is 3, though not in floating point: P = 3/10 from M = 7 to 8, or from 7 to 18 without T = 9."""
    assert ratios_at([0.3], [1, 2, 3, 4, 5, 6, 7, 9, 20, 21], 1)[0] == [7.5]
    assert ratios_at([0.3], [1, 2, 3, 4, 5, 6, 7, 19, 20, 21], 1)[0] == [12.5]


@pytest.mark.parametrize("level", [0, 1, -0.5])
def test_levels_are_probabilities(level):
    with pytest.raises(ValueError, match="above 0 and below 1"):
        ratios_at([level], [3, 4], 2)


def test_width_of_normal_thresholds_is_their_interquartile_range():
    """The quartiles are 0.6745 sigma from the mean; 4 standard errors. The bootstrap error is that of the range:
    1.573 sigma/√instances for a normal distribution, and some 10 % of it its own noise."""
    data = np.ceil(np.random.default_rng(8).normal(430, 40, 4000))
    width, error = transition_width(data, 100)
    assert error == pytest.approx(1.573 * 0.4 / 4000**0.5, rel=0.4)
    assert width == pytest.approx(2 * 0.67449 * 0.4, abs=4 * error)


def test_width_is_not_known_where_a_quarter_stayed_satisfiable():
    assert transition_width([1, 2, 3, None], 1) == (None, None)
    assert transition_width([1, 2, 3, 4, None], 1)[1] is None  # a resample may have more of them


def test_equal_data_give_equal_errors():
    data = [3, 5, 8, 13, 21]
    assert half_satisfiable(data, 3) == half_satisfiable(data, 3)
    assert half_satisfiable(data, 3, seed=1)[1] != half_satisfiable(data, 3)[1]


def test_instances_that_stay_satisfiable():
    first_unsat = [8, 9, 9, 10, 11, None, float("nan"), None]
    transition = satisfiability_transition(first_unsat, 2, [4, 6], max_clauses=12)
    np.testing.assert_allclose(transition.curve.fraction, [7 / 8, 3 / 8])
    assert transition.alpha_50 == 5  # four of eight are satisfiable with 10 clauses
    assert transition.alpha_50_error is None  # half of the instances of a resample may stay satisfiable
    assert transition.instances == 8
    assert half_satisfiable([None, None, 3], 2) == (None, None)
    with pytest.raises(ValueError, match="max_clauses must say"):
        satisfiable_fraction(first_unsat, 2, [4])
    with pytest.raises(ValueError, match="50 clauses broke an instance, more than max_clauses=12"):
        satisfiable_fraction([50, None], 2, [4], max_clauses=12)
    with pytest.raises(ValueError, match="seed=-1"):
        half_satisfiable([3, 4], 2, seed=-1)
    with pytest.raises(ValueError, match="7 asks for 14 clauses, beyond max_clauses=12"):
        satisfiable_fraction(first_unsat, 2, [7], max_clauses=12)


@pytest.mark.parametrize(
    ("first_unsat", "n", "alphas", "message"),
    [
        ([], 3, [1], "one number of clauses for each instance"),
        ([[4]], 3, [1], "one number of clauses for each instance"),
        (["x"], 3, [1], "numbers of clauses, with None or NaN"),
        ([4, 0], 3, [1], r"first_unsat\[1\] = 0"),
        ([4.5], 3, [1], r"first_unsat\[0\] = 4.5"),
        ([4], 0, [1], "n=0"),
        ([4], 3, [-1], "-1 is not between"),
        ([4], 3, [1e300], "1e\\+300 is not between"),
        ([4], 3, [np.nan], r"alphas\[0\] = nan"),
    ],
)
def test_bad_input(first_unsat, n, alphas, message):
    with pytest.raises(ValueError, match=message):
        satisfiable_fraction(first_unsat, n, alphas)


@pytest.mark.parametrize(("n", "instances"), [(25, 400), (50, 250)])
def test_random_3_sat_follows_the_law_of_crawford_and_auton(n, instances):
    """alpha_50 = 4.258 + 58.26 n^(-5/3), Artif. Intell. 81, 31 (1996); 4 standard errors and 0.01 for the fit."""
    pytest.importorskip("pysat")
    from sgq_solvers.satisfiability import CDCLSolver

    rng = np.random.default_rng(n)
    first_unsat = []
    for _ in range(instances):
        variables = rng.random((8 * n, n)).argpartition(3, axis=1)[:, :3] + 1
        clauses = (variables * rng.choice([-1, 1], (8 * n, 3))).tolist()
        first_unsat.append(CDCLSolver().first_unsatisfiable(clauses))
    transition = satisfiability_transition(first_unsat, n, [3.0, 6.0], max_clauses=8 * n)
    assert transition.alpha_50 == pytest.approx(
        float(crawford_auton_ratio(n)), abs=4 * transition.alpha_50_error + 0.01
    )
    assert transition.curve.fraction[0] > 0.9 > 0.1 > transition.curve.fraction[1]
