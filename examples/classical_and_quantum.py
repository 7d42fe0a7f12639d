"""Classical and quantum annealing side by side: energies of SK instances after ever slower schedules.

Quantum annealing by the Schrödinger equation, and as its first-order Trotter product, which is QAOA with given angles:
p layers of a linear ramp from the transverse field to the couplings, in steps of time 0.7. Both are exact.
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np

import sgq

STEP, READS = 0.7, 1000


def classical(problem: sgq.Problem, ground: float, sweeps: int) -> tuple[float, float]:
    schedule = {"num_sweeps": sweeps, "num_reads": READS, "beta_range": (0.1, 6)}
    above = sgq.solve(problem, "annealing", **schedule, seed=1).record.energy - ground
    return above.mean(), (above <= problem.energy_tolerance).mean()


def trotter(problem: sgq.Problem, ground: float, p: int) -> tuple[float, float]:
    s = (np.arange(p) + 0.5) / p
    info = sgq.solve(problem, "qaoa", p=p, gamma=STEP * s, beta=STEP * (1 - s), num_reads=1).info["sgq"]
    return info["expectation"] - ground, info["ground_state_probability"]


def schroedinger(problem: sgq.Problem, ground: float, p: int) -> tuple[float, float]:
    info = sgq.solve(problem, "schroedinger", annealing_time=STEP * p, num_reads=1).info["sgq"]
    return info["mean_energy"] - ground, info["ground_state_probability"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in {"n": 14, "instances": 20, "output": "classical_and_quantum.png"}.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    a = parser.parse_args()
    problems = [sgq.build("sherrington-kirkpatrick", n=a.n, seed=seed) for seed in range(a.instances)]
    known = [(problem, sgq.solve(problem, "exhaustive").first.energy) for problem in problems]
    lengths, (figure, axes) = [1, 2, 4, 8, 16, 32, 64], plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    labels = {"classical, sweeps": "o-", f"quantum, time / {STEP}": "s-", "quantum, Trotter layers": "x--"}
    for method, (label, style) in zip((classical, schroedinger, trotter), labels.items(), strict=True):
        found = np.array([[method(*pair, p) for p in lengths] for pair in known]) / [a.n, 1]
        mean, error = found.mean(axis=0), found.std(axis=0) / np.sqrt(a.instances)
        for ax, *bars in zip(axes, mean.T, error.T, strict=True):
            ax.errorbar(lengths, *bars, fmt=style, capsize=2, label=label)
    axes[0].set(yscale="log", ylabel="mean residual energy per spin")
    axes[1].set(ylabel="probability of a ground state", ylim=(0, 1))
    for ax in axes:
        ax.set_xscale("log", base=2)
        ax.set(xlabel="length of the schedule", xticks=lengths, xticklabels=lengths)
    axes[0].legend()
    figure.suptitle(f"{a.instances} Sherrington–Kirkpatrick instances, N = {a.n}: mean and its error")
    figure.savefig(a.output, dpi=150)


if __name__ == "__main__":
    main()
