"""Messages against their equations, against enumeration on trees, and unit propagation against a naive one."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sgq.kernels.survey import Messages, propagate, update
from sgq_problems.satisfiability import KSat, k_sat
from sgq_solvers.decimation import Decimation


def tree(rng: np.random.Generator, clauses: int, units: int = 0) -> KSat:
    """A formula without loops: each clause of 2 or 3 literals shares one variable with those before it."""
    rows, n = [], 1
    for _ in range(clauses):
        new = int(rng.integers(1, 3))
        variables = [int(rng.integers(1, n + 1)), *range(n + 1, n + 1 + new)]
        rows.append([v * int(rng.choice([-1, 1])) for v in variables])
        n += new
    alone = rng.choice(np.arange(1, n + 1), size=min(units, n), replace=False)
    return k_sat(clauses=[*rows, *([int(v) * int(rng.choice([-1, 1]))] for v in alone)], n=n)


def solutions(problem: KSat) -> NDArray[np.int64]:
    rows = np.array(list(itertools.product((0, 1), repeat=problem.num_vars)))
    return rows[problem.energies(rows) == 0]


def converged(problem: KSat, rho: float, seed: int = 0) -> Messages:
    eta = np.random.default_rng(seed).random(len(problem.literals))
    messages = Messages(problem.literals, problem.starts, eta, np.log1p(-eta), np.zeros((problem.num_vars, 2)))
    _, change = update(messages, np.arange(len(problem.starts) - 1), rho, 0.0, 500, 1e-13)
    assert change < 1e-13
    return messages


@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
def test_converged_messages_solve_their_equations(rho: float) -> None:
    problem = k_sat(n=12, alpha=1.5, seed=3)
    messages = converged(problem, rho)
    clauses = problem.clauses
    places = [(c, literal) for c, row in enumerate(clauses) for literal in row]
    eta = dict(zip(places, messages.eta, strict=True))
    for c, row in enumerate(clauses):
        for literal in row:
            expected = 1.0
            for other in set(row) - {literal}:
                same = np.prod([1 - e for (b, x), e in eta.items() if x == other and b != c])
                opposite = np.prod([1 - e for (_, x), e in eta.items() if x == -other])
                false, true = same * (1 - rho * opposite), opposite * (1 - rho * same)
                expected *= false / (false + true + rho * same * opposite)
            assert eta[c, literal] == pytest.approx(expected, abs=1e-11)


@given(st.integers(0, 2**31), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_beliefs_on_trees_are_the_marginals_of_all_solutions(seed: int, clauses: int) -> None:
    rng = np.random.default_rng(seed)
    problem = tree(rng, clauses)
    decimation = Decimation(problem.literals, problem.starts, problem.num_vars, 0.0, rng)
    update(decimation.messages, np.arange(clauses), 0.0, 0.0, 500, 1e-13)
    true = solutions(problem).mean(axis=0)
    np.testing.assert_allclose(decimation.marginals(), np.stack([true, 1 - true], axis=1), atol=1e-9)


@given(st.integers(0, 2**31), st.integers(1, 5), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_surveys_on_trees_are_the_warnings_of_what_all_solutions_share(seed: int, clauses: int, units: int) -> None:
    problem = tree(np.random.default_rng(seed), clauses, units)
    rows = solutions(problem)
    if not len(rows):
        return
    messages = converged(problem, 1.0, seed)
    assert np.minimum(messages.eta, 1 - messages.eta).max() < 1e-9
    wanted = np.zeros((problem.num_vars, 2), dtype=bool)
    for literal, eta in zip(problem.literals, messages.eta, strict=True):
        wanted[abs(literal) - 1, int(literal < 0)] |= eta > 0.5
    np.testing.assert_array_equal(wanted[:, 0], rows.all(axis=0))
    np.testing.assert_array_equal(wanted[:, 1], ~rows.any(axis=0))


def test_a_variable_of_thousands_of_clauses_loses_no_message() -> None:
    """Products of 1 - η would be 2^-2000; x1 is true in almost every solution of (1, v) for 2000 others."""
    problem = k_sat(clauses=[(1, v) for v in range(2, 2002)])
    messages = converged(problem, 0.0)
    np.testing.assert_allclose(messages.eta[1::2], 0.0, atol=1e-12)  # x1 is hardly ever false
    np.testing.assert_allclose(messages.eta[::2], 0.5, atol=1e-12)


@given(st.integers(0, 2**31), st.integers(2, 8), st.integers(1, 30))
@settings(max_examples=80, deadline=None)
def test_unit_propagation_is_the_naive_one(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    problem = k_sat(n=n, k=2, m=m, seed=seed)
    literal = int(rng.choice([-1, 1])) * int(rng.integers(1, n + 1))
    forced, grown = {literal}, True
    while grown and not any(-x in forced for x in forced):
        new = {b for a, b in problem.clauses if -a in forced} | {a for a, b in problem.clauses if -b in forced}
        grown = not new <= forced
        forced |= new
    decimation = Decimation(problem.literals, problem.starts, n, 1.0, rng)
    decimation.fix([literal])
    if any(-x in forced for x in forced):
        assert decimation.contradiction
    else:
        assert not decimation.contradiction
        assert {int(v * decimation.values[v - 1]) for v in np.flatnonzero(decimation.values) + 1} == forced


def test_propagation_names_the_violated_clause() -> None:
    literals, starts = np.array([1, 2, -1, 2, -2, 3, -2, -3]), np.array([0, 2, 4, 6, 8])
    places, occurrences = np.array([0, 1, 3, 4, 5, 7, 8]), np.array([0, 0, 1, 2, 1, 2, 3, 3])
    values = np.array([0, 1, 0], dtype=np.int8)
    queue = np.array([2, 0, 0])
    assert propagate(literals, starts, occurrences, places, values, queue, 1) == 3
