"""What solvers ask of a block of replicas (start, assign, rows, energies, exchange), and which kernel they get.

Results are exact or to rounding, from fixed seeds, but for one chi-square test against enumeration, p > 1e-4: all
tests together would fail correct kernels with probability 1e-4.
"""

from collections.abc import Callable
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from numpy.random import SeedSequence
from replica_helpers import (
    SPACING,
    N,
    all_rows,
    boltzmann,
    codes,
    cubic,
    every_kernel,
    gaussian,
    lattice,
    made,
    mixed,
    polynomial,
    pvalue,
    quadratic,
)

from sgq_solvers.replicas import Block, Lanes, Model, lanes_for
from sgq_solvers.replicas.byte_lanes import ByteLanes
from sgq_solvers.replicas.cached import Dense, EventDriven
from sgq_solvers.replicas.float_lanes import FloatLanes
from sgq_solvers.replicas.multispin import MultiSpin
from sgq_solvers.replicas.term_lanes import TermLanes


@every_kernel
def test_energies_are_those_of_the_model(name: str) -> None:
    lanes, beta = made(name)
    block = lanes.start(SeedSequence(11))
    rtol = 0 if isinstance(lanes, ByteLanes | MultiSpin) else 1e-6
    for _ in range(5):
        expected = lanes.model.energies(lanes.rows(block))
        np.testing.assert_allclose(lanes.energies(block), expected, rtol=0, atol=rtol * N * lanes.model.largest)
        lanes.sweep(block, np.full(3, beta))


@pytest.mark.parametrize("kernel", [FloatLanes, ByteLanes, MultiSpin, Dense, EventDriven])
def test_energies_of_a_lattice(kernel: Callable[[Model], Lanes]) -> None:
    lanes = kernel(lattice(1))
    block = lanes.start(SeedSequence(12))
    for _ in range(3):
        np.testing.assert_array_equal(lanes.energies(block), lanes.model.energies(lanes.rows(block)))
        lanes.sweep(block, np.full(10, 0.5))


@pytest.mark.parametrize("kernel", [FloatLanes, ByteLanes, MultiSpin])
def test_energies_of_more_bonds_than_sixteen_digits_count(kernel: Callable[[Model], Lanes]) -> None:
    lanes = kernel(lattice(4, size=28))
    block, some = lanes.start(SeedSequence(24)), np.arange(0, lanes.lanes, 21)
    for _ in range(2):
        np.testing.assert_array_equal(lanes.energies(block)[some], lanes.model.energies(lanes.rows(block, some)))
        lanes.sweep(block, np.append(np.linspace(0.1, 3, 30), np.inf))


def test_int8_fields_reach_their_limit() -> None:
    """|h| + Σ|J| = 126 at every site, in quarters; sums wrap around on their way, energies are exact and minimal."""
    h, J = [0.25 * 6] * 300, {(i, (i + 1) % 300): -0.25 * 60 for i in range(300)}
    lanes = ByteLanes(quadratic(h, J))
    assert ByteLanes.fit(lanes.model)
    assert not ByteLanes.fit(quadratic([0.25 * 7, *h[1:]], J))
    block = lanes.start(SeedSequence(13))
    np.testing.assert_array_equal(lanes.energies(block), lanes.model.energies(lanes.rows(block)))
    lanes.sweep(block, np.concatenate([np.linspace(0.01, 1, 2000), [np.inf]]))
    np.testing.assert_array_equal(lanes.energies(block), lanes.model.energies(lanes.rows(block)))
    down = np.full((256, 300), -1, np.int8)
    lanes.assign(block, down)
    lanes.sweep(block, np.full(50, np.inf))
    np.testing.assert_array_equal(lanes.rows(block), down)


@pytest.mark.parametrize("kernel", [Dense, EventDriven])
def test_cached_fields_are_those_of_the_spins(kernel: Callable[[Model], Lanes]) -> None:
    """After 500 sweeps of 150 spins with Gaussian couplings, to what rounding adds up to."""
    rng = np.random.default_rng(14)
    J = {pair: rng.normal() for pair in combinations(range(150), 2) if rng.random() < 0.3}
    lanes = kernel(quadratic(list(rng.normal(size=150)), J))
    block = lanes.start(SeedSequence(14))
    lanes.sweep(block, np.full(500, 0.1))
    fields = block.more["fields"][:, lanes.order] * lanes.model.largest
    np.testing.assert_allclose(fields, lanes.model.local_fields(lanes.rows(block)), rtol=0, atol=5e-4)


@every_kernel
def test_rows_are_those_that_were_assigned(name: str) -> None:
    lanes, _ = made(name)
    rows = all_rows(N)[np.random.default_rng(15).integers(0, 1 << N, lanes.lanes)]
    block = lanes.start(SeedSequence(15))
    lanes.assign(block, rows)
    np.testing.assert_array_equal(lanes.rows(block), rows)
    some = np.arange(lanes.lanes)[::-3]
    np.testing.assert_array_equal(lanes.rows(block, some), rows[some])
    np.testing.assert_allclose(lanes.energies(block), lanes.model.energies(rows), rtol=1e-5, atol=1e-6)


@every_kernel
def test_initial_rows_are_used_in_turn(name: str) -> None:
    lanes, _ = made(name)
    rows = all_rows(N)[[3, 141, 59]]
    np.testing.assert_array_equal(lanes.rows(lanes.start(SeedSequence(16), rows)), np.resize(rows, (lanes.lanes, N)))


