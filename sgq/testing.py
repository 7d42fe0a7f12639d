"""Conformance checks that a plug-in, ours or a third party's, runs on itself.

Both raise AssertionError with what is wrong (or let an error of the plug-in itself through), and return nothing where
all is well::

    from sgq.testing import check_problem, check_solver

    def test_my_family():
        check_problem(my_builder, n=8, seed=1)

    def test_my_solver():
        check_solver(MySampler())
"""

from __future__ import annotations

import inspect
import io
import json
import pickle
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import dimod
import dimod.testing
import numpy as np

from sgq.formats import load, save
from sgq.problem import Problem
from sgq.registry import build, get_problem, problems
from sgq.solving import as_solver, solve

_ENUMERABLE = 16


def check_problem(builder: str | Callable[..., Problem], /, **parameters: Any) -> None:
    """Check that a builder makes Problems that keep every promise of the class.

    Parameters
    ----------
    builder
        A registered name or the builder function.
    **parameters
        What makes a small instance, with an integer `seed` if it is random; with at most 16 variables, a
        `ground_energy` is checked by enumeration.

    Raises
    ------
    AssertionError
        If a promise is broken; the message says which.
    """
    function = get_problem(builder) if isinstance(builder, str) else builder
    signature = inspect.signature(function)
    kinds = {p.kind for p in signature.parameters.values()}
    assert kinds <= {inspect.Parameter.KEYWORD_ONLY}, f"{function.__name__}: every parameter must be keyword-only"
    made = get_type_hints(function).get("return")
    assert isinstance(made, type) and issubclass(made, Problem), (
        f"{function.__name__}: the return annotation must name the Problem class that it returns"
    )
    assert function.__doc__, f"{function.__name__} has no docstring"
    problem = function(**parameters)
    assert type(problem) is made, f"{function.__name__} is annotated as {made.__name__}, returns {type(problem)}"
    assert problem.name, "the problem has no name"
    assert json.loads(json.dumps(problem.parameters, allow_nan=False)) == problem.parameters, (
        f"parameters are not JSON values: {problem.parameters}"
    )
    assert problem.instance is not None, "the instance was thrown away"
    _check_symmetry_and_rounding(problem)

    rows = _random_rows(problem, 20)
    energies = problem.energies(rows)
    assert energies.dtype == np.float64, f"energies are {energies.dtype}, not float64"
    _check_model(problem, rows, energies)
    _check_inputs(problem, rows, energies)
    if "seed" in parameters:
        again = function(**parameters)
        np.testing.assert_array_equal(again.energies(rows), energies, "equal seeds gave different instances")
        assert problem.seed == parameters["seed"], f"the problem records seed={problem.seed}, not the one given"
    _check_same(problem, pickle.loads(pickle.dumps(problem)), rows, "pickling")
    if problem.name in problems():  # a file names its family, whose class is found through the registry
        with tempfile.TemporaryDirectory() as folder:
            save(problem, Path(folder) / "problem.json")
            _check_same(problem, load(Path(folder) / "problem.json"), rows, "saving as JSON and loading")
    _check_ground_energy(problem, energies)


def check_solver(solver: Any, /, *, problem: Problem | None = None, max_variables: int | None = None) -> None:
    """Check that a solver works with every Ocean program and with `sgq.solve`.

    Parameters
    ----------
    solver
        A registered name, a class or an instance.
    problem
        A small problem that it can solve, for a solver that has only `sample_problem`; a formula of seven
        clauses over three variables when None.
    max_variables
        Largest model of dimod's own tests to run, for a solver of small models.

    Raises
    ------
    AssertionError
        If the solver breaks a rule; the message says which.
    """
    name, instance = as_solver(solver)
    assert hasattr(instance, "parameters"), f"{name} has no `parameters`"
    if hasattr(instance, "sample_problem"):
        _check_sample_problem(name, instance, problem)
    if isinstance(instance, dimod.Sampler):
        dimod.testing.assert_sampler_api(instance)
        _run_dimod_tests(name, instance, max_variables)
        _check_sample(name, instance)
    elif not hasattr(instance, "sample_problem"):
        assert isinstance(instance, dimod.PolySampler), f"{name} is no dimod sampler and has no sample_problem"
    if isinstance(instance, dimod.PolySampler):
        _check_sample_poly(name, instance)
    _refused(lambda: solve(problem or build("k-sat", clauses=[[1]]), instance, num_raeds=1), "no parameter 'num_raeds'")


