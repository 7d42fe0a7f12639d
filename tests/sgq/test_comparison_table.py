"""A comparison as CSV, JSON, DataFrame, tables and pickle: all say the same."""

import csv
import io
import json
import math
import pickle

import numpy as np
import pytest
from comparing_helpers import Failing, Fake, glass, row_of

import sgq


def test_exports_agree(tmp_path):
    comparison = sgq.compare(
        glass(),
        {"hit": (Fake(), {}), "miss": (Fake(counts=[9]), {}), "bad": (Failing(ValueError("a,\n'b'")), {})},
        target_energy=-1e3,
        time_limit=1,
    )
    text = comparison.to_csv(tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text() == text
    table = list(csv.DictReader(io.StringIO(text)))
    document = comparison.to_json(tmp_path / "table.json")
    assert (tmp_path / "table.json").read_text() == document
    rows = json.loads(document, parse_constant=pytest.fail)["rows"]
    frame = comparison.to_pandas()
    for k, row in enumerate(comparison):
        assert table[k]["label"] == rows[k]["label"] == frame.label[k] == row.label
        assert rows[k]["target"] == float(table[k]["target"]) == frame.target[k] == -1000.0
    assert float(table[1]["time_to_solution"]) == frame.time_to_solution[1] == math.inf
    assert rows[1]["time_to_solution"] is None
    assert rows[1]["hits"] == 0
    assert rows[1]["time_low"] == comparison.rows[1].time_low
    assert table[2]["error"] == rows[2]["error"] == "a, 'b'"
    assert table[2]["best"] == ""
    assert rows[0]["ignored"] == ["time_limit"]
    assert table[0]["ignored"] == "time_limit"


def test_json_of_a_problem_with_numpy_parameters():
    problem = type(glass())(**{**vars(glass()), "parameters": {"field": np.float64("nan"), "n": np.int64(3)}})
    document = sgq.compare(problem, {"fake": (Fake(), {})}).to_json()
    assert json.loads(document)["problem"]["parameters"] == {"field": None, "n": 3}


def test_tables_show_every_row_and_fit_80_columns():
    from rich.console import Console

    comparison = sgq.compare(
        glass(), {"a solver with a long <label>": ("neal", {"num_reads": 100}), "all": ("exhaustive", {})}, seed=1
    )
    console = Console(width=80, file=io.StringIO())
    console.print(comparison)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    best = f"{row_of(comparison, 'all').best:.8g}"
    assert sum(best in line for line in lines) == 3  # the title, and both rows uncut
    assert "a solver with a long &lt;label&gt;" in comparison._repr_html_()
    assert repr(comparison) == "<Comparison of a solver with a long <label>, all on <ising-model: 10 variables>>"


def test_comparisons_pickle():
    comparison = sgq.compare(glass(), {"greedy": ("greedy", {})})
    assert pickle.loads(pickle.dumps(comparison)).rows == comparison.rows
