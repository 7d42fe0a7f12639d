"""NAE-SAT, 1-in-K SAT and XORSAT: energies, polynomial and clauses against the constraints read literally."""

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq
from sgq_problems.generalized import GeneralizedSat
from sgq_problems.not_all_equal import nae_sat
from sgq_problems.one_in_k import one_in_k_sat
from sgq_problems.satisfiability import k_sat
from sgq_problems.xor_sat import xor_sat

ROWS = np.array(list(itertools.product((0, 1), repeat=6)))
SATISFIED: dict[str, Callable[[list[bool]], bool]] = {
    "nae-sat": lambda truth: any(truth) and not all(truth),
    "one-in-k-sat": lambda truth: sum(truth) == 1,
    "xor-sat": lambda truth: sum(truth) % 2 == 1,
}
CLAUSES = st.lists(
    st.lists(st.integers(1, 6), min_size=1, max_size=6, unique=True).flatmap(
        lambda variables: st.tuples(*(st.sampled_from((v, -v)) for v in variables))
    ),
    max_size=8,
)


def build(name: str, clauses: list[tuple[int, ...]]) -> GeneralizedSat:
    """The problem of these literals; an equation of them has an odd number of true ones."""
    if name != "xor-sat":
        return {"nae-sat": nae_sat, "one-in-k-sat": one_in_k_sat}[name](n=6, clauses=clauses)  # type: ignore[operator]
    equations = [([abs(l) for l in c], (1 + sum(l < 0 for l in c)) % 2) for c in clauses]  # noqa: E741
    return xor_sat(n=6, equations=equations)


def violated(name: str, clauses: list[tuple[int, ...]], row: np.ndarray) -> tuple[int, ...]:
    truth = [[(row[abs(literal) - 1] == 1) == (literal > 0) for literal in clause] for clause in clauses]
    return tuple(k for k, t in enumerate(truth) if not SATISFIED[name](t))


@pytest.mark.parametrize("name", SATISFIED)
@settings(max_examples=40, deadline=None)
@given(clauses=CLAUSES)
def test_energies_polynomial_and_clauses_count_the_violations(name: str, clauses: list[tuple[int, ...]]) -> None:
    problem = build(name, clauses)
    expected = [violated(name, clauses, row) for row in ROWS]
    counts = [len(v) for v in expected]
    np.testing.assert_array_equal(problem.energies(ROWS), counts)
    assert [problem.decode(row).violated for row in ROWS[::7]] == expected[::7]
    model = problem.model
    np.testing.assert_allclose(model.energies((ROWS, range(1, 7))), counts, atol=1e-9)
    formula = k_sat(n=6, clauses=problem.clauses)
    np.testing.assert_array_equal(formula.energies(ROWS), counts)
    np.testing.assert_array_equal(formula.literals, problem.literals)
    np.testing.assert_array_equal(formula.starts, problem.starts)
    even = bool((problem.energies(ROWS) == problem.energies(1 - ROWS)).all())
    assert even or not problem.flip_symmetric


@pytest.mark.parametrize("name", SATISFIED)
@pytest.mark.parametrize("k", [2, 3, 4])
def test_symmetry_under_a_flip(name: str, k: int) -> None:
    symmetric = {"nae-sat": True, "one-in-k-sat": k == 2, "xor-sat": k % 2 == 0}[name]
    assert sgq.build(name, n=8, k=k, m=10, seed=1).flip_symmetric is symmetric


@pytest.mark.parametrize("name", SATISFIED)
@pytest.mark.parametrize("planted", [False, True])
def test_random_constraints_are_uniform_among_those_that_are_allowed(name: str, planted: bool) -> None:
    """Chi-square; a false alarm at 5 standard deviations of the statistic."""
    n, k, m = 5, 3, 40_000
    problem = sgq.build(name, n=n, k=k, m=m, planted=planted, seed=2)
    hidden = problem.planted_assignment
    kinds = []
    for variables in itertools.combinations(range(1, n + 1), k):
        for signs in itertools.product((1, -1), repeat=k if name != "xor-sat" else 1):
            clause = tuple(v * s for v, s in itertools.zip_longest(variables, signs, fillvalue=1))
            if not planted or not violated(name, [clause], hidden):
                kinds.append(clause)
    drawn = (problem.members.reshape(m, k)).tolist()
    if name == "xor-sat":  # the sign is that of the equation
        drawn = [[np.prod(np.sign(c)) * min(map(abs, c)), *sorted(map(abs, c))[1:]] for c in drawn]
    counts = Counter(tuple(sorted(map(int, c), key=abs)) for c in drawn)
    assert counts.keys() <= set(kinds)
    expected = m / len(kinds)
    statistic = sum((counts[kind] - expected) ** 2 / expected for kind in kinds)
    assert abs(statistic - len(kinds) + 1) < 5 * np.sqrt(2 * len(kinds))


@pytest.mark.parametrize("name", SATISFIED)
@pytest.mark.parametrize("k", [2, 3, 5])
def test_a_planted_assignment_satisfies_everything(name: str, k: int) -> None:
    problem = sgq.build(name, n=200, k=k, alpha=4.0, planted=True, seed=k)
    assert problem.ground_energy == 0
    assert problem.energies(problem.planted_assignment).tolist() == [0]
    assert problem.parameters == {"n": 200, "k": k, "alpha": 4.0, "planted": True}


