"""Random 3-SAT across its transition: the cost of deciding it, the entropy of solutions, the fewest violated clauses.

Two sweeps: a complete solver (cdcl) counts its decisions, and all assignments of small formulas are enumerated. The
runs are kept in one file; the same command carries on, and more `--instances` add what is missing.
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt

from sgq.report import landscape_figures
from sgq.sweeps import Sweep

ALPHAS = [1.0, 2.0, 2.5, 3.0, 3.5, 3.75, 4.0, 4.25, 4.5, 4.75, 5.0, 5.5, 6.0, 7.0, 8.0, 10.0]
COUNTED = ["ground_energy", "solution_entropy"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=100)
    parser.add_argument("--sizes", default="50,100,150", help="for the cost")
    parser.add_argument("--counted", default="12,16,20", help="sizes of the formulas that are counted")
    parser.add_argument("--store", help="file of the runs; by default beside the figure")
    parser.add_argument("--output", default="sat_landscape.png")
    arguments = parser.parse_args()
    store = arguments.store or Path(arguments.output).with_suffix(".db")

    def runs(sizes: str, solver: str, measures: list[str]):
        grid = {"n": {"each": [int(n) for n in sizes.split(",")]}, "k": 3, "alpha": {"each": ALPHAS}}
        problems, solvers = {"3-SAT": ("k-sat", grid)}, {solver: (solver, {})}
        sweep = Sweep(problems, solvers, instances=arguments.instances, measures=measures)
        if (status := sweep.run(store)).failed:
            raise SystemExit(f"{status.failed} runs failed: {status.errors[0]}")
        return sweep.to_pandas(store)

    searched = runs(arguments.sizes, "cdcl", ["search_cost"])
    counted = runs(arguments.counted, "exhaustive", COUNTED)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(14, 4.2), layout="constrained")
    landscape_figures.search_cost(searched, left)
    landscape_figures.solution_entropy(counted, middle)
    landscape_figures.violated_clauses(counted, right)
    left.set_title("cost of a complete search")
    middle.set_title("solutions, counted")
    right.set_title("ground-state energy, exact")
    figure.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()
