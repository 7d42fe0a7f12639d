"""What runs the circuits of QAOA: Aer's simulators, or any backend or sampler primitive of Qiskit.

A circuit is made ready once; every run then binds its angles.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sgq.checks import choice, integer
from sgq.models import Floats, Integers
from sgq_solvers.aer.circuit import GATES, QAOACircuit
from sgq_solvers.aer.noise import measures_in_error, noise_model

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Spins = NDArray[np.int8]
Outcomes = tuple[Spins, Integers]
"""Distinct outcomes as spins, shape (rows, N), in ascending order of the number that their bits are, and how often."""

STATEVECTOR, DENSITY_MATRIX, PRODUCT_STATE = "statevector", "density_matrix", "matrix_product_state"
MAX_QUBITS = {STATEVECTOR: 26, DENSITY_MATRIX: 13}


class AerMachine:
    """One of Aer's simulators; `exact` if it has probabilities of all outcomes and not only measurements."""

    def __init__(
        self, method: str | None, noise: Any, device: str, max_bond_dimension: int | None, num_qubits: int
    ) -> None:
        from qiskit_aer import AerSimulator

        self._noise = None if noise is None else noise_model(noise)
        method = method or (STATEVECTOR if noise is None else DENSITY_MATRIX)
        self.name = choice("method", method, (STATEVECTOR, DENSITY_MATRIX, PRODUCT_STATE))
        mixed = method == DENSITY_MATRIX and not (self._noise and measures_in_error(self._noise))
        self.exact = mixed or (method == STATEVECTOR and self._noise is None)
        devices = AerSimulator().available_devices()
        if choice("device", device, ("CPU", "GPU")) not in devices:
            raise ValueError(
                f"device={device!r}: Aer as installed here runs on {', '.join(devices)} only; a GPU needs NVIDIA's "
                "CUDA and the package qiskit-aer-gpu in place of qiskit-aer"
            )
        options = {"method": method, "device": device, "noise_model": self._noise}
        if max_bond_dimension is not None:
            if method != PRODUCT_STATE:
                raise ValueError(f'max_bond_dimension={max_bond_dimension}: only method="{PRODUCT_STATE}" has bonds')
            bond = integer("max_bond_dimension", max_bond_dimension, 1)
            options["matrix_product_state_max_bond_dimension"] = bond
        self._simulator = AerSimulator(**options)
        if method in MAX_QUBITS:
            self._check_size(num_qubits)

    def _check_size(self, num_qubits: int) -> None:
        # Aer counts the qubits whose state fits in memory; probabilities, energies and their product need more.
        limit = min(MAX_QUBITS[self.name], self._simulator.configuration().n_qubits - 2)
        if num_qubits > limit:
            other = STATEVECTOR if self.name == DENSITY_MATRIX else PRODUCT_STATE
            raise ValueError(
                f"{num_qubits} variables: qaoa-aer simulates at most {limit} qubits as a {self.name} on this machine; "
                f'take a smaller instance, method="{other}" with shots, or annealing'
            )

    def prepare(self, ansatz: QAOACircuit) -> None:
        """Take the circuit; all gates are Aer's own unless a noise model knows others only."""
        self._ansatz, self._circuit = ansatz, ansatz.circuit
        if self._noise is not None and not set(GATES) <= set(self._noise.basis_gates):
            from qiskit import transpile

            self._circuit = transpile(
                ansatz.circuit, basis_gates=self._noise.basis_gates, optimization_level=1, seed_transpiler=0
            )

    def probabilities(self, angles: Floats) -> Floats:
        """Of all 2^N outcomes."""
        circuit = self._ansatz.bound(self._circuit, angles)
        circuit.save_probabilities()
        probabilities: Floats = self._simulator.run(circuit).result().data()["probabilities"]
        return probabilities

    def measure(self, angles: Floats, shots: int, seed: int) -> Outcomes:
        """Outcomes of `shots` measurements."""
        circuit = self._ansatz.bound(self._circuit, angles)
        circuit.measure_all()
        counts = self._simulator.run(circuit, shots=shots, seed_simulator=seed).result().data()["counts"]
        return _outcomes({int(key, 16): count for key, count in counts.items()}, circuit.num_qubits)


class QiskitMachine:
    """A backend of Qiskit (`BackendV2`) or a sampler primitive (`BaseSamplerV2`), whoever provides it.

    Circuits are transpiled for the backend, which a primitive names by its `backend` where it has one.
    """

    exact: Literal[False] = False

    def __init__(self, backend: Any, num_qubits: int) -> None:
        from qiskit.primitives import BaseSamplerV2
        from qiskit.providers import BackendV2

        self._sampler: Any = None
        self._target: Any = backend
        if isinstance(backend, BaseSamplerV2):
            named = getattr(backend, "backend", None) or getattr(backend, "_backend", None)  # Aer's has no other name
            self._sampler, self._target = backend, named() if inspect.ismethod(named) else named
        elif not isinstance(backend, BackendV2):
            raise ValueError(
                f"backend={backend!r}: a Qiskit BackendV2 or a sampler primitive (BaseSamplerV2) is needed, such as "
                "qiskit_aer.AerSimulator() or qiskit_ibm_runtime.SamplerV2(mode=…)"
            )
        self.name = str(getattr(self._target or backend, "name", None) or type(backend).__name__)
        room = getattr(self._target, "num_qubits", None)
        if room is not None and num_qubits > room:
            raise ValueError(f"{num_qubits} variables: {self.name} has {room} qubits; take a smaller instance")

    def prepare(self, ansatz: QAOACircuit) -> None:
        """Transpile the circuit, with its measurements, which keep the order of the spins wherever qubits move."""
        self._ansatz, self._circuit = ansatz, ansatz.circuit.measure_all(inplace=False)
        if self._target is not None:
            from qiskit import transpile

            self._circuit = transpile(self._circuit, backend=self._target, optimization_level=3, seed_transpiler=0)

    def measure(self, angles: Floats, shots: int, seed: int) -> Outcomes:
        """Outcomes of `shots` measurements; a given primitive keeps to its own seed."""
        sampler = self._sampler
        if sampler is None:
            from qiskit.primitives import BackendSamplerV2

            sampler = BackendSamplerV2(backend=self._target, options={"seed_simulator": seed})
        circuit: QuantumCircuit = self._ansatz.bound(self._circuit, angles)
        bits = sampler.run([circuit], shots=shots).result()[0].data.meas
        return _outcomes(bits.get_int_counts(), bits.num_bits)


def _outcomes(counts: dict[int, int], num_spins: int) -> Outcomes:
    """Spins and numbers of outcomes given as integers, bit i of which is set where s_i = -1."""
    states = sorted(counts)
    packed = b"".join(state.to_bytes(-(-num_spins // 8), "little") for state in states)
    rows = np.frombuffer(packed, np.uint8).reshape(len(states), -1)
    bits = np.unpackbits(rows, axis=1, count=num_spins, bitorder="little")
    return 1 - 2 * bits.astype(np.int8), np.array([counts[state] for state in states], dtype=np.int64)
