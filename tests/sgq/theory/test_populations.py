"""Population dynamics against single large formulas, tiny trees drawn one by one, and published thresholds."""

from contextlib import suppress

import numpy as np
import pytest
from scipy.stats import chi2

from sgq.kernels.survey import Messages, update
from sgq.theory import (
    clustering_threshold,
    complexity,
    first_moment_threshold,
    satisfiability_threshold,
    survey_onset,
)
from sgq.theory.clustering import _least, _Tree
from sgq.theory.populations import block_mean, random_sums
from sgq_problems.satisfiability import k_sat


def test_random_sums_are_compound_poisson() -> None:
    rng = np.random.default_rng(0)
    values = np.stack([rng.random(1000), np.ones(1000)])
    counts = rng.poisson(2.0, (3, 20_000))
    sums = random_sums(values, counts, rng)
    np.testing.assert_allclose(sums[1], counts, atol=1e-9)
    mean, square = values[0].mean(), (values[0] ** 2).mean()
    assert abs(sums[0].mean() - 2 * mean) < 5 * np.sqrt(2 * square / counts.size)
    assert sums[0].var() == pytest.approx(2 * square, rel=0.05)


def test_errors_of_means_know_of_correlations() -> None:
    """Of 4000 Gaussian numbers; and of as many that repeat 200 each: within a factor, one false alarm in 10^4."""
    values = np.random.default_rng(0).normal(size=4000)
    assert block_mean(values)[1] == pytest.approx(1 / np.sqrt(4000), rel=0.9)
    assert block_mean(values)[1] >= values.std(ddof=1) / np.sqrt(4000)
    mean, error = block_mean(np.repeat(values[:20], 200))
    assert mean == pytest.approx(values[:20].mean())
    assert 0.3 / np.sqrt(20) < error < 2 / np.sqrt(20)


def bethe_complexity(n: int, alpha: float, seed: int) -> float:
    """Σ of one formula, from its own surveys: of variables, clauses and edges."""
    problem = k_sat(n=n, alpha=alpha, seed=seed)
    rng = np.random.default_rng(seed)
    eta = rng.random(len(problem.literals))
    messages = Messages(problem.literals, problem.starts, eta, np.log1p(-eta), np.zeros((n, 2)))
    _, change = update(messages, rng.permutation(len(problem.starts) - 1), 1.0, 0.0, 300, 1e-3)
    assert change < 1e-3
    p, q = np.exp(messages.sums.T)
    variable, negative = np.abs(problem.literals) - 1, (problem.literals < 0).astype(int)
    same = np.exp(messages.sums[variable, negative] - messages.log_rest)
    opposite = np.exp(messages.sums[variable, 1 - negative])
    false = same * (1 - opposite) / (same + opposite - same * opposite)
    clauses = np.log1p(-false.reshape(-1, 3).prod(axis=1)).sum()
    return float((np.log(p + q - p * q).sum() + clauses - np.log1p(-false * messages.eta).sum()) / n)


def test_complexity_is_that_of_large_formulas() -> None:
    """Eight formulas of 3000 variables: five standard errors of their mean."""
    single = np.array([bethe_complexity(3000, 4.1, seed) for seed in range(8)])
    infinite = complexity(4.1, population=3000, sweeps=40, seed=1)
    assert not infinite.trivial
    assert infinite.value > 0.01
    error = np.hypot(single.std(ddof=1) / np.sqrt(len(single)), infinite.error)
    assert abs(single.mean() - infinite.value) < 5 * error


def test_no_clusters_at_low_density() -> None:
    found = complexity(3.5, population=1000, sweeps=20, seed=1)
    assert (found.value, found.error, found.trivial) == (0.0, 0.0, True)


def test_complexity_is_negative_above_the_threshold() -> None:
    found = complexity(4.45, population=2000, sweeps=40, seed=1)
    assert -0.04 < found.value < -5 * found.error < 0


@pytest.mark.parametrize("alpha", [5.0, 5.2, 1000.0])
def test_no_complexity_where_surveys_contradict(alpha: float) -> None:
    with pytest.raises(ValueError, match=f"alpha={alpha:g}: surveys become certain"):
        complexity(alpha, population=1000, sweeps=60, seed=1)


def test_surveys_start_near_the_threshold_of_large_k() -> None:
    """87.79 for K = 7 (Mertens, Mézard & Zecchina 2006), where Σ falls with a slope of some 2^-7."""
    found = complexity(87.79, 7, population=1000, sweeps=20, seed=1)
    assert abs(found.value) < 5 * found.error + 0.001


