"""QAOA on random K-SAT: how its success falls with n, beside the flips that walksat needs on the same formulas.

As in Boulebnane & Montanaro (arXiv:2208.06909) angles found once, on a few small formulas, serve all. Formulas are
uniform, those kept that cdcl finds satisfiable (planted ones are another ensemble). Exponents at n this small hold
there only: factors beside 2^(cn) are not small yet. A shot and a flip take different times: heights do not compare.
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


def shots(formula: sgq.Problem, gamma: np.ndarray, beta: np.ndarray, reads: int = 20_000) -> float:
    """1 / (success of a shot) of the exact state; the reads' error is far below the spread of formulas."""
    seen = sgq.solve(formula, "qaoa-aer", p=len(gamma), gamma=gamma, beta=beta, num_reads=reads, seed=1).record
    return float(reads / max(seen.num_occurrences[seen.energy == 0].sum(), 0.5))  # finite where no read succeeds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in {"sizes": "8,10,12,14", "k": 3, "alpha": 4.27, "p": 4, "maxiter": 60, "instances": 60}.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    parser.add_argument("--output", default="quantum_sat.png")
    a = parser.parse_args()
    sizes, x = np.array(a.sizes.split(","), int), (np.arange(a.p) + 0.5) / a.p
    few, start = satisfiable(8, a.k, a.alpha, 8, 10**6), [*(1 + 2 * x) / 3, *np.pi / 32 * (7 - 6 * x)]
    search = {"method": "COBYLA", "options": {"maxiter": a.maxiter, "rhobeg": 0.1}}
    best = np.split(minimize(lambda t: -np.mean([1 / shots(f, *np.split(t, 2)) for f in few]), start, **search).x, 2)
    costs = {f"QAOA p = {a.p}, 1/success": lambda f: shots(f, *best)}
    costs["walksat, median flips"] = lambda f: np.median(sgq.solve(f, "walksat", num_reads=500, seed=1).record.flips)
    costs["random guesses"] = lambda f: 2**f.num_variables / len(sgq.solve(f, "cdcl", max_solutions=2**f.num_variables))
    print("angles of all formulas, gamma and beta:", *np.round(best, 3))
    rng, tests = np.random.default_rng(1), [satisfiable(n, a.k, a.alpha, a.instances) for n in sizes.tolist()]
    ax = plt.figure(figsize=(6.5, 4.5), layout="constrained").subplots()
    for shift, (label, cost) in enumerate(costs.items()):
        spent = [[cost(f) for f in row] for row in tests]
        low, median, high = np.quantile(spent, [0.25, 0.5, 0.75], axis=1)
        again = [[np.median(rng.choice(row, len(row))) for row in spent] for _ in range(500)]
        (c, level), error = np.polyfit(sizes, np.log2(median), 1), np.polyfit(sizes, np.log2(again).T, 1)[0].std()
        print(law := f"{label}: c = {c:.3f} ± {error:.3f}", "medians", median.round(1))
        ax.errorbar(sizes + shift / 10, median, [median - low, high - median], fmt=f"C{shift}o", capsize=3, label=law)
        ax.semilogy(sizes, 2 ** (level + c * sizes), f"C{shift}", lw=1, base=2)
    ax.set(xlabel="variables n", ylabel="shots, flips or guesses to a solution", xticks=sizes)
    plt.figlegend(loc="outside upper center", title=f"{a.instances} {a.k}-SAT, M/N = {a.alpha:g}: medians, $2^{{cn}}$")
    plt.savefig(a.output, dpi=150)


if __name__ == "__main__":
    main()
