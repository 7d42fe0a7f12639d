"""Mean-field models against their definitions, the moments of their disorder and exact small systems.

Statistical bounds are five standard errors: each raises a false alarm for 6 in 10^7 seeds.
"""

import itertools
import math
import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgq_problems.mean_field import curie_weiss, p_spin, sherrington_kirkpatrick


def all_states(n: int) -> np.ndarray:
    return np.array(list(itertools.product((-1, 1), repeat=n)))


def test_sk_energy_is_the_double_sum_in_the_physics_sign() -> None:
    problem = sherrington_kirkpatrick(n=7, mean=0.5, field=0.3, seed=1)
    J = np.zeros((7, 7))
    J[tuple(problem.pairs.T)] = problem.couplings
    assert np.count_nonzero(np.triu(J, 1)) == np.count_nonzero(J) == 21
    s = np.random.default_rng(0).choice([-1, 1], 7)
    expected = -sum(J[i, j] * s[i] * s[j] for i in range(7) for j in range(i + 1, 7)) - 0.3 * s.sum()
    assert problem.energies(s)[0] == pytest.approx(expected)
    assert problem.model.energies((s, range(7)))[0] == pytest.approx(expected)


@pytest.mark.parametrize(("variance", "neighbours"), [("1/N", 400), ("1/(N-1)", 399)])
def test_gaussian_sk_couplings_have_the_stated_moments(variance: str, neighbours: int) -> None:
    J = sherrington_kirkpatrick(n=400, mean=3.0, variance=variance, seed=2).couplings
    z = (J - 3.0 / neighbours) * math.sqrt(neighbours)
    assert abs(z.mean()) < 5 / math.sqrt(len(z))
    assert abs(z.var() - 1) < 5 * math.sqrt(2 / len(z))
    assert abs((z**4).mean() - 3) < 5 * math.sqrt(96 / len(z))  # Var z⁴ = 105 - 9


def test_bimodal_sk_couplings_lie_one_standard_deviation_from_the_mean() -> None:
    J = sherrington_kirkpatrick(n=200, disorder="bimodal", mean=2.0, variance="1/(N-1)", seed=3).couplings
    up = J > 2 / 199
    np.testing.assert_allclose(J, np.where(up, 2 / 199 + 199**-0.5, 2 / 199 - 199**-0.5), rtol=1e-14)
    assert abs(up.mean() - 0.5) < 5 / math.sqrt(4 * len(J))


@pytest.mark.parametrize(("disorder", "mean_energy"), [("gaussian", -0.59892), ("bimodal", -0.61672)])
def test_sk_mean_ground_state_energy_of_ten_spins(disorder: str, mean_energy: float) -> None:
    states = all_states(10)[:512]  # one of each pair of mirror images
    energies = [
        sherrington_kirkpatrick(n=10, disorder=disorder, seed=k).energies(states).min() / 10 for k in range(400)
    ]
    error = np.std(energies) / math.sqrt(len(energies))
    assert abs(np.mean(energies) - mean_energy) < 5 * math.hypot(error, 5e-4)


@given(st.integers(1, 10), st.floats(-2, 2))
def test_curie_weiss_energy_depends_on_the_magnetisation_alone(n: int, field: float) -> None:
    problem = curie_weiss(n=n, field=field)
    states = all_states(n)
    M = states.sum(axis=1)
    energies = problem.energies(states)
    np.testing.assert_allclose(energies, -(M**2 - n) / (2 * n) - field * M, atol=1e-12)
    assert problem.ground_energy == pytest.approx(energies.min(), abs=1e-12)


def test_curie_weiss_levels_have_binomial_degeneracies() -> None:
    levels = Counter(curie_weiss(n=8).energies(all_states(8)).round(9))
    assert sorted(levels.values()) == sorted([math.comb(8, 4), *(2 * math.comb(8, k) for k in range(4))])


@pytest.mark.parametrize(("n", "p"), [(6, 2), (6, 3), (7, 4), (5, 5)])
def test_p_spin_energy_is_the_sum_over_all_tuples(n: int, p: int) -> None:
    problem = p_spin(n=n, p=p, seed=4)
    tuples = list(itertools.combinations(range(n), p))
    assert problem.indices.reshape(-1, p).tolist() == [list(t) for t in tuples]
    states = all_states(n)
    expected = -sum(J * states[:, t].prod(axis=1) for J, t in zip(problem.couplings, tuples, strict=True))
    np.testing.assert_allclose(problem.energies(states), expected, atol=1e-12)
    np.testing.assert_allclose(problem.energies(-states), (-1) ** p * expected, atol=1e-12)
    row = dict(enumerate(states[3].tolist()))
    assert problem.model.energy(row) == pytest.approx(expected[3])


def test_two_spin_glass_is_the_sk_glass() -> None:
    states = np.random.default_rng(0).choice([-1, 1], (20, 30))
    pair, sk = p_spin(n=30, p=2, seed=5), sherrington_kirkpatrick(n=30, seed=5)
    np.testing.assert_allclose(pair.energies(states), sk.energies(states))


@pytest.mark.parametrize("disorder", ["gaussian", "bimodal"])
def test_p_spin_variance(disorder: str) -> None:
    """Variance p!/(2 N^(p-1)), so that Var H(s) = C(N, p) p!/(2 N^(p-1)), N/2 for large N."""
    problem = p_spin(n=60, p=3, disorder=disorder, seed=6)
    z = problem.couplings / math.sqrt(6 / (2 * 60**2))
    assert abs(z.mean()) < 5 / math.sqrt(len(z))
    assert abs((z**2).mean() - 1) < 5 * math.sqrt(2 / len(z))
    if disorder == "bimodal":
        np.testing.assert_allclose(np.abs(z), 1)


def test_p_spin_of_one_term_at_any_order() -> None:
    assert len(p_spin(n=300, p=300, seed=1).couplings) == 1


def test_problems_pickle_and_generators_are_not_recorded_as_seeds() -> None:
    for problem in (sherrington_kirkpatrick(n=5, seed=1), curie_weiss(n=5), p_spin(n=5, seed=1)):
        again = pickle.loads(pickle.dumps(problem))
        np.testing.assert_array_equal(again.energies(all_states(5)), problem.energies(all_states(5)))
    drawn = sherrington_kirkpatrick(n=5, seed=np.random.default_rng(1))
    assert drawn.seed is None
    np.testing.assert_array_equal(drawn.couplings, sherrington_kirkpatrick(n=5, seed=1).couplings)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sherrington_kirkpatrick(n=1), r"n=1: an integer of at least 2"),
        (lambda: sherrington_kirkpatrick(n=4, variance="1/n"), r"variance='1/n'.*did you mean '1/N'"),
        (lambda: sherrington_kirkpatrick(n=4, disorder="uniform"), r"disorder='uniform': one of 'bimodal', 'gaussian'"),
        (lambda: sherrington_kirkpatrick(n=4, mean=math.nan), r"mean=nan: a finite number"),
        (lambda: curie_weiss(n=4, field=math.inf), r"field=inf: a finite number"),
        (lambda: curie_weiss(n=2.5), r"n=2.5: an integer"),
        (lambda: p_spin(n=5, p=1), r"p=1: an integer of at least 2"),
        (lambda: p_spin(n=2), r"n=2: an integer of at least 3"),
        (lambda: p_spin(n=1000), r"n=1000, p=3: 166167000 terms"),
    ],
)
def test_errors_say_what_is_allowed(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
