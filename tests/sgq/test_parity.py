"""Linear equations over GF(2) against enumeration, and proofs of inconsistency checked by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgq.parity import ParityEquations


def equations(n: int, rows: list[tuple[list[int], int]]) -> ParityEquations:
    return ParityEquations(
        n,
        np.array([i for row, _ in rows for i in row], dtype=np.int64),
        np.concatenate([[0], np.cumsum([len(row) for row, _ in rows])]).astype(np.int64),
        np.array([side for _, side in rows], dtype=np.int8),
    )


def dense(n: int, rows: list[tuple[list[int], int]]) -> np.ndarray:
    matrix = np.zeros((len(rows), n), dtype=int)
    for row, (members, _) in zip(matrix, rows, strict=True):
        for i in members:
            row[i] ^= 1
    return matrix


@settings(deadline=None)
@given(
    st.integers(1, 7).flatmap(
        lambda n: st.tuples(
            st.just(n), st.lists(st.tuples(st.lists(st.integers(0, n - 1), max_size=5), st.integers(0, 1)), max_size=9)
        )
    )
)
def test_solutions_and_rank_by_enumeration(system: tuple[int, list[tuple[list[int], int]]]) -> None:
    n, rows = system
    matrix, sides = dense(n, rows), np.array([side for _, side in rows], dtype=int)
    assignments = np.array(list(itertools.product((0, 1), repeat=n)))
    sums = assignments @ matrix.T % 2
    solutions = int((sums == sides).all(axis=1).sum())
    found = equations(n, rows).solve()
    assert 2**found.rank == len({tuple(row) for row in sums})
    if solutions:
        assert found.assignment is not None
        assert (matrix @ found.assignment % 2 == sides).all()
        assert found.inconsistent is None
        assert 2**found.num_free == solutions
    else:
        assert (found.assignment, found.num_free) == (None, None)
        assert found.inconsistent is not None
        assert not (matrix[found.inconsistent].sum(axis=0) % 2).any()
        assert sides[found.inconsistent].sum() % 2 == 1
        for left_out in found.inconsistent:  # the others do have a solution
            others = [k for k in found.inconsistent if k != left_out]
            assert (sums[:, others] == sides[others]).all(axis=1).any()


@pytest.mark.parametrize("n", [63, 64, 65, 127, 128, 200])
@pytest.mark.parametrize("m", [40, 64, 190, 260])
def test_words_end_where_they_should(n: int, m: int) -> None:
    """Dense random equations with a known solution, and one that contradicts their sum."""
    rng = np.random.default_rng(n + m)
    matrix, hidden = rng.integers(0, 2, (m, n)), rng.integers(0, 2, n)
    sides = matrix @ hidden % 2
    rows = [(np.flatnonzero(row).tolist(), int(side)) for row, side in zip(matrix, sides, strict=True)]
    found = equations(n, rows).solve()
    assert found.assignment is not None
    assert (matrix @ found.assignment % 2 == sides).all()
    assert min(m, n) - 20 < found.rank <= min(m, n)  # a random matrix lacks 20 with probability 2^-400
    total = (np.flatnonzero(matrix.sum(axis=0) % 2).tolist(), int(1 - sides.sum() % 2))
    broken = equations(n, [*rows, total]).solve()
    assert broken.rank == found.rank
    assert broken.inconsistent is not None
    assert m in broken.inconsistent
    augmented = np.vstack([matrix, matrix.sum(axis=0) % 2])
    assert not (augmented[broken.inconsistent].sum(axis=0) % 2).any()
