"""Planted, regular and drawn with replacement: K-SAT formulas against their distributions, worked out by enumeration.

Chi-square tests raise a false alarm at 5 standard deviations of the statistic.
"""

import itertools
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from sgq_problems.clause_draws import clause_weights
from sgq_problems.satisfiability import k_sat

GOLDEN = (np.sqrt(5) - 1) / 2


def assert_distributed(counts: Counter[Any], weights: Mapping[Any, float]) -> None:
    """Chi-square of counts against probabilities proportional to `weights`."""
    assert counts.keys() <= weights.keys()
    scale = sum(counts.values()) / sum(weights.values())
    statistic = sum((counts[kind] - scale * w) ** 2 / (scale * w) for kind, w in weights.items())
    freedom = len(weights) - 1
    assert abs(statistic - freedom) < 5 * np.sqrt(2 * freedom)


def clauses_of(n: int, k: int) -> list[tuple[int, ...]]:
    """Every clause of k different variables."""
    return [
        tuple(v * sign for v, sign in zip(chosen, signs, strict=True))
        for chosen in itertools.combinations(range(1, n + 1), k)
        for signs in itertools.product((-1, 1), repeat=k)
    ]


def true_literals(clause: tuple[int, ...], assignment: np.ndarray) -> int:
    return sum((assignment[abs(literal) - 1] == 1) == (literal > 0) for literal in clause)


@pytest.mark.parametrize(("kind", "q"), [("uniform", 1.0), ("quiet", GOLDEN)])
def test_a_planted_clause_has_probability_q_to_its_true_literals(kind: Any, q: float) -> None:
    problem = k_sat(n=6, k=3, m=40_000, planted=kind, seed=7)
    hidden = problem.planted_assignment
    assert hidden is not None
    counts = Counter(tuple(sorted(clause, key=abs)) for clause in problem.clauses)
    true = {clause: true_literals(clause, hidden) for clause in clauses_of(6, 3)}
    assert_distributed(counts, {clause: q**t for clause, t in true.items() if t})


@pytest.mark.parametrize("k", range(2, 12))
def test_quiet_clauses_have_as_many_true_as_false_literals(k: int) -> None:
    weights = clause_weights(k, "quiet")
    t = np.arange(k + 1)
    assert weights[0] == 0
    assert (weights[1:] >= 0).all()
    assert np.sum(weights * (2 * t - k)) == pytest.approx(0, abs=1e-9 * weights.sum())


def test_q_is_the_golden_ratio_for_three_literals() -> None:
    weights = clause_weights(3, "quiet")
    assert weights[2] / weights[1] == pytest.approx(GOLDEN, abs=1e-12)
    assert clause_weights(2, "quiet").tolist() == [0, 2, 0]


@pytest.mark.parametrize("kind", ["uniform", "quiet"])
@pytest.mark.parametrize("k", [2, 3, 5])
def test_the_planted_assignment_is_a_ground_state(kind: Any, k: int) -> None:
    problem = k_sat(n=300, k=k, alpha=8.0, planted=kind, seed=k)
    assert problem.ground_energy == 0
    assert problem.energies(problem.planted_assignment).tolist() == [0]
    assert problem.parameters == {"n": 300, "k": k, "alpha": 8.0, "planted": kind}
    assert 100 < problem.planted_assignment.sum() < 200  # 5 standard deviations are 43


def test_the_majority_of_signs_points_at_the_uniform_assignment_only() -> None:
    """Of 3 alpha = 15 signs of a variable 4/7 agree with the hidden one if uniform, and 1/2 if quiet."""
    overlaps = {}
    for kind in ("uniform", "quiet"):
        problem = k_sat(n=4000, k=3, alpha=5.0, planted=kind, seed=3)  # type: ignore[arg-type]
        signs = np.bincount(np.abs(problem.literals) - 1, np.sign(problem.literals), 4000)
        overlaps[kind] = np.mean(np.sign(signs) * (2 * problem.planted_assignment - 1))
    assert overlaps["uniform"] > 0.35
    assert abs(overlaps["quiet"]) < 5 / np.sqrt(4000)


