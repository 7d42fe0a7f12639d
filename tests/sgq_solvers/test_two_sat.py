"""2-SAT against CDCL and enumeration, below, at and above the transition at alpha = 1."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq
from sgq.problem import Problem
from sgq_problems.satisfiability import k_sat


def decide(problem: Problem) -> bool:
    samples = sgq.solve(problem, "two-sat")
    info = samples.info["sgq"]
    assert info["proven"] is True
    assert info["satisfiable"] is (len(samples) == 1)
    assert ("contradiction" in info) is not info["satisfiable"]
    assert (samples.record.energy == 0).all()
    return bool(info["satisfiable"])


@st.composite
def formulas(draw: st.DrawFn) -> tuple[int, list[tuple[int, ...]]]:
    n = draw(st.integers(1, 12))
    literal = st.integers(1, n).flatmap(lambda v: st.sampled_from([v, -v]))
    clause = st.lists(literal, min_size=1, max_size=2, unique_by=abs).map(tuple)
    return n, draw(st.lists(clause, max_size=2 * n))


@given(formulas())
@settings(max_examples=200)
def test_the_answer_is_that_of_enumeration(formula: tuple[int, list[tuple[int, ...]]]) -> None:
    n, clauses = formula
    problem = k_sat(n=n, clauses=clauses)
    rows = (np.arange(1 << n)[:, None] >> np.arange(n)) & 1
    assert decide(problem) == bool((problem.energies(rows) == 0).any())


@pytest.mark.parametrize(("n", "instances"), [(20, 100), (1000, 10), (100_000, 1)])
def test_the_answer_is_that_of_cdcl_around_the_transition(n: int, instances: int) -> None:
    answers = []
    for alpha in (0.9, 1.0, 1.1):
        for seed in range(instances):
            problem = k_sat(n=n, k=2, alpha=alpha, seed=seed)
            answers.append(decide(problem))
            assert answers[-1] == sgq.solve(problem, "cdcl").info["sgq"]["satisfiable"]
    assert len(set(answers)) == 2


def implied(clauses: list[tuple[int, ...]], literal: int) -> set[int]:
    """What follows from a literal, clause by clause."""
    reached, new = {literal}, [literal]
    while new:
        last = new.pop()
        for clause in clauses:
            others = {x for x in clause if x != -last} or {-last}
            if -last in clause and not others <= reached:
                reached |= others
                new += others
    return reached


def test_a_contradiction_implies_its_negation_and_the_other_way_round() -> None:
    found = 0
    for seed in range(20):
        problem = k_sat(n=50, k=2, alpha=1.6, seed=seed)
        variable = sgq.solve(problem, "two-sat").info["sgq"].get("contradiction")
        if variable is not None:
            found += 1
            assert -variable in implied(problem.clauses, variable)
            assert variable in implied(problem.clauses, -variable)
    assert found >= 10


def test_what_it_cannot_take_is_named() -> None:
    with pytest.raises(ValueError, match=r"clause 1 of .* more than two literals: .* use 'cdcl' or 'walksat'"):
        sgq.solve(k_sat(clauses=[(1, 2), (1, 2, 3)]), "two-sat")
    with pytest.raises(ValueError, match="has no clauses: two-sat takes k-sat"):
        sgq.solve(sgq.qubo({(0, 0): 1.0}), "two-sat")
