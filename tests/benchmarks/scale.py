"""Large models in and out of dimod: seconds and memory of everything in `sgq.solve` but the sampling.

    python tests/benchmarks/scale.py [CASE …]

Each case runs in a process of its own, three times, and the medians are printed. `Rows` stands for a solver: it turns
the model into arrays with neighbour lists, and returns 64 random rows. "in" is what happens before its rows are drawn,
here and in `solve`, "out" what happens after, energies included. The peak is that of the whole process, dimod's model
and the libraries with it.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Hashable
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import sgq
from sgq.models import quadratic_form
from sgq_solvers.sampler import Sampler, spin_samples

READS = 64
CASES = ("lattice", "lattice, strings", "lattice, tuples", "lattice, bits", "random graph", "dense")
REPEATS = 3


class Rows(Sampler):
    """Random rows, and the seconds spent on them and on the model."""

    def sample(self, bqm: dimod.BinaryQuadraticModel) -> dimod.SampleSet:
        """As many rows as `READS`; their energies are left to `solve`."""
        start = time.perf_counter()
        form, labels = quadratic_form(bqm, "SPIN")
        form.adjacency()
        self.arrays = time.perf_counter() - start
        spins = 2 * np.random.default_rng(1).integers(0, 2, (READS, form.num_variables), np.int8) - 1
        start = time.perf_counter()
        samples = spin_samples(spins, labels, bqm.vartype, np.zeros(READS))
        self.samples = time.perf_counter() - start
        return samples


def pairs_of(case: str) -> tuple[int, NDArray[Any]]:
    """Number of spins, and the first and second ends of the couplings."""
    if case == "dense":
        n = 10**4
        return n, np.stack(np.tril_indices(n, -1)).astype(np.int32)
    n = 10**6
    if case == "random graph":
        ends = np.random.default_rng(2).integers(0, n, (2, 10**7), np.int32)
        return n, ends[:, ends[0] != ends[1]]
    sites = np.arange(n, dtype=np.int32).reshape(1000, 1000)
    right, below = (np.stack([sites, np.roll(sites, -1, axis)]).reshape(2, -1) for axis in (0, 1))
    return n, np.concatenate([right, below], axis=1)


def labels_of(case: str, n: int) -> list[Hashable] | None:
    """Names of the spins, or None for their numbers."""
    if case.endswith("strings"):
        return [f"spin {i}" for i in range(n)]
    return [divmod(i, 1000) for i in range(n)] if case.endswith("tuples") else None


def measure(case: str) -> dict[str, float]:
    """Seconds of every part, and the peak of memory in MB."""
    n, (first, second) = pairs_of(case)
    couplings = np.random.default_rng(3).normal(size=len(first))
    labels, vartype = labels_of(case, n), "BINARY" if case.endswith("bits") else "SPIN"
    sgq.solve(dimod.BinaryQuadraticModel({0: 1.0}, {}, 0.0, "SPIN"), Rows)  # imports what every solver does
    start = time.perf_counter()
    model = dimod.BinaryQuadraticModel.from_numpy_vectors(
        np.zeros(n), (first, second, couplings), 0.0, vartype, variable_order=labels
    )
    build = time.perf_counter() - start
    del first, second, couplings, labels
    rows = Rows()
    seconds = sgq.solve(model, rows).info["sgq"]["seconds"]
    return {
        "build": build,
        "in": seconds["preprocessing"] + rows.arrays,
        "out": rows.samples + seconds["postprocessing"],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main(cases: list[str]) -> None:
    """Print the table."""
    table = Table("model", "build, s", "in, s", "out, s", "in and out, s", "peak, MB")
    for case in cases:
        command = [sys.executable, __file__, "--measure", case]
        runs = [json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout) for _ in range(REPEATS)]
        build, into, out, peak = (statistics.median(run[key] for run in runs) for key in ("build", "in", "out", "peak"))
        both = statistics.median(run["in"] + run["out"] for run in runs)
        table.add_row(case, f"{build:.2f}", f"{into:.2f}", f"{out:.2f}", f"{both:.2f}", f"{peak:.0f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2])))
    else:
        main(sys.argv[1:] or list(CASES))
