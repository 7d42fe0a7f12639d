"""The QAOA solver against matrix exponentials, Aer, closed forms, and published energies of the SK model.

The chi-square test has a fixed seed and fails a correct sampler with probability 1e-3.
"""

import math
import re
import signal
import threading
import time
import tracemalloc
from functools import partial
from typing import Any

import dimod
import networkx as nx
import numpy as np
import pytest
from qaoa_helpers import all_values, pauli, probabilities, random_polynomial
from scipy.linalg import expm
from scipy.stats import chisquare

import sgq
from sgq.models import quadratic_form
from sgq.theory.qaoa import sherrington_kirkpatrick_energy
from sgq_solvers.memory import gigabytes
from sgq_solvers.qaoa import QAOASampler
from sgq_solvers.qaoa.starts import fixed_angles
from sgq_solvers.recursive_qaoa.one_layer import OneLayer


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("order", [2, 4])
def test_state_is_that_of_matrix_exponentials(order: int, vartype: str) -> None:
    """Fields, couplings of any order and a constant, in spins and bits; the bit order shows, as no symmetry is left."""
    rng = np.random.default_rng(order)
    gamma, beta = rng.normal(size=(2, 3)).tolist()
    model = random_polynomial(order, vartype, seed=order)
    labels = sorted(model.variables)
    energies = model.energies((all_values(model), labels))
    mixer = sum(pauli(6, **{f"q{q}": "X"}) for q in range(6))
    psi = np.full(64, 1 / 8, complex)
    for g, b in zip(gamma, beta, strict=True):
        psi = expm(-1j * b * mixer) @ (np.exp(1j * g * energies) * psi)
    p = np.abs(psi) ** 2

    samples = sgq.solve(model, "qaoa", p=3, gamma=gamma, beta=beta, num_reads=20_000, seed=5)

    assert samples.info["sgq"]["expectation"] == pytest.approx(p @ energies, abs=1e-12)
    seen = probabilities(samples, labels)
    np.testing.assert_allclose(seen[~np.isnan(seen)], p[~np.isnan(seen)], atol=1e-13)
    down = samples.record.sample[:, [samples.variables.index(v) for v in labels]] <= 0
    observed = np.bincount(down @ (1 << np.arange(6)), samples.record.num_occurrences, 64)
    assert not observed[p < 1e-20].any()
    often = (20_000 * p > 8) | (p < 1e-20)
    observed, expected = (np.append(x[often], x[~often].sum()) for x in (observed, 20_000 * p))
    possible = expected > 1e-9
    assert chisquare(observed[possible], expected[possible]).pvalue > 1e-3
    np.testing.assert_allclose(samples.record.energy, model.energies((samples.record.sample, samples.variables)))
    ground = energies <= energies.min() + 1e-9
    assert samples.info["sgq"]["lowest_energy"] == pytest.approx(energies.min(), abs=1e-12)
    assert samples.info["sgq"]["ground_states"] == ground.sum()
    assert samples.info["sgq"]["ground_state_probability"] == pytest.approx(p[ground].sum(), abs=1e-13)


def test_one_spin_in_a_field() -> None:
    h, gamma, beta = 0.7, 0.4, 0.3
    model = dimod.BinaryQuadraticModel({"x": h}, {}, 2.0, "SPIN")
    info = QAOASampler().sample(model, gamma=[gamma], beta=[beta]).info["sgq"]
    assert info["expectation"] == pytest.approx(2 - h * np.sin(2 * beta) * np.sin(2 * gamma * h), abs=1e-12)


@pytest.mark.parametrize(("precision", "accuracy"), [("single", 1e-6), ("double", 1e-13)])
def test_one_layer_has_its_closed_form(precision: str, accuracy: float) -> None:
    """Eighteen spins, all coupled, in a field: more qubits than one pass takes."""
    problem = sgq.build("sherrington-kirkpatrick", n=18, field=0.3, seed=1)
    form, _ = quadratic_form(problem.model, "SPIN")
    single, pairs = OneLayer(form.fields, form.pairs, form.couplings).averages(0.5, 0.39)
    info = sgq.solve(problem, "qaoa", gamma=[0.5], beta=[0.39], precision=precision, seed=1).info["sgq"]
    assert info["expectation"] == pytest.approx(form.fields @ single + form.couplings @ pairs, rel=accuracy)


@pytest.mark.parametrize("degree", [2, 3])
def test_cut_of_triangle_free_graphs(degree: int) -> None:
    """1/2 + (1 - 1/D)^((D - 1)/2) / (2 √D) of the edges at p = 1 (Z. Wang et al., Phys. Rev. A 97, 022304 (2018))."""
    graph = nx.petersen_graph() if degree == 3 else nx.cycle_graph(9)
    problem = sgq.build("max-cut", graph=graph)
    info = sgq.solve(problem, "qaoa", seed=1).info["sgq"]
    edges = graph.number_of_edges()
    cut = (edges - info["expectation"]) / (2 * edges)
    assert cut == pytest.approx(0.5 + (1 - 1 / degree) ** ((degree - 1) / 2) / (2 * math.sqrt(degree)), abs=1e-6)


