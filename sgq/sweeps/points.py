"""Points of a sweep: a problem or a solver with one choice of every parameter, and the hashes that tell runs apart."""

from __future__ import annotations

import importlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np

from sgq.checks import hint

Registered = Callable[[str], Any]


@dataclass(frozen=True)
class Point:
    """A problem or a solver with its parameters.

    Attributes
    ----------
    label, text
        What the sweep calls the family or solver, and this point of it.
    name
        A registered name, ``"file"``, or an import path ``package.module:name``.
    parameters
        JSON values.
    seeded
        Whether it draws from a seed that the sweep gives.
    versions
        Distributions whose version decides what comes out, with their versions.
    specification
        Canonical JSON of what it is, which seeds are made of: the name, and the parameters that are not at their
        default. Of a file, what is in it counts, not where it lies.
    """

    label: str
    text: str
    name: str
    parameters: dict[str, Any]
    seeded: bool
    versions: dict[str, str]
    specification: str

    @cached_property
    def identity(self) -> str:
        """Canonical JSON of what it is and which code it is; keys of runs are made of it."""
        return canonical_json({"specification": self.specification, "versions": self.versions})


def canonical_json(value: Any) -> str:
    """One text for equal values: sorted keys, no blanks, integral floats as integers (RFC 8785 does so too)."""
    return json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def digest(*texts: str | int, size: int = 16) -> bytes:
    """BLAKE2b hash of a sequence of texts and integers."""
    return blake2b(json.dumps(texts, ensure_ascii=False).encode(), digest_size=size).digest()


def seed_of(*texts: str | int, bits: int) -> int:
    """An integer below 2^bits, the same for the same texts on every machine."""
    return int.from_bytes(digest(*texts, size=8), "big") >> (64 - bits)


def expand(where: str, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every choice of the parameters; ``{"each": [values]}`` stands for one of the values, anything else for itself.

    Raises
    ------
    ValueError
        If a grid is empty or holds a value twice, or a value is none that JSON can carry.
    """
    choices: list[list[Any]] = []
    for key, value in parameters.items():
        place = f"{where}.{key}"
        if isinstance(value, Mapping) and "each" in value:
            grid = value["each"]
            if isinstance(grid, np.ndarray):
                grid = grid.tolist()
            if value.keys() != {"each"} or isinstance(grid, str) or not isinstance(grid, Sequence) or not len(grid):
                raise ValueError(f"{place}={value!r}: {{'each': [values]}} with at least one value, and nothing else")
            values = [_plain(place, item) for item in grid]
            texts = [canonical_json(item) for item in values]
            if len(set(texts)) < len(texts):
                raise ValueError(f"{place}: {next(t for t in texts if texts.count(t) > 1)} stands twice in its grid")
            choices.append(values)
        else:
            choices.append([_plain(place, value)])
    for choice in itertools.product(*choices):
        yield dict(zip(parameters, choice, strict=True))


def _plain(where: str, value: Any) -> Any:
    """`value` as JSON carries it."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(where, item) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        if len(value) == 1 and hint(next(iter(value)), ["each"]):
            raise ValueError(f"{where}={dict(value)!r}: did you mean {{'each': …}}?")
        return {key: _plain(where, item) for key, item in value.items()}
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and np.isfinite(value)):
        return value
    raise ValueError(f"{where}={value!r}: a sweep is written to a file, so numbers (finite), texts, lists and truth")


def named(kind: str, name: Any, registered: Registered) -> Any:
    """What a name stands for: an import path ``package.module:name``, or what is registered under it.

    Raises
    ------
    ValueError
        If there is no such thing; the message says where it was looked for.
    """
    if not isinstance(name, str) or ":" not in name:
        return registered(name)
    module, _, attribute = name.partition(":")
    try:
        found = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except Exception as error:  # whatever importing the module raises
        raise ValueError(
            f"{kind} {name!r}: {type(error).__name__}: {error}; an import path is package.module:name, of a module "
            "that every worker can import"
        ) from error
    if not callable(found):
        raise ValueError(f"{kind} {name!r} is {found!r}: a function or a class is needed")
    return found
