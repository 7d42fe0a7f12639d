"""load and save: every format against numbers worked out by hand, round trips, and what a bad file is told."""

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import dimod
import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sgq
from sgq import IsingProblem, ModelProblem, Problem
from sgq.formats import READERS, WRITERS

FLOATS = st.floats(-1e9, 1e9).filter(bool)
FAST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_rudy(tmp_path: Path) -> None:
    path = _write(
        tmp_path, "triangle.mc", "# a triangle and a vertex alone\r\n4 3 \r\n1 2 3\r\n3 2 -1.5\r\n1 3 2\r\n\r\n"
    )
    problem = sgq.load(path)
    assert list(problem.variables) == [1, 2, 3, 4]
    assert problem.parameters == {"file": "triangle.mc", "format": "rudy"}
    assert problem.energies([1, -1, 1, 1])[0] == -3 + 1.5 + 2
    halves = problem.decode([1, -1, 1, 1])
    assert halves.cut == 3 - 1.5
    assert halves.sides == ((1, 3, 4), (2,))


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("#\n1 1 0.5\n1 2 2\n4 2 -1\n", [1, 2, 4]),  # without a header: the spins that occur
        ("1 1 0.5\n1 2 2\n4 2 -1 # the end\n", [1, 2, 4]),
        ("3\n0 0 0.5\n0 1 2\n2 1 -1\n", [0, 1, 2]),
        ("3 3\n1 1 0.5\n1 2 2\n3 2 -1\n", [1, 2, 3]),
        ("4\n1 1 0.5\n1 2 2\n3 2 -1\n", [1, 2, 3, 4]),
    ],
)
def test_ising_lists(tmp_path: Path, text: str, labels: list[int]) -> None:
    problem = sgq.load(_write(tmp_path, "a.txt", text), format="ising")
    assert list(problem.variables) == labels
    for spins in np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T:
        s = dict(zip(labels, [*spins.tolist(), 1], strict=False))
        a, b, c = spins
        assert problem.energies(s)[0] == 0.5 * a + 2 * a * b - b * c


def test_qubo_counts_pairs_twice(tmp_path: Path) -> None:
    Q = np.array([[3.0, -2, 0.25], [-2, 0, 5], [0.25, 5, -1]])
    path = _write(tmp_path, "q.sparse", "3 5\n1 1 3\n1 2 -2\n3 1 0.25\n2 3 5\n3 3 -1\n")
    x = np.array(np.meshgrid(*[[0, 1]] * 3)).reshape(3, -1).T
    expected = np.einsum("ri,ij,rj->r", x, Q, x)
    np.testing.assert_array_equal(sgq.load(path).energies(x), expected)
    np.testing.assert_array_equal(sgq.load(path, format="qubo-max").energies(x), -expected)
    assert list(sgq.load(path).variables) == [1, 2, 3]


def test_cnf_as_satlib_writes_it(tmp_path: Path) -> None:
    text = "c a comment\n\np  cnf 4  3 \n 1 -2\n 3 0 -1\nc in between\n0\n2 -4 0\n%\n0\n\n"
    problem = sgq.load(_write(tmp_path, "f.cnf", text))
    assert problem.instance == [(1, -2, 3), (-1,), (2, -4)]
    assert list(problem.variables) == [1, 2, 3, 4]
    assert problem.energies([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 0]]).tolist() == [2, 1, 0]


def test_opb(tmp_path: Path) -> None:
    text = "* #variable= 4 #constraint= 0\nmin: +3 x1 -2 x1 x2\n +1.5 x2 x1 -1 x3 x3;\n"
    problem = sgq.load(_write(tmp_path, "o.opb", text))
    assert isinstance(problem.model, dimod.BinaryQuadraticModel)
    assert problem.energies({1: 1, 2: 1, 3: 1, 4: 0})[0] == 3 - 2 + 1.5 - 1
    cubic = sgq.load(_write(tmp_path, "o.opb", "min: +3 x1 x2 x5 -1 x2 ;"))
    assert cubic.energies({1: 1, 2: 1, 5: 1})[0] == 2
    assert cubic.energies({1: 0, 2: 1, 5: 1})[0] == -1


