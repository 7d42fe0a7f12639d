"""The circuit of QAOA for one model, in Qiskit's gates, with its angles left open.

Qubit i is spin i, with outcome 0 for s = +1. A term of any order is a rotation about Z…Z of its qubits: nothing is
quadratised.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sgq.models import Floats, Terms
from sgq_solvers.qaoa.spin_polynomial import in_units, members

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
        scaled, _, self._unit = in_units(polynomial)
        acting = [(spins, c) for spins, c in members(scaled) if c]
        circuit = QuantumCircuit(num_spins)
        for qubit in circuit.qubits:
            circuit.h(qubit)
        for gamma, beta in zip(self._gamma, self._beta, strict=True):
            for spins, coefficient in acting:
                _rotate(circuit, spins, -2 * coefficient * gamma)
            for qubit in circuit.qubits:
                circuit.rx(2 * beta, qubit)
        self.circuit = circuit

    def bound(self, circuit: QuantumCircuit, angles: Floats) -> QuantumCircuit:
        """`circuit`, which is this one made ready for some machine, with its angles γ_1 … γ_p, β_1 … β_p set."""
        gamma, beta = np.split(angles, 2)
        # not strict: a model without couplings and fields has no gamma to bind
        return circuit.assign_parameters({self._gamma: gamma * self._unit, self._beta: beta}, strict=False)


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
