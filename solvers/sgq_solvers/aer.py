"""The quantum approximate optimisation algorithm (QAOA) as Qiskit circuits on the Aer statevector simulator.

E. Farhi, J. Goldstone, S. Gutmann, arXiv:1411.4028. Terms of any order are rotations of the circuit itself: nothing
is quadratised. Expectations are probabilities, or counts, times the energies of all configurations.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import dimod
import numpy as np
from numpy.typing import NDArray

from sgq.checks import finite_array, integer, real, seed_integer
from sgq.models import Floats, Integers, quadratic_form, terms
from sgq_solvers.qaoa_angles import AngleSearch, given_angles, ramp
from sgq_solvers.sampler import Clock, Progress, Sampler

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Masks = NDArray[np.uint64]

MAX_QUBITS = 26


class QAOAAerSampler(Sampler, dimod.PolySampler):
    """QAOA, simulated exactly: every variable is a qubit, so up to 26 of them (less on a small memory)."""

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int = 1024,
        p: int = 1,
        gamma: Sequence[float] | None = None,
        beta: Sequence[float] | None = None,
        shots: int | None = None,
        maxiter: int = 100,
        seed: int | None = None,
        time_limit: float | None = None,
        target_energy: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Prepare the state Π_l exp(-i beta_l Σ X) exp(-i gamma_l C) |+…+> with C = -E, and measure it.

        This is the convention of the literature, where C is maximised [1]_, and l = 1 acts first. For the
        Sherrington–Kirkpatrick model of variance 1/N the published angles apply as they stand: at p = 1,
        gamma = 1/2 and beta = π/8 give a mean energy per spin of -1/(2√e) = -0.303 as N → ∞.

        Parameters
        ----------
        bqm
            SPIN or BINARY; the circuit acts on its spins. A simulation costs time and memory 2^N.
        num_reads
            Measurements of the final state.
        p
            Layers.
        gamma, beta
            Angles of the layers, p numbers each, gamma in units of 1/energy. Used as given, both or neither.
            By default COBYLA optimises them. It starts from
            gamma_l = (1 + 2x) / (4 rms) and beta_l = (π/32) (7 - 6x) with x = (l - 1/2)/p and rms² the mean over
            spins of the sum of c² over the terms that hold the spin: close to the best angles of the SK model.
        shots
            Measurements behind each energy that the optimiser sees; by default it sees exact expectations.
        maxiter
            Energies that the optimiser asks for at most; 1 keeps the angles it would start from.
        seed
            Integer below 2^31; equal seeds give equal samples.
        time_limit
            Seconds after which the optimiser stops, at most one simulation late; the state is then measured.
        target_energy
            The optimiser stops once the expectation, not a single sample, is at or below this energy.
        progress
            Called as ``progress(fraction_done, lowest_expectation)``.

        Returns
        -------
        dimod.SampleSet
            One row a distinct outcome, with `num_occurrences`. ``info["sgq"]``: `gamma` and `beta` used,
            `expectation` of the energy there (with `shots`, the lowest estimate, so biased low), `evaluations`,
            `num_qubits`, `setup_seconds` spent before the first read, and `stopped` (``"maxiter"``,
            ``"time_limit"``, ``"target_energy"`` or ``"interrupt"``) where the optimiser had not converged.

        Raises
        ------
        ValueError
            If the model has too many variables or the angles do not fit p.
        ImportError
            If Qiskit Aer is not installed.

        References
        ----------
        .. [1] E. Farhi, J. Goldstone, S. Gutmann, L. Zhou, Quantum 6, 759 (2022).
        """
        rng = np.random.default_rng(seed_integer(seed))
        clock = Clock(time_limit)
        num_reads, p, maxiter = integer("num_reads", num_reads, 1), integer("p", p, 1), integer("maxiter", maxiter, 1)
        shots = None if shots is None else integer("shots", shots, 1)
        target = -math.inf if target_energy is None else real("target_energy", target_energy)
        angles = given_angles(gamma, beta, p)
        ansatz = _Ansatz(bqm, p, rng)

        search = AngleSearch(lambda angles: ansatz.expectation(angles, shots), maxiter, clock, target, progress)
        stopped = None
        if angles is None:
            stopped = search.optimise(ramp(p, ansatz.unit), ansatz.unit)
        else:
            search.evaluate_only(angles)
        setup_seconds = clock.elapsed()
        states, counts = ansatz.measure(search.angles, num_reads)
        return dimod.SampleSet.from_samples(
            (ansatz.values(states, bqm.vartype), ansatz.labels),
            vartype=bqm.vartype,
            energy=ansatz.energies[states],
            num_occurrences=counts,
            sort_labels=False,
            info={
                "sgq": {
                    "gamma": search.angles[:p].tolist(),
                    "beta": search.angles[p:].tolist(),
                    "expectation": search.energy,
                    "evaluations": search.evaluations,
                    "num_qubits": len(ansatz.labels),
                    "setup_seconds": setup_seconds,
                    **({"stopped": stopped} if stopped else {}),
                }
            },
        )

    def sample_poly(self, poly: dimod.BinaryPolynomial, **parameters: Any) -> dimod.SampleSet:
        """The same for a polynomial, whose terms of order k ≥ 3 cost 2(k - 1) CX gates; parameters as in `sample`."""
        return self.sample(poly, **parameters)


