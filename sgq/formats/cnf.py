"""cnf: formulas in the DIMACS format, with the ``%`` trailer of SATLIB's files."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from sgq.formats.dimacs import Body, check_variables, clause_lines, first_line
from sgq.formats.families import family_class
from sgq.formats.files import Source
from sgq.formats.repetitions import Clauses, without_repetitions
from sgq.models import Integers
from sgq.problem import Problem

EMPTY = "a literal, for nothing satisfies a clause without one: the formula is unsatisfiable as it stands"
_HEADER = re.compile(r"\s*p\s+cnf\s+(\d{1,18})\s+(\d{1,18})\s*", re.ASCII)


def read_cnf(source: Source) -> Problem:
    """Read ``p cnf n m`` and m clauses that end in 0, over any lines: the k-sat problem of variables 1 … n.

    A literal that stands twice in a clause is read once, and a clause with x and ¬x, which is always true, left out.
    """
    line, start, text = first_line(source)
    header = _HEADER.fullmatch(text)
    if not header:
        expected = "a line 'p cnf variables clauses'"
        raise source.error(expected, repr(text.strip()), line) if text else source.error(expected, "none")
    n, m = int(header[1]), int(header[2])
    check_variables(source, n, line)
    body = Body(source, start, line + 1)
    ends = body.ends
    body.check_number(m, line)
    places = np.flatnonzero(body.tokens)
    literals = body.literals(places, n)
    empty = np.flatnonzero(np.diff(ends, prepend=-1) == 1)
    if len(empty):
        raise body.error(EMPTY, ends[empty[0]])
    return formula(without_repetitions(literals, clause_starts(body, places)), n)


def clause_starts(body: Body, places: Integers) -> Integers:
    """Where each clause starts among the literals, which stand at `places` of the tokens; and their number."""
    starts: Integers = np.searchsorted(places, np.concatenate([[0], body.ends]))
    return starts


def formula(clauses: Clauses, n: int, **weights: Any) -> Problem:
    """The k-sat problem of n variables and these clauses; its parameters say how much was left out of the file's."""
    kind: Any = family_class("k-sat")
    problem: Problem = kind(
        name="k-sat",
        parameters=clauses.left_out,
        num_vars=n,
        literals=clauses.literals,
        starts=clauses.starts,
        **weights,
    )
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
