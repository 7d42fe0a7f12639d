"""QAOA on Aer against closed forms, a dense statevector in NumPy, and published angles for the SK model.

Chi-square tests have fixed seeds and fail a correct sampler with probability 1e-3.
"""

import sys
from functools import partial

import dense_qaoa
import dimod
import numpy as np
import pytest
from qaoa_helpers import all_values, random_polynomial
from scipy.stats import chisquare

import sgq
from sgq_solvers.aer import QAOAAerSampler


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("order", [2, 3, 5])
def test_state_is_that_of_a_dense_simulation(order: int, vartype: str) -> None:
    rng = np.random.default_rng(order)
    gamma, beta = rng.normal(size=(2, 3)).tolist()
    polynomial = random_polynomial(order, vartype, seed=order)
    model = dimod.make_quadratic(polynomial, 1.0, vartype) if order == 2 else polynomial
    labels = list(model.variables)
    energies = polynomial.energies((all_values(polynomial), labels))
    probabilities = dense_qaoa.probabilities(energies, gamma, beta)

    samples = sgq.solve(model, "qaoa-aer", p=3, gamma=gamma, beta=beta, num_reads=20_000, seed=5)

    assert samples.info["sgq"]["expectation"] == pytest.approx(probabilities @ energies, abs=1e-9)
    down = samples.record.sample[:, [samples.variables.index(v) for v in labels]] <= 0
    observed = np.bincount(down @ (1 << np.arange(6)), samples.record.num_occurrences, 64)
    expected = 20_000 * probabilities
    rare = np.argsort(expected)[: np.searchsorted(np.cumsum(np.sort(expected)), 8) + 1]  # eight or more together
    observed, expected = (np.append(np.delete(x, rare), x[rare].sum()) for x in (observed, expected))
    assert chisquare(observed, expected).pvalue > 1e-3
    np.testing.assert_allclose(samples.record.energy, polynomial.energies((samples.record.sample, samples.variables)))


def test_one_spin_in_a_field() -> None:
    h, gamma, beta = 0.7, 0.4, 0.3
    model = dimod.BinaryQuadraticModel({"x": h}, {}, 2.0, "SPIN")
    info = QAOAAerSampler().sample(model, gamma=[gamma], beta=[beta]).info["sgq"]
    assert info["expectation"] == pytest.approx(2 - h * np.sin(2 * beta) * np.sin(2 * gamma * h), abs=1e-12)


@pytest.mark.parametrize(
    ("gamma", "beta", "published", "error"),
    [([0.5], [np.pi / 8], 0.286, 0.005), ([0.3817, 0.6655], [0.4960, 0.2690], 0.384, 0.007)],
)
def test_published_angles_apply_to_the_sk_model(
    gamma: list[float], beta: list[float], published: float, error: float
) -> None:
    energies = []
    for seed in range(24):
        problem = sgq.build("sherrington-kirkpatrick", n=12, seed=seed)
        samples = sgq.solve(problem, "qaoa-aer", p=len(gamma), gamma=gamma, beta=beta, num_reads=1, seed=0)
        energies.append(samples.info["sgq"]["expectation"] / 12)
    spread = np.hypot(error, np.std(energies) / np.sqrt(24))
    assert abs(-np.mean(energies) - published) < 3.3 * spread  # false alarm 1e-3


def test_the_start_follows_the_scale_of_the_couplings() -> None:
    pairs = {(i, j): (-1.0) ** (i * j) for i in range(8) for j in range(i)}  # each spin: rms field √7
    small, large = (
        dimod.BinaryQuadraticModel({}, {k: scale * v for k, v in pairs.items()}, "SPIN") for scale in (1, 1e200)
    )
    start, scaled = (QAOAAerSampler().sample(m, maxiter=1, seed=1) for m in (small, large))
    assert start.info["sgq"]["gamma"] == pytest.approx([0.5 / np.sqrt(7)])
    assert start.info["sgq"]["beta"] == pytest.approx([np.pi / 8])
    assert scaled.info["sgq"]["expectation"] == pytest.approx(1e200 * start.info["sgq"]["expectation"])
    assert start.info["sgq"]["stopped"] == "maxiter"


