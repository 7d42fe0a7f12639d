"""The angles of a QAOA, whatever runs its circuit: given ones checked, else found by an optimiser of SciPy.

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

_COBYLA = {"rhobeg": 0.1, "tol": 1e-3}
_LBFGS = {"ftol": 1e-7, "gtol": 1e-4}


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


class AngleSearch:
    """The lowest expectation seen, with its angles, and when to stop looking.

    Parameters
    ----------
    expectation
        What is minimised, of the angles.
    maxiter
        Evaluations at most of each call of `optimise`, with or without a gradient.
    gradient
        The same, and the derivatives of what the optimiser sees, with γ in the units of `optimise`: no unit is squared.
        With it the optimiser is L-BFGS, without it COBYLA.
    stages
        Calls of `optimise` there will be, for the progress.
    offset, scale
        The optimiser, which compares changes with the value, sees (expectation - offset) / scale; the scale is the unit
        of energy by default.

    Attributes
    ----------
    energy, angles
        The lowest expectation of all and its angles.
    point
        The lowest one of the last call of `optimise`, in the coordinates of its `start`.
    """

    def __init__(
        self,
        expectation: Callable[[Floats], float],
        maxiter: int,
        clock: Clock,
        target: float,
        progress: Progress | None,
        gradient: Callable[[Floats], tuple[float, Floats]] | None = None,
        stages: int = 1,
        offset: float = 0.0,
        scale: float | None = None,
    ) -> None:
        self.expectation, self.gradient, self.maxiter, self.clock = expectation, gradient, maxiter, clock
        self.target, self.progress, self.stages = target, progress, stages
        self.offset, self.scale = offset, scale
        self.evaluations = 0
        self.energy = math.inf
        self.angles: Floats = np.zeros(0)
        self.point: Floats = np.zeros(0)
        self._stage, self._evaluated = 0, 0

    def optimise(self, start: Floats, unit: float, basis: Floats | None = None) -> str | None:
        """Minimise from `start` with γ in units of 1/`unit`; why it stopped early, or None.

        The angles are ``basis @ point``, the point itself where there is no basis. The first half of a point is γ.
        """
        from scipy.optimize import minimize

        units = np.repeat([1 / unit, 1.0], len(start) // 2)
        basis = np.eye(len(start)) if basis is None else basis
        matrix = basis * units
        scale = unit if self.scale is None else self.scale
        self._evaluated, lowest = 0, math.inf

        def note(point: Floats, energy: float) -> float:
            nonlocal lowest
            if energy < lowest:
                lowest, self.point = energy, point * units
            self._note(matrix @ point, energy)
            return (energy - self.offset) / scale

        def value(point: Floats) -> float:
            return note(point, self.expectation(matrix @ point))

        def value_and_gradient(point: Floats) -> tuple[float, Floats]:
            assert self.gradient
            energy, slopes = self.gradient(matrix @ point)
            return note(point, energy), slopes @ basis

        # Both want a few evaluations at least, so our own count, not theirs, stops them.
        patience = self.maxiter + len(start) + 2
        try:
            if self.gradient:
                options = {**_LBFGS, "maxiter": patience, "maxfun": patience}
                minimize(value_and_gradient, start / units, method="L-BFGS-B", jac=True, options=options)
            else:
                minimize(value, start / units, method="COBYLA", options={**_COBYLA, "maxiter": patience})
        except _Stop as stop:
            return str(stop)
        except KeyboardInterrupt:
            if not self.evaluations:
                raise
            return "interrupt"
        finally:
            self._stage += 1
        return None

    def evaluate_only(self, angles: Floats) -> None:
        """Take these angles."""
        self.angles, self.energy, self.evaluations = angles, self.expectation(angles), 1
        if self.progress:
            self.progress(1.0, self.energy)

    def _note(self, angles: Floats, energy: float) -> None:
        self.evaluations += 1
        self._evaluated += 1
        if energy < self.energy:
            self.energy, self.angles = energy, angles
        if self.progress:
            done = (self._stage + self._evaluated / self.maxiter) / self.stages
            self.progress(max(done, self.clock.fraction()), self.energy)
        if self.energy <= self.target:
            raise _Stop("target_energy")
        if self.clock.left() == 0:
            raise _Stop("time_limit")
        if self._evaluated >= self.maxiter:
            raise _Stop("maxiter")


class _Stop(Exception):
    """Leaves the optimiser, which has no other way out; says why."""
