"""A sweep made up for the tests of its report: SK and 3-SAT, two solvers, some failures, some never hit."""

import math

import numpy as np
import pandas as pd


def runs(instances: int = 12, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [*_glasses(rng, instances), *_formulas(rng, instances)]
    frame = pd.DataFrame(rows)
    frame["error"] = frame["error"].astype(object).where(frame["error"].notna(), None)
    frame.attrs.update(problem_axes=["n", "alpha"], solver_axes=["num_sweeps"])
    return frame


def table(rows, problem_axes=(), solver_axes=()):
    common = {"problem": "P", "solver": "S", "problem_seed": range(len(rows)), "error": None}
    frame = pd.DataFrame(common | pd.DataFrame(rows).to_dict("list"))
    frame.attrs.update(problem_axes=list(problem_axes), solver_axes=list(solver_axes))
    return frame


def _glasses(rng, instances):
    """SK: the mean energy follows -0.763 + 0.7 N^(-2/3); the annealer misses some ground states."""
    for n in (32, 64, 128, 256):
        exact = n * (-0.763 + 0.7 * n ** (-2 / 3) + 0.35 * n ** (-5 / 6) * rng.standard_normal(instances))
        hardness = rng.normal(0, 0.8, instances)
        for solver, sweeps in (("annealing", 100), ("annealing", 1000), ("tempering", None)):
            for k in range(instances):
                hard = (n / 25) * math.exp(hardness[k]) * ((100 / sweeps) ** 0.6 if sweeps else 0.15)
                probability = rng.binomial(256, math.exp(-hard)) / 256
                batch_seconds = 1e-6 * n * (sweeps or 2000)
                yield _run(
                    "SK", solver, k, n=n, problem_seed=100 * n + k, num_sweeps=sweeps, num_variables=n,
                    ground_energy=exact[k] if probability else exact[k] + rng.exponential(2.0),
                    probability=probability, batch_seconds=batch_seconds,
                    error=_TRACEBACK if n == 256 and solver == "tempering" and k in (3, 7) else None,
                )  # fmt: skip


def _formulas(rng, instances):
    for n in (50, 100, 200):
        for alpha in (3.6, 3.8, 4.0, 4.2, 4.4, 4.6, 4.8):
            chance = 1 / (1 + math.exp((alpha - 4.26 - 8 / n) * n / 12))
            for k in range(instances):
                decided = rng.random() > 0.03
                yield _run(
                    "3-SAT", "cdcl", k, n=n, alpha=alpha, problem_seed=rng.integers(2**31), num_variables=n,
                    satisfiable=float(rng.random() < chance) if decided else np.nan,
                    error="MemoryError: <b>no</b> room & no more" if rng.random() < 0.01 else None,
                )  # fmt: skip


_TRACEBACK = """Traceback (most recent call last):
  File "tempering.py", line 7, in sample
ValueError: ladder too hot: <script>alert(1)</script>
"""


def _run(problem, solver, instance, *, probability=np.nan, batch_seconds=np.nan, error=None, **columns):
    energy = columns.get("ground_energy", np.nan)
    time = np.nan
    if not math.isnan(probability):
        reads = (
            math.log(0.01) / math.log(1 - probability) if 0 < probability < 1 else math.inf if probability == 0 else 1
        )
        time = 0.002 + batch_seconds * (math.ceil(reads / 32) if math.isfinite(reads) else math.inf)
    run = {
        "problem": problem, "family": problem.lower(), "solver": solver, "instance": instance,
        "solver_seed": instance + 7, "sampling_seconds": 0.05 * columns["num_variables"] / 32,
        "total_seconds": 0.06 * columns["num_variables"] / 32,
        "finished": 1.75e9 + 60 * instance, "alpha": np.nan, "num_sweeps": np.nan, "ground_energy": np.nan,
        "success_probability": probability, "time_to_solution": time, "time_to_solution_low": time / 2,
        "time_to_solution_high": 2 * time, "batch_seconds": batch_seconds, "batch": 32, "setup_seconds": 0.002,
        "satisfiable": np.nan, **columns, "ground_energy_per_spin": energy / columns["num_variables"], "error": error,
    }  # fmt: skip
    if error is not None:
        run |= dict.fromkeys(_MEASURED & run.keys(), np.nan)
    return run


_MEASURED = {
    "ground_energy", "ground_energy_per_spin", "success_probability", "time_to_solution", "time_to_solution_low",
    "time_to_solution_high", "batch_seconds", "batch", "setup_seconds", "satisfiable", "num_variables",
}  # fmt: skip
