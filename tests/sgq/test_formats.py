"""load and save: every format against numbers worked out by hand, and round trips."""

import json
import os
from dataclasses import replace
from pathlib import Path

import dimod
import numpy as np
import pytest
from format_helpers import assert_same, assert_same_model, bqpjson, round_trip, small_problems, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sgq
from sgq import IsingProblem, ModelProblem, Problem

FLOATS = st.floats(-1e9, 1e9).filter(bool)
FAST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_rudy(tmp_path: Path) -> None:
    path = write(
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
    problem = sgq.load(write(tmp_path, "a.txt", text), format="ising")
    assert list(problem.variables) == labels
    for spins in np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T:
        s = dict(zip(labels, [*spins.tolist(), 1], strict=False))
        a, b, c = spins
        assert problem.energies(s)[0] == 0.5 * a + 2 * a * b - b * c


def test_qubo_counts_pairs_twice(tmp_path: Path) -> None:
    Q = np.array([[3.0, -2, 0.25], [-2, 0, 5], [0.25, 5, -1]])
    path = write(tmp_path, "q.sparse", "3 5\n1 1 3\n1 2 -2\n3 1 0.25\n2 3 5\n3 3 -1\n")
    x = np.array(np.meshgrid(*[[0, 1]] * 3)).reshape(3, -1).T
    expected = np.einsum("ri,ij,rj->r", x, Q, x)
    np.testing.assert_array_equal(sgq.load(path).energies(x), expected)
    np.testing.assert_array_equal(sgq.load(path, format="qubo-max").energies(x), -expected)
    assert list(sgq.load(path).variables) == [1, 2, 3]


def test_cnf_as_satlib_writes_it(tmp_path: Path) -> None:
    text = "c a comment\n\np  cnf 4  3 \n 1 -2\n 3 0 -1\nc in between\n0\n2 -4 0\n%\n0\n\n"
    assert_a_formula(sgq.load(write(tmp_path, "f.cnf", text)))
    indented = " \tc a comment\np cnf 4 3\n 1 -2\n  c in between\n 3 0 -1 0\n2 -4 0\n \t%\n0\n\n"
    assert_a_formula(sgq.load(write(tmp_path, "f.cnf", indented)))
    assert_a_formula(sgq.load(write(tmp_path, "f.txt", indented)))


def assert_a_formula(problem: Problem) -> None:
    assert problem.instance == [(1, -2, 3), (-1,), (2, -4)]
    assert list(problem.variables) == [1, 2, 3, 4]
    assert problem.energies([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 0]]).tolist() == [2, 1, 0]


def test_opb(tmp_path: Path) -> None:
    text = "* #variable= 4 #constraint= 0\nmin: +3 x1 -2 x1 x2\n +1.5 x2 x1 -1 x3 x3;\n"
    problem = sgq.load(write(tmp_path, "o.opb", text))
    assert isinstance(problem.model, dimod.BinaryQuadraticModel)
    assert problem.energies({1: 1, 2: 1, 3: 1, 4: 0})[0] == 3 - 2 + 1.5 - 1
    cubic = sgq.load(write(tmp_path, "o.opb", "min: +3 x1 x2 x5 -1 x2 ;"))
    assert cubic.energies({1: 1, 2: 1, 5: 1})[0] == 2
    assert cubic.energies({1: 0, 2: 1, 5: 1})[0] == -1


def test_bqpjson_scales_its_offset(tmp_path: Path) -> None:
    """The format's definition: scale times the sum of the terms and the offset; a pair may stand in both orders."""
    for domain, low in (("spin", -1), ("boolean", 0)):
        path = write(tmp_path, "b.json", json.dumps(bqpjson(variable_domain=domain)))
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


@pytest.mark.parametrize("problem", list(small_problems()), ids=lambda p: p.name)
@pytest.mark.parametrize("ending", [".json", ".json.gz"])
def test_json_keeps_everything(tmp_path: Path, problem: Problem, ending: str) -> None:
    sgq.save(problem, tmp_path / f"p{ending}")
    again = sgq.load(tmp_path / f"p{ending}")
    assert_same(problem, again)
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
    assert_same_model(problem, round_trip(problem, tmp_path, format))


@FAST
@given(st.lists(FLOATS, min_size=10, max_size=10), st.sampled_from(["qubo", "qubo-max", "bqm", "json"]))
def test_matrices_return_to_the_bit(tmp_path: Path, numbers: list[float], format: str) -> None:
    model = dimod.BinaryQuadraticModel(dict(zip(range(1, 5), numbers, strict=False)), {}, "BINARY")
    model.add_quadratic_from((i, j, w) for (i, j), w in zip([(1, 2), (4, 2), (3, 4)], numbers[4:], strict=False))
    problem = ModelProblem(name="qubo", source=model)
    assert_same_model(problem, round_trip(problem, tmp_path, format))


@FAST
@given(st.integers(1, 12), st.integers(0, 40), st.integers(0, 2**31 - 1))
def test_formulas_return(tmp_path: Path, n: int, m: int, seed: int) -> None:
    problem = sgq.build("k-sat", n=n, k=min(3, n), m=m, seed=seed)
    assert round_trip(problem, tmp_path, "cnf").instance == problem.instance


def test_isolated_spins_return(tmp_path: Path) -> None:
    problem = sgq.ising(np.zeros((3, 3)), [0, 0.5, 0])
    for format in ("ising", "bqm", "json"):
        assert list(round_trip(problem, tmp_path, format).variables) == [0, 1, 2]
    assert list(round_trip(replace(problem, labels=[2, 5, 9]), tmp_path, "ising").variables) == [2, 5, 9]


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
