"""Random regular graphs by their degrees, and max-cut against networkx and known maximum cuts."""

import itertools
import math
import pickle

import dimod
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array

from sgq_problems.graphs import max_cut, random_regular


def all_states(n: int) -> np.ndarray:
    return np.array(list(itertools.product((-1, 1), repeat=n)))


@given(st.integers(1, 14), st.data())
def test_every_spin_has_degree_neighbours(n: int, data: st.DataObject) -> None:
    degree = data.draw(st.integers(0, n - 1).filter(lambda d: n * d % 2 == 0))
    problem = random_regular(n=n, degree=degree, seed=data.draw(st.integers(0, 2**32 - 1)))
    assert len({frozenset(pair) for pair in problem.pairs.tolist()}) == len(problem.pairs) == n * degree // 2
    np.testing.assert_array_equal(np.bincount(problem.pairs.ravel(), minlength=n), degree)


def test_cubic_graphs_of_six_spins_are_drawn_with_their_frequencies() -> None:
    """Of the 70 labelled ones 10 are K_{3,3} and 60 are prisms. Five standard errors: 6 false alarms in 10^7."""
    graphs = [nx.Graph(random_regular(n=6, seed=k).pairs.tolist()) for k in range(700)]
    bipartite = np.mean([nx.is_bipartite(graph) for graph in graphs])
    assert abs(bipartite - 1 / 7) < 5 * math.sqrt(6 / 49 / 700)


def test_cubic_graphs_have_the_triangles_of_uniform_ones() -> None:
    """At N = 30 the pairing model has 1.432(6) on average, standard deviation 1.15; five standard errors of 500."""
    triangles = []
    for k in range(500):
        A = np.zeros((30, 30))
        A[tuple(random_regular(n=30, seed=k).pairs.T)] = 1
        triangles.append(np.vdot(A @ A, A))  # i < j < k once each
    assert abs(np.mean(triangles) - 1.432) < 5 * 1.15 / math.sqrt(500)


def test_couplings_and_field_of_random_regular_glasses() -> None:
    problem = random_regular(n=2000, positive=0.9, field=0.5, seed=1)
    assert set(problem.couplings) == {-1, 1}
    assert abs((problem.couplings == 1).mean() - 0.9) < 5 * math.sqrt(0.09 / 3000)
    assert problem.energies(np.ones(2000, int))[0] == pytest.approx(-problem.couplings.sum() - 1000)
    J = random_regular(n=2000, disorder="gaussian", seed=1).couplings
    assert abs(J.mean()) < 5 / math.sqrt(3000)
    assert abs(J.var() - 1) < 5 * math.sqrt(2 / 3000)


@pytest.mark.parametrize(
    ("graph", "largest"),
    [
        (nx.petersen_graph(), 12),
        (nx.complete_graph(7), 12),
        (nx.complete_bipartite_graph(3, 4), 12),
        (nx.cycle_graph(9), 8),
        (nx.Graph([(0, 1, {"weight": -2.0}), (1, 2, {"weight": 3.0}), (0, 2, {"weight": 1.0})]), 4),
        (nx.empty_graph(3), 0),
    ],
)
def test_largest_cuts_of_known_graphs(graph: nx.Graph, largest: float) -> None:
    problem = max_cut(graph=graph)
    states = all_states(len(graph))
    best = states[problem.energies(states).argmin()]
    cut = problem.decode(best)
    assert cut.cut == largest
    assert cut.cut == nx.cut_size(graph, *cut.sides, weight="weight")


