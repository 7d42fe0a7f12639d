"""A random 3-SAT formula of 10^6 variables at alpha = 4.2: seconds and memory of draw, file, and energies.

    python tests/benchmarks/satisfiability_scale.py [VARIABLES]

Each step runs in a process of its own, three times, and the medians are printed. The peak is that of the whole process,
the libraries with it, and for the steps that start from a formula also the draw. Where other programs run, the CPU time
says more.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import sgq

ALPHA = 4.2
ROWS = 10
REPEATS = 3
DRAWS = {
    "draw": {},
    "draw, quiet": {"planted": "quiet"},
    "draw, regular": {"regular": True},
    "draw, with replacement": {"replacement": True},
}
STEPS = (*DRAWS, "write", "read", f"energies of {ROWS}", "write wcnf", "read wcnf")


def measure(step: str, n: int, folder: Path) -> dict[str, float]:
    """Seconds of one step, by the clock and of the processor, and the peak of memory in MB."""
    sgq.load(small_file(folder))  # imports what every step does
    path = folder / ("f.wcnf" if step.endswith("wcnf") else "f.cnf")
    draw = DRAWS.get(step, {})
    formula = None if step in DRAWS or step.startswith("read") else sgq.build("k-sat", n=n, alpha=ALPHA, seed=1)
    rows = np.random.default_rng(0).integers(0, 2, (ROWS, n), dtype=np.int8)
    start, cpu = time.perf_counter(), time.process_time()
    if step in DRAWS:
        sgq.build("k-sat", n=n, alpha=ALPHA, seed=1, **draw)
    elif step.startswith("read"):
        sgq.load(path)
    elif formula is not None and step.startswith("write"):
        sgq.save(formula, path)
    elif formula is not None:
        formula.energies(rows)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {"seconds": seconds, "cpu": cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def small_file(folder: Path) -> Path:
    """A formula of one clause."""
    path = folder / "small.cnf"
    path.write_text("p cnf 1 1\n1 0\n")
    return path


def main(n: int) -> None:
    """Print the table."""
    table = Table(f"{n} variables, {round(ALPHA * n)} clauses", "seconds", "CPU, s", "peak, MB")
    with tempfile.TemporaryDirectory() as folder:
        for step in STEPS:
            command = [sys.executable, __file__, "--measure", step, str(n), folder]
            output = [subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout for _ in range(REPEATS)]
            runs = [json.loads(text) for text in output]
            seconds, cpu, most = (statistics.median(run[key] for run in runs) for key in runs[0])
            table.add_row(step, f"{seconds:.2f}", f"{cpu:.2f}", f"{most:.0f}")
        size = (Path(folder) / "f.cnf").stat().st_size / 1e6
    console = Console(width=120)
    console.print(table)
    console.print(f"The DIMACS file has {size:.0f} MB.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10**6)
