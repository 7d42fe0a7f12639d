"""What annealing and cdcl reach on instances somebody else wrote, through the command line.

    python tests/benchmarks/real_instances.py DATA

DATA holds the folders gset, torus_dimacs, chimera_droplet and satlib_*, each with its optima.csv.
"""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


def solve(file: Path, *options: str) -> dict[str, Any]:
    """What ``sgq solve --json`` says of a file."""
    command = [str(Path(sys.executable).with_name("sgq")), "solve", str(file), "--seed", "1", "--json", *options]
    result: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    return result


def optima(folder: Path) -> dict[Path, str]:
    """The stated value of each file of a folder."""
    with (folder / "optima.csv").open() as lines:
        return {folder / row["file"]: row["value"] for row in csv.DictReader(lines)}


def main(data: Path) -> None:
    """Print the table."""
    table = Table("file", "stated", "found", "seconds")

    def row(name: str, stated: str, answer: dict[str, Any], found: object) -> None:
        table.add_row(name, stated, str(found), f"{answer['seconds']:.1f}")

    for name, folder, limit in (("G1", "gset", "10"), ("toruspm3-8-50", "torus_dimacs", "30")):
        file, stated = next((f, v) for f, v in optima(data / folder).items() if f.name.startswith(f"{name}."))
        answer = solve(file, "--format", "rudy", "--time-limit", limit)
        row(name, stated, answer, f"cut {answer['solution']['cut']}, energy {answer['best energy']}")
    for file, stated in optima(data / "chimera_droplet").items():
        if "chimera128" in file.name:
            target = ("--target-energy", str(float(stated) + 1e-4))
            answer = solve(file, "--format", "ising", "--time-limit", "60", *target)
            row(file.name, stated, answer, answer["best energy"])
    for folder in ("satlib_uf50-218", "satlib_uuf50-218"):
        answers = {file: solve(file, "--solver", "cdcl") for file in sorted((data / folder).glob("*.cnf.gz"))}
        right = sum(answer["satisfiable"] == folder.startswith("satlib_uf") for answer in answers.values())
        table.add_row(f"{folder}, cdcl", f"{len(answers)} right", f"{right} right", "")
    answers = {file: solve(file, "--time-limit", "2") for file in sorted((data / "satlib_uf20-91").glob("*.cnf.gz"))}
    models = sum(answer["best energy"] == 0 for answer in answers.values())
    table.add_row("satlib_uf20-91, annealing", f"{len(answers)} models", f"{models} models", "")
    Console(width=120).print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
