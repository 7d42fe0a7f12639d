"""wcnf: weighted formulas of the MaxSAT evaluations, with the header used until 2021 and without it, as since 2022.

Old: ``p wcnf n m top``, then clauses led by a weight; one of at least `top` marks a hard clause, and without `top`
there are none. New: no header, and the word ``h`` leads a hard clause. Weights are whole numbers from 1.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from sgq.formats.cnf import as_formula, formula
from sgq.formats.dimacs import HARD, Body, clause_lines, first_line
from sgq.formats.files import Source
from sgq.models import Integers
from sgq.problem import Problem

_HEADER = re.compile(r"\s*p\s+wcnf\s+(\d{1,18})\s+(\d{1,18})(?:\s+([1-9]\d{0,18}))?\s*", re.ASCII)
_EXACT = 2**53  # whole numbers below are exact in float64
_LARGEST = 2**31 - 1  # variables of a file that announces no number


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
    n, m, top = (None if number is None else int(number) for number in header.groups())
    body = Body(source, start, line + 1)
    first = _leading(body)
    body.check_number(m or 0, line)
    return _read(body, first, n, top)


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
        raise body.error("a weight of at least 1, or h" if body.hard else "a weight of at least 1", first[light[0]])
    return first


def _read(body: Body, first: Integers, n: int | None, top: int | None) -> Problem:
    """The problem of clauses led by the weights at `first`; `n` None is the largest variable."""
    tokens, ends = body.tokens, body.ends
    weights = tokens[first]
    empty = np.flatnonzero(ends - first == 1)
    if len(empty):
        raise body.error("a literal: nothing satisfies an empty clause", ends[empty[0]])
    is_literal = tokens != 0
    is_literal[first] = False
    places = np.flatnonzero(is_literal)
    literals = body.literals(places, _LARGEST if n is None else n)
    hard = weights == HARD if top is None else weights >= top
    costs = np.where(hard, 0, weights).astype(np.float64)
    heavy = np.flatnonzero(np.cumsum(costs) >= _EXACT - 1)
    if len(heavy):
        raise body.error(f"weights that add up to less than 2^53 - 1 = {_EXACT - 1}", first[heavy[0]])
    costs[hard] = 1 + costs.sum()
    if n is None:
        n = int(max(literals.max(initial=1), -literals.min(initial=0)))
    return formula(body, places, literals, n, weights=costs, hard=hard if hard.any() else None)


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
