"""The class of a problem that a file names, found without importing anything the file says."""

from __future__ import annotations

import inspect

from sgq.problem import IsingProblem, ModelProblem, PolynomialProblem, Problem
from sgq.registry import get_problem

_OWN: dict[str, type[Problem]] = {c.__name__: c for c in (IsingProblem, ModelProblem, PolynomialProblem)}


def family_class(name: str) -> type[Problem]:
    """What the registered builder `name` returns, by its annotation."""
    builder = inspect.unwrap(get_problem(name))
    answer = inspect.signature(builder).return_annotation
    if isinstance(answer, str):
        answer = getattr(builder, "__globals__", {}).get(answer)
    if not (isinstance(answer, type) and issubclass(answer, Problem)):
        raise ValueError(f"the builder of {name!r} must be annotated with the Problem class that it returns")
    return answer


def problem_class(class_name: str, name: str) -> type[Problem]:
    """The class called `class_name`: one of sgq.problem, or what the builder of the family `name` returns."""
    if class_name in _OWN:
        return _OWN[class_name]
    answer = family_class(name)
    if answer.__name__ != class_name:
        raise ValueError(f"class {class_name!r}: the family {name!r} makes a {answer.__name__}")
    return answer
