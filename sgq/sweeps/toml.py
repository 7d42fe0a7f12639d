"""The TOML file of a sweep."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from sgq.checks import hint


def read_arguments(path: Path) -> dict[str, Any]:
    """Arguments of `Sweep` that a file stands for; ValueError if it is no TOML, or a key is unknown."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ValueError("no text in UTF-8, which TOML is") from None
    _check_keys("the file", document, {"name", "instances", "measures", "problems", "solvers"})
    arguments = dict(document)
    for kind in ("problems", "solvers"):
        word = kind.removesuffix("s")
        tables = document.get(kind)
        if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
            raise ValueError(f"at least one table [{kind}.LABEL] is needed")
        pairs = {}
        for label, table in tables.items():
            _check_keys(f"[{kind}.{label}]", table, {word, "parameters"})
            pairs[label] = (table.get(word, label), table.get("parameters", {}))
            if pairs[label][0] == "file" and isinstance(pairs[label][1], dict):
                pairs[label] = ("file", _beside(path.parent, pairs[label][1]))
        arguments[kind] = pairs
    return arguments


def _beside(folder: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters of a file, its path or paths being relative to a folder."""
    match parameters.get("path"):
        case str(path):
            return {**parameters, "path": str(folder / path)}
        case {"each": list(paths)}:
            return {**parameters, "path": {"each": [str(folder / str(path)) for path in paths]}}
    return parameters


def _check_keys(where: str, table: dict[str, Any], allowed: set[str]) -> None:
    for key in table:
        if key not in allowed:
            raise ValueError(f"{where} has no key {key!r}{hint(key, allowed)}: {', '.join(sorted(allowed))}")
