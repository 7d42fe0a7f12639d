"""Cluster moves of world lines: joint distributions of all slices, kinks, and energies by enumeration.

Chi-square tests p > 1e-4 each, with fixed seeds: together they would fail correct kernels with probability 2e-3.
"""

from math import factorial

import numpy as np
import pytest
from numpy.random import SFC64, Generator
from scipy.stats import chisquare

from sgq.kernels import path_integral, path_integral_bits, path_integral_continuous
from sgq.kernels.noise import PROPOSED

PAIR = (np.array([0, 1, 2]), np.array([1, 0], np.int32), np.array([-0.8, -0.8]))  # two spins, J = -0.8, in CSR form
FIELDS = np.array([0.4, 0.0])


def graph(starts, neighbours, couplings, fields):  # type: ignore[no-untyped-def]
    down = fields - np.add.reduceat(couplings, starts[:-1])
    return (
        starts.astype(np.uint64),
        neighbours.astype(np.uint32),
        (2 * couplings).astype(np.float32),
        down.astype(np.float32),
    )


class Block:
    """Sixty-four reads of two spins in M slices, beta B / 2 = 1.2, beta A / 2 given."""

    def __init__(self, slices: int, rate: float, rotation: int, entries: int = 1) -> None:
        random = np.random.default_rng(1)
        self.slices, self.rate, self.rotation = slices, rate, int(rotation)
        self.spins = np.repeat(random.integers(0, 2**64, 2, dtype=np.uint64), slices)
        self.generators = random.integers(0, 2**64, 16, dtype=np.uint64)
        self.pool = np.zeros(128 * entries, np.float32)

    def sweep(self, sweeps: int) -> None:
        temperatures = np.full(64 * sweeps, self.slices / (2 * 1.2), np.float32)
        cutting = np.full(sweeps, np.tanh(self.rate / self.slices))
        rest = (temperatures, cutting, self.rotation, self.generators, self.pool)
        path_integral.sweep(self.spins, self.slices, *graph(*PAIR, FIELDS), *rest)

    def codes(self) -> np.ndarray:
        """One number a read, a bit for every spin and slice."""
        ups = (self.spins[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
        return (1 << np.arange(len(self.spins))) @ ups.astype(np.int64)


class BitBlock(Block):
    """512 reads; every bond is 0.2: four between the spins, two with the spin that stands for fields.

    Sixteen entries of the pool are enough for a sweep of up to seven slices: nothing is shared.
    """

    reads = 512

    def __init__(self, slices: int, rate: float) -> None:
        super().__init__(slices, rate, 0)
        random, up = np.random.default_rng(2), np.uint64(2**64 - 1)
        words = random.integers(0, 2**64, (3, 1, 8), dtype=np.uint64)
        words[2] = up
        self.spins = np.repeat(words, slices, axis=1).ravel()
        self.pool = np.zeros(16 * path_integral_bits.ENTRY, np.uint8)
        halves = np.array([16 - 3, 16 - 2])[:, None] >> np.arange(4) & 1
        self.bonds = (
            np.array([0, 6, 10], np.uint64),
            np.array(4 * [1] + 2 * [2] + 4 * [0], np.uint64) * np.uint64(8 * slices),
            np.array(4 * [up] + 2 * [0] + 4 * [up], np.uint64),
            np.repeat(np.where(halves, up, np.uint64(0)).ravel(), 8),
        )

    def sweep(self, sweeps: int) -> None:
        costs = np.full(sweeps, 2 * 2 * 1.2 * 0.2 / self.slices)
        chances = path_integral_bits.probabilities(costs, np.full(sweeps, np.tanh(self.rate / self.slices)))
        path_integral_bits.sweep(self.spins, self.slices, *self.bonds, chances, self.generators, self.pool)

    def codes(self) -> np.ndarray:
        words = self.spins.reshape(3 * self.slices, 8)[: 2 * self.slices]
        ups = (words[:, :, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
        return (1 << np.arange(2 * self.slices)) @ ups.reshape(-1, 512).astype(np.int64)


def weights(slices: int, rate: float) -> np.ndarray:
    """Probabilities of all 4^M world lines of the pair."""
    states = np.arange(1 << (2 * slices))
    s = 2 * ((states[:, None] >> np.arange(2 * slices)) & 1).reshape(-1, 2, slices) - 1
    energies = -0.8 * s[:, 0] * s[:, 1] + 0.4 * s[:, 0]
    binding = -np.log(np.tanh(rate / slices)) / 2 * (s * np.roll(s, -1, axis=2)).sum(axis=(1, 2))
    action = 1.2 / slices * energies.sum(axis=1) - binding
    result = np.exp(action.min() - action)
    return result / result.sum()


def pvalue(counts: np.ndarray, probabilities: np.ndarray) -> float:
    """Chi-square, rare world lines taken together."""
    expected = counts.sum() * probabilities
    rare = expected < 8
    if not rare.any():
        return float(chisquare(counts, expected).pvalue)
    return float(chisquare(*(np.append(c[~rare], c[rare].sum()) for c in (counts, expected))).pvalue)


@pytest.mark.parametrize("kind", ["own", "shared", "bits"])
@pytest.mark.parametrize(("slices", "rate"), [(1, 0.7), (2, 0.7), (3, 2.0), (4, 0.4)])
def test_all_slices_together_have_the_weights_of_the_trotter_formula(slices: int, rate: float, kind: str) -> None:
    block = BitBlock(slices, rate) if kind == "bits" else Block(slices, rate, kind == "shared")
    counts = np.zeros(1 << (2 * slices), np.int64)
    for _ in range(50 if kind == "bits" else 400):
        block.sweep(25)
        counts += np.bincount(block.codes(), minlength=len(counts))
    assert pvalue(counts, weights(slices, rate)) > 1e-4


def test_reads_differ_where_they_share_and_calls_may_be_cut_anywhere() -> None:
    whole, parts = Block(5, 1.0, 1), Block(5, 1.0, 1)
    whole.sweep(7)
    for sweeps in (1, 4, 2):
        parts.sweep(sweeps)
    np.testing.assert_array_equal(whole.spins, parts.spins)
    assert len(np.unique(whole.codes())) > 8


@pytest.mark.parametrize("kind", [Block, BitBlock])
def test_whole_world_lines_turn_over_without_a_transverse_field(kind: type[Block]) -> None:
    block = kind(11, 0.0, 0) if kind is Block else kind(11, 0.0)  # type: ignore[call-arg]
    before = block.codes()
    block.sweep(3)
    assert set(block.codes()) <= {0, 2**11 - 1, 2**22 - 2**11, 2**22 - 1}
    assert (block.codes() != before).any()


def test_variates_of_bits_are_geometric() -> None:
    """Independent binary digits make up P(G ≥ g) = exp(-g θ), or all ones where there are more."""
    for theta in (0.0, 1e-4, 0.3, 5.0):
        *digits, more, proposed, cut = path_integral_bits.probabilities(np.array([theta]), np.array([0.25]))[0] / 2**32
        assert proposed == pytest.approx(PROPOSED)
        assert cut == 0.25
        g = np.arange(1 << len(digits))
        set_digits = (g[:, None] >> np.arange(len(digits))) & 1
        chances = np.where(set_digits, digits, 1 - np.array(digits)).prod(axis=1) * (1 - more)
        np.testing.assert_allclose(np.cumsum(chances[::-1])[::-1] + more, np.exp(-g * theta), atol=1e-7)


def test_a_strong_transverse_field_unbinds_the_slices() -> None:
    """Each spin of each slice is then in equilibrium with the others of its slice alone."""
    block = Block(3, 300.0, 0)
    ups = np.zeros(4)
    for _ in range(300):
        block.sweep(10)
        s = (block.codes()[:, None] >> np.arange(6)) & 1
        ups += np.bincount((s[:, :3] + 2 * s[:, 3:]).ravel(), minlength=4)
    s = 2 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) - 1
    boltzmann = np.exp(-1.2 / 3 * (-0.8 * s[:, 0] * s[:, 1] + 0.4 * s[:, 0]))
    assert chisquare(ups, ups.sum() * boltzmann / boltzmann.sum()).pvalue > 1e-4


def test_energies_and_kinks_of_slices_are_those_of_their_states() -> None:
    block = Block(6, 3.0, 0)
    block.sweep(20)
    energies, kinks = np.empty(64 * 6), np.empty(64, np.int32)
    path_integral.measure(block.spins, 6, *graph(*PAIR, FIELDS), FIELDS.astype(np.float32), energies, kinks)
    s = 2 * ((block.codes()[:, None] >> np.arange(12)) & 1).reshape(64, 2, 6) - 1
    np.testing.assert_allclose(energies.reshape(6, 64).T, -0.8 * s[:, 0] * s[:, 1] + 0.4 * s[:, 0], atol=1e-6)
    np.testing.assert_array_equal(kinks, (s != np.roll(s, -1, axis=2)).sum(axis=(1, 2)))


class Lines:
    """One read of the pair in continuous time."""

    def __init__(self, room: int = 16) -> None:
        self.random = Generator(SFC64(3))
        self.spins, self.counts, self.kinks = np.array([1, -1], np.int8), np.zeros(2, np.int64), np.empty((2, room))

    def sweep(self, sweeps: int, rate: float, weight: float) -> None:
        drive = np.full(sweeps, rate), np.full(sweeps, weight)
        state = self.spins, self.counts, self.kinks
        self.kinks = path_integral_continuous.sweep(*state, *PAIR, FIELDS, *drive, self.random)


def test_kinks_of_a_free_spin_are_an_even_poisson_number() -> None:
    """Z = 2 cosh r, r = beta A / 2: n kinks, n even, have the weight r^n / n!.

    Lazy moves turn nearly all segments where nothing costs, so that kinks go with probability 0.12 a sweep.
    """
    lines, rate = Lines(), 2.5
    counts = np.zeros(40)
    for _ in range(5000):
        lines.sweep(50, rate, 0.0)
        np.add.at(counts, lines.counts, 1)
    n = np.arange(0, 10, 2)
    chances = np.array([rate**k / factorial(k) for k in n]) / np.cosh(rate)
    assert counts[1::2].sum() == 0
    observed = np.append(counts[n], counts[10:].sum())
    assert chisquare(observed, np.append(chances, 1 - chances.sum()) * counts.sum()).pvalue > 1e-4


def test_kinks_are_in_order_and_the_room_for_them_grows() -> None:
    lines, roomy = Lines(room=2), Lines(room=4096)
    for each in (lines, roomy):
        each.sweep(30, 200.0, 1.0)
    assert lines.counts.min() > 100
    for i in range(2):
        times = lines.kinks[i, : lines.counts[i]]
        np.testing.assert_array_equal(times, roomy.kinks[i, : roomy.counts[i]])
        assert (np.diff(times) > 0).all()
        assert 0 <= times[0] <= times[-1] < 1


def test_cutting_is_lazy() -> None:
    """Without cost, a world line turns over 15 times in 16; 4.5 standard errors, a false alarm of 7e-6."""
    lines, turned, moves = Lines(), 0, 20_000
    for _ in range(moves):
        before = lines.spins.copy()
        lines.sweep(1, 0.0, 0.0)
        turned += int((lines.spins != before).sum())
    assert abs(turned / (2 * moves) - PROPOSED) < 4.5 * np.sqrt(PROPOSED * (1 - PROPOSED) / (2 * moves))


def test_the_energy_along_continuous_time_is_that_of_its_states() -> None:
    lines = Lines()
    lines.sweep(50, 4.0, 0.5)
    assert lines.counts.min() > 0
    edges = np.unique(np.concatenate([[0.0, 1.0], *(lines.kinks[i, : lines.counts[i]] for i in range(2))]))
    middles, lengths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    s = np.array(
        [lines.spins[i] * (-1.0) ** np.searchsorted(lines.kinks[i, : lines.counts[i]], middles) for i in range(2)]
    )
    energies = -0.8 * s[0] * s[1] + 0.4 * s[0]
    lowest = np.empty(2, np.int8)
    mean, best = path_integral_continuous.measure(lines.spins, lines.counts, lines.kinks, *PAIR, FIELDS, lowest)
    assert mean == pytest.approx(energies @ lengths)
    assert best == pytest.approx(energies.min())
    assert -0.8 * lowest[0] * lowest[1] + 0.4 * lowest[0] == pytest.approx(best)
