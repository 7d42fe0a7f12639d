"""Weighted clauses: energies against a sum by hand, and hard clauses that no soft ones outweigh."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq
from sgq.testing import check_problem
from sgq_problems.satisfiability import KSat, k_sat

CLAUSES = k_sat(n=5, k=3, m=10, seed=4).clauses
ROWS = np.array(list(itertools.product((0, 1), repeat=5)))


def violated(clause: tuple[int, ...], row: np.ndarray) -> bool:
    return not any((row[abs(literal) - 1] == 1) == (literal > 0) for literal in clause)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.floats(0.001, 1000), st.just(np.inf)), min_size=10, max_size=10))
def test_the_energy_is_the_weight_of_violated_clauses(weights: list[float]) -> None:
    problem = k_sat(n=5, clauses=CLAUSES, weights=weights)
    soft = [w if np.isfinite(w) else 0.0 for w in weights]
    for row, energy in zip(ROWS, problem.energies(ROWS), strict=True):
        bad = [k for k, clause in enumerate(CLAUSES) if violated(clause, row)]
        hard = [k for k in bad if weights[k] == np.inf]
        assert energy == pytest.approx(sum(soft[k] for k in bad) + len(hard) * (1 + sum(soft)))
        assert problem.decode(row).violated == tuple(bad)
        assert problem.decode(row).violated_hard == tuple(hard)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.floats(0.001, 1000), st.just(np.inf)), min_size=10, max_size=10))
def test_violating_a_hard_clause_never_pays(weights: list[float]) -> None:
    problem = k_sat(n=5, clauses=CLAUSES, weights=weights)
    hard = np.array([bool(problem.decode(row).violated_hard) for row in ROWS])
    energies = problem.energies(ROWS)
    if hard.any() and not hard.all():
        assert energies[hard].min() > energies[~hard].max()


def test_a_weighted_formula_keeps_the_promises_of_a_problem() -> None:
    check_problem("k-sat", n=5, clauses=CLAUSES, weights=[0.1, 0.7, np.inf, 3, 1, 1, 1, 2, np.inf, 1 / 3])
    assert k_sat(n=5, clauses=CLAUSES, weights=range(1, 11)).energy_tolerance == 0
    assert k_sat(n=5, clauses=CLAUSES, weights=[0.1] * 10).energy_tolerance > 0
    ones = k_sat(n=5, clauses=CLAUSES, weights=[1] * 10)
    np.testing.assert_array_equal(ones.energies(ROWS), k_sat(n=5, clauses=CLAUSES).energies(ROWS))


def test_the_lowest_weight_is_found_by_enumeration_of_the_polynomial() -> None:
    problem = k_sat(n=5, clauses=[*CLAUSES, (1,), (-1,)], weights=[2, 3, 1, 5, np.inf, 1, 4, 1, 2, 2, 9, 4])
    samples = sgq.solve(problem, "exhaustive")
    assert samples.first.energy == problem.energies(ROWS).min() == pytest.approx(problem.energies(samples).min())


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1], r"weights of shape \(1,\) for 2 clauses"),
        ([1, 0], r"weights\[1\] = 0.0: above 0, or infinity for a hard clause"),
        ([-1, 1], r"weights\[0\] = -1.0"),
        ([1, np.nan], r"weights\[1\] = nan"),
        ([1, -np.inf], r"weights\[1\] = -inf"),
        ([np.inf, np.nan], r"weights\[1\] = nan"),
        (["a", 1], "weights: an array of numbers, one for each clause"),
        ([1e17, np.inf], r"weights: soft ones add up to 1e\+17; scale them below 2\^53 - 1"),
        ([1e308, 1e308], "weights: they add up to more than the largest float"),
    ],
)
def test_bad_weights_are_named(weights: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        k_sat(clauses=[(1, 2), (-1,)], weights=weights)


def test_weights_that_overflow_beside_a_hard_clause() -> None:
    """NumPy's warning would be an error here."""
    with pytest.raises(ValueError, match="weights: soft ones add up to inf; scale them"):
        k_sat(clauses=[(1, 2), (-1,), (2,)], weights=[1e308, 1e308, np.inf])


def test_the_heaviest_soft_clauses_beside_a_hard_one() -> None:
    problem = k_sat(clauses=[(1,), (2,)], weights=[2.0**53 - 2, np.inf])
    assert problem.energies([[1, 0], [0, 1]]).tolist() == [2**53 - 1, 2**53 - 2]


def test_a_hard_clause_that_is_too_light_is_refused() -> None:
    formula = k_sat(clauses=[(1, 2), (-1,)])
    fields = {"name": "k-sat", "num_vars": 2, "literals": formula.literals, "starts": formula.starts}
    with pytest.raises(ValueError, match="a hard clause weighs more"):
        KSat(**fields, weights=np.array([1.0, 1.0]), hard=np.array([True, False]))
    with pytest.raises(ValueError, match="hard clauses need weights"):
        KSat(**fields, hard=np.array([True, False]))
    with pytest.raises(ValueError, match="one entry for each of the 2 clauses"):
        KSat(**fields, weights=np.ones(2), hard=np.array([True]))
