"""Planted instances: no state lies below the planted one, by enumeration of many small instances."""

import itertools
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgq_problems.lattice import ising_ferromagnet
from sgq_problems.planted import planted

SMALL = [
    {"shape": (3, 4), "alpha": 0.7},
    {"shape": (3, 3), "alpha": 2.5},
    {"shape": (2, 2, 3), "alpha": 1.2, "periodic": False},
    {"shape": (7,), "alpha": 0.5},
    {"shape": (4, 1, 3), "alpha": 0.2, "periodic": (True, True, False)},
    {"method": "wishart", "n": 11, "alpha": 0.3},
    {"method": "wishart", "n": 9, "alpha": 1.5},
    {"method": "wishart", "n": 2, "alpha": 1},
]


def all_states(n: int) -> np.ndarray:
    return np.array(list(itertools.product((-1, 1), repeat=n)), np.int8)


@settings(max_examples=100)
@given(st.sampled_from(SMALL), st.integers(0, 2**32 - 1))
def test_no_state_lies_below_the_planted_one(options: dict, seed: int) -> None:
    problem = planted(**options, seed=seed)
    energies = problem.energies(all_states(problem.num_variables))
    assert problem.ground_energy == pytest.approx(energies.min(), abs=1e-9)
    assert problem.energies(problem.planted_state)[0] == pytest.approx(problem.ground_energy, abs=1e-9)
    assert problem.instance["planted_state"] is problem.planted_state


@given(st.integers(0, 2**32 - 1))
def test_frustrated_loops_lie_on_the_lattice_and_each_breaks_one_bond(seed: int) -> None:
    """One loop of l bonds on an L × L torus: l ≥ 3 couplings ±1 that close a ring with an odd number of -1."""
    problem = planted(shape=(5, 5), alpha=1 / 25, seed=seed)
    lattice = {tuple(pair) for pair in ising_ferromagnet(shape=(5, 5)).pairs.tolist()}
    assert {tuple(pair) for pair in problem.pairs.tolist()} <= lattice
    length = len(problem.pairs)
    assert length >= 4
    assert set(np.bincount(problem.pairs.ravel())) <= {0, 2}
    assert np.prod(problem.couplings) == -1
    assert problem.ground_energy == -(length - 2)


def test_couplings_of_overlapping_loops_add_up() -> None:
    """On a ring every loop is the ring, so that m loops make Σ J s s = m (N - 2) in the planted state."""
    problem = planted(shape=(6,), alpha=2, seed=1)
    gauged = problem.couplings * problem.planted_state[problem.pairs].prod(axis=1)
    assert gauged.sum() == 12 * 4 == -problem.ground_energy
    assert set((12 - gauged) % 2) == {0}


def test_planted_states_are_random() -> None:
    """Five standard errors: a false alarm for 6 in 10^7 seeds."""
    for problem in (planted(shape=(30, 30), alpha=0.1, seed=1), planted(method="wishart", n=900, alpha=0.01, seed=1)):
        assert abs(problem.planted_state.mean()) < 5 / math.sqrt(900)


def test_wishart_couplings_have_the_covariance_of_the_paper() -> None:
    """Gauged couplings have mean alpha/(N-1) per pair; E0 = -(1/2N) Σ w², of mean -alpha N/2. Five standard errors."""
    n, alpha = 200, 0.5
    problem = planted(method="wishart", n=n, alpha=alpha, seed=2)
    spread = n * math.sqrt(2 * alpha) / (2 * n)  # each of alpha N² terms w² has variance 2
    assert abs(problem.ground_energy + alpha * n / 2) < 5 * spread
    gauged = problem.couplings * problem.planted_state[problem.pairs].prod(axis=1)
    assert gauged.sum() == pytest.approx(-problem.ground_energy)
    assert abs(gauged.std() - math.sqrt(alpha / n)) < 0.05 * math.sqrt(alpha / n)


def test_wishart_columns_have_unit_variance_at_small_n() -> None:
    """E0 = -(1/2N) Σ w², of mean -alpha N/2 (covariance (N δ_ij - 1)/(N-1)) also at N = 3. Five standard errors."""
    energies = [planted(method="wishart", n=3, alpha=100, seed=seed).ground_energy for seed in range(100)]
    assert abs(np.mean(energies) + 150) < 5 * np.std(energies) / 10


def test_planted_instances_pickle() -> None:
    problem = planted(shape=(3, 3), alpha=1, seed=1)
    again = pickle.loads(pickle.dumps(problem))
    np.testing.assert_array_equal(again.planted_state, problem.planted_state)
    np.testing.assert_array_equal(again.energies(all_states(9)), problem.energies(all_states(9)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "tiles"}, r"method='tiles': one of 'frustrated-loops', 'wishart'"),
        ({}, r"method='frustrated-loops' takes shape, periodic and alpha; n is for 'wishart'"),
        ({"shape": (4, 4), "n": 16}, r"method='frustrated-loops' takes shape, periodic and alpha"),
        ({"method": "wishart"}, r"method='wishart' takes n and alpha"),
        ({"method": "wishart", "n": 4, "shape": (4,)}, r"shape and periodic are for 'frustrated-loops'"),
        ({"method": "wishart", "n": 4, "periodic": False}, r"shape and periodic are for 'frustrated-loops'"),
        ({"method": "wishart", "n": 1}, r"n=1: an integer of at least 2"),
        ({"shape": (4, 4), "alpha": 0}, r"alpha=0: a finite number above 0"),
        ({"shape": (4, 4), "alpha": 0.01}, r"alpha=0.01: no loop on 16 spins"),
        ({"method": "wishart", "n": 9, "alpha": 0.01}, r"alpha=0.01: no column on 9 spins"),
        ({"shape": (1, 5), "periodic": False}, r"shape: an open chain has no loops"),
        ({"shape": (1,)}, r"shape: an open chain has no loops"),
        ({"shape": (4, -4)}, r"shape\[1\]=-4: an integer of at least 1"),
    ],
)
def test_errors_say_what_is_allowed(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        planted(**{"alpha": 1.0} | options)
