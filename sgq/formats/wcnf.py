"""wcnf: weighted formulas of the MaxSAT evaluations, with the header used until 2021 and without it, as since 2022.

Old: ``p wcnf n m top``, then clauses led by a weight; one of at least `top` marks a hard clause. New: no header, and
the word ``h`` leads a hard clause, which is understood below a header too. Weights are whole numbers from 1.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from sgq.formats.cnf import EMPTY, as_formula, clause_starts, formula
from sgq.formats.dimacs import HARD, MOST_VARIABLES, Body, check_variables, clause_lines, first_line
from sgq.formats.files import Source
from sgq.formats.repetitions import without_repetitions
from sgq.models import Integers
from sgq.problem import Problem

_HEADER = re.compile(r"\s*p\s+wcnf\s+(\d{1,18})\s+(\d{1,18})(?:\s+([1-9]\d{0,18}))?\s*", re.ASCII)
_EXACT = 2**53  # whole numbers below are exact in float64
_EMPTY_SOFT = (
    "a literal, for a clause without one always costs its weight: take it out and add the weight to the energies"
)


def read_wcnf(source: Source) -> Problem:
    """Read either form, told by its first line: the k-sat problem with these weights."""
    line, start, text = first_line(source)
    if not text:
        raise source.error("a line 'p wcnf variables clauses top', or clauses led by a weight or h", "none")
    if not text.lstrip().startswith("p"):
        body = Body(source, 0, 0, hard=True)
        return _read(body, _leading(body), None, None)
    header = _HEADER.fullmatch(text)
    if not header:
        raise source.error("a line 'p wcnf variables clauses top'", repr(text.strip()), line)
    n, m = int(header[1]), int(header[2])
    check_variables(source, n, line)
    body = Body(source, start, line + 1, hard=True)
    first = _leading(body)
    body.check_number(m, line)
    return _read(body, first, n, int(header[3]) if header[3] else None)


def write_wcnf(problem: Problem) -> bytes:
    """Write a k-sat problem in the old form, which holds the number of variables."""
    formula, weights = _weighted(problem)
    top = 1 + int(weights[weights != HARD].sum())
    first = np.where(weights == HARD, top, weights)
    lines = clause_lines(formula.literals, formula.starts, first)
    return b"".join([f"p wcnf {formula.num_vars} {len(weights)} {top}\n".encode(), *lines])


def write_wcnf_2022(problem: Problem) -> bytes:
    """Write a k-sat problem in the form of 2022."""
    formula, weights = _weighted(problem)
    if np.abs(formula.literals).max(initial=0) < formula.num_vars:
        raise ValueError(
            f"wcnf-2022 says no number of variables, and {formula.num_vars} stands in no clause of {problem!r}: "
            "save as wcnf"
        )
    return b"".join(clause_lines(formula.literals, formula.starts, weights))


def _leading(body: Body) -> Integers:
    """Positions of the weights, which are at least 1 or h."""
    first = np.concatenate([[0], body.ends[:-1] + 1])[: len(body.ends)]
    weights = body.tokens[first]
    light = np.flatnonzero((weights < 1) & (weights != HARD))
    if len(light):
        raise body.error("a weight of at least 1, or h", first[light[0]])
    return first


def _read(body: Body, first: Integers, n: int | None, top: int | None) -> Problem:
    """The problem of clauses led by the weights at `first`; `n` None is the largest variable."""
    tokens, ends = body.tokens, body.ends
    weights = tokens[first]
    hard = (weights == HARD) | (top is not None and weights >= top)
    empty = np.flatnonzero(ends - first == 1)
    if len(empty):
        raise body.error(EMPTY if hard[empty[0]] else _EMPTY_SOFT, ends[empty[0]])
    is_literal = tokens != 0
    is_literal[first] = False
    places = np.flatnonzero(is_literal)
    literals = body.literals(places, MOST_VARIABLES if n is None else n)
    if n is None:
        n = int(max(literals.max(initial=1), -literals.min(initial=0)))
    clauses = without_repetitions(literals, clause_starts(body, places))
    first, weights, hard = first[clauses.kept], weights[clauses.kept], hard[clauses.kept]
    costs = np.where(hard, 0, weights).astype(np.float64)
    heavy = np.flatnonzero(np.cumsum(costs) >= _EXACT - 1)
    if len(heavy):
        raise body.error(f"weights that add up to less than 2^53 - 1 = {_EXACT - 1}", first[heavy[0]])
    costs[hard] = 1 + costs.sum()
    return formula(clauses, n, weights=costs, hard=hard if hard.any() else None)


def _weighted(problem: Problem) -> tuple[Any, Integers]:
    """The formula and its whole weights, `HARD` where it is hard."""
    formula = as_formula(problem, "wcnf")
    number = len(formula.starts) - 1
    if formula.weights is None:
        return formula, np.ones(number, dtype=np.int64)
    hard = np.zeros(number, dtype=bool) if formula.hard is None else formula.hard
    broken = np.flatnonzero((formula.weights != np.rint(formula.weights)) & ~hard)
    if len(broken):
        found = formula.weights[broken[0]]
        raise ValueError(f"wcnf holds whole weights, and clause {broken[0]} weighs {found}: scale them or save as json")
    if formula.weights[~hard].sum() >= _EXACT - 1:
        raise ValueError("wcnf holds weights that add up to less than 2^53 - 1: save as json")
    return formula, np.where(hard, HARD, formula.weights).astype(np.int64)
