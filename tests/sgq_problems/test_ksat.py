"""K-SAT: the energy is the number of violated clauses, by literal count, polynomial and by hand."""

import gzip
import itertools
import pickle
from collections import Counter
from pathlib import Path

import dimod
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sgq
from sgq.models import terms
from sgq_problems.satisfiability import k_sat

SATISFIABLE = [(1, -2), (1, 2), (2, -3)]


def all_assignments(n: int) -> np.ndarray:
    return np.array(list(itertools.product((0, 1), repeat=n)))


def count_violated(clauses: list[tuple[int, ...]], row: np.ndarray) -> int:
    return sum(not any((row[abs(literal) - 1] == 1) == (literal > 0) for literal in clause) for clause in clauses)


def test_three_clauses_have_three_solutions_and_two_more_leave_none() -> None:
    energies = k_sat(clauses=SATISFIABLE).energies(all_assignments(3))
    assert np.count_nonzero(energies == 0) == 3
    assert energies[-1] == 0  # all true
    assert k_sat(clauses=[*SATISFIABLE, (-1, -2), (-1, 2)]).energies(all_assignments(3)).min() == 1


@given(
    st.lists(
        st.lists(st.integers(1, 6), min_size=1, max_size=6, unique=True).flatmap(
            lambda vs: st.tuples(*(st.sampled_from((v, -v)) for v in vs))
        ),
        max_size=12,
    )
)
def test_energy_and_polynomial_count_the_violated_clauses(clauses: list[tuple[int, ...]]) -> None:
    problem = k_sat(n=6, clauses=clauses)
    rows = all_assignments(6)
    expected = [count_violated(clauses, row) for row in rows]
    np.testing.assert_array_equal(problem.energies(rows), expected)
    polynomial, labels = terms(problem.model)
    assert sorted(labels) == list(problem.variables) == [1, 2, 3, 4, 5, 6]
    columns = [label - 1 for label in labels]
    np.testing.assert_allclose(polynomial.energies(rows[:, columns]), expected, atol=1e-12)
    assert problem.clauses == problem.instance == clauses


def test_a_clause_that_stands_twice_counts_twice() -> None:
    problem = k_sat(clauses=[(1, 2), (1, 2), (2, 1)])
    assert problem.energies(np.array([0, 0])) == 3
    assert problem.model[()] == 3


def test_decode_names_the_violated_clauses() -> None:
    problem = k_sat(n=4, clauses=[(-1,), (2, 3, 1), (2,), (-2, 3)])
    decoded = problem.decode({1: 1, 2: 0, 3: 0, 4: 1})
    assert decoded.assignment == {1: True, 2: False, 3: False, 4: True}
    assert decoded.violated == (0, 2)
    assert problem.decode({1: 0, 2: 1, 3: 1, 4: 0}).violated == ()


@pytest.mark.parametrize(("n", "k"), [(5, 1), (6, 2), (6, 3), (4, 4)])
def test_random_clauses_are_uniform(n: int, k: int) -> None:
    """Chi-square over all clauses of k variables; a false alarm at 5 standard deviations of the statistic."""
    m = 40_000
    counts = Counter(tuple(sorted(clause)) for clause in k_sat(n=n, k=k, m=m, seed=5).clauses)
    kinds = [
        tuple(sorted(v * sign for v, sign in zip(chosen, signs, strict=True)))
        for chosen in itertools.combinations(range(1, n + 1), k)
        for signs in itertools.product((-1, 1), repeat=k)
    ]
    assert counts.keys() <= set(kinds)
    expected = m / len(kinds)
    statistic = sum((counts[kind] - expected) ** 2 / expected for kind in kinds)
    freedom = len(kinds) - 1
    assert abs(statistic - freedom) < 5 * np.sqrt(2 * freedom)


def test_alpha_and_m_say_the_same() -> None:
    by_alpha, by_m = k_sat(n=50, alpha=4.27, seed=3), k_sat(n=50, m=213, seed=3)
    assert by_alpha.clauses == by_m.clauses
    assert by_alpha.parameters == {"n": 50, "k": 3, "alpha": 4.27}
    assert by_m.seed == 3


def test_a_random_assignment_violates_one_clause_in_2_to_the_k() -> None:
    for k in (2, 3, 5):
        energies = k_sat(n=2000, k=k, m=40_000, seed=k).energies(np.ones((1, 2000), dtype=int))
        p = 0.5**k
        assert abs(energies[0] / 40_000 - p) < 5 * np.sqrt(p * (1 - p) / 40_000)


def test_a_large_formula_keeps_to_arrays() -> None:
    problem = k_sat(n=25_000, m=100_000, seed=1)
    assert problem.energies(np.zeros((3, 25_000), dtype=np.int8)).shape == (3,)
    assert "model" not in vars(problem)
    assert "clauses" not in vars(pickle.loads(pickle.dumps(problem)))


