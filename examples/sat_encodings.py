"""Success against encoding: small 3-SAT formulas made quadratic, through `neal` and D-Wave's mock processor.

The mock searches classically, and its embeddings are random: this is the price of ancillas, coefficients and chains to
such a search, not what a quantum annealer would do. The polynomial itself is left out: neither takes cubic terms.
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np

import sgq
from sgq_problems.encodings import encode, tabulate_encodings

ENCODINGS = ("rosenberg", "symmetric", "make-quadratic", "independent-set")


def main() -> None:
    from dwave.system.testing import MockDWaveSampler

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option, value in {"--size": 8, "--instances": 8, "--num-reads": 500}.items():
        parser.add_argument(option, type=int, default=value)
    parser.add_argument("--output", default="sat_encodings.png")
    if (a := parser.parse_args()).size < 3 or min(a.instances, a.num_reads) < 2:
        parser.error("--size: 3 at least; --instances and --num-reads: 2 at least")
    n, reads, shape = a.size, a.num_reads, (len(ENCODINGS), a.instances)
    formulas = [sgq.build("k-sat", n=n, k=3, alpha=4.2, planted="quiet", seed=k) for k in range(a.instances)]
    guess = np.mean([len(sgq.solve(f, "cdcl", max_solutions=2**n)) / 2**n for f in formulas])
    mock = sgq.get_solver("dwave")(MockDWaveSampler(topology_type="pegasus", topology_shape=[6]))
    solvers = {"neal": ("neal", {"num_sweeps": 100, "seed": 1}), "mock processor": (mock, {})}
    success, costs = np.zeros((len(solvers), *shape)), np.zeros((*shape, 5))
    for e, k in np.ndindex(shape):
        encoded = encode(formulas[k], ENCODINGS[e])
        for s, (solver, parameters) in enumerate(solvers.values()):
            samples = sgq.solve(encoded, solver, num_reads=reads, **parameters)
            solved = formulas[k].energies(encoded.assignments(samples)) == 0
            success[s, e, k] = samples.record.num_occurrences[solved].sum() / reads
        (size,), chains = tabulate_encodings(formulas[k], [ENCODINGS[e]]), samples.info["sgq"]
        costs[e, k] = size.variables, size.couplers, size.range, chains["num_qubits"], chains["longest_chain"]
    mean, error = success.mean(-1), success.std(-1, ddof=1) / np.sqrt(len(formulas))
    print(f"{'means':18} variables  couplers     range    qubits     chain    " + "              ".join(solvers))
    for name, cost, x, y, dx, dy in zip(ENCODINGS, costs.mean(1), *mean, *error, strict=True):
        print(f"{name:18}" + "".join(f"{c:10.1f}" for c in cost) + f"    {x:.4f} ± {dx:.4f}   {y:.4f} ± {dy:.4f}")
    print(f"a random guess: {guess:.4f}. The mock searches classically: no quantum annealer's success.")
    figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for s, solver in enumerate(solvers):
        place = np.arange(4) + 0.4 * (s - 0.5)
        ax.bar(place, mean[s], 0.36, yerr=error[s], capsize=4, label=solver, alpha=0.7)
        ax.plot(np.repeat(place, len(formulas)) + 0.1, success[s].ravel(), "k.", ms=4, alpha=0.4)
    ax.axhline(guess, color="black", ls="--", label="a random guess")
    ax.set(ylabel="reads decoded to a solution", yscale="log", ylim=(5e-4, 3), xticks=range(4), xticklabels=ENCODINGS)
    ax.set_title(f"3-SAT, N = {n}, M/N = 4.2, quiet plants: {len(formulas)} formulas (dots), standard errors", size=10)
    ax.legend(ncols=3, fontsize=9)
    figure.savefig(a.output, dpi=150)


if __name__ == "__main__":
    main()
