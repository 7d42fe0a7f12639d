"""Problems of a user's own numbers: the sign convention, labels, and errors that say what is wrong."""

import pickle

import dimod
import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

import sgq


def test_ising_takes_the_physics_sign_and_counts_each_pair_once() -> None:
    J = np.array([[0.0, 2.0], [2.0, 0.0]])
    problem = sgq.ising(J, [0.5, -1.0])
    assert problem.energies(np.array([1, 1])) == pytest.approx([-2 - 0.5 + 1])
    assert problem.model.quadratic[0, 1] == -2
    assert problem.model.linear[1] == 1


@pytest.mark.parametrize(
    "J",
    [
        np.array([[0, 1.5, 0], [1.5, 0, -1], [0, -1, 0]]),
        csr_array(np.array([[0, 1.5, 0], [1.5, 0, -1], [0, -1, 0]])),
        {(0, 1): 1.5, (2, 1): -1},
        nx.Graph([(0, 1, {"weight": 1.5}), (1, 2, {"weight": -1})]),
    ],
)
def test_every_form_of_J_is_the_same_problem(J: object) -> None:
    problem = sgq.ising(J, {1: 0.25})
    rows = np.array(list(np.ndindex(2, 2, 2))) * 2 - 1
    expected = -1.5 * rows[:, 0] * rows[:, 1] + rows[:, 1] * rows[:, 2] - 0.25 * rows[:, 1]
    np.testing.assert_allclose(problem.energies((rows, [0, 1, 2])), expected)


def test_qubo_is_the_quadratic_form_whether_symmetric_or_not() -> None:
    rng = np.random.default_rng(0)
    Q = rng.normal(size=(4, 4))
    rows = np.array(list(np.ndindex(2, 2, 2, 2)))
    expected = np.einsum("ri,ij,rj->r", rows, Q, rows)
    np.testing.assert_allclose(sgq.qubo(Q).energies(rows), expected)
    np.testing.assert_allclose(sgq.qubo(csr_array(Q)).energies(rows), expected)
    entries = {(i, j): Q[i, j] for i in range(4) for j in range(4)}
    np.testing.assert_allclose(sgq.qubo(entries).energies((rows, range(4))), expected)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sgq.ising([[0, 1], [2, 0]]), "not symmetric"),
        (lambda: sgq.ising([[1, 1], [1, 0]]), "diagonal"),
        (lambda: sgq.ising([[0, np.nan], [np.nan, 0]]), r"J\[0, 1\] = nan"),
        (lambda: sgq.ising([[0, 1, 1]]), "square"),
        (lambda: sgq.ising({}), "no spins"),
        (lambda: sgq.ising({(0, 1): 1, (1, 0): 1}), "stands twice"),
        (lambda: sgq.ising({(0, 0): 1}), "two different spins"),
        (lambda: sgq.ising({(0, 1): 1}, [1, 2, 3]), r"h of shape \(3,\)"),
        (lambda: sgq.ising(np.zeros((2, 2)), {5: 1}), "h names spin 5"),
        (lambda: sgq.ising({(0, 1): "x"}), r"J\[\(0, 1\)\]='x': a finite number"),
        (lambda: sgq.ising({(0, 1): np.nan}), r"J\[\(0, 1\)\]=nan"),
        (lambda: sgq.ising({0: 1.0}), "keys are pairs"),
        (lambda: sgq.ising(csr_array(np.array([[0, 1.0], [np.nan, 0]]))), "J.1. = nan"),
        (lambda: sgq.ising(np.array([[0, 1j], [1j, 0]])), "real numbers"),
        (lambda: sgq.ising(nx.MultiGraph([(0, 1), (0, 1)])), "undirected and with single edges"),
        (lambda: sgq.ising(nx.Graph([(0, 1)]), {7: 1.0}), "no node of J"),
        (lambda: sgq.ising({("b", "a"): 1.0}, [1.0, 2.0]), "give h as a dict"),
        (lambda: sgq.qubo({}), "Q is empty"),
        (lambda: sgq.qubo([[1, 2]]), "square"),
        (lambda: sgq.qubo([[np.inf]]), "finite"),
    ],
)
def test_errors_say_what_is_wrong(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]


def test_samples_of_either_vartype_and_any_order_have_the_same_energy() -> None:
    problem = sgq.ising({("a", "b"): 1.0, ("b", "c"): -2.0}, {"a": 0.5})
    samples = dimod.SampleSet.from_samples([{"c": 1, "a": 1, "b": -1}], "SPIN", energy=0)
    expected = problem.energies({"a": 1, "b": -1, "c": 1})
    np.testing.assert_array_equal(problem.energies(samples), expected)
    np.testing.assert_array_equal(problem.energies(samples.change_vartype("BINARY", inplace=False)), expected)


def test_an_array_of_fields_goes_by_number_not_by_order_of_appearance() -> None:
    problem = sgq.ising({(2, 1): 1.0, (0, 1): 1.0}, [10.0, 20.0, 30.0])
    assert list(problem.variables) == [0, 1, 2]
    assert problem.model.linear == {0: -10.0, 1: -20.0, 2: -30.0}


def test_of_many_samples_the_lowest_is_decoded() -> None:
    problem = sgq.ising({(0, 1): 1.0}, 0.5)
    rows = [{0: 1, 1: -1}, {0: 1, 1: 1}]
    samples = dimod.SampleSet.from_samples(rows, "SPIN", energy=problem.energies(rows))
    assert problem.decode(samples) == {0: 1, 1: 1}
    assert problem.decode(samples.change_vartype("BINARY", inplace=False)) == {0: 1, 1: 1}
    with pytest.raises(ValueError, match="2 configurations"):
        problem.decode(np.array([[1, 1], [1, -1]]))


def test_flip_symmetry_and_tolerance() -> None:
    assert sgq.ising({(0, 1): 1.0}).flip_symmetric
    assert not sgq.ising({(0, 1): 1.0}, 0.1).flip_symmetric
    assert sgq.qubo({(0, 0): 1.0, (1, 1): 1.0, (0, 1): -2.0}).flip_symmetric  # (x0 - x1)²
    assert not sgq.qubo({(0, 0): 1.0}).flip_symmetric
    assert sgq.ising({(0, 1): 3.0}).energy_tolerance == 0
    assert sgq.qubo({(0, 1): 3.0}).energy_tolerance == 0
    assert 0 < sgq.ising({(0, 1): 0.1}).energy_tolerance < 1e-12


def test_samples_that_do_not_fit_are_refused() -> None:
    problem = sgq.ising({("a", "b"): 1.0})
    with pytest.raises(ValueError, match="lack the variable 'b'"):
        problem.energies({"a": 1})
    with pytest.raises(ValueError, match="other than -1 and 1"):
        problem.energies(np.array([0, 1]))
    with pytest.raises(ValueError, match="of shape"):
        problem.energies(np.array([1, 1, 1]))


def test_a_problem_pickles() -> None:
    problem = sgq.ising({("a", "b"): 1.0}, 0.5)
    again = pickle.loads(pickle.dumps(problem))
    np.testing.assert_array_equal(again.energies(np.array([1, -1])), problem.energies(np.array([1, -1])))
