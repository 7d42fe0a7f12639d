"""The angles of a QAOA, whatever runs its circuit: given ones checked, else found by an optimiser of SciPy.

Angles are γ_1 … γ_p, β_1 … β_p in one array, in the convention of `sgq_solvers.aer`. A search has γ in units of the
inverse rms local field of its model.
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
    """The lowest cost seen, with its angles, and when to stop looking.

    Costs are in units of energy and γ in their inverse, both of order one: optimisers compare with fixed numbers.

    Parameters
    ----------
    cost
        What is minimised, of the angles.
    maxiter
        Evaluations at most of each call of `optimise`, with or without a gradient.
    gradient
        The same, and its derivatives. With it the optimiser is L-BFGS, without it COBYLA.
    stages
        Calls of `optimise` there will be, for the progress.
    offset, scale
        A cost x is reported, and compared with the target, as offset + scale x.

    Attributes
    ----------
    angles
        Those of the lowest cost of all, which `energy` reports.
    point
        The lowest one of the last call of `optimise`, in the coordinates of its `start`.
    """

    def __init__(
        self,
        cost: Callable[[Floats], float],
        maxiter: int,
        clock: Clock,
        target: float = -math.inf,
        progress: Progress | None = None,
        gradient: Callable[[Floats], tuple[float, Floats]] | None = None,
        stages: int = 1,
        offset: float = 0.0,
        scale: float = 1.0,
    ) -> None:
        self.cost, self.gradient, self.maxiter, self.clock = cost, gradient, maxiter, clock
        self.target, self.progress, self.stages = target, progress, stages
        self.offset, self.scale = offset, scale
        self.evaluations = 0
        self.angles: Floats = np.zeros(0)
        self.point: Floats = np.zeros(0)
        self._lowest, self._stage, self._evaluated = math.inf, 0, 0

    @property
    def energy(self) -> float:
        """The lowest cost of all, with its offset and scale."""
        return self.offset + self.scale * self._lowest

    def optimise(self, start: Floats, basis: Floats | None = None) -> str | None:
        """Minimise from `start`; why it stopped early, or None.

        The angles are ``basis @ point``, the point itself where there is no basis.
        """
        try:
            stopped = self._minimise(start, np.eye(len(start)) if basis is None else basis)
            self._stage += 1
            if self._stage == self.stages or stopped not in (None, "maxiter"):
                self._report(1.0)
        except KeyboardInterrupt:
            if not self.evaluations:
                raise
            return "interrupt"
        return stopped

    def evaluate_only(self, angles: Floats, cost: float | None = None) -> None:
        """Take these angles, whose cost may be known already."""
        self.angles, self._lowest, self.evaluations = angles, self.cost(angles) if cost is None else cost, 1
        self._report(1.0)

    def _minimise(self, start: Floats, basis: Floats) -> str | None:
        from scipy.optimize import minimize

        self._evaluated, lowest = 0, math.inf

        def note(point: Floats, cost: float) -> float:
            nonlocal lowest
            if cost < lowest:
                lowest, self.point = cost, point.copy()
            self._note(basis @ point, cost)
            return cost

        def value(point: Floats) -> float:
            return note(point, self.cost(basis @ point))

        def value_and_gradient(point: Floats) -> tuple[float, Floats]:
            assert self.gradient
            cost, slopes = self.gradient(basis @ point)
            return note(point, cost), slopes @ basis

        # Both want a few evaluations at least, so our own count, not theirs, stops them.
        patience = self.maxiter + len(start) + 2
        try:
            if self.gradient:
                options = {**_LBFGS, "maxiter": patience, "maxfun": patience}
                minimize(value_and_gradient, start, method="L-BFGS-B", jac=True, options=options)
            else:
                minimize(value, start, method="COBYLA", options={**_COBYLA, "maxiter": patience})
        except _Stop as stop:
            return str(stop)
        return None

    def _note(self, angles: Floats, cost: float) -> None:
        self.evaluations += 1
        self._evaluated += 1
        if cost < self._lowest:
            self._lowest, self.angles = cost, angles
        done = (self._stage + self._evaluated / self.maxiter) / self.stages
        self._report(max(done, self.clock.fraction()))
        if self.energy <= self.target:
            raise _Stop("target_energy")
        if self.clock.left() == 0:
            raise _Stop("time_limit")
        if self._evaluated >= self.maxiter:
            raise _Stop("maxiter")

    def _report(self, fraction: float) -> None:
        if self.progress:
            self.progress(fraction, self.energy)


class _Stop(Exception):
    """Leaves the optimiser, which has no other way out; says why."""
