"""QAOA on Aer's other simulators, with noise, and on backends and primitives, against closed forms and state vectors.

Comparisons of samples have fixed seeds and fail a correct sampler with probability 1e-3 or less.
"""

from functools import partial

import dense_qaoa
import dimod
import numpy as np
import pytest
import qiskit
import qiskit_aer
from qaoa_helpers import all_values
from qiskit.primitives import BackendSamplerV2, StatevectorSampler
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit_aer.noise import NoiseModel, ReadoutError, depolarizing_error, pauli_error
from qiskit_aer.primitives import SamplerV2

import sgq
from sgq.theory import cut_fraction, one_layer_cut_fraction
from sgq_solvers.aer import QAOAAerSampler

GAMMA, BETA = [0.4, 0.7], [0.5, 0.3]
run = partial(QAOAAerSampler().sample, gamma=GAMMA, beta=BETA, p=2, seed=3)


def asymmetric() -> dimod.BinaryQuadraticModel:
    """Four spins that no two permutations or flips leave alike: every outcome has its own energy."""
    fields = {"a": 0.1, "b": 0.25, "c": -0.7, "d": 0.0}
    return dimod.BinaryQuadraticModel(fields, {("a", "b"): 0.3, ("b", "c"): -0.9, ("c", "d"): 0.55}, 0.0, "SPIN")


def probabilities(samples: dimod.SampleSet) -> np.ndarray:
    down = samples.record.sample[:, [samples.variables.index(v) for v in "abcd"]] < 0
    return (
        np.bincount(down @ (1 << np.arange(4)), samples.record.num_occurrences, 16)
        / samples.record.num_occurrences.sum()
    )


def exact() -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and energies of all outcomes."""
    energies = asymmetric().energies((all_values(asymmetric()), list("abcd")))
    return dense_qaoa.probabilities(energies, GAMMA, BETA), energies


def backends() -> dict[str, object]:
    ideal = qiskit_aer.AerSimulator()
    line = [[i, i + 1] for i in range(6)]
    wired = GenericBackendV2(7, basis_gates=["cx", "rz", "sx", "x"], coupling_map=line, noise_info=False)
    return {
        "Aer": {"backend": ideal},
        "wired backend, qubits moved": {"backend": wired},
        "StatevectorSampler": {"backend": StatevectorSampler(seed=1)},
        "BackendSamplerV2": {"backend": BackendSamplerV2(backend=wired, options={"seed_simulator": 1})},
        "Aer's SamplerV2": {"backend": SamplerV2(seed=1)},
        "density matrix": {"method": "density_matrix"},
        "matrix product state": {"method": "matrix_product_state"},
        "noise of strength 0, trajectories": {"method": "statevector", "noise": 0},
        "noise on other gates": {"noise": NoiseModel(["id", "rz", "sx", "cx"])},
    }


@pytest.mark.filterwarnings("ignore:.*no QubitProperties:UserWarning")
@pytest.mark.parametrize("label", backends())
def test_every_machine_has_the_same_bits_in_the_same_order(label: str) -> None:
    samples = run(asymmetric(), num_reads=4000, **backends()[label])
    expected, energies = exact()
    away = (probabilities(samples) - expected) / np.sqrt(expected / 4000)
    assert (away**2).sum() < 42  # chi-square of 15 degrees of freedom: false alarm 2e-4
    np.testing.assert_allclose(samples.record.energy, asymmetric().energies(samples))
    info = samples.info["sgq"]
    assert info["expectation"] == pytest.approx(expected @ energies, abs=0.06)


@pytest.mark.parametrize("strength", [0.0, 0.1, 1.0])
def test_depolarising_damps_each_term_by_the_gates_in_its_past(strength: float) -> None:
    """<s> and <s s'> after one layer, by hand: each gate that acts on a Pauli string multiplies it by 1 - λ."""
    h, j, gamma, beta = 0.7, -1.1, 0.4, 0.3
    run = partial(QAOAAerSampler().sample, gamma=[gamma], beta=[beta], noise=strength)
    one, two = 1 - strength / 10, 1 - strength
    field = run(dimod.BinaryQuadraticModel({"x": h}, {}, 0.0, "SPIN")).info["sgq"]
    assert field["expectation"] == pytest.approx(-h * np.sin(2 * beta) * np.sin(2 * gamma * h) * one**2, abs=1e-12)
    bond = run(dimod.BinaryQuadraticModel({}, {"xy": j}, 0.0, "SPIN")).info["sgq"]
    ideal = -j * np.sin(4 * beta) * np.sin(2 * gamma * j)
    assert bond["expectation"] == pytest.approx(ideal * one**3 * two, abs=1e-12)
    assert bond["machine"] == "density_matrix"


