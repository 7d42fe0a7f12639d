"""bqpjson: binary quadratic programs as LANL publishes them, scale × (Σ linear + Σ quadratic + offset) [1]_.

References
----------
.. [1] The bqpjson format, https://bqpjson.readthedocs.io/en/latest/bqpjson_format.html
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sgq.formats.files import Source
from sgq.formats.problem_json import parse
from sgq.models import Integers, QuadraticForm, Vartype, quadratic_model
from sgq.problem import ModelProblem

_VARTYPE: dict[str, Vartype] = {"spin": "SPIN", "boolean": "BINARY"}


def read_bqpjson(source: Source) -> ModelProblem:
    """Read a file, in spins or bits as its ``variable_domain`` says; the ids are the labels."""
    document = parse(source)
    domain = document.get("variable_domain")
    if not isinstance(domain, str) or domain not in _VARTYPE:
        raise source.error("variable_domain 'spin' or 'boolean'", repr(domain))
    ids = document.get("variable_ids")
    if not isinstance(ids, list) or not ids or any(type(i) is not int for i in ids) or len(set(ids)) < len(ids):
        raise source.error("variable_ids, different integers", "something else")
    scale = _number(source, document.get("scale"), "scale")
    position = {label: k for k, label in enumerate(ids)}
    linear, fields = _terms(source, document, "linear_terms", ("id",), position)
    pairs, couplings = _terms(source, document, "quadratic_terms", ("id_tail", "id_head"), position)
    if (pairs[:, 0] == pairs[:, 1]).any():
        raise source.error("quadratic_terms of two different ids", "a square")
    form = QuadraticForm(
        pairs,
        scale * couplings,
        np.bincount(linear[:, 0], scale * fields, len(ids)).astype(np.float64),
        scale * _number(source, document.get("offset"), "offset"),
    )
    return ModelProblem(name="model", source=quadratic_model(form, _VARTYPE[domain], ids))


def _terms(
    source: Source, document: dict[str, Any], name: str, keys: tuple[str, ...], position: dict[int, int]
) -> tuple[Integers, np.ndarray[Any, np.dtype[np.float64]]]:
    """Positions of the ids, shape (terms, len(keys)), and coefficients; no combination of ids stands twice."""
    entries = document.get(name)
    if not isinstance(entries, list):
        raise source.error(f"a list {name}", repr(entries))
    indices, coefficients = [], []
    for k, entry in enumerate(entries):
        where = f"{name}[{k}]"
        if not isinstance(entry, dict):
            raise source.error(f"{where}, an object", repr(entry))
        places = [position.get(i) if type(i := entry.get(key)) is int else None for key in keys]
        if None in places:
            raise source.error(f"{where} with {' and '.join(keys)} of variable_ids", repr(entry))
        indices.append(places)
        coefficients.append(_number(source, entry.get("coeff"), f"{where}: coeff"))
    if len({tuple(index) for index in indices}) < len(indices):
        raise source.error(f"{name} that name no variables twice", "a repetition")
    return np.array(indices, dtype=np.int64).reshape(-1, len(keys)), np.array(coefficients, dtype=np.float64)


def _number(source: Source, value: Any, name: str) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise source.error(f"{name}, a finite number", repr(value))
    return float(value)
