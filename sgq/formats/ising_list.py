"""ising: lists ``i j J`` of couplings and fields, as spin-glass servers and tensor-network codes give them.

The numbers are in dimod's sign, E = +Σ J_ij s_i s_j + Σ h_i s_i, the convention of the published instances;
an entry ``i i h`` is a field.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sgq.formats.coordinates import Table, read_table, text
from sgq.formats.files import Source
from sgq.formats.quadratic import quadratic
from sgq.models import Integers
from sgq.problem import IsingProblem, Problem


def read_ising(source: Source) -> IsingProblem:
    """Read entries ``i j J`` after a line ``n``, ``n m`` or none.

    With n the spins are 0 … n-1 where a 0 occurs, else 1 … n; without, they are those that occur.
    """
    table = read_table(source)
    if table.n is None and not len(table.w):
        raise source.error("entries 'i j J'", "none")
    labels, pairs = _spins(table)
    table.check_pairs()
    loops = table.i == table.j
    return IsingProblem(
        name="ising-model",
        pairs=pairs[~loops],
        couplings=0.0 - table.w[~loops],
        fields=np.bincount(pairs[loops, 0], -table.w[loops], len(labels)).astype(np.float64),
        labels=labels,
    )


def write_ising(problem: Problem) -> bytes:
    """Write a problem of spins with labels that are rising integers; every spin gets its field, 0 included."""
    form, labels = quadratic(problem, "ising", "SPIN")
    numbers = np.array([label if isinstance(label, (int, np.integer)) else -1 for label in labels])
    if numbers.min() < 0 or (np.diff(numbers) <= 0).any():
        raise ValueError(
            f"ising needs rising integers as labels; {problem!r} has {labels[0]!r}, …: save as json or bqm"
        )
    sites = numbers.tolist()
    i, j = numbers[form.pairs.T]
    return text(
        "# i j J, and i i h, of E = +sum J s s + sum h s",
        sites + i.tolist(),
        sites + j.tolist(),
        form.fields.tolist() + form.couplings.tolist(),
    )


def _spins(table: Table) -> tuple[Sequence[int], Integers]:
    """Labels of the spins, and each entry's pair as positions in them."""
    pairs = np.stack([table.i, table.j], axis=1)
    if table.n is None:
        table.check("spins numbered from 0 or 1", pairs.min(axis=1) >= 0)
        numbers, positions = np.unique(pairs, return_inverse=True)
        whole = range(int(numbers[0]), int(numbers[-1]) + 1)
        return whole if len(whole) == len(numbers) else numbers.tolist(), positions.reshape(pairs.shape)
    base = 0 if (pairs == 0).any() else 1
    last = table.n - 1 + base
    table.check(f"spins {base} … {last}", (pairs.min(axis=1) >= base) & (pairs.max(axis=1) <= last))
    return range(base, last + 1), pairs - base