class _Ansatz:
    """The circuit of one model, made once, and the energies that belong to its outcomes.

    Qubit i is spin i, with outcome 0 for s = +1. Angles are γ_1 … γ_p, β_1 … β_p in one array.
    """

    def __init__(
        self, model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial, p: int, rng: np.random.Generator
    ) -> None:
        try:
            from qiskit.circuit import ParameterVector, QuantumCircuit
            from qiskit_aer import AerSimulator
        except ImportError as error:
            raise ImportError('qaoa-aer needs Qiskit and its simulator Aer: pip install "sgq[quantum]"') from error
        from sgq.kernels.walsh import spectrum

        self._simulator = AerSimulator(method="statevector")
        n = len(model.variables)
        # Aer counts the qubits whose state fits in memory; probabilities, energies and their product need more.
        limit = min(MAX_QUBITS, self._simulator.configuration().n_qubits - 2)
        if n > limit:
            raise ValueError(
                f"{n} variables: qaoa-aer simulates at most {limit} qubits on this machine (2^n amplitudes); "
                "take a smaller instance, or annealing"
            )
        self.p = p
        masks, coefficients, self.labels = _spin_terms(model)
        self.energies: Floats = spectrum(masks, finite_array("coefficients", coefficients), n)
        acting = (masks != 0) & (coefficients != 0)
        self.unit = _rms_field(masks[acting], coefficients[acting])
        self._masks, self._coefficients = masks[acting], coefficients[acting] / self.unit
        self._rng = rng
        self._gamma, self._beta = ParameterVector("gamma", p), ParameterVector("beta", p)
        self._circuit = self._layers(QuantumCircuit(n))

    def expectation(self, angles: Floats, shots: int | None) -> float:
        """Mean energy in the state of these angles, exact or over `shots` measurements."""
        if not self.labels:
            return float(self.energies[0])
        if shots is None:
            probabilities = self._run(angles, measured=False)["probabilities"]
            return float((probabilities * self.energies).sum())  # a threaded dot product may round differently
        states, counts = self.measure(angles, shots)
        return float((counts * self.energies[states]).sum() / shots)

    def measure(self, angles: Floats, shots: int) -> tuple[Integers, Integers]:
        """Distinct outcomes of `shots` measurements, ascending, and how often each came."""
        if not self.labels:
            return np.zeros(1, np.int64), np.array([shots])
        seed = int(self._rng.integers(2**31))
        counts = self._run(angles, measured=True, shots=shots, seed_simulator=seed)["counts"]
        outcomes = sorted((int(key, 16), count) for key, count in counts.items())
        states, occurrences = np.array(outcomes, dtype=np.int64).T
        return states, occurrences

    def values(self, states: Integers, vartype: dimod.Vartype) -> NDArray[np.int8]:
        """Outcomes as configurations, shape (rows, N), in the model's vartype."""
        up = 1 - ((states[:, None] >> np.arange(len(self.labels))) & 1)
        return (2 * up - 1 if vartype is dimod.SPIN else up).astype(np.int8)

    def _run(self, angles: Floats, *, measured: bool, **options: Any) -> dict[str, Any]:
        gamma, beta = angles[: self.p] * self.unit, angles[self.p :]
        # not strict: a model without couplings and fields has no gamma to bind
        circuit = self._circuit.assign_parameters({self._gamma: gamma, self._beta: beta}, strict=False)
        if measured:
            circuit.measure_all()
        else:
            circuit.save_probabilities()
        data: dict[str, Any] = self._simulator.run(circuit, **options).result().data()
        return data

    def _layers(self, circuit: QuantumCircuit) -> QuantumCircuit:
        """All layers, in gates that Aer takes as they are: there is nothing to transpile."""
        for qubit in circuit.qubits:
            circuit.h(qubit)
        for gamma, beta in zip(self._gamma, self._beta, strict=True):
            for mask, coefficient in zip(self._masks.tolist(), self._coefficients.tolist(), strict=True):
                _rotate(circuit, [i for i in range(len(self.labels)) if mask >> i & 1], -2 * coefficient * gamma)
            for qubit in circuit.qubits:
                circuit.rx(2 * beta, qubit)
        return circuit


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


def _spin_terms(
    model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial,
) -> tuple[Masks, Floats, list[Hashable]]:
    """Bit masks of the variables in each term, coefficients in spins, and labels; mask 0 is the constant."""
    if isinstance(model, dimod.BinaryPolynomial):
        polynomial, labels = terms(model if model.vartype is dimod.SPIN else model.to_spin())
        return polynomial.masks(), polynomial.coefficients, labels
    form, labels = quadratic_form(model, "SPIN")
    bit = np.uint64(1) << np.arange(len(labels), dtype=np.uint64)
    i, j = form.pairs.T
    masks = np.concatenate([np.zeros(1, np.uint64), bit, bit[i] | bit[j]])
    return masks, np.concatenate([[form.offset], form.fields, form.couplings]), labels


def _rms_field(masks: Masks, coefficients: Floats) -> float:
    """Root of the mean, over spins in any term, of the sum of c² over the terms that hold the spin; 1 if all is 0."""
    largest = float(np.abs(coefficients).max(initial=0.0)) or 1.0  # squares alone would overflow from 1e154 on
    spins = int(np.bitwise_count(np.bitwise_or.reduce(masks, initial=np.uint64(0))))
    squares = float((np.bitwise_count(masks) * (coefficients / largest) ** 2).sum())
    return largest * math.sqrt(squares / max(1, spins)) or 1.0
