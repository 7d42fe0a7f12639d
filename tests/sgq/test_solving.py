"""solve: what goes in is checked, what comes out is recomputed and recorded."""

import json
from typing import Any, ClassVar

import dimod
import numpy as np
import pytest

import sgq


class Liar(dimod.Sampler):
    """Answers the right configuration with a wrong energy and one variable too many."""

    parameters: ClassVar[dict[str, list[str]]] = {"num_reads": []}
    properties: ClassVar[dict[str, object]] = {}

    def sample(self, bqm: dimod.BinaryQuadraticModel, **parameters: Any) -> dimod.SampleSet:
        row = {**dict.fromkeys(bqm.variables, 1), "extra": -1}
        return dimod.SampleSet.from_samples([row], bqm.vartype, energy=-99, info={"own": 1})


def test_energies_are_recomputed_and_strange_variables_dropped() -> None:
    problem = sgq.ising({(0, 1): 1.0, (1, 2): 1.0})
    samples = sgq.solve(problem, Liar())
    assert samples.first.energy == -2
    assert list(samples.variables) == [0, 1, 2]
    assert samples.info["own"] == 1
    assert samples.info["sgq"]["solver"] == "Liar"


class Renamer(dimod.Sampler):
    """Answers with labels that are equal to the model's, but of another type."""

    parameters: ClassVar[dict[str, list[str]]] = {}
    properties: ClassVar[dict[str, object]] = {}

    def sample(self, bqm: dimod.BinaryQuadraticModel) -> dimod.SampleSet:
        names = [np.str_(v) if isinstance(v, str) else v for v in bqm.variables]
        rows = np.array([[1, -1, 1], [-1, -1, 1]], np.int8)
        return dimod.SampleSet.from_samples((rows, names), bqm.vartype, energy=[0, 0], sort_labels=False)


@pytest.mark.parametrize("labels", [["b", "a", "c"], [("b", 1), 7, frozenset("c")], [2, 0, 1], [0, 1, 2]])
def test_labels_of_any_kind_are_the_problems_own(labels: list[Any]) -> None:
    model = dimod.BinaryQuadraticModel(dict.fromkeys(labels, 1.0), {(labels[0], labels[1]): 1.0}, "SPIN")
    samples = sgq.solve(model, Renamer())
    assert list(samples.variables) == labels
    assert [type(v) for v in samples.variables] == [type(v) for v in labels]
    np.testing.assert_array_equal(samples.record.energy, [0, 0])
    np.testing.assert_array_equal(samples.record.sample, [[1, -1, 1], [-1, -1, 1]])


def test_what_is_recorded_is_json() -> None:
    samples = sgq.solve(sgq.ising({(0, 1): 1.0}), "neal", num_reads=2, seed=7, beta_range=(0.1, 3))
    recorded = samples.info["sgq"]
    assert json.loads(json.dumps(recorded)) == recorded
    assert recorded["seed"] == 7
    assert recorded["parameters"] == {"num_reads": 2, "seed": 7, "beta_range": [0.1, 3]}
    assert set(recorded["seconds"]) == {"preprocessing", "sampling", "postprocessing"}


def test_a_drawn_seed_draws_the_same_answer_again() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=40, seed=1)
    first = sgq.solve(problem, num_reads=8, num_sweeps=10)
    again = sgq.solve(problem, num_reads=8, num_sweeps=10, seed=first.info["sgq"]["seed"])
    np.testing.assert_array_equal(first.record.sample, again.record.sample)


@pytest.mark.parametrize("solver", ["annealing", "neal", "tabu", "greedy", "exhaustive"])
def test_a_misspelt_parameter_is_an_error_for_every_solver(solver: str) -> None:
    with pytest.raises(ValueError, match=f"{solver} has no parameter 'num_raeds'"):
        sgq.solve(sgq.ising({(0, 1): 1.0}), solver, num_raeds=3)


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, "a"])
def test_a_seed_out_of_range_is_an_error(seed: object) -> None:
    with pytest.raises(ValueError, match="seed="):
        sgq.solve(sgq.ising({(0, 1): 1.0}), "neal", seed=seed)


def test_a_polynomial_reaches_a_quadratic_solver_with_its_auxiliaries_dropped() -> None:
    polynomial = dimod.BinaryPolynomial({("a", "b", "c"): -2.0, ("a",): 0.5, ("d",): 0.0}, "SPIN")
    samples = sgq.solve(polynomial, "neal", num_reads=20, seed=1)
    assert set(samples.variables) == set("abcd")
    assert samples.first.energy == -2.5
    assert samples.info["sgq"]["quadratisation"]["strength"] == 4.0
    assert samples.info["sgq"]["quadratisation"]["auxiliary_variables"] == 2


def test_a_model_of_dimods_is_taken_as_it_is() -> None:
    model = dimod.BinaryQuadraticModel({"x": -1.0}, {}, 0.5, "BINARY")
    assert sgq.solve(model, "exhaustive").first.energy == -0.5


def test_what_is_no_problem_or_solver_is_refused() -> None:
    with pytest.raises(TypeError, match="problem is a dict"):
        sgq.solve({(0, 1): 1})
    with pytest.raises(TypeError, match="solver=3"):
        sgq.solve(sgq.ising({(0, 1): 1.0}), 3)
