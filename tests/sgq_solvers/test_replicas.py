"""Every kernel samples the Boltzmann distribution, and what solvers ask of replicas holds.

Chi-square tests compare counts with enumeration, p > 1e-4 each; means and variances are held to 4 standard errors, a
false alarm of 6e-5 each. Seeds are fixed; all tests together would fail correct kernels with probability 0.016.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

import dimod
import networkx as nx
import numpy as np
import pytest
from numpy.random import SeedSequence
from scipy.stats import chisquare

from sgq.models import QuadraticForm
from sgq_solvers.replicas import Block, Lanes, Model, QuadraticModel, lanes_for, model_of
from sgq_solvers.replicas import lanes as shared
from sgq_solvers.replicas.byte_lanes import ByteLanes
from sgq_solvers.replicas.cached import Dense, EventDriven
from sgq_solvers.replicas.float_lanes import FloatLanes
from sgq_solvers.replicas.multispin import MultiSpin
from sgq_solvers.replicas.term_lanes import TermLanes

N = 8
REFUSED = 1 / 16  # proposals that lazy Metropolis drops
CUBE = [(i, i ^ b) for i in range(N) for b in (1, 2, 4) if not i & b]
SPACING = 50  # sweeps from sample to sample: what is left of the slowest correlation, (7/8)^50, is 1e-3


def all_rows(n: int) -> np.ndarray:
    return (2 * (np.arange(1 << n)[:, None] >> np.arange(n) & 1) - 1).astype(np.int8)


def codes(rows: np.ndarray) -> np.ndarray:
    """The number of each configuration in `all_rows`."""
    return (rows > 0) @ (1 << np.arange(rows.shape[1]))


def quadratic(h: list[float], J: dict[tuple[int, int], float], offset: float = 0.0) -> Model:
    """In dimod's sign, spins in the order of `h`."""
    pairs = np.array(list(J), np.int64).reshape(-1, 2)
    return QuadraticModel(QuadraticForm(pairs, np.array(list(J.values()), float), np.array(h, float), offset))


def mixed() -> Model:
    """±1 and ±2, degrees from 1 to 4, fields on some spins; the last spin has neither."""
    J = {(0, 1): 1, (0, 2): -1, (0, 3): 1, (1, 2): 1, (1, 4): -1, (3, 4): 2, (4, 5): -1, (5, 6): 1, (2, 6): -1}
    return quadratic([1, 0, -1, 0, 0, 1, 0, 0], J, offset=0.5)


def cubic() -> Model:
    """±J on the cube: degree 3 everywhere."""
    signs = [1, -1, -1, 1, -1, 1, 1, 1, -1, -1, 1, -1]
    return quadratic([0.0] * N, dict(zip(CUBE, signs, strict=True)))


def gaussian() -> Model:
    """Couplings of every pair and fields, Gaussian, times 10^6."""
    rng = np.random.default_rng(1)
    pairs = combinations(range(N), 2)
    return quadratic(list(1e6 * rng.normal(size=N)), {pair: 5e5 * rng.normal() for pair in pairs})


def scattered() -> Model:
    """The mixed model on spins far from each other among seventy, the others in fields."""
    model = mixed()
    h = np.where(np.arange(70) % 3, 1.0, -1.0)
    h[PLACES] = model.fields
    rows = np.repeat(np.arange(N), np.diff(model.starts))
    J = zip(PLACES[rows].tolist(), PLACES[model.neighbours].tolist(), model.couplings, strict=True)
    return quadratic(h.tolist(), {(i, j): c for i, j, c in J if i < j})


PLACES = np.array([0, 5, 15, 16, 40, 63, 64, 69])


