"""cnf: formulas in the DIMACS format, with the ``%`` trailer of SATLIB's files."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from sgq.formats.families import family_class
from sgq.formats.files import FileError, Source
from sgq.models import Integers
from sgq.problem import Problem
from sgq.registry import get_problem

_HEADER = re.compile(r"\s*p\s+cnf\s+(\d{1,18})\s+(\d{1,18})\s*", re.ASCII)
_LITERAL = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def read_cnf(source: Source) -> Problem:
    """Read ``p cnf n m`` and m clauses that end in 0, over any lines: the k-sat problem of variables 1 … n."""
    lines = source.lines
    first = next((k for k, line in enumerate(lines) if line.strip() and line[0] != "c"), None)
    header = _HEADER.fullmatch(lines[first]) if first is not None else None
    if first is None or header is None:
        found = "none" if first is None else repr(lines[first].strip())
        raise source.error("a line 'p cnf variables clauses'", found, first)
    n, m = map(int, header.groups())
    body = _body(source, first + 1)
    tokens = _tokens(source, body)
    ends = np.flatnonzero(tokens == 0)
    announced = f"{m} clauses, as line {first + 1} says"

    def error(expected: str, token: int | np.integer) -> FileError:
        return _error(source, body, expected, int(token))

    if len(tokens) and tokens[-1]:
        raise source.error("a 0 after the last clause", f"a clause that ends in {tokens[-1]}: the file is truncated")
    if len(ends) < m:
        raise source.error(announced, f"{len(ends)}: the file is truncated")
    if len(ends) > m:
        raise error(f"the end after {announced}", ends[m - 1] + 1 if m else 0)
    outside = np.flatnonzero(np.abs(tokens) > n)
    if len(outside):
        raise error(f"literals ±1 … ±{n}", outside[0])
    empty = np.flatnonzero(np.diff(ends, prepend=-1) == 1)
    if len(empty):
        raise error("a literal: nothing satisfies an empty clause", ends[empty[0]])
    values, starts = tokens.tolist(), [0, *(ends + 1).tolist()]
    clauses = [values[a : b - 1] for a, b in pairwise(starts)]
    try:
        return get_problem("k-sat")(clauses=clauses, n=n)
    except ValueError:
        repeated = _repeated(tokens, ends)
        if repeated is None:
            raise
        raise error("every variable once in a clause", repeated) from None


def write_cnf(problem: Problem) -> bytes:
    """Write a k-sat problem."""
    if not isinstance(problem, family_class("k-sat")):
        raise ValueError(f"cnf holds k-sat problems; {problem!r} is none: save as json")
    lines = [f"p cnf {problem.num_variables} {len(problem.instance)}"]
    lines += [" ".join(map(str, [*clause, 0])) for clause in problem.instance]
    return ("\n".join(lines) + "\n").encode()


def _body(source: Source, start: int) -> list[tuple[int, str]]:
    """Numbered lines that hold literals."""
    body = []
    for k, line in enumerate(source.lines[start:], start):
        if line.startswith("%"):
            break
        if line[:1] != "c" and not line.isspace():
            body.append((k, line))
    return body


def _tokens(source: Source, body: list[tuple[int, str]]) -> Integers:
    words = " ".join(line for _, line in body).split()
    try:
        return np.array(words, dtype=np.int64) if words else np.empty(0, np.int64)
    except (ValueError, OverflowError):
        for k, line in body:
            wrong = [word for word in line.split() if not _LITERAL.fullmatch(word)]
            if wrong:
                raise source.error("integers", repr(wrong[0]), k) from None
        raise


def _error(source: Source, body: list[tuple[int, str]], expected: str, token: int) -> FileError:
    """The error for the token at a position."""
    for k, line in body:
        words = line.split()
        if token < len(words):
            return source.error(expected, repr(words[token]), k)
        token -= len(words)
    raise IndexError(token)


def _repeated(tokens: Integers, ends: Integers) -> int | None:
    """Position of the first literal whose variable stands in its clause already."""
    clause = np.searchsorted(ends, np.arange(len(tokens)))
    order = np.lexsort((np.abs(tokens), clause))
    variable, owner = np.abs(tokens)[order], clause[order]
    same = (variable[1:] == variable[:-1]) & (owner[1:] == owner[:-1])
    return int(order[1:][same].min()) if same.any() else None
