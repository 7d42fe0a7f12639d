"""One layer of QAOA in closed form against state vectors, known optima, and angles drawn at random."""

import tracemalloc

import dense_qaoa
import networkx as nx
import numpy as np
import pytest

from sgq.theory import one_layer_cut_fraction
from sgq_solvers.recursive_qaoa.one_layer import OneLayer


def random_layer(n: int, fields: bool, seed: int) -> OneLayer:
    rng = np.random.default_rng(seed)
    pairs = np.array([(i, j) for i in range(n) for j in range(i) if rng.random() < 0.7])
    couplings = rng.choice([-1.0, 1.0, 0.5], len(pairs)) if seed % 2 else rng.normal(size=len(pairs))
    return OneLayer(rng.normal(size=n) * fields, pairs, couplings)


def dense_averages(layer: OneLayer, gamma: float, beta: float) -> tuple[np.ndarray, np.ndarray]:
    """The same from exp(-iβ ΣX) exp(iγE) |+…+>."""
    n = len(layer.fields)
    rows = 1 - 2 * ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1)
    products = rows[:, layer.pairs[:, 0]] * rows[:, layer.pairs[:, 1]]
    energies = rows @ layer.fields + products @ layer.couplings
    probabilities = dense_qaoa.probabilities(energies, [gamma], [beta])
    return probabilities @ rows, probabilities @ products


@pytest.mark.parametrize("gamma", [0.37, -1.2, np.pi / 4])  # at π/4 cosines of couplings ±1 vanish
@pytest.mark.parametrize("seed", range(4))
def test_averages_are_those_of_a_state_vector(seed: int, gamma: float) -> None:
    layer = random_layer(6, fields=seed > 1, seed=seed)
    for ours, theirs in zip(layer.averages(gamma, 0.6), dense_averages(layer, gamma, 0.6), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_no_angles_drawn_at_random_are_better(seed: int) -> None:
    layer = random_layer(7, fields=seed > 1, seed=seed)

    def energy(gamma: float, beta: float) -> float:
        single, double = layer.averages(gamma, beta)
        return float(layer.fields @ single + layer.couplings @ double)

    unit = float(np.sqrt((2 * (layer.couplings**2).sum() + (layer.fields**2).sum()) / 7))
    layer = OneLayer(layer.fields / unit, layer.pairs, layer.couplings / unit)
    best = energy(*layer.best_angles())
    drawn = np.random.default_rng(1).uniform([-2, -np.pi / 2], [2, np.pi / 2], (3000, 2))
    assert best <= min(energy(*angles) for angles in drawn.tolist()) + 1e-9


@pytest.mark.parametrize("graph", [nx.cycle_graph(40), nx.petersen_graph(), nx.hypercube_graph(4)])
def test_triangle_free_graphs_reach_the_closed_form(graph: nx.Graph) -> None:
    graph = nx.convert_node_labels_to_integers(graph)
    pairs = np.array(graph.edges)
    layer = OneLayer(np.zeros(len(graph)), pairs, np.full(len(pairs), graph.degree[0] ** -0.5))
    _, double = layer.averages(*layer.best_angles())
    np.testing.assert_allclose(double, 1 - 2 * one_layer_cut_fraction(graph.degree[0]), atol=1e-6)


def test_angles_nearby_are_found_again() -> None:
    layer = random_layer(30, fields=True, seed=2)
    unit = float(np.sqrt((2 * (layer.couplings**2).sum() + (layer.fields**2).sum()) / 30))
    layer = OneLayer(layer.fields / unit, layer.pairs, layer.couplings / unit)
    best = layer.best_angles()
    np.testing.assert_allclose(layer.best_angles(best[0] + 0.03), best, atol=1e-3)
    np.testing.assert_allclose(layer.best_angles(best[0] + 0.5), best, atol=1e-3)  # none there: the grid


def test_memory_grows_with_the_pairs_alone() -> None:
    """A ring of 20 000 spins, whose matrices would take gigabytes: less than 1 kB a pair."""
    n = 20_000
    pairs = np.stack([np.arange(n), (np.arange(n) + 1) % n], axis=1)
    layer = OneLayer(np.zeros(n), pairs, np.full(n, 0.5**0.5))
    tracemalloc.start()
    try:
        _, double = layer.averages(np.pi / 8 * 2**0.5, np.pi / 8)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    np.testing.assert_allclose(double, -0.5, atol=1e-12)
    assert peak < 1000 * n
