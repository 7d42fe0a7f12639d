"""Gaussian elimination as a solver: its answers against conflict-driven clause learning, and the XORSAT transition."""

import numpy as np
import pytest

import sgq


def test_it_agrees_with_clause_learning() -> None:
    pytest.importorskip("pysat")
    for seed in range(20):
        problem = sgq.build("xor-sat", n=30, alpha=0.93, seed=seed)
        samples = sgq.solve(problem, "gaussian-elimination")
        found = samples.info["sgq"]
        assert found["satisfiable"] == sgq.solve(problem, "cdcl").info["sgq"]["satisfiable"]
        assert found["proven"]
        assert len(samples) == found["satisfiable"]
        assert problem.ground_energy == (0.0 if found["satisfiable"] else None)
        if found["satisfiable"]:
            assert samples.first.energy == 0
            assert found["log2_solutions"] == 30 - found["rank"]


def test_the_proof_adds_up_to_a_contradiction() -> None:
    problem = sgq.build("xor-sat", n=200, alpha=1.5, seed=1)
    proof = sgq.solve(problem, "gaussian-elimination").info["sgq"]["inconsistent"]
    total, side = np.zeros(201, dtype=int), 0
    for position in proof:
        variables, right = problem.instance[position]
        total[list(variables)] ^= 1
        side ^= right
    assert not total.any()
    assert side == 1


def test_the_transition_of_three_variable_equations() -> None:
    """Solvable below 0.918 and not above (Mézard, Ricci-Tersenghi & Zecchina 2003); an instance errs at 1 %."""
    solvable = {
        alpha: sum(sgq.build("xor-sat", n=600, alpha=alpha, seed=seed).ground_energy == 0 for seed in range(20))
        for alpha in (0.84, 1.0)
    }
    assert solvable[0.84] >= 17
    assert solvable[1.0] <= 3


def test_other_problems_are_refused() -> None:
    with pytest.raises(ValueError, match="gaussian-elimination takes xor-sat problems"):
        sgq.solve(sgq.build("k-sat", n=5, m=3, seed=1), "gaussian-elimination")
