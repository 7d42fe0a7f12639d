"""Weighted formulas: both forms of the file by hand, exact round trips, and what a bad file is told."""

from pathlib import Path

import numpy as np
import pytest
from format_helpers import assert_same, round_trip, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sgq
from sgq.formats.dimacs import HARD, Body, _parse
from sgq.formats.files import Source

OLD = "c a comment\np wcnf 4 4 16\n16 1 -2 4 0\n3 -1\n  -2 3\nc in between\n0 8 -3\n2 0\n20 2 0\n"
NEW = "c a comment\nh 1 -2 4 0\n3 -1\n  -2 3\nc in between\n0 8 -3\n2 0\nh 2 0\n"


@pytest.mark.parametrize(("name", "text"), [("a.wcnf", OLD), ("a.wcnf", NEW), ("a.txt", OLD), ("a.txt", NEW)])
def test_both_forms(tmp_path: Path, name: str, text: str) -> None:
    problem = sgq.load(write(tmp_path, name, text))
    assert problem.parameters == {"file": name, "format": "wcnf"}
    assert problem.instance == [(1, -2, 4), (-1, -2, 3), (-3, 2), (2,)]
    assert problem.weights.tolist() == [12, 3, 8, 12]
    assert problem.hard.tolist() == [True, False, False, True]
    decoded = problem.decode([1, 0, 1, 0])
    assert (decoded.violated, decoded.violated_hard) == ((2, 3), (3,))
    assert problem.energies([[1, 0, 1, 0], [1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 0, 0]]).tolist() == [20, 3, 0, 12]


def test_without_top_nothing_is_hard(tmp_path: Path) -> None:
    problem = sgq.load(write(tmp_path, "a.wcnf", "p wcnf 3 2\r\n1 1 0\r\n9000000000000000 -1 0\r\n"))
    assert problem.hard is None
    assert problem.weights.tolist() == [1, 9e15]
    assert problem.num_variables == 3


def test_h_below_a_header(tmp_path: Path) -> None:
    for header in ("p wcnf 3 2", "p wcnf 3 2 9"):
        problem = sgq.load(write(tmp_path, "a.wcnf", f"{header}\nh 1 0\n5 -1 3 0\n"))
        assert problem.hard.tolist() == [True, False]
        assert problem.weights.tolist() == [6, 5]


def test_weights_of_clauses_that_are_always_true_count_for_nothing(tmp_path: Path) -> None:
    text = f"h 1 -1 0\n{2**53} 2 -1 -2 0\n5 3 3 -1 0\nh 2 2 0\n4 -2 0\n"
    problem = sgq.load(write(tmp_path, "a.wcnf", text))
    assert problem.instance == [(3, -1), (2,), (-2,)]
    assert problem.weights.tolist() == [5, 10, 4]
    assert problem.hard.tolist() == [False, True, False]
    assert problem.parameters == {"file": "a.wcnf", "format": "wcnf", "repeated_literals": 2, "tautologies": 2}


def test_the_largest_top_there_is(tmp_path: Path) -> None:
    top = 2**63 - 1
    problem = sgq.load(write(tmp_path, "a.wcnf", f"p wcnf 2 2 {top}\n{top} 1 2 0\n5 -1 0\n"))
    assert problem.hard.tolist() == [True, False]
    assert problem.weights.tolist() == [6, 5]


def test_what_is_written(tmp_path: Path) -> None:
    problem = sgq.build("k-sat", clauses=[(1, -2), (3,), (-1, 2, -3)], weights=[3, np.inf, 1])
    sgq.save(problem, tmp_path / "a.wcnf")
    assert (tmp_path / "a.wcnf").read_text() == "p wcnf 3 3 5\n3 1 -2 0\n5 3 0\n1 -1 2 -3 0\n"
    sgq.save(problem, tmp_path / "b.wcnf", format="wcnf-2022")
    assert (tmp_path / "b.wcnf").read_text() == "3 1 -2 0\nh 3 0\n1 -1 2 -3 0\n"


def test_other_solvers_read_what_is_written(tmp_path: Path) -> None:
    formula = pytest.importorskip("pysat.formula")
    problem = sgq.build("k-sat", clauses=[(1, -2), (3,), (-1, 2, -3)], weights=[3, np.inf, 1])
    for format in ("wcnf", "wcnf-2022"):
        sgq.save(problem, tmp_path / "a.wcnf", format=format)
        read = formula.WCNF(from_file=str(tmp_path / "a.wcnf"))
        assert (read.hard, read.soft, read.wght) == ([[3]], [[1, -2], [-1, 2, -3]], [3, 1])


WEIGHTS = st.one_of(st.integers(1, 2**45), st.just(np.inf))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WEIGHTS, max_size=20), st.sampled_from(["wcnf", "wcnf-2022"]), st.integers(0, 2**31))
def test_round_trips_are_exact(tmp_path: Path, weights: list[float], format: str, seed: int) -> None:
    clauses = sgq.build("k-sat", n=7, k=3, m=len(weights), seed=seed).clauses
    problem = sgq.build("k-sat", n=7, clauses=[*clauses, (7,)], weights=[*weights, 1])
    assert_same(problem, _named(round_trip(problem, tmp_path, format)))


def _named(problem: sgq.Problem) -> sgq.Problem:
    """`problem` with the parameters of the given clauses instead of the file's."""
    problem.parameters.clear()
    problem.parameters["n"] = problem.num_variables
    return problem


def test_a_formula_without_weights_comes_back_with_ones(tmp_path: Path) -> None:
    problem = sgq.build("k-sat", n=9, alpha=3, seed=1)
    again = round_trip(problem, tmp_path, "wcnf")
    assert again.instance == problem.instance
    assert again.weights.tolist() == [1.0] * 27


