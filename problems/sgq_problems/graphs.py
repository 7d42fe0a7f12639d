"""Graphs: the spin glass on a random regular graph, and max-cut on any graph."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sgq.checks import finite_array, generator, integer, real, recorded_seed
from sgq.models import Floats, Integers, upper_triangle
from sgq.problem import IsingProblem, Seed
from sgq_problems.disorder import Disorder, random_couplings

if TYPE_CHECKING:
    import networkx as nx


def random_regular(
    *,
    n: int,
    degree: int = 3,
    disorder: Disorder = "bimodal",
    positive: float = 0.5,
    field: float = 0.0,
    seed: Seed = None,
) -> IsingProblem:
    """Draw a glass on a random regular graph, H = -Σ_<ij> J_ij s_i s_j - field Σ_i s_i [1]_.

    Parameters
    ----------
    n
        Number of spins.
    degree
        Neighbours of every spin. All such graphs are equally probable.
    disorder
        ``"bimodal"``: J = +1 with probability `positive`, else -1. ``"gaussian"``: J ~ N(0, 1).
    positive
        Mean fraction of +1 couplings.
    field
        Uniform field.
    seed
        Equal seeds give equal instances.

    Raises
    ------
    ValueError
        If no such graph exists (`degree` ≥ `n`, or both odd), or an option is not as above.

    References
    ----------
    .. [1] M. Mézard, G. Parisi, Eur. Phys. J. B 20, 217 (2001).
    """
    n = integer("n", n, 1)
    degree = integer("degree", degree, 0, n - 1)
    if n * degree % 2:
        raise ValueError(f"degree={degree} with n={n}: one of the two must be even, every bond has two ends")
    field = real("field", field)
    rng = generator(seed)
    pairs = _regular_graph(rng, n, degree)
    couplings = random_couplings(rng, len(pairs), disorder, positive)
    return IsingProblem(
        name="random-regular",
        parameters={"n": n, "degree": degree, "disorder": disorder, "positive": float(positive), "field": field},
        seed=recorded_seed(seed),
        pairs=pairs,
        couplings=couplings,
        fields=np.full(n, field),
    )


def _regular_graph(rng: np.random.Generator, n: int, degree: int) -> Integers:
    """Bonds of a random regular graph.

    The graphs of networkx hold too many short cycles (at degree 3, triangles by a quarter). Random switches of the
    ends of two bonds, refused where they would make a loop or a double bond, have the uniform distribution as
    their only stationary one; ten tries a bond take the excess away.
    """
    import networkx as nx

    # The algorithm of networkx almost always gets stuck on dense graphs and starts again: draw what is missing.
    missing = n - 1 - degree
    graph = nx.random_regular_graph(min(degree, missing), n, int(rng.integers(2**32)))
    bonds = [(min(bond), max(bond)) for bond in graph.edges]
    present = set(bonds)
    for first, second, turned in rng.integers(0, (len(bonds), len(bonds), 2), (10 * len(bonds), 3)).tolist():
        (a, b), (c, d) = bonds[first], bonds[second][:: -1 if turned else 1]
        old, new = {bonds[first], bonds[second]}, ((min(a, d), max(a, d)), (min(b, c), max(b, c)))
        if a != d and b != c and present.isdisjoint(new):
            present -= old
            present.update(new)
            bonds[first], bonds[second] = new
    if degree > missing:
        present = set(combinations(range(n), 2)) - present
    return np.array(sorted(present), dtype=np.int64).reshape(-1, 2)


@dataclass(frozen=True)
class Bipartition:
    """Two sides of a graph, the vertices with spin +1 and those with -1, and the cut, the weight between them."""

    sides: tuple[tuple[Hashable, ...], tuple[Hashable, ...]]
    cut: float


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MaxCut(IsingProblem):
    """A graph to be cut in two: E = Σ_<ij> w_ij s_i s_j, so that the weight cut is (W - E) / 2, W = Σ_<ij> w_ij."""

    @property
    def total_weight(self) -> float:
        """W, the sum of all weights."""
        return float(0.0 - self.couplings.sum())

    @cached_property
    def instance(self) -> nx.Graph:
        """The graph, with the edge attribute ``weight``."""
        import networkx as nx

        graph = nx.Graph()
        graph.add_nodes_from(self.variables)
        nodes, weights = self.variables, (-self.couplings).tolist()
        graph.add_weighted_edges_from(
            (nodes[i], nodes[j], weight) for (i, j), weight in zip(self.pairs.tolist(), weights, strict=True)
        )
        return graph

    def decode(self, sample: Any) -> Bipartition:
        """The two sides and the weight of the edges between them."""
        spins = self.values_of_one(sample)[None]
        up, down = (
            tuple(node for node, spin in zip(self.variables, spins[0], strict=True) if spin == side) for side in (1, -1)
        )
        return Bipartition((up, down), (self.total_weight - float(self._energies(spins)[0])) / 2)


def max_cut(*, graph: Any, nodes: Sequence[Hashable] | None = None) -> MaxCut:
    """Cut a graph in two so that the edges between the sides weigh most.

    Parameters
    ----------
    graph
        A `networkx.Graph` whose edge attribute ``weight`` (1 where absent) is w_ij, or a symmetric matrix of
        weights with zero diagonal, dense or SciPy sparse, in which 0 is no edge. Weights may be negative.
    nodes
        Names of a matrix's vertices, ``range(N)`` when None; a `networkx.Graph` brings its own.

    Returns
    -------
    MaxCut
        With the energy E = Σ_<ij> w_ij s_i s_j in dimod's sign (J_ij = -w_ij) and no offset.

    Raises
    ------
    ValueError
        If the graph has no vertices, is directed, has parallel edges or loops, if the matrix is not square and
        symmetric, or if a weight is not finite.
    """
    import networkx as nx

    if isinstance(graph, nx.Graph):
        if nodes is not None:
            raise ValueError("nodes: these name the vertices of a matrix; a networkx graph brings its own")
        nodes, pairs, weights = _of_graph(graph)
    else:
        pairs, weights, n = _of_matrix(graph)
        nodes = range(n) if nodes is None else nodes
        if len(nodes) != n or len(set(nodes)) != n:
            raise ValueError(f"nodes: {len(set(nodes))} different names for {n} vertices")
    return MaxCut(name="max-cut", pairs=pairs, couplings=-weights, fields=np.zeros(len(nodes)), labels=nodes)


def _of_graph(graph: nx.Graph) -> tuple[list[Hashable], Integers, Floats]:
    if graph.is_directed() or graph.is_multigraph():
        raise ValueError(f"graph: a plain undirected networkx.Graph, not a {type(graph).__name__}")
    if not len(graph):
        raise ValueError("graph has no vertices")
    nodes = list(graph.nodes)
    position = {node: k for k, node in enumerate(nodes)}
    edges = list(graph.edges(data="weight", default=1.0))
    for u, v, weight in edges:
        if u == v:
            raise ValueError(f"graph: a loop at {u!r}; an edge joins two different vertices")
        real(f"graph: weight of the edge {u!r} – {v!r}", weight)
    pairs = np.array([(position[u], position[v]) for u, v, _ in edges], dtype=np.int64).reshape(-1, 2)
    return nodes, pairs, np.array([weight for _, _, weight in edges], dtype=np.float64)


def _of_matrix(graph: Any) -> tuple[Integers, Floats, int]:
    from scipy.sparse import csr_array, issparse

    matrix = graph if issparse(graph) else finite_array("graph", graph)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.shape[0]:
        raise ValueError(f"graph of shape {matrix.shape}: a networkx.Graph or a square matrix of weights")
    matrix = csr_array(matrix)
    finite_array("graph", matrix.data)
    if abs(matrix - matrix.T).max() > 0:
        raise ValueError("graph is not symmetric: w_ij = w_ji, an edge has no direction")
    loops = matrix.diagonal().nonzero()[0]
    if len(loops):
        raise ValueError(f"graph[{loops[0]}, {loops[0]}] is not zero: an edge joins two different vertices")
    return *upper_triangle(matrix), matrix.shape[0]