def test_bqpjson_scales_its_offset(tmp_path: Path) -> None:
    """The format's definition: scale times the sum of the terms and the offset; a pair may stand in both orders."""
    for domain, low in (("spin", -1), ("boolean", 0)):
        path = _write(tmp_path, "b.json", json.dumps(_bqpjson(variable_domain=domain)))
        problem = sgq.load(path)
        assert problem.parameters["format"] == "bqpjson"
        assert problem.energies({7: low, 3: 1})[0] == 2 * (1.5 * low + (2 - 0.5) * low + 10)


def test_mat_is_in_the_physics_sign(tmp_path: Path) -> None:
    from scipy.io import savemat
    from scipy.sparse import csc_array

    J = np.array([[0.0, 2, 0], [2, 0, -1], [0, -1, 0]])
    for matrix in (J, csc_array(J), J.astype(np.int8)):
        savemat(tmp_path / "j.mat", {"J": matrix}, do_compression=True)
        assert sgq.load(tmp_path / "j.mat").energies([1, 1, 1])[0] == -1  # -(2 - 1)


def test_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", N=4, i=[0, 3], j=[1, 0], w=[2.0, -0.5])
    problem = sgq.load(tmp_path / "a.npz")
    assert problem.num_variables == 4
    assert problem.energies([1, 1, 1, -1])[0] == 2 + 0.5


def test_bqm_written_by_dimod(tmp_path: Path) -> None:
    model = dimod.BinaryQuadraticModel({"a": 0.1, ("b", 2): -3}, {("a", ("b", 2)): 1 / 3}, 0.25, "BINARY")
    (tmp_path / "a.bqm").write_bytes(model.to_file().read())
    assert sgq.load(tmp_path / "a.bqm").model == model
    (tmp_path / "no-ending").write_bytes(model.to_file().read())
    assert sgq.load(tmp_path / "no-ending").model == model


def _small() -> Iterator[Problem]:
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


@pytest.mark.parametrize("problem", list(_small()), ids=lambda p: p.name)
@pytest.mark.parametrize("ending", [".json", ".json.gz"])
def test_json_keeps_everything(tmp_path: Path, problem: Problem, ending: str) -> None:
    sgq.save(problem, tmp_path / f"p{ending}")
    again = sgq.load(tmp_path / f"p{ending}")
    _assert_same(problem, again)
    samples = np.random.default_rng(0).choice([-1 if problem.vartype == "SPIN" else 0, 1], (5, problem.num_variables))
    np.testing.assert_array_equal(problem.energies(samples), again.energies(samples))


@FAST
@given(st.lists(FLOATS, min_size=10, max_size=10), st.sampled_from(["rudy", "ising", "npz", "bqm", "json"]))
def test_couplings_return_to_the_bit(tmp_path: Path, numbers: list[float], format: str) -> None:
    """Spins of a complete graph of five, also alone and without couplings, in each format that holds them."""
    first = 1 if format == "rudy" else 0
    problem = IsingProblem(
        name="ising-model",
        pairs=np.stack(np.triu_indices(5, 1), axis=1),
        couplings=np.array(numbers),
        fields=np.array(numbers[:5]) if format in ("ising", "bqm", "json") else np.zeros(5),
        labels=range(first, first + 5),
    )
    _assert_same_model(problem, _round_trip(problem, tmp_path, format))


@FAST
@given(st.lists(FLOATS, min_size=10, max_size=10), st.sampled_from(["qubo", "qubo-max", "bqm", "json"]))
def test_matrices_return_to_the_bit(tmp_path: Path, numbers: list[float], format: str) -> None:
    model = dimod.BinaryQuadraticModel(dict(zip(range(1, 5), numbers, strict=False)), {}, "BINARY")
    model.add_quadratic_from((i, j, w) for (i, j), w in zip([(1, 2), (4, 2), (3, 4)], numbers[4:], strict=False))
    problem = ModelProblem(name="qubo", source=model)
    _assert_same_model(problem, _round_trip(problem, tmp_path, format))


@FAST
@given(st.integers(1, 12), st.integers(0, 40), st.integers(0, 2**31 - 1))
def test_formulas_return(tmp_path: Path, n: int, m: int, seed: int) -> None:
    problem = sgq.build("k-sat", n=n, k=min(3, n), m=m, seed=seed)
    assert _round_trip(problem, tmp_path, "cnf").instance == problem.instance


