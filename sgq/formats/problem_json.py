"""json: the whole Problem, every field to the bit, and nothing executed when it is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any, NoReturn

import numpy as np

from sgq.formats.encoding import decode, encode
from sgq.formats.families import problem_class
from sgq.formats.files import Source
from sgq.problem import Problem

VERSION = 1


def parse(source: Source) -> dict[str, Any]:
    """The JSON object of a file; NaN, infinities and repeated keys are errors."""
    try:
        document = json.loads(source.data, parse_constant=_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise source.error("JSON", f"{error.msg} in column {error.colno}", error.lineno - 1) from None
    except UnicodeDecodeError:
        raise source.error("JSON", "text that is not UTF-8") from None
    except (RecursionError, ValueError) as error:
        raise source.error("JSON", str(error)) from None
    if not isinstance(document, dict):
        raise source.error("a JSON object", type(document).__name__)
    return document


def read_json(source: Source) -> Problem:
    """Read what `write_json` wrote."""
    document = parse(source)
    version = document.get("sgq")
    if version != VERSION:
        found = "another kind of JSON" if version is None else f"version {version!r}, which this sgq does not know"
        raise source.error(f"a problem of sgq, version {VERSION}", found)
    values = document.get("fields")
    if not isinstance(values, dict) or not isinstance(values.get("name"), str):
        raise source.error("'fields' with a name", "none")
    kind = problem_class(str(document.get("class")), values["name"])
    wanted = {field.name for field in fields(kind)}
    if values.keys() != wanted:
        lacking, strange = sorted(wanted - values.keys()), sorted(values.keys() - wanted)
        found = f"no {lacking[0]!r}" if lacking else f"an unknown {strange[0]!r}"
        raise source.error(f"the fields of a {kind.__name__}", found)
    return _checked(source, lambda: kind(**{name: decode(value) for name, value in values.items()}))


def write_json(problem: Problem) -> bytes:
    """Write any problem of sgq.problem or of a registered family."""
    problem_class(type(problem).__name__, problem.name)
    values = {field.name: encode(getattr(problem, field.name), field.name) for field in fields(problem)}
    document = {"sgq": VERSION, "class": type(problem).__name__, "fields": values}
    return f"{json.dumps(document, allow_nan=False)}\n".encode()


def _checked(source: Source, make: Callable[[], Problem]) -> Problem:
    """The problem, after one energy: fields that do not fit together show up here, with the file's name."""
    try:
        problem = make()
        labels = problem.variables
        if not isinstance(labels, range) and len(set(labels)) < len(labels):
            raise ValueError("a label stands twice")
        if not isinstance(problem.parameters, dict) or not isinstance(problem.seed, int | None):
            raise TypeError("parameters must be an object and seed an integer or null")
        if not isinstance(problem.ground_energy, float | int | None):
            raise TypeError("ground_energy must be a number or null")
        problem.energies(np.ones((1, problem.num_variables), dtype=np.int8))
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        raise source.error("fields that fit together", str(error)) from error
    return problem


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name}, which is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} twice in one object")
    return values
