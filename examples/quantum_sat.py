"""QAOA on random K-SAT: how its success falls with n, beside the flips that walksat needs on the same formulas.

Angles found once, on ten small formulas, serve all, as in Boulebnane & Montanaro (arXiv:2208.06909). Exponents at such
n are no asymptotic law, and heights do not compare: a shot takes another time than a flip.
"""

import argparse
from itertools import count, islice

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import fmin_cobyla

import sgq


def satisfiable(n: int, k: int, alpha: float, number: int, seed: int = 0) -> list[sgq.Problem]:
    drawn = (sgq.build("k-sat", n=n, k=k, alpha=alpha, seed=s) for s in count(seed))
    return list(islice((f for f in drawn if sgq.solve(f, "cdcl").info["sgq"]["satisfiable"]), number))


def success(formulas: list[sgq.Problem], p: int, angles: np.ndarray) -> np.ndarray:
    options = {"p": p, "gamma": angles[:p], "beta": angles[p:], "num_reads": 1, "seed": 1}
    return np.array([sgq.solve(f, "qaoa", **options).info["sgq"]["ground_state_probability"] for f in formulas])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    options = {"sizes": "10,12,14,16,18,20", "k": 3, "alpha": 4.27, "p": "1,3,9", "maxiter": 200, "instances": 100}
    for name, value in (options | {"output": "quantum_sat.png"}).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    a = parser.parse_args()
    sizes = np.array(a.sizes.split(","), int)
    formulas = [f for n in sizes.tolist() for f in satisfiable(n, a.k, a.alpha, a.instances)]
    walks = [sgq.solve(f, "walksat", num_reads=500, seed=1).record.flips for f in formulas]
    solutions = [len(sgq.solve(f, "cdcl", max_solutions=2**f.num_variables)) for f in formulas]
    costs = {"walksat, flips": np.median(walks, 1), "guesses": np.repeat(2.0**sizes, a.instances) / solutions}
    small = satisfiable(10, a.k, a.alpha, 10, seed=10**6)
    for p in map(int, a.p.split(",")):
        start = np.append(np.linspace(1 / 3, 1, 2 * p + 1)[1::2], np.linspace(7, 1, 2 * p + 1)[1::2] * np.pi / 32)
        angles = fmin_cobyla(lambda t, p: -success(small, p, t).mean(), start, [], (p,), rhobeg=0.1, maxfun=a.maxiter)
        costs[f"QAOA p = {p}, 1/success"] = 1 / success(formulas, p, angles)
    ax = plt.figure(figsize=(6.5, 5), layout="constrained").subplots()
    for k, (label, cost) in enumerate(costs.items()):
        rows = np.reshape(cost, (len(sizes), a.instances))
        low, median, high = np.quantile(rows, [0.25, 0.5, 0.75], axis=1)
        again = np.median(np.random.default_rng(1).choice(rows, (500, a.instances), axis=1), axis=2)
        c, level = np.polyfit(sizes, np.log2(median), 1)
        law = f"{label}: c = {c:.3f} ± {np.polyfit(sizes, np.log2(again), 1)[0].std():.3f}"
        print(law, "medians", median.round(1))
        ax.errorbar(sizes + k / 10, median, [median - low, high - median], fmt=f"C{k}o", capsize=3, label=law)
        ax.semilogy(sizes, 2 ** (level + c * sizes), f"C{k}", lw=1, base=2)
    ax.set(xlabel="variables n", ylabel="shots, flips or guesses to a solution", xticks=sizes)
    plt.figlegend(loc="outside upper center", title=f"{a.instances} {a.k}-SAT, α = {a.alpha:g}: quartiles, $2^{{cn}}$")
    plt.savefig(a.output, dpi=150)


if __name__ == "__main__":
    main()
