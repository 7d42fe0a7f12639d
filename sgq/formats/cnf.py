"""cnf: formulas in the DIMACS format, with the ``%`` trailer of SATLIB's files."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from sgq.formats.dimacs import Body, clause_lines, first_line
from sgq.formats.families import family_class
from sgq.formats.files import Source
from sgq.models import Integers
from sgq.problem import Problem

_HEADER = re.compile(r"\s*p\s+cnf\s+(\d{1,18})\s+(\d{1,18})\s*", re.ASCII)


def read_cnf(source: Source) -> Problem:
    """Read ``p cnf n m`` and m clauses that end in 0, over any lines: the k-sat problem of variables 1 … n."""
    line, start, text = first_line(source)
    header = _HEADER.fullmatch(text)
    if not header:
        expected = "a line 'p cnf variables clauses'"
        raise source.error(expected, repr(text.strip()), line) if text else source.error(expected, "none")
    n, m = int(header[1]), int(header[2])
    body = Body(source, start, line + 1)
    ends = body.ends
    body.check_number(m, line)
    places = np.flatnonzero(body.tokens)
    literals = body.literals(places, n)
    empty = np.flatnonzero(np.diff(ends, prepend=-1) == 1)
    if len(empty):
        raise body.error("a literal: nothing satisfies an empty clause", ends[empty[0]])
    return formula(body, places, literals, n)


def formula(body: Body, places: Integers, literals: Integers, n: int, **weights: Any) -> Problem:
    """The k-sat problem of n variables whose `literals` stand at `places` of the tokens."""
    starts = np.searchsorted(places, np.concatenate([[0], body.ends]))
    kind: Any = family_class("k-sat")
    try:
        problem: Problem = kind(
            name="k-sat", parameters={"n": n}, num_vars=n, literals=literals, starts=starts, **weights
        )
    except ValueError:
        error = body.repeated(places)
        if error is None:
            raise
        raise error from None
    return problem


def write_cnf(problem: Problem) -> bytes:
    """Write a k-sat problem without weights."""
    formula = as_formula(problem, "cnf")
    if formula.weights is not None:
        raise ValueError(f"cnf holds no weights, and {problem!r} has some: save as wcnf")
    lines = clause_lines(formula.literals, formula.starts)
    return b"".join([f"p cnf {problem.num_variables} {len(formula.starts) - 1}\n".encode(), *lines])


def as_formula(problem: Problem, format: str) -> Any:
    """`problem` if it is of the family k-sat, else ValueError."""
    if not isinstance(problem, family_class("k-sat")):
        raise ValueError(f"{format} holds k-sat problems; {problem!r} is none: save as json")
    return problem
