"""Statistics over instances against closed forms, delete-one loops, and the coverage of their errors."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binom, sem

from sgq.analysis import binder_ratio, disorder_average, disorder_binder_ratio, jackknife, quantiles

INF, NAN = math.inf, math.nan
NUMBERS = st.integers(-100, 100).map(lambda k: k / 8)
TABLES = arrays(float, st.tuples(st.integers(1, 4), st.integers(2, 12)), elements=NUMBERS)


def ratio(a, b):
    return a / b


@given(TABLES)
def test_average_is_the_mean_and_its_standard_error(values):
    result = disorder_average(values)
    np.testing.assert_allclose(result.value, values.mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(result.error, sem(values, axis=1), atol=1e-12)
    np.testing.assert_array_equal(result.instances, values.shape[1])


@given(TABLES, st.integers(0, 2**32 - 1))
def test_missing_instances_count_as_if_never_drawn(values, seed):
    rng = np.random.default_rng(seed)
    holes = np.where(rng.random(values.shape) < 0.4, NAN, values)
    table, binder = disorder_average(holes), jackknife(lambda a, b: (a - 20) / (b + 20), holes, values)
    median = quantiles(holes, 0.5)
    for k, row in enumerate(holes):
        there = ~np.isnan(row)
        single = disorder_average(row[there])
        same = jackknife(lambda a, b: (a - 20) / (b + 20), row[there], values[k][there])
        middle = quantiles(row[there], 0.5)
        for one, all_rows in ((single, table), (same, binder)):
            np.testing.assert_allclose(all_rows.value[k], one.value, atol=1e-12)
            np.testing.assert_allclose(all_rows.error[k], one.error, atol=1e-12)
            assert all_rows.instances[k] == one.instances == there.sum()
        for name in ("value", "low", "high"):
            np.testing.assert_array_equal(getattr(median, name)[0, k], getattr(middle, name)[0])
        assert median.instances[k] == there.sum()


@pytest.mark.parametrize(
    ("values", "value", "error", "instances"),
    [
        ([], NAN, NAN, 0),
        ([NAN, NAN], NAN, NAN, 0),
        ([3.0], 3, NAN, 1),
        ([3.0, NAN], 3, NAN, 1),
        ([1, 3], 2, 1, 2),
        ([True, False], 0.5, 0.5, 2),
        ([1, 2, INF], INF, NAN, 3),
        ([1, -INF, NAN], -INF, NAN, 2),
        ([INF, INF], INF, NAN, 2),
        ([INF, -INF], NAN, NAN, 2),
    ],
)
def test_few_missing_and_infinite_instances(values, value, error, instances):
    average, identity = disorder_average(values), jackknife(lambda mean: mean, values)
    for result in (average, identity):
        np.testing.assert_array_equal([result.value, result.error, result.instances], [value, error, instances])


def test_instances_on_another_axis():
    values = np.random.default_rng(1).random((5, 3, 4))
    for axis in (0, 1, -3):
        moved = np.moveaxis(values, axis, -1)
        assert disorder_average(values, axis).value.shape == moved.shape[:-1]
        np.testing.assert_array_equal(disorder_average(values, axis).error, disorder_average(moved).error)
        np.testing.assert_array_equal(
            jackknife(ratio, values, values**2, axis=axis).error, jackknife(ratio, moved, moved**2).error
        )
        np.testing.assert_array_equal(quantiles(values, axis=axis).high, quantiles(moved).high)
    assert quantiles(values).value.shape == (3, 5, 3)


@given(TABLES)
def test_jackknife_is_the_delete_one_loop(values):
    result = jackknife(lambda a, b: a**2 / (b + 1), values, values**2)
    n = values.shape[1]
    for k, row in enumerate(values):
        deleted = [np.mean(d := np.delete(row, i)) ** 2 / (np.mean(d**2) + 1) for i in range(n)]
        error = math.sqrt((n - 1) * np.var(deleted))
        assert result.value[k] == pytest.approx(np.mean(row) ** 2 / (np.mean(row**2) + 1))
        assert result.error[k] == pytest.approx(error, abs=1e-9)


@given(TABLES)
def test_jackknife_of_a_mean_is_its_standard_error(values):
    linear = jackknife(lambda mean: 3 * mean - 1, values)
    np.testing.assert_allclose(linear.error, 3 * disorder_average(values).error, atol=1e-10)


def test_jackknife_error_is_that_of_the_delta_method():
    """[x²]/[y] of exponentials: f = 2, its relative variance 20/4 + 1 - 2·4/2 = 2 over n; 400 runs give it to 4 %.

    The bound of 15 % is four standard errors: a false alarm once in 10⁴ seeds.
    """
    x = np.random.default_rng(2).exponential(size=(400, 500))
    result = jackknife(ratio, x**2, x)
    expected = 2 * math.sqrt(2 / 500)
    assert result.value.std() == pytest.approx(expected, rel=0.15)
    assert np.sqrt(np.mean(result.error**2)) == pytest.approx(expected, rel=0.15)


def test_zero_denominators():
    """0/0 in the value, and only when the last instance is left out."""
    result = jackknife(ratio, [[0, 0, 0], [0, 0, 2], [1, 2, INF]], [[0, 0, 0], [0, 0, 1], [1, 1, 1]])
    np.testing.assert_array_equal(result.value, [NAN, 2, INF])
    np.testing.assert_array_equal(result.error, [NAN, NAN, NAN])


def test_binder_ratio_agrees_with_that_of_one_distribution():
    """Pooling overlaps of equally many pairs averages their moments."""
    q = np.random.default_rng(3).uniform(-1, 1, (30, 50))
    result = disorder_binder_ratio((q**2).mean(axis=1), (q**4).mean(axis=1))
    assert result.value == pytest.approx(binder_ratio(q.ravel()))
    deleted = [binder_ratio(np.delete(q, i, axis=0).ravel()) for i in range(30)]
    assert result.error == pytest.approx(math.sqrt(29 * np.var(deleted)))


def test_binder_ratio_limits():
    two_deltas = disorder_binder_ratio([0.25, 0.25, 0.25], [0.0625, 0.0625, 0.0625])
    assert (two_deltas.value, two_deltas.error) == pytest.approx((1, 0))
    assert disorder_binder_ratio([1, 1], [3, 3]).value == 0  # a Gaussian
    assert math.isnan(disorder_binder_ratio([0, 0], [0, 0]).value)


def test_quantiles_of_times_that_may_be_infinite():
    result = quantiles([1, 2, INF])
    np.testing.assert_array_equal(result.value, [1, 2, INF])
    np.testing.assert_array_equal(result.low, [-INF, -INF, 1])  # 3 of 3 above the third quartile: 1/64
    np.testing.assert_array_equal(result.high, INF)
    never = quantiles([INF] * 20, 0.5)
    assert never.value == never.low == never.high == INF
    assert quantiles([1, INF], 0.5).value == 1
    assert quantiles([-INF, INF, 3], 0.5).value == 3


@given(st.integers(1, 120), st.integers(1, 99))
def test_the_quantile_is_the_first_entry_with_a_fraction_p_at_or_below(n, percent):
    """On 1 … n, in integers: the smallest k with 100 k ≥ percent n."""
    order = np.random.default_rng(n).permutation(n) + 1
    result = quantiles(order, percent / 100)
    assert result.value == -(-percent * n // 100)
    assert result.low <= result.value <= result.high


def test_median_of_six_is_bounded_and_of_five_is_not():
    """All n on one side of the median: 2^-n each way, 1/32 = 3.1 % for six and 6.3 % for five."""
    six, five = quantiles(range(6), 0.5), quantiles(range(5), 0.5)
    assert (six.low, six.high) == (0, 5)
    assert (five.low, five.high) == (-INF, INF)


@pytest.mark.parametrize("confidence", [0.5, 0.68, 0.95, 0.999])
@pytest.mark.parametrize("p", [0.05, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("n", [1, 4, 17, 100])
def test_coverage_is_exactly_enough(n, p, confidence):
    """On 1 … n the ends are ranks l, h; B(n, p) entries lie below the quantile, inside if l ≤ B < h.

    Either tail is at most half of what is left, and one rank further in it would be more.
    """
    result = quantiles(np.arange(1, n + 1), p, confidence)
    low, high = max(float(result.low[0]), 0), min(float(result.high[0]), n + 1)
    tail = (1 - confidence) / 2
    assert binom.cdf(low - 1, n, p) <= tail * (1 + 1e-9)
    assert binom.sf(high - 1, n, p) <= tail * (1 + 1e-9)
    assert binom.cdf(low, n, p) >= tail * (1 - 1e-9)
    assert binom.sf(high - 2, n, p) >= tail * (1 - 1e-9)


def test_coverage_by_simulation():
    """3000 samples of 40 Cauchy numbers: below 0.95 - 5 x 0.004 once in 10⁶ seeds."""
    sample = np.random.default_rng(4).standard_cauchy((3000, 40))
    result = quantiles(sample, 0.75)
    inside = (result.low[0] <= 1) & (result.high[0] >= 1)  # the upper quartile of a Cauchy distribution
    assert 0.93 <= inside.mean() <= 0.995


def test_no_instances():
    for values in ([], [NAN]):
        result = quantiles(values, 0.5)
        assert math.isnan(result.value[0])
        assert (result.low, result.high, result.instances) == (-INF, INF, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: disorder_average(3.0), r"values=3.0: real numbers, with an axis of instances"),
        (lambda: disorder_average(["a"]), r"values=\['a'\]: real numbers"),
        (lambda: disorder_average([1j, 2]), r"values=\[1j, 2\]: real numbers"),
        (lambda: disorder_average([1, 2], axis=1), "axis=1: an integer of at least -1 and at most 0"),
        (lambda: jackknife(ratio), r"moments of shapes \[\]: at least one"),
        (lambda: jackknife(ratio, [1, 2], [1, 2, 3]), r"moments of shapes \[\(2,\), \(3,\)\]: .* one shape"),
        (lambda: disorder_binder_ratio([1, 2], [[1, 2]]), r"\[\(2,\), \(1, 2\)\]"),
        (lambda: jackknife(np.sum, [[1, 2], [3, 4]]), r"function makes \(\) of \(2, 2\): entry by entry"),
        (lambda: quantiles("x"), "values='x': real numbers"),
        (lambda: quantiles([1, 2], 0), "probabilities=0: numbers above 0 and below 1"),
        (lambda: quantiles([1, 2], [0.5, 1]), r"probabilities=\[0.5, 1\]"),
        (lambda: quantiles([1, 2], []), r"probabilities=\[\]"),
        (lambda: quantiles([1, 2], [NAN]), r"probabilities\[0\] = nan"),
        (lambda: quantiles([1, 2], confidence=1), "confidence=1: above 0 and below 1"),
        (lambda: quantiles([1, 2], confidence=95), "confidence=95: above 0 and below 1"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
