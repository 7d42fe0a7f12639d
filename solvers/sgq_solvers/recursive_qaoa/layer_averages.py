"""Means of products of spins in QAOA's state of the best angles, for what recursive QAOA has left of a model."""

from __future__ import annotations

import numpy as np

from sgq.kernels.teams import Team
from sgq.models import Floats, Integers, Terms
from sgq_solvers.memory import MAX_QUBITS, free_memory, gigabytes
from sgq_solvers.qaoa.angles import AngleSearch
from sgq_solvers.qaoa.spin_polynomial import in_units
from sgq_solvers.qaoa.starts import fixed_angles
from sgq_solvers.recursive_qaoa.elimination import Elimination
from sgq_solvers.recursive_qaoa.one_layer import OneLayer
from sgq_solvers.sampler import Clock

_BYTES = 40  # per amplitude: energies, the state, and another one for the derivatives, in float64


class LayerAverages:
    """Means at the best angles of p layers, which start from those of the model asked about before."""

    def __init__(self, p: int, maxiter: int, clock: Clock, team: Team) -> None:
        self._p, self._maxiter, self._clock, self._team = p, maxiter, clock, team
        self._angles: Floats | None = None  # in units of the rms field

    def check(self, rest: Elimination) -> None:
        """ValueError, before anything large is made, if this takes a state that memory cannot hold."""
        n = len(rest.held())
        needed = _BYTES << n
        if not self._closed(rest) and (needed > free_memory() or n > MAX_QUBITS):
            raise ValueError(
                f"{n} spins: recursive-qaoa with p={self._p} needs {gigabytes(needed)} for states of this model; "
                "a quadratic one with p=1 needs none; or take a smaller instance, or annealing"
            )

    def __call__(self, rest: Elimination, spins: list[int]) -> Floats:
        """Mean of every term, in order, then of these single spins."""
        polynomial, held = rest.left()
        scaled, _, _ = in_units(polynomial)
        place = {spin: k for k, spin in enumerate(held)}
        singles = np.array([place[spin] for spin in spins], np.int64)
        return (self._closed_form if self._closed(rest) else self._by_state)(scaled, len(held), singles)

    def _closed(self, rest: Elimination) -> bool:
        return self._p == 1 and all(term.bit_count() <= 2 for term in rest.terms)

    def _closed_form(self, scaled: Terms, n: int, singles: Integers) -> Floats:
        orders, first = np.diff(scaled.starts), scaled.starts[:-1]
        fields = np.zeros(n)
        fields[scaled.indices[first[orders == 1]]] = scaled.coefficients[orders == 1]
        pairs = scaled.indices[first[orders == 2][:, None] + np.arange(2)]
        layer = OneLayer(fields, pairs, scaled.coefficients[orders == 2], self._team)
        self._angles = np.array(layer.best_angles(None if self._angles is None else float(self._angles[0])))
        single, double = layer.averages(*self._angles)
        means = np.empty(len(orders))
        means[orders == 1], means[orders == 2] = single[scaled.indices[first[orders == 1]]], double
        return np.concatenate([means, single[singles]])

    def _by_state(self, scaled: Terms, n: int, singles: Integers) -> Floats:
        from sgq.kernels.diagonal import diagonal
        from sgq.kernels.statevector import Statevector
        from sgq_solvers.qaoa.ansatz import Ansatz
        from sgq_solvers.qaoa.mixers import FlipMixer
        from sgq_solvers.qaoa.objectives import MeanEnergy

        energies = diagonal(scaled.masks(), scaled.coefficients, n, team=self._team)
        ansatz = Ansatz(Statevector(n, team=self._team), energies, FlipMixer(), MeanEnergy(energies))
        search = AngleSearch(ansatz.value, self._maxiter, self._clock, gradient=ansatz.gradient)
        if search.optimise(fixed_angles(self._p) if self._angles is None else self._angles) == "interrupt":
            raise KeyboardInterrupt
        self._angles = search.angles
        ansatz.run(search.angles)
        return ansatz.state.averages(np.concatenate([scaled.masks(), np.uint64(1) << singles.astype(np.uint64)]))
