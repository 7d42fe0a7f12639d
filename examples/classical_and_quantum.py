"""Classical and quantum annealing side by side: energies of one SK instance after ever slower schedules.

Quantum annealing is run as its first-order Trotter product, which is QAOA with given angles: p layers of a
linear ramp from the transverse field to the couplings, in steps of time 0.7.
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np

import sgq

STEP = 0.7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="classical_and_quantum.png")
    arguments = parser.parse_args()
    n, reads = 12, 1000
    problem = sgq.build("sherrington-kirkpatrick", n=n, seed=3)
    lengths = [1, 2, 4, 8, 16, 32]
    runs = {}
    for p in lengths:
        s = (np.arange(p) + 0.5) / p
        quantum = {"p": p, "gamma": (STEP * s).tolist(), "beta": (STEP * (1 - s)).tolist(), "num_reads": reads}
        runs[f"quantum {p}"] = ("qaoa-aer", quantum)
        runs[f"classical {p}"] = ("annealing", {"num_sweeps": p, "num_reads": reads, "beta_range": (0.1, 6)})
    comparison = sgq.compare(problem, {"exhaustive": ("exhaustive", {}), **runs}, seed=1)
    rows = {row.label: row for row in comparison}

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for kind, unit in (("classical", "sweeps"), ("quantum", "Trotter steps")):
        chosen = [rows[f"{kind} {p}"] for p in lengths]
        left.plot(lengths, [(row.mean - row.target) / n for row in chosen], "o-", label=f"{kind}, {unit}")
        success = np.array([row.success_probability for row in chosen])
        interval = np.array([(row.success_low, row.success_high) for row in chosen]).T
        right.errorbar(lengths, success, abs(interval - success), fmt="o-", capsize=2)
    left.set(xscale="log", yscale="log", xlabel="length of the schedule", ylabel="mean residual energy per spin")
    right.set(xscale="log", xlabel="length of the schedule", ylabel="probability of a ground state", ylim=(0, 1))
    for ax in (left, right):
        ax.set_xticks(lengths, map(str, lengths), minor=False)
        ax.minorticks_off()
    left.legend()
    figure.suptitle(f"one Sherrington–Kirkpatrick instance, N = {n}, {reads} reads")
    figure.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()
