"""Time until the ground state of 3D ±J glasses is found, against their size: annealing, tempering and neal."""

import argparse
import time

import matplotlib.pyplot as plt
import numpy as np

import sgq

SOLVERS = ["tempering", "annealing", "neal"]


def ground_energy(problem: sgq.Problem) -> float:
    """The lowest energy of long runs of two methods."""
    runs = [sgq.solve(problem, s, time_limit=0.3 + problem.num_variables / 1000, seed=9) for s in SOLVERS[:2]]
    return float(min(run.record.energy.min() for run in runs))


def seconds(problem: sgq.Problem, solver: str, target: float, seed: int) -> float:
    """Seconds until a call returns with the target; neal is called for 1, 2, 4, … reads until it has it."""
    started, reads = time.perf_counter(), 1
    while True:
        options = {"time_limit": 60.0, "target_energy": target, "num_threads": 1}
        options = {"num_reads": reads, "num_sweeps": 1000} if solver == "neal" else options
        if sgq.solve(problem, solver, seed=seed + reads, **options).record.energy.min() <= target:
            return time.perf_counter() - started
        reads *= 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="4,5,6,7,8")
    parser.add_argument("--instances", type=int, default=20)
    parser.add_argument("--output", default="time_to_solution.png")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    glasses = [
        [sgq.build("edwards-anderson", shape=(n, n, n), disorder="bimodal", seed=k) for k in range(arguments.instances)]
        for n in sizes
    ]
    targets = [[ground_energy(problem) for problem in row] for row in glasses]
    figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    for solver, marker in zip(SOLVERS, "osD", strict=True):
        seconds(glasses[0][0], solver, targets[0][0], 0)  # the first call compiles, and is not counted
        spent = [
            [seconds(p, solver, t, 1) for p, t in zip(*row, strict=True)] for row in zip(glasses, targets, strict=True)
        ]
        low, median, high = np.quantile(spent, [0.25, 0.5, 0.75], axis=1)
        ax.errorbar(sizes, median, [median - low, high - median], fmt=f"{marker}-", ms=4, capsize=2, label=solver)
    ax.set(
        xlabel="L, glasses of $L^3$ spins", ylabel="seconds to the ground state, one core", yscale="log", xticks=sizes
    )
    ax.legend(title=f"median and quartiles of {arguments.instances} instances")
    figure.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()
