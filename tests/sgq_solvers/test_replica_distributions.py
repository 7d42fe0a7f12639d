"""Every kernel samples the Boltzmann distribution by lazy Metropolis, at every temperature, infinite and zero as well.

Chi-square tests compare counts with enumeration, p > 1e-4 each; the rate of refusals is held to 4 standard errors, a
false alarm of 6e-5 each. Seeds are fixed; all tests together would fail correct kernels with probability 0.014.
"""

from collections.abc import Callable
from math import comb

import numpy as np
import pytest
from numpy.random import SeedSequence
from replica_helpers import (
    CUBE,
    KERNELS,
    SPACING,
    N,
    all_rows,
    boltzmann,
    codes,
    every_kernel,
    made,
    mixed,
    pvalue,
    quadratic,
    sampled,
)

from sgq_solvers.replicas import Lanes, Model
from sgq_solvers.replicas.byte_lanes import ByteLanes
from sgq_solvers.replicas.cached import Dense, EventDriven
from sgq_solvers.replicas.float_lanes import FloatLanes
from sgq_solvers.replicas.multispin import MultiSpin

REFUSED = 1 / 16  # proposals that lazy Metropolis drops


def scattered() -> Model:
    """The mixed model on spins far from each other among seventy, the others in fields."""
    model = mixed()
    h = np.where(np.arange(70) % 3, 1.0, -1.0)
    h[PLACES] = model.fields
    rows = np.repeat(np.arange(N), np.diff(model.starts))
    J = zip(PLACES[rows].tolist(), PLACES[model.neighbours].tolist(), model.couplings, strict=True)
    return quadratic(h.tolist(), {(i, j): c for i, j, c in J if i < j})


PLACES = np.array([0, 5, 15, 16, 40, 63, 64, 69])
PACKED = [name for name in KERNELS if not name.startswith(("dense", "event"))]


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