def test_a_noise_model_of_other_gates_acts_on_the_transpiled_circuit() -> None:
    noise = NoiseModel()
    noise.add_all_qubit_quantum_error(depolarizing_error(0.2, 2), ["cx"])
    bond = dimod.BinaryQuadraticModel({}, {"xy": -1.0}, 0.0, "SPIN")
    run = partial(QAOAAerSampler().sample, bond, gamma=[0.4], beta=[0.3])
    exact, noisy = run().info["sgq"]["expectation"], run(noise=noise).info["sgq"]["expectation"]
    assert noisy == pytest.approx(0.8**2 * exact, abs=1e-12)  # two cx make the rotation


def test_readout_errors_are_seen_though_no_state_has_them() -> None:
    noise = NoiseModel()
    noise.add_all_qubit_readout_error(ReadoutError([[0.9, 0.1], [0.1, 0.9]]))
    field = dimod.BinaryQuadraticModel({"x": 1.0}, {}, 0.0, "SPIN")
    run = partial(QAOAAerSampler().sample, field, gamma=[np.pi / 4], beta=[np.pi / 4], num_reads=4000, seed=1)
    assert run().info["sgq"]["expectation"] == pytest.approx(-1)
    assert run(noise=noise).info["sgq"]["expectation"] == pytest.approx(-0.8, abs=4 * 0.6 / np.sqrt(4000))


def test_gates_in_error_before_a_measurement_are_seen_too() -> None:
    """A flip of probability 0.1 that belongs to the measurement: the state before it knows nothing of it."""
    noise = NoiseModel()
    noise.add_all_qubit_quantum_error(pauli_error([("X", 0.1), ("I", 0.9)]), "measure")
    field = dimod.BinaryQuadraticModel({"x": 1.0}, {}, 0.0, "SPIN")
    run = partial(QAOAAerSampler().sample, field, gamma=[np.pi / 4], beta=[np.pi / 4], num_reads=4000, seed=1)
    assert run(noise=noise).info["sgq"]["expectation"] == pytest.approx(-0.8, abs=4 * 0.6 / np.sqrt(4000))