@pytest.mark.parametrize(("name", "low", "high"), [("nae-sat", 1.3, 2.8), ("one-in-k-sat", 0.15, 0.7)])
def test_most_formulas_have_a_solution_below_the_transition_only(name: str, low: float, high: float) -> None:
    """The bounds 1.514 and 2.215 of NAE-3-SAT and 1/3 of 1-in-3 SAT, by a solver that works on the clauses."""
    pytest.importorskip("pysat")
    for alpha, solvable in ((low, True), (high, False)):
        problems = [sgq.build(name, n=100, alpha=alpha, seed=seed) for seed in range(20)]
        answers = [sgq.solve(problem, "cdcl").info["sgq"]["satisfiable"] for problem in problems]
        assert answers.count(solvable) >= 16


def test_parity_equations_are_the_diluted_p_spin_glass() -> None:
    """E = Σ (1 - J Π s) / 2 with J = 2 b - 1 for the right side b of three variables, in spins s = 2 x - 1."""
    problem = xor_sat(n=6, k=3, m=8, seed=5)
    spins = 2 * ROWS - 1
    energy = np.zeros(len(ROWS))
    for variables, side in problem.instance:
        product = spins[:, [v - 1 for v in variables]].prod(axis=1)  # 1 where an odd number of the three is true
        energy += (1 - (2 * side - 1) * product) / 2
    np.testing.assert_array_equal(problem.energies(ROWS), energy)


def test_clause_solvers_agree_on_the_lowest_energy() -> None:
    for name in SATISFIED:
        problem = sgq.build(name, n=10, k=3, alpha=4.0, seed=3)
        rows = np.array(list(itertools.product((0, 1), repeat=10)))
        best = problem.energies(rows).min()
        assert best == sgq.solve(k_sat(n=10, clauses=problem.clauses), "exhaustive").first.energy > 0


@pytest.mark.parametrize(
    ("builder", "parameters", "message"),
    [
        (nae_sat, {"n": 3}, "nae-sat needs n and one of m"),
        (nae_sat, {"n": 2, "m": 3}, "k=3: a clause holds k different variables, and there are n=2"),
        (nae_sat, {"clauses": [(1, 2, -1)]}, "clause 0 holds both 1 and -1"),
        (nae_sat, {"clauses": [(1, 2)], "m": 3}, "nae-sat: given constraints take no m"),
        (nae_sat, {"n": 4, "k": 1, "m": 3, "planted": True}, "k=1: nothing satisfies a constraint of nae-sat"),
        (one_in_k_sat, {"clauses": [(1, 2), ()]}, "clause 1 is empty"),
        (one_in_k_sat, {"n": 4, "m": 2, "planted": "quiet"}, "planted='quiet': True or False"),
        (xor_sat, {"equations": [((1, 2), 2)]}, r"equations\[0\] has the right side 2: 0 or 1"),
        (xor_sat, {"equations": [((1, 2), 0), ((1, -2), 0)]}, r"equations\[1\] holds -2: variables are integers 1 …"),
        (xor_sat, {"equations": [(1, 2)]}, r"equations\[0\] = \(1, 2\): variables and right side"),
        (xor_sat, {"equations": [((1, 2, 2), 0)]}, r"equations\[0\] holds the variable 2 twice: .* take both out"),
        (xor_sat, {"equations": [((), 1)]}, r"equations\[0\] holds no variables"),
        (xor_sat, {"equations": [((True, 2), 1)]}, r"equations\[0\] holds True: variables are integers"),
        (xor_sat, {"equations": [((2**63,), 1)]}, r"equations\[0\] holds 9223372036854775808: .* 1 … 2147483647"),
        (xor_sat, {"equations": [((1, 4), 1)], "n": 3}, r"equations\[0\] holds 4: variables are integers 1 … 3"),
        (xor_sat, {"equations": [((1, 2), np.array([0, 1]))]}, r"equations\[0\] has the right side array.*: 0 or 1"),
        (xor_sat, {"equations": []}, r"equations=\[\]: give n"),
        (xor_sat, {"equations": 3}, "equations=3: pairs of variables and right side"),
        (xor_sat, {"equations": [((1, 2), 0)], "k": 4}, "k=4: constraint 0 does not hold 4"),
        (nae_sat, {"clauses": [(1, 2)], "k": 4}, "k=4: constraint 0 does not hold 4"),
        (one_in_k_sat, {"clauses": [(True, 2)]}, "clauses hold bool values"),
        (xor_sat, {"equations": [((1, 2), 0)], "seed": 1}, "given constraints take no seed"),
    ],
)
def test_bad_arguments_are_named(builder: Callable[..., Any], parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        builder(**parameters)


def test_equations_may_be_a_generator_of_arrays() -> None:
    """Unsigned ones too, whose negation would not be one."""
    rows = np.array([[1, 3], [2, 3]], dtype=np.uint8)
    problem = xor_sat(equations=((row, np.bool_(side)) for row, side in zip(rows, (0, 1), strict=True)), k=2)
    assert problem.instance == [((1, 3), 0), ((2, 3), 1)]


def test_long_constraints_have_energies_but_no_polynomial() -> None:
    problem = xor_sat(equations=[((1, 2), 0), (tuple(range(1, 31)), 1)])
    assert problem.energies(np.zeros(30, dtype=int)) == 1
    for attribute in ("model", "clauses", "literals"):
        with pytest.raises(ValueError, match="constraint 1 has 30 literals"):
            getattr(problem, attribute)
