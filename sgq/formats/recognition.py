"""Which format a file is in: by its name where the name says it, else by its content, and never by a guess."""

from __future__ import annotations

import os
import re

import numpy as np

from sgq.formats import dimod_file, matrices
from sgq.formats.coordinates import Table, read_table
from sgq.formats.files import FileError, Source

_ENDINGS = {
    ".bqm": "bqm",
    ".cnf": "cnf",
    ".json": "json",
    ".latfile": "ising",
    ".mat": "mat",
    ".mc": "rudy",
    ".npz": "npz",
    ".opb": "opb",
    ".rud": "rudy",
    ".rudy": "rudy",
    ".sparse": "qubo",
    ".wcnf": "wcnf",
}
_COLLECTIONS = re.compile(r"G\d{1,2}(\.txt)?|torus(pm|g)\d+-\d+(-\d+)?\.dat")  # Gset and the DIMACS tori
_EITHER_SIGN = re.compile(r"bqp(1000|2500)-\d+\.sparse")  # copies of the OR-Library's, negated or not
_MEANINGS = {
    "rudy": "a graph to be cut",
    "ising": "couplings of spins",
    "qubo": "xᵀQx of bits, to be minimised",
    "qubo-max": "xᵀQx of bits, to be maximised",
}


def format_of_name(path: str) -> str | None:
    """The format that a file's name settles, ``.gz`` aside, or None."""
    name = os.path.basename(path).removesuffix(".gz")
    if _COLLECTIONS.fullmatch(name):
        return "rudy"
    return _ENDINGS.get(os.path.splitext(name)[1].lower())


def recognise(source: Source) -> str:
    """The format of a file; FileError lists the formats where more than one reading remains."""
    named = format_of_name(source.path)
    if _EITHER_SIGN.fullmatch(source.name.removesuffix(".gz")):
        raise _ambiguous(source, ["qubo", "qubo-max"])
    if named:
        return _json(source) if named == "json" else named
    for magic, format in ((dimod_file.MAGIC, "bqm"), (b"PK\x03\x04", "npz"), (matrices.MAGIC, "mat")):
        if source.data.startswith(magic):
            return format
    significant = (
        (line.strip(), k) for k, line in enumerate(source.lines) if line.strip() and line.lstrip()[0] not in "c*#"
    )
    first, position = next(significant, ("", None))
    if first.startswith("{"):
        return _json(source)
    if formula := re.match(r"p\s+(w?cnf)\b", first):
        return formula[1]
    if re.search(rb"^h\s", source.text, re.MULTILINE):
        return "wcnf"
    if first.startswith("min:"):
        return "opb"
    if not re.match(r"[+-]?\d", first):
        raise source.error("a problem in a known format", repr(first) if first else "no text", position)
    return _coordinates(source)


def _json(source: Source) -> str:
    return "bqpjson" if b'"variable_ids"' in source.data and b'"sgq"' not in source.data else "json"


def _coordinates(source: Source) -> str:
    candidates = _candidates(read_table(source))
    if len(candidates) == 1:
        return candidates[0]
    raise _ambiguous(source, candidates)


def _ambiguous(source: Source, candidates: list[str]) -> FileError:
    readings = ", ".join(f"{name} ({_MEANINGS[name]})" for name in candidates)
    return FileError(f"{source.path} can mean more than one thing; say which with format= (--format): {readings}")


def _candidates(table: Table) -> list[str]:
    """Formats that can hold the table: graphs and matrices count from 1, and a graph has no loops."""
    if table.m is None or not np.minimum(table.i, table.j).min(initial=1):
        return ["ising"]
    loops = (table.i == table.j).any()
    return [name for name in _MEANINGS if name != "rudy" or not loops]
