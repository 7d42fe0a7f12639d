"""MaxSAT against enumeration: fewest violated clauses, least weight, hard clauses, and bounds when time is up."""

import itertools
import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq
from sgq.problem import Problem
from sgq_problems.satisfiability import KSat, k_sat


def least_energy(problem: Problem) -> float:
    bits = np.array(list(itertools.product((0, 1), repeat=problem.num_variables)))
    return float(problem.energies(bits).min())


def check_optimum(problem: Problem) -> dict[str, object]:
    """The answer is one row of the least energy there is, and says that nothing is lower."""
    samples = sgq.solve(problem, "max-sat")
    info: dict[str, object] = samples.info["sgq"]
    least = least_energy(problem)
    margin = problem.energy_tolerance
    assert len(samples) == 1
    assert list(samples.variables) == list(problem.variables)
    assert abs(samples.first.energy - least) <= margin
    assert info["proven"] is True
    assert info["satisfiable"] is (least == 0)
    return info


def weighted(seed: int, n: int, k: int, alpha: float, *, whole: bool, hard: float) -> KSat:
    """A random formula with random weights, a fraction of which is infinite."""
    clauses = k_sat(n=n, k=k, alpha=alpha, seed=seed).clauses
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 10, len(clauses)).astype(float) if whole else rng.uniform(0.01, 1, len(clauses))
    weights[rng.random(len(clauses)) < hard] = np.inf
    return k_sat(n=n, clauses=clauses, weights=weights)


def test_the_textbook_formula_violates_one_clause() -> None:
    formula = k_sat(clauses=[(1, -2), (1, 2), (2, -3), (-1, -2), (-1, 2)])
    samples = sgq.solve(formula, "max-sat")
    assert samples.first.energy == samples.info["sgq"]["lower_bound"] == 1
    assert len(formula.decode(samples.first.sample).violated) == 1


@given(st.integers(3, 8), st.integers(1, 3), st.floats(0, 9), st.integers(0, 2**31))
@settings(max_examples=60)
def test_fewest_violated_clauses_are_those_of_enumeration(n: int, k: int, alpha: float, seed: int) -> None:
    info = check_optimum(k_sat(n=n, k=k, alpha=alpha, seed=seed))
    assert "hard_satisfiable" not in info


@given(
    st.integers(3, 8),
    st.sampled_from([2, 3]),
    st.floats(2, 9),
    st.booleans(),
    st.sampled_from([0.0, 0.2, 0.6, 1.0]),
    st.integers(0, 2**31),
)
@settings(max_examples=80)
def test_least_weight_is_that_of_enumeration(n: int, k: int, alpha: float, whole: bool, hard: float, seed: int) -> None:
    """Also where the hard clauses contradict each other: then their weights count."""
    formula = weighted(seed, n, k, alpha, whole=whole, hard=hard)
    info = check_optimum(formula)
    if formula.hard is None:
        assert "hard_satisfiable" not in info
    else:
        clauses = [formula.clauses[c] for c in np.flatnonzero(formula.hard)]
        assert info["hard_satisfiable"] is (least_energy(k_sat(n=n, clauses=clauses)) == 0)


def test_weights_that_float64_barely_tells_apart() -> None:
    """x1 or ¬x1, whose weights differ by one part in 2^52; and 0.1 + 0.2 > 0.3 in float64, which exactly is so."""
    more = 1 + 2**-52
    assert sgq.solve(k_sat(clauses=[(1,), (-1,)], weights=[1.0, more]), "max-sat").first.sample[1] == 0
    assert sgq.solve(k_sat(clauses=[(1,), (-1,)], weights=[more, 1.0]), "max-sat").first.sample[1] == 1
    assert sgq.solve(k_sat(clauses=[(1,), (1,), (-1,)], weights=[0.1, 0.2, 0.3]), "max-sat").first.sample[1] == 1


@pytest.mark.parametrize(("name", "alpha"), [("nae-sat", 4.0), ("xor-sat", 2.0), ("one-in-k-sat", 2.0)])
def test_other_constraints_as_clauses(name: str, alpha: float) -> None:
    for seed in range(5):
        check_optimum(sgq.build(name, n=9, k=3, alpha=alpha, seed=seed))


def test_formulas_without_clauses_and_without_soft_ones() -> None:
    check_optimum(k_sat(n=3, clauses=[]))
    check_optimum(k_sat(clauses=[(1, 2), (-1, 2)], weights=[np.inf, np.inf]))
    check_optimum(k_sat(clauses=[(1,), (-1,)], weights=[np.inf, np.inf]))
    check_optimum(k_sat(n=4, clauses=[(1,), (1,), (-1,), (2, -3)]))


