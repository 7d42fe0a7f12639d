"""What the tests of files share: writing one, a round trip, and equality to the bit."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import dimod
import networkx as nx
import numpy as np

import sgq
from sgq import ModelProblem, Problem


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def round_trip(problem: Problem, folder: Path, format: str) -> Problem:
    sgq.save(problem, folder / "again", format=format)
    return sgq.load(folder / "again", format=format)


def bqpjson(**changes: Any) -> dict[str, Any]:
    return {
        "version": "1.0.0",
        "id": 1,
        "metadata": {},
        "variable_ids": [7, 3],
        "variable_domain": "spin",
        "scale": 2,
        "offset": 10.0,
        "linear_terms": [{"id": 7, "coeff": 1.5}],
        "quadratic_terms": [
            {"id_tail": 3, "id_head": 7, "coeff": 2},
            {"id_tail": 7, "id_head": 3, "coeff": -0.5},
        ],
        **changes,
    }


def assert_same_model(one: Problem, two: Problem) -> None:
    assert list(one.variables) == list(two.variables)
    assert one.model == two.model


def assert_same(one: Problem, two: Problem) -> None:
    assert type(one) is type(two)
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(two, field.name)
        assert type(a) is type(b), field.name
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype
            assert a.tobytes() == b.tobytes()
            assert a.shape == b.shape
        else:
            assert a == b
    assert list(one.variables) == list(two.variables)


def small_problems() -> Iterator[Problem]:
    rng = np.random.default_rng(3)
    yield sgq.build("edwards-anderson", shape=(3, 4), periodic=(True, False), site_dilution=0.1, field=0.3, seed=5)
    yield sgq.build("p-spin", n=6, p=3, seed=2)
    yield sgq.build("k-sat", n=9, alpha=4.0, seed=1)
    yield sgq.build("max-cut", graph=nx.relabel_nodes(nx.path_graph(3), dict(enumerate(["a", ("b", 1), 2.5]))))
    yield sgq.build("hopfield", n=8, num_patterns=2, seed=1)
    yield sgq.build("layer", inputs=rng.normal(size=(4, 2)), targets=rng.normal(size=4), n_bits=2)
    yield sgq.build("planted", method="wishart", n=6, alpha=0.7, seed=1)
    yield sgq.ising({("x", "y"): 0.1, ("y", 3): -1e-300}, {"x": 1 / 3})
    yield sgq.qubo(rng.normal(size=(4, 4)))
    yield ModelProblem(name="m", source=dimod.BinaryPolynomial({(0, 1, 2): 1.5, (4,): -0.0, (): 2.5}, "BINARY"))
    model = dimod.BinaryQuadraticModel({(0, ("t", 1.5)): 1, True: 0.1}, {}, 3, "SPIN")
    yield ModelProblem(name="m", source=dimod.BinaryQuadraticModel({3: 1, 1: 2, 2: 0.1}, {(3, 2): 1}, "BINARY"))
    yield ModelProblem(name="m", source=model, parameters={"$": [1, {"a": None}]}, ground_energy=1.9)
