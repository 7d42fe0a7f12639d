"""The circuit of QAOA for one model, in Qiskit's gates, with its angles left open.

Qubit i is spin i, with outcome 0 for s = +1. A term of any order is a rotation about Z…Z of its qubits: nothing is
quadratised.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import dimod
import numpy as np

from sgq.checks import finite_array
from sgq.models import Floats, Terms, quadratic_form, terms

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

GATES = ["h", "rx", "rz", "rzz", "cx"]
"""What the circuit is made of; Aer takes all of them as they are."""


class QAOACircuit:
    """Π_l exp(-i β_l Σ X) exp(+i γ_l E) |+…+> with parameters γ_l and β_l, l = 1 first.

    Attributes
    ----------
    circuit
        The circuit, without measurements.
    """

    def __init__(self, polynomial: Terms, num_spins: int, p: int) -> None:
        from qiskit.circuit import ParameterVector, QuantumCircuit

        self._gamma, self._beta = ParameterVector("gamma", p), ParameterVector("beta", p)
        # Angles are open numbers times coefficients: in units of these, no product is lost to rounding or overflow.
        self.unit = rms_field(polynomial)
        groups = [group.tolist() for group in np.split(polynomial.indices, polynomial.starts[1:-1])]
        acting = [(g, c / self.unit) for g, c in zip(groups, polynomial.coefficients.tolist(), strict=True) if g and c]
        circuit = QuantumCircuit(num_spins)
        for qubit in circuit.qubits:
            circuit.h(qubit)
        for gamma, beta in zip(self._gamma, self._beta, strict=True):
            for group, coefficient in acting:
                _rotate(circuit, group, -2 * coefficient * gamma)
            for qubit in circuit.qubits:
                circuit.rx(2 * beta, qubit)
        self.circuit = circuit

    def bound(self, circuit: QuantumCircuit, angles: Floats) -> QuantumCircuit:
        """`circuit`, which is this one made ready for some machine, with its angles γ_1 … γ_p, β_1 … β_p set."""
        gamma, beta = np.split(angles, 2)
        # not strict: a model without couplings and fields has no gamma to bind
        return circuit.assign_parameters({self._gamma: gamma * self.unit, self._beta: beta}, strict=False)


def spin_terms(model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial) -> tuple[Terms, list[Hashable]]:
    """A model of either kind and vartype as a polynomial in spins, dimod's sign, and its labels."""
    if isinstance(model, dimod.BinaryPolynomial):
        polynomial, labels = terms(model if model.vartype is dimod.SPIN else model.to_spin())
    else:
        form, labels = quadratic_form(model, "SPIN")
        n = form.num_variables
        indices = np.concatenate([np.arange(n), form.pairs.ravel()])
        starts = np.concatenate([[0], np.arange(n), n + 2 * np.arange(len(form.pairs) + 1)])
        polynomial = Terms(indices, starts, np.concatenate([[form.offset], form.fields, form.couplings]))
    finite_array("coefficients", polynomial.coefficients)
    return polynomial, labels


def rms_field(polynomial: Terms) -> float:
    """Root of the mean, over spins in any term, of the sum of c² over the terms that hold the spin; 1 if all is 0."""
    orders = np.diff(polynomial.starts)
    acting = polynomial.coefficients * (orders > 0)
    largest = float(np.abs(acting).max(initial=0.0)) or 1.0  # squares alone would overflow from 1e154 on
    spins = len(np.unique(polynomial.indices[np.repeat(acting != 0, orders)]))
    squares = float((orders * (acting / largest) ** 2).sum())
    return largest * math.sqrt(squares / max(1, spins)) or 1.0


def _rotate(circuit: QuantumCircuit, qubits: list[int], angle: Any) -> None:
    """exp(-i angle/2 Z…Z) on the qubits: their parity, gathered on the last one, turns it."""
    if len(qubits) == 2:
        circuit.rzz(angle, *qubits)  # one pass over the state where the ladder makes three
        return
    for a, b in pairwise(qubits):
        circuit.cx(a, b)
    circuit.rz(angle, qubits[-1])
    for a, b in reversed(list(pairwise(qubits))):
        circuit.cx(a, b)