@pytest.mark.parametrize("where", ["backend", "gates"])
def test_a_circuit_is_transpiled_once(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made, transpile = [], qiskit.transpile
    monkeypatch.setattr("qiskit.transpile", lambda *a, **k: made.append(1) or transpile(*a, **k))
    machine = (
        {"backend": qiskit_aer.AerSimulator()} if where == "backend" else {"noise": NoiseModel(["rz", "sx", "cx"])}
    )
    samples = QAOAAerSampler().sample(asymmetric(), p=2, maxiter=12, num_reads=10, seed=1, **machine)
    assert samples.info["sgq"]["evaluations"] == 12
    assert made == [1]


def test_product_states_reach_sizes_beyond_a_state_vector() -> None:
    """A ring of 80 spins at the best angles of one layer: 3/4 of its bonds are satisfied."""
    ring = dimod.BinaryQuadraticModel({}, {(i, (i + 1) % 80): 1.0 for i in range(80)}, "SPIN")
    best = {"gamma": [np.pi / 8], "beta": [np.pi / 8]}
    samples = QAOAAerSampler().sample(ring, method="matrix_product_state", num_reads=400, seed=1, **best)
    per_bond = samples.record.energy @ samples.record.num_occurrences / (80 * 400)
    expected = 1 - 2 * one_layer_cut_fraction(2)
    assert cut_fraction(2, **best) == pytest.approx(one_layer_cut_fraction(2))
    assert per_bond == pytest.approx(expected, abs=4 / np.sqrt(80 * 400))
    np.testing.assert_allclose(samples.record.energy, ring.energies(samples))


def test_a_small_bond_dimension_truncates() -> None:
    model = sgq.build("sherrington-kirkpatrick", n=8, seed=1).model
    run = partial(QAOAAerSampler().sample, model, p=1, gamma=[0.5], beta=[0.4], num_reads=4000, seed=1)
    exact = run().info["sgq"]["expectation"]
    full, cut = (
        run(method="matrix_product_state", max_bond_dimension=bond).info["sgq"]["expectation"] for bond in (16, 1)
    )
    assert abs(full - exact) < 4 * np.sqrt(8 / 4000)
    assert abs(cut - exact) > 6 * np.sqrt(8 / 4000)


def test_a_backend_is_asked_once_where_the_angles_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    backend = qiskit_aer.AerSimulator()
    once = backend.run
    monkeypatch.setattr(backend, "run", lambda *a, **k: asked.append(k["shots"]) or once(*a, **k))
    samples = run(asymmetric(), num_reads=50, backend=backend)
    assert asked == [50]
    assert samples.info["sgq"]["expectation"] == pytest.approx(
        np.average(samples.record.energy, weights=samples.record.num_occurrences)
    )
    optimised = QAOAAerSampler().sample(asymmetric(), num_reads=50, shots=200, maxiter=4, backend=backend, seed=1)
    assert asked[1:] == [200] * 4 + [50]
    assert optimised.info["sgq"]["machine"] == backend.name


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("method", ["statevector", "density_matrix", "matrix_product_state"])
def test_equal_seeds_give_equal_samples_with_noise(method: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = partial(qiskit_aer.AerSimulator, max_parallel_threads=threads)
    reference = run(asymmetric(), noise=0.05, method=method, num_reads=200)
    monkeypatch.setattr("qiskit_aer.AerSimulator", simulator)
    np.testing.assert_array_equal(run(asymmetric(), noise=0.05, method=method, num_reads=200).record, reference.record)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"method": "statevektor"}, "method='statevektor': one of .*did you mean 'statevector'"),
        ({"method": "stabilizer"}, "method='stabilizer': one of"),
        ({"device": "TPU"}, "device='TPU': one of 'CPU', 'GPU'"),
        ({"noise": 1.5}, r"noise=1\.5: a finite number at least 0 and at most 1, or a qiskit_aer"),
        ({"noise": "much"}, "noise='much'"),
        ({"max_bond_dimension": 4}, 'max_bond_dimension=4: only method="matrix_product_state"'),
        ({"max_bond_dimension": 0, "method": "matrix_product_state"}, "max_bond_dimension=0"),
        ({"backend": "ibm_somewhere"}, "backend='ibm_somewhere': a Qiskit BackendV2"),
        ({"backend": GenericBackendV2(3, noise_info=False)}, "4 variables: generic_backend_3q has 3 qubits"),
        ({"backend": qiskit_aer.AerSimulator(), "noise": 0.1}, r"noise=0\.1: a backend has its own"),
        ({"backend": qiskit_aer.AerSimulator(), "device": "GPU"}, "device='GPU': a backend has its own"),
    ],
)
def test_wrong_machines_are_named(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run(asymmetric(), **parameters)


def test_what_is_too_large_or_not_there_is_said() -> None:
    ring = dimod.BinaryQuadraticModel({}, {(i, (i + 1) % 20): 1.0 for i in range(20)}, "SPIN")
    with pytest.raises(ValueError, match=r'at most \d+ qubits as a density_matrix .* method="statevector" with shots'):
        run(ring, noise=0.01)
    if "GPU" not in qiskit_aer.AerSimulator().available_devices():
        with pytest.raises(
            ValueError, match=r"device='GPU': Aer as installed here runs on CPU only; .* qiskit-aer-gpu"
        ):
            run(ring, device="GPU")
