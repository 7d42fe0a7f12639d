"""The report of a sweep: what is in the page, that it needs nothing else, and that it works in a browser."""

import base64
import importlib
import io
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import sweep_examples

from sgq.report import sweep_data
from sgq.report.page import sweep_page
from sgq.report.sweep_points import judged

mpl.use("Agg")
import matplotlib.pyplot as plt

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def page_of(runs, **changed):
    arguments = {"title": "Two solvers", "specification": "n = 32", "versions": {"sgq": "0.1"}, "expected": 1000}
    return sweep_page(runs, **arguments | changed)


@pytest.fixture(scope="module")
def runs():
    return sweep_examples.runs()


@pytest.fixture(scope="module")
def page(runs):
    return page_of(runs)


class Elements(HTMLParser):
    """Tags with their attributes, the texts of table cells row by row, and every text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.tables, self.text, self.cell = [], [], "", None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_data(self, data):
        self.text += data
        if self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data

    def named(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def cells(page, table=1):
    """Rows of a table as dictionaries; the versions are table 0."""
    headings, *rows = Elements(page).tables[table]
    return [dict(zip(headings, row, strict=True)) for row in rows]


def test_a_point_of_the_table(page, runs):
    rows = cells(page)
    assert len(rows) == 4 * 3 + 3 * 7
    row = next(r for r in rows if r["solver"] == "annealing" and r["n"] == "64" and r["num_sweeps"] == "100")
    found = judged(runs)
    point = found[(found["problem"] == "SK") & (found["n"] == 64) & (found["num_sweeps"] == 100)]
    assert (row["N"], row["done"], row["failed"]) == ("64", str(len(point)), "0")
    for heading, column in (
        ("energy per spin", "ground_energy_per_spin"),
        ("success probability", "success_probability"),
    ):
        mean, error = (float(part.replace("−", "-")) for part in row[heading].split(" ± "))
        assert mean == pytest.approx(point[column].mean(), rel=0.05)
        assert error == pytest.approx(point[column].sem(), rel=0.05)
    assert row["P(SAT)"] == ""
    failed = next(r for r in rows if r["solver"] == "tempering" and r["n"] == "256")
    assert (failed["done"], failed["failed"]) == (str(len(point) - 2), "2")


def test_columns_only_where_the_measure_exists(runs):
    page = page_of(runs.drop(columns=["satisfiable", "success_probability"]))
    assert not {"P(SAT)", "success probability"} & cells(page)[0].keys()
    assert "energy per spin" in cells(page)[0]
    assert len(Elements(page).named("figure")) == 2


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
    links = {a["download"]: a["href"] for a in Elements(page).named("a")}
    assert links.keys() == {"energy-SK.csv", "time_to_solution-SK.csv", "success-SK.csv", "satisfiability-3-SAT.csv"}
    for name, data_of in (("energy-SK.csv", sweep_data.energy_data), ("success-SK.csv", sweep_data.success_data)):
        kind, text = links[name].split(",")
        assert kind == "data:text/csv;charset=utf-8;base64"
        found = pd.read_csv(io.BytesIO(base64.b64decode(text)))
        data = data_of(judged(runs))[found.columns]
        pd.testing.assert_frame_equal(found, data, check_dtype=False, rtol=1e-7)


def test_more_lines_than_a_figure_holds_make_a_further_one():
    rows = [
        {"problem": "P", "solver": f"S{k:02}", "satisfiable": 1.0, "alpha": a, "num_variables": 9, "problem_seed": 1}
        for k in range(23)
        for a in (1, 2)
    ]
    page = page_of(pd.DataFrame(rows).assign(error=None))
    assert "P, part 1 of 2" in page
    assert len(Elements(page).named("figure")) == 2


SCRIPT = """
<script>
const heading = (table, text) =>
  Array.from(document.querySelectorAll(`#${table} th button`)).find((button) => button.textContent === text);
const column = (table, text) => {
  const place = heading(table, text).closest("th").cellIndex;
  return Array.from(document.getElementById(table).tBodies[0].rows, (row) => row.cells[place].dataset.value);
};
const result = { sorts: {}, boxes: [] };
for (const text of ["energy per spin", "time to solution", "solver", "n"]) {
  const button = heading("points", text);
  button.focus();
  const states = [];
  for (const _ of [1, 2]) {
    button.click();
    states.push([button.closest("th").getAttribute("aria-sort"), column("points", text)]);
  }
  result.sorts[text] = states;
}
result.marked = document.querySelectorAll("#points th[aria-sort]").length;
for (const svg of document.querySelectorAll("figure svg")) {
  const box = svg.getBoundingClientRect(), drawn = svg.getBBox();
  result.boxes.push([box.width, box.height, drawn.width, drawn.height]);
}
result.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
const answer = document.createElement("pre");
answer.id = "answer";
answer.textContent = JSON.stringify(result);
document.body.append(answer);
</script>
"""


def opened(page, path, *options):
    """What the browser makes of a page: its document and the errors on its console."""
    file = path / "page.html"
    file.write_text(page, encoding="utf-8")
    quiet = (
        "--headless --no-sandbox --disable-gpu --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync"
    )
    run = subprocess.run(
        [
            BROWSER, *quiet.split(), f"--user-data-dir={path / 'profile'}",
            "--enable-logging=stderr", "--virtual-time-budget=5000", *options, "--dump-dom", file.as_uri(),
        ],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    return run.stdout, [line for line in run.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.skipif(BROWSER is None, reason="no chromium and no google-chrome on the path")
def test_in_a_browser(page, tmp_path):
    document, console = opened(page.replace("</body>", SCRIPT + "</body>"), tmp_path, "--window-size=600,900")
    assert console == []
    answer = Elements(document).text.rpartition('{"sorts"')
    result = json.loads(answer[1] + answer[2].strip())
    for text, (up, down) in result["sorts"].items():
        assert (up[0], down[0]) == ("ascending", "descending")
        for (_, values), backwards in ((up, False), (down, True)):
            filled = [value for value in values if value]
            assert values == filled + [""] * (len(values) - len(filled))  # empty cells last
            keys = filled if text == "solver" else [float(value) for value in filled]
            assert keys == sorted(keys, reverse=backwards)
        assert len(set(up[1])) > 1
    assert "Infinity" in result["sorts"]["time to solution"][0][1]
    assert result["marked"] == 1
    assert len(result["boxes"]) == 4
    assert np.min(result["boxes"]) > 100
    assert result["overflow"] == 0  # wide tables scroll in their own boxes


@pytest.mark.skipif(BROWSER is None, reason="no chromium and no google-chrome on the path")
def test_the_browser_would_tell_of_an_error(page, tmp_path):
    broken = page.replace("</body>", "<script>throw new Error('on purpose')</script></body>")
    _, console = opened(broken, tmp_path)
    assert len(console) == 1
    assert "on purpose" in console[0]


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
