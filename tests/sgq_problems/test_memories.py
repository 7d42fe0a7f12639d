"""Associative memories: the Hebb rule in overlaps, the Mattis model as a gauged ferromagnet."""

import itertools
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgq_problems.mean_field import curie_weiss
from sgq_problems.memories import hopfield, mattis


def all_states(n: int) -> np.ndarray:
    return np.array(list(itertools.product((-1, 1), repeat=n)))


@given(st.integers(1, 30), st.integers(1, 200), st.integers(0, 2**32 - 1))
def test_energy_is_the_sum_of_squared_overlaps(n: int, num_patterns: int, seed: int) -> None:
    """H = -(N/2) Σ m_mu² + P/2, for J without diagonal."""
    problem = hopfield(n=n, num_patterns=num_patterns, seed=seed)
    states = np.random.default_rng(seed).choice([-1, 1], (5, n))
    m = states @ problem.patterns.T.astype(int) / n
    np.testing.assert_allclose(problem.energies(states), -n / 2 * (m**2).sum(axis=1) + num_patterns / 2, atol=1e-9)
    np.testing.assert_allclose(problem.decode(states[2]).overlaps, m[2])


def test_given_patterns_are_stored_by_the_hebb_rule() -> None:
    patterns = [[1, 1, -1, 1], [1, -1, -1, -1]]
    problem = hopfield(patterns=patterns)
    xi = np.array(patterns)
    expected = {(i, j): sum(x[i] * x[j] for x in xi) / 4 for i in range(4) for j in range(i + 1, 4)}
    assert dict(zip(map(tuple, problem.pairs.tolist()), problem.couplings, strict=True)) == expected
    assert problem.instance.tolist() == patterns
    assert problem.parameters == {"n": 4, "num_patterns": 2}
    assert problem.ground_energy is None


@given(st.integers(1, 10), st.integers(0, 2**32 - 1))
def test_mattis_is_the_curie_weiss_model_in_the_gauge_of_its_pattern(n: int, seed: int) -> None:
    problem = mattis(n=n, seed=seed)
    states = all_states(n)
    np.testing.assert_allclose(
        problem.energies(states * problem.patterns[0]), curie_weiss(n=n).energies(states), atol=1e-12
    )
    assert problem.energies(problem.patterns[0]) == pytest.approx(problem.ground_energy, abs=1e-12)
    assert problem.energies(states).min() == pytest.approx(problem.ground_energy, abs=1e-12)
    assert problem.ground_energy == -(n - 1) / 2


def test_mattis_of_a_given_pattern() -> None:
    problem = mattis(pattern=[1, -1, -1])
    assert problem.patterns.tolist() == [[1, -1, -1]]
    assert problem.parameters == {"n": 3}


def test_decode_names_the_nearest_pattern_or_its_negative() -> None:
    problem = hopfield(n=200, num_patterns=5, seed=1)
    state = problem.patterns[3].copy()
    state[:20] *= -1
    recalled = problem.decode(state)
    assert (recalled.pattern, recalled.sign, recalled.overlaps[3]) == (3, 1, pytest.approx(0.8))
    assert (problem.decode(-state).pattern, problem.decode(-state).sign) == (3, -1)


def test_random_patterns_are_unbiased() -> None:
    """Five standard errors: a false alarm for 6 in 10^7 seeds."""
    patterns = hopfield(n=100, num_patterns=400, seed=1).patterns
    assert set(patterns.ravel().tolist()) == {-1, 1}
    assert abs(patterns.mean()) < 5 / math.sqrt(patterns.size)


def test_memories_pickle_and_record_the_seed_of_what_was_drawn() -> None:
    problem = hopfield(n=6, num_patterns=2, seed=1)
    again = pickle.loads(pickle.dumps(problem))
    np.testing.assert_array_equal(again.patterns, problem.patterns)
    np.testing.assert_array_equal(again.energies(all_states(6)), problem.energies(all_states(6)))
    assert problem.seed == 1
    assert hopfield(patterns=problem.patterns, seed=1).seed is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: hopfield(), r"hopfield needs patterns, or n and num_patterns"),
        (lambda: hopfield(n=5), r"hopfield needs patterns, or n and num_patterns"),
        (lambda: hopfield(patterns=[[1, -1]], n=2), r"patterns are given: n and num_patterns"),
        (lambda: hopfield(patterns=[1, -1]), r"patterns of shape \(2,\): \(num_patterns, N\) is needed"),
        (lambda: hopfield(patterns=np.empty((0, 4))), r"patterns of shape \(0, 4\)"),
        (lambda: hopfield(patterns=[[1, 1], [1, 0]]), r"patterns\[1, 1\] = 0: every entry must be -1 or \+1"),
        (lambda: hopfield(patterns=[[1, math.nan]]), r"patterns\[0, 1\] = nan"),
        (lambda: hopfield(patterns=[[1, 1], [1]]), r"patterns: an array of real numbers is needed"),
        (lambda: hopfield(n=0, num_patterns=1), r"n=0: an integer of at least 1"),
        (lambda: hopfield(n=3, num_patterns=0), r"num_patterns=0: an integer of at least 1"),
        (lambda: mattis(), r"mattis needs a pattern, or n"),
        (lambda: mattis(pattern=[1, -1], n=2), r"pattern is given: n is for a random one"),
        (lambda: mattis(pattern=[[1, -1]]), r"pattern of shape \(1, 2\): \(N,\) is needed"),
        (lambda: mattis(pattern=[1, 2]), r"pattern\[1\] = 2: every entry must be -1 or \+1"),
    ],
)
def test_errors_say_what_is_allowed(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