@pytest.mark.parametrize(("p", "published", "error"), [(1, 0.286, 0.005), (2, 0.384, 0.007), (3, 0.445, 0.009)])
def test_fixed_angles_of_the_sk_model(p: int, published: float, error: float) -> None:
    """Mean energy per spin of 24 instances, N = 12; a correct solver fails with probability 1e-3."""
    energies = []
    for seed in range(24):
        model = sgq.build("sherrington-kirkpatrick", n=12, seed=seed).model
        gamma, beta = np.split(fixed_angles(p), 2)
        info = QAOASampler().sample(model, p=p, gamma=gamma, beta=beta, num_reads=1, seed=0).info["sgq"]
        energies.append(info["expectation"] / 12)
    spread = np.hypot(error, np.std(energies) / np.sqrt(24))
    assert abs(-np.mean(energies) - published) < 3.3 * spread


@pytest.mark.parametrize("p", [1, 2, 3, 4, 5])
def test_sixteen_spins_come_close_to_infinitely_many(p: int) -> None:
    """The average over 32 instances of couplings ±1/√N against theory's -ν_p; a false alarm has probability 1e-3.

    Its standard error is 1 to 2 %, and at N = 16 some 3 % are allowed to the corrections of order 1/N.
    """
    gamma, beta = np.split(fixed_angles(p), 2)
    options = {"p": p, "gamma": gamma, "beta": beta, "num_reads": 1, "seed": 0}
    build = partial(sgq.build, "sherrington-kirkpatrick", n=16, disorder="bimodal")
    models = (build(seed=seed).model for seed in range(32))
    energies = [QAOASampler().sample(model, **options).info["sgq"]["expectation"] / 16 for model in models]
    theory, error = sherrington_kirkpatrick_energy(gamma, beta), np.std(energies) / np.sqrt(32)
    assert error < 0.02 * abs(theory)
    assert abs(np.mean(energies) - theory) < 0.03 * abs(theory) + 3.3 * error


