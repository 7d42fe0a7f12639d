"""Instances of the benchmarks, and what a benchmark prints."""

import json
import statistics
from pathlib import Path
from typing import Any

import dimod
import numpy as np
from rich.console import Console
from rich.table import Table

GROUND = {  # best known energies: long annealing and parallel tempering agree
    "EA3D_pm_L8": -902.0,
    "EA3D_pm_L10": -1778.0,
    "EA3D_gauss_L8": -862.2392,
    "EA3D_gauss_L10": -1695.3896,
    "SK128": -91.9692,
    "SK256": -188.3002,
}


def model_of(folder: Path, name: str) -> dimod.BinaryQuadraticModel:
    """An instance of the folder generated_ising, or a Sherrington–Kirkpatrick model of any size."""
    if name in ("SK1024", "SK2048"):
        n = int(name[2:])
        i, j = np.triu_indices(n, 1)
        w = np.random.default_rng(1).normal(size=len(i)) / np.sqrt(n)
    else:
        file = np.load(folder / f"{name}.npz")
        n, i, j, w = int(file["N"]), file["i"], file["j"], file["w"]
    return dimod.BinaryQuadraticModel.from_numpy_vectors(np.zeros(n), (i, j, w), 0.0, "SPIN")


def rms(model: dimod.BinaryQuadraticModel) -> float:
    """Root mean square over sites of the square root of Σ J²."""
    return float(np.sqrt(2 * sum(w * w for w in model.quadratic.values()) / model.num_variables))


def show(title: str, columns: list[str], rows: list[dict[str, Any]], file: Path | None = None) -> None:
    """Print a table, and append its rows to a JSON file, one a line."""
    table = Table(*columns, title=title)
    for row in rows:
        table.add_row(*(_text(row.get(column)) for column in columns))
    Console(width=140).print(table)
    if file is not None:
        with file.open("a") as lines:
            lines.writelines(json.dumps({"table": title, **row}) + "\n" for row in rows)


def middle(values: list[float]) -> tuple[float, float, float]:
    """Median, lowest and highest."""
    return statistics.median(values), min(values), max(values)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, tuple):
        return f"{value[0]:.3g} ({value[1]:.3g}–{value[2]:.3g})"
    return "–" if value is None else str(value)
