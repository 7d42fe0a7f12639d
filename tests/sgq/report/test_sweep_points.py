"""Runs that missed, what tells lines apart, and how values are written."""

import math

import numpy as np
import pytest
import sweep_examples
from sweep_examples import table

from sgq.report.sweep_points import groups, judged, line_keys, line_labels, with_error


@pytest.fixture(scope="module")
def runs():
    return judged(sweep_examples.runs())


def test_a_run_that_another_went_below_has_hit_nothing():
    energies = [-10.0, -10.0 + 1e-9, -9.5, -9.5, math.nan]
    rows = [
        {"ground_energy": e, "problem_seed": s, "hits": 3, "success_probability": 0.3, "time_to_solution": 1.0,
         "time_to_solution_low": 0.5, "time_to_solution_high": 2.0}
        for e, s in zip(energies, (1, 1, 1, 2, 1), strict=True)
    ]  # fmt: skip
    given = table(rows)
    found = judged(given)
    assert found["hits"].tolist() == [3, 3, 0, 3, 3]
    assert found["success_probability"].tolist() == [0.3, 0.3, 0.0, 0.3, 0.3]
    assert found["time_to_solution"].tolist() == [1, 1, math.inf, 1, 1]
    assert found["time_to_solution_high"].tolist() == [2, 2, math.inf, 2, 2]
    assert found["time_to_solution_low"].tolist() == [0.5] * 5
    assert given["hits"].tolist() == [3] * 5  # the caller's table stays as it was
    assert found.attrs == given.attrs


def test_instances_are_one_only_if_problem_parameters_and_seed_agree():
    rows = [{"ground_energy": -1.0 * n, "n": n, "problem_seed": 1, "time_to_solution": 1.0} for n in (8, 16)]
    assert np.isfinite(judged(table(rows, ["n"]))["time_to_solution"]).all()
    rows = [{"ground_energy": e, "problem_seed": None, "time_to_solution": 1.0} for e in (-1.0, -2.0)]
    assert judged(table(rows))["time_to_solution"].tolist() == [math.inf, 1.0]  # a file has no seed


def test_a_miss_makes_no_success_where_there_was_no_measure():
    """Rows that are no independent reads have no success probability, hit or miss."""
    rows = [{"ground_energy": e, "problem_seed": 1, "success_probability": None} for e in (-1.0, -2.0)]
    assert judged(table(rows))["success_probability"].isna().all()


def test_a_given_target_is_kept():
    rows = [
        {"ground_energy": e, "problem_seed": 1, "hits": 3, "target_energy": t}
        for e, t in ((-2, None), (-1, -1), (-1, None))
    ]
    assert judged(table(rows))["hits"].tolist() == [3, 3, 0]


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
