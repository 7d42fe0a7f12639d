"""What a bad file is told: where it is wrong, in one line; and what a format refuses to hold."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import dimod
import numpy as np
import pytest
from format_helpers import bqpjson, small_problems, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sgq
from sgq import IsingProblem, ModelProblem
from sgq.formats import WRITERS

FLOATS = st.floats(-1e9, 1e9).filter(bool)
FAST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

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
    ("a.cnf", "p cnf 2 2\n1 2 0\n-1\nc\n\n", "line 3: expected a 0 after the last clause, found -1 as the last number"),
    (
        "a.cnf",
        "p cnf 2 2\n1\n2 0\n\n",
        "line 3: expected 2 clauses, as line 1 says, found 1: .* or the header miscounts",
    ),
    (
        "a.cnf",
        "c\np cnf 2 2\n%\n0\n",
        "line 2: expected 2 clauses, as line 2 says, found 0: .* or the header miscounts",
    ),
    ("a.cnf", "p cnf 0 0\n", "line 1: expected 1 … 2147483647 variables, found 0"),
    ("a.cnf", "c\np cnf 999999999999999999 1\n1 0\n", "line 2: expected 1 … 2147483647 variables, found 9999"),
    ("a.cnf", "c\np cnf 2 1\n1 2 0\n\n-1 0\n", "line 5: expected the end after 1 clauses, as line 2 says, found '-1'"),
    ("a.cnf", "p cnf 2 1\n1\n-3 0\n", "line 3: expected literals ±1 … ±2, found '-3'"),
    ("a.cnf", "p cnf 2 1\n1 two 0\n", "line 2: expected an integer, found 'two'"),
    ("a.cnf", "p cnf 20 1\n1 1_0 0\n", "line 2: expected an integer, found '1_0'"),
    ("a.cnf", "p cnf 2 2\n1 0 0\n", "line 2: expected a literal, .*: the formula is unsatisfiable as it stands"),
    ("a.cnf", "p cnf 2 1\n1 -2 0-\n", "line 2: expected an integer, found '0-'"),
    ("a.cnf", "p cnf 2 1\n1-2 0\n", "line 2: expected an integer, found '1-2'"),
    ("a.cnf", "p cnf 2 1\n1 - 2 0\n", "line 2: expected an integer, found '-'"),
    ("a.cnf", "p cnf 2 1\nc 1\n1 99999999999999999999 0\n", "line 3: expected an integer, found '9999"),
    ("a.cnf", "p cnf 2 1\n1 h 0\n", "line 2: expected an integer, found 'h'"),
    ("a.cnf", "p cnf 2 0\n\n1 0\n", "line 3: expected the end after 0 clauses, as line 1 says, found '1'"),
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
    path = write(tmp_path, name, content)
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
        sgq.load(write(tmp_path, "a.mc", "2 1\n1 2 1\n"), format="gset")


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
        sgq.load(write(tmp_path, "b.json", json.dumps({**bqpjson(), **change})))


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
    sgq.save(next(small_problems()), tmp_path / "p.json")
    document = json.loads((tmp_path / "p.json").read_text())
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=r"p\.json"):
        sgq.load(write(tmp_path, "p.json", json.dumps(document)))


def test_json_does_not_crash_dimod(tmp_path: Path) -> None:
    """dimod ends the process on a negative index."""
    sgq.save(ModelProblem(name="m", source=dimod.BQM({}, {"ab": 1, "bc": 1}, "SPIN")), tmp_path / "p.json")
    document = json.loads((tmp_path / "p.json").read_text())
    document["fields"]["source"]["pairs"]["values"][0] = -3
    with pytest.raises(ValueError, match="an index is out of range"):
        sgq.load(write(tmp_path, "p.json", json.dumps(document)))


def test_numbers_that_json_does_not_have(tmp_path: Path) -> None:
    for name, value in (("ground_energy", np.inf), ("parameters", {"x": [np.nan]}), ("seed", {1, 2})):
        with pytest.raises(ValueError, match=name):
            sgq.save(replace(sgq.ising(np.zeros((2, 2))), **{name: value}), tmp_path / "p.json")
    assert not list(tmp_path.iterdir())


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
    problems = {"qubo": sgq.load(write(tmp_path, "q.sparse", "2 2\n1 1 3\n1 2 -2\n"))}
    problems |= {
        "qubo-max": problems["qubo"],
        "npz": replace(spins, labels=None),
        "cnf": sgq.build("k-sat", n=5, m=4, seed=1),
        "wcnf": sgq.build("k-sat", clauses=[(1, -2), (3,), (-1, 2, -3)], weights=[3, np.inf, 1]),
    }
    problems["wcnf-2022"] = problems["wcnf"]
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
    path = write(tmp_path, "a", bytes(content))
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
