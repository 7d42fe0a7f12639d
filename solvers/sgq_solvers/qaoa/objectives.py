"""What a QAOA minimises: the mean energy, that of its lowest part, or minus the probability of the ground states.

Each is the mean of a weight of the energy, w(E), which `weigh` puts to a state for derivatives: for the lowest part α
of the distribution (CVaR: P. K. Barkoutsos, G. Nannicini, A. Robert, I. Tavernelli, S. Woerner, Quantum 4, 256 (2020))
it is min(E - e, 0) / α with e the energy where the part ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sgq_solvers.qaoa.ground_states import GroundStates

if TYPE_CHECKING:
    from sgq.kernels.statevector import Statevector

_BLOCK = 1 << 16


class Objective(Protocol):
    """A function of the state."""

    def value(self, state: Statevector) -> float:
        """What is minimised."""

    def weigh(self, state: Statevector, other: Statevector) -> None:
        """Make `other` the state times w(E), for the state of which `value` was asked last."""


class MeanEnergy:
    """Mean energy."""

    def __init__(self, energies: NDArray[Any]) -> None:
        self._energies = energies

    def value(self, state: Statevector) -> float:
        """See `Objective`."""
        return state.expectation(self._energies)

    def weigh(self, state: Statevector, other: Statevector) -> None:
        """See `Objective`."""
        _weigh(state, other, lambda part: self._energies[part])


class LowestPart:
    """Mean energy of the lowest part `alpha` of the distribution of energies."""

    def __init__(self, energies: NDArray[Any], alpha: float) -> None:
        self._energies, self._alpha, self._end = energies, alpha, 0.0
        self._order = np.argsort(energies, kind="stable")

    def value(self, state: Statevector) -> float:
        """See `Objective`."""
        part = self._alpha * state.norm()
        total = weighted = 0.0
        for start in range(0, len(self._order), _BLOCK):
            chosen = self._order[start : start + _BLOCK]
            energies, p = self._energies[chosen].astype(float), state.probabilities(chosen)
            reached = total + np.cumsum(p)
            last = int(np.searchsorted(reached, part))
            if last < len(chosen):
                p[last] -= reached[last] - part  # only what is missing of the last one
                self._end = float(energies[last])
                return (weighted + float((p * energies)[: last + 1].sum())) / part
            total, weighted, self._end = float(reached[-1]), weighted + float((p * energies).sum()), float(energies[-1])
        return weighted / total  # rounding kept the total below the part: it is all of it

    def weigh(self, state: Statevector, other: Statevector) -> None:
        """See `Objective`."""
        _weigh(state, other, lambda part: np.minimum(self._energies[part] - self._end, 0.0) / self._alpha)


class GroundStateOverlap:
    """Minus the probability of the ground states."""

    def __init__(self, ground: GroundStates) -> None:
        self._ground = ground

    def value(self, state: Statevector) -> float:
        """See `Objective`."""
        return -self._ground.probability(state)

    def weigh(self, state: Statevector, other: Statevector) -> None:
        """See `Objective`."""
        other.real[:] = other.imag[:] = 0.0
        for states in self._ground:
            other.real[states] = -state.real[states]
            other.imag[states] = -state.imag[states]


def _weigh(state: Statevector, other: Statevector, weight: Callable[[slice], NDArray[Any]]) -> None:
    for start in range(0, state.real.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        w = weight(part)
        np.multiply(state.real[part], w, out=other.real[part], casting="same_kind")
        np.multiply(state.imag[part], w, out=other.imag[part], casting="same_kind")
