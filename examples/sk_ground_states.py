"""Ground-state energy of the Sherrington–Kirkpatrick model against N, beside Parisi's limit."""

import argparse

import matplotlib.pyplot as plt
import numpy as np

import sgq

PARISI = -0.763167  # N → infinity: G. Parisi, J. Phys. A 13, L115 (1980); value of Crisanti & Rizzo (2002)


def mean_energy(n: int, instances: int) -> tuple[float, float]:
    """Disorder mean of e0 = E0/N and its standard error; exact up to N = 20, annealed beyond."""
    solver, options = ("exhaustive", {}) if n <= 20 else ("annealing", {"num_reads": 20, "num_sweeps": 20 * n})
    energies = []
    for seed in range(instances):
        problem = sgq.build("sherrington-kirkpatrick", n=n, disorder="bimodal", seed=seed)
        energies.append(sgq.solve(problem, solver, **options).first.energy / n)
    return float(np.mean(energies)), float(np.std(energies, ddof=1) / np.sqrt(instances))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=100)
    parser.add_argument("--output", default="sk_ground_states.png")
    arguments = parser.parse_args()
    sizes = np.array([8, 10, 12, 15, 20, 31, 45])
    means, errors = np.array([mean_energy(n, arguments.instances) for n in sizes]).T
    x = sizes ** (-2 / 3)
    slope, limit = np.polyfit(x[2:], means[2:], 1, w=1 / errors[2:])
    print(f"e0(N) = {limit:.4f} + {slope:.3f} N^(-2/3); Parisi: {PARISI}")

    figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    ax.errorbar(x, means, errors, fmt="o", ms=4, capsize=2, label=f"±J, {arguments.instances} instances each")
    line = np.linspace(0, x.max(), 50)
    ax.plot(
        line,
        limit + slope * line,
        "C0--",
        lw=1,
        label=f"fit from N = {sizes[2]}: {limit:.3f} + {slope:.2f} $N^{{-2/3}}$",
    )
    ax.axhline(PARISI, color="C1", lw=1, label="Parisi, N → ∞")
    ax.set(xlabel="$N^{-2/3}$", ylabel="ground-state energy per spin", xlim=(0, None))
    ax.legend()
    figure.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()