def polynomial() -> Model:
    """Terms of order 0 to 4; the last spin is in none that counts."""
    terms = {
        (): 0.5,
        (0,): 1.0,
        (1, 2): -1.0,
        (0, 1, 3): 0.7,
        (2, 3, 4): -1.2,
        (0, 4, 5, 6): 1.0,
        (5, 6): 0.4,
        (7,): 0.0,
    }
    return model_of(dimod.BinaryPolynomial(terms, "SPIN"))[0]


KERNELS: dict[str, tuple[Callable[[Model], Lanes], Callable[[], Model], float]] = {
    "float-mixed": (FloatLanes, mixed, 0.4),
    "float-gaussian": (FloatLanes, gaussian, 4e-7),
    "int8-mixed": (ByteLanes, mixed, 0.4),
    "int8-cubic": (ByteLanes, cubic, 0.5),
    "multispin-mixed": (MultiSpin, mixed, 0.4),
    "multispin-cubic": (MultiSpin, cubic, 0.5),
    "terms": (TermLanes, polynomial, 0.5),
    "dense-mixed": (Dense, mixed, 0.4),
    "dense-gaussian": (Dense, gaussian, 4e-7),
    "event-driven-mixed": (EventDriven, mixed, 0.4),
    "event-driven-gaussian": (EventDriven, gaussian, 4e-7),
}
PACKED = [name for name in KERNELS if not name.startswith(("dense", "event"))]
every_kernel = pytest.mark.parametrize("name", KERNELS)


def made(name: str) -> tuple[Lanes, float]:
    kernel, model, beta = KERNELS[name]
    return kernel(model()), beta


def boltzmann(model: Model, beta: float) -> np.ndarray:
    energies = model.energies(all_rows(model.num_spins))
    weights = np.exp(-beta * (energies - energies.min()))
    return weights / weights.sum()


def pvalue(observed: np.ndarray, probabilities: np.ndarray) -> float:
    """Chi-square of counts; states of fewer than 8 expected are taken together, with others until they are 8."""
    expected = observed.sum() * probabilities
    rarest = np.argsort(expected)
    together = max((expected < 8).sum(), 1 + np.searchsorted(np.cumsum(expected[rarest]), 8))
    pooled = [np.append(c[rarest[together:]], c[rarest[:together]].sum()) for c in (observed, expected)]
    return float(chisquare(*pooled).pvalue)


def sampled(lanes: Lanes, sweep: Callable[[Block], None], apart: int | None, columns: Any = slice(None)) -> np.ndarray:
    """Codes of independent samples, shape (times, lanes)."""
    block = lanes.start(SeedSequence(5), None, apart)
    times = 20_000 // lanes.lanes if lanes.lanes > 32 else 10_000 // lanes.lanes
    result = np.empty((times, lanes.lanes), np.int64)
    for t in range(times):
        sweep(block)
        result[t] = codes(lanes.rows(block)[:, columns])
    return result


