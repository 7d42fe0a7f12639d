"""solve: any problem by any solver, with checked parameters and energies recomputed on the problem itself."""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping, Sequence
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np

import sgq
from sgq.checks import hint, seed_integer
from sgq.models import quadratise
from sgq.problem import ModelProblem, Problem
from sgq.registry import get_solver

if TYPE_CHECKING:
    import dimod


def solve(problem: Any, solver: Any = "annealing", /, **parameters: Any) -> dimod.SampleSet:
    """Solve a problem.

    Parameters
    ----------
    problem
        A `Problem`, or a dimod quadratic model or polynomial, which is taken as it is.
    solver
        A registered name, a solver class, or an instance: any `dimod.Sampler` or `dimod.PolySampler`, or an
        object with ``parameters`` and ``sample_problem(problem, **parameters)``, which is preferred.
    **parameters
        The solver's own. `seed` is an integer below 2^31 for every solver; one is drawn and recorded where none
        is given.

    Returns
    -------
    dimod.SampleSet
        Rows as the solver gave them, over the problem's variables in its order. Energies are recomputed in float64 on
        the problem. ``info["sgq"]`` holds solver, parameters, seed, version and seconds; within which tolerance
        energies are equal, and whether turning all variables over changes them; and, where a polynomial had to be
        made quadratic, the strength and the number of auxiliary variables, which are dropped.

    Raises
    ------
    ValueError
        If the solver has no such parameter (the message lists those it has) or cannot take the model.
    """
    started = time.perf_counter()
    problem = as_problem(problem)
    name, instance = as_solver(solver)
    check_parameters(name, instance, parameters)
    tolerance = problem.energy_tolerance
    if not np.isfinite(tolerance):
        raise ValueError(f"{problem!r}: a coefficient is not finite, or they add up to more than float64 holds")
    seed = seed_integer(parameters.get("seed"))
    if "seed" in instance.parameters:
        seed = int(np.random.default_rng().integers(2**31)) if seed is None else seed
        parameters = {**parameters, "seed": seed}
    prepared = time.perf_counter()
    quadratisation: dict[str, Any] | None = None
    if hasattr(instance, "sample_problem"):
        answer = instance.sample_problem(problem, **parameters)
    else:
        import dimod

        model = problem.model
        polynomial = isinstance(model, dimod.BinaryPolynomial)
        if polynomial and not hasattr(instance, "sample_poly"):
            model, strength = quadratise(model)
            quadratisation = {
                "strength": strength,
                "auxiliary_variables": model.num_variables - problem.num_variables,
            }
        elif not polynomial and not hasattr(instance, "sample"):
            model, polynomial = dimod.BinaryPolynomial(_polynomial_terms(model), model.vartype), True
        prepared = time.perf_counter()
        sample = instance.sample_poly if polynomial and quadratisation is None else instance.sample
        answer = sample(model, **parameters)
    if hasattr(answer, "resolve"):
        answer.resolve()
    sampled = time.perf_counter()
    samples = _recomputed(problem, answer)
    if len(samples) and samples.info.get("sgq", {}).get("proven") and np.ptp(samples.record.energy) > tolerance:
        # The model's float64 coefficients could not tell apart what the problem itself can.
        samples.info["sgq"] = {**samples.info["sgq"], "proven": False, "degeneracy": None}
    samples.info["sgq"] = {
        **samples.info.get("sgq", {}),
        "solver": name,
        "parameters": {key: _plain(value) for key, value in parameters.items()},
        "seed": seed,
        "version": sgq.__version__,
        "energy_tolerance": tolerance,
        "flip_symmetric": problem.flip_symmetric,
        **({"quadratisation": quadratisation} if quadratisation else {}),
        "seconds": {
            "preprocessing": prepared - started,
            "sampling": sampled - prepared,
            "postprocessing": time.perf_counter() - sampled,
        },
    }
    return samples


def as_problem(problem: Any) -> Problem:
    """A Problem as it is, a dimod model as a Problem around it; anything else is a TypeError."""
    import dimod

    if isinstance(problem, Problem):
        return problem
    if isinstance(problem, (dimod.BinaryQuadraticModel, dimod.BinaryPolynomial)):
        return ModelProblem(name="model", source=problem)
    raise TypeError(
        f"problem is a {type(problem).__name__}: a Problem (sgq.build, sgq.load, sgq.ising, sgq.qubo) or a "
        "dimod.BinaryQuadraticModel or dimod.BinaryPolynomial"
    )


def as_solver(solver: Any) -> tuple[str, Any]:
    """Name and instance of a solver given by registered name, class or instance."""
    if isinstance(solver, str):
        return solver, get_solver(solver)()
    instance = solver() if isinstance(solver, type) else solver
    if not any(hasattr(instance, method) for method in ("sample", "sample_poly", "sample_problem")):
        raise TypeError(f"solver={solver!r}: a registered name, a dimod sampler or an object with sample_problem")
    return type(instance).__name__, instance


def check_parameters(name: str, instance: Any, parameters: Mapping[str, Any]) -> None:
    """ValueError if the solver does not declare one of the parameters."""
    allowed = sorted(instance.parameters)
    for parameter in parameters:
        if parameter not in allowed:
            known = ", ".join(allowed) or "none"
            raise ValueError(f"{name} has no parameter {parameter!r}{hint(parameter, allowed)}: it takes {known}")


def _recomputed(problem: Problem, answer: dimod.SampleSet) -> dimod.SampleSet:
    """The answer over the problem's own variables, in its order, with energies of the problem."""
    import dimod

    values = problem.values(answer)
    vectors = {k: answer.record[k] for k in answer.record.dtype.names if k not in ("sample", "energy")}
    unnamed = dimod.SampleSet.from_samples(
        values, problem.vartype, problem.energies(values), sort_labels=False, **vectors
    )
    # dimod hashes 10^6 labels in a second; the answer's are as good if they are the problem's own objects
    labels: Sequence[Hashable] = problem.variables
    if len(answer.variables) == len(labels) and all(map(is_, answer.variables, labels)):
        labels = answer.variables
    return dimod.SampleSet(unnamed.record, labels, answer.info, problem.vartype)


def _polynomial_terms(model: dimod.BinaryQuadraticModel) -> dict[tuple[Any, ...], float]:
    linear = {(v,): bias for v, bias in model.linear.items()}
    return {**linear, **dict(model.quadratic), (): model.offset}


def _plain(value: Any) -> Any:
    """A parameter as a JSON value; arrays by their shape, objects by their type, never by their content."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.ndarray) and value.size > 64:
        return f"array of shape {value.shape}"
    if isinstance(value, (list, tuple)) and len(value) > 64:
        return f"{type(value).__name__} of {len(value)}"
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(v) for v in value]
    return type(value).__name__
