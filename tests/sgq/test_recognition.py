"""Which format a text is in, and what is asked where it could be several."""

import gzip
import json
from pathlib import Path

import pytest
from format_helpers import bqpjson, write

import sgq
from sgq.formats import READERS


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
        path = write(tmp_path, name, text)
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
        text = json.dumps(bqpjson())
    assert sgq.load(write(tmp_path, name, text)).parameters == {"file": name, "format": format}
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    assert sgq.load(tmp_path / f"{name}.gz").parameters["format"] == format
