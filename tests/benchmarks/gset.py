"""Cuts of Gset graphs by default parameters on one core, beside the best known.

    python tests/benchmarks/gset.py [--seconds 60] [--solvers annealing,tempering] [--seed 1] [--json FILE] DATA [G1 …]

DATA holds the folder gset with its optima.csv.
"""

import argparse
import csv
import time
from pathlib import Path

from instances import show

import sgq

GRAPHS = ["G1", "G22", "G43", "G39", "G55", "G60", "G70"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("graphs", nargs="*", default=GRAPHS)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--solvers", default="annealing,tempering")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    folder = arguments.data / "gset"
    with (folder / "optima.csv").open() as lines:
        best = {row["instance"]: row["value"] for row in csv.DictReader(lines)}
    files = {file.name.split(".")[0]: file for file in folder.iterdir() if file.name.startswith("G")}
    rows = []
    for name in arguments.graphs:
        problem = sgq.load(files[name], format="rudy")
        row = {"graph": name, "spins": problem.num_variables, "best known": best[name]}
        for solver in arguments.solvers.split(","):
            started = time.perf_counter()
            answer = sgq.solve(problem, solver, time_limit=arguments.seconds, num_threads=1, seed=arguments.seed)
            row[f"{solver}, cut"] = round(problem.decode(answer.first.sample).cut)
            row[f"{solver}, s"] = time.perf_counter() - started
            row[f"{solver}, kernel"] = answer.info["sgq"]["kernel"]
        rows.append(row)
        show(f"Gset, {arguments.seconds:g} s", list(row), [row], arguments.json)
    show(f"Gset, {arguments.seconds:g} s", list(rows[0]), rows)


if __name__ == "__main__":
    main()
