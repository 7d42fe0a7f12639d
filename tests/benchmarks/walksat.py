"""Local search on clauses: flips per second of CPU time, and times to solve random and library formulas, on one thread.

    python tests/benchmarks/walksat.py DATA [--cadical PROGRAM] [--json FILE]

DATA holds the folder satlib_uf250-1065. With CaDiCaL's program (Debian: cadical), the flips per second of its own
random walk, which is probSAT in C++, stand beside ours.
"""

import argparse
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from instances import middle, show

import sgq
from sgq.problem import Problem

HEURISTICS = ("probsat", "walksat")
REPEATS = 5
FLIPS = 2_000_000
LARGEST = 10_000  # beyond it CaDiCaL's walks end before they have come down from their random assignment
CASES = (
    (100, 3, 4.2),
    (1000, 3, 4.2),
    (10_000, 3, 4.0),
    (10_000, 3, 4.2),
    (10_000, 5, 20.0),
    (100_000, 3, 4.0),
    (1_000_000, 3, 4.0),
)


def rates(cadical: str | None) -> list[dict[str, Any]]:
    """Millions of flips per second of the walks, the heuristics in turn."""
    rows = []
    for n, k, alpha in CASES:
        problem = sgq.build("k-sat", n=n, k=k, alpha=alpha, seed=1)
        found: dict[str, list[float]] = {h: [] for h in HEURISTICS}
        for seed in range(REPEATS):
            for heuristic in HEURISTICS:
                info = walk(problem, heuristic, seed, max_flips=FLIPS, num_reads=1 if n > 1000 else 20)[1]
                found[heuristic].append(1e-6 * info["flips_per_second"])
        peer = cadical_rate(cadical, problem) if cadical and n <= LARGEST else None
        cells: dict[str, Any] = {h: middle(found[h]) for h in HEURISTICS}
        ratio = cells["probsat"][0] / peer if peer else None
        rows.append({"N": n, "K": k, "alpha": alpha, **cells, "CaDiCaL": peer, "ratio": ratio})
    return rows


def times(n: int, alpha: float, instances: int, heuristic: str) -> dict[str, Any]:
    """Seconds to a solution of random 3-SAT, from the call to the answer."""
    solved, seconds, flips = 0, [], []
    for seed in range(instances):
        problem = sgq.build("k-sat", n=n, alpha=alpha, seed=100 + seed)
        took, info = walk(problem, heuristic, seed, time_limit=60)
        solved += bool(info["satisfiable"])
        seconds.append(took)
        flips.append(float(info["flips"]))
    row = {"N": n, "alpha": alpha, "heuristic": heuristic, "solved": f"{solved}/{instances}"}
    return {**row, "seconds": middle(seconds), "flips": middle(flips)}


def library(folder: Path, heuristic: str) -> dict[str, Any]:
    """Seconds to a solution of the files uf250."""
    files = sorted(folder.glob("*.cnf.gz"))
    runs = [walk(sgq.load(file), heuristic, 1, time_limit=10) for file in files]
    solved = sum(bool(info["satisfiable"]) for _, info in runs)
    row = {"files": folder.name, "heuristic": heuristic, "solved": f"{solved}/{len(files)}"}
    return {**row, "seconds": middle([t for t, _ in runs]), "flips": middle([float(i["flips"]) for _, i in runs])}


def walk(problem: Problem, heuristic: str, seed: int, **options: Any) -> tuple[float, dict[str, Any]]:
    """Seconds of one call on one thread, and what it says."""
    started = time.perf_counter()
    samples = sgq.solve(problem, "walksat", heuristic=heuristic, seed=seed, num_threads=1, **options)
    return time.perf_counter() - started, samples.info["sgq"]


def cadical_rate(program: str, problem: Problem) -> float | None:
    """Most millions of flips per second in three rounds of CaDiCaL's random walk."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "formula.cnf"
        sgq.save(problem, file)
        command = [program, "-L3", "-n", "-c", "0", "-t", "60", "--walkmineff=10000000", "--walkmaxeff=2000000000"]
        text = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False).stdout
    units = {"": 1e-6, "thousand ": 1e-3, "million ": 1.0}
    found = re.findall(r"([\d.]+) (thousand |million |)flips per second", text)
    return max((float(number) * units[unit] for number, unit in found), default=None)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cadical")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    walk(sgq.build("k-sat", n=10, m=10, seed=1), "probsat", 1)
    columns = ["N", "K", "alpha", *HEURISTICS, "CaDiCaL", "ratio"]
    show("Million flips per second", columns, rates(arguments.cadical), arguments.json)
    cases = ((10_000, 4.0, 10), (10_000, 4.1, 10), (10_000, 4.2, 3), (100_000, 4.0, 3))
    rows = [times(*case, heuristic) for case in cases for heuristic in HEURISTICS]
    show("Random 3-SAT", ["N", "alpha", "heuristic", "solved", "seconds", "flips"], rows, arguments.json)
    rows = [library(arguments.data / "satlib_uf250-1065", heuristic) for heuristic in HEURISTICS]
    show("SATLIB", ["files", "heuristic", "solved", "seconds", "flips"], rows, arguments.json)


if __name__ == "__main__":
    main()
