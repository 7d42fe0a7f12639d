"""The 3-SAT transition, every random formula decided at every length by a complete solver (cdcl)."""

import argparse

import matplotlib.pyplot as plt
import numpy as np

import sgq
from sgq.analysis import satisfiability_transition
from sgq.report import figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=300)
    parser.add_argument("--output", default="sat_transition.png")
    arguments = parser.parse_args()
    alphas = np.arange(3.0, 6.01, 0.1)
    solver = sgq.get_solver("cdcl")()
    transitions = []
    for n in (20, 40, 80):
        most = round(7 * n)
        first_unsat = []
        for seed in range(arguments.instances):
            formula = sgq.build("k-sat", n=n, k=3, m=most, seed=1000 * n + seed)
            first_unsat.append(solver.first_unsatisfiable(formula.clauses))
        transitions.append(satisfiability_transition(first_unsat, n, alphas, max_clauses=most))
        print(f"N = {n}: alpha_50 = {transitions[-1].alpha_50:.3f} ± {transitions[-1].alpha_50_error:.3f}")
    figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    figures.satisfiability(transitions, ax)
    ax.axvline(4.267, color="gray", ls=":", label="cavity method, N → ∞: 4.267")
    ax.set_title("random 3-SAT")
    ax.legend()
    figure.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()
