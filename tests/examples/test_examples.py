"""Every example runs and draws its figure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
FEW = {"sk_ground_states": ["--sizes", "64,96,128", "--instances", "4"], "hopfield_recall": ["--instances", "2"]}
FEW |= {
    "time_to_solution": ["--sizes", "3,4", "--instances", "2"],
    "sat_transition": ["--instances", "20", "--population", "1000"],
    "sat_landscape": ["--instances", "2", "--sizes", "10,20", "--counted", "8,10"],
    "submit_to_leap": ["--mock"],
    "quantum_sat": ["--sizes", "6,8", "--instances", "3", "--p", "1,2", "--maxiter", "3"],
    "classical_and_quantum": ["--n", "8", "--instances", "3"],
    "kibble_zurek": ["--sizes", "6,8", "--times", "1,4"],
    "quantum_annealing": ["--sizes", "4,5", "--instances", "2", "--reads", "50"],
    "sat_encodings": ["--size", "5", "--instances", "2", "--num-reads", "50"],
}


def run(example: str, *options: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DWAVE_", "HOME")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(hidden)} | {"MPLBACKEND": "Agg"}
    command = [sys.executable, str(EXAMPLES / f"{example}.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("example", sorted(path.stem for path in EXAMPLES.glob("*.py")))
def test_example(example: str, tmp_path: Path) -> None:
    figure = tmp_path / "figure.png"
    finished = run(example, "--output", str(figure), *FEW.get(example, []))
    assert finished.returncode == 0, finished.stderr
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert len((EXAMPLES / f"{example}.py").read_text().splitlines()) < 60


def test_leap_without_a_token_explains_what_to_configure(tmp_path: Path) -> None:
    finished = run("submit_to_leap", "--output", str(tmp_path / "figure.png"))
    assert finished.returncode == 1
    assert "DWAVE_API_TOKEN" in finished.stdout + finished.stderr
    assert "Traceback" not in finished.stderr
