"""Local search against enumeration, CDCL, files of known answer, and what every solver promises."""

import itertools
import json
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq
from sgq.analysis.success import measure_success
from sgq_problems.satisfiability import k_sat
from sgq_solvers.walksat import WalkSATSolver

HEURISTICS = ("probsat", "walksat")
HARD = {"n": 2000, "alpha": 5.0, "seed": 1}  # no solution, and nothing to find one with


@pytest.mark.parametrize("heuristic", HEURISTICS)
@pytest.mark.parametrize("family", ["satlib_uf20-91", "satlib_uf50-218", "satlib_uf100-430"])
def test_satisfiable_files_are_solved(data: Path, family: str, heuristic: str) -> None:
    files = sorted((data / family).glob("*.cnf.gz"))
    assert files
    for file in files:
        samples = sgq.solve(sgq.load(file), "walksat", heuristic=heuristic, seed=1)
        assert samples.first.energy == 0, file
        assert samples.info["sgq"]["satisfiable"] is True


@pytest.mark.parametrize("heuristic", HEURISTICS)
def test_the_minimum_of_violated_clauses_is_found_where_it_is_not_zero(heuristic: str) -> None:
    above = 0
    for seed in range(5):
        problem = k_sat(n=12, alpha=9.0, seed=seed)
        lowest = problem.energies(np.array(list(itertools.product((0, 1), repeat=12)))).min()
        samples = sgq.solve(problem, "walksat", heuristic=heuristic, max_flips=20_000, seed=seed)
        assert samples.first.energy == lowest
        assert samples.record.flips.tolist() == [20_000 if lowest else samples.info["sgq"]["flips"]]
        above += lowest > 0
        assert samples.info["sgq"]["satisfiable"] is (None if lowest else True)
    assert above >= 3


@given(st.integers(1, 9), st.integers(0, 30), st.integers(0, 2**31 - 1), st.sampled_from(HEURISTICS))
@settings(max_examples=100)
def test_clauses_of_any_length(n: int, m: int, seed: int, heuristic: str) -> None:
    rng = np.random.default_rng(seed)
    clauses = [
        tuple(int(x) for x in (rng.choice(n, k, False) + 1) * rng.choice([-1, 1], k)) for k in rng.integers(1, n + 1, m)
    ]
    problem = k_sat(n=n, clauses=clauses)
    answer = WalkSATSolver().sample_problem(problem, heuristic=heuristic, max_flips=3000, seed=seed)
    assert (problem.energies(answer) == answer.record.energy).all()
    lowest = problem.energies(np.array(list(itertools.product((0, 1), repeat=n)))).min()
    assert answer.first.energy == lowest


def test_a_clause_of_three_hundred_literals() -> None:
    clause = tuple(range(1, 301))
    problem = k_sat(clauses=[clause, *((-v,) for v in range(2, 301))])
    assert sgq.solve(problem, "walksat", seed=1).first.energy == 0


@pytest.mark.parametrize(("k", "alpha"), [(2, 0.9), (4, 8.5), (5, 17.0), (6, 32.0), (7, 60.0)])
def test_random_formulas_below_the_threshold(k: int, alpha: float) -> None:
    for heuristic in HEURISTICS:
        samples = sgq.solve(k_sat(n=200, k=k, alpha=alpha, seed=3), "walksat", heuristic=heuristic, seed=1)
        assert samples.first.energy == 0


def test_constraints_that_are_written_as_clauses() -> None:
    problem = sgq.build("nae-sat", n=200, alpha=1.8, seed=1)
    answer = WalkSATSolver().sample_problem(problem, seed=1)
    assert answer.record.energy.tolist() == problem.energies(answer).tolist() == [0.0]


def test_large_formula() -> None:
    assert sgq.solve(k_sat(n=10_000, alpha=4.0, seed=1), "walksat", seed=1).first.energy == 0


def test_reads_are_the_same_on_any_number_of_threads_and_all_different() -> None:
    problem = k_sat(n=200, alpha=4.2, seed=2)
    answers = [
        sgq.solve(problem, "walksat", num_reads=6, max_flips=5000, seed=4, num_threads=threads) for threads in (1, 3)
    ]
    assert (answers[0].record.sample == answers[1].record.sample).all()
    assert (answers[0].record.flips == answers[1].record.flips).all()
    assert len({row.tobytes() for row in answers[0].record.sample}) == 6
    assert [answer.info["sgq"]["batch"] for answer in answers] == [1, 3]
    other = sgq.solve(problem, "walksat", num_reads=6, max_flips=5000, seed=5)
    assert (other.record.sample != answers[0].record.sample).any()


def test_reads_end_at_their_own_solution_and_give_a_success_probability() -> None:
    problem = k_sat(n=100, alpha=4.0, seed=2)
    samples = sgq.solve(problem, "walksat", num_reads=40, max_flips=1000, seed=1)
    info, record = samples.info["sgq"], samples.record
    assert json.loads(json.dumps(info, allow_nan=False)) == info
    assert ((record.flips < 1000) | (record.energy > 0) | (record.flips == 1000)).all()
    assert (record.flips[record.energy > 0] == 1000).all()
    assert (info["reads"], info["flips"], "stopped" in info) == (40, record.flips.sum(), False)
    success = measure_success(samples, 0.0)
    assert (success.hits, success.num_reads) == ((record.energy == 0).sum(), 40)
    assert 0 < success.hits < 40


