"""One network layer trained as a spin glass: n-bit weights by annealing, against real weights by least squares."""

import argparse

import matplotlib.pyplot as plt
import numpy as np

import sgq


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="train_a_layer.png")
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    inputs = rng.standard_normal((200, 6))
    teacher = rng.uniform(-1, 1, 6)
    targets = np.tanh(inputs @ teacher + 0.05 * rng.standard_normal(200))
    fit, *_ = np.linalg.lstsq(inputs, np.arctanh(targets), rcond=None)
    floor = np.mean((inputs @ fit - np.arctanh(targets)) ** 2)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    bits = np.arange(1, 6)
    losses = []
    for n_bits in bits:
        problem = sgq.build("layer", inputs=inputs, targets=targets, n_bits=int(n_bits), activation="tanh")
        samples = sgq.solve(problem, num_reads=200, num_sweeps=2000, seed=1)
        losses.append(samples.first.energy)
        weights = problem.decode(samples.first.sample)
        right.plot(fit, weights, "o", alpha=0.3 + 0.13 * n_bits, color="C0", ms=3 + n_bits, label=f"n = {n_bits}")
    left.semilogy(bits, losses, "o-", label="annealed n-bit weights")
    left.axhline(floor, color="C1", label="least squares, real weights")
    left.set(xlabel="bits per weight", ylabel="training loss", xticks=bits)
    left.legend()
    right.plot([-1, 1], [-1, 1], "C1", lw=1, zorder=0)
    right.set(xlabel="weight by least squares", ylabel="weight by annealing")
    right.legend(title="bits per weight")
    figure.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()