def test_isolated_spins_return(tmp_path: Path) -> None:
    problem = sgq.ising(np.zeros((3, 3)), [0, 0.5, 0])
    for format in ("ising", "bqm", "json"):
        assert list(_round_trip(problem, tmp_path, format).variables) == [0, 1, 2]
    assert list(_round_trip(replace(problem, labels=[2, 5, 9]), tmp_path, "ising").variables) == [2, 5, 9]


BAD = [
    ("a.mc", "", "expected a problem, found an empty file"),
    ("a.mc", "# nothing\n", "expected numbers"),
    ("a.mc", "3 2\n1 2 1\n", "expected 2 entries, as line 1 says, found 1: the file is truncated"),
    ("a.mc", "3 1\n1 2 1\n\n2 3 1\n", r"line 4: expected the end after 1 entries, as line 1 says, found '2 3 1'"),
    ("a.mc", "3 1\n1 4 1\n", "line 2: expected vertices 1 … 3, found '1 4 1'"),
    ("a.mc", "3 1\n0 2 1\n", "line 2: expected vertices 1 … 3, found '0 2 1'"),
    ("a.mc", "#\n3 2\n1 2 1\n2 2 1\n", "line 4: expected an edge between two different vertices"),
    ("a.mc", "3 2\n1 2 1\n2 1 1\n", "line 3: expected every pair once, found '2 1 1'"),
    ("a.mc", "3 1\n1 2 x\n", "line 2: expected 'i j w', two integers and a number, found '1 2 x'"),
    ("a.mc", "3 1\n1 2\n", "line 2: expected 'i j w'"),
    ("a.mc", "3 1\n1 2 3 4\n", "line 2: expected 'i j w'"),
    ("a.mc", "3 1\n1.0 2 3\n", "line 2: expected 'i j w'"),
    ("a.mc", "3 2\n1 2 1\n1 3 nan\n", "line 3: expected a finite number"),
    ("a.mc", "3 1\n1 2 1e999\n", "line 2: expected a finite number"),
    ("a.mc", "1 2 1\n", "expected a first line 'n m'"),
    ("a.mc", "three vertices\n", "line 1: expected 'i j w'"),
    ("a.mc", b"3 1\n1 2\x00 1\n", "expected text, found binary data"),
    ("a.latfile", "2\n0 1 1\n0 2 1\n", "line 3: expected spins 0 … 1, found '0 2 1'"),
    ("a.latfile", "2\n1 2 1\n1 3 1\n", "line 3: expected spins 1 … 2"),
    ("a.latfile", "-1 2 1\n", "line 1: expected spins numbered from 0 or 1"),
    ("a.latfile", "2\n0 0 1\n0 0 1\n", "line 3: expected every pair once"),
    ("a.latfile", "0\n", "no spins"),
    ("a.sparse", "2 1\n1 3 1\n", "line 2: expected variables 1 … 2"),
    ("a.sparse", "2 1\n1 2 1e308\n", "line 2: expected a number below 9e307"),
    ("a.cnf", "c only a comment\n", "expected a line 'p cnf variables clauses', found none"),
    ("a.cnf", "p wcnf 1 1 3\n", "line 1: expected a line 'p cnf variables clauses', found 'p wcnf 1 1 3'"),
    ("a.cnf", "p cnf 2 2\n1 2 0\n-1\n", "expected a 0 after the last clause, found -1 as the last number"),
    ("a.cnf", "p cnf 2 2\n1 2 0\n", "expected 2 clauses, as line 1 says, found 1: the file is truncated"),
    ("a.cnf", "c\np cnf 2 1\n1 2 0\n\n-1 0\n", "line 5: expected the end after 1 clauses, as line 2 says, found '-1'"),
    ("a.cnf", "p cnf 2 1\n1\n-3 0\n", "line 3: expected literals ±1 … ±2, found '-3'"),
    ("a.cnf", "p cnf 2 1\n1 two 0\n", "line 2: expected an integer, found 'two'"),
    ("a.cnf", "p cnf 20 1\n1 1_0 0\n", "line 2: expected an integer, found '1_0'"),
    ("a.cnf", "p cnf 2 2\n1 0 0\n", "line 2: expected a literal: nothing satisfies an empty clause"),
    ("a.cnf", "p cnf 2 2\n1 0\n2 1 -2 0\n", "line 3: expected every variable once in a clause, found '-2'"),
    ("a.opb", "* a comment\n", "expected an objective"),
    ("a.opb", "min: +1 x1\n", "expected ';' at the end"),
    ("a.opb", "min: +1 x1 ;\n+1 x1 >= 1 ;\n", r"line 2: expected no constraints after the objective, found '\+1'"),
    ("a.opb", "min: +1 ~x1 ;", "line 1: expected a variable x1 … xn or a coefficient, found '~x1'"),
    ("a.opb", "* #variable= 1\nmin: +1 x2 ;", "line 2: expected a variable x1 … x1 or a coefficient, found 'x2'"),
    ("a.opb", "min: +1 +1 x1 ;", r"expected a variable after each coefficient, found '\+1'"),
    ("a.opb", "max: +1 x1 ;", "expected an objective 'min: …;', found 'max:'"),
    ("a.json", "{", "line 1: expected JSON"),
    ("a.json", "[1]", "expected a JSON object, found list"),
    ("a.json", '{"a": 1, "a": 2}', "the key 'a' twice"),
    ("a.json", '{"a": NaN}', "found NaN, which is no number of JSON"),
    ("a.json", '{"sgq": 2}', "found version 2, which this sgq does not know"),
    ("a.json", "{}", "found another kind of JSON"),
    ("a.bqm", "no model", "expected dimod's binary quadratic model"),
    ("a.mat", "no matrix", "expected a MATLAB v5 file"),
    ("a.npz", "no arrays", "expected NumPy's npz file"),
    ("a.txt", "Dear Sir\n", "expected a problem in a known format, found 'Dear Sir'"),
    ("a.txt", b"\x1f\x8b\x08", "truncated file"),
    ("a.txt", b"\x1f\x8b\x08\x00 no gzip at all", "expected gzip data, found damaged"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD)
def test_a_bad_file_is_told_where(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    path = _write(tmp_path, name, content)
    with pytest.raises(ValueError, match=message) as error:
        sgq.load(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_a_cut_gzip_file(tmp_path: Path) -> None:
    whole = gzip.compress(b"4 1\n1 2 1\n")
    (tmp_path / "a.mc.gz").write_bytes(whole[:-9])
    with pytest.raises(ValueError, match="expected the end of the gzip data, found a truncated file"):
        sgq.load(tmp_path / "a.mc.gz")


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sgq.load(tmp_path / "none.mc")
    with pytest.raises(IsADirectoryError):
        sgq.load(tmp_path)
    with pytest.raises(ValueError, match=r"format='gset': one of .*'rudy'"):
        sgq.load(_write(tmp_path, "a.mc", "2 1\n1 2 1\n"), format="gset")


@pytest.mark.parametrize(
    "change",
    [
        {"variable_domain": "trit"},
        {"variable_ids": [3, 3]},
        {"variable_ids": []},
        {"scale": "1"},
        {"offset": True},
        {"linear_terms": [{"id": 4, "coeff": 1}]},
        {"linear_terms": [{"id": 3, "coeff": 1}, {"id": 3, "coeff": 1}]},
        {"quadratic_terms": [{"id_tail": 3, "id_head": 3, "coeff": 1}]},
        {"quadratic_terms": [{"id_tail": 3, "coeff": 1}]},
        {"quadratic_terms": None},
    ],
)
def test_bad_bqpjson(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"expected .*{next(iter(change))}"):
        sgq.load(_write(tmp_path, "b.json", json.dumps({**_bqpjson(), **change})))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["class"], "Path"),
        (["class"], "MaxCut"),
        (["fields", "name"], 3),
        (["fields", "surprise"], 3),
        (["fields", "seed"], "one"),
        (["fields", "parameters"], []),
        (["fields", "ground_energy"], "low"),
        (["fields", "couplings"], [1, 2]),
        (["fields", "couplings", "values"], [1.0]),
        (["fields", "couplings", "values", 0], 10**400),
        (["fields", "couplings", "dtype"], "object"),
        (["fields", "couplings", "$"], "pickle"),
        (["fields", "pairs", "values", 0], -1),
        (["fields", "pairs", "values", 0], 0.5),
        (["fields", "labels"], ["a"] * 12),
    ],
)
def test_bad_json(tmp_path: Path, path: list[Any], value: Any) -> None:
    sgq.save(next(_small()), tmp_path / "p.json")
    document = json.loads((tmp_path / "p.json").read_text())
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=r"p\.json"):
        sgq.load(_write(tmp_path, "p.json", json.dumps(document)))