def test_a_target_ends_the_run_after_the_first_read_that_reaches_it() -> None:
    problem = k_sat(n=500, alpha=4.2, seed=1)
    samples = sgq.solve(problem, "walksat", num_reads=50, target_energy=20.5, seed=1)
    assert len(samples) == 1
    assert samples.first.energy == 20
    assert samples.info["sgq"]["stopped"] == "target_energy"


def test_without_a_number_of_reads_a_time_limit_ends_with_the_first_solution() -> None:
    problem = k_sat(n=100, alpha=4.0, seed=2)
    samples = sgq.solve(problem, "walksat", max_flips=50, time_limit=60, seed=1)
    info, flips = samples.info["sgq"], samples.record.flips
    assert samples.first.energy == 0
    assert (info["restarts"], info["stopped"], info["satisfiable"]) == (True, "target_energy", True)
    assert (samples.record.energy[:-1] > 0).all()
    assert samples.record.energy[-1] == 0
    assert flips[:-1].tolist() == [50 * 2 ** (k // 2) for k in range(len(flips) - 1)]
    assert len(flips) > 2


@pytest.mark.parametrize("num_reads", [None, 3])
def test_the_time_limit_holds(num_reads: int | None) -> None:
    problem = k_sat(**HARD)
    sgq.solve(problem, "walksat", max_flips=1)
    started = time.perf_counter()
    reports: list[tuple[float, float]] = []
    samples = sgq.solve(
        problem, "walksat", time_limit=0.4, num_reads=num_reads, max_flips=10**12, progress=lambda *r: reports.append(r)
    )
    assert 0.4 <= time.perf_counter() - started < 20
    assert samples.info["sgq"]["stopped"] == "time_limit"
    assert samples.info["sgq"]["satisfiable"] is None
    assert 0 < samples.first.energy < 500
    assert reports
    assert all(0 <= fraction <= 1 for fraction, _ in reports)


def test_control_c_returns_the_best_so_far() -> None:
    problem = k_sat(**HARD)
    sgq.solve(problem, "walksat", max_flips=1)
    timer = threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    samples = sgq.solve(problem, "walksat", max_flips=10**12)
    assert samples.info["sgq"]["stopped"] == "interrupt"
    assert 0 < samples.first.energy < 500


def test_initial_states_are_where_reads_start() -> None:
    problem = k_sat(n=300, alpha=4.0, seed=1)
    solution = sgq.solve(problem, "walksat", seed=1).record.sample
    samples = sgq.solve(problem, "walksat", initial_states=solution, num_reads=2)
    assert samples.record.flips.tolist() == [0, 0]
    assert (samples.record.sample == solution).all()
    with pytest.raises(ValueError, match="initial_states has shape"):
        sgq.solve(problem, "walksat", initial_states=solution[:, 1:])


def test_a_formula_without_clauses_is_satisfied() -> None:
    assert sgq.solve(k_sat(n=3, m=0, seed=1), "walksat").first.energy == 0


def test_bad_input_is_named() -> None:
    formula = k_sat(n=5, m=3, seed=1)
    with pytest.raises(ValueError, match="has no clauses: walksat takes k-sat"):
        sgq.solve(sgq.qubo({(0, 0): 1.0}), "walksat")
    with pytest.raises(ValueError, match="weights other than 1: walksat counts clauses"):
        sgq.solve(k_sat(clauses=[(1, 2), (-1,)], weights=[1.0, 2.0]), "walksat")
    for solver in ("survey-propagation", "two-sat"):
        with pytest.raises(ValueError, match=f"weights other than 1: {solver} counts clauses"):
            sgq.solve(k_sat(clauses=[(1, 2), (-1,)], weights=[1.0, np.inf]), solver)
    with pytest.raises(ValueError, match="cb=1e"):
        sgq.solve(k_sat(clauses=[(1, 2)]), "walksat", cb=1e300)
    with pytest.raises(ValueError, match="did you mean 'probsat'"):
        sgq.solve(formula, "walksat", heuristic="probsta")
    with pytest.raises(ValueError, match=r"noise=0\.5 is not for heuristic='probsat'"):
        sgq.solve(formula, "walksat", noise=0.5)
    with pytest.raises(ValueError, match=r"cb=2\.0 is not for heuristic='walksat'"):
        sgq.solve(formula, "walksat", heuristic="walksat", cb=2.0)
    for name, value in (("num_reads", 0), ("max_flips", 0), ("time_limit", -1), ("num_threads", 0), ("seed", -1)):
        with pytest.raises(ValueError, match=f"{name}={value}"):
            sgq.solve(formula, "walksat", **{name: value})
