"""Problems of a user's own numbers: couplings and fields (`ising`), or a matrix of bits (`qubo`)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sgq.checks import finite_array, real
from sgq.models import Floats, QuadraticForm, quadratic_model, upper_triangle
from sgq.problem import IsingProblem, ModelProblem


def ising(J: Any, h: Any = None) -> IsingProblem:
    """Problem with H = -Σ_{i<j} J_ij s_i s_j - Σ_i h_i s_i: the physics sign, each pair once.

    Parameters
    ----------
    J
        Symmetric matrix with zero diagonal (dense or SciPy sparse), a dict ``{(i, j): J_ij}``, or a networkx
        graph whose edge attribute ``weight`` (1 where absent) is J_ij.
    h
        Fields: a number for all spins, a dict ``{i: h_i}``, or an array of shape (N,) where spins are numbered
        0 … N-1; 0 where not given.

    Raises
    ------
    ValueError
        If J is not symmetric, has a diagonal, names a pair twice or holds a number that is not finite.
    """
    import networkx as nx
    from scipy.sparse import issparse

    if hasattr(h, "to_dict"):  # a pandas Series, by label
        h = h.to_dict()
    if isinstance(J, nx.Graph):
        if J.is_directed() or J.is_multigraph():
            raise ValueError(f"J is a {type(J).__name__}: a networkx.Graph, undirected and with single edges")
        edges = J.edges(data="weight", default=1.0)
        strange = [node for node in h if node not in J] if isinstance(h, Mapping) else []
        if strange:
            raise ValueError(f"h names {strange[0]!r}, which is no node of J")
        return _ising_of_dict({(u, v): weight for u, v, weight in edges}, h, list(J.nodes))
    if isinstance(J, Mapping) and not issparse(J):
        return _ising_of_dict(J, h, [])
    matrix = _matrix("J", J)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"J of shape {matrix.shape}: a square matrix")
    if matrix.shape[0] == 0:
        raise ValueError("J is empty: at least one spin is needed")
    if abs(matrix - matrix.T).max() > 0:
        raise ValueError("J is not symmetric: give J_ij = J_ji, each pair counts once")
    if np.any(matrix.diagonal()):
        raise ValueError("J has a diagonal: s_i s_i = 1 is a constant; fields go into h")
    pairs, couplings = upper_triangle(matrix)
    n = matrix.shape[0]
    if isinstance(h, Mapping):
        strange = [i for i in h if i not in range(n)]
        if strange:
            raise ValueError(f"h names spin {strange[0]!r}: J has the spins 0 … {n - 1}")
        h = [h.get(i, 0.0) for i in range(n)]
    return IsingProblem(name="ising-model", pairs=pairs, couplings=couplings, fields=_fields(h, n))


def qubo(Q: Any) -> ModelProblem:
    """Problem that minimises xᵀQx over x in {0, 1}^N.

    Parameters
    ----------
    Q
        Square matrix (dense or SciPy sparse; it need not be symmetric: Q_ij and Q_ji add up) or a dict
        ``{(i, j): Q_ij}`` whose entries (i, i) are linear.

    Raises
    ------
    ValueError
        If Q is empty, not square or holds a number that is not finite.
    """
    from scipy.sparse import coo_array, issparse

    labels: list[Hashable] | None = None
    if isinstance(Q, Mapping) and not issparse(Q):
        for pair, value in Q.items():
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise ValueError(f"Q[{pair!r}]: keys are pairs (i, j)")
            real(f"Q[{pair!r}]", value)
        labels = list(dict.fromkeys(v for pair in Q for v in pair))
        position = {label: k for k, label in enumerate(labels)}
        ij = np.array([[position[i], position[j]] for i, j in Q], dtype=np.int64).reshape(-1, 2)
        values = finite_array("Q", list(Q.values()))
        matrix = coo_array((values, (ij[:, 0], ij[:, 1])), shape=(len(labels), len(labels)))
    else:
        matrix = coo_array(_matrix("Q", Q))
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise ValueError(f"Q of shape {matrix.shape}: a square matrix")
    if matrix.shape[0] == 0:
        raise ValueError("Q is empty: at least one variable is needed")
    i, j = (index.astype(np.int64) for index in matrix.coords)
    off = i != j
    linear = np.bincount(i[~off], matrix.data[~off], matrix.shape[0]).astype(float)
    form = QuadraticForm(np.stack([i[off], j[off]], axis=1), matrix.data[off].astype(float), linear)
    return ModelProblem(name="qubo", source=quadratic_model(form, "BINARY", labels))


def _matrix(name: str, values: Any) -> Any:
    """A matrix of finite floats: an array, or CSR where `values` is sparse, of any format and type."""
    from scipy.sparse import coo_array, issparse

    if hasattr(values, "to_numpy"):
        raise ValueError(f"{name} is a {type(values).__name__}: give {name}.to_numpy(), or a dict that names the pairs")
    if values is None:
        raise ValueError(f"{name}=None: a matrix, a dict or a graph")
    if not issparse(values):
        return finite_array(name, values)
    entries = coo_array(values)
    finite_array(name, entries.data)
    return entries.astype(np.float64).tocsr()


def _ising_of_dict(J: Mapping[tuple[Hashable, Hashable], float], h: Any, labels: list[Hashable]) -> IsingProblem:
    named = list(h) if isinstance(h, Mapping) else []
    for pair, value in J.items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise ValueError(f"J[{pair!r}]: keys are pairs (i, j)")
        real(f"J[{pair!r}]", value)
    labels = list(dict.fromkeys([*labels, *(v for pair in J for v in pair), *named]))
    counted = set(labels) == set(range(len(labels)))
    if counted:
        labels = list(range(len(labels)))
    elif h is not None and not isinstance(h, Mapping) and np.ndim(h):
        raise ValueError("h is an array, but J names its spins: give h as a dict {spin: field}")
    position = {label: k for k, label in enumerate(labels)}
    seen: set[frozenset[Hashable]] = set()
    for pair in J:
        if len(set(pair)) != 2:
            raise ValueError(f"J[{pair!r}]: two different spins; fields go into h")
        if frozenset(pair) in seen:
            raise ValueError(f"J[{pair!r}]: this pair stands twice, in both orders; each pair counts once")
        seen.add(frozenset(pair))
    pairs = np.array([[position[i], position[j]] for i, j in J], dtype=np.int64).reshape(-1, 2)
    if isinstance(h, Mapping):
        h = [h.get(label, 0.0) for label in labels]
    return IsingProblem(
        name="ising-model",
        pairs=pairs,
        couplings=finite_array("J", list(J.values())),
        fields=_fields(h, len(labels)),
        labels=None if counted else labels,
    )


def _fields(h: ArrayLike | None, n: int) -> Floats:
    fields = finite_array("h", 0.0 if h is None else h)
    if fields.shape not in ((), (n,)):
        raise ValueError(f"h of shape {fields.shape}: a number or an array of shape ({n},)")
    return np.broadcast_to(fields, (n,)).copy()