def test_json_does_not_crash_dimod(tmp_path: Path) -> None:
    """dimod ends the process on a negative index."""
    sgq.save(ModelProblem(name="m", source=dimod.BQM({}, {"ab": 1, "bc": 1}, "SPIN")), tmp_path / "p.json")
    document = json.loads((tmp_path / "p.json").read_text())
    document["fields"]["source"]["pairs"]["values"][0] = -3
    with pytest.raises(ValueError, match="an index is out of range"):
        sgq.load(_write(tmp_path, "p.json", json.dumps(document)))


def test_numbers_that_json_does_not_have(tmp_path: Path) -> None:
    for name, value in (("ground_energy", np.inf), ("parameters", {"x": [np.nan]}), ("seed", {1, 2})):
        with pytest.raises(ValueError, match=name):
            sgq.save(replace(sgq.ising(np.zeros((2, 2))), **{name: value}), tmp_path / "p.json")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("3 2\n1 2 1\n2 3 1\n", ["rudy", "ising", "qubo", "qubo-max"]),
        ("3 2\n1 1 1\n2 3 1\n", ["ising", "qubo", "qubo-max"]),
        ("3 2 J\n1 2 1.5\n2 3 1\n", ["rudy", "ising", "qubo", "qubo-max"]),
    ],
)
def test_ambiguous_text(tmp_path: Path, text: str, formats: list[str]) -> None:
    for name in ("a.txt", "a.dat", "a"):
        path = _write(tmp_path, name, text)
        with pytest.raises(ValueError, match="can mean more than one thing; say which with format=") as error:
            sgq.load(path)
        assert [name for name in READERS if f"{name} (" in str(error.value)] == formats
        for format in formats:
            assert sgq.load(path, format=format).parameters["format"] == format


