"""CDCL against exhaustive counting, files of known answer, and fresh solvers at every number of clauses."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq
from sgq.problem import Problem
from sgq_problems.satisfiability import k_sat
from sgq_solvers.satisfiability import CDCLSolver

HARD = {"n": 500, "alpha": 4.26, "seed": 1}  # far longer than these tests wait


def satisfiable(problem: Problem) -> bool:
    samples = sgq.solve(problem, "cdcl")
    info = samples.info["sgq"]
    assert info["proven"] is True
    assert info["satisfiable"] is (len(samples) == 1)
    assert (samples.record.energy == 0).all()
    assert list(samples.variables) == list(problem.variables)
    return bool(info["satisfiable"])


def test_the_textbook_formulas() -> None:
    clauses = [(1, -2), (1, 2), (2, -3)]
    assert satisfiable(k_sat(clauses=clauses))
    assert not satisfiable(k_sat(clauses=[*clauses, (-1, -2), (-1, 2)]))


@given(st.integers(3, 8), st.integers(1, 3), st.floats(0, 8), st.integers(0, 2**31))
@settings(max_examples=60)
def test_the_answer_is_that_of_enumeration(n: int, k: int, alpha: float, seed: int) -> None:
    problem = k_sat(n=n, k=k, alpha=alpha, seed=seed)
    lowest = problem.energies(np.array(list(itertools.product((0, 1), repeat=n)))).min()
    assert satisfiable(problem) == (lowest == 0)


@pytest.mark.parametrize("engine", ["minisat22", "glucose4", "cadical195", "kissat404"])
def test_engines_agree(engine: str) -> None:
    for alpha in (3.0, 6.0):
        samples = sgq.solve(k_sat(n=60, alpha=alpha, seed=4), "cdcl", engine=engine)
        assert (len(samples), samples.info["sgq"]["engine"]) == (int(alpha == 3), engine)


@pytest.mark.parametrize(("family", "answer"), [("satlib_uf50-218", True), ("satlib_uuf50-218", False)])
def test_satlib_answers(data: Path, family: str, answer: bool) -> None:
    answers = [satisfiable(sgq.load(file)) for file in sorted((data / family).glob("*.cnf.gz"))]
    assert answers == [answer] * 10


def test_engine_by_size() -> None:
    for n, engine in ((150, "minisat22"), (151, "cadical195")):
        assert sgq.solve(k_sat(n=n, alpha=3.0, seed=1), "cdcl").info["sgq"]["engine"] == engine
    limited = sgq.solve(k_sat(n=151, alpha=3.0, seed=1), "cdcl", time_limit=60)
    assert limited.info["sgq"]["engine"] == "minisat22"
    assert "stopped" not in limited.info["sgq"]


def test_a_time_limit_leaves_the_question_open() -> None:
    samples = sgq.solve(k_sat(**HARD), "cdcl", time_limit=0.05)
    assert len(samples) == 0
    info = samples.info["sgq"]
    assert (info["satisfiable"], info["proven"], info["stopped"]) == (None, False, "time_limit")


def test_control_c_stops_a_hopeless_run() -> None:
    """In a process of its own, for python-sat's C code holds the interpreter: the signal comes from outside."""
    for engine in ("minisat22", "cadical195"):
        code = (
            "import sgq\n"
            f"problem = sgq.build('k-sat', **{HARD})\n"
            "solver = sgq.get_solver('cdcl')()\n"
            f"solver.sample_problem(sgq.build('k-sat', n=9, m=1), engine={engine!r})\n"
            "print('ready', flush=True)\n"
            f"try: solver.sample_problem(problem, engine={engine!r})\n"
            "except KeyboardInterrupt: print('stopped')\n"
        )
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
            process.send_signal(2)
            assert process.communicate(timeout=30)[0] == "stopped\n"
        finally:
            process.kill()


@pytest.mark.parametrize("k", [2, 3])
def test_incremental_breaking_point_is_where_fresh_solvers_change_their_answer(k: int) -> None:
    for seed in range(10):
        clauses = k_sat(n=20, k=k, alpha=2.5 * 2 ** (k - 2) * 2, seed=seed).clauses
        count = CDCLSolver().first_unsatisfiable(clauses)
        assert count is not None
        assert satisfiable(k_sat(n=20, clauses=clauses[: count - 1]))
        assert not satisfiable(k_sat(n=20, clauses=clauses[:count]))


def test_no_breaking_point_in_a_satisfiable_formula() -> None:
    assert CDCLSolver().first_unsatisfiable(k_sat(n=40, alpha=2.0, seed=1).clauses) is None
    assert CDCLSolver().first_unsatisfiable([]) is None
    assert CDCLSolver().first_unsatisfiable([(1,), (-1,), (2,)]) == 2


def test_half_of_the_formulas_break_at_the_published_density() -> None:
    """alpha_50 = 4.258 + 58.26 N^(-5/3) (Crawford & Auton 1996): 4.344 at N = 50."""
    solver, n = CDCLSolver(), 50
    counts = [solver.first_unsatisfiable(k_sat(n=n, alpha=8, seed=seed).clauses) for seed in range(300)]
    alphas = np.array(counts, dtype=float) / n
    error = 1.2533 * alphas.std() / np.sqrt(len(alphas))  # standard error of a median
    assert abs(np.median(alphas) - 1 / n - 4.344) < 5 * error


def test_bad_input_is_named() -> None:
    formula = k_sat(n=5, m=3, seed=1)
    with pytest.raises(ValueError, match="has no clauses: cdcl takes k-sat"):
        sgq.solve(sgq.qubo({(0, 0): 1.0}), "cdcl")
    with pytest.raises(ValueError, match="did you mean 'glucose4'"):
        sgq.solve(formula, "cdcl", engine="glucos4")
    with pytest.raises(ValueError, match="'cadical195' cannot stop at a time_limit"):
        sgq.solve(formula, "cdcl", engine="cadical195", time_limit=1)
    with pytest.raises(ValueError, match="time_limit=0"):
        sgq.solve(formula, "cdcl", time_limit=0)
    with pytest.raises(ValueError, match="no parameter 'seed'"):
        sgq.solve(formula, "cdcl", seed=1)


def test_a_missing_python_sat_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysat.solvers", None)
    with pytest.raises(ImportError, match=r'pip install "sgq\[sat\]"'):
        sgq.solve(k_sat(n=5, m=3, seed=1), "cdcl")


def test_an_incremental_search_decides_a_formula_at_every_length() -> None:
    for seed in range(20):
        formula = sgq.build("k-sat", n=12, k=3, m=90, seed=seed)
        answer = sgq.solve(formula, "cdcl", incremental=True)
        info = answer.info["sgq"]
        first = info["first_unsatisfiable"]
        assert len(answer) == 0
        assert info["proven"]
        assert first == CDCLSolver().first_unsatisfiable(formula.clauses)
        shorter = sgq.build("k-sat", clauses=formula.clauses[: first - 1], n=12)
        assert sgq.solve(shorter, "cdcl").info["sgq"]["satisfiable"]
        whole = sgq.solve(shorter, "cdcl", incremental=True)
        assert whole.info["sgq"]["first_unsatisfiable"] is None
        assert whole.first.energy == 0
        assert not sgq.solve(sgq.build("k-sat", clauses=formula.clauses[:first], n=12), "cdcl").info["sgq"][
            "satisfiable"
        ]
    with pytest.raises(ValueError, match="an incremental search takes none"):
        sgq.solve(formula, "cdcl", incremental=True, time_limit=1.0)
