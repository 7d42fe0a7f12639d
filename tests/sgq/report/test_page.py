"""The report of a sweep: what is in the page, and that it needs nothing else."""

import base64
import importlib
import io
import re
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import sweep_examples
from sweep_examples import table
from sweep_pages import Elements, cells, page_of

from sgq.report import sweep_data
from sgq.report.sweep_points import measured

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(scope="module")
def runs():
    return sweep_examples.runs()


@pytest.fixture(scope="module")
def page(runs):
    return page_of(runs)


def test_a_point_of_the_table(page, runs):
    rows = cells(page)
    assert len(rows) == 4 * 3 + 3 * 7
    row = next(r for r in rows if r["solver"] == "annealing" and r["n"] == "64" and r["num_sweeps"] == "100")
    found = measured(runs)
    point = found[(found["problem"] == "SK") & (found["n"] == 64) & (found["num_sweeps"] == 100)]
    assert (row["N"], row["done"], row["failed"]) == ("64", str(len(point)), "0")
    for heading, column in (
        ("energy per spin", "ground_energy_per_spin"),
        ("success probability", "success_probability"),
    ):
        mean, error = (float(part.replace("−", "-")) for part in row[heading].split(" ± "))
        assert mean == pytest.approx(point[column].mean(), rel=0.05)
        assert error == pytest.approx(point[column].sem(), rel=0.05)
    assert row["SAT / UNSAT / open"] == ""  # a glass has no clauses
    failed = next(r for r in rows if r["solver"] == "tempering" and r["n"] == "256")
    assert (failed["done"], failed["failed"]) == (str(len(point) - 2), "2")


def test_columns_only_where_the_measure_exists(runs):
    page = page_of(runs.drop(columns=["satisfiable", "success_probability"]))
    assert not {"SAT / UNSAT / open", "success probability"} & cells(page)[0].keys()
    assert "energy per spin" in cells(page)[0]
    assert len(Elements(page).named("figure")) == 3
    assert "SAT / UNSAT / open" not in Elements(page).text


def test_answers_are_counted_for_each_solver():
    answers = {"annealing": [1, 1, None, None], "cdcl": [1, 1, 0, None], "broken": [None] * 4}
    rows = [
        {"problem": "P", "solver": solver, "satisfiable": answer, "problem_seed": k, "num_variables": 9}
        for solver, found in answers.items()
        for k, answer in enumerate(found)
    ]
    page = page_of(table([*rows, {"problem": "SK", "solver": "annealing", "problem_seed": 9, "num_variables": 9}]))
    assert {(row["problem"], row["solver"]): row["SAT / UNSAT / open"] for row in cells(page)} == {
        ("P", "annealing"): "2 / 0 / 2",
        ("P", "broken"): "0 / 0 / 4",
        ("P", "cdcl"): "2 / 1 / 1",
        ("SK", "annealing"): "",
    }
    keys = [td.get("data-value") for td in Elements(page).named("td")]
    assert {"2.0", "0.0"} <= set(keys)  # sorted by how many were solved


def test_a_contradiction_is_a_warning_and_the_page_is_made():
    rows = [
        {"solver": solver, "satisfiable": answer, "alpha": alpha, "problem_seed": 8}
        for alpha in (3, 4.5)
        for solver, answer in (("annealing", 1), ("<cdcl>", 1 if alpha == 3 else 0))
    ]
    frame = table(rows, ["alpha"]).assign(num_variables=9)
    page = page_of(frame)
    assert "P, alpha = 4.5, seed = 8: annealing found a solution, <cdcl> proved that there is none." in (
        Elements(page).text
    )
    assert [e for e in Elements(page).named("div") if e.get("role") == "alert"]
    assert "1 formula is undecided" in " ".join(Elements(page).text.split())
    many = pd.concat([frame.assign(problem_seed=k) for k in range(30)])
    many.attrs = frame.attrs
    assert "10 more are not shown" in page_of(many)
    frame["satisfiable"] = 1
    assert not [e for e in Elements(page_of(frame)).named("div") if e.get("role") == "alert"]


def test_summary(page, runs):
    failed = int(runs["error"].notna().sum())
    text = Elements(page).text
    assert f"{len(runs) - failed} of 1000 done, {failed} failed, {1000 - len(runs)} not yet run" in text
    assert "2025-06-15 15:06 to 2025-06-15 15:17 UTC" in text
    assert "n = 32" in text


def test_no_runs():
    for runs in (pd.DataFrame(), sweep_examples.runs().iloc[:0]):
        page = page_of(runs)
        assert "There are no runs yet" in page
        assert not Elements(page).named("figure")


def test_nothing_but_failures(runs):
    page = page_of(runs[runs["error"].notna()])
    assert not Elements(page).named("figure")
    assert len(cells(page, 2)) == runs["error"].notna().sum()


