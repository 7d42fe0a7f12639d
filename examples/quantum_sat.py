"""QAOA on random K-SAT: how its success falls with n, beside the flips that walksat needs on the same formulas.

As in Boulebnane & Montanaro (arXiv:2208.06909) angles found once, on ten small formulas, serve all; success is that of
the exact state. Formulas are uniform, those kept that cdcl finds satisfiable. Exponents at n this small hold there
only: factors beside 2^(cn) are not small yet. A shot and a flip take different times: heights do not compare.
"""

import argparse
from itertools import count, islice

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize

import sgq


def satisfiable(n: int, k: int, alpha: float, number: int, seed: int = 0) -> list[sgq.Problem]:
    drawn = (sgq.build("k-sat", n=n, k=k, alpha=alpha, seed=s) for s in count(seed))
    return list(islice((f for f in drawn if sgq.solve(f, "cdcl").info["sgq"]["satisfiable"]), number))


def success(formula: sgq.Problem, angles: np.ndarray) -> float:
    gamma, beta = np.split(angles, 2)
    samples = sgq.solve(formula, "qaoa", p=len(gamma), gamma=gamma, beta=beta, num_reads=1, seed=1)
    return samples.info["sgq"]["ground_state_probability"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    options = {"sizes": "10,12,14,16,18,20", "k": 3, "alpha": 4.27, "p": "1,3,9", "maxiter": 200, "instances": 100}
    for name, value in (options | {"output": "quantum_sat.png"}).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    a = parser.parse_args()
    sizes, few, costs = np.array(a.sizes.split(","), int), satisfiable(10, a.k, a.alpha, 10, 10**6), {}
    for p in map(int, a.p.split(",")):
        ramp = (np.arange(p) + 0.5) / p
        start, search = [*(1 + 2 * ramp) / 3, *np.pi / 32 * (7 - 6 * ramp)], {"maxiter": a.maxiter, "rhobeg": 0.1}
        best = minimize(lambda t: -np.mean([success(f, t) for f in few]), start, method="COBYLA", options=search).x
        costs[f"QAOA p = {p}, 1/success"] = lambda f, best=best: 1 / success(f, best)
    costs["walksat, median flips"] = lambda f: np.median(sgq.solve(f, "walksat", num_reads=500, seed=1).record.flips)
    costs["random guesses"] = lambda f: 2**f.num_variables / len(sgq.solve(f, "cdcl", max_solutions=2**f.num_variables))
    rng, tests = np.random.default_rng(1), [satisfiable(n, a.k, a.alpha, a.instances) for n in sizes.tolist()]
    ax = plt.figure(figsize=(6.5, 5), layout="constrained").subplots()
    for shift, (label, cost) in enumerate(costs.items()):
        spent = [[cost(f) for f in row] for row in tests]
        low, median, high = np.quantile(spent, [0.25, 0.5, 0.75], axis=1)
        again = [[np.median(rng.choice(row, len(row))) for row in spent] for _ in range(500)]
        (c, level), error = np.polyfit(sizes, np.log2(median), 1), np.polyfit(sizes, np.log2(again).T, 1)[0].std()
        print(law := f"{label}: c = {c:.3f} ± {error:.3f}", "medians", median.round(1))
        ax.errorbar(sizes + shift / 10, median, [median - low, high - median], fmt=f"C{shift}o", capsize=3, label=law)
        ax.semilogy(sizes, 2 ** (level + c * sizes), f"C{shift}", lw=1, base=2)
    ax.set(xlabel="variables n", ylabel="shots, flips or guesses to a solution", xticks=sizes)
    plt.figlegend(loc="outside upper center", title=f"{a.instances} {a.k}-SAT, α = {a.alpha:g}: quartiles, $2^{{cn}}$")
    plt.savefig(a.output, dpi=150)


if __name__ == "__main__":
    main()