def test_long_clauses_have_energies_but_no_polynomial() -> None:
    problem = k_sat(clauses=[(1, -2), tuple(range(1, 31))])
    assert problem.energies(np.zeros(30, dtype=int)) == 1
    with pytest.raises(ValueError, match="clause 1 has 30 positive literals"):
        _ = problem.model
    negative = k_sat(clauses=[tuple(-v for v in range(1, 31))])
    assert negative.model[range(1, 31)] == 1


def test_a_formula_without_clauses_is_satisfied() -> None:
    problem = k_sat(n=3, m=0)
    assert problem.energies(np.array([0, 1, 0])) == 0
    assert problem.decode(np.array([0, 1, 0])).violated == ()
    assert set(problem.model.variables) == {1, 2, 3}


def test_quadratisation_keeps_the_minimum() -> None:
    problem = k_sat(n=6, alpha=6.0, seed=2)
    best = sgq.solve(problem, dimod.ExactSolver()).first.energy
    assert best == problem.energies(all_assignments(6)).min()


@pytest.mark.parametrize(
    ("clauses", "message"),
    [
        ([(1, 2), ()], "clause 1 is empty"),
        ([(1, 0)], "clause 0 holds 0: literals are ±1 … ±4"),
        ([(1, 2), (2, -5)], "clause 1 holds -5: literals are ±1 … ±4"),
        ([(1, 2), (3, 2, 3)], "clause 1 holds the literal 3 twice: keep one"),
        ([(1, 2), (3, 2, -3)], "clause 1 holds both 3 and -3, which is always true: leave the clause out"),
        ([1, 2], "a sequence of clauses"),
        (3, "a sequence of clauses"),
        ([[1, [2]]], "clauses hold list values: literals are integers"),
        ([[1, 2.5]], "clauses hold float values: literals are integers"),
        ([[1, 2], [True, 2]], "clauses hold bool values: literals are integers"),
        ([[1, 2], [3, 2**63]], "clause 1 holds 9223372036854775808: literals are ±1 … ±4"),
        ([[1, 2], [3, -(2**64)]], "clause 1 holds -18446744073709551616: literals are ±1 … ±4"),
        (["1 2"], "literals are integers"),
    ],
)
def test_bad_clauses_are_named(clauses: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        k_sat(n=4, clauses=clauses)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n": 3, "k": 4, "m": 1}, "k=4: a clause holds k different variables, and there are n=3"),
        ({"n": 3, "m": 2, "alpha": 1.0}, "one of m .* and alpha"),
        ({"n": 3}, "one of m .* and alpha"),
        ({"m": 3}, "needs n"),
        ({"n": 0, "m": 3}, "n=0: an integer of at least 1"),
        ({"n": 3, "m": -1}, "m=-1"),
        ({"n": 3, "alpha": float("nan")}, "alpha=nan: a finite number"),
        ({"clauses": []}, "give n"),
        ({"clauses": [(1, 2)], "m": 3}, "given ones take no m"),
        ({"clauses": [(1, 2, 3, 4), (1, 2, 3)], "k": 4}, "k=4: constraint 1 does not hold 4 literals"),
        ({"clauses": [(2**31,)]}, "clause 0 holds 2147483648: literals are ±1 … ±2147483647"),
        ({"clauses": [(-(2**63),)]}, "clause 0 holds -9223372036854775808: literals are ±1 … ±2147483647"),
        ({"clauses": [(1,)], "n": 2**31}, "n=2147483648: an integer of at least 1 and at most 2147483647"),
        ({"n": 2**31, "m": 1}, "n=2147483648: an integer of at least 1 and at most 2147483647"),
    ],
)
def test_bad_parameters_are_named(parameters: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        k_sat(**parameters)


def test_clauses_may_be_a_generator_and_k_their_length() -> None:
    assert k_sat(clauses=(clause for clause in SATISFIABLE), k=2).clauses == SATISFIABLE
    assert k_sat(clauses=np.array(SATISFIABLE, dtype=np.int8)).clauses == SATISFIABLE


def test_variables_that_no_memory_holds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One clause about variable 2^31 - 1 is small, and its answer of 550 GB is not."""
    monkeypatch.setattr("sgq_problems.constraints._memory", lambda: 16e9)
    message = "num_vars=2147483647: an answer takes some 550 GB, and this machine has 16 GB; .* number those from 1"
    with pytest.raises(ValueError, match=message):
        k_sat(clauses=[(2**31 - 1,)])
    (tmp_path / "a.wcnf").write_text("1 -2147483647 0\n")
    with pytest.raises(ValueError, match=message):
        sgq.load(tmp_path / "a.wcnf")
    assert k_sat(clauses=[(10**7,)]).num_vars == 10**7


def test_every_formula_of_the_collection_loads(data: Path) -> None:
    """SATLIB and k-SatLib files, many with clauses that stand twice."""
    folders = [d for d in sorted(data.iterdir()) if d.name.startswith(("satlib_", "ksatlib_"))]
    for folder in folders:
        file = min(folder.glob("*.cnf.gz"))
        problem = sgq.load(file)
        header = next(line for line in gzip.decompress(file.read_bytes()).decode().splitlines() if line[0] == "p")
        assert [str(problem.num_variables), str(len(problem.instance))] == header.split()[2:]
    assert len(folders) >= 20
