"""The state of n qubits under a diagonal cost and rotations about X: QAOA, and Trotter steps of an annealing.

Qubit i is spin i, bit i of a configuration, set for s_i = -1. Real and imaginary parts are two arrays. A layer changes
them in place and goes through memory twice, for up to 25 qubits in float32: the memory is one state and the diagonal.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgq.kernels.diagonal import LOW, aligned, averages
from sgq.kernels.statevector_overlaps import COLUMNS, FOUR, TWO, high_flips, low_flips, weighted
from sgq.kernels.statevector_passes import LINES, high_qubits, low_qubits, reverse, sums
from sgq.kernels.teams import Team

Floats = NDArray[np.float64]

_REGISTER = 64  # bytes
_CACHED = 19  # log2 of the bytes of a block, half of a second-level cache
_COPIED = 9  # qubits of a pass that copies rows
_SUMMED = 14  # qubits of a block of a sum


class Statevector:
    """2^n amplitudes, |+…+> to begin with.

    Attributes
    ----------
    real, imag
        float32 or float64 (2^num_qubits,).

    Parameters
    ----------
    num_qubits
        n: the memory is 2^(n + 3) bytes in float32, 2^(n + 4) in float64.
    kind
        ``np.float32`` (a layer leaves relative errors of some 1e-7) or ``np.float64``.
    team
        The threads that share the work; the state does not depend on them.
    """

    def __init__(self, num_qubits: int, kind: Any = np.float64, team: Team | None = None) -> None:
        self.num_qubits, self.kind, self.team = num_qubits, np.dtype(kind), team or Team()
        self.real, self.imag = (aligned(1 << num_qubits, kind, place) for place in (0, 2))
        self._lanes = _REGISTER // self.kind.itemsize
        self.reset()

    def reset(self) -> None:
        """|+…+>."""
        self.real[:] = 2.0 ** (-self.num_qubits / 2)
        self.imag[:] = 0.0

    def turn(self, diagonal: NDArray[Any], angle: float) -> None:
        """Multiply by exp(-i angle diagonal); the diagonal is of the state's own `kind`, see `diagonal.diagonal`."""
        self.layer(diagonal, angle, 0.0)

    def rotate(self, angle: float) -> None:
        """Multiply by exp(-i angle Σ X)."""
        self.layer(self.real[:0], 0.0, angle)

    def layer(self, diagonal: NDArray[Any], turn: float, rotation: float) -> None:
        """Multiply by exp(-i turn diagonal), then by exp(-i rotation Σ X), in one go.

        A diagonal of another kind, size or layout than the amplitudes is a ValueError: the passes read raw memory.
        """
        if diagonal.dtype != self.kind or diagonal.size not in (0, self.real.size) or not diagonal.flags.c_contiguous:
            raise ValueError(
                f"diagonal is {diagonal.dtype} of shape {diagonal.shape}: {self.real.size} contiguous numbers of kind "
                f"{self.kind} are needed"
            )
        n, sine, cosine = self.num_qubits, np.sin(rotation), np.cos(rotation)
        if self.real.size < 8 * self._lanes:
            self._small_layer(diagonal, turn, sine, cosine)
            return
        # A rotation by more than a quarter turn of the sphere is one by the rest of half a turn, and X on every qubit.
        over = abs(sine) > abs(cosine)
        tangent, scale = (-cosine / sine, sine**n) if over else (sine / cosine, cosine**n)
        turns = turn / (2 * np.pi)
        phase = np.array([turns, turns - float(self.kind.type(turns))], self.kind)
        tangent, scale = self.kind.type(tangent), self.kind.type(scale)
        low = min(n, _CACHED - self.kind.itemsize.bit_length())
        self.team.share(
            lambda first, last: low_qubits(self.real, self.imag, diagonal, phase, tangent, scale, low, first, last),
            1 << (n - low),
        )
        passes = -(-(n - low) // _COPIED) if tangent else 0
        bounds = [low + (n - low) * k // passes for k in range(passes + 1)] if passes else []
        for first, last in pairwise(bounds):
            self._rotate_high(tangent, first, last)
        if over:
            self._flip_all()

    def _rotate_high(self, tangent: Any, low: int, high: int) -> None:
        width = LINES * self._lanes

        def work(first: int, last: int) -> None:
            copies = tuple(aligned(width << (high - low), self.kind, place) for place in (0, 2))
            high_qubits(self.real, self.imag, tangent, low, high, copies, first, last)

        self.team.share(work, self.real.size // (width << (high - low)))

    def _flip_all(self) -> None:
        """Multiply by (-i X)^⊗n."""
        reverse(self.real)
        reverse(self.imag)
        for _ in range(self.num_qubits % 4):
            self.real, self.imag = self.imag, np.negative(self.real, out=self.real)

    def _small_layer(self, diagonal: NDArray[Any], turn: float, sine: float, cosine: float) -> None:
        """The same for fewer amplitudes than eight registers hold."""
        psi = self.real + 1j * self.imag
        if diagonal.size:
            psi = psi * np.exp(-1j * turn * diagonal)
        for qubit in range(self.num_qubits):
            pairs = psi.reshape(-1, 2, 1 << qubit)
            psi = (cosine * pairs - 1j * sine * pairs[:, ::-1]).ravel()
        self.real[:], self.imag[:] = psi.real, psi.imag

    def norm(self) -> float:
        """Sum of the squared amplitudes."""
        return float(self._sums(self.real[:0])[0].sum())

    def expectation(self, diagonal: NDArray[Any]) -> float:
        """Mean of the diagonal in the state, were it of norm 1."""
        norm, weighted = self._sums(diagonal).sum(axis=1)
        return float(weighted / norm)

    def averages(self, masks: NDArray[np.uint64]) -> Floats:
        """Mean product of the spins in each bit mask: ⟨Z_i⟩ for ``1 << i``, ⟨Z_i Z_j⟩ for ``1 << i | 1 << j``."""
        low, result = min(self.num_qubits, LOW), np.empty(len(masks))
        averages(self.real, self.imag, masks, low, np.empty(1 << low), result)
        return result / self.norm()

    def probabilities(self, states: NDArray[np.int64] | None = None) -> Floats:
        """Squared amplitudes of some configurations, or of all: float64, 2^(n + 3) bytes then."""
        real, imag = (self.real, self.imag) if states is None else (self.real[states], self.imag[states])
        result = real.astype(np.float64) ** 2
        result += imag.astype(np.float64) ** 2
        return result

    def draw(self, uniforms: Floats) -> NDArray[np.int64]:
        """The configurations at which the cumulative probability, over its total, passes each of `uniforms`."""
        blocks = np.cumsum(self._sums(self.real[:0])[0])
        levels = uniforms * blocks[-1]
        block = np.minimum(np.searchsorted(blocks, levels, side="right"), len(blocks) - 1)
        states = np.empty(len(uniforms), np.int64)
        size = self.real.size // len(blocks)
        for b in np.unique(block):
            inside = np.arange(b * size, (b + 1) * size)
            cumulative = np.cumsum(self.probabilities(inside))
            here = block == b
            below = blocks[b - 1] if b else 0.0
            # Rounding may leave a level at or above the last sum: the last configuration that has a probability.
            room = np.flatnonzero(cumulative < cumulative[-1]).max(initial=-1) + 1
            states[here] = b * size + np.minimum(np.searchsorted(cumulative, levels[here] - below, "right"), room)
        return states

    def flip_overlap(self, other: Statevector) -> float:
        """Im⟨other| Σ X |self⟩."""
        n, arrays = self.num_qubits, (self.real, self.imag, other.real, other.imag)
        if self.real.size < 4 * self._lanes:
            psi, conjugate = self.real + 1j * self.imag, other.real - 1j * other.imag
            pairs = (psi.reshape(-1, 2, 1 << qubit) for qubit in range(n))
            return float(sum((conjugate @ p[:, ::-1].ravel()).imag for p in pairs))
        low = min(n, _SUMMED)
        total = self._added(lambda result, *ends: low_flips(*arrays, low, result, *ends), 1 << (n - low))
        for qubit in range(low, n, 2):
            rows = FOUR if qubit + 1 < n else TWO
            total += self._added(
                lambda result, *ends, q=qubit, r=rows: high_flips(*arrays, q, r, result, *ends),
                self.real.size // (len(rows) << COLUMNS),
            )
        return total

    def weighted_overlap(self, other: Statevector, diagonal: NDArray[Any]) -> float:
        """Im⟨other| diagonal |self⟩."""
        arrays, bits = (self.real, self.imag, other.real, other.imag), min(self.num_qubits, _SUMMED)
        return self._added(
            lambda result, *ends: weighted(*arrays, diagonal, bits, result, *ends), 1 << (self.num_qubits - bits)
        )

    def _added(self, work: Callable[..., object], blocks: int) -> float:
        """The sum of what ``work(result, first, last)`` writes into a result for every block."""
        result = np.empty(blocks)
        self.team.share(lambda first, last: work(result, first, last), blocks)
        return float(result.sum())

    def _sums(self, diagonal: NDArray[Any]) -> Floats:
        """Probability, and probability times the diagonal if there is one, of every block: shape (2, blocks)."""
        bits = min(self.num_qubits, _SUMMED)
        result = np.zeros((2, 1 << (self.num_qubits - bits)))
        self.team.share(
            lambda first, last: sums(self.real, self.imag, diagonal, result, bits, first, last), result.shape[1]
        )
        return result
