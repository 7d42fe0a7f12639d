"""The Hamiltonian H(s) = A(s)/2 D + B(s)/2 H_p of a quantum annealer: its lowest levels, and what drives it upwards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgq.annealing_schedule import AnnealingSchedule
from sgq.models import Floats

SAME = 1e-9  # of the width of the spectrum: levels that are one
_DENSE = 256  # states up to which all levels of a matrix take less time than the lowest by Lanczos
_LARGEST_DENSE = 4096  # where so many levels are wanted that Lanczos is none
_SPARE = 4  # levels asked for beyond those wanted: Lanczos finds copies of a degenerate one late
_ROUNDING = 1e-12
_SOLVED = 1e-8  # of the right-hand side of a linear equation
_COUPLED = 1e-9  # of the norm of D|0> or H_p|0> without its mean: rounding leaves 1e-12 of what a symmetry forbids


@dataclass(frozen=True, eq=False)
class Annealer:
    """H(s), and as many of its lowest levels as are wanted.

    Attributes
    ----------
    energies
        H_p, one of each configuration.
    path
        A(s) and B(s).
    driver
        D: anything that multiplies vectors, and `transverse` if it is -Σ X.
    paired
        Whether a configuration stands for itself and its opposite, see `transverse_field`.
    count
        How many levels are wanted.
    one_goal
        Whether one ground state alone ends the path, so that every level above it counts.
    """

    energies: Floats
    path: AnnealingSchedule
    driver: Any
    transverse: bool
    paired: bool
    count: int
    one_goal: bool

    def lowest(self, s: float) -> tuple[Floats, NDArray[Any]]:
        """The lowest levels, at least `count`, and their states as columns."""
        from scipy.linalg import eigh
        from scipy.sparse.linalg import LinearOperator, eigsh

        field, weight = self._weights(s)
        size, wanted = len(self.energies), self.count + _SPARE
        if size <= _DENSE or (2 * wanted > size and size <= _LARGEST_DENSE):
            matrix = field * (self.driver @ np.eye(size)) + np.diag(weight * self.energies)
            values, states = eigh(matrix)
            return values, states
        if field == 0 or (weight == 0 and self.transverse):
            return self._known(field, weight)  # degenerate as no other place is, which is hard on Lanczos
        diagonal = weight * self.energies
        operator = LinearOperator(
            (size, size),
            matvec=lambda v: field * (self.driver @ v) + diagonal * v,
            dtype=np.result_type(self.driver.dtype, np.float64),
        )
        start = np.random.default_rng(0).standard_normal(size)
        values, states = eigsh(operator, k=wanted, which="SA", v0=start, ncv=min(size, max(32, 3 * wanted)))
        order = np.argsort(values)
        return values[order], states[:, order]

    def gap(self, s: float) -> float:
        """Distance from the ground state to the lowest level that counts; infinite if none of the lowest does."""
        return self.gap_and_time(s, *self.lowest(s), gap_alone=True)[0]

    def gap_and_time(
        self, s: float, values: Floats, states: NDArray[Any], *, gap_alone: bool = False
    ) -> tuple[float, float]:
        """The gap, and ‖Q (H - E_0)^-2 Q dH/ds |0>‖, where Q takes away the ground state and levels that do not count.

        Because (A D + B H_p)|0> = 2 E_0 |0>, what D|0>, H_p|0> and dH/ds|0> have beside |0> has one direction.
        """
        field, weight = self._weights(s)
        if field == 0 and weight == 0:
            return 0.0, math.inf
        states = self._ground_state_first(field, weight, values, states)
        direction, strength = self._drive(s, states[:, 0])
        gap, time = math.inf, 0.0
        for first, last in self._blocks(weight, values)[1:]:
            block, distance = states[:, first:last], float(values[first:last].mean() - values[0])
            elements = block.conj().T @ direction
            size = float(np.linalg.norm(elements))
            coupled = size > _COUPLED
            if coupled and self._both_final(states[:, 0], block @ (elements / size)):
                continue
            if coupled or self.one_goal or field == 0:  # several flips couple there just before
                gap = min(gap, distance)
            time = math.hypot(time, size / distance / distance) if coupled else time
        if strength and not gap_alone and len(values) < len(self.energies):
            time = math.hypot(time, self._beyond(s, values[0], states, direction))
        return gap, strength * time

    def _weights(self, s: float) -> tuple[float, float]:
        return float(self.path.A(s)) / 2, float(self.path.B(s)) / 2

    def _known(self, field: float, weight: float) -> tuple[Floats, NDArray[Any]]:
        """Levels where only one part of H is there: configurations, or products of spins along x."""
        size = len(self.energies)
        configurations = np.arange(size)
        if field == 0:
            order = np.argsort(self.energies, kind="stable")[: self.count]
            return weight * self.energies[order], (configurations[:, None] == order).astype(float)
        turned = np.bitwise_count(configurations).astype(np.int64)  # along x; in the sector an even number
        turned += turned % 2 if self.paired else 0
        spins = size.bit_length() - 1 + self.paired
        order = np.argsort(turned, kind="stable")[: self.count]
        signs = 1.0 - 2.0 * (np.bitwise_count(configurations[:, None] & order) % 2)
        levels = np.asarray(field * (2.0 * turned[order] - spins), dtype=np.float64)
        return levels, signs / np.sqrt(size)

    def _blocks(self, weight: float, values: Floats) -> list[tuple[int, int]]:
        """First and last number of the states of each level."""
        width = np.ptp(values) + weight * np.ptp(self.energies)
        bounds = [0, *(np.flatnonzero(np.diff(values) > SAME * width) + 1).tolist(), len(values)]
        return list(pairwise(bounds))

    def _ground_state_first(self, field: float, weight: float, values: Floats, states: NDArray[Any]) -> NDArray[Any]:
        """The states, the first of them the one that the path leads to: where it is degenerate, to first order."""
        last = self._blocks(weight, values)[0][1]
        if last == 1:
            return states
        block = states[:, :last]
        small = block.conj().T @ (self.driver @ block if field == 0 else self.energies[:, None] * block)
        return np.hstack([block @ np.linalg.eigh(small)[1], states[:, last:]])

    def _drive(self, s: float, ground: NDArray[Any]) -> tuple[NDArray[Any], float]:
        """The direction of what drives the ground state, and how strong dH/ds does."""
        parts = [self.driver @ ground, self.energies * ground]
        scales = [float(np.linalg.norm(part)) for part in parts]
        parts = [part - np.vdot(ground, part) * ground for part in parts]
        norms = [float(np.linalg.norm(part)) for part in parts]
        ratios = [norm / scale if scale else 0.0 for norm, scale in zip(norms, scales, strict=True)]
        best = int(np.argmax(ratios))
        if ratios[best] < _ROUNDING:
            return np.zeros_like(ground), 0.0
        slopes = [float(slope) / 2 for slope in self.path.derivatives(s)]
        strength = float(np.linalg.norm(slopes[0] * parts[0] + slopes[1] * parts[1]))
        return parts[best] / norms[best], strength

    def _both_final(self, *states: NDArray[Any]) -> bool:
        """Whether each state lies by more than half in the ground states of H_p."""
        lowest = self.energies <= self.energies.min() + SAME * np.ptp(self.energies)
        return all(float(np.linalg.norm(state[lowest])) ** 2 > 0.5 for state in states)

    def _beyond(self, s: float, ground_energy: float, states: NDArray[Any], direction: NDArray[Any]) -> float:
        """‖(H - E_0)^-2 direction‖ in the space beyond the states that are known."""
        from scipy.sparse.linalg import LinearOperator, cg

        field, weight = self._weights(s)
        diagonal = weight * self.energies - ground_energy

        def outside(v: NDArray[Any]) -> NDArray[Any]:
            return np.asarray(v - states @ (states.conj().T @ v))

        operator = LinearOperator(
            (len(diagonal),) * 2,
            matvec=lambda v: outside(field * (self.driver @ v) + diagonal * v),
            dtype=np.result_type(self.driver.dtype, np.float64),
        )
        result = outside(direction)
        for _ in range(2):
            result, unfinished = cg(operator, result, rtol=_SOLVED, atol=_ROUNDING)
            if unfinished:
                raise RuntimeError(f"s={s:g}: the adiabatic time was not found; ask for more levels")
            result = outside(result)
        return float(np.linalg.norm(result))


def transverse_field(size: int, paired: bool) -> Any:
    """-Σ X as a sparse matrix.

    Where no energy changes when all spins turn and Π X = 1, configuration x may stand for (|x> + |not x>)/√2 with one
    spin more, which is up in x (`paired`); X of this spin turns all the others.
    """
    from scipy.sparse import csr_array

    flips = [1 << bit for bit in range(size.bit_length() - 1)] + [size - 1] * paired
    rows = np.arange(size, dtype=np.int32)
    columns = np.sort(rows[:, None] ^ np.array(flips, dtype=np.int32), axis=1)
    starts = np.arange(size + 1, dtype=np.int32) * len(flips)
    return csr_array((np.full(columns.size, -1.0), columns.ravel(), starts), shape=(size, size))