@pytest.mark.parametrize(
    ("n", "k", "m"),
    [(20, 3, 80), (21, 3, 83), (30, 4, 47), (7, 2, 3), (5, 1, 12), (9, 5, 0), (9, 7, 33), (40, 40, 200)],
)
def test_every_literal_of_a_regular_formula_stands_equally_often(n: int, k: int, m: int) -> None:
    problem = k_sat(n=n, k=k, m=m, regular=True, seed=1)
    assert np.diff(problem.starts).tolist() == [k] * m
    positive = np.bincount(problem.literals[problem.literals > 0], minlength=n + 1)[1:]
    negative = np.bincount(-problem.literals[problem.literals < 0], minlength=n + 1)[1:]
    both = np.concatenate([positive, negative])
    assert both.sum() == k * m
    assert both.max() - both.min() <= (k * m % (2 * n) != 0)
    assert np.ptp(positive + negative) <= 1


def test_regular_formulas_of_few_variables_are_repaired() -> None:
    """Clauses that must hold every variable, or all but one, are the hardest to repair."""
    for k, spare, m, seed in itertools.product((2, 3, 4, 5), (0, 1), (1, 2, 3, 7, 20), range(20)):
        assert len(k_sat(n=k + spare, k=k, m=m, regular=True, seed=seed).clauses) == m


def test_which_variables_meet_in_a_regular_formula_is_uniform() -> None:
    """Pairs of variables over many formulas; those of one formula repel, so the statistic is below its mean."""
    met: Counter[tuple[int, int]] = Counter()
    for seed in range(300):
        for clause in k_sat(n=6, k=3, m=8, regular=True, seed=seed).clauses:
            met.update(itertools.combinations(sorted(map(abs, clause)), 2))
    expected = 300 * 8 * 3 / 15
    statistic = sum((met[pair] - expected) ** 2 / expected for pair in itertools.combinations(range(1, 7), 2))
    assert statistic < 14 + 5 * np.sqrt(28)


def test_signs_and_places_of_long_regular_clauses_are_uniform() -> None:
    """Variable 1 in three of four clauses, positive in one or two: which, and its places there, are uniform."""
    seen: Counter[tuple[bool, ...]] = Counter()
    places: Counter[int] = Counter()
    for seed in range(2000):
        rows = k_sat(n=4, k=3, m=4, regular=True, seed=seed).literals.reshape(4, 3)
        places.update(np.argmax(np.abs(rows) == 1, axis=1)[(np.abs(rows) == 1).any(axis=1)].tolist())
        seen[tuple((rows == 1).any(axis=1).tolist())] += 1
    one = [bits for bits in itertools.product((False, True), repeat=4) if sum(bits) == 1]
    two = [bits for bits in itertools.product((False, True), repeat=4) if sum(bits) == 2]
    assert_distributed(seen, {bits: 1 / 4 for bits in one} | {bits: 1 / 6 for bits in two})
    assert_distributed(places, dict.fromkeys(range(3), 1.0))


def test_clauses_with_replacement_collapse() -> None:
    """All (2n)^k sequences of literals: what is left of each, and how often nothing is."""
    n, k, m = 4, 3, 40_000
    weights: Counter[tuple[int, ...]] = Counter()
    for drawn in itertools.product([v for v in range(-n, n + 1) if v], repeat=k):
        if all(-literal not in drawn for literal in drawn):
            weights[tuple(sorted(set(drawn)))] += 1
    problem = k_sat(n=n, k=k, m=m, replacement=True, seed=2)
    counts = Counter(tuple(sorted(clause)) for clause in problem.clauses)
    assert_distributed(counts, weights)
    kept = sum(weights.values()) / (2 * n) ** k
    assert abs(len(problem.clauses) - kept * m) < 5 * np.sqrt(m * kept * (1 - kept))


def test_with_replacement_a_clause_may_be_longer_than_the_variables_are_many() -> None:
    lengths = {len(clause) for clause in k_sat(n=2, k=5, m=5000, replacement=True, seed=1).clauses}
    assert lengths == {1, 2}  # 20 clauses of length 1 are expected


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"planted": "loud"}, "planted='loud': one of 'quiet', 'uniform'"),
        ({"planted": "quiet", "k": 1}, "k=1: planted='quiet' needs k of at least 2"),
        ({"planted": "quiet", "regular": True}, "planted and regular: one of planted, regular and replacement"),
        ({"replacement": True, "regular": True}, "regular and replacement: one of"),
        ({"regular": 1}, "regular=1: True or False"),
        ({"weights": [1, 2]}, "weights belong to given clauses"),
    ],
)
def test_bad_options_are_named(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        k_sat(**{"n": 5, "m": 4, **parameters})
    if "weights" not in parameters:
        with pytest.raises(ValueError, match=r"planted='loud'|True or False|given ones take no"):
            k_sat(clauses=[(1, 2)], **parameters)
