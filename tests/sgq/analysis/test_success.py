"""Time to solution: its formula, its limits, and the coverage of its interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom

from sgq.analysis import time_to_solution
from sgq.analysis.success import format_interval, format_seconds


@pytest.mark.parametrize(
    ("hits", "num_reads", "reads"),
    [(1, 2, 7), (9, 10, 2), (99, 100, 1), (5, 5, 1), (1, 100, 459), (1, 10**6, 4_605_168)],
)
def test_reads_needed(hits, num_reads, reads):
    """ln 0.01 / ln(1 - p), rounded up: 6.64 at p = 1/2, exactly 2 at 0.9, 458.2 at 0.01."""
    result = time_to_solution(hits, num_reads, seconds=num_reads * 0.5)
    assert result.reads == reads
    assert result.value == pytest.approx(0.5 * reads)


@given(st.floats(0.01, 0.999), st.floats(0.5, 0.999))
def test_the_reads_suffice_and_one_less_does_not(p, target):
    num_reads = 10**6
    hits = round(p * num_reads)
    result = time_to_solution(hits, num_reads, 1.0, target=target)
    miss = 1 - hits / num_reads
    assert 1 - miss**result.reads >= target * (1 - 1e-9)
    assert result.reads == 1 or 1 - miss ** (result.reads - 1) <= target * (1 + 1e-9)


@given(st.integers(1, 200), st.data())
def test_interval_is_that_of_clopper_and_pearson(num_reads, data):
    hits = data.draw(st.integers(0, num_reads))
    result = time_to_solution(hits, num_reads, 1.0)
    low = beta.ppf(0.025, hits, num_reads - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, num_reads - hits) if hits < num_reads else 1.0
    assert result.probability_low == pytest.approx(low, abs=1e-9)
    assert result.probability_high == pytest.approx(high, abs=1e-9)
    assert result.low <= result.value <= result.high


@pytest.mark.parametrize("p", [0.002, 0.05, 0.3, 0.9])
def test_coverage(p):
    """The true time to solution is inside with probability 0.95 or more, summed over all outcomes of 50 reads."""
    true = math.ceil(math.log(0.01) / math.log(1 - p)) / 50
    results = [time_to_solution(hits, 50, 1.0) for hits in range(51)]
    inside = [r.low <= true * (1 + 1e-9) and true <= r.high * (1 + 1e-9) for r in results]
    assert binom.pmf(np.arange(51), 50, p) @ inside >= 0.95


def test_never_hit_is_infinite_with_a_finite_lower_bound():
    result = time_to_solution(0, 100, 10.0)
    assert result.value == result.high == result.reads == math.inf
    p = 1 - 0.025 ** (1 / 100)  # the largest p that misses a hundred times with probability 2.5 %
    assert result.low == pytest.approx(0.1 * math.ceil(math.log(0.01) / math.log(1 - p)))
    assert str(result) == "infinite: never hit in 100 reads (> 12 s at 95%)"


def test_whole_batches():
    """64 reads at a time: never less than a batch, and part of a batch costs as much as a whole one."""
    assert time_to_solution(320, 640, 10.0, batch=64).value == pytest.approx(1.0)  # 7 reads: one batch of ten
    assert time_to_solution(10, 640, 10.0, batch=64).reads == 320  # 293 reads
    assert time_to_solution(5, 10, 2.0, batch=64).value == 2.0
    assert time_to_solution(65, 65, 2.0, batch=64).value == 1.0


def test_setup_is_paid_once():
    result = time_to_solution(50, 100, 12.0, setup=2.0)
    assert result.value == pytest.approx(2 + 7 * 0.1)
    assert time_to_solution(0, 100, 12.0, setup=2.0).low > 2


def test_text():
    assert str(time_to_solution(50, 100, 1.0)) == "70 ms (60–100 ms)"
    times = [3e-9, 4.56e-5, 0.0032, 0.4504, 1, 45.2, 90, 5400, 2e5, math.inf, 0]
    assert list(map(format_seconds, times)) == (
        ["3 ns", "46 µs", "3.2 ms", "450 ms", "1 s", "45 s", "1.5 min", "1.5 h", "2.3 d", "∞", "0 s"]
    )
    assert format_interval(0.0212, 0.17) == "21–170 ms"
    assert format_interval(0.0008, 0.0032) == "0.8–3.2 ms"
    assert format_interval(0.046, 8.45) == "46 ms–8.4 s"
    assert format_interval(0.0, 0.0) == "0–0 s"
    assert format_interval(0.08, math.inf) == "> 80 ms"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hits": 11}, "hits=11: an integer of at least 0 and at most 10"),
        ({"hits": -1}, "hits=-1"),
        ({"hits": 2.5}, "hits=2.5"),
        ({"num_reads": 0}, "num_reads=0"),
        ({"seconds": -1.0}, "seconds=-1"),
        ({"seconds": math.nan}, "seconds=nan"),
        ({"target": 1.0}, "target=1.0: below 1"),
        ({"target": 99}, "target=99"),
        ({"confidence": 0}, "confidence=0"),
        ({"batch": 0}, "batch=0"),
        ({"setup": 1.5}, "setup=1.5: a finite number at least 0 and at most 1"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        time_to_solution(**{"hits": 1, "num_reads": 10, "seconds": 1.0, **arguments})
