"""Formulas as other programs write them: repeated literals, clauses that are always true, and large files.

Left out is what no energy depends on; a large file is read in parts, whose borders nothing may notice.
"""

import itertools
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from format_helpers import write
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq
from sgq.formats import dimacs, repetitions
from sgq.formats.dimacs import Body
from sgq.formats.files import FileError, Source
from sgq.formats.repetitions import without_repetitions

CLAUSES = st.lists(st.lists(st.sampled_from([-4, -3, -2, -1, 1, 2, 3, 4]), min_size=1, max_size=7), max_size=12)
ROWS = np.array(list(itertools.product((0, 1), repeat=4)))


def text_of(clauses: list[list[int]], n: int = 4) -> str:
    lines = [" ".join(map(str, [*clause, 0])) for clause in clauses]
    return "\n".join([f"p cnf {n} {len(clauses)}", *lines, ""])


def test_repeated_literals_and_tautologies(tmp_path: Path) -> None:
    path = write(tmp_path, "a.cnf", text_of([[1, -2], [3, 3], [3, 1, -3, 1], [2, -4, 2, 2, -4], [-1]]))
    problem = sgq.load(path)
    assert problem.instance == [(1, -2), (3,), (2, -4), (-1,)]
    assert problem.parameters == {"file": "a.cnf", "format": "cnf", "repeated_literals": 4, "tautologies": 1}
    sgq.save(problem, tmp_path / "b.cnf")
    assert sgq.load(tmp_path / "b.cnf").parameters == {"file": "b.cnf", "format": "cnf"}


def test_nothing_but_a_tautology(tmp_path: Path) -> None:
    problem = sgq.load(write(tmp_path, "a.cnf", text_of([[2, -2]])))
    assert (problem.num_variables, problem.instance) == (4, [])
    assert not problem.energies(ROWS).any()
    assert sgq.load(write(tmp_path, "a.cnf", "p cnf 3 0\n")).instance == []


@pytest.mark.parametrize("at_once", [1, 3, 1 << 18])
@settings(max_examples=100, deadline=None)
@given(clauses=CLAUSES)
def test_what_is_left_out_has_no_energy(at_once: int, clauses: list[list[int]]) -> None:
    """Python's sets give the clauses, and the clauses as they were give the energies."""
    literals = np.array(list(itertools.chain.from_iterable(clauses)), dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum([len(c) for c in clauses])]).astype(np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repetitions, "_CLAUSES", at_once)
        found = without_repetitions(literals, starts)
    kept = [not any(-literal in clause for literal in clause) for clause in clauses]
    expected = [tuple(dict.fromkeys(clause)) for clause, good in zip(clauses, kept, strict=True) if good]
    problem = sgq.build("k-sat", n=4, clauses=expected)
    assert found.literals.tolist() == problem.literals.tolist()
    assert found.starts.tolist() == problem.starts.tolist()
    assert found.kept.tolist() == kept
    lost = sum(len(clause) for clause, good in zip(clauses, kept, strict=True) if good) - len(problem.literals)
    assert (found.repeated, found.left_out.get("tautologies", 0)) == (lost, kept.count(False))
    violated = [sum(all((row[abs(x) - 1] == 1) != (x > 0) for x in clause) for clause in clauses) for row in ROWS]
    assert problem.energies(ROWS).tolist() == violated


WORDS = st.sampled_from(["0", "1", "-2", "+3", "h", "\n", "\n", "\x0b", "\nc 5 %\n", "\n  c\n", "\n %", "1-2", "x"])


@settings(max_examples=200, deadline=None)
@given(words=st.lists(WORDS, max_size=30), size=st.integers(1, 20))
def test_the_borders_between_parts_are_not_seen(words: list[str], size: int) -> None:
    """Numbers, their lines, and the first bad word, against a reading line by line."""
    source = Source("a", " ".join(words).encode())
    expected, bad = [], None
    for k, line in enumerate(source.text.decode().split("\n")):
        if line.strip(" \t").startswith("%"):
            break
        if not line.strip(" \t").startswith("c"):
            expected += [(word, k + 1) for word in line.split()]
    bad = next((place for place in expected if place[0] in ("1-2", "x")), None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dimacs, "_PART", size)
        body = Body(source, 0, 0, hard=True)
        if bad:
            with pytest.raises(FileError, match=f"a, line {bad[1]}: expected an integer or h, found '{bad[0]}'"):
                _ = body.tokens
            return
        numbers = [dimacs.HARD if word == "h" else int(word) for word, _ in expected]
        assert body.tokens.tolist() == numbers
        for token, (word, line) in enumerate(expected):
            assert str(body.error("less", token)) == f"a, line {line}: expected less, found {word!r}"


def test_a_bad_word_in_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    """300 000 clauses in 4 MB: neither their words nor their lines are ever held as Python objects."""
    text = "p cnf 9999 300001\n" + "1234 -567 8 0\n" * 300_000
    for end, message in (("1 x 0\n", "found 'x'"), ("1 10000 0\n", "found '10000'"), ("1 2\n", "truncated")):
        path = write(tmp_path, "a.cnf", text + end)
        tracemalloc.start()
        with pytest.raises(ValueError, match=f"line 300002: .*{message}"):
            sgq.load(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 60e6
