"""CDCL against exhaustive counting, files of known answer, and fresh solvers at every number of clauses."""

import itertools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from drup import refutes
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


def test_the_engine_of_the_default_ends_at_once() -> None:
    for n in (150, 300):
        assert sgq.solve(k_sat(n=n, alpha=3.0, seed=1), "cdcl").info["sgq"]["engine"] == "minisat22"
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
    for engine in ("minisat22", "glucose4"):
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
    with pytest.raises(ValueError, match="time_limit=-1"):
        sgq.solve(formula, "cdcl", time_limit=-1)
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


def solutions_of(problem: Problem) -> set[tuple[int, ...]]:
    every = np.array(list(itertools.product((0, 1), repeat=problem.num_variables)))
    return set(map(tuple, every[problem.energies(every) == 0].tolist()))


@pytest.mark.parametrize("engine", ["auto", "glucose4", "cadical195", "lingeling"])
def test_no_clause_of_a_core_can_be_spared(engine: str) -> None:
    for k, seed in itertools.product((2, 3), range(2)):
        formula = k_sat(n=16, k=k, alpha=4.0 * (k - 1), seed=seed)
        samples = sgq.solve(formula, "cdcl", core=True, engine=engine)
        info = samples.info["sgq"]
        assert (len(samples), info["satisfiable"], info["core_minimal"]) == (0, False, True)
        core = [formula.clauses[c] for c in info["core"]]
        assert info["core"] == sorted(set(info["core"]))
        assert not satisfiable(k_sat(n=16, clauses=core))
        for left_out in range(len(core)):
            assert satisfiable(k_sat(n=16, clauses=core[:left_out] + core[left_out + 1 :]))


def test_core_of_the_textbook_formula() -> None:
    """The third clause has nothing to do with it; without the first, x1 = 0 and x2 = 1 satisfies the others."""
    clauses = [(1, -2), (1, 2), (2, -3), (-1, -2), (-1, 2)]
    assert sgq.solve(k_sat(clauses=clauses), "cdcl", core=True).info["sgq"]["core"] == [0, 1, 3, 4]
    samples = sgq.solve(k_sat(clauses=clauses[:3]), "cdcl", core=True)
    assert "core" not in samples.info["sgq"]
    assert samples.first.energy == 0


def test_a_core_for_which_time_did_not_suffice_is_a_core() -> None:
    """Deciding takes milliseconds, leaving out 4200 clauses one by one far longer than the limit."""
    formula = k_sat(n=400, alpha=14.0, seed=2)
    info = sgq.solve(formula, "cdcl", core=True, time_limit=0.3).info["sgq"]
    assert (info["satisfiable"], info["core_minimal"], info["stopped"]) == (False, False, "time_limit")
    assert not satisfiable(k_sat(n=400, clauses=[formula.clauses[c] for c in info["core"]]))


@pytest.mark.parametrize("engine", ["auto", "cadical195", "ergo", "lingeling", "maplecm"])
def test_proofs_follow_line_by_line(engine: str) -> None:
    contradiction = k_sat(clauses=[(1,), (-1, 2), (-2,)])
    for formula in (contradiction, *(k_sat(n=30, alpha=7.0, seed=seed) for seed in range(2))):
        info = sgq.solve(formula, "cdcl", proof=True, engine=engine).info["sgq"]
        assert info["satisfiable"] is False
        assert refutes(info["proof"], formula.clauses)
    assert not refutes(info["proof"], formula.clauses[:60])
    assert "proof" not in sgq.solve(k_sat(n=30, m=9, seed=1), "cdcl", proof=True).info["sgq"]


@pytest.mark.parametrize("engine", ["auto", "glucose4", "lingeling"])
def test_proofs_of_clauses_of_mixed_lengths(engine: str) -> None:
    """Engines shorten clauses while they read; those of the default are deleted as they stood."""
    rng, checked = np.random.default_rng(1), 0
    for _ in range(120):
        lengths = rng.integers(1, 4, size=16)
        clauses = [(rng.permutation(6)[:k] + 1) * rng.choice([-1, 1], k) for k in lengths]
        info = sgq.solve(k_sat(clauses=[tuple(map(int, c)) for c in clauses], n=6), "cdcl", proof=True, engine=engine)
        if "proof" in info.info["sgq"]:
            proof, checked = info.info["sgq"]["proof"], checked + 1
            assert refutes(proof, [list(map(int, c)) for c in clauses], strict=engine == "auto")
    assert checked > 60