def test_what_cannot_be_written(tmp_path: Path) -> None:
    def formula(*weights: float) -> sgq.Problem:
        return sgq.build("k-sat", n=3, clauses=[(1, 2), (-2,)][: len(weights)], weights=weights)

    refused = [
        (formula(1, 0.5), "wcnf", "wcnf holds whole weights, and clause 1 weighs 0.5: scale them or save as json"),
        (formula(2**53), "wcnf", "add up to less than"),
        (formula(1, 2), "wcnf-2022", "wcnf-2022 says no number of variables, and 3 stands in no clause"),
        (formula(1, 2), "cnf", "cnf holds no weights, .*: save as wcnf"),
        (sgq.build("nae-sat", n=4, m=2, seed=1), "wcnf", "wcnf holds k-sat problems"),
        (sgq.build("nae-sat", n=4, m=2, seed=1), "cnf", "cnf holds k-sat problems"),
    ]
    for problem, format, message in refused:
        with pytest.raises(ValueError, match=message):
            sgq.save(problem, tmp_path / "a", format=format)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("c nothing\n", "expected a line 'p wcnf variables clauses top', or clauses led by a weight or h, found none"),
        ("p cnf 1 1\n1 0\n", "line 1: expected a line 'p wcnf variables clauses top', found 'p cnf 1 1'"),
        ("p wcnf 1 1 0\n1 1 0\n", "line 1: expected a line 'p wcnf variables clauses top'"),
        (
            "p wcnf 2 2 9\n9 1\n2 0\n",
            "line 3: expected 2 clauses, as line 1 says, found 1: the file is truncated or the header miscounts",
        ),
        ("p wcnf 2 2 9\n", "line 1: expected 2 clauses, as line 1 says, found 0: the file is truncated or the header"),
        ("p wcnf 2 1 9\n9 1 2 0\n\n1 1 0\n", "line 4: expected the end after 1 clauses, as line 1 says, found '1'"),
        ("p wcnf 0 0 9\n", "line 1: expected 1 … 2147483647 variables, found 0"),
        ("c\np wcnf 2147483648 1\n9 1 2\n", "line 2: expected 1 … 2147483647 variables, found 2147483648"),
        ("p wcnf 2 1 9\n9 1 2\nc\n", "line 2: expected a 0 after the last clause, found 2 as the last number"),
        ("p wcnf 2 1 9\n9 1\nc\n3 0\n", "line 4: expected literals ±1 … ±2, found '3'"),
        ("p wcnf 2 1 9\n0 1 0\n", "line 2: expected a weight of at least 1, or h, found '0'"),
        ("p wcnf 2 1 9\n-3 1 0\n", "line 2: expected a weight of at least 1, or h, found '-3'"),
        ("p wcnf 2 1 9\n1.5 1 0\n", "line 2: expected an integer or h, found '1.5'"),
        ("p wcnf 2 2 9\n1 2 0 3\n0\n", "line 3: expected a literal, .* take it out and add the weight to the energies"),
        ("p wcnf 2 2 9\n1 2 0 9\n0\n", "line 3: expected a literal, .*: the formula is unsatisfiable as it stands"),
        ("p wcnf 1 2\n9007199254740000 1 0\n1000 1 0\n", r"line 3: expected weights that add up to .* 2\^53"),
        ("p wcnf 1 1\n99999999999999999999 1 0\n", "line 2: expected an integer or h, found '99999999999999999999'"),
        ("h 1 0\n0 1 0\n", "line 2: expected a weight of at least 1, or h, found '0'"),
        ("h 1 0\n-1 1 0\n", "line 2: expected a weight of at least 1, or h, found '-1'"),
        ("h 1 0\n3 1 h\n 0\n", "line 2: expected literals ±1 … .*, found 'h'"),
        ("h 1 0\n3 1\nh", "line 3: expected a 0 after the last clause, found h as the last number"),
        ("h 1 0\nh2 1 0\n", "line 2: expected an integer or h, found 'h2'"),
        ("h 1 0\n3 1-2 0\n", "line 2: expected an integer or h, found '1-2'"),
        (f"h 1 0\n{HARD} 1 2 0\n", "line 2: expected an integer or h"),
        ("h 1 0\nh\n0\n", "line 3: expected a literal, .*: the formula is unsatisfiable as it stands"),
    ],
)
def test_a_bad_file_is_told_where(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, "a.wcnf", text)
    with pytest.raises(ValueError, match=message) as error:
        sgq.load(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(["0", "1", "-2", "+3", "h", "-", "4-", " ", "\n", "\t", "9" * 18, "9" * 19, "9" * 20])),
    st.booleans(),
)
def test_numbers_are_read_at_once_as_one_by_one(words: list[str], hard: bool) -> None:
    """The array route gives what Python's `int` gives of every word, or leaves the text to it."""
    text = "".join(words)
    fast = _parse(text.encode(), hard)
    if fast is not None:
        expected = [HARD if word == "h" else int(word) for word in text.split()]
        assert fast.tolist() == expected
    elif not set(text.split()) & {"-", "h"} and all(word.lstrip("+-").isdigit() for word in text.split()):
        assert any(len(word) > 18 for word in text.split()) or any("-" in w[1:] or "+" in w[1:] for w in text.split())


def test_comments_do_not_move_line_numbers(tmp_path: Path) -> None:
    text = "".join(f"c {k}\n{k} 0\n" for k in range(1, 50))
    source = Source("a.cnf", text.encode())
    body = Body(source, 0, 0)
    assert body.tokens.tolist() == [x for k in range(1, 50) for x in (k, 0)]
    assert str(body.error("less", 96)) == "a.cnf, line 98: expected less, found '49'"