def _random_rows(problem: Problem, count: int) -> np.ndarray[Any, np.dtype[np.int8]]:
    rows = np.random.default_rng(0).integers(0, 2, (count, problem.num_variables))
    return np.asarray(rows if problem.vartype == "BINARY" else 2 * rows - 1, dtype=np.int8)


def _check_symmetry_and_rounding(problem: Problem) -> None:
    rows = _random_rows(problem, 20)
    energies = problem.energies(rows)
    turned = problem.energies(-rows if problem.vartype == "SPIN" else 1 - rows)
    scale = max(1.0, float(np.abs(energies).max()))
    if problem.flip_symmetric:
        np.testing.assert_allclose(turned, energies, atol=1e-9 * scale, err_msg="flip_symmetric is wrong")
    assert 0 <= problem.energy_tolerance <= 1e-6 * scale, f"energy_tolerance={problem.energy_tolerance} is no rounding"


def _check_model(problem: Problem, rows: Any, energies: Any) -> None:
    model = problem.model
    assert isinstance(model, (dimod.BinaryQuadraticModel, dimod.BinaryPolynomial)), f"the model is a {type(model)}"
    assert model.vartype.name == problem.vartype, f"the model is {model.vartype.name}, the problem {problem.vartype}"
    assert set(model.variables) == set(problem.variables), "model and problem have different variables"
    np.testing.assert_allclose(
        model.energies((rows, list(problem.variables))),
        energies,
        rtol=1e-9,
        atol=1e-9,
        err_msg="problem.energies and the model disagree",
    )


def _check_inputs(problem: Problem, rows: Any, energies: Any) -> None:
    mapping = dict(zip(problem.variables, rows[0].tolist(), strict=True))
    np.testing.assert_allclose(problem.energies(mapping), energies[:1], err_msg="a mapping and an array differ")
    backwards = (rows[:, ::-1], list(problem.variables)[::-1])
    np.testing.assert_allclose(problem.energies(backwards), energies, err_msg="labels are not respected")
    assert problem.decode(mapping) is not None, "decode returned nothing"
    _refused(lambda: problem.energies(np.full_like(rows, 2)), "hold values other than")
    _refused(lambda: problem.energies(rows[:, 1:]), "of shape")


def _refused(call: Callable[[], object], text: str) -> None:
    try:
        call()
    except ValueError as error:
        assert text in str(error), f"the error says {str(error)!r}, not {text!r}"
    else:
        raise AssertionError(f"bad input was taken where a ValueError with {text!r} is due")


def _check_same(problem: Problem, other: Problem, rows: Any, what: str) -> None:
    assert type(other) is type(problem), f"{what} turned a {type(problem).__name__} into a {type(other).__name__}"
    assert list(other.variables) == list(problem.variables), f"{what} changed the variables"
    for key in ("name", "parameters", "seed", "ground_energy"):
        assert getattr(other, key) == getattr(problem, key), f"{what} changed {key}"
    np.testing.assert_array_equal(other.energies(rows), problem.energies(rows), f"{what} changed the energies")


def _check_ground_energy(problem: Problem, energies: Any) -> None:
    if problem.ground_energy is None:
        return
    scale = 1e-9 * max(1.0, abs(problem.ground_energy))
    assert energies.min() >= problem.ground_energy - scale, "a random configuration lies below ground_energy"
    n = problem.num_variables
    if n <= _ENUMERABLE:
        bits = (np.arange(1 << n)[:, None] >> np.arange(n)) & 1
        lowest = problem.energies(bits if problem.vartype == "BINARY" else 2 * bits - 1).min()
        assert abs(lowest - problem.ground_energy) <= scale, f"ground_energy={problem.ground_energy}, true {lowest}"