@pytest.mark.parametrize("engine", ["auto", "cadical195", "lingeling"])
def test_all_solutions_are_those_of_enumeration(engine: str) -> None:
    """Variables that stand in no clause are free, so that they double the number."""
    for k, seed in itertools.product((2, 3), range(5)):
        formula = k_sat(n=9, k=k, alpha=0.7 * k, seed=seed)
        samples = sgq.solve(formula, "cdcl", max_solutions=512, engine=engine)
        info = samples.info["sgq"]
        rows = list(map(tuple, samples.record.sample.tolist()))
        assert set(rows) == solutions_of(formula)
        assert len(rows) == info["degeneracy"] == len(set(rows))
        assert info["satisfiable"] is bool(rows)


def test_the_limit_on_solutions_is_exact() -> None:
    """{x1 ∨ ¬x2, x1 ∨ x2, x2 ∨ ¬x3} has three solutions."""
    formula = k_sat(clauses=[(1, -2), (1, 2), (2, -3)])
    for limit, rows, count in ((1, 1, None), (2, 2, None), (3, 3, 3), (4, 3, 3)):
        samples = sgq.solve(formula, "cdcl", max_solutions=limit)
        assert (len(samples), samples.info["sgq"]["degeneracy"]) == (rows, count)
    none = sgq.solve(k_sat(clauses=[(1,), (-1,)]), "cdcl", max_solutions=3)
    assert (len(none), none.info["sgq"]["degeneracy"], none.info["sgq"]["satisfiable"]) == (0, 0, False)


@pytest.mark.parametrize(("question", "limit"), [("max_solutions", 10**7), ("core", True)])
def test_control_c_keeps_the_solutions_or_the_core_so_far(question: str, limit: int) -> None:
    """A core of this formula takes 15 s on a quiet machine, all of its solutions for ever."""
    formula = k_sat(n=400, alpha=1.0 if question == "max_solutions" else 14.0, seed=2)
    sgq.solve(k_sat(clauses=[(1,)]), "cdcl")  # imports what it needs
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    samples = sgq.solve(formula, "cdcl", **{question: limit})
    info = samples.info["sgq"]
    assert info["stopped"] == "interrupt"
    if question == "core":
        assert not info["core_minimal"]
        assert not satisfiable(k_sat(n=400, clauses=[formula.clauses[c] for c in info["core"]]))
    else:
        assert len(samples) > 1
        assert (samples.record.energy == 0).all()


def test_counting_stops_in_time_with_what_it_has() -> None:
    samples = sgq.solve(k_sat(n=200, alpha=1.0, seed=1), "cdcl", max_solutions=10**7, time_limit=0.2)
    info = samples.info["sgq"]
    assert (info["satisfiable"], info["degeneracy"], info["stopped"]) == (True, None, "time_limit")
    assert len(samples) > 1
    assert (samples.record.energy == 0).all()


def test_weighted_formulas_are_for_max_sat() -> None:
    with pytest.raises(ValueError, match="takes all clauses as hard: use 'max-sat'"):
        sgq.solve(k_sat(clauses=[(1,), (-1,)], weights=[1, 2]), "cdcl")
    assert not satisfiable(k_sat(clauses=[(1,), (-1,)], weights=[1, 1]))


def test_questions_that_cannot_be_answered() -> None:
    formula = k_sat(n=5, m=3, seed=1)
    with pytest.raises(ValueError, match="core and proof: one of incremental, core, proof, max_solutions at a time"):
        sgq.solve(formula, "cdcl", core=True, proof=True)
    for engine in ("minisat22", "maplesat"):
        with pytest.raises(ValueError, match=f"'{engine}' gives no proof that can be checked"):
            sgq.solve(formula, "cdcl", proof=True, engine=engine)
    for question in ({"core": True}, {"max_solutions": 2}, {"incremental": True}):
        with pytest.raises(ValueError, match="'kissat404' decides one formula once"):
            sgq.solve(formula, "cdcl", engine="kissat404", **question)
    with pytest.raises(ValueError, match="max_solutions=0"):
        sgq.solve(formula, "cdcl", max_solutions=0)
    with pytest.raises(ValueError, match="core=1"):
        sgq.solve(formula, "cdcl", core=1)
