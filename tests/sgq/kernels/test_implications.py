"""Strong components of implications, against SciPy's and the order that they promise."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sgq.kernels.implications import strong_components
from sgq.kernels.walksat import occurrences


@pytest.mark.parametrize(("n", "m"), [(1, 1), (5, 6), (30, 25), (200, 210), (2000, 2100), (20_000, 30_000)])
def test_components_are_those_of_scipy_in_order(n: int, m: int) -> None:
    rng = np.random.default_rng(n)
    clauses = rng.integers(2 * n, size=(m, 2))
    clauses = clauses[(clauses[:, 0] == clauses[:, 1]) | (clauses[:, 0] // 2 != clauses[:, 1] // 2)]
    unit = rng.random(len(clauses)) < 0.02
    lengths = np.where(unit, 1, 2)
    literals = clauses[np.stack([np.ones(len(unit), bool), ~unit], axis=1)].astype(np.uint32)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)
    component = strong_components(literals, starts, *occurrences(literals, starts, n)).astype(int)

    first, last = clauses[:, 0], np.where(unit, clauses[:, 0], clauses[:, 1])
    tails, heads = np.concatenate([first ^ 1, last ^ 1]), np.concatenate([last, first])
    assert (component[tails] >= component[heads]).all()
    graph = coo_array((np.ones(len(tails)), (tails, heads)), shape=(2 * n, 2 * n))
    number, labels = connected_components(graph, connection="strong")
    pairs = set(zip(component.tolist(), labels.tolist(), strict=True))
    assert len(pairs) == number == len(set(component.tolist()))