@pytest.mark.parametrize(
    ("name", "text", "format"),
    [
        ("G22.txt", "3 2\n1 2 1\n2 3 1\n", "rudy"),
        ("G1", "3 2 J\n1 2 1\n2 3 1\n", "rudy"),
        ("toruspm3-8-50.dat", "3 2\n1 2 1\n2 3 1\n", "rudy"),
        ("a.txt", "# spins\n1 2 1\n", "ising"),
        ("a.txt", "3\n1 2 1\n", "ising"),
        ("a.txt", "3 1\n0 2 1\n", "ising"),
        ("a.txt", "c a formula\np cnf 2 1\n1 0\n", "cnf"),
        ("a.txt", "* an objective\nmin: +1 x1 ;", "opb"),
        ("a", json.dumps({"variable_domain": "spin"}), "bqpjson"),
    ],
)
def test_what_the_text_says(tmp_path: Path, name: str, text: str, format: str) -> None:
    if format == "bqpjson":
        text = json.dumps(_bqpjson())
    assert sgq.load(_write(tmp_path, name, text)).parameters == {"file": name, "format": format}
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    assert sgq.load(tmp_path / f"{name}.gz").parameters["format"] == format


def test_formats_say_what_they_cannot_hold(tmp_path: Path) -> None:
    spins = sgq.ising(np.array([[0.0, 1], [1, 0]]))
    numbered = replace(spins, labels=range(1, 3))
    bits = sgq.qubo(np.eye(2))
    refused = [
        (spins, "rudy", "rudy numbers its variables from 1; variable 0 .* is labelled 0"),
        (replace(numbered, fields=np.ones(2)), "rudy", "rudy holds no fields"),
        (replace(numbered, offset=1.0), "rudy", "rudy holds no offset"),
        (bits, "rudy", "rudy holds SPIN variables"),
        (replace(spins, labels=["a", "b"]), "ising", "ising needs rising integers as labels"),
        (replace(spins, labels=[2, 1]), "ising", "ising needs rising integers as labels"),
        (replace(spins, offset=1.0), "ising", "ising holds no offset"),
        (bits, "qubo", "qubo numbers its variables from 1"),
        (numbered, "qubo", "qubo holds BINARY variables"),
        (numbered, "npz", "npz numbers its variables from 0"),
        (spins, "cnf", "cnf holds k-sat problems"),
        (sgq.build("p-spin", n=4, seed=1), "bqm", "bqm holds quadratic models"),
        (sgq.build("p-spin", n=4, seed=1), "ising", "ising holds pairs"),
        (replace(spins, labels=["a", frozenset("b")]), "bqm", "bqm cannot hold the label frozenset"),
        (replace(spins, labels=["a", frozenset("b")]), "json", "labels holds a frozenset"),
    ]
    for problem, format, message in refused:
        with pytest.raises(ValueError, match=message):
            sgq.save(problem, tmp_path / "a", format=format)
    with pytest.raises(ValueError, match="the name names no format to write"):
        sgq.save(spins, tmp_path / "a.txt")
    with pytest.raises(ValueError, match="the name names no format to write"):
        sgq.save(spins, tmp_path / "a.opb")
    with pytest.raises(ValueError, match="format='opb': one of"):
        sgq.save(spins, tmp_path / "a", format="opb")
    with pytest.raises(TypeError, match="save takes a Problem"):
        sgq.save(spins.model, tmp_path / "a.bqm")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.json"
    path.write_text("the old one")

    def killed(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", killed)
    with pytest.raises(KeyboardInterrupt):
        sgq.save(sgq.ising(np.zeros((2, 2))), path)
    assert path.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_only_files_are_replaced(tmp_path: Path) -> None:
    problem = sgq.ising(np.zeros((2, 2)))
    with pytest.raises(IsADirectoryError):
        sgq.save(problem, tmp_path, format="json")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="no regular file"):
        sgq.save(problem, tmp_path / "pipe", format="json")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    sgq.save(problem, tmp_path / "link.json")
    assert (tmp_path / "real.json").is_file()
    assert (tmp_path / "link.json").is_symlink()


