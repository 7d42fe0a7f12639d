"""Population dynamics against single large formulas, tiny trees drawn one by one, and published thresholds."""

import numpy as np
import pytest

from sgq.kernels.survey import Messages, update
from sgq.theory import clustering_threshold, complexity, satisfiability_threshold, survey_onset
from sgq.theory.clustering import _Tree
from sgq.theory.populations import random_sums
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


def test_satisfiability_threshold_of_three_sat() -> None:
    """4.26675(15), Mertens, Mézard & Zecchina 2006; five errors, and a hundredth for the small population."""
    found = satisfiability_threshold(3, population=2000, sweeps=20, seed=1)
    assert found.error < 0.02
    assert abs(found.value - 4.26675) < 5 * found.error + 0.01


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


def test_solutions_of_three_sat_fall_apart_where_published() -> None:
    """3.86 (Montanari, Ricci-Tersenghi & Semerjian 2008): five errors."""
    found = clustering_threshold(3, population=2000, sweeps=20, seed=1)
    assert found.error < 0.1
    assert abs(found.value - 3.86) < 5 * found.error


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="k=2"):
        complexity(4.0, 2)
    with pytest.raises(ValueError, match="population=10"):
        clustering_threshold(3, population=10)
    with pytest.raises(ValueError, match="sweeps=5"):
        survey_onset(3, sweeps=5)