def test_failures_are_cut_and_counted(runs):
    many = pd.concat([runs[runs["error"].notna()]] * 60, ignore_index=True)
    many.attrs = runs.attrs
    page = page_of(many)
    assert len(cells(page, 2)) == 200
    assert f"{len(many) - 200} more failures are not shown" in page


def test_what_users_write_is_escaped(runs):
    evil = "<script>alert(1)</script>&\"'"
    runs = runs.replace({"problem": {"SK": evil}, "solver": {"annealing": evil}})
    page = page_of(runs, title=evil, specification=evil, versions={evil: evil})
    elements = Elements(page)
    assert len(elements.named("script")) == 1  # the page's own
    assert "ladder too hot: <script>alert(1)</script>" in elements.text
    assert evil in elements.text
    assert "</script>&" not in page


def test_the_page_loads_nothing(page):
    for tag, attributes in Elements(page).tags:
        assert not {"src", "srcset", "action", "poster"} & attributes.keys(), tag
        for name in ("href", "xlink:href"):
            assert attributes.get(name, "#").startswith(("#", "data:")), (tag, attributes[name])
    assert "@import" not in page
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", page))
    assert {address for address in re.findall(r"https?://[^\s\"'<]*", page)} == {
        "http://www.w3.org/1999/xlink",
        "http://www.w3.org/2000/svg",
    }  # names, not addresses


def test_equal_data_give_equal_pages_and_leave_no_figure_open(page, runs):
    before = plt.get_fignums()
    assert page_of(runs) == page
    assert plt.get_fignums() == before
    assert len(page) < 400_000


def test_ids_are_unique(page):
    ids = [attributes["id"] for _, attributes in Elements(page).tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    used = re.findall(r"(?:url\(#|href=\"#)([^)\"]*)", page)
    assert used
    assert set(used) <= set(ids)


def test_links_hold_the_data(page, runs):
    links = {a["download"]: a["href"] for a in Elements(page).named("a") if "download" in a}
    parts = ("SK-n-32-and-64", "SK-n-128-and-256")
    for kind, subjects, data_of in (
        ("energy", ["SK"], sweep_data.energy_data),
        ("time_to_solution", parts, sweep_data.time_data),
        ("success", parts, sweep_data.success_data),
        ("satisfiability", ["3-SAT"], sweep_data.satisfiability_data),
    ):
        texts = [links.pop(f"{kind}-{subject}.csv").split(",") for subject in subjects]
        assert {start for start, _ in texts} == {"data:text/csv;charset=utf-8;base64"}
        found = pd.concat([pd.read_csv(io.BytesIO(base64.b64decode(text))) for _, text in texts], ignore_index=True)
        data = data_of(measured(runs))[found.columns]
        pd.testing.assert_frame_equal(found, data, check_dtype=False, rtol=1e-7)
    assert not links


def test_parts_of_a_figure_have_names_of_their_own_and_one_explanation():
    rows = [
        {"solver": f"S{k}", "n": n, "num_variables": 9, "time_to_solution": 1.0 + k, "problem_seed": 1}
        for k in range(6)
        for n in (-1, 1, 2.5)
    ]
    page = page_of(table(rows, ["n"]))
    elements = Elements(page)
    assert len(elements.named("figure")) == 3
    for n in ("-1", "1", "2.5"):
        assert f"(P, n = {n})" in elements.text
    assert [a["download"] for a in elements.named("a") if "download" in a] == [
        "time_to_solution-P-n-1.csv", "time_to_solution-P-n-1_2.csv", "time_to_solution-P-n-2.5.csv",
    ]  # fmt: skip
    assert page.count("Full marks are") == 1
    assert [a["href"] for a in elements.named("a") if "download" not in a] == ["#figure-1"] * 2
    ids = [attributes["id"] for _, attributes in elements.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("library", ["jinja2", "matplotlib.pyplot"])
def test_a_missing_library_says_what_to_install(runs, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=r'pip install "sgq\[plot\]"'):
        page_of(runs)


def test_without_pandas_the_import_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.delitem(sys.modules, "sgq.report.page")
    with pytest.raises(ImportError, match=r'pip install "sgq\[plot\]"'):
        importlib.import_module("sgq.report.page")


def test_measures_of_the_users_own_have_a_column(runs):
    mine = runs.assign(frozen_spins=np.where(runs["n"] == 32, 3.0, 5.0))
    mine.attrs["measures"] = ["ground_energy_per_spin", "frozen_spins"]
    rows = cells(page_of(mine))
    assert {row["frozen spins"] for row in rows if row["N"] == "32"} == {"3 ± 0"}
    assert "ground energy per spin" not in rows[0]