@pytest.mark.parametrize(("k", "published", "bias", "seeds"), [(3, 4.26675, 0.013, 6), (4, 9.931, 0.013, 2)])
def test_satisfiability_thresholds_scatter_as_their_errors_say(
    k: int, published: float, bias: float, seeds: int
) -> None:
    """Mertens, Mézard & Zecchina 2006, less the bias of 1000 members: chi-square, one false alarm in 10^4."""
    found = [satisfiability_threshold(k, population=1000, sweeps=20, seed=seed) for seed in range(seeds)]
    assert all(threshold.error < 0.01 * published for threshold in found)
    away = [(threshold.value - published + bias) / threshold.error for threshold in found]
    assert np.sum(np.square(away)) < chi2.isf(1e-4, seeds)


def test_surveys_of_three_sat_set_in_where_published() -> None:
    """3.921 (Mézard, Parisi & Zecchina 2002) to 3.927; five errors, and a hundredth for the small population."""
    found = survey_onset(3, population=2000, sweeps=20, seed=1)
    assert found.error < 0.03
    assert abs(found.value - 3.924) < 5 * found.error + 0.01


def test_knowledge_of_the_leaves_is_bayes_consistent() -> None:
    """E over the root's value of its belief given the leaves is its marginal: Σ_s P(s) δ_s = δ in the mean."""
    tree = _Tree(4, 4000, np.random.default_rng(1))
    for _ in range(10):
        tree.sweep(9.5)
    marginal, given_true, given_false = tree.false
    difference = marginal * given_false + (1 - marginal) * given_true - marginal
    assert abs(difference.mean()) < 5 * difference.std() / np.sqrt(difference.size)
    assert given_false.mean() > 0.7 > 0.3 > given_true.mean()
    for _ in range(30):
        tree.sweep(7.0)
    np.testing.assert_allclose(tree.false[1:], tree.false[[0, 0]], atol=0.01)  # below: all is forgotten


@pytest.mark.parametrize(("k", "population", "published"), [(3, 1000, 3.86), (4, 2000, 9.38)])
def test_solutions_fall_apart_where_published(k: int, population: int, published: float) -> None:
    """Montanari, Ricci-Tersenghi & Semerjian 2008: four errors, one false alarm in 10^4."""
    found = clustering_threshold(k, population=population, sweeps=40, seed=2)
    assert found.error < 0.02 * published
    assert abs(found.value - published) < 4 * found.error


def test_clustering_of_few_members_is_near_the_published_or_an_error() -> None:
    """9.38 for K = 4: five errors; or ValueError, for as few members are often too few."""
    for seed in range(2):
        with suppress(ValueError):
            found = clustering_threshold(4, population=1000, sweeps=40, seed=seed)
            assert 0 < found.error < 0.3
            assert abs(found.value - 9.38) < 5 * found.error
            assert found.value < first_moment_threshold(4)


def test_leaves_that_are_forgotten_are_an_error() -> None:
    """Far below the threshold nothing is known; α for any information is then beyond the first-moment bound."""
    tree = _Tree(4, 1000, np.random.default_rng(1))
    for _ in range(200):
        tree.sweep(4.0)
    assert 0 < tree.knowledge() < 1e-6
    tree.false[:] = 0.5
    alpha, error = tree.alpha_at(1.0, 20)
    assert np.isfinite([alpha, error]).all()
    assert alpha > first_moment_threshold(4)


def points(alpha: np.ndarray) -> np.ndarray:
    x = np.linspace(1, 0.1, 10)
    return np.column_stack([x, alpha + 0 * x, 0.01 + 0 * x])


def test_least_alpha_of_a_curve() -> None:
    x = points(0)[:, 0]
    inside = _least(points(4 + 2 * (x - 0.4) ** 2), False)
    assert inside is not None
    assert inside.value == pytest.approx(4)
    assert 0.01 / np.sqrt(10) < inside.error < 0.01
    line = _least(points(4 + 0.3 * x - 0.001 * x**2), True)  # curved the wrong way, within errors
    assert line is not None
    assert line.value == pytest.approx(4, abs=1e-3)
    at_nothing = _least(points(4 + (x + 0.2) ** 2), True)
    assert at_nothing is not None
    assert at_nothing.value == pytest.approx(4.04)
    assert _least(points(4 + 0.3 * x), False) is None  # may fall on
    assert _least(points(4 + 2 * (x - 0.4) ** 2)[:4], True) is None


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="k=2"):
        complexity(4.0, 2)
    with pytest.raises(ValueError, match="population=10"):
        clustering_threshold(3, population=10)
    with pytest.raises(ValueError, match="population=100"):
        satisfiability_threshold(3, population=100)
    with pytest.raises(ValueError, match="sweeps=10"):
        survey_onset(3, sweeps=10)


def test_what_memory_cannot_hold_is_named() -> None:
    with pytest.raises(ValueError, match=r"alpha=1e\+09, k=3, population=20000"):
        complexity(1e9, 3)
    for threshold in (satisfiability_threshold, survey_onset, clustering_threshold):
        with pytest.raises(ValueError, match="k=30"):
            threshold(30)
