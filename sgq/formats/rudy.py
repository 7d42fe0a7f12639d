"""rudy: graphs to be cut, of the Gset, the Biq Mac library (``.mc``), the DIMACS tori and MQLib."""

from __future__ import annotations

import numpy as np

from sgq.formats.coordinates import read_table, text
from sgq.formats.files import Source
from sgq.formats.quadratic import whole_numbers
from sgq.problem import Problem
from sgq.registry import get_problem


def read_rudy(source: Source) -> Problem:
    """Read ``n m`` and m lines ``i j w``, vertices 1 … n: the max-cut problem E = Σ w s s.

    An edge of weight 0 is none.
    """
    from scipy.sparse import coo_array

    table = read_table(source)
    if table.n is None or table.m is None:
        raise source.error("a first line 'n m', the numbers of vertices and edges", "none")
    i, j, n = table.i, table.j, table.n
    table.check(f"vertices 1 … {n}", (np.minimum(i, j) >= 1) & (np.maximum(i, j) <= n))
    table.check("an edge between two different vertices", i != j)
    table.check_pairs()
    row, column = np.concatenate([i, j]) - 1, np.concatenate([j, i]) - 1
    graph = coo_array((np.tile(table.w, 2), (row, column)), shape=(n, n))
    return get_problem("max-cut")(graph=graph, nodes=range(1, n + 1))


def write_rudy(problem: Problem) -> bytes:
    """Write a problem of spins 1 … n without fields or offset."""
    form = whole_numbers(problem, "rudy", "SPIN", first=1)
    if form.fields.any():
        raise ValueError("rudy holds no fields: save as ising, json or bqm")
    i, j = form.pairs.T + 1
    header = f"{form.num_variables} {len(form.couplings)}"
    return text(header, i.tolist(), j.tolist(), form.couplings.tolist())
