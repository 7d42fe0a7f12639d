"""The README: its Python runs, and its two commands are one line each."""

import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    assert len(code[1].splitlines()) <= 12
    exec(compile(code[1], "README.md", "exec"), {})
    assert "annealing -1" in capsys.readouterr().out


@pytest.mark.parametrize("marker", ["main command", "test command"])
def test_a_command_sets_up_and_runs_in_one_line(marker: str) -> None:
    command = re.search(rf"<!-- {marker} -->\n\n    (.*)\n\n", README)
    assert command is not None
    assert command[1].startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_every_registered_name_is_in_the_tables() -> None:
    import sgq

    for name in [*sgq.problems(), *sgq.solvers()]:
        assert f"`{name}`" in README
