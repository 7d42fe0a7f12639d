"""A report's tables sort and its figures show in a browser, without an error."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import sweep_examples
from sweep_pages import Elements, page_of

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def page():
    return page_of(sweep_examples.runs())


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
    assert len(result["boxes"]) == 6
    assert np.min(result["boxes"]) > 100
    assert result["overflow"] == 0  # wide tables scroll in their own boxes


@pytest.mark.skipif(BROWSER is None, reason="no chromium and no google-chrome on the path")
def test_the_browser_would_tell_of_an_error(page, tmp_path):
    broken = page.replace("</body>", "<script>throw new Error('on purpose')</script></body>")
    _, console = opened(broken, tmp_path)
    assert len(console) == 1
    assert "on purpose" in console[0]
