"""Mean ground-state energies per spin against published and enumerated values, in standard errors.

    python tests/benchmarks/ground_states.py

SK by exhaustive search; 2D ±J tori by annealing, whose energies are upper bounds. A correct program prints a
deviation beyond 3 in one line of 370.
"""

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

import sgq

# Enumeration and long annealing of independent instances: mean and standard error.
SK = {
    ("gaussian", 10): (-0.59892, 0.00049),
    ("gaussian", 15): (-0.63834, 0.00061),
    ("gaussian", 20): (-0.6598, 0.0027),
    ("bimodal", 10): (-0.61672, 0.00041),
    ("bimodal", 15): (-0.64369, 0.00054),
    ("bimodal", 20): (-0.6675, 0.0023),
}
TORUS = {("bimodal", 4): (-1.3150, 0.0024), ("bimodal", 6): (-1.3647, 0.0020)}


def mean_and_error(energies: list[float]) -> tuple[float, float]:
    """Mean and its standard error."""
    return float(np.mean(energies)), float(np.std(energies, ddof=1) / np.sqrt(len(energies)))


def sk(disorder: str, n: int, instances: int) -> list[float]:
    """Exact ground-state energies per spin."""
    problems = (sgq.build("sherrington-kirkpatrick", n=n, disorder=disorder, seed=seed) for seed in range(instances))
    return [sgq.solve(p, "exhaustive", max_states=1).first.energy / n for p in track(problems, f"SK {n}", instances)]


def torus(disorder: str, length: int, instances: int) -> list[float]:
    """Lowest energies per spin of 64 reads of 1000 sweeps."""
    energies = []
    for seed in track(range(instances), f"torus {length}"):
        problem = sgq.build("edwards-anderson", shape=(length, length), disorder=disorder, seed=seed)
        energies.append(sgq.solve(problem, num_reads=64, num_sweeps=1000, seed=seed).first.energy / length**2)
    return energies


def main() -> None:
    """Print the table."""
    table = Table("model", "instances", "here", "reference", "deviation / standard error")
    for (disorder, n), reference in SK.items():
        add(table, f"SK {disorder}, N = {n}", sk(disorder, n, 10_000 if n < 20 else 2000), reference)
    for (disorder, length), reference in TORUS.items():
        add(table, f"2D ±J torus, L = {length}", torus(disorder, length, 1000), reference)
    Console(width=120).print(table)


def add(table: Table, name: str, energies: list[float], reference: tuple[float, float]) -> None:
    """A row: mean here, reference, and their difference in combined standard errors."""
    (mean, error), (value, spread) = mean_and_error(energies), reference
    deviation = (mean - value) / np.hypot(error, spread)
    table.add_row(name, str(len(energies)), f"{mean:.5f} ± {error:.5f}", f"{value} ± {spread}", f"{deviation:+.2f}")


if __name__ == "__main__":
    main()
