"""The mixers of a QAOA, each with the state that it starts from, the one of its highest eigenvalue.

`FlipMixer` is Σ X of all spins. `LocalMixer` is a sum of operators on groups of spins: the rotated mixer of a warm
start (D. J. Egger, J. Mareček, S. Woerner, Quantum 5, 479 (2021)), or XY mixers that keep constraints of one spin up in
a group (Z. Wang, N. C. Rubin, J. M. Dominy, E. G. Rieffel, Phys. Rev. A 101, 012320 (2020)).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import dimod
import numpy as np
from numpy.typing import NDArray

from sgq.checks import finite_array
from sgq.models import Floats

if TYPE_CHECKING:
    from sgq.kernels.statevector import Statevector


class Mixer(Protocol):
    """What the layers of an ansatz need of its mixer M."""

    def prepare(self, state: Statevector) -> None:
        """The state that the first layer acts on."""

    def layer(self, state: Statevector, energies: NDArray[Any], turn: float, rotation: float) -> None:
        """exp(-i turn E), then exp(-i rotation M)."""

    def rotate(self, state: Statevector, angle: float) -> None:
        """exp(-i angle M)."""

    def overlap(self, state: Statevector, other: Statevector) -> float:
        """Im⟨other|M|state⟩."""


class FlipMixer:
    """M = Σ X, from |+…+>."""

    def prepare(self, state: Statevector) -> None:
        """See `Mixer`."""
        state.reset()

    def layer(self, state: Statevector, energies: NDArray[Any], turn: float, rotation: float) -> None:
        """See `Mixer`; one pass less than both apart."""
        state.layer(energies, turn, rotation)

    def rotate(self, state: Statevector, angle: float) -> None:
        """See `Mixer`."""
        state.rotate(angle)

    def overlap(self, state: Statevector, other: Statevector) -> float:
        """See `Mixer`."""
        return state.flip_overlap(other)


@dataclass(frozen=True, eq=False)
class Part:
    """A real symmetric matrix between some settings of a few qubits, and the amplitudes that these begin with."""

    qubits: NDArray[np.int64]
    settings: NDArray[np.int64]
    matrix: Floats
    amplitudes: Floats

    @property
    def is_qubit(self) -> bool:
        """Whether it acts on all of a single qubit."""
        return len(self.qubits) == 1


class LocalMixer:
    """M is a sum of parts on qubits of their own, which together are all qubits."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = [(part, *np.linalg.eigh(part.matrix)) for part in parts]
        self._in_order = all(part.is_qubit and part.qubits[0] == k for k, (part, _, _) in enumerate(self._parts))

    def prepare(self, state: Statevector) -> None:
        """See `Mixer`."""
        from sgq.kernels.statevector_local import prepare

        state.real[:] = state.imag[:] = 0.0
        state.real[0] = 1.0
        for place, (part, _, _) in enumerate(self._parts):
            amplitudes, size = part.amplitudes.astype(state.kind), 1 << place
            if self._in_order:  # the qubits below are prepared, those above are 0: what is there doubles
                np.multiply(state.real[:size], amplitudes[1], out=state.real[size : 2 * size])
                state.real[:size] *= amplitudes[0]
            else:
                prepare(state.real, part.qubits, part.settings, amplitudes)

    def layer(self, state: Statevector, energies: NDArray[Any], turn: float, rotation: float) -> None:
        """See `Mixer`."""
        state.turn(energies, turn)
        self.rotate(state, rotation)

    def rotate(self, state: Statevector, angle: float) -> None:
        """See `Mixer`."""
        from sgq.kernels.statevector_local import RUN, apply, apply_to_qubit

        for part, levels, vectors in self._parts:
            matrix = (vectors * np.exp(-1j * angle * levels)) @ vectors.T
            re, im = (np.ascontiguousarray(m, dtype=state.kind) for m in (matrix.real, matrix.imag))
            if part.is_qubit:
                qubit = int(part.qubits[0])
                work = partial(apply_to_qubit, state.real, state.imag, qubit, re, im)
                state.team.share(work, state.real.size // 2 // min(1 << qubit, RUN))
            else:
                work = partial(apply, state.real, state.imag, part.qubits, part.settings, re, im)
                state.team.share(work, state.real.size >> len(part.qubits))

    def overlap(self, state: Statevector, other: Statevector) -> float:
        """See `Mixer`."""
        from sgq.kernels.statevector_local import overlap, overlap_on_qubit

        arrays, total = (state.real, state.imag, other.real, other.imag), 0.0
        for part, _, _ in self._parts:
            if part.is_qubit:
                total += overlap_on_qubit(*arrays, int(part.qubits[0]), part.matrix)
            else:
                total += overlap(*arrays, part.qubits, part.settings, part.matrix)
        return total


def warm_mixer(means: Floats) -> LocalMixer:
    """Qubit i starts with ⟨Z⟩ = ``means[i]`` = cos θ, the state of eigenvalue 1 of sin θ X + cos θ Z, its mixer."""
    parts = []
    for qubit, mean in enumerate(means):
        sine = np.sqrt(1 - mean**2)
        amplitudes = np.sqrt((1 + np.array([mean, -mean])) / 2)
        parts.append(one_qubit(qubit, np.array([[mean, sine], [sine, -mean]]), amplitudes))
    return LocalMixer(parts)


def one_qubit(qubit: int, matrix: Floats, amplitudes: Floats) -> Part:
    """A part that acts on all of a single qubit."""
    return Part(np.array([qubit]), np.array([0, 1 << qubit]), matrix, amplitudes)


def given_means(warm_start: Any, epsilon: float, labels: Sequence[Hashable], vartype: dimod.Vartype) -> Floats:
    """Means of the spins as a user gives them, in the model's vartype, kept off ±1 by `epsilon`."""
    if isinstance(warm_start, Mapping):
        for label in [*labels, *warm_start]:
            if label not in warm_start or label not in labels:
                where = "has no mean of" if label in labels else "has a mean of"
                raise ValueError(f"warm_start {where} {label!r}: one of each of the {len(labels)} variables is needed")
        warm_start = [warm_start[label] for label in labels]
    means = finite_array("warm_start", warm_start)
    low = -1 if vartype is dimod.SPIN else 0
    if means.shape != (len(labels),):
        raise ValueError(
            f"warm_start of shape {means.shape}: {len(labels)} means from {low} to 1 are needed, one a variable"
        )
    for label, mean in zip(labels, means.tolist(), strict=True):
        if not low <= mean <= 1:
            raise ValueError(f"warm_start of {label!r} is {mean}: means from {low} to 1 are needed")
    means = means if low else 2 * means - 1
    return np.clip(means, 2 * epsilon - 1, 1 - 2 * epsilon)
