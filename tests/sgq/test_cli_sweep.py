"""`sgq sweep` and `sgq report`: what they print and write, and one line for every kind of bad input."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sgq
from sgq import cli
from sgq.sweeps import Sweep

SWEEP = """
name = "two glasses"
instances = 3
measures = ["ground_energy", "time_to_solution", "my_measure:rows"]
[problems.sherrington-kirkpatrick]
parameters = { n.each = [5, 7] }
[solvers.neal]
parameters = { num_reads = 4 }
[solvers.exhaustive]
parameters = { max_states = 2 }
"""


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    (tmp_path / "my_measure.py").write_text("def rows(problem, samples):\n    return len(samples)\n")
    (tmp_path / "sweep.toml").write_text(SWEEP)
    return tmp_path / "sweep.toml"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sgq", *map(str, arguments)])
        monkeypatch.setattr(sys, "path", list(sys.path))
        with pytest.raises(SystemExit) as exit:
            cli.main()
        return int(exit.value.code or 0), *capsys.readouterr()

    return call


def test_run_status_export_report(run: Any, sweep: Path) -> None:
    store = sweep.with_suffix(".db")
    code, out, err = run("sweep", "run", sweep, "--workers", 2)
    assert (code, err) == (0, "")  # quiet where stderr is no terminal
    assert "two glasses" in out
    status = json.loads(run("sweep", "status", store, "--json")[1])
    assert (status["done"], status["failed"], status["expected"]) == (12, 0, 12)
    assert status["cells"][0] == {"problem": "sherrington-kirkpatrick, n = 5", "solver": "neal", "done": 3, "failed": 0}
    assert "n = 7" in run("sweep", "status", store)[1]
    assert run("sweep", "export", store, "-o", sweep.with_suffix(".csv"))[0] == 0
    lines = sweep.with_suffix(".csv").read_text().splitlines()
    assert len(lines) == 13
    assert "ground_energy" in lines[0]
    assert Sweep.of(store).to_pandas(store).rows.max() == 4
    page = sweep.with_suffix(".html")
    assert run("report", store, "-o", page)[0] == 0
    text = page.read_text()
    assert text.count("<svg") >= 2
    assert "two glasses" in text
    assert "numpy" in text


def test_python_m_sgq_is_the_command() -> None:
    told = subprocess.run([sys.executable, "-m", "sgq", "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == sgq.__version__


def test_failures_are_an_exit_code_and_a_line(run: Any, sweep: Path) -> None:
    (sweep.parent / "my_measure.py").write_text("def rows(problem, samples):\n    return 1 / (len(samples) - 2)\n")
    sys.modules.pop("my_measure", None)
    code, out, _ = run("sweep", "run", sweep, "--serial", "--json")
    assert code == 1
    status = json.loads(out)
    assert status["failed"] == 6
    assert status["errors"] == ["ZeroDivisionError: division by zero"]
    assert "failed: ZeroDivisionError: division by zero" in run("sweep", "status", sweep.with_suffix(".db"))[1]
    assert run("sweep", "run", sweep, "--serial")[0] == 1  # not tried again
    assert run("sweep", "run", sweep, "--serial", "--retry")[0] == 1
    (sweep.parent / "my_measure.py").write_text("def rows(problem, samples):\n    return 1\n")
    sys.modules.pop("my_measure", None)
    assert run("sweep", "run", sweep, "--workers", 1)[0] == 0  # another measure, for its code is another
    sys.modules.pop("my_measure", None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sweep", "run", "lost.toml"], "lost.toml"),
        (["sweep", "run", "{toml}", "nowhere/s.db"], "STORE nowhere/s.db: a file in a folder that exists"),
        (["sweep", "run", "{toml}", "--serial", "--workers", "2"], "--workers, --serial and --dask exclude each other"),
        (["sweep", "run", "{toml}", "--workers", "0"], "workers=0: an integer of at least 1"),
        (["sweep", "run", "{toml}", "--dusk", "x"], "--dusk"),
        (["sweep", "status", "lost.db"], "lost.db: no such store"),
        (["sweep", "status", "{toml}"], "sweep.toml: no store of a sweep"),
        (["sweep", "export", "lost.db", "-o", "a.csv"], "lost.db: no such store"),
        (["sweep", "export", "lost.db"], "--output"),
        (["sweep", "states", "s.db"], "states"),
        (["report", "lost.db", "-o", "r.html"], "lost.db: no such store"),
        (["report", "{toml}", "-o", "{toml}"], "this is the store; choose another file"),
        (["sweep", "export", "{toml}", "-o", "{toml}"], "this is the store; choose another file"),
        (["report", "{toml}", "-o", "r.html"], "sweep.toml: no store of a sweep"),
    ],
)
def test_bad_input_is_one_line(run: Any, sweep: Path, arguments: list[str], words: str) -> None:
    code, _, err = run(*(argument.format(toml=sweep) for argument in arguments))
    assert code == 2
    assert words in err
    assert err.count("\n") == 1
