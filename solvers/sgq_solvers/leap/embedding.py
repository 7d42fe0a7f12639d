"""Minor embedding: each variable becomes a chain of qubits, found by minorminer or given, and read by majority.

Everything here works on positions in the model's order, so that equal seeds find equal embeddings whatever the labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from sgq.checks import integer
from sgq.models import QuadraticForm, gauge_transform, quadratic_form, quadratic_model
from sgq_solvers.leap.connection import name_of
from sgq_solvers.leap.request import by_variable
from sgq_solvers.sampler import Clock

Chains = list[list[int]]


def find_chains(bqm: dimod.BinaryQuadraticModel, qpu: Any, seed: int | None, time_limit: float | None) -> Chains:
    """Chains by minorminer's search, or ValueError that says what did not fit where."""
    from minorminer import find_embedding  # type: ignore[import-untyped]

    clock = Clock(time_limit)
    position = {v: k for k, v in enumerate(bqm.variables)}
    source = [(position[u], position[v]) for u, v in bqm.quadratic] + [(k, k) for k in position.values()]
    search: dict[str, Any] = {} if seed is None else {"random_seed": seed}
    if time_limit is not None:
        search["timeout"] = clock.left()
    found: dict[int, list[int]] = {}
    if bqm.num_variables <= len(qpu.nodelist) and bqm.num_interactions <= len(qpu.edgelist):
        found = find_embedding(source, qpu.edgelist + [(q, q) for q in qpu.nodelist], **search)
    if not found:
        limit = f" within time_limit={time_limit:g} s" if time_limit is not None else ""
        raise ValueError(
            f"no embedding of {bqm.num_variables} variables and {bqm.num_interactions} couplings into the "
            f"{len(qpu.nodelist)} qubits and {len(qpu.edgelist)} couplers of {name_of(qpu)} was found{limit}: "
            "take a smaller or sparser instance"
        )
    return [[int(q) for q in found[k]] for k in range(bqm.num_variables)]


def given_chains(bqm: dimod.BinaryQuadraticModel, qpu: Any, embedding: Mapping[Any, Sequence[int]]) -> Chains:
    """The user's embedding as chains, or ValueError that says which variable or coupling it fails."""
    if not isinstance(embedding, Mapping):
        raise ValueError(f"embedding is a {type(embedding).__name__}: a mapping from variable to its qubits")
    labels = list(bqm.variables)
    embedding = by_variable(embedding, labels)
    missing = [v for v in bqm.variables if v not in embedding]
    if missing:
        raise ValueError(f"embedding has no qubits for the variable {missing[0]!r} ({len(missing)} lacking)")
    chains = [_chain(v, embedding[v]) for v in labels]
    owner: dict[int, Any] = {}
    known, neighbours = set(qpu.nodelist), qpu.adjacency
    for v, chain in zip(bqm.variables, chains, strict=True):
        for q in chain:
            if q not in known:
                raise ValueError(f"embedding[{v!r}] holds {q}, which is no working qubit of {name_of(qpu)}")
            if q in owner:
                raise ValueError(f"embedding gives the qubit {q} to {owner[q]!r} and to {v!r}")
            owner[q] = v
        if not is_connected(chain, neighbours):
            raise ValueError(f"embedding[{v!r}] = {chain}: no connected chain of qubits on {name_of(qpu)}")
    chain_of = dict(zip(bqm.variables, chains, strict=True))
    for u, v in bqm.quadratic:
        if not any(q in neighbours[p] for p in chain_of[u] for q in chain_of[v]):
            raise ValueError(f"embedding: no coupler of {name_of(qpu)} joins the chains of {u!r} and {v!r}")
    return chains


def _chain(variable: Any, qubits: Any) -> list[int]:
    if isinstance(qubits, str) or not isinstance(qubits, Iterable):
        raise ValueError(f"embedding[{variable!r}]={qubits!r}: a list of qubits, which are integers")
    return [integer(f"embedding[{variable!r}]", q, 0) for q in qubits]


