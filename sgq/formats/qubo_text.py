"""qubo: matrices of the Biq Mac library (``.sparse``) and of the OR-Library's kind.

Q is symmetric and each entry stands once: an off-diagonal one counts twice in xᵀQx, a diagonal one once.
"""

from __future__ import annotations

import numpy as np

from sgq.formats.coordinates import read_table, text
from sgq.formats.files import Source
from sgq.formats.quadratic import whole_numbers
from sgq.models import QuadraticForm, quadratic_model
from sgq.problem import ModelProblem, Problem


def read_qubo(source: Source) -> ModelProblem:
    """Read ``n m`` and m lines ``i j q``, variables 1 … n: xᵀQx is minimised."""
    return _read(source, 1.0)


def read_qubo_max(source: Source) -> ModelProblem:
    """The same text where xᵀQx is to be maximised, as in Beasley's files: the energy is -xᵀQx."""
    return _read(source, -1.0)


def write_qubo(problem: Problem) -> bytes:
    """Write a problem of bits 1 … n without offset."""
    return _write(problem, 1.0)


def write_qubo_max(problem: Problem) -> bytes:
    """Write the negated matrix, to be maximised."""
    return _write(problem, -1.0)


def _read(source: Source, sign: float) -> ModelProblem:
    table = read_table(source)
    if table.n is None or table.m is None:
        raise source.error("a first line 'n m', the numbers of variables and entries", "none")
    i, j, n = table.i, table.j, table.n
    table.check(f"variables 1 … {n}", (np.minimum(i, j) >= 1) & (np.maximum(i, j) <= n))
    table.check_pairs()
    off = i != j
    table.check("a number below 9e307", np.abs(table.w) < 9e307)
    linear = np.bincount(i[~off] - 1, sign * table.w[~off], n).astype(np.float64)
    form = QuadraticForm(np.stack([i[off], j[off]], axis=1) - 1, 2 * sign * table.w[off], linear)
    return ModelProblem(name="qubo", source=quadratic_model(form, "BINARY", range(1, n + 1)))


def _write(problem: Problem, sign: float) -> bytes:
    form = whole_numbers(problem, "qubo", "BINARY", first=1)
    linear = np.flatnonzero(form.fields)
    i, j = np.concatenate([np.stack([linear, linear], axis=1), form.pairs]).T + 1
    values = sign * np.concatenate([form.fields[linear], form.couplings / 2])
    return text(f"{form.num_variables} {len(values)}", i.tolist(), j.tolist(), (values + 0.0).tolist())
