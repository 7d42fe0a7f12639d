"""QAOA of infinite systems against closed forms, published values, enumeration of all pasts and exact simulation."""

import tracemalloc

import dense_qaoa
import dimod
import networkx as nx
import numpy as np
import pytest

import sgq
from sgq.theory import (
    cut_fraction,
    cut_fraction_angles,
    one_layer_cut_fraction,
    sherrington_kirkpatrick_angles,
    sherrington_kirkpatrick_energy,
)
from sgq.theory.cut_fractions import _BYTES
from sgq.theory.qaoa import _energy_and_gradient

PUBLISHED = [  # nu_p and angles of arXiv:2110.14206
    (0.303265, [0.5], [np.pi / 8]),
    (0.407545, [0.3817, 0.6655], [0.4960, 0.2690]),
    (0.472619, [0.3297, 0.5688, 0.6406], [0.5500, 0.3675, 0.2109]),
    (0.515679, [0.2949, 0.5144, 0.5586, 0.6429], [0.5710, 0.4176, 0.3028, 0.1729]),
    (0.547646, [0.2705, 0.4804, 0.5074, 0.5646, 0.6397], [0.5899, 0.4492, 0.3559, 0.2643, 0.1486]),
]


def all_pasts(gamma: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spins before every layer in bra, a_0, spins in ket, one row each; signed gammas; amplitudes; all enumerated."""
    p = len(gamma)
    rows = 1 - 2 * ((np.arange(2 << 2 * p)[:, None] >> np.arange(2 * p + 1)) & 1)
    bra, measured, ket = rows[:, :p], rows[:, p], rows[:, p + 1 :]
    amplitudes = np.full(len(rows), 0.5, complex)
    for side, i in ((bra, 1j), (ket, -1j)):
        following = np.column_stack([side[:, 1:], measured])
        amplitudes *= np.where(side == following, np.cos(beta), i * np.sin(beta)).prod(1)
    return rows, np.concatenate([gamma, [0], -gamma]), amplitudes


def energy_by_enumeration(gamma: np.ndarray, beta: np.ndarray) -> float:
    """The fixed point of all overlaps at once, as the paper writes it, with no use of causality."""
    rows, signed, amplitudes = all_pasts(gamma, beta)
    overlaps = np.zeros((len(signed), len(signed)))
    for _ in range(len(gamma) + 1):
        weights = amplitudes * np.exp(-0.5 * ((rows * signed) @ overlaps * (rows * signed)).sum(1))
        overlaps = rows.T @ (weights[:, None] * rows)
    return float((-0.5j * signed @ overlaps[len(gamma)] ** 2).real)


def cut_by_enumeration(degree: int, gamma: np.ndarray, beta: np.ndarray) -> float:
    rows, signed, amplitudes = all_pasts(gamma, beta)
    angles, branches = (rows * signed) @ rows.T, np.ones(len(rows))
    for _ in gamma:
        branches = (np.cos(angles) @ (amplitudes * branches)) ** (degree - 1)
    ends = rows[:, len(gamma)] * amplitudes * branches
    return float((0.5 + 0.5j * (ends @ np.sin(angles) @ ends)).real)


def mean_energy(model: dimod.BinaryQuadraticModel, gamma: np.ndarray, beta: np.ndarray) -> float:
    """<E> in the state Π exp(-iβ ΣX) exp(+iγE) |+…+> of one instance."""
    n = model.num_variables
    rows = 1 - 2 * ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1)
    energies = model.energies((rows, list(model.variables)))
    return float(dense_qaoa.probabilities(energies, gamma, beta) @ energies)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_enumeration_of_all_pasts_agrees(p: int) -> None:
    gamma, beta = np.random.default_rng(p).normal(scale=0.6, size=(2, p))
    assert sherrington_kirkpatrick_energy(gamma, beta) == pytest.approx(energy_by_enumeration(gamma, beta), abs=1e-12)
    assert cut_fraction(4, gamma, beta) == pytest.approx(cut_by_enumeration(4, gamma, beta), abs=1e-12)


@pytest.mark.parametrize(("nu", "gamma", "beta"), PUBLISHED)
def test_published_energies_and_angles(nu: float, gamma: list[float], beta: list[float]) -> None:
    found = sherrington_kirkpatrick_angles(len(gamma))
    assert sherrington_kirkpatrick_energy(*found) == pytest.approx(-nu, abs=1e-6)
    np.testing.assert_allclose(found, [gamma, beta], atol=1e-4)
    assert sherrington_kirkpatrick_energy(gamma, beta) == pytest.approx(-nu, abs=1e-5)


def test_one_layer_has_a_closed_form() -> None:
    gamma, beta = 0.8, -0.3
    expected = -gamma * np.exp(-2 * gamma**2) * np.sin(4 * beta)
    assert sherrington_kirkpatrick_energy([gamma], [beta]) == pytest.approx(expected, abs=1e-14)
    expected = 0.5 + 0.5 * np.sin(4 * beta) * np.sin(2 * gamma) * np.cos(2 * gamma) ** 4
    assert cut_fraction(5, gamma, beta) == pytest.approx(expected, abs=1e-14)


def test_gradient_is_that_of_differences() -> None:
    angles = np.random.default_rng(5).normal(scale=0.5, size=8)
    angles[6] = 0.0  # a mixer that does nothing: some pasts have no amplitude
    steps = 1e-5 * np.eye(8)
    differences = [_energy_and_gradient(angles + d)[0] - _energy_and_gradient(angles - d)[0] for d in steps]
    np.testing.assert_allclose(_energy_and_gradient(angles)[1], np.array(differences) / 2e-5, atol=1e-8)


def test_more_layers_lower_the_energy_towards_parisi() -> None:
    energies = [sherrington_kirkpatrick_energy(*sherrington_kirkpatrick_angles(p)) for p in range(1, 9)]
    assert energies == sorted(energies, reverse=True)
    assert energies[-1] > -0.763166
    gamma, beta = sherrington_kirkpatrick_angles(3)
    idle = np.insert(gamma, 1, 0.0), np.insert(beta, 1, 0.0)
    assert sherrington_kirkpatrick_energy(*idle) == pytest.approx(energies[2], abs=1e-12)
    assert sherrington_kirkpatrick_energy(-gamma, -beta) == pytest.approx(energies[2], abs=1e-12)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_instances_approach_the_limit(p: int) -> None:
    """Corrections are of order 1/N: N = 6 and 12 extrapolate to 1/N² and the error of the means (false alarm 1e-3)."""
    gamma, beta = sherrington_kirkpatrick_angles(p)
    means, errors = [], []
    for n, instances in ((6, 400), (12, 80)):
        models = [sgq.build("sherrington-kirkpatrick", n=n, seed=seed).model for seed in range(instances)]
        energies = [mean_energy(model, gamma, beta) / n for model in models]
        means.append(np.mean(energies))
        errors.append(np.std(energies) / np.sqrt(instances))
    limit = sherrington_kirkpatrick_energy(gamma, beta)
    assert limit < means[1] < means[0]
    assert abs(2 * means[1] - means[0] - limit) < 3.3 * np.hypot(2 * errors[1], errors[0]) + 0.3 / 12**2


@pytest.mark.parametrize(
    ("graph", "p"),
    [(nx.cycle_graph(9), 3), (nx.petersen_graph(), 1), (nx.heawood_graph(), 2), (nx.complete_bipartite_graph(4, 4), 1)],
)
def test_finite_graphs_of_large_girth_have_the_same_cut(graph: nx.Graph, p: int) -> None:
    gamma, beta = np.random.default_rng(p).normal(scale=0.6, size=(2, p))
    model = sgq.build("max-cut", graph=graph).model
    edges = graph.number_of_edges()
    expected = (edges - mean_energy(model, gamma, beta)) / (2 * edges)
    assert cut_fraction(graph.degree[0], gamma, beta) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("p", "published"), [(1, 0.6924), (2, 0.7559), (3, 0.7924)])
def test_published_cuts_of_cubic_graphs(p: int, published: float) -> None:
    assert cut_fraction(3, *cut_fraction_angles(3, p)) == pytest.approx(published, abs=6e-5)


@pytest.mark.parametrize("degree", [2, 3, 4, 5])
def test_one_layer_at_its_best(degree: int) -> None:
    assert cut_fraction(degree, *cut_fraction_angles(degree, 1)) == pytest.approx(one_layer_cut_fraction(degree))


@pytest.mark.parametrize("p", [1, 2, 3, 4])
def test_a_long_ring_is_cut_to_one_part_in_its_light_cone(p: int) -> None:
    """(2p + 1) / (2p + 2): proven by free fermions (Wang et al. 2018; Mbeng, Fazio, Santoro, arXiv:1906.08948)."""
    assert cut_fraction(2, *cut_fraction_angles(2, p)) == pytest.approx((2 * p + 1) / (2 * p + 2), abs=1e-8)


@pytest.mark.parametrize("degree", [10**2, 10**4, 10**6])
def test_large_degrees_lead_to_the_sk_model(degree: int) -> None:
    gamma, beta = sherrington_kirkpatrick_angles(4)
    excess = (cut_fraction(degree, gamma / np.sqrt(degree), beta) - 0.5) * np.sqrt(degree)
    assert excess == pytest.approx(-sherrington_kirkpatrick_energy(gamma, beta), abs=0.2 / degree + 1e-8)


@pytest.mark.parametrize(
    ("gamma", "beta", "message"),
    [
        ([0.5, 0.1], [0.3], r"gamma and beta of shapes \(2,\) and \(1,\)"),
        ([], [], r"shapes \(0,\) and \(0,\)"),
        ([0.5, float("nan")], [0.3, 0.2], r"gamma\[1\] = nan"),
        ([20.0, -6.0], [0.3, 0.2], "add up to 26, at most 25"),
    ],
)
def test_wrong_angles_are_named(gamma: list[float], beta: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sherrington_kirkpatrick_energy(gamma, beta)
    with pytest.raises(ValueError, match="p=0"):
        sherrington_kirkpatrick_angles(0)
    with pytest.raises(ValueError, match="degree=1"):
        cut_fraction(1, [0.1], [0.1])


@pytest.mark.parametrize("p", [18, 30, 2000])
def test_what_would_run_for_ever_is_refused_by_its_layers(p: int) -> None:
    angles = np.full((2, p), 0.1)
    with pytest.raises(ValueError, match=rf"^p={p}: at most 16 layers; {p} need 10\^[\d.]+ bytes"):
        sherrington_kirkpatrick_energy(*angles)
    with pytest.raises(ValueError, match=rf"^p={p}: at most 16 layers"):
        sherrington_kirkpatrick_angles(p)
    with pytest.raises(ValueError, match=rf"^p={p}: at most 12 layers; {p} need 10\^[\d.]+ bytes"):
        cut_fraction(3, *angles)
    with pytest.raises(ValueError, match=rf"^p={p}: at most 12 layers"):
        cut_fraction_angles(3, p)


def test_the_memory_that_is_named_is_what_it_takes() -> None:
    angles = np.full((2, 8), 0.1)
    tracemalloc.start()
    try:
        cut_fraction(3, *angles)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak / 4**8 == pytest.approx(_BYTES, rel=0.05)
