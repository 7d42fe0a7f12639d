"""sgq: a laboratory for spin glasses and computation.

Build a problem, solve it by any means, classical or quantum, and read physics off the answer::

    problem = sgq.build("edwards-anderson", shape=(8, 8), seed=7)
    samples = sgq.solve(problem, "annealing", num_reads=64, seed=1)
    samples.first.energy, problem.decode(samples.first.sample)

Everything public is loaded when first used, so that ``import sgq`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sgq.comparing import Comparison as Comparison
    from sgq.comparing import compare as compare
    from sgq.formats import load as load
    from sgq.formats import save as save
    from sgq.problem import IsingProblem as IsingProblem
    from sgq.problem import ModelProblem as ModelProblem
    from sgq.problem import PolynomialProblem as PolynomialProblem
    from sgq.problem import Problem as Problem
    from sgq.registry import build as build
    from sgq.registry import get_problem as get_problem
    from sgq.registry import get_solver as get_solver
    from sgq.registry import problems as problems
    from sgq.registry import solvers as solvers
    from sgq.solving import solve as solve
    from sgq.sweeps.sweep import Sweep as Sweep
    from sgq.user_models import ising as ising
    from sgq.user_models import qubo as qubo

__version__ = "0.1.0"

_HOME = {
    "Comparison": "sgq.comparing",
    "IsingProblem": "sgq.problem",
    "ModelProblem": "sgq.problem",
    "PolynomialProblem": "sgq.problem",
    "Problem": "sgq.problem",
    "Sweep": "sgq.sweeps.sweep",
    "build": "sgq.registry",
    "compare": "sgq.comparing",
    "get_problem": "sgq.registry",
    "get_solver": "sgq.registry",
    "ising": "sgq.user_models",
    "load": "sgq.formats",
    "problems": "sgq.registry",
    "qubo": "sgq.user_models",
    "save": "sgq.formats",
    "solve": "sgq.solving",
    "solvers": "sgq.registry",
}

__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    if name in ("analysis", "kernels", "report", "sweeps", "testing", "theory"):
        return import_module(f"sgq.{name}")
    raise AttributeError(f"module 'sgq' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
