"""Every registered problem family keeps what Problem promises."""

from typing import Any

import networkx as nx
import numpy as np
import pytest

import sgq
from sgq.testing import check_problem

_RNG = np.random.default_rng(1)

SMALL: dict[str, list[dict[str, Any]]] = {
    "sherrington-kirkpatrick": [
        {"n": 8, "seed": 1},
        {"n": 8, "disorder": "bimodal", "variance": "1/(N-1)", "mean": 1.5, "field": 0.3, "seed": 2},
    ],
    "curie-weiss": [{"n": 8, "field": 0.2}, {"n": 1}],
    "p-spin": [{"n": 7, "p": 3, "seed": 1}, {"n": 6, "p": 2, "disorder": "bimodal", "seed": 2}],
    "edwards-anderson": [
        {"shape": (3, 3), "seed": 1},
        {"shape": (4,), "disorder": "bimodal", "positive": 0.8, "field": 0.5, "seed": 1},
        {"shape": (2, 2, 3), "periodic": (True, False, True), "bond_dilution": 0.2, "site_dilution": 0.2, "seed": 1},
    ],
    "ising": [{"shape": (3, 4)}, {"shape": (4, 4), "periodic": False, "field": 0.1}],
    "random-regular": [{"n": 10, "degree": 3, "seed": 1}],
    "max-cut": [{"graph": nx.cycle_graph(7)}, {"graph": nx.relabel_nodes(nx.path_graph(3), dict(enumerate("abc")))}],
    "mattis": [{"n": 9, "seed": 1}, {"pattern": [1, -1, 1]}],
    "hopfield": [{"n": 12, "num_patterns": 2, "seed": 1}, {"patterns": [[1, 1, -1, -1], [1, -1, 1, -1]]}],
    "k-sat": [
        {"n": 8, "k": 3, "alpha": 4.2, "seed": 1},
        {"clauses": [[1, -2], [2], [-1, 2, 3]]},
        {"n": 5, "k": 1, "m": 3, "seed": 1},
        {"n": 8, "m": 30, "planted": "quiet", "seed": 1},
        {"n": 8, "m": 30, "regular": True, "seed": 1},
        {"n": 8, "m": 30, "replacement": True, "seed": 1},
        {"clauses": [[1, -2], [2], [-1, 2, 3], [-2]], "weights": [2, np.inf, 0.5, 3]},
    ],
    "nae-sat": [{"n": 8, "alpha": 2.0, "seed": 1}, {"n": 8, "k": 4, "m": 9, "planted": True, "seed": 1}],
    "xor-sat": [
        {"n": 8, "alpha": 0.8, "seed": 1},
        {"n": 8, "k": 4, "m": 9, "planted": True, "seed": 1},
        {"equations": [((1, 2, 3), 0), ((4,), 1)]},
    ],
    "one-in-k-sat": [{"n": 8, "alpha": 0.5, "seed": 1}, {"n": 8, "k": 4, "m": 9, "planted": True, "seed": 1}],
    "layer": [
        {"inputs": _RNG.normal(size=(6, 3)), "targets": _RNG.normal(size=6), "n_bits": 2},
        {"inputs": _RNG.normal(size=(6, 3)), "targets": _RNG.normal(size=(6, 2))},
    ],
    "convolution": [
        {"inputs": _RNG.normal(size=(2, 8)), "targets": _RNG.normal(size=(2, 6)), "kernel_size": 3, "n_bits": 2}
    ],
    "number-partitioning": [{"n": 8, "bits": 4, "seed": 1}, {"numbers": [3, 1, 1, 2, 2, 1]}],
    "planted": [
        {"method": "frustrated-loops", "shape": (4, 4), "alpha": 0.8, "seed": 1},
        {"method": "wishart", "n": 10, "alpha": 0.7, "seed": 1},
    ],
}


@pytest.mark.parametrize("name", sgq.problems())
def test_family(name: str) -> None:
    assert name in SMALL, f"{name} is registered: give SMALL the parameters of a small instance"
    for parameters in SMALL[name]:
        check_problem(name, **parameters)
