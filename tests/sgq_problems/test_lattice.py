"""Lattices against their geometry site by site, the exact 4 × 4 torus, and the statistics of dilution.

Statistical bounds are five standard errors: each raises a false alarm for 6 in 10^7 seeds.
"""

import itertools
import math
import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from sgq_problems.lattice import edwards_anderson, ising_ferromagnet

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4)


def all_states(n: int) -> np.ndarray:
    return np.array(list(itertools.product((-1, 1), repeat=n)), np.int8)


def neighbour_pairs(shape: list[int], periodic: list[bool]) -> set[frozenset[int]]:
    """Every two sites one step apart, by their coordinates."""
    sites = list(itertools.product(*map(range, shape)))
    pairs = set()
    for (a, x), (b, y) in itertools.combinations(enumerate(sites), 2):
        apart = [
            min(abs(u - v), length - abs(u - v)) if closed else abs(u - v)
            for u, v, length, closed in zip(x, y, shape, periodic, strict=True)
        ]
        if sum(apart) == 1:
            pairs.add(frozenset((a, b)))
    return pairs


def bonds(problem) -> list[frozenset[int]]:
    return [frozenset((problem.variables[i], problem.variables[j])) for i, j in problem.pairs]


@given(SHAPES, st.data())
def test_bonds_join_every_two_neighbours_once(shape: list[int], data: st.DataObject) -> None:
    periodic = data.draw(st.lists(st.booleans(), min_size=len(shape), max_size=len(shape)))
    found = bonds(ising_ferromagnet(shape=shape, periodic=periodic))
    assert len(found) == len(set(found))
    assert set(found) == neighbour_pairs(shape, periodic)


def test_bonds_per_spin() -> None:
    assert len(ising_ferromagnet(shape=(5, 4, 3)).pairs) == 3 * 60
    assert len(ising_ferromagnet(shape=(5, 4, 3), periodic=False).pairs) == 4 * 12 + 3 * 15 + 2 * 20


def test_density_of_states_of_the_4_by_4_torus() -> None:
    energies = ising_ferromagnet(shape=(4, 4)).energies(all_states(16))
    half = {32: 2, 24: 32, 20: 64, 16: 424, 12: 1728, 8: 6688, 4: 13568}  # Kaufman's partition function
    expected = {0: 20524} | half | {-e: g for e, g in half.items()}
    assert Counter(energies.tolist()) == expected


@given(st.lists(st.integers(1, 3), min_size=1, max_size=2), st.booleans(), st.floats(-3, 3))
def test_ferromagnet_ground_energy(shape: list[int], periodic: bool, field: float) -> None:
    problem = ising_ferromagnet(shape=shape, periodic=periodic, field=field)
    lowest = problem.energies(all_states(problem.num_variables)).min()
    assert problem.ground_energy == pytest.approx(lowest, abs=1e-12)


def test_energy_is_the_sum_over_bonds_in_the_physics_sign() -> None:
    problem = edwards_anderson(shape=(3, 4), field=0.2, seed=1)
    s = np.random.default_rng(0).choice([-1, 1], 12)
    expected = -sum(J * s[i] * s[j] for (i, j), J in zip(problem.pairs, problem.couplings, strict=True)) - 0.2 * s.sum()
    assert problem.energies(s)[0] == pytest.approx(expected)
    assert problem.model.energies((s, range(12)))[0] == pytest.approx(expected)


def test_antiferromagnet_on_an_even_torus_is_the_gauged_ferromagnet() -> None:
    antiferromagnet = edwards_anderson(shape=(4, 6), disorder="bimodal", positive=0, seed=1)
    states = np.random.default_rng(0).choice([-1, 1], (50, 24))
    checkerboard = 1 - 2 * (np.indices((4, 6)).sum(axis=0) % 2).ravel()
    ferromagnet = ising_ferromagnet(shape=(4, 6))
    np.testing.assert_array_equal(antiferromagnet.energies(states * checkerboard), ferromagnet.energies(states))


