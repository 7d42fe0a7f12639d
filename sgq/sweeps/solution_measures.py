"""Measures of all the solutions of a formula, for solvers that count them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sgq.problem import Problem

if TYPE_CHECKING:
    import dimod


def solution_entropy(problem: Problem, samples: dimod.SampleSet) -> float:
    """ln(number of solutions) / N, in nats per variable; NaN if there are none, or they were not counted.

    Of the solver `exhaustive`, whose `degeneracy` counts them all. In a sweep it is the measure
    ``"sgq.sweeps.solution_measures:solution_entropy"``.
    """
    found = samples.info["sgq"]
    solved = len(samples) and samples.record.energy.min() <= problem.energy_tolerance
    if not solved or not found.get("proven") or not found.get("degeneracy"):
        return math.nan
    return math.log(found["degeneracy"]) / problem.num_variables
