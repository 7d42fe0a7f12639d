"""Survey propagation: what decimation keeps of a formula, what it solves, and how it stops."""

import signal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq
from sgq_problems.satisfiability import k_sat
from sgq_solvers.decimation import Decimation, violated


@given(st.integers(0, 2**31), st.integers(3, 12), st.floats(0.2, 5), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_what_is_left_decides_what_is_violated(seed: int, n: int, alpha: float, count: int) -> None:
    rng = np.random.default_rng(seed)
    problem = k_sat(n=n, alpha=alpha, seed=seed)
    decimation = Decimation(problem.literals, problem.starts, n, 1.0, rng)
    decimation.fix((rng.integers(1, n + 1, count) * rng.choice([-1, 1], count)).tolist())
    if decimation.contradiction:
        return
    assert (decimation.values[decimation.open_variables - 1] == 0).all()
    assert np.diff(decimation.starts).min(initial=2) >= 2  # clauses of one literal have been propagated
    bits = np.where(decimation.values == 0, rng.integers(2, size=n), decimation.values > 0)
    assert violated(decimation.literals, decimation.starts, bits == 1) == problem.energies(bits)[0]


@pytest.mark.parametrize("seed", range(3))
def test_surveys_solve_three_sat_at_four(seed: int) -> None:
    problem = k_sat(n=1000, alpha=4.0, seed=seed)
    samples = sgq.solve(problem, "survey-propagation", seed=seed)
    info = samples.info["sgq"]
    assert samples.record.energy.tolist() == [0]
    assert (info["satisfiable"], info["proven"]) == (True, True)
    assert info["rounds"] >= 1
    assert info["decimated"] + info["left"] <= 1000
    again = sgq.solve(problem, "survey-propagation", seed=seed)
    np.testing.assert_array_equal(again.record.sample, samples.record.sample)


def test_beliefs_solve_three_sat_below_their_transition() -> None:
    problem = k_sat(n=500, alpha=3.5, seed=1)
    samples = sgq.solve(problem, "survey-propagation", method="belief", seed=1)
    assert samples.first.energy == 0
    assert samples.info["sgq"]["ended"] == "all set"


def test_surveys_are_trivial_at_low_density_and_local_search_does_the_rest() -> None:
    info = sgq.solve(k_sat(n=500, alpha=3.0, seed=1), "survey-propagation", seed=1).info["sgq"]
    assert (info["satisfiable"], info["ended"], info["decimated"]) == (True, "trivial surveys", 0)


@pytest.mark.parametrize("clauses", [[(1,), (-2, 3), (-1, 2)], [(1, 2), (-1, 2), (1, -2)], [(1, 2, 3), (-3,)]])
def test_small_formulas_with_short_clauses(clauses: list[tuple[int, ...]]) -> None:
    assert sgq.solve(k_sat(clauses=clauses, n=5), "survey-propagation").first.energy == 0


@pytest.mark.parametrize("clauses", [[(1,), (-1,)], [(1, 2), (-1, 2), (1, -2), (-1, -2)]])
@pytest.mark.parametrize("method", ["survey", "belief"])
def test_without_a_solution_it_returns_its_best_and_claims_nothing(clauses: list[tuple[int, ...]], method: str) -> None:
    samples = sgq.solve(k_sat(clauses=clauses), "survey-propagation", method=method, tries=2, seed=1, time_limit=2)
    assert samples.first.energy == 1
    assert (samples.info["sgq"]["satisfiable"], samples.info["sgq"]["proven"]) == (None, False)


def test_planted_constraints_of_other_kinds_come_as_clauses() -> None:
    problem = sgq.build("nae-sat", n=200, alpha=1.5, seed=1)
    assert sgq.solve(problem, "survey-propagation", seed=1).first.energy == 0


def test_a_time_limit_returns_the_best_so_far() -> None:
    samples = sgq.solve(k_sat(n=2000, alpha=6.0, seed=1), "survey-propagation", seed=1, time_limit=0.2)
    assert len(samples) == 1
    assert samples.info["sgq"]["stopped"] == "time_limit"
    assert 0 < samples.first.energy < 2000 * 6 / 8  # a random assignment violates an eighth of the clauses


def test_control_c_returns_the_best_so_far() -> None:
    calls = []

    def interrupt(fraction: float, energy: float) -> None:
        calls.append((fraction, energy))
        signal.raise_signal(signal.SIGINT)

    samples = sgq.solve(k_sat(n=1000, alpha=4.2, seed=1), "survey-propagation", seed=1, progress=interrupt)
    assert len(calls) == 1
    assert samples.info["sgq"]["stopped"] == "interrupt"
    assert samples.first.energy > 0


def test_bad_input_is_named() -> None:
    formula = k_sat(n=5, m=3, seed=1)
    with pytest.raises(ValueError, match="has no clauses: survey-propagation takes k-sat"):
        sgq.solve(sgq.qubo({(0, 0): 1.0}), "survey-propagation")
    for parameter, value in {"fraction": 0, "tolerance": 0, "damping": 1, "num_sweeps": 0, "tries": 0}.items():
        with pytest.raises(ValueError, match=f"{parameter}={value}"):
            sgq.solve(formula, "survey-propagation", **{parameter: value})
    with pytest.raises(ValueError, match="'belief', 'survey'"):
        sgq.solve(formula, "survey-propagation", method="beliefs")