def test_files_of_both_forms_have_the_optimum_of_the_formula(tmp_path: Path) -> None:
    for seed in range(3):
        formula = weighted(seed, 8, 3, 7.0, whole=True, hard=0.2)
        least = least_energy(formula)
        for form in ("wcnf", "wcnf-2022"):
            sgq.save(formula, tmp_path / "formula.wcnf", format=form)
            loaded = sgq.load(tmp_path / "formula.wcnf")
            assert sgq.solve(loaded, "max-sat").first.energy == least


def test_satlib_formulas_without_solution_violate_one_clause_or_two(data: Path) -> None:
    """They are drawn at the transition, where few clauses are too many."""
    for file in sorted((data / "satlib_uuf50-218").glob("*.cnf.gz"))[:5]:
        samples = sgq.solve(sgq.load(file), "max-sat")
        assert samples.info["sgq"]["satisfiable"] is False
        assert 1 <= samples.first.energy == samples.info["sgq"]["lower_bound"] <= 2


def test_bounds_when_the_time_is_up() -> None:
    """What a walk violates, too, is no less than the lower bound."""
    formula = k_sat(n=100, alpha=7.0, seed=1)
    samples = sgq.solve(formula, "max-sat", time_limit=0.3)
    info = samples.info["sgq"]
    walk = sgq.solve(formula, "walksat", num_reads=1, seed=1, time_limit=0.3).first.energy
    assert (info["proven"], info["stopped"], info["satisfiable"]) == (False, "time_limit", False)
    assert 0 < info["lower_bound"] <= min(walk, samples.first.energy)
    assert samples.first.energy <= walk + 5  # a random assignment violates 87.5
    short = sgq.solve(k_sat(n=2000, alpha=7.0, seed=1), "max-sat", time_limit=1e-6)
    assert (len(short), short.info["sgq"]["lower_bound"], short.info["sgq"]["satisfiable"]) == (1, 0, None)


def test_fewest_violated_clauses_above_the_transition() -> None:
    """Its minimum for each variable rises with alpha, and no walk goes below it."""
    fewest = []
    for alpha in (4.5, 5.0, 6.0):
        formulas = [k_sat(n=40, alpha=alpha, seed=seed) for seed in range(10)]
        proven = [sgq.solve(formula, "max-sat") for formula in formulas]
        assert all(samples.info["sgq"]["proven"] for samples in proven)
        walks = [sgq.solve(formula, "walksat", num_reads=1, max_flips=100_000, seed=1) for formula in formulas]
        lowest = [samples.first.energy for samples in proven]
        assert lowest == [samples.first.energy for samples in walks]
        fewest.append(sum(lowest) / 400)
    assert fewest == sorted(fewest)


def test_bounds_of_weights_that_sums_round() -> None:
    for seed in range(40):
        weights = np.random.default_rng(seed).choice([0.1, 0.3, 0.7, 1.1], size=40)
        clauses = k_sat(n=6, m=40, seed=seed).clauses
        samples = sgq.solve(k_sat(clauses=clauses, weights=weights), "max-sat")
        assert samples.info["sgq"]["lower_bound"] == samples.first.energy


def test_a_large_formula_is_left_in_time() -> None:
    """Reading it alone takes longer."""
    samples = sgq.solve(k_sat(n=100_000, alpha=4.2, seed=1), "max-sat", time_limit=0.3)
    assert (len(samples), samples.info["sgq"]["stopped"]) == (1, "time_limit")


def test_control_c_stops_with_the_best_so_far() -> None:
    formula = k_sat(n=100, alpha=7.0, seed=1)
    sgq.get_solver("max-sat")().warm_up(formula)
    timer = threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    samples = sgq.solve(formula, "max-sat")
    info = samples.info["sgq"]
    assert (len(samples), info["proven"], info["stopped"]) == (1, False, "interrupt")
    assert 0 < info["lower_bound"] <= samples.first.energy


def test_no_row_while_the_hard_clauses_are_undecided() -> None:
    clauses = k_sat(n=500, alpha=4.26, seed=1).clauses
    formula = k_sat(clauses=[*clauses, (1,)], weights=[*[np.inf] * len(clauses), 1.0])
    samples = sgq.solve(formula, "max-sat", time_limit=0.1)
    info = samples.info["sgq"]
    assert len(samples) == 0
    assert (info["hard_satisfiable"], info["satisfiable"], info["stopped"]) == (None, None, "time_limit")


def test_bad_input_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="has no clauses: max-sat takes k-sat"):
        sgq.solve(sgq.qubo({(0, 0): 1.0}), "max-sat")
    with pytest.raises(ValueError, match="time_limit=-1"):
        sgq.solve(k_sat(n=5, m=3, seed=1), "max-sat", time_limit=-1)
    monkeypatch.setitem(sys.modules, "pysat.solvers", None)
    with pytest.raises(ImportError, match=r'pip install "sgq\[sat\]"'):
        sgq.solve(k_sat(n=5, m=3, seed=1), "max-sat")
