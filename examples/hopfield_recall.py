"""Recall in a Hopfield network: a disturbed pattern relaxes at zero temperature, below and above capacity."""

import argparse

import matplotlib.pyplot as plt
import numpy as np

import sgq
from sgq.analysis import overlap


def recall(load: float, flipped: float, n: int, instances: int) -> tuple[float, float]:
    """Mean overlap of the relaxed state with the stored pattern, and its standard error over instances."""
    overlaps = []
    for seed in range(instances):
        problem = sgq.build("hopfield", n=n, num_patterns=max(1, round(load * n)), seed=seed)
        pattern = np.asarray(problem.instance)[0]
        noise = np.random.default_rng(seed).random((20, n)) < flipped
        start = np.where(noise, -pattern, pattern)
        samples = sgq.solve(problem, initial_states=start, schedule=[np.inf] * 40, num_reads=20, seed=seed)
        overlaps.append(overlap(samples, pattern).mean())
    return float(np.mean(overlaps)), float(np.std(overlaps, ddof=1) / np.sqrt(instances))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=8)
    parser.add_argument("--output", default="hopfield_recall.png")
    arguments = parser.parse_args()
    loads = np.array([0.02, 0.05, 0.08, 0.1, 0.12, 0.14, 0.16, 0.2, 0.25, 0.3])
    figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    for n in (100, 300):
        means, errors = np.array([recall(load, 0.1, n, arguments.instances) for load in loads]).T
        ax.errorbar(loads, means, errors, fmt="o-", ms=4, capsize=2, label=f"N = {n}")
    ax.axvline(0.1379, color="gray", ls=":", label=r"$\alpha_c$ = 0.138 (Amit, Gutfreund & Sompolinsky 1985)")
    ax.set(xlabel=r"patterns per neuron, $\alpha$", ylabel="overlap with the stored pattern", ylim=(0, 1.05))
    ax.set_title("10 % of the spins flipped, Hebb rule, zero temperature")
    ax.legend(loc="lower left")
    figure.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()
