"""The angles of a QAOA, whatever runs its circuit: given ones checked, else found by COBYLA from a linear ramp.

Angles are γ_1 … γ_p, β_1 … β_p in one array, in the convention of `sgq_solvers.aer`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from sgq.checks import finite_array
from sgq.models import Floats
from sgq_solvers.sampler import Clock, Progress


def given_angles(gamma: ArrayLike | None, beta: ArrayLike | None, p: int) -> Floats | None:
    """Both angles as one array, None if neither is given, ValueError if they do not fit p."""
    if gamma is None and beta is None:
        return None
    if gamma is None or beta is None:
        raise ValueError(f"{'gamma' if gamma is None else 'beta'} is missing: give both angles, or neither")
    angles = []
    for name, values in (("gamma", gamma), ("beta", beta)):
        array = np.atleast_1d(finite_array(name, values))
        if array.shape != (p,):
            raise ValueError(f"{name} of shape {array.shape}: p={p} angles are needed, one a layer")
        angles.append(array)
    return np.concatenate(angles)


def ramp(p: int, unit: float) -> Floats:
    """Angles close to the best ones of the SK model, for a model whose rms local field is `unit`."""
    x = (np.arange(p) + 0.5) / p
    return np.concatenate([(1 + 2 * x) / (4 * unit), np.pi / 32 * (7 - 6 * x)])


class AngleSearch:
    """The lowest expectation seen, with its angles, and when to stop looking."""

    def __init__(
        self,
        expectation: Callable[[Floats], float],
        maxiter: int,
        clock: Clock,
        target: float,
        progress: Progress | None,
    ) -> None:
        self.expectation, self.maxiter, self.clock = expectation, maxiter, clock
        self.target, self.progress = target, progress
        self.evaluations = 0
        self.energy = math.inf
        self.angles: Floats = np.zeros(0)

    def optimise(self, start: Floats, unit: float) -> str | None:
        """Minimise from `start` with energies in units of `unit`; why it stopped early, or None."""
        from scipy.optimize import minimize

        units = np.repeat([1 / unit, 1.0], len(start) // 2)
        try:
            minimize(
                lambda x: self._evaluate(x * units) / unit,
                start / units,
                method="COBYLA",
                # COBYLA wants a simplex and a step at least; our own count stops it before that if need be
                options={"rhobeg": 0.1, "tol": 1e-3, "maxiter": max(self.maxiter, len(start) + 2)},
            )
        except _Stop as stop:
            return str(stop)
        except KeyboardInterrupt:
            if not self.evaluations:
                raise
            return "interrupt"
        return None

    def evaluate_only(self, angles: Floats) -> None:
        """Take these angles."""
        self.angles, self.energy, self.evaluations = angles, self.expectation(angles), 1
        if self.progress:
            self.progress(1.0, self.energy)

    def _evaluate(self, angles: Floats) -> float:
        energy = self.expectation(angles)
        self.evaluations += 1
        if energy < self.energy:
            self.energy, self.angles = energy, angles
        if self.progress:
            self.progress(max(self.evaluations / self.maxiter, self.clock.fraction()), self.energy)
        if self.energy <= self.target:
            raise _Stop("target_energy")
        if self.clock.left() == 0:
            raise _Stop("time_limit")
        if self.evaluations >= self.maxiter:
            raise _Stop("maxiter")
        return energy


class _Stop(Exception):
    """Leaves the optimiser, which has no other way out; says why."""
