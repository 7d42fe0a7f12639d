"""The command: what it prints, its exit codes, and one line for every kind of bad input."""

import json
import sys
from pathlib import Path
from typing import Any

import dimod
import pytest

import sgq
from sgq import cli
from sgq.cli.arguments import parse_grid


class Result:
    """Exit code, stdout and stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["sgq", *arguments])
        with pytest.raises(SystemExit) as exit:
            cli.main()
        return Result(int(exit.value.code or 0), *capsys.readouterr())

    return call


def test_lists_hold_every_registered_name(run: Any) -> None:
    assert list(json.loads(run("problems", "--json").out)) == sgq.problems()
    assert list(json.loads(run("solvers", "--json").out)) == sgq.solvers()
    assert all(name in run("solvers").out for name in sgq.solvers())
    shown = json.loads(run("problems", "edwards-anderson", "--json").out)
    assert shown["parameters"]["shape"] == "needed"
    assert shown["parameters"]["disorder"] == "gaussian"
    assert "num_reads" in run("solvers", "neal").out
    assert run("--version").out.strip() == sgq.__version__
    assert "compare" in run().out


def test_solve_a_registered_problem(run: Any) -> None:
    result = run("solve", "ising", "-p", "shape=3,4", "-s", "num_reads=5", "--seed", "1", "--json")
    facts = json.loads(result.out)
    assert result.code == 0
    assert facts["best energy"] == facts["known ground energy"] == -24  # two bonds a spin
    assert (facts["hits"], facts["reads"]) == (5, 5)


def test_lists_of_lists_reach_a_builder(run: Any) -> None:
    facts = json.loads(run("solve", "k-sat", "-p", "clauses=[[1,-2],[2]]", "--solver", "exhaustive", "--json").out)
    assert facts["solution"]["assignment"] == {"1": True, "2": True}


def test_the_seed_draws_instance_and_solver(run: Any) -> None:
    arguments = ("solve", "sherrington-kirkpatrick", "-p", "n=12", "--json", "--seed")
    first, again, other = (json.loads(run(*arguments, seed).out) for seed in ("3", "3", "4"))
    assert {**first, "seconds": 0} == {**again, "seconds": 0}
    assert first["best energy"] != other["best energy"]


def test_a_file_stands_where_a_problem_does(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "square.mc"
    file.write_text("4 4\n1 2 1\n2 3 1\n3 4 1\n1 4 1\n")
    assert json.loads(run("solve", str(file), "--json").out)["solution"]["cut"] == 4
    ambiguous = tmp_path / "square.txt"
    ambiguous.write_text(file.read_text())
    result = run("solve", str(ambiguous))
    assert result.code == 2
    assert "--format" in result.err
    assert json.loads(run("solve", str(ambiguous), "--format", "ising", "--json").out)["best energy"] == -4


def test_samples_are_written_as_dimod_reads_them(run: Any, tmp_path: Path) -> None:
    output = tmp_path / "samples.json"
    run("solve", "curie-weiss", "-p", "n=4", "-s", "num_reads=3", "--output", str(output))
    samples = dimod.SampleSet.from_serializable(json.loads(output.read_text()))
    assert samples.first.energy == -1.5
    assert samples.info["sgq"]["solver"] == "annealing"


def test_exit_code_1_where_the_target_is_missed(run: Any) -> None:
    assert run("solve", "ising", "-p", "shape=2,2", "--target-energy", "-4").code == 0
    assert run("solve", "ising", "-p", "shape=2,2", "--target-energy", "-5").code == 1
    assert run("compare", "ising", "-p", "shape=2,2", "--target-energy", "-5", "--solvers", "exhaustive").code == 1
    unsatisfiable = ("solve", "k-sat", "-p", "clauses=[[1],[-1]]", "--solver", "cdcl")
    assert "False" in run(*unsatisfiable).out
    assert run(*unsatisfiable).code == 0
    assert run(*unsatisfiable, "--target-energy", "0").code == 1


def test_compare_prints_a_row_for_each_solver_and_draws(run: Any, tmp_path: Path) -> None:
    figure = tmp_path / "compare.png"
    arguments = ("compare", "edwards-anderson", "-p", "shape=7,6", "--seed", "1", "--solvers", "annealing,exhaustive")
    result = run(*arguments, "-s", "annealing.num_reads=4", "--figure", str(figure))
    assert result.code == 0
    assert "42 variables: exhaustive takes at most 40" in " ".join(result.out.split())
    assert figure.read_bytes().startswith(b"\x89PNG")
    rows = json.loads(run(*arguments, "--json").out)["rows"]
    assert [row["label"] for row in rows] == ["annealing", "exhaustive"]


def test_sat_transition_of_one_literal_a_clause(run: Any, tmp_path: Path) -> None:
    """K = 1: M clauses are satisfiable if no variable stands with both signs; with M = 1 always."""
    arguments = ("sat-transition", "-k", "1", "-n", "10", "--instances", "40", "--alpha", "0.1:1:0.3", "--workers", "1")
    transition = json.loads(run(*arguments, "--json").out)["transitions"][0]
    assert transition["curve"]["clauses"] == [1, 4, 7, 10]
    assert transition["curve"]["fraction"][0] == 1
    assert transition["curve"]["fraction"] == sorted(transition["curve"]["fraction"], reverse=True)
    kept = (*arguments, "--store", str(tmp_path / "sat.db"))
    assert json.loads(run(*kept, "--json").out)["transitions"][0] == transition  # the same formulas each time
    assert "alpha_50" in run(*kept, "--figure", str(tmp_path / "sat.svg")).out


def test_sat_transition_says_what_its_sizes_say_together(run: Any, tmp_path: Path) -> None:
    """Laws are printed with their errors, the same as in the JSON, or why there is none."""
    pytest.importorskip("pysat")
    base = ("sat-transition", "--instances", "100", "--workers", "1", "--store", str(tmp_path / "sat.db"))
    base += ("--alpha", "4:16:4")
    found = json.loads(run(*base, "-n", "10,25,50", "--json").out)
    assert found["extrapolation"]["exponent"] == pytest.approx(5 / 3)
    assert found["extrapolation"]["dof"] == 1
    assert found["collapse"]["nu"] > 0
    page = tmp_path / "sat.html"
    shown = run(
        *base, "-n", "10,25,50", "--exponent", "0.5", "--figure", str(tmp_path / "sat.svg"), "--report", str(page)
    ).out
    assert "exact upper bound (first moment)" in page.read_text()
    for words in ("less Crawford & Auton's", "width, P = 3/4 to 1/4", " N^(-1/2); chi²/dof", "nu ≥ 2 asymptotically"):
        assert words in shown
    few = run(*base, "-n", "8")
    assert "no extrapolation: n of 1 sizes: the law has 2 parameters, so 2 at least" in few.out
    assert "no collapse: first_unsat of 1 sizes: two at least" in few.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["solve", "isnig"], "neither a file nor a registered problem: convolution, "),
        (["solve", "ising"], "ising needs shape"),
        (["solve", "ising", "-p", "shape"], "KEY=VALUE is needed"),
        (["solve", "ising", "-p", "shape=3,3", "-p", "shape=4,4"], "shape stands twice"),
        (["solve", "ising", "-p", "shap=3,3"], "did you mean 'shape'"),
        (["solve", "ising", "-p", "shape=0,3"], "shape"),
        (["solve", "ising", "-p", "shape=3,3", "-s", "num_raeds=3"], "did you mean 'num_reads'"),
        (["solve", "ising", "-p", "shape=3,3", "--solver", "anealing"], "did you mean 'annealing'"),
        (["solve", "ising", "-p", "shape=3,3", "--solver", "neal", "--time-limit", "3"], "no parameter 'time_limit'"),
        (["solve", "ising", "-p", "shape=3,3", "--seed", "-1"], "seed=-1"),
        (["solve", "ising", "-p", "shape=3,3", "--target-energy", "nan"], "--target-energy=nan"),
        (["solve", "ising", "-p", "shape=3,3", "--output", "/nowhere/x.json"], "a folder that exists"),
        (["solve", "ising", "-p", "shape=3,3", "--format", "rudy"], "is a registered problem, not a file"),
        (["solve", "ising", "--shape", "3"], "No such option"),
        (["slove"], "No such command 'slove'"),
        (["solve"], "Missing argument"),
        (["problems", "isnig"], "did you mean 'ising'"),
        (["compare", "curie-weiss", "-p", "n=4", "--solvers", "neal,neal"], "neal stands twice"),
        (
            [
                "compare",
                "curie-weiss",
                "-p",
                "n=4",
                "--solvers",
                "neal",
                "-s",
                "neal.num_reads=3",
                "-s",
                "neal.num_reads=4",
            ],
            "num_reads stands twice",
        ),
        (["compare", "curie-weiss", "-p", "n=4", "--solvers", "neal,nael"], "did you mean 'neal'"),
        (["compare", "curie-weiss", "-p", "n=4", "-s", "num_reads=3"], "SOLVER.KEY=VALUE"),
        (["compare", "curie-weiss", "-p", "n=4", "--figure", "x.doc"], "a name that ends in"),
        (["compare", "curie-weiss", "-p", "n=41", "--solvers", "exhaustive"], "no solver gave an answer"),
        (["sat-transition", "--alpha", "3-6"], "FIRST:LAST:STEP"),
        (["sat-transition", "--alpha", "3:6:1e-9"], "at most 10000"),
        (["sat-transition", "--alpha", "3:1e300:1e-9"], "at most 10000"),
        (["sat-transition", "-n", "ten"], "-n='ten'"),
        (["sat-transition", "-k", "0"], "-k=0"),
        (["sat-transition", "--workers", "0"], "workers=0"),
        (["sat-transition", "--exponent", "0"], "--exponent=0.0"),
        (["sat-transition", "-k", "2", "--survey"], "--survey: for K of at least 3"),
        (["sat-transition", "-n", "20,2"], "-n=2"),
        (["sat-transition", "-n", "20,20"], "-n 20,20: numbers separated by commas, each once"),
        (["sat-transition", "--exponent", "1e-9"], "--exponent=1e-09"),
        (["sat-transition", "--store", "s.db", "--report", "s.db"], "--report s.db: this is the store"),
        (["sat-transition", "--store", "nowhere/s.db"], "--store nowhere/s.db: a file in a folder that exists"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(run: Any, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.code == 2
    assert message in result.err
    assert result.err.startswith("sgq: ")
    assert result.err.count("\n") == 1


def test_a_truncated_file_says_which_line(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "broken.cnf"
    file.write_text("p cnf 3 2\n1 -2 0\n3 4 0\n")
    result = run("solve", str(file))
    assert result.code == 2
    assert result.err.startswith(f"sgq: {file}, line 3: expected ")


def test_the_grid_ends_at_its_last_value() -> None:
    assert parse_grid("--alpha", "3:6:0.4")[-1] == pytest.approx(5.8)
    assert parse_grid("--alpha", "3:6:0.1")[-1] == pytest.approx(6.0)
    assert len(parse_grid("--alpha", "3:3:1")) == 1