@every_kernel
def test_neighbouring_replicas_are_exchanged(name: str) -> None:
    """And what the kernel keeps beside the spins goes with them."""
    lanes, beta = made(name)
    block = lanes.start(SeedSequence(17))
    lanes.sweep(block, np.full(5, beta))
    for first in (0, 1):
        before = lanes.rows(block)
        swaps = np.zeros(lanes.lanes, bool)
        swaps[first:-1:2] = np.random.default_rng(first).random(len(swaps[first:-1:2])) < 0.7
        swaps[63::64] = False
        lanes.swap_neighbours(block, swaps)
        after = np.arange(lanes.lanes)
        lower = np.flatnonzero(swaps)
        after[lower], after[lower + 1] = lower + 1, lower
        np.testing.assert_array_equal(lanes.rows(block), before[after])
        expected = lanes.model.energies(lanes.rows(block))
        np.testing.assert_allclose(lanes.energies(block), expected, rtol=1e-5, atol=1e-6)
    lanes.sweep(block, np.full(5, beta))
    expected = lanes.model.energies(lanes.rows(block))
    np.testing.assert_allclose(lanes.energies(block), expected, rtol=1e-5, atol=1e-6)


def swap_clusters(lanes: Lanes, block: Block, distance: int, seeds: np.ndarray) -> int:
    from sgq.kernels.packed import swap_clusters

    model = lanes.model
    return swap_clusters(
        block.spins, lanes.words, distance, seeds, model.starts, model.neighbours, np.zeros(model.num_spins, np.uint64)
    )


@pytest.mark.parametrize("kernel", [FloatLanes, ByteLanes])
@pytest.mark.parametrize("distance", [1, 16, 32])
def test_a_cluster_where_a_pair_differs_is_exchanged(kernel: Callable[[Model], Lanes], distance: int) -> None:
    """The cluster is the connected component that networkx finds; the sum of the two energies stays."""
    lanes = kernel(lattice(2, size=4))
    model, graph = lanes.model, nx.Graph()
    graph.add_nodes_from(range(model.num_spins))
    graph.add_edges_from(zip(np.repeat(np.arange(64), np.diff(model.starts)), model.neighbours, strict=True))
    block = lanes.start(SeedSequence(18))
    rng = np.random.default_rng(18)
    before = lanes.rows(block)
    first = np.flatnonzero(np.arange(lanes.lanes) // distance % 2 == 0)
    seeds = np.full(lanes.lanes, -1)
    seeds[first] = rng.integers(-1, model.num_spins, len(first))
    expected, size = before.copy(), 0
    for lane in first[seeds[first] >= 0]:
        differ = np.flatnonzero(before[lane] != before[lane + distance])
        if seeds[lane] in differ:
            cluster = list(nx.node_connected_component(graph.subgraph(differ.tolist()), int(seeds[lane])))
            expected[np.ix_([lane, lane + distance], cluster)] *= -1
            size += len(cluster)
    assert swap_clusters(lanes, block, distance, seeds) == size > 0
    np.testing.assert_array_equal(lanes.rows(block), expected)
    sums = [model.energies(rows)[first] + model.energies(rows)[first + distance] for rows in (before, expected)]
    np.testing.assert_array_equal(*sums)


def test_cluster_moves_leave_the_joint_distribution_of_a_pair() -> None:
    """Five spins in fields: a cluster move after every sweep, counts of all 1024 states of a pair."""
    J = {(0, 1): 1.0, (1, 2): -1.0, (2, 3): 0.6, (3, 4): -0.5, (0, 4): 0.8}
    lanes, beta = FloatLanes(quadratic([0.3, 0, -0.2, 0, 0.1], J)), 0.7
    block, rng, states = lanes.start(SeedSequence(19), None, None), np.random.default_rng(19), []
    for _ in range(1000):
        for _ in range(SPACING):
            lanes.sweep(block, np.array([beta]))
            seeds = np.where(np.arange(64) < 32, rng.integers(0, 5, 64), -1)
            swap_clusters(lanes, block, 32, seeds)
        code = codes(lanes.rows(block))
        states.append(code[:32] + 32 * code[32:])
    single = boltzmann(lanes.model, beta)
    counts = np.bincount(np.concatenate(states), minlength=1024)
    assert pvalue(counts, np.outer(single, single).ravel()) > 1e-4


@pytest.mark.parametrize(
    ("model", "num_reads", "kernel"),
    [
        (polynomial, 1, TermLanes),
        (mixed, 1000, MultiSpin),
        (cubic, None, MultiSpin),
        (gaussian, 1000, FloatLanes),
        (lambda: quadratic([17.0, 0.0], {(0, 1): 1.0}), 1000, ByteLanes),
        (lambda: lattice(1), 3, EventDriven),
        (lambda: quadratic([0.0] * 66, {p: 1.0 for p in combinations(range(66), 2)}), 2, Dense),
    ],
    ids=["terms", "mixed", "cubic", "gaussian", "large-field", "few-reads", "dense"],
)
def test_the_kernel_that_suits(model: Callable[[], Model], num_reads: int | None, kernel: type) -> None:
    assert isinstance(lanes_for(model(), num_reads)[0], kernel)