def test_optimisation_and_layers_lower_the_energy() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=6, seed=2)
    runs = [(1, 1), (1, 100), (2, 100), (4, 100)]
    found = [
        sgq.solve(problem, "qaoa-aer", p=p, maxiter=maxiter, seed=1).info["sgq"]["expectation"] for p, maxiter in runs
    ]
    assert found == sorted(found, reverse=True)
    ground = sgq.solve(problem, "exhaustive").first.energy
    assert found[-1] > ground
    assert sgq.solve(problem, "qaoa-aer", p=4, seed=1).first.energy == pytest.approx(ground)


def test_shots_estimate_the_expectation() -> None:
    model = sgq.build("sherrington-kirkpatrick", n=8, seed=4).model
    run = partial(QAOAAerSampler().sample, model, gamma=[0.5], beta=[0.4], seed=3)
    exact, estimate = run().info["sgq"]["expectation"], run(shots=4000).info["sgq"]["expectation"]
    assert abs(estimate - exact) < 4.5 * np.sqrt(8 / 4000)  # the energy's variance is about n; false alarm 1e-5
    assert estimate != exact
    optimised = QAOAAerSampler().sample(model, shots=500, maxiter=20, seed=3)
    assert optimised.info["sgq"]["evaluations"] <= 20


@pytest.mark.parametrize("shots", [None, 100])
def test_equal_seeds_give_equal_samples_on_any_number_of_threads(
    shots: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import qiskit_aer

    model = sgq.build("edwards-anderson", shape=(3, 5), seed=1).model  # 15 qubits: Aer uses threads from 14 on
    answers = []
    for threads in (1, 2):
        simulator = partial(qiskit_aer.AerSimulator, max_parallel_threads=threads)
        with monkeypatch.context() as patch:
            patch.setattr("qiskit_aer.AerSimulator", simulator)
            answers.append(QAOAAerSampler().sample(model, shots=shots, maxiter=5, num_reads=50, seed=7))
    np.testing.assert_array_equal(answers[0].record, answers[1].record)
    first, second = ({**answer.info["sgq"], "setup_seconds": None} for answer in answers)
    assert first == second
    other = QAOAAerSampler().sample(model, shots=shots, maxiter=5, num_reads=50, seed=8)
    assert list(other.samples()) != list(answers[0].samples())


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_isolated_variables_offsets_and_odd_labels(vartype: str) -> None:
    model = dimod.BinaryQuadraticModel({("a",): 0.0, 7: -1.0}, {(7, frozenset()): 2.0}, 5.5, vartype)
    samples = QAOAAerSampler().sample(model, seed=1)
    assert list(samples.variables) == list(model.variables)
    assert samples.vartype is model.vartype
    assert samples.record.num_occurrences.sum() == 1024
    np.testing.assert_allclose(samples.record.energy, model.energies(samples))
    assert len(set(samples.record.sample[:, 0])) == 2  # the isolated variable comes up both ways


def test_models_without_interactions_or_variables() -> None:
    constant = QAOAAerSampler().sample(dimod.BinaryQuadraticModel({}, {}, 1.5, "BINARY"), num_reads=3)
    assert (constant.first.energy, constant.first.num_occurrences, len(constant.variables)) == (1.5, 3, 0)
    free = QAOAAerSampler().sample_poly(dimod.BinaryPolynomial({"a": 0.0, "b": 0.0, (): -1.0}, "SPIN"), seed=1)
    assert len(free) == 4
    assert free.info["sgq"]["expectation"] == pytest.approx(-1)


def test_polynomials_without_terms() -> None:
    empty = QAOAAerSampler().sample_poly(dimod.BinaryPolynomial({}, "BINARY"), num_reads=3)
    assert (empty.first.energy, empty.first.num_occurrences, len(empty.variables)) == (0, 3, 0)


def test_the_search_does_not_see_the_constant() -> None:
    """An offset of 10^12 would leave four digits of a cost that it is part of."""
    model = sgq.build("sherrington-kirkpatrick", n=6, seed=2).model
    shifted = model.copy()
    shifted.offset += 1e12
    plain, moved = (QAOAAerSampler().sample(m, p=2, seed=1).info["sgq"] for m in (model, shifted))
    assert (moved["gamma"], moved["beta"]) == (plain["gamma"], plain["beta"])
    assert moved["expectation"] - 1e12 == pytest.approx(plain["expectation"], abs=2e-3)


def test_the_optimiser_stops_with_the_best_so_far() -> None:
    model = sgq.build("sherrington-kirkpatrick", n=6, seed=1).model
    sample = partial(QAOAAerSampler().sample, model, p=4, seed=1)
    info = sample(time_limit=0).info["sgq"]
    assert (info["stopped"], info["evaluations"]) == ("time_limit", 1)
    info = sample(target_energy=-1.5).info["sgq"]
    assert info["stopped"] == "target_energy"
    assert info["expectation"] <= -1.5

    reports: list[tuple[float, float]] = []

    def interrupt_late(fraction: float, energy: float) -> None:
        reports.append((fraction, energy))
        if len(reports) == 12:
            raise KeyboardInterrupt

    done: list[float] = []
    sample(maxiter=200, progress=lambda fraction, _: done.append(fraction))
    assert done == sorted(done)
    assert done[-1] == 1

    samples = sample(progress=interrupt_late)
    assert samples.info["sgq"]["stopped"] == "interrupt"
    assert samples.info["sgq"]["expectation"] == min(energy for _, energy in reports)
    assert [fraction for fraction, _ in reports] == pytest.approx(np.arange(1, 13) / 100)
    assert samples.record.num_occurrences.sum() == 1024


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"gamma": [0.5]}, "beta is missing"),
        ({"gamma": [0.5, 0.1], "beta": [0.1, 0.2]}, r"gamma of shape \(2,\): p=1"),
        ({"gamma": [0.5], "beta": [float("nan")]}, r"beta\[0\] = nan"),
        ({"gamma": "wide", "beta": [0.1]}, "gamma: an array of real numbers"),
        ({"p": 0}, "p=0"),
        ({"shots": 0}, "shots=0"),
        ({"maxiter": 0}, "maxiter=0"),
        ({"num_reads": 2.5}, r"num_reads=2\.5"),
        ({"seed": -1}, "seed=-1"),
        ({"time_limit": -1}, "time_limit=-1"),
        ({"target_energy": float("nan")}, "target_energy=nan"),
    ],
)
def test_wrong_arguments_are_named(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        QAOAAerSampler().sample(dimod.BinaryQuadraticModel({0: 1.0}, {}, "SPIN"), **parameters)


def test_what_cannot_be_simulated_is_refused() -> None:
    ring = dimod.BinaryQuadraticModel({}, {(i, (i + 1) % 64): 1.0 for i in range(64)}, "SPIN")
    with pytest.raises(ValueError, match=r"^64 variables: qaoa-aer simulates at most \d+ qubits .* annealing$"):
        QAOAAerSampler().sample(ring)
    with pytest.raises(ValueError, match="coefficients"):
        QAOAAerSampler().sample(dimod.BinaryQuadraticModel({0: float("nan")}, {}, "SPIN"))


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "qiskit_aer", None)
    with pytest.raises(ImportError, match=r'pip install "sgq\[quantum\]"'):
        QAOAAerSampler().sample(dimod.BinaryQuadraticModel({0: 1.0}, {}, "SPIN"))
