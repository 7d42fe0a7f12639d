"""cnf: formulas in the DIMACS format, with the ``%`` trailer of SATLIB's files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
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
    start, n, m = _header(source)
    literals = _Literals(source, start + 1)
    tokens, ends = literals.tokens, np.flatnonzero(literals.tokens == 0)
    announced = f"{m} clauses, as line {start + 1} says"
    if len(tokens) and tokens[-1]:
        raise source.error("a 0 after the last clause", f"{tokens[-1]} as the last number: the file is truncated")
    if len(ends) < m:
        raise source.error(announced, f"{len(ends)}: the file is truncated")
    if len(ends) > m:
        raise literals.error(f"the end after {announced}", ends[m - 1] + 1 if m else 0)
    outside = np.flatnonzero(np.abs(tokens) > n)
    if len(outside):
        raise literals.error(f"literals ±1 … ±{n}", outside[0])
    empty = np.flatnonzero(np.diff(ends, prepend=-1) == 1)
    if len(empty):
        raise literals.error("a literal: nothing satisfies an empty clause", ends[empty[0]])
    values, starts = tokens.tolist(), [0, *(ends + 1).tolist()]
    clauses = [values[a : b - 1] for a, b in pairwise(starts)]
    try:
        return get_problem("k-sat")(clauses=clauses, n=n)
    except ValueError:
        repeated = _repeated(tokens, ends)
        if repeated is None:
            raise
        raise literals.error("every variable once in a clause", repeated) from None


def write_cnf(problem: Problem) -> bytes:
    """Write a k-sat problem."""
    if not isinstance(problem, family_class("k-sat")):
        raise ValueError(f"cnf holds k-sat problems; {problem!r} is none: save as json")
    lines = [f"p cnf {problem.num_variables} {len(problem.instance)}"]
    lines += [" ".join(map(str, [*clause, 0])) for clause in problem.instance]
    return ("\n".join(lines) + "\n").encode()


@dataclass(frozen=True)
class _Literals:
    """The numbers after the header, from line `start` on, and where each stands."""

    source: Source
    start: int

    @cached_property
    def lines(self) -> list[tuple[int, str]]:
        """Numbered lines that hold literals."""
        lines = []
        for k, line in enumerate(self.source.lines[self.start :], self.start):
            if line.startswith("%"):
                break
            if line[:1] != "c" and not line.isspace():
                lines.append((k, line))
        return lines

    @cached_property
    def tokens(self) -> Integers:
        """The literals, with the zeros that end clauses."""
        text = " ".join(line for _, line in self.lines)
        words = text.split()
        try:
            if "_" in text:  # Python's int takes 1_0 for 10
                raise ValueError
            return np.array(words, dtype=np.int64) if words else np.empty(0, np.int64)
        except (ValueError, OverflowError):
            position = next(k for k, word in enumerate(words) if not _LITERAL.fullmatch(word))
            raise self.error("an integer", position) from None

    def error(self, expected: str, token: int | np.integer) -> FileError:
        """The error for the token at a position."""
        for k, line in self.lines:
            words = line.split()
            if token < len(words):
                return self.source.error(expected, repr(words[token]), k)
            token -= len(words)
        raise IndexError(token)


def _header(source: Source) -> tuple[int, int, int]:
    """Line of the header, number of variables, number of clauses."""
    for k, line in enumerate(source.lines):
        if line.strip() and line[0] != "c":
            header = _HEADER.fullmatch(line)
            if not header:
                raise source.error("a line 'p cnf variables clauses'", repr(line.strip()), k)
            return k, int(header.group(1)), int(header.group(2))
    raise source.error("a line 'p cnf variables clauses'", "none")


def _repeated(tokens: Integers, ends: Integers) -> int | None:
    """Position of the first literal whose variable stands in its clause already."""
    clause = np.searchsorted(ends, np.arange(len(tokens)))
    order = np.lexsort((np.abs(tokens), clause))
    variable, owner = np.abs(tokens)[order], clause[order]
    same = (variable[1:] == variable[:-1]) & (owner[1:] == owner[:-1])
    return int(order[1:][same].min()) if same.any() else None