@pytest.fixture
def one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool of one entry, so that eight spins share it."""
    monkeypatch.setattr(shared, "_ENTRIES", 1)


def check_boltzmann(lanes: Lanes, beta: float, apart: int | None) -> None:
    betas = np.full(SPACING, beta)
    states = sampled(lanes, lambda block: lanes.sweep(block, betas), apart)
    assert pvalue(np.bincount(states.ravel(), minlength=1 << N), boltzmann(lanes.model, beta)) > 1e-4


@every_kernel
def test_boltzmann_distribution_with_variates_of_their_own(name: str) -> None:
    check_boltzmann(*made(name), apart=None)


@pytest.mark.usefixtures("one_entry")
@pytest.mark.parametrize("apart", [1, 16])
@pytest.mark.parametrize("name", PACKED)
def test_boltzmann_distribution_with_shared_variates(name: str, apart: int) -> None:
    check_boltzmann(*made(name), apart=apart)


@pytest.mark.usefixtures("one_entry")
@pytest.mark.parametrize("name", ["float-mixed", "int8-cubic", "multispin-cubic", "terms"])
def test_only_replicas_that_are_apart_share_variates(name: str) -> None:
    """Where no move costs anything, refusals show the one entry of the pool, rotated by 8 from site to site."""
    lanes, _ = made(name)
    block = lanes.start(SeedSequence(23), None, 8)
    before = lanes.rows(block)
    lanes.sweep(block, np.zeros(1))
    refused = (lanes.rows(block) == before)[:, np.argsort(lanes.order[:N])]
    for site in range(N):
        np.testing.assert_array_equal(refused[:, site], np.roll(refused[:, 0], -8 * site))
        assert site == 0 or (refused[:, site] != refused[:, 0]).any()


@every_kernel
def test_uniform_distribution_at_infinite_temperature(name: str) -> None:
    check_boltzmann(made(name)[0], 0.0, apart=None)


@pytest.mark.usefixtures("one_entry")
@pytest.mark.parametrize("apart", [None, 8])
@every_kernel
def test_every_temperature_of_a_ladder_has_its_own_distribution(name: str, apart: int | None) -> None:
    lanes, beta = made(name)
    betas = beta * np.array([0.0, 0.5, 1.0, 1.5])[-min(4, lanes.lanes) :]
    ladder = lanes.ladder(np.resize(betas, lanes.lanes))
    states = sampled(lanes, lambda block: lanes.sweep_ladder(block, ladder, SPACING), apart)
    for k, each in enumerate(betas):
        counts = np.bincount(states[:, k :: len(betas)].ravel(), minlength=1 << N)
        assert pvalue(counts, boltzmann(lanes.model, each)) > 1e-4, f"beta = {each}"


@pytest.mark.parametrize("apart", [None, 1])
@pytest.mark.parametrize("kernel", [FloatLanes, ByteLanes, MultiSpin, Dense, EventDriven])
def test_boltzmann_distribution_of_spins_far_apart(kernel: Callable[[Model], Lanes], apart: int | None) -> None:
    """Seventy spins: several blocks of the dense kernel, several rounds of a pool of the usual size."""
    lanes = kernel(scattered())
    betas = np.full(SPACING, 0.4)
    states = sampled(lanes, lambda block: lanes.sweep(block, betas), apart, PLACES)
    assert pvalue(np.bincount(states.ravel(), minlength=1 << N), boltzmann(mixed(), 0.4)) > 1e-4


def test_sixteen_bonds_of_a_site() -> None:
    """A star, which multi-spin coding just fits: the centre and the number of leaves that are up."""
    leaves, beta = 16, 0.3
    lanes = MultiSpin(quadratic([0.0] * 17, {(0, k): -1.0 for k in range(1, 17)}))
    block = lanes.start(SeedSequence(6), None, None)
    counts = np.zeros((2, leaves + 1), np.int64)
    for _ in range(40):
        lanes.sweep(block, np.full(SPACING, beta))
        rows = lanes.rows(block) > 0
        np.add.at(counts, (rows[:, 0].astype(int), rows[:, 1:].sum(1)), 1)
    ups = np.arange(leaves + 1)
    aligned = np.exp(beta * (2 * ups - leaves)) * np.array([float(comb(leaves, k)) for k in ups])
    weights = np.stack([aligned[::-1], aligned])
    assert pvalue(counts.ravel(), (weights / weights.sum()).ravel()) > 1e-4


def one_sweep(lanes: Lanes, row: np.ndarray, beta: float) -> np.ndarray:
    """Distribution after one sweep of lazy Metropolis from `row`, the kernel's order of sites, by enumeration."""
    rows, model = all_rows(N), lanes.model
    energies, state = model.energies(rows), np.zeros(1 << N)
    state[codes(row[None])] = 1
    for site in np.argsort(lanes.order[:N]):
        flipped = np.arange(1 << N) ^ (1 << site)
        accept = (1 - REFUSED) * np.minimum(1, np.exp(-beta * (energies[flipped] - energies)))
        moved = state * accept
        state = state - moved + moved[flipped]
    return state


