"""The state of a QAOA at given angles, and the derivatives of an objective with respect to them.

Derivatives are adjoint: one more state, λ = w(E) ψ, goes back through the layers with ψ, and the mean of w has
∂/∂β_l = 2 Im⟨λ_l|M|ψ_l⟩ and ∂/∂γ_l = -2 Im⟨λ_l|E|ψ_l⟩, both states as they are between the two exponentials. All
derivatives together cost a few times as much as the state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgq.models import Floats
from sgq_solvers.qaoa.mixers import Mixer
from sgq_solvers.qaoa.objectives import Objective

if TYPE_CHECKING:
    from sgq.kernels.statevector import Statevector


class Ansatz:
    """Π_l exp(-i β_l M) exp(+i γ_l E) on the mixer's own state, l = 1 first; angles γ_1 … γ_p, β_1 … β_p in one array.

    Attributes
    ----------
    state
        The state of the angles asked for last, but for `gradient`, which undoes it.
    """

    def __init__(self, state: Statevector, energies: NDArray[Any], mixer: Mixer, objective: Objective) -> None:
        self.state, self._energies, self._mixer, self._objective = state, energies, mixer, objective
        self._other: Statevector | None = None

    def run(self, angles: Floats) -> None:
        """Prepare the state."""
        self._mixer.prepare(self.state)
        for gamma, beta in _layers(angles):
            self._mixer.layer(self.state, self._energies, -gamma, beta)

    def value(self, angles: Floats) -> float:
        """The objective."""
        self.run(angles)
        return self._objective.value(self.state)

    def gradient(self, angles: Floats) -> tuple[float, Floats]:
        """The objective and its derivatives."""
        from sgq.kernels.statevector import Statevector

        value = self.value(angles)
        state, energies, mixer = self.state, self._energies, self._mixer
        if self._other is None:
            self._other = Statevector(state.num_qubits, state.kind, state.team)
        other = self._other
        self._objective.weigh(state, other)
        gamma, beta = np.split(angles, 2)
        slopes = np.zeros((2, len(gamma)))
        for psi in (state, other):
            mixer.rotate(psi, -beta[-1])
        for layer in reversed(range(len(gamma))):
            # M and E commute with their own exponentials: they may be asked before these are undone, or after.
            slopes[:, layer] = -2 * state.weighted_overlap(other, energies), 2 * mixer.overlap(state, other)
            if layer:
                for psi in (state, other):
                    mixer.layer(psi, energies, gamma[layer], -beta[layer - 1])
        return value, slopes.ravel()


def _layers(angles: Floats) -> list[tuple[float, float]]:
    """Angles layer by layer, less the layers that do nothing."""
    gamma, beta = np.split(angles, 2)
    return [(g, b) for g, b in zip(gamma.tolist(), beta.tolist(), strict=True) if g or b]
