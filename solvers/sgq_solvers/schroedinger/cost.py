"""H_p of all configurations, half of them where all spins may turn, if there is memory for their amplitudes."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import dimod
import numpy as np

from sgq.models import Floats, Terms, energy_tolerance
from sgq_solvers.memory import MAX_QUBITS, free_memory, gigabytes
from sgq_solvers.qaoa.spin_polynomial import spin_terms

if TYPE_CHECKING:
    from sgq.kernels.teams import Team

Model: TypeAlias = dimod.BinaryQuadraticModel | dimod.BinaryPolynomial

_BYTES = 64  # per amplitude: three states, the energies, and how often each outcome came


@dataclass(frozen=True, eq=False)
class Cost:
    """What a model is to an evolution.

    Attributes
    ----------
    model, labels
        The polynomial in spins, and its variables.
    energies
        Of all configurations, less their mean, aligned as `sgq.kernels.diagonal` makes them.
    constant
        That mean.
    paired
        Whether only configurations with the last spin up are there, as no energy changes when all spins turn.
    tolerance
        By which equal energies may differ; the constant has no part in them.
    """

    model: Terms
    labels: list[Hashable]
    energies: Floats
    constant: float
    paired: bool
    tolerance: float


def cost_of(model: Model, team: Team) -> Cost:
    """The energies of a model; ValueError if a coefficient is not finite or the amplitudes do not fit."""
    from sgq.kernels.diagonal import diagonal

    for name, value in _coefficients(model):
        if not math.isfinite(value):
            raise ValueError(f"{name} = {value}: every coefficient must be finite")
    polynomial, labels = spin_terms(model)
    n = len(labels)
    paired = n > 0 and polynomial.flip_symmetric("SPIN")
    _check_memory(n, n - paired)
    masks, acting = polynomial.masks(), np.diff(polynomial.starts) > 0
    coefficients, constant = polynomial.coefficients[acting], float(polynomial.coefficients[~acting].sum())
    masks = masks[acting]
    if paired:
        masks &= ~(np.uint64(1) << np.uint64(n - 1))
    energies = diagonal(masks, coefficients, n - paired, np.float64, team)
    return Cost(polynomial, labels, energies, constant, paired, energy_tolerance(coefficients))


def _coefficients(model: Model) -> Iterator[tuple[str, float]]:
    """Every coefficient, with what it is called."""
    if isinstance(model, dimod.BinaryPolynomial):
        yield from ((f"coefficient of {tuple(term)}", value) for term, value in model.items())
    else:
        yield "offset", float(model.offset)
        yield from ((f"linear bias of {variable!r}", value) for variable, value in model.linear.items())
        yield from ((f"quadratic bias of {pair}", value) for pair, value in model.quadratic.items())


def _check_memory(n: int, num_bits: int) -> None:
    """ValueError if the amplitudes of 2^num_bits configurations do not fit."""
    needed, free = _BYTES << num_bits, free_memory()
    if needed > free or num_bits > MAX_QUBITS:
        raise ValueError(
            f"{n} variables: schroedinger needs {gigabytes(needed)} for 2^{num_bits} amplitudes and "
            f"{free / 1e9:.3g} GB are free, and takes at most 2^{MAX_QUBITS}; take a smaller instance, or annealing"
        )
