"""The 3-SAT transition: P(SAT) beside theory's thresholds, its limit N → ∞, and the collapse of all N.

Every random formula grows clause by clause, and a complete solver (cdcl) decides it at every length. The runs are kept
in one file: the same command carries on, and more `--instances` or `--sizes` add what is missing.
"""

import argparse
from pathlib import Path

import numpy as np

from sgq.analysis import collapse, crawford_auton_ratio, extrapolate, satisfiability_transition
from sgq.report import figures, transition_figures
from sgq.sweeps import Sweep
from sgq.theory import satisfiability_threshold

ALPHAS = np.arange(3.0, 6.01, 0.1)
MOST = 9.0  # clauses per variable that each formula may grow to: a few of N = 25 are satisfiable with 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--sizes", default="25,50,100")
    parser.add_argument("--population", type=int, default=4000, help="of survey propagation; more make it exact")
    parser.add_argument("--store", help="file of the runs; by default beside the figure")
    parser.add_argument("--output", default="sat_transition.png")
    arguments = parser.parse_args()
    store = arguments.store or Path(arguments.output).with_suffix(".db")

    sizes = [int(n) for n in arguments.sizes.split(",")]
    if arguments.instances < 20 or len(sizes) < 2:
        parser.error("--instances: 20 at least, for errors; --sizes: two at least, for a limit")
    problems = {"3-SAT": ("k-sat", {"n": {"each": sizes}, "k": 3, "alpha": MOST})}
    solvers = {"cdcl": ("cdcl", {"incremental": True})}
    sweep = Sweep(problems, solvers, instances=arguments.instances, measures=["first_unsatisfiable"])
    if (status := sweep.run(store)).failed:
        raise SystemExit(f"{status.failed} runs failed: {status.errors[0]}")
    counts = {n: runs["first_unsatisfiable"] for n, runs in sweep.to_pandas(store).groupby("n")}

    transitions = [satisfiability_transition(c, n, ALPHAS, max_clauses=round(MOST * n)) for n, c in counts.items()]
    middles, errors = [t.alpha_50 for t in transitions], [t.alpha_50_error for t in transitions]
    for t, law in zip(transitions, crawford_auton_ratio(list(counts)), strict=True):
        found = f"alpha_50 = {t.alpha_50:.3f} ± {t.alpha_50_error:.3f} (Crawford & Auton's fit: {law:.3f})"
        print(f"N = {t.n}: {found}, width {t.width:.3f} ± {t.width_error:.3f}")
    limit, scaling = extrapolate(list(counts), middles, errors), collapse(counts)
    survey = satisfiability_threshold(3, population=arguments.population, sweeps=60, seed=1)
    print(f"N → ∞: {limit}\ncollapse: {scaling}\nsurvey propagation: {survey.value:.3f} ± {survey.error:.3f}")
    axes = transition_figures.transition(3, transitions, survey=survey, extrapolation=limit, collapse=scaling)
    figures.write(axes[0], arguments.output)


if __name__ == "__main__":
    main()