def test_gaussian_and_bimodal_couplings() -> None:
    J = edwards_anderson(shape=(30, 30, 30), seed=2).couplings
    assert abs(J.mean()) < 5 / math.sqrt(len(J))
    assert abs(J.var() - 1) < 5 * math.sqrt(2 / len(J))
    J = edwards_anderson(shape=(30, 30, 30), disorder="bimodal", positive=0.8, seed=2).couplings
    assert set(J) == {-1, 1}
    assert abs((J == 1).mean() - 0.8) < 5 * math.sqrt(0.16 / len(J))


def test_bond_dilution_removes_bonds_at_random() -> None:
    problem = edwards_anderson(shape=(40, 40), bond_dilution=0.3, seed=3)
    assert problem.num_variables == 1600
    assert abs(len(problem.pairs) - 0.7 * 3200) < 5 * math.sqrt(0.21 * 3200)
    assert len(edwards_anderson(shape=(3, 3), bond_dilution=1).pairs) == 0


@given(SHAPES, st.floats(0, 0.9), st.integers(0, 2**32 - 1))
def test_site_dilution_keeps_labels_and_the_bonds_between_those_left(shape: list[int], q: float, seed: int) -> None:
    try:
        problem = edwards_anderson(shape=shape, site_dilution=q, field=1.0, seed=seed)
    except ValueError:  # no spin is left, which the errors below test
        reject()
    left = list(problem.variables)
    assert left == sorted(set(left))
    assert set(left) <= set(range(math.prod(shape)))
    expected = {pair for pair in neighbour_pairs(shape, [True] * len(shape)) if pair <= set(left)}
    found = bonds(problem)
    assert len(found) == len(expected)
    assert set(found) == expected
    ground = problem.decode(np.ones(len(left), int))
    assert ground.shape == tuple(shape)
    np.testing.assert_array_equal(np.flatnonzero(ground), left)
    assert list(problem.model.variables) == left


def test_site_dilution_removes_sites_at_random() -> None:
    n = edwards_anderson(shape=(20, 20, 20), site_dilution=0.6, seed=4).num_variables
    assert abs(n - 0.4 * 8000) < 5 * math.sqrt(0.24 * 8000)


def test_decode_puts_every_spin_in_its_place() -> None:
    problem = edwards_anderson(shape=(2, 3), seed=1)
    assert problem.decode([1, -1, 1, 1, 1, -1]).tolist() == [[1, -1, 1], [1, 1, -1]]


def test_diluted_glass_pickles() -> None:
    problem = edwards_anderson(shape=(3, 3), site_dilution=0.3, bond_dilution=0.1, seed=5)
    again = pickle.loads(pickle.dumps(problem))
    states = all_states(problem.num_variables)
    assert list(again.variables) == list(problem.variables)
    np.testing.assert_array_equal(again.energies(states), problem.energies(states))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": 8}, r"shape=8: one length for each axis"),
        ({"shape": ()}, r"shape=\(\): one length for each axis"),
        ({"shape": (2, 0)}, r"shape\[1\]=0: an integer of at least 1"),
        ({"shape": (2.5,)}, r"shape\[0\]=2.5: an integer"),
        ({"periodic": "yes"}, r"periodic='yes': True or False"),
        ({"periodic": (True,)}, r"periodic=\(True,\): True or False, or one of them for each of 2 axes"),
        ({"disorder": "gausian"}, r"disorder='gausian'.*did you mean 'gaussian'"),
        ({"disorder": "bimodal", "positive": 1.5}, r"positive=1.5: a finite number at least 0 and at most 1"),
        ({"positive": 0.7}, r"positive=0.7: .*disorder='bimodal' only"),
        ({"bond_dilution": -0.1}, r"bond_dilution=-0.1: a finite number at least 0"),
        ({"site_dilution": math.nan}, r"site_dilution=nan: a finite number"),
        ({"site_dilution": 1}, r"site_dilution=1.0: no spin is left on the lattice of shape \(4, 4\)"),
        ({"field": "up"}, r"field='up': a finite number"),
    ],
)
def test_errors_say_what_is_allowed(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        edwards_anderson(**{"shape": (4, 4)} | options)
