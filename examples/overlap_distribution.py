"""P(q) of a small Edwards–Anderson glass: reads at fixed temperature against exact Boltzmann weights.

Annealed reads have no temperature, so these are independent Metropolis reads at one inverse temperature.
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np

import sgq
from sgq.analysis import overlap_distribution


def exact(problem: sgq.IsingProblem, beta: float) -> tuple[np.ndarray, np.ndarray]:
    """Overlaps and their Boltzmann probability, from all pairs of the 2^N configurations.

    The autocorrelation of the weights under spin flips is a square after a Walsh–Hadamard transform.
    """
    from sgq.kernels.walsh import transform

    n = problem.num_variables
    bits = (np.arange(1 << n)[:, None] >> np.arange(n)) & 1
    energies = problem.energies(1 - 2 * bits)
    weights = np.exp(-beta * (energies - energies.min()))
    weights /= weights.sum()
    transform(weights)
    pairs = weights**2
    transform(pairs)
    probability = np.bincount(bits.sum(axis=1), pairs / (1 << n), n + 1)
    return 1 - 2 * np.arange(n + 1) / n, probability


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="overlap_distribution.png")
    arguments = parser.parse_args()
    problem = sgq.build("edwards-anderson", shape=(4, 4), disorder="bimodal", seed=18)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
    for ax, temperature in zip(axes, (2.0, 0.7), strict=True):
        beta = 1 / temperature
        samples = sgq.solve(problem, num_reads=4000, num_sweeps=2000, beta_range=(beta, beta), seed=1)
        measured = overlap_distribution(samples)
        ax.bar(
            measured.overlaps,
            measured.probability,
            1.6 / problem.num_variables,
            alpha=0.4,
            label="4000 reads, all pairs",
        )
        ax.plot(*exact(problem, beta), "C1o", ms=4, label="exact")
        ax.set(xlabel="overlap q", title=f"T = {temperature}")
    axes[0].set_ylabel("P(q)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    figure.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()
