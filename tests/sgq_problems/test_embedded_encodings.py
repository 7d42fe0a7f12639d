"""What an encoding takes on a hardware graph: qubits and chains, against counting by hand."""

from functools import partial

import networkx
import pytest

from sgq_problems.encodings import tabulate_encodings
from sgq_problems.satisfiability import k_sat


def test_embedded_sizes() -> None:
    find_embedding = partial(pytest.importorskip("minorminer").find_embedding, random_seed=1)
    formula = k_sat(clauses=[[1, 2, 3]], n=4)
    bipartite = networkx.complete_bipartite_graph(8, 8)
    native, rosenberg, symmetric = tabulate_encodings(
        formula, ["polynomial", "rosenberg", "symmetric"], hardware=bipartite, embed=find_embedding
    )
    assert (native.qubits, native.longest_chain) == (None, None)  # of third order
    # no odd cycle without a chain: a triangle with a tail, or four mutual neighbours; the fourth variable stands alone
    assert (rosenberg.qubits, rosenberg.longest_chain) == (4 + 1 + 1, 2)
    assert (symmetric.qubits, symmetric.longest_chain) == (6 + 1, 2)
    (fits,) = tabulate_encodings(formula, ["symmetric"], hardware=networkx.complete_graph(5), embed=find_embedding)
    assert (fits.qubits, fits.longest_chain) == (5, 1)
    (too_small,) = tabulate_encodings(formula, ["symmetric"], hardware=networkx.path_graph(5), embed=find_embedding)
    assert too_small.qubits is None
    with pytest.raises(ValueError, match="hardware and embed belong together"):
        tabulate_encodings(formula, hardware=bipartite)


def test_pairs_of_a_native_formula_are_embedded_too() -> None:
    formula = k_sat(clauses=[[1, 2], [-2, 3], [-4]])
    (row,) = tabulate_encodings(
        formula, ["polynomial"], hardware=networkx.path_graph(5), embed=lambda edges, _: {1: [0], 2: [1, 2], 3: [3]}
    )
    assert (row.qubits, row.longest_chain) == (5, 2)