def test_equal_problems_make_equal_files(tmp_path: Path) -> None:
    problem = sgq.build("edwards-anderson", shape=(3, 3), seed=1)
    for name in ("a.json.gz", "b.json.gz"):
        sgq.save(problem, tmp_path / name)
    assert (tmp_path / "a.json.gz").read_bytes() == (tmp_path / "b.json.gz").read_bytes()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_files_never_raise_anything_else(tmp_path: Path, data: st.DataObject) -> None:
    spins = IsingProblem(
        name="s",
        pairs=np.array([[0, 1], [1, 2]]),
        couplings=np.array([0.5, -2]),
        fields=np.zeros(3),
        labels=range(1, 4),
    )
    problems = {"qubo": sgq.load(_write(tmp_path, "q.sparse", "2 2\n1 1 3\n1 2 -2\n"))}
    problems |= {
        "qubo-max": problems["qubo"],
        "npz": replace(spins, labels=None),
        "cnf": sgq.build("k-sat", n=5, m=4, seed=1),
    }
    format = data.draw(st.sampled_from(sorted(WRITERS)))
    sgq.save(problems.get(format, spins), tmp_path / "a", format=format)
    content = bytearray((tmp_path / "a").read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    match data.draw(st.sampled_from(["cut", "change", "remove", "insert"])):
        case "cut":
            del content[position:]
        case "change":
            content[position] = data.draw(st.integers(0, 255))
        case "remove":
            del content[position]
        case "insert":
            content[position:position] = data.draw(st.binary(max_size=4))
    path = _write(tmp_path, "a", bytes(content))
    message = _complaint(path, format)
    assert message is None or (message.startswith(str(path)) and "\n" not in message)


def _complaint(path: Path, format: str) -> str | None:
    """What load says of a file, or None where the file still holds a problem with a finite energy."""
    try:
        problem = sgq.load(path, format=format)
    except ValueError as error:
        return str(error)
    assert np.isfinite(problem.energies(np.ones(problem.num_variables, dtype=np.int8))).all()
    return None


def _write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _round_trip(problem: Problem, folder: Path, format: str) -> Problem:
    sgq.save(problem, folder / "again", format=format)
    return sgq.load(folder / "again", format=format)


def _bqpjson(**changes: Any) -> dict[str, Any]:
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


def _assert_same_model(one: Problem, two: Problem) -> None:
    assert list(one.variables) == list(two.variables)
    assert one.model == two.model


def _assert_same(one: Problem, two: Problem) -> None:
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
