"""The quantum approximate optimisation algorithm (QAOA) as Qiskit circuits, on Aer or any other machine of Qiskit.

E. Farhi, J. Goldstone, S. Gutmann, arXiv:1411.4028. Terms of any order are rotations of the circuit itself: nothing
is quadratised. Expectations are probabilities, or counts, times the energies of configurations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import dimod
import numpy as np

from sgq.checks import integer, real, seed_integer
from sgq.models import Floats, Integers
from sgq_solvers.aer.circuit import QAOACircuit
from sgq_solvers.qaoa.angles import AngleSearch, given_angles
from sgq_solvers.qaoa.spin_polynomial import in_units, spin_terms
from sgq_solvers.qaoa.starts import fixed_angles
from sgq_solvers.sampler import Clock, Progress, Sampler, checked_progress

if TYPE_CHECKING:
    from qiskit.primitives import BaseSamplerV2
    from qiskit.providers import BackendV2
    from qiskit_aer.noise import NoiseModel

    from sgq_solvers.aer.machines import AerMachine, QiskitMachine, Spins

SHOTS = 1024


class QAOAAerSampler(Sampler, dimod.PolySampler):
    """QAOA on Qiskit's machines: exact, by shots, with noise, as a matrix product state, on a GPU or a processor."""

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
        method: str | None = None,
        max_bond_dimension: int | None = None,
        noise: float | NoiseModel | None = None,
        device: str = "CPU",
        backend: BackendV2 | BaseSamplerV2 | None = None,
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
            SPIN or BINARY; the circuit acts on its spins, a qubit each.
        num_reads
            Measurements of the final state.
        p
            Layers.
        gamma, beta
            Angles of the layers, p numbers each, gamma in units of 1/energy. Used as given, both or neither;
            `maxiter`, `time_limit` and `target_energy`, which are about the search, then do nothing. By default COBYLA
            optimises them, from the best angles of the SK model of infinite size
            (`sgq.theory.qaoa`), gamma divided by rms, with rms² the mean over spins of the sum of c² over the terms
            that hold the spin; for p > 8 those of p = 8 interpolated.
        shots
            Measurements behind each energy that the optimiser sees; by default exact expectations where there are
            any (a density matrix, or a state vector without noise), else 1024.
        maxiter
            Energies that the optimiser asks for at most; 1 keeps the angles it would start from.
        method
            ``"statevector"``: time and memory 2^N, up to 26 qubits. ``"density_matrix"``: 4^N, up to 13, the default
            with noise and exact with it. ``"matrix_product_state"``: any number of qubits, but a bond dimension that
            deep circuits and dense models drive up to 2^(N/2). With noise, state vectors and product states are
            trajectories, one a shot.
        max_bond_dimension
            Of a matrix product state, which is truncated beyond; by default it is exact up to 1e-16 in weight.
        noise
            A number λ: two-qubit gates depolarise with probability λ and one-qubit gates with λ/10, rotations about Z
            are exact. Or a `qiskit_aer.noise.NoiseModel`; the circuit is transpiled to the gates that it knows. None
            is exact. Errors that differ from qubit to qubit want ``backend=AerSimulator.from_backend(…)``, which also
            knows which qubits are neighbours.
        device
            ``"CPU"`` or ``"GPU"``, if Aer was built for it.
        backend
            Anywhere else: a Qiskit `BackendV2`, or a sampler primitive (`BaseSamplerV2`, as of Qiskit, Aer or IBM's
            Runtime). The circuit is transpiled for it once, at level 3. A primitive draws by its own seed.
        seed
            Integer below 2^31; equal seeds give equal samples on simulators.
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
            `expectation` of the energy there (by shots, the mean of the reads for given angles, else the lowest
            estimate, so biased low), `evaluations`, `machine` (the method or the backend's name), `num_qubits`,
            `setup_seconds` spent before the first read, and `stopped` (``"maxiter"``, ``"time_limit"``,
            ``"target_energy"`` or ``"interrupt"``) where the optimiser had not converged.

        Raises
        ------
        ValueError
            If the model has too many variables, the angles do not fit p, or options contradict each other.
        ImportError
            If Qiskit Aer is not installed.

        References
        ----------
        .. [1] E. Farhi, J. Goldstone, S. Gutmann, L. Zhou, Quantum 6, 759 (2022).
        """
        clock, progress = Clock(time_limit), checked_progress(progress)
        num_reads, p, maxiter = integer("num_reads", num_reads, 1), integer("p", p, 1), integer("maxiter", maxiter, 1)
        shots = None if shots is None else integer("shots", shots, 1)
        target = -math.inf if target_energy is None else real("target_energy", target_energy)
        angles, seed = given_angles(gamma, beta, p), seed_integer(seed)
        machine = _machine(len(bqm.variables), method, max_bond_dimension, noise, device, backend)
        ansatz = _Ansatz(bqm, p, machine, np.random.default_rng(seed))

        units = np.repeat([ansatz.unit, 1.0], p)
        search = AngleSearch(
            lambda scaled: ansatz.cost(scaled / units, shots),
            maxiter,
            clock,
            target,
            progress,
            offset=ansatz.constant,
            scale=ansatz.unit,
        )
        outcome, stopped = None, None
        if angles is None:
            stopped = search.optimise(fixed_angles(p))
            angles = search.angles / units
        elif machine.exact or shots:
            search.evaluate_only(angles * units)
        else:  # time on a machine is dear: the reads are the estimate too
            outcome = ansatz.measure(angles, num_reads)
            search.evaluate_only(angles * units, ansatz.mean_cost(*outcome))
        setup_seconds = clock.elapsed()
        spins, counts = outcome or ansatz.measure(angles, num_reads)
        return dimod.SampleSet.from_samples(
            (spins if bqm.vartype is dimod.SPIN else (spins + 1) // 2, ansatz.labels),
            vartype=bqm.vartype,
            energy=ansatz.energies(spins),
            num_occurrences=counts,
            sort_labels=False,
            info={
                "sgq": {
                    "gamma": angles[:p].tolist(),
                    "beta": angles[p:].tolist(),
                    "expectation": search.energy,
                    "evaluations": search.evaluations,
                    "machine": machine.name,
                    "num_qubits": len(ansatz.labels),
                    "setup_seconds": setup_seconds,
                    **({"stopped": stopped} if stopped else {}),
                }
            },
        )

    def sample_poly(self, poly: dimod.BinaryPolynomial, **parameters: Any) -> dimod.SampleSet:
        """The same for a polynomial, whose terms of order k ≥ 3 cost 2(k - 1) CX gates; parameters as in `sample`."""
        return self.sample(poly, **parameters)


def _machine(
    num_qubits: int, method: str | None, max_bond_dimension: int | None, noise: Any, device: str, backend: Any
) -> AerMachine | QiskitMachine:
    from sgq_solvers.aer.machines import AerMachine, QiskitMachine

    if backend is None:
        try:
            return AerMachine(method, noise, device, max_bond_dimension, num_qubits)
        except ImportError as error:
            raise ImportError('qaoa-aer needs Qiskit and its simulator Aer: pip install "sgq[quantum]"') from error
    gpu = None if device == "CPU" else device
    ours = {"method": method, "max_bond_dimension": max_bond_dimension, "noise": noise, "device": gpu}
    for name, value in ours.items():
        if value is not None:
            raise ValueError(f"{name}={value!r}: a backend has its own; give one of {name} and backend, not both")
    return QiskitMachine(backend, num_qubits)


class _Ansatz:
    """The circuit of one model, made ready for its machine once, and the energies that belong to its outcomes.

    Angles are γ_1 … γ_p, β_1 … β_p in one array.
    """

    def __init__(
        self,
        model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial,
        p: int,
        machine: AerMachine | QiskitMachine,
        rng: np.random.Generator,
    ) -> None:
        self._machine, self._rng = machine, rng
        self._terms, self.labels = spin_terms(model)
        self._scaled, self.constant, self.unit = in_units(self._terms)
        if self.labels:
            machine.prepare(QAOACircuit(self._terms, len(self.labels), p))

    def cost(self, angles: Floats, shots: int | None) -> float:
        """Mean energy in the state of these angles, exact if the machine is and `shots` is None; see `mean_cost`."""
        if self._machine.exact and shots is None and self.labels:
            probabilities = self._machine.probabilities(angles)
            return float((probabilities * self._costs).sum())  # a threaded dot product may round differently
        return self.mean_cost(*self.measure(angles, shots or SHOTS))

    def mean_cost(self, spins: Spins, counts: Integers) -> float:
        """Mean energy of what was measured, less the model's constant and in units of its rms local field."""
        return float((counts * self._scaled.energies(spins)).sum() / counts.sum())

    def measure(self, angles: Floats, shots: int) -> tuple[Spins, Integers]:
        """Distinct outcomes of `shots` measurements as spins, and how often each came."""
        if self.labels:
            return self._machine.measure(angles, shots, int(self._rng.integers(2**31)))
        return np.zeros((1, 0), np.int8), np.array([shots])

    def energies(self, spins: Spins) -> Floats:
        """Of the model as it is."""
        return self._terms.energies(spins)

    @cached_property
    def _costs(self) -> Floats:
        from sgq.kernels.walsh import spectrum

        return spectrum(self._scaled.masks(), self._scaled.coefficients, len(self.labels))
