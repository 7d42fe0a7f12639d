"""A figure has eight lines at most; those of one problem point stay together where they fit."""

import pytest
from sweep_examples import table

from sgq.report import sweep_data
from sgq.report.sweep_parts import LINES, parts
from sgq.report.sweep_points import measured


def times(points, solvers, problem_axes, solver_axes=()):
    rows = [{"problem": "P", **p, **s, "time_to_solution": 1.0} for p in points for s in solvers]
    runs = measured(table(rows, problem_axes, solver_axes))
    return runs, sweep_data.time_data(runs)


def of(runs, data, together=True):
    found = list(parts(runs, data, together=together))
    lines = [line for _, part in found for line in part["line"].unique()]
    assert lines == data["line"].unique().tolist()  # all of them, once, in order
    assert all(part["line"].nunique() <= LINES for _, part in found)
    return {name: part for name, part in found} if len(dict(found)) == len(found) else pytest.fail("names recur")


FOUR = [{"solver": f"S{k}"} for k in range(4)]


def test_problem_points_stay_whole():
    points = [{"n": n, "alpha": a} for n in (20, 40) for a in (3, 3.5, 4.25)]
    found = of(*times(points, FOUR, ["n", "alpha"]))
    assert list(found) == [
        "P, n = 20, alpha = 3 and 3.5", "P, n = 20, alpha = 4.25",
        "P, n = 40, alpha = 3 and 3.5", "P, n = 40, alpha = 4.25",
    ]  # fmt: skip
    for part in found.values():
        assert (part.groupby(["n", "alpha"])["solver"].nunique() == 4).all()


def test_few_lines_of_many_problems_share_a_figure_and_many_do_not():
    points = [{"problem": name} for name in "AB"]
    assert list(of(*times(points, FOUR, []))) == ["A, B"]
    assert list(of(*times(points, FOUR, []), together=False)) == ["A", "B"]
    assert list(of(*times([*points, {"problem": "C"}], FOUR, []))) == ["A", "B", "C"]


def test_a_point_of_many_lines_is_split_evenly():
    found = of(*times([{}], [{"solver": f"S{k:02}"} for k in range(18)], []))
    assert list(found) == [f"P, part {k} of 3" for k in (1, 2, 3)]
    assert [part["line"].nunique() for part in found.values()] == [6, 6, 6]
    solvers = [{"solver": s, "num_sweeps": k} for s in ("A", "B") for k in range(6)]
    found = of(*times([{"n": 1}, {"n": 2}], solvers, ["n"], ["num_sweeps"]))
    assert list(found) == [f"P, n = {n}, part {k} of 2" for n in (1, 2) for k in (1, 2)]
    assert [set(part["solver"]) for part in found.values()] == [{"A"}, {"B"}] * 2


def test_a_name_that_would_be_long_is_a_number():
    points = [{"n": n} for n in range(11)]
    found = of(*times(points, [{"solver": "S"}], ["n"]))
    assert list(found) == ["P, part 1 of 2", "P, part 2 of 2"]
    points = [{"n": n, "alpha": a} for n in range(4) for a in range(3)]
    assert list(of(*times(points, [{"solver": "S"}], ["n", "alpha"]))) == ["P, part 1 of 2", "P, part 2 of 2"]


def test_curves_of_satisfiability_are_not_cut_along_alpha():
    rows = [{"satisfiable": 1, "alpha": a, "n": n} for n in range(1, 10) for a in (3.0, 4.0)]
    runs = measured(table(rows, ["n", "alpha"]))
    found = of(runs, sweep_data.satisfiability_data(runs))
    assert [part["line"].nunique() for part in found.values()] == [5, 4]
    assert all((part.groupby("line")["alpha"].nunique() == 2).all() for part in found.values())
