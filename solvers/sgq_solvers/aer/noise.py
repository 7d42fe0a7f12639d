"""Noise of gates for QAOA on Aer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgq.checks import real
from sgq_solvers.aer.circuit import GATES

if TYPE_CHECKING:
    from qiskit_aer.noise import NoiseModel


def noise_model(noise: Any) -> NoiseModel:
    """The given `qiskit_aer.noise.NoiseModel`, or depolarising gates for a number λ.

    Every two-qubit gate then depolarises its qubits with probability λ, ρ → (1 - λ) ρ + λ 1/4, every one-qubit gate
    with probability λ/10, about the ratio of today's processors; rotations about Z are exact, since processors make
    them by a change of phase.

    Raises
    ------
    ValueError
        If the number is not in [0, 1], or `noise` is neither.
    """
    from qiskit_aer.noise import NoiseModel, depolarizing_error

    if isinstance(noise, NoiseModel):
        return noise
    try:
        strength = real("noise", noise, 0.0, 1.0)
    except ValueError as error:
        raise ValueError(f"{error}, or a qiskit_aer.noise.NoiseModel") from None
    model = NoiseModel(basis_gates=GATES)
    model.add_all_qubit_quantum_error(depolarizing_error(strength, 2), ["rzz", "cx"])
    model.add_all_qubit_quantum_error(depolarizing_error(strength / 10, 1), ["h", "rx"])
    return model


def measures_in_error(model: NoiseModel) -> bool:
    """Whether errors of measurements, of the outcome or before it, belong to the model: the state alone has none."""
    errors = model.to_dict()["errors"]
    return any(error["type"] == "roerror" or "measure" in error["operations"] for error in errors)
