"""Survey propagation with decimation on random 3-SAT close to the threshold: instances solved, and seconds of each.

    python tests/benchmarks/survey_propagation.py [VARIABLES] [ALPHA] [INSTANCES]

Beside it walksat alone on the same formulas, with a time limit of twice what survey propagation took.
"""

import sys
import time
from typing import Any

from instances import middle, show

import sgq
from sgq.problem import Problem

LIMIT = 600.0


def solved(problem: Problem, solver: str, limit: float) -> tuple[bool, float, dict[str, Any]]:
    """Whether a solution was found, seconds from the call to the answer, and what the solver says."""
    started = time.perf_counter()
    samples = sgq.solve(problem, solver, seed=1, time_limit=limit)
    seconds = time.perf_counter() - started
    return bool(problem.energies(samples).min() == 0), seconds, samples.info["sgq"]


def main() -> None:
    """Print a row an instance, and medians."""
    given = [*sys.argv[1:], *("20000", "4.20", "10")[len(sys.argv) - 1 :]]
    n, alpha, instances = int(given[0]), float(given[1]), int(given[2])
    solved(sgq.build("k-sat", n=100, alpha=3.5, seed=1), "survey-propagation", 60)
    rows: list[dict[str, Any]] = []
    for seed in range(instances):
        problem = sgq.build("k-sat", n=n, alpha=alpha, seed=seed)
        found, seconds, info = solved(problem, "survey-propagation", LIMIT)
        alone, seconds_alone, _ = solved(problem, "walksat", 2 * seconds)
        course = {key: info[key] for key in ("tries", "rounds", "decimated", "left", "ended")}
        rows.append({"seed": seed, "solved": found, "seconds": seconds, **course, "walksat": alone, "s": seconds_alone})
    columns = ["seed", "solved", "seconds", "tries", "rounds", "decimated", "left", "ended", "walksat", "s"]
    total: dict[str, Any] = {key: f"{sum(row[key] for row in rows)}/{instances}" for key in ("solved", "walksat")}
    total |= {key: middle([row[key] for row in rows]) for key in ("seconds", "s")}
    show(f"Random 3-SAT, N = {n}, alpha = {alpha}", columns, [*rows, {"seed": "all", **total}])


if __name__ == "__main__":
    main()
