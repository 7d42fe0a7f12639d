"""Means of products of spins in QAOA's state of the best angles, for what recursive QAOA has left of a model."""

from __future__ import annotations

import math

import numpy as np

from sgq.models import Floats
from sgq_solvers.memory import free_memory
from sgq_solvers.qaoa.angles import AngleSearch
from sgq_solvers.qaoa.starts import fixed_angles
from sgq_solvers.recursive_qaoa.elimination import Elimination, places, spins
from sgq_solvers.recursive_qaoa.one_layer import OneLayer
from sgq_solvers.sampler import Clock


class LayerAverages:
    """Means at the best angles of p layers, which start from those of the model asked about before."""

    def __init__(self, p: int, maxiter: int, clock: Clock) -> None:
        self._p, self._maxiter, self._clock = p, maxiter, clock
        self._scaled: Floats | None = None  # γ in units of the rms field, and β

    def check(self, rest: Elimination) -> None:
        """ValueError, before anything large is made, if this takes a state that memory cannot hold."""
        n = len(rest.held())
        needed = 40.0 * 2.0**n  # energies, the state, and another one for the derivatives, in float64
        if not self._closed(rest) and (n > 30 or needed > free_memory()):
            raise ValueError(
                f"{n} spins: recursive-qaoa with p={self._p} needs {needed / 2**30:.3g} GiB for states of this "
                "model; a quadratic one with p=1 needs none; or take a smaller instance, or annealing"
            )

    def __call__(self, rest: Elimination, products: list[int]) -> Floats:
        """Mean of each product, given as a mask; those of a quadratic model are its terms or single spins."""
        held = rest.held()
        masks, coefficients = places(rest.terms, held), np.array(list(rest.terms.values()))
        unit = math.sqrt(sum(m.bit_count() * c * c for m, c in zip(masks, coefficients, strict=True)) / len(held))
        asked = places(products, held)
        if self._closed(rest):
            return _one_layer_averages(masks, coefficients, len(held), unit, asked)
        return self._state_averages(masks, coefficients, len(held), unit, asked)

    def _closed(self, rest: Elimination) -> bool:
        return self._p == 1 and all(term.bit_count() <= 2 for term in rest.terms)

    def _state_averages(self, masks: list[int], coefficients: Floats, n: int, unit: float, asked: list[int]) -> Floats:
        from sgq.kernels.diagonal import diagonal
        from sgq.kernels.statevector import Statevector
        from sgq_solvers.qaoa.ansatz import Ansatz
        from sgq_solvers.qaoa.mixers import FlipMixer
        from sgq_solvers.qaoa.objectives import MeanEnergy

        energies = diagonal(np.array(masks, np.uint64), coefficients, n)
        ansatz = Ansatz(Statevector(n), energies, FlipMixer(), MeanEnergy(energies))
        search = AngleSearch(ansatz.value, self._maxiter, self._clock, -math.inf, None, ansatz.gradient)
        units = np.repeat([1 / unit, 1.0], self._p)
        start = fixed_angles(self._p, unit) if self._scaled is None else self._scaled * units
        if search.optimise(start, unit) == "interrupt":
            raise KeyboardInterrupt
        self._scaled = search.angles / units
        ansatz.run(search.angles)
        return ansatz.state.averages(np.array(asked, np.uint64))


def _one_layer_averages(masks: list[int], coefficients: Floats, n: int, unit: float, asked: list[int]) -> Floats:
    members = [spins(mask) for mask in masks]
    fields, pairs, couplings = np.zeros(n), [], []
    for group, coefficient in zip(members, coefficients.tolist(), strict=True):
        if len(group) == 1:
            fields[group[0]] = coefficient
        else:
            pairs.append(group)
            couplings.append(coefficient)
    layer = OneLayer(fields, np.array(pairs, np.int64).reshape(-1, 2), np.array(couplings))
    single, double = layer.averages(*layer.best_angles(unit))
    means = {1 << i: float(m) for i, m in enumerate(single)}
    means |= {1 << i | 1 << j: float(m) for (i, j), m in zip(pairs, double, strict=True)}
    return np.array([means[mask] for mask in asked])