@given(st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_cut_and_energy_against_networkx(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = nx.gnp_random_graph(n, 0.6, seed=seed)
    nx.set_edge_attributes(graph, {edge: float(rng.integers(-5, 6)) for edge in graph.edges}, "weight")
    nx.relabel_nodes(graph, {0: "Paris", 1: (3, 4)}, copy=False)
    problem = max_cut(graph=graph)
    assert list(problem.variables) == list(graph.nodes)
    assert nx.utils.graphs_equal(problem.instance, graph)
    assert problem.total_weight == graph.size(weight="weight")
    spins = {node: int(rng.choice([-1, 1])) for node in graph}
    cut = problem.decode(spins)
    assert set(cut.sides[0]) == {node for node in graph if spins[node] == 1}
    assert set(cut.sides[0]) | set(cut.sides[1]) == set(graph)
    assert cut.cut == nx.cut_size(graph, *cut.sides, weight="weight")
    energy = sum(w * spins[u] * spins[v] for u, v, w in graph.edges(data="weight"))
    assert problem.energies(spins)[0] == problem.model.energy(spins) == energy
    assert cut.cut == (problem.total_weight - energy) / 2


def test_matrices_and_graphs_are_the_same_problem() -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 2.0), ("b", "c", -1.5), ("a", "d", 1.0)])
    nodes = ["a", "b", "c", "d"]
    matrix = nx.to_numpy_array(graph, nodes)
    twice = coo_array((np.repeat(matrix[matrix != 0] / 2, 2), np.repeat(matrix.nonzero(), 2, axis=1)), shape=(4, 4))
    for given_graph in (matrix, csr_array(matrix), twice, matrix.tolist()):
        problem = max_cut(graph=given_graph, nodes=nodes)
        assert nx.utils.graphs_equal(problem.instance, graph)
        assert len(problem.pairs) == 3
    assert list(max_cut(graph=matrix).variables) == [0, 1, 2, 3]
    assert list(max_cut(graph=matrix, nodes=range(1, 5)).model.variables) == [1, 2, 3, 4]


def test_answers_of_either_vartype_are_decoded() -> None:
    problem = max_cut(graph=nx.path_graph(["a", "b", "c"]))
    spins = dimod.SampleSet.from_samples([{"a": 1, "b": -1, "c": 1}], "SPIN", energy=[-2])
    for samples in (spins, spins.change_vartype("BINARY", inplace=False), spins.first.sample):
        assert problem.decode(samples).sides == (("a", "c"), ("b",))


def test_max_cut_pickles_with_its_graph() -> None:
    problem = max_cut(graph=nx.petersen_graph())
    assert problem.instance is problem.instance
    again = pickle.loads(pickle.dumps(problem))
    assert nx.utils.graphs_equal(again.instance, problem.instance)


@pytest.mark.parametrize(
    ("graph", "nodes", "message"),
    [
        (nx.Graph(), None, r"graph has no vertices"),
        (np.zeros((0, 0)), None, r"graph of shape \(0, 0\)"),
        (np.zeros((2, 3)), None, r"graph of shape \(2, 3\): a networkx.Graph or a square matrix"),
        (3, None, r"graph of shape \(\)"),
        ("G1", None, r"graph: an array of real numbers is needed, not str"),
        (nx.DiGraph([(0, 1)]), None, r"undirected networkx.Graph, not a DiGraph"),
        (nx.MultiGraph([(0, 1)]), None, r"undirected networkx.Graph, not a MultiGraph"),
        (nx.Graph([(0, 1), (1, 1)]), None, r"graph: a loop at 1"),
        (nx.Graph([("a", "b", {"weight": math.nan})]), None, r"weight of the edge 'a' – 'b'=nan: a finite number"),
        (nx.Graph([("a", "b", {"weight": "2x"})]), None, r"weight of the edge 'a' – 'b'='2x': a finite number"),
        (np.array([[0, 1], [2, 0]]), None, r"graph is not symmetric"),
        (np.array([[0, 1], [1, 3]]), None, r"graph\[1, 1\] is not zero"),
        (np.array([[0, math.inf], [math.inf, 0]]), None, r"graph\[0, 1\] = inf"),
        (csr_array([[0, math.nan], [math.nan, 0]]), None, r"nan: every entry must be finite"),
        (np.zeros((3, 3)), "ab", r"nodes: 2 different names for 3 vertices"),
        (np.zeros((2, 2)), "aa", r"nodes: 1 different names for 2 vertices"),
        (nx.path_graph(2), "ab", r"nodes: .* a networkx graph brings its own"),
    ],
)
def test_max_cut_refuses(graph, nodes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        max_cut(graph=graph, nodes=nodes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 5}, r"degree=3 with n=5: one of the two must be even"),
        ({"n": 3}, r"degree=3: an integer of at least 0 and at most 2"),
        ({"n": 0}, r"n=0: an integer of at least 1"),
        ({"n": 4, "disorder": "gaussian", "positive": 0.1}, r"positive=0.1: .*disorder='bimodal' only"),
        ({"n": 4, "positive": "most"}, r"positive='most': a finite number"),
        ({"n": 4, "field": math.inf}, r"field=inf: a finite number"),
    ],
)
def test_random_regular_refuses(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        random_regular(**options)
