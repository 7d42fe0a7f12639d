"""What a sweep is given, checked, and turned into points before anything runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import file_digest
from typing import Any

from sgq.checks import integer
from sgq.formats import load
from sgq.registry import check_options, get_problem, get_solver
from sgq.solving import as_solver, check_parameters
from sgq.sweeps.measures import Measure
from sgq.sweeps.points import Point, canonical_json, expand, named
from sgq.sweeps.versions import versions_of


def checked_measures(paths: Any) -> tuple[Measure, ...]:
    """Measures by name or import path; ValueError if there is none, or two would have one name."""
    if isinstance(paths, str) or not isinstance(paths, Sequence):
        raise ValueError(f"measures={paths!r}: a list of names")
    measures = tuple(Measure.of(path) for path in paths)
    names = [measure.name for measure in measures]
    if len(set(names)) < len(names):
        raise ValueError(f"measures={list(paths)}: {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return measures


def expanded(kind: str, given: Any, facts: Callable[[str, dict[str, Any]], dict[str, Any]]) -> Iterator[Point]:
    """Every point of the problems or solvers of a sweep."""
    if not isinstance(given, Mapping) or not given:
        raise ValueError(f"{kind}={given!r}: at least one {{label: (name, parameters)}}")
    texts: dict[str, str] = {}
    shown: set[str] = set()
    for label, pair in given.items():
        where = f"{kind}.{label}"
        if not isinstance(label, str) or not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ValueError(f"{where}={pair!r}: a pair (name, parameters) under a label that is text")
        name, parameters = pair
        if not isinstance(name, str) or not isinstance(parameters, Mapping):
            raise ValueError(f"{where}={pair!r}: a name, and a mapping of parameters")
        choices = list(expand(where, parameters))
        varied = [key for key in parameters if len({canonical_json(choice[key]) for choice in choices}) > 1]
        for choice in choices:
            if "seed" in choice:
                integer(f"{where}.seed", choice["seed"], 0, 2**63 - 1)
            text = ", ".join([label, *(f"{key} = {choice[key]}" for key in varied)])
            try:
                point = Point(label=label, name=name, parameters=choice, text=text, **facts(name, choice))
            except (ValueError, TypeError, OSError) as error:
                raise ValueError(f"{where}: {error}") from None
            other = texts.setdefault(point.identity, text)
            if other is not text:
                raise ValueError(f"{where}: {text!r} is the same as {other!r}, and would be run once")
            if text in shown:
                raise ValueError(f"{where}: {text!r} stands for two points: choose another label")
            shown.add(text)
            yield point


def problem_point(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """What else a `Point` holds for a problem; ValueError if there is none, or it has no such parameters."""
    if name == "file":
        check_options(name, load, parameters)
        if not isinstance(parameters["path"], str):
            raise ValueError(f"path={parameters['path']!r}: a text, or {{'each': [texts]}}")
        with open(parameters["path"], "rb") as file:
            content = {**parameters, "path": file_digest(file, "sha256").hexdigest()}
        return {"seeded": False, "versions": versions_of(load), "specification": _specification(name, load, content)}
    builder = named("problem", name, get_problem)
    check_options(name, builder, parameters)
    return {
        "seeded": "seed" in inspect.signature(builder).parameters and "seed" not in parameters,
        "versions": versions_of(builder),
        "specification": _specification(name, builder, parameters),
    }


def solver_point(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """What else a `Point` holds for a solver; ValueError if there is none, or it has no such parameters."""
    solver = named("solver", name, get_solver)
    instance = as_solver(solver)[1]
    check_parameters(name, instance, parameters)
    methods = ("sample_problem", "sample", "sample_poly")
    method = next(getattr(instance, name) for name in methods if hasattr(instance, name))
    return {
        "seeded": "seed" in instance.parameters and "seed" not in parameters,
        "versions": versions_of(type(instance)),
        "specification": _specification(name, method, parameters),
    }


def _specification(name: str, function: Callable[..., Any], parameters: dict[str, Any]) -> str:
    """See `Point`; a default that is written out changes nothing, nor does an option that a later version adds."""
    options = inspect.signature(function).parameters
    defaults = {key: option.default for key, option in options.items() if option.default is not option.empty}
    given = {k: v for k, v in parameters.items() if k not in defaults or not _equal(v, defaults[k])}
    return canonical_json({"name": name, "parameters": given})


def _equal(value: Any, default: Any) -> bool:
    """Whether a JSON value is what a default is; ``0`` is ``0.0``, and a list is a tuple."""
    try:
        return canonical_json(value) == canonical_json(list(default) if isinstance(default, tuple) else default)
    except (TypeError, ValueError):
        return False
