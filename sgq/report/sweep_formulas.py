"""The formulas of a sweep, each once: what all solvers together found out about it.

P(SAT) is a property of the ensemble of formulas. A solver that cannot prove unsatisfiability leaves open what it
does not solve, so that the fraction among its own answers would be 1 at any ratio of clauses to variables.
"""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd

from sgq.registry import get_problem
from sgq.report.sweep_points import groups, line_keys, parameter, parameter_name, written


def formulas(runs: pd.DataFrame) -> pd.DataFrame:
    """One row for each formula: `satisfiable`, and in `clauses_per_variable` its ratio.

    A formula is one choice of problem, its varied parameters and `problem_seed`, or `instance` where it has no seed.
    It is satisfiable (1) if a run found a solution, unsatisfiable (0) if a run proved that there is none, and
    undecided (NaN) if neither happened, all runs that failed included, or both: see `contradictions`.

    Returns
    -------
    DataFrame
        With the columns and attributes of `runs`. Problems without a ratio, `alpha` or m/n, are left out; without
        `satisfiable` the table is empty.
    """
    if "satisfiable" not in runs:
        return pd.DataFrame()
    sizes = parameter(runs, "n").fillna(parameter(runs, "num_variables"))
    ratio = parameter(runs, "alpha").fillna(parameter(runs, "m") / sizes)
    runs = runs.assign(clauses_per_variable=ratio, _instance=_instance(runs))
    keys = [*line_keys(runs, solvers=False), "problem_seed", "_instance"]
    same = runs.groupby(keys, dropna=False, sort=False)
    low, high = (same["satisfiable"].transform(f) for f in ("min", "max"))
    runs = runs.assign(
        satisfiable=low.where(low == high), clauses_per_variable=same["clauses_per_variable"].transform("first")
    )
    return runs.dropna(subset=["clauses_per_variable"]).drop_duplicates(keys)


def uniform_literals(runs: pd.DataFrame) -> pd.Series:
    """K where a run's formula is of uniform random K-SAT, for which theory has thresholds; NaN elsewhere."""
    if "family" not in runs:
        return pd.Series(np.nan, runs.index)
    otherwise = [column for column in ("planted", "regular", "replacement", "clauses") if column in runs]
    uniform = (runs["family"] == "k-sat") & ~runs[otherwise].fillna(False).astype(bool).any(axis=1)
    default = inspect.signature(get_problem("k-sat")).parameters["k"].default
    return parameter(runs, "k").fillna(default).where(uniform)


def contradictions(runs: pd.DataFrame) -> list[str]:
    """A sentence for each formula that one run solved and another proved to have no solution; there should be none."""
    if "satisfiable" not in runs:
        return []
    answers = runs.assign(_instance=_instance(runs)).dropna(subset=["satisfiable"])
    keys = [*line_keys(answers, solvers=False), "problem_seed", "_instance"]
    found = []
    for (problem, *values), formula in groups(answers, keys):
        if formula["satisfiable"].nunique() > 1:
            yes, no = (
                " and ".join(dict.fromkeys(formula["solver"][formula["satisfiable"] == k].astype(str))) for k in (1, 0)
            )
            names = {"problem_seed": "seed", "_instance": "instance"}
            facts = [
                f"{names.get(key) or parameter_name(key)} = {written(value)}"
                for key, value in zip(keys[1:], values, strict=True)
                if not pd.isna(value)
            ]
            found.append(
                f"{', '.join([str(problem), *facts])}: {yes} found a solution, {no} proved that there is none."
            )
    return found


def _instance(runs: pd.DataFrame) -> pd.Series:
    """The number of the instance where the problem has no seed to know it by."""
    numbers = runs["instance"] if "instance" in runs else pd.Series(np.arange(len(runs)), runs.index)
    return numbers.where(runs["problem_seed"].isna())
