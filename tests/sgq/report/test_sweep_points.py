"""What tells lines apart, and how values are written."""

import math

import numpy as np
import pytest
import sweep_examples
from sweep_examples import table

from sgq.report.sweep_points import groups, line_keys, line_labels, measured, with_error


@pytest.fixture(scope="module")
def runs():
    return measured(sweep_examples.runs())


def test_measures_are_numbers():
    given = table([{"hits": None, "mine": 3}, {"hits": 2, "mine": None}])
    given.attrs["measures"] = ["hits", "mine"]
    found = measured(given)
    assert found["hits"].tolist()[1] == 2.0
    assert found[["hits", "mine"]].isna().sum().tolist() == [1, 1]
    assert found.dtypes[["hits", "mine"]].tolist() == [np.dtype(float)] * 2
    assert found.attrs == given.attrs


def test_lines_are_told_apart_by_what_was_varied(runs):
    keys = line_keys(runs, ("n",))
    assert keys == ["problem", "alpha", "solver", "num_sweeps"]
    labels = line_labels(runs, keys, groups(runs[runs["problem"] == "SK"], keys))
    assert labels == ["SK · annealing, num_sweeps = 100", "SK · annealing, num_sweeps = 1000", "SK · tempering"]


def test_labels_leave_out_what_is_the_same_in_all_runs_of_a_problem():
    rows = [{"problem": f"{k}-SAT", "k": k, "alpha": a} for k in (3, 4) for a in (1, 2)]
    frame = table(rows, ["k", "alpha"])
    keys = line_keys(frame)
    labels = line_labels(frame, keys, groups(frame, keys))
    assert labels == [f"{k}-SAT, alpha = {a} · S" for k in (3, 4) for a in (1, 2)]


def test_groups_come_in_order_numbers_before_texts():
    frame = table([{"shape": s} for s in ("8,8", "4,4", 16, 9, None)], ["shape"])
    assert [values[1] for values, _ in groups(frame, line_keys(frame))][1:] == [9, 16, "4,4", "8,8"]


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (-0.76321, 0.00123, "−0.7632 ± 0.0012"),
        (0.5, 0.0998, "0.50 ± 0.10"),
        (1234.5, 31.4, "1234 ± 31"),
        (-1.0, 0.0, "−1 ± 0"),
        (2.0, math.nan, "2"),
    ],
)
def test_values_have_the_digits_of_their_errors(value, error, text):
    assert with_error(value, error) == text
