"""The Schrödinger equation of a quantum annealer, integrated by a splitting method with controlled steps.

i dψ/dt = H(t/T) ψ with H(s) = -A(s)/2 Σ X + B(s)/2 H_p: each part alone is solved exactly, so every step is unitary.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sgq.annealing_schedule import AnnealingSchedule
from sgq.models import Floats

if TYPE_CHECKING:
    from sgq.kernels.statevector import Statevector
    from sgq.kernels.teams import Team

# S. Blanes & P. C. Moan, J. Comput. Appl. Math. 142, 313 (2002), table 2: order 6, ten stages, symmetric
_HALF_A = (0.0502627644003922, 0.413514300428344, 0.0450798897943977, -0.188054853819569, 0.541960678450780)
_HALF_B = (0.148816447901042, -0.132385865767784, 0.067307604692185, 0.432666402578175)
_ENERGY = np.array([*_HALF_A, 1 - 2 * sum(_HALF_A), *_HALF_A[::-1]])
_FIELD = np.array([*_HALF_B, 0.5 - sum(_HALF_B), 0.5 - sum(_HALF_B), *_HALF_B[::-1]])
_ORDER = 6
_ROUNDING = 1e-14  # between two states that ought to be equal
_LONGEST = 1 / 16  # of the path
_APART = 1e-12  # of the path: places that are one
_MOST_TURNS = 1e6  # radians, of one to three steps each: ten minutes or more for few spins
_GROWTH = 1.1  # of the length that is tried again after a step that a row made shorter
_ROWS = 3  # of a table, inside a step that ends at the first of them rather than go over them


class Evolution:
    """A state on its way along a schedule, from the ground state of -Σ X.

    In configuration x spin i is (-1)^(bit i of x). Where no energy changes when all spins turn, a state that starts
    uniform keeps Π X = 1, and x may stand for (|x> + |not x>)/√2 with one spin more, which is up in x; X of this spin
    turns all the others.

    A step of length h is made once whole and once in halves, which are kept. On a smooth path their difference is
    2^6 - 1 times the error of the halves as h → 0, and errors of unitary steps add up at most: a step may err by
    `tolerance` times its part of the path. Second derivatives jump at the rows of a table, so that a step ends there if
    it holds no more than three; one that goes over more is taken to err by the whole difference, and by what the halves
    miss of the integrals of A and B, times the rms of what they multiply, so that nothing is stepped over.

    Attributes
    ----------
    state, s
        Amplitudes and how far they have come, from 0 to 1.
    steps, rejected
        Steps made and steps that were made again, shorter.
    error
        Sum of the estimated errors of the steps: a bound on the distance of the state from the exact one, as far as
        the estimates hold.

    Parameters
    ----------
    energies
        H_p, one of each configuration, shape (2^m,), aligned as `sgq.kernels.diagonal` makes it. Their mean is best 0:
        it turns the phase of all amplitudes, which shortens the steps.
    paired
        Whether a configuration stands for itself and its opposite.

    Raises
    ------
    ValueError
        If phases would turn by more than 10^6 on the path, which takes as many steps or more.
    """

    def __init__(
        self,
        energies: Floats,
        paired: bool,
        schedule: AnnealingSchedule,
        annealing_time: float,
        tolerance: float,
        team: Team,
    ) -> None:
        from sgq.kernels.statevector import Statevector

        self.energies, self.paired, self.schedule = energies, paired, schedule
        self.time, self.tolerance = annealing_time, tolerance
        num_bits = len(energies).bit_length() - 1
        self._rows = schedule.rows
        self.state, self._whole, self._halves = (Statevector(num_bits, np.float64, team) for _ in range(3))
        self.s, self.steps, self.rejected, self.error = 0.0, 0, 0, 0.0
        # rms of H_p and of Σ X in states without correlations; the mean of H_p is best 0, and no copy is made of it
        with np.errstate(over="ignore"):  # an infinite one is refused below
            self._rms = math.sqrt(max(num_bits, 1)), math.sqrt(np.einsum("x,x", energies, energies) / len(energies))
        a, b = schedule.integrals(0.0, 1.0)
        turns = 0.5 * annealing_time * (a + b * self._rms[1])
        if not turns <= _MOST_TURNS:
            raise ValueError(
                f"annealing_time={annealing_time:g}: phases of this model would turn by {turns:.3g} on the way, a step "
                f"for each, and {_MOST_TURNS:g} are allowed; scale its coefficients to about 1, or anneal faster"
            )
        self._h = min(_LONGEST, 1 / (1 + turns))

    def advance(self) -> None:
        """Make one step that is short enough; interrupted, the state stays where it was."""
        while True:
            h, rows = self._up_to_a_row(min(self._h, 1 - self.s))
            error = self._try(h, rows)
            allowed = max(self.tolerance * h, _ROUNDING)
            factor = 0.9 * (allowed / max(error, 1e-300)) ** (1 / _ORDER)
            proposed = h * min(2.0, max(0.2, factor))
            if error <= allowed:
                break
            self._h, self.rejected = proposed, self.rejected + 1
        self._h = min(_LONGEST, max(proposed, _GROWTH * self._h if h < self._h else 0.0))
        s = 1.0 if h >= 1 - self.s else self.s + h
        self.state, self._halves, self.s, self.steps = self._halves, self.state, s, self.steps + 1
        self.error += error

    def final_probabilities(self) -> Floats:
        """Of all configurations, adding up to 1, in the memory that steps need: there are none after this."""
        result, square = self._whole.real, self._whole.imag
        np.square(self.state.real, out=result)
        np.square(self.state.imag, out=square)
        result += square
        result /= result.sum()
        return np.asarray(result, dtype=np.float64)

    def _up_to_a_row(self, h: float) -> tuple[float, int]:
        """The length of a step, shorter if it ends at a row, and how many rows it goes over."""
        first, last = np.searchsorted(self._rows, (self.s + _APART, self.s + h - _APART))
        if 0 < last - first <= _ROWS:
            return float(self._rows[first]) - self.s, 0
        return h, int(last - first)

    def _try(self, h: float, rows: int) -> float:
        """The error of a step in halves, which is left in `_halves`, over so many rows."""
        whole, halves = self._whole, self._halves
        for copy in (whole, halves):
            np.copyto(copy.real, self.state.real)
            np.copyto(copy.imag, self.state.imag)
        self._step(whole, self.s, h)
        first = self._step(halves, self.s, h / 2)
        last = self._step(halves, self.s + h / 2, h / 2)
        whole.real -= halves.real
        whole.imag -= halves.imag
        difference = math.sqrt(whole.norm())
        if not rows:
            return difference / ((1 << _ORDER) - 1)
        exact = 0.5 * self.time * np.array(self.schedule.integrals(self.s, self.s + h))
        return difference + float(np.abs(exact - first - last) @ self._rms)

    def _step(self, state: Statevector, s: float, h: float) -> Floats:
        """One step of the splitting method; the angles by which both parts turned.

        While one part acts, only the time that the other part sees goes on: this makes a method for constant parts
        one for parts that change, of the same order.
        """
        from sgq.kernels.all_spins import rotate_all

        unit = self.time * h / 2
        seen_by_energy = s + h * np.concatenate([[0.0], np.cumsum(_FIELD)])
        turns = unit * _ENERGY * self.schedule.B(seen_by_energy)
        rotations = -unit * _FIELD * self.schedule.A(s + h * np.cumsum(_ENERGY)[:-1])
        for turn, rotation in zip(turns.tolist(), [*rotations.tolist(), 0.0], strict=True):
            state.layer(self.energies, turn, rotation)
            if self.paired:
                rotate_all(state, rotation)
        return np.array([-rotations.sum(), turns.sum()])