@pytest.mark.parametrize("precision", ["single", "double"])
def test_equal_seeds_give_equal_samples_on_any_number_of_threads(precision: str) -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=17, seed=1)
    sample = partial(QAOASampler().sample, problem.model, maxiter=3, num_reads=50, precision=precision)
    one, three = (sample(seed=7, num_threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(one.record, three.record)
    first, second = ({**answer.info["sgq"], "setup_seconds": None} for answer in (one, three))
    assert first == second
    assert list(sample(seed=8).samples()) != list(one.samples())


def test_models_without_interactions_or_variables() -> None:
    constant = QAOASampler().sample(dimod.BinaryQuadraticModel({}, {}, 1.5, "BINARY"), num_reads=3)
    assert (constant.first.energy, constant.first.num_occurrences, len(constant.variables)) == (1.5, 3, 0)
    free = QAOASampler().sample_poly(dimod.BinaryPolynomial({"a": 0.0, "b": 0.0, (): -1.0}, "SPIN"), seed=1)
    assert len(free) == 4
    assert free.info["sgq"]["expectation"] == pytest.approx(-1)


@pytest.mark.parametrize("n", [25, 64, 1000, 1100])
def test_what_does_not_fit_in_memory_is_refused_before_any_is_taken(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has what it would take: five float64 an amplitude with gradients, three without."""
    monkeypatch.setattr("sgq_solvers.qaoa.run.free_memory", lambda: 5e8)
    ring = dimod.BinaryQuadraticModel({}, {(i, (i + 1) % n): 1.0 for i in range(n)}, "SPIN")
    with_gradient, without = (re.escape(gigabytes(each << n)) for each in (40, 24))
    with pytest.raises(ValueError, match=rf"^{n} variables: qaoa needs {with_gradient}.* 0.5 GB are free.* annealing$"):
        QAOASampler().sample(ring)
    advice = "take precision='single', a smaller" if n == 25 else "take a smaller"
    with pytest.raises(ValueError, match=f"needs {without}, 24 bytes for each .* {advice}"):
        QAOASampler().sample(ring, optimizer="COBYLA")


@pytest.mark.parametrize(
    ("options", "bytes_each"),
    [
        ({"gamma": [0.5], "beta": [0.4]}, 12),
        ({"gamma": [0.5], "beta": [0.4], "one_hot": []}, 12),
        ({"objective": "overlap", "maxiter": 2}, 20),
        ({"objective": "overlap", "maxiter": 2, "optimizer": "COBYLA"}, 12),
    ],
)
def test_memory_is_what_the_check_says(options: dict[str, Any], bytes_each: int) -> None:
    """Half of all configurations are ground states here; a list of them would take four bytes an amplitude."""
    n = 20
    model = dimod.BinaryQuadraticModel({0: 1.0, **dict.fromkeys(range(1, n), 0.0)}, {}, "SPIN")
    sample = partial(QAOASampler().sample, num_reads=10, precision="single", num_threads=1, seed=1, **options)
    sample(sgq.build("sherrington-kirkpatrick", n=17, seed=1).model)
    tracemalloc.start()
    try:
        info = sample(model).info["sgq"]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert info["ground_states"] == 1 << (n - 1)
    assert 0.99 * bytes_each < peak / 2**n < bytes_each + 3  # of blocks, whatever n


def test_the_search_does_not_see_the_constant() -> None:
    """An offset of 10^12 would leave four digits of a cost that it is part of."""
    model = sgq.build("sherrington-kirkpatrick", n=8, seed=2).model
    shifted = model.copy()
    shifted.offset += 1e12
    plain, moved = (QAOASampler().sample(m, p=2, seed=1).info["sgq"] for m in (model, shifted))
    assert (moved["gamma"], moved["beta"]) == (plain["gamma"], plain["beta"])


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals of POSIX")
def test_a_real_interrupt_gives_the_best_so_far() -> None:
    """The signal comes while the optimiser is at work, some evaluations after the first."""
    main, asked = threading.main_thread().ident, threading.Event()
    assert main

    def interrupt() -> None:
        asked.wait()
        time.sleep(0.05)
        signal.pthread_kill(main, signal.SIGINT)

    waiting = threading.Thread(target=interrupt)
    waiting.start()
    model = sgq.build("sherrington-kirkpatrick", n=16, seed=1).model
    samples = QAOASampler().sample(model, p=20, maxiter=10_000, progress=lambda *_: asked.set(), seed=1)
    waiting.join()
    assert samples.info["sgq"]["stopped"] == "interrupt"
    assert samples.info["sgq"]["expectation"] < 0


def test_compare_runs_it_beside_others() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=8, seed=1)
    table = sgq.compare(problem, {"p=1": ("qaoa", {}), "p=3": ("qaoa", {"p": 3}), "exact": ("exhaustive", {})}, seed=1)
    chances = {row.label: row.success_probability for row in table.rows}
    assert 0 < chances["p=1"] < chances["p=3"] < 1


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"gamma": [0.5]}, "beta is missing"),
        ({"gamma": [0.5, 0.1], "beta": [0.1, 0.2]}, r"gamma of shape \(2,\): p=1"),
        ({"p": 0}, "p=0"),
        ({"maxiter": 0}, "maxiter=0"),
        ({"num_reads": 2.5}, r"num_reads=2\.5"),
        ({"seed": -1}, "seed=-1"),
        ({"start": "interpolate"}, r"start='interpolate': one of .*did you mean 'interp'"),
        ({"optimizer": "Adam"}, "optimizer='Adam'"),
        ({"objective": "energy"}, "objective='energy'"),
        ({"objective": "overlap", "target_energy": -1}, "target_energy=-1: objective='overlap' is a probability"),
        ({"alpha": 0}, "alpha=0"),
        ({"precision": "half"}, "precision='half'"),
        ({"mixer": "star"}, "mixer='star'"),
        ({"warm_start": [0.5]}, r"warm_start of shape \(1,\): 3 means from -1 to 1"),
        ({"warm_start": {0: 1}}, "warm_start has no mean of 1"),
        ({"warm_start": {0: 1, 1: 0, "c": 1}}, "warm_start has no mean of 2"),
        ({"warm_start": {0: 1, 1: 0, 2: 1, "c": 1}}, "warm_start has a mean of 'c'"),
        ({"warm_start": [0, 0, 2]}, r"warm_start of 2 is 2\.0: means from -1 to 1"),
        ({"epsilon": 7}, "epsilon=7"),
        ({"one_hot": 5}, "one_hot=5: groups of labels"),
        ({"one_hot": [1, 2]}, r"one_hot=\[1, 2\]: groups of labels"),
        ({"one_hot": [[[0], [1]]]}, r"one_hot=\[\[\[0\], \[1\]\]\]: groups of labels"),
        ({"warm_start": [0, 0, 1], "epsilon": 0.6}, r"epsilon=0\.6"),
        ({"warm_start": [0, 0, 1], "one_hot": [[0, 1]]}, "give one of the two"),
        ({"one_hot": [[0, 7]]}, "7 is no variable"),
        ({"one_hot": [[0, 1], [1, 2]]}, "1 stands in two places"),
        ({"one_hot": [[0]]}, "leaves no choice"),
        ({"time_limit": -1}, "time_limit=-1"),
        ({"progress": 1}, "progress=1"),
    ],
)
def test_wrong_arguments_are_named(parameters: dict[str, object], message: str) -> None:
    model = dimod.BinaryQuadraticModel({0: 1.0}, {(0, 1): 1.0, (1, 2): 1.0}, "SPIN")
    with pytest.raises(ValueError, match=message):
        QAOASampler().sample(model, **parameters)