def is_connected(chain: list[int], neighbours: Any) -> bool:
    """Whether the qubits of a chain, one at least, hang together."""
    members, reached, edge = set(chain), set(chain[:1]), chain[:1]
    while edge:
        edge = [q for p in edge for q in neighbours[p] if q in members and q not in reached]
        reached.update(edge)
        edge = list(dict.fromkeys(edge))
    return bool(chain) and reached == members


def uniform_strength(model: dimod.BinaryQuadraticModel) -> float:
    """Ocean's default chain strength, 1.414 times the root mean square coupling times the root of the mean degree."""
    from dwave.embedding.chain_strength import uniform_torque_compensation

    return float(uniform_torque_compensation(model.spin))


def draw_gauges(num_variables: int, num_gauges: int | None, seed: int | None) -> list[str | None]:
    """Spin-reversal transformations as texts of + and -, one sign a variable; [None] where none is asked for.

    A chain is turned over as a whole: its couplings stay ferromagnetic, for which alone the range of J is extended.
    """
    if num_gauges is None:
        return [None]
    signs = np.random.default_rng(seed).integers(2, size=(num_gauges, num_variables))
    return ["".join("-+"[s] for s in row) for row in signs.tolist()]


def gauge_signs(gauge: str | None, num_variables: int) -> NDArray[np.int8]:
    """The signs of a gauge, all + where there is none."""
    if gauge is None:
        return np.ones(num_variables, np.int8)
    return np.array([1 if sign == "+" else -1 for sign in gauge], np.int8)


def couplers_of(chains: Chains, qpu: Any) -> list[list[int]]:
    """The couplers between qubits of the chains, of one or of two."""
    used = sorted(q for chain in chains for q in chain)
    members = set(used)
    return [[p, int(q)] for p in used for q in sorted(qpu.adjacency[p]) if p < q and q in members]


def graph_of(chains: Chains, couplers: list[list[int]]) -> dict[int, set[int]]:
    """Neighbours of each qubit of the chains."""
    graph: dict[int, set[int]] = {q: set() for chain in chains for q in chain}
    for p, q in couplers:
        graph[p].add(q)
        graph[q].add(p)
    return graph


def embed(
    model: dimod.BinaryQuadraticModel,
    chains: Chains,
    couplers: list[list[int]],
    chain_strength: float | None,
    gauge: str | None,
) -> dimod.BinaryQuadraticModel:
    """The model of qubits, in spins and in the given gauge, without offset."""
    from dwave.embedding import embed_bqm

    form = quadratic_form(model, "SPIN")[0]
    signs = gauge_signs(gauge, form.num_variables).astype(np.int64)
    couplings, fields = gauge_transform(form.pairs, form.couplings, form.fields, signs)
    source = quadratic_model(QuadraticForm(form.pairs, couplings, fields), "SPIN")
    graph = graph_of(chains, couplers)
    target = embed_bqm(source, dict(enumerate(chains)), graph, chain_strength=chain_strength)
    target.offset = 0.0
    return target


def unembed(
    qubits: NDArray[np.int64], spins: NDArray[np.int8], chains: Chains, gauge: str | None
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Variables by the majority of their chain (in a tie, +1 before the gauge is undone), and which chains are broken.

    Both of shape (reads, N).
    """
    column = {int(q): k for k, q in enumerate(qubits)}
    sums = np.empty((len(spins), len(chains)), np.int64)
    for k, chain in enumerate(chains):
        sums[:, k] = spins[:, [column[q] for q in chain]].sum(axis=1)
    lengths = np.array([len(chain) for chain in chains])
    values = np.where(sums >= 0, np.int8(1), np.int8(-1)) * gauge_signs(gauge, len(chains))
    return values.astype(np.int8), np.abs(sums) < lengths