@every_kernel
def test_one_sweep_is_lazy_metropolis(name: str) -> None:
    """The chain itself, not only what it leaves invariant: the distribution one sweep after a given state."""
    lanes, beta = made(name)
    row = all_rows(N)[0b01101001]
    block = lanes.start(SeedSequence(7), row[None], None)
    states = []
    for _ in range(20_000 // max(2, lanes.lanes)):
        lanes.assign(block, np.repeat(row[None], lanes.lanes, axis=0))
        lanes.sweep(block, np.array([beta]))
        states.append(codes(lanes.rows(block)))
    assert pvalue(np.bincount(np.concatenate(states), minlength=1 << N), one_sweep(lanes, row, beta)) > 1e-4


@pytest.mark.parametrize("apart", [None, 1])
@every_kernel
def test_no_energy_rises_at_zero_temperature(name: str, apart: int | None) -> None:
    """And where no move costs nothing, every replica ends in a local minimum and stays there."""
    lanes, _ = made(name)
    block = lanes.start(SeedSequence(8), None, apart)
    before = lanes.model.energies(lanes.rows(block))
    for _ in range(40):
        lanes.sweep(block, np.array([np.inf]))
        energies = lanes.model.energies(lanes.rows(block))
        assert (energies <= before + 1e-6 * lanes.model.largest).all()
        before = energies
    if name.endswith("gaussian"):
        rows = lanes.rows(block)
        assert (rows * lanes.model.local_fields(rows) < 0).all()
        lanes.sweep_ladder(block, lanes.ladder(np.full(lanes.lanes, np.inf)), 20)
        np.testing.assert_array_equal(lanes.rows(block), rows)


@pytest.mark.parametrize("kernel", [FloatLanes, ByteLanes, MultiSpin, Dense, EventDriven])
def test_a_ferromagnetic_ground_state_is_never_left_at_zero_temperature(kernel: Callable[[Model], Lanes]) -> None:
    lanes = kernel(quadratic([0.0] * N, dict.fromkeys(CUBE, -1.0)))
    block = lanes.start(SeedSequence(9), np.ones((1, N), np.int8), 1)
    lanes.sweep(block, np.full(100, np.inf))
    assert (lanes.rows(block) == 1).all()


@every_kernel
def test_moves_without_cost_are_refused_once_in_sixteen(name: str) -> None:
    """At infinite temperature, by `changed`."""
    lanes, _ = made(name)
    block = lanes.start(SeedSequence(10), None, None)
    fractions = []
    for _ in range(-(-5000 // lanes.lanes)):
        before = block.spins.copy()
        lanes.sweep(block, np.zeros(1))
        fractions.append(lanes.changed(block, before))
    error = np.sqrt(REFUSED * (1 - REFUSED) / (len(fractions) * lanes.lanes * N))
    assert abs(np.mean(fractions) - (1 - REFUSED)) < 4 * error


@every_kernel
def test_energies_are_those_of_the_model(name: str) -> None:
    lanes, beta = made(name)
    block = lanes.start(SeedSequence(11))
    rtol = 0 if isinstance(lanes, ByteLanes | MultiSpin) else 1e-6
    for _ in range(5):
        expected = lanes.model.energies(lanes.rows(block))
        np.testing.assert_allclose(lanes.energies(block), expected, rtol=0, atol=rtol * N * lanes.model.largest)
        lanes.sweep(block, np.full(3, beta))


def lattice(seed: int, size: int = 6) -> Model:
    """±J on a simple cubic lattice with periodic boundaries."""
    rng, site = np.random.default_rng(seed), np.arange(size**3).reshape(3 * (size,))
    pairs = [pair for axis in range(3) for pair in zip(site.flat, np.roll(site, 1, axis).flat, strict=True)]
    signs = rng.choice([-1.0, 1.0], len(pairs))
    return quadratic([0.0] * size**3, dict(zip(pairs, signs.tolist(), strict=True)))


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


EQUILIBRIUM = np.full(20, 0.6)
ANNEALING = np.append(np.linspace(0.04, 2.4, 100), np.full(4, np.inf))


@pytest.mark.parametrize(
    ("apart", "betas"),
    [(None, EQUILIBRIUM), (None, ANNEALING), (1, ANNEALING)],
    ids=["own", "own-annealed", "shared-annealed"],
)
@pytest.mark.parametrize("kernel", [FloatLanes, ByteLanes, MultiSpin])
@pytest.mark.usefixtures("one_entry")
def test_replicas_of_a_block_are_independent(
    kernel: Callable[[Model], Lanes], apart: int | None, betas: np.ndarray
) -> None:
    """The variance of the mean energy of a block is that of one replica divided by their number.

    Of replicas that share variates it is so after annealing, but not at a fixed temperature, see `sgq.kernels.noise`.
    """
    lanes, blocks = kernel(lattice(3)), 300
    energies = np.empty((blocks, lanes.lanes))
    for k, seed in enumerate(SeedSequence(20).spawn(blocks)):
        block = lanes.start(seed, None, apart)
        lanes.sweep(block, betas)
        energies[k] = lanes.energies(block)
    ratio = lanes.lanes * energies.mean(axis=1).var(ddof=1) / energies.var(ddof=1)
    assert abs(ratio - 1) < 4 * np.sqrt(2 / (blocks - 1))


@every_kernel
def test_a_seed_decides_everything(name: str) -> None:
    lanes, beta = made(name)

    def run(seed: SeedSequence, pieces: int) -> np.ndarray:
        block = lanes.start(seed)
        for _ in range(pieces):
            lanes.sweep(block, np.full(12 // pieces, beta))
        return lanes.rows(block)

    one, other = (SeedSequence(21, spawn_key=(k,)) for k in range(2))
    first = run(one, 1)
    np.testing.assert_array_equal(run(SeedSequence(21, spawn_key=(0,)), 1), first)
    np.testing.assert_array_equal(run(SeedSequence(21, spawn_key=(0,)), 3), first)
    assert lanes.lanes == 1 or (run(other, 1) != first).any()


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


def fingerprints() -> dict[str, str]:
    """States that integer kernels reach from fixed seeds, and the float lanes' p-value."""
    result = {}
    for name, apart in [("int8-mixed", None), ("int8-mixed", 1), ("multispin-mixed", None), ("multispin-mixed", 8)]:
        lanes, beta = made(name)
        block = lanes.start(SeedSequence(22), None, apart)
        lanes.sweep(block, np.linspace(0, 2 * beta, 200))
        lanes.sweep_ladder(block, lanes.ladder(np.linspace(0, beta, lanes.lanes)), 50)
        result[f"{name} {apart}"] = hashlib.sha256(lanes.rows(block).tobytes()).hexdigest()
    return result


def float_pvalue() -> float:
    lanes, beta = made("float-mixed")
    states = sampled(lanes, lambda block: lanes.sweep(block, np.full(SPACING, beta)), None)
    return pvalue(np.bincount(states.ravel(), minlength=1 << N), boltzmann(lanes.model, beta))


def test_integer_kernels_reach_the_same_states_without_avx512(tmp_path: Path) -> None:
    """Compiled anew for Haswell, which has registers of 256 bits."""
    environment = {**os.environ, "NUMBA_CPU_NAME": "haswell", "NUMBA_CACHE_DIR": str(tmp_path)}
    environment.pop("NUMBA_CPU_FEATURES", None)
    done = subprocess.run([sys.executable, __file__], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    states, p = json.loads(done.stdout)
    assert states == fingerprints()
    assert p > 1e-4


if __name__ == "__main__":
    print(json.dumps([fingerprints(), float_pvalue()]))
