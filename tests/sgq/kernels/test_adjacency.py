"""Lists of neighbours against the same made in Python."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sgq.kernels.adjacency import count_ends, list_neighbours


@given(st.integers(2, 9), st.integers(0, 30), st.integers(0, 2**31))
def test_both_ends_of_every_pair_are_listed_in_order(n: int, num_pairs: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first = rng.integers(0, n, num_pairs)
    pairs = np.stack([first, (first + rng.integers(1, n, num_pairs)) % n], axis=1)
    values = rng.normal(size=num_pairs)
    expected: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for (i, j), value in zip(pairs.tolist(), values.tolist(), strict=True):
        expected[i].append((j, value))
        expected[j].append((i, value))

    starts = np.empty(n + 1, np.int32)
    count_ends(pairs, starts)
    places = starts[:-1].copy()
    neighbours, listed = np.empty(2 * num_pairs, np.int32), np.empty(2 * num_pairs)
    list_neighbours(pairs, values, places, neighbours, listed)
    np.testing.assert_array_equal(places, starts[1:])
    for i, entries in enumerate(expected):
        here = slice(starts[i], starts[i + 1])
        assert list(zip(neighbours[here].tolist(), listed[here].tolist(), strict=True)) == entries
