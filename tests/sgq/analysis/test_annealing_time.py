"""Optimal annealing times: against formulas, and against Rønnow's warning."""

import numpy as np
import pytest

from sgq.analysis import optimal_annealing_time


def test_the_optimum_of_an_exponential_law():
    """p = 1 - exp(-(t/τ)²) needs R t = t ln 100 (τ/t)² time until p = 0.99 at t = τ √(ln 100), the optimum."""
    times = np.geomspace(1, 64, 61)
    success = 1 - np.exp(-((times[:, None] / np.array([4.0, 4.0, 4.0])) ** 2))
    found = optimal_annealing_time(times, success)
    exact = 4 * np.sqrt(np.log(100))
    assert found.annealing_time == pytest.approx(exact, rel=0.08)
    assert found.time_to_solution == pytest.approx(found.annealing_time)
    assert found.low == found.high == found.time_to_solution  # all instances are alike
    assert found.bracketed


def test_whole_runs_and_at_least_one():
    found = optimal_annealing_time([1, 10], [[0.9], [1.0]])
    assert found.times.tolist() == [2, 10]
    assert (found.annealing_time, found.bracketed) == (1, False)


def test_quantiles_are_of_instances_and_hard_ones_may_never_be_hit():
    success = np.array([[0.5, 0.5, 0.0], [0.9, 0.9, 0.1]])
    assert optimal_annealing_time([1, 2], success).times.tolist() == [7, 4]
    hard = optimal_annealing_time([1, 2], success, quantile=0.9)
    assert hard.times.tolist() == [np.inf, 2 * np.ceil(np.log(0.01) / np.log(0.9))]
    never = optimal_annealing_time([1, 2], np.zeros((2, 3)))
    assert np.isinf(never.time_to_solution)
    assert np.isnan([never.annealing_time, never.annealing_time_low, never.annealing_time_high]).all()
    assert not never.bracketed


def test_resamples_that_never_hit_have_no_optimal_time():
    """A third of the resamples of six instances, two of them without a hit, has a median that no time hits."""
    found = optimal_annealing_time([1, 100], [[0] * 6, [0, 0, 0.99, 0.99, 0.99, 0.99]])
    assert (found.annealing_time, found.annealing_time_low, found.annealing_time_high) == (100, 100, 100)
    assert (found.low, found.high) == (100, np.inf)


def test_equal_times_to_solution_do_not_bracket_an_optimum():
    ties = optimal_annealing_time([1, 2, 4], [[0.45], [0.9], [0.99]])
    assert ties.times.tolist() == [8, 4, 4]
    assert not ties.bracketed
    assert optimal_annealing_time([1, 2, 4, 8], [[0.45], [0.9], [0.99], [0.99]]).bracketed


def test_a_fixed_long_time_hides_the_scaling():
    """Rønnow et al.: at a time that is optimal for the largest size the small ones look as slow as it is."""
    times = 2.0 ** np.arange(10)
    sizes = [2.0, 8.0, 32.0]
    found = [optimal_annealing_time(times, 1 - np.exp(-times[:, None] / np.array([tau]))) for tau in sizes]
    best = [o.time_to_solution for o in found]
    fixed = [o.times[-1] for o in found]
    assert best[2] / best[0] > 8
    assert fixed[2] / fixed[0] == 1


def test_intervals_cover_the_median_of_the_ensemble():
    """95 % intervals of 40 draws: fewer than 33 of them right has probability 2e-4."""
    rng, right = np.random.default_rng(1), 0
    times = np.array([1.0, 3.0, 9.0])

    def success(instances):
        return 1 - np.exp(-times[:, None] / rng.lognormal(1.0, 1.0, instances))

    true = optimal_annealing_time(times, success(200_001), resamples=2).time_to_solution
    for _ in range(40):
        found = optimal_annealing_time(times, success(40), resamples=300)
        right += found.low <= true <= found.high
    assert right >= 33


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([1, 2], [[0.1]]), {}, "\\(times,\\) and \\(times, instances\\)"),
        (([2, 1], [[0.1], [0.2]]), {}, "rising from above 0"),
        (([0, 1], [[0.1], [0.2]]), {}, "rising from above 0"),
        (([1], [[1.2]]), {}, "not between 0 and 1"),
        (([1], [[np.nan]]), {}, r"success\[0, 0\]|success"),
        (([1], [[0.1]]), {"quantile": 1}, "quantile=1"),
        (([1], [[0.1]]), {"target": 0}, "target=0"),
        (([1], [[0.1]]), {"seed": -1}, "seed=-1"),
    ],
)
def test_bad_input(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        optimal_annealing_time(*arguments, **options)