def _run_dimod_tests(name: str, instance: dimod.Sampler, max_variables: int | None) -> None:
    case = dimod.testing.load_sampler_bqm_tests(instance, max_num_variables=max_variables)(
        type("DimodTests", (unittest.TestCase,), {})
    )
    result = unittest.TextTestRunner(io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    broken = result.failures + result.errors
    assert not broken, f"{name} fails dimod's test {broken[0][0]} (and {len(broken) - 1} more):\n{broken[0][1]}"


def _check_sample(name: str, instance: dimod.Sampler) -> None:
    for vartype in ("SPIN", "BINARY"):
        model = dimod.BinaryQuadraticModel(
            {"a": 0.5, (0, 1): -1.0, "free": 0.0}, {("a", "b"): -1.0, ("b", 7): 2.0}, 3.0, vartype
        )
        before = model.copy()
        samples = solve(model, instance, **({"seed": 3} if "seed" in instance.parameters else {}))
        assert model == before, f"{name} changes the model that it is given"
        assert samples.vartype.name == vartype, f"{name} answers a {vartype} model in {samples.vartype.name}"
        assert list(samples.variables) == list(model.variables), f"{name} loses or renames variables"
        assert len(samples), f"{name} returns no samples"
        assert (samples.record.num_occurrences > 0).all(), f"{name} returns rows that occurred zero times"
        recorded = samples.info["sgq"]
        assert json.loads(json.dumps(recorded, allow_nan=False)) == recorded, f"{name}: info['sgq'] is not JSON"
        if recorded.get("proven"):
            lowest = dimod.ExactSolver().sample(model).first.energy
            assert samples.first.energy <= lowest + 1e-9, f"{name} proves a state that is not the lowest"
        if "num_reads" in instance.parameters:
            reads = solve(model, instance, num_reads=3).record.num_occurrences.sum()
            assert reads == 3, f"{name} makes {reads} reads where num_reads=3"
        answer = instance.sample(model)
        np.testing.assert_allclose(answer.record.energy, model.energies(answer), err_msg=f"{name}: energies")
        if "seed" in instance.parameters:
            again = solve(model, instance, seed=3)
            np.testing.assert_array_equal(
                samples.record.sample, again.record.sample, f"{name}: equal seeds gave different samples"
            )


def _check_sample_poly(name: str, instance: dimod.PolySampler) -> None:
    for vartype in ("SPIN", "BINARY"):
        cubic = dimod.BinaryPolynomial({("a", "b", "c"): 1.0, ("a",): -0.5, ("d",): 0.25, (): 2.0}, vartype)
        answer = instance.sample_poly(cubic)
        assert answer.vartype.name == vartype, f"{name} answers a {vartype} polynomial in {answer.vartype.name}"
        assert set(answer.variables) == set("abcd"), f"{name} lost a variable of a polynomial"
        np.testing.assert_allclose(answer.record.energy, cubic.energies(answer), err_msg=f"{name}: energies")


def _check_sample_problem(name: str, instance: Any, problem: Problem | None) -> None:
    if problem is None:
        literals = [[s * 1, t * 2, u * 3] for s in (1, -1) for t in (1, -1) for u in (1, -1)]
        problem = build("k-sat", clauses=literals[1:])
    samples = solve(problem, instance)
    assert isinstance(samples, dimod.SampleSet), f"{name}: sample_problem returned a {type(samples).__name__}"
    assert list(samples.variables) == list(problem.variables), f"{name} loses or renames variables"
    assert len(samples), f"{name} finds no solution of {problem!r}, which has one"
    answer = instance.sample_problem(problem)
    np.testing.assert_allclose(answer.record.energy, problem.energies(answer), err_msg=f"{name}: energies")
    if samples.info["sgq"].get("satisfiable"):
        assert samples.first.energy == 0, f"{name} claims a solution and returns none"
