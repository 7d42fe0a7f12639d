"""Overlaps against their definition, their symmetries, and exact averages over the Boltzmann distribution."""

import itertools
import subprocess
import sys

import dimod
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgq.analysis import (
    OverlapDistribution,
    binder_ratio,
    edwards_anderson_parameter,
    link_overlap,
    overlap,
    overlap_distribution,
)

SEEDS = st.integers(0, 2**32 - 1)


def weighted(spins, counts, vartype="SPIN", labels=None):
    values = spins if vartype == "SPIN" else (spins + 1) // 2
    labels = range(spins.shape[1]) if labels is None else labels
    return dimod.SampleSet.from_samples(
        (values.astype(np.int8), list(labels)), vartype, np.zeros(len(spins)), num_occurrences=counts, sort_labels=False
    )


@given(st.integers(1, 40), SEEDS)
def test_gauge_invariance(n, seed):
    rng = np.random.default_rng(seed)
    a, b, gauge = rng.choice([-1, 1], (3, 2, n))
    np.testing.assert_array_equal(overlap(a * gauge[0], b * gauge[0]), overlap(a, b))


@given(st.integers(2, 12), SEEDS)
def test_link_overlap_is_the_overlap_of_bonds(n, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.choice([-1, 1], (3, n)), rng.choice([-1, 1], (2, n))
    pairs = np.array(list(itertools.combinations(range(n), 2)))
    expected = [[np.mean([s[i] * s[j] * t[i] * t[j] for i, j in pairs]) for t in b] for s in a]
    np.testing.assert_allclose(link_overlap(a, b, pairs), expected, atol=1e-12)
    np.testing.assert_allclose(link_overlap(-a, b, pairs), link_overlap(a, b, pairs))
    # on the complete graph the link overlap is a function of the overlap
    np.testing.assert_allclose(link_overlap(a, b, pairs), (n * overlap(a, b) ** 2 - 1) / (n - 1), atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 9), st.lists(st.integers(1, 4), min_size=2, max_size=6), SEEDS)
def test_occurrences_count_as_repeated_reads(n, counts, seed):
    """Pairs of distinct reads, one by one, of the rows written out as often as they occurred."""
    spins = np.random.default_rng(seed).choice([-1, 1], (len(counts), n))
    reads = np.repeat(spins, counts, axis=0)
    q = np.array([a @ b / n for a, b in itertools.combinations(reads, 2)])
    for samples in (reads, weighted(spins, counts), weighted(spins, counts, "BINARY")):
        distribution = overlap_distribution(samples)
        share = [np.mean(np.isclose(q, value)) for value in distribution.overlaps]
        np.testing.assert_allclose(distribution.probability, share, atol=1e-12)
        assert distribution.moment(2) == pytest.approx(np.mean(q**2))
        assert edwards_anderson_parameter(samples) == pytest.approx(np.mean(q), abs=1e-12)
        if np.any(q):
            g = (3 - np.mean(q**4) / np.mean(q**2) ** 2) / 2
            assert binder_ratio(distribution) == pytest.approx(g)
            assert binder_ratio(q) == pytest.approx(g)
    if np.any(q):
        assert binder_ratio(weighted(spins, counts)) == pytest.approx(g)


def boltzmann(n, beta, seed):
    """All configurations of a glass with fields, and their probabilities."""
    rng = np.random.default_rng(seed)
    J, h = np.triu(rng.standard_normal((n, n)), 1), rng.standard_normal(n) / 2
    spins = np.array(list(itertools.product([-1, 1], repeat=n)))
    weight = np.exp(beta * (np.einsum("ri,ij,rj->r", spins, J, spins) + spins @ h))
    return spins, weight / weight.sum()


def test_the_estimators_have_no_bias():
    """The mean over all outcomes of three reads, each with its probability, is the exact P(q) and q_EA."""
    n = 3
    spins, p = boltzmann(n, 0.7, seed=1)
    mean_distribution, mean_q_ea = np.zeros(n + 1), 0.0
    for outcome in itertools.product(range(2**n), repeat=3):
        reads, probability = spins[list(outcome)], np.prod(p[list(outcome)])
        mean_distribution += probability * overlap_distribution(reads).probability
        mean_q_ea += probability * edwards_anderson_parameter(reads)
    agree = (spins @ spins.T + n) // 2
    exact = np.bincount(agree.ravel(), np.outer(p, p).ravel(), n + 1)
    np.testing.assert_allclose(mean_distribution, exact, atol=1e-12)
    assert mean_q_ea == pytest.approx(np.mean((p @ spins) ** 2), abs=1e-12)


def test_sampled_boltzmann_distribution():
    """100 000 reads of a six-spin glass: each P(q) within 0.01, over 6 standard errors (1.6e-3 at most)."""
    spins, p = boltzmann(6, 1.0, seed=2)
    counts = np.random.default_rng(3).multinomial(100_000, p)
    seen = counts > 0
    distribution = overlap_distribution(weighted(spins[seen], counts[seen]))
    exact = np.bincount(((spins @ spins.T + 6) // 2).ravel(), np.outer(p, p).ravel(), 7)
    np.testing.assert_allclose(distribution.probability, exact, atol=0.01)
    assert edwards_anderson_parameter(weighted(spins[seen], counts[seen])) == pytest.approx(
        np.mean((p @ spins) ** 2), abs=0.01
    )


def test_more_reads_than_a_block_of_pairs_holds():
    reads = np.random.default_rng(4).choice([-1, 1], (5000, 3))
    distribution = overlap_distribution(reads)
    sums = reads.sum(axis=0, dtype=float)
    assert distribution.moment(1) == pytest.approx(np.mean((sums**2 - 5000) / (5000 * 4999)), abs=1e-12)


@given(st.integers(1, 30), st.integers(1, 50), SEEDS)
def test_histograms_are_normalised_whatever_the_bins(n, bins, seed):
    rng = np.random.default_rng(seed)
    distribution = OverlapDistribution(np.linspace(-1, 1, n + 1), rng.dirichlet(np.ones(n + 1)))
    edges, density = distribution.histogram(bins)
    assert len(density) == bins
    assert density @ np.diff(edges) == pytest.approx(1)
    edges, density = distribution.histogram()
    np.testing.assert_allclose(density, distribution.probability * n / 2)
    np.testing.assert_allclose((edges[1:] + edges[:-1]) / 2, distribution.overlaps, atol=1e-12)


def test_a_flat_distribution_has_a_flat_histogram():
    """64 overlaps in 40 bins: no bin holds more because one overlap more falls into it."""
    flat = OverlapDistribution(np.linspace(-1, 1, 64), np.full(64, 1 / 64))
    np.testing.assert_allclose(flat.histogram(40)[1], 63 / 128)


def test_binder_ratio_limits():
    q = np.random.default_rng(0).standard_normal(400_000)
    assert binder_ratio(q) == pytest.approx(0, abs=0.02)  # 5 standard errors
    assert binder_ratio([0.3, -0.3]) == pytest.approx(1)
    with pytest.raises(ValueError, match="0/0"):
        binder_ratio([0.0, 0.0])


def test_disorder_average_of_the_binder_ratio_averages_moments():
    frozen = OverlapDistribution(np.array([-1.0, 0.0, 1.0]), np.array([0.5, 0.0, 0.5]))
    free = OverlapDistribution(np.array([-1.0, 0.0, 1.0]), np.array([0.25, 0.5, 0.25]))
    average = OverlapDistribution(frozen.overlaps, (frozen.probability + free.probability) / 2)
    assert binder_ratio(average) == pytest.approx((3 - 0.75 / 0.75**2) / 2)


def test_sample_sets_are_matched_by_label():
    spins = np.array([[1, 1, -1]])
    a, b = weighted(spins, [1], labels="xyz"), weighted(spins[:, [2, 0, 1]], [1], labels="zxy")
    assert overlap(a, b) == 1
    with pytest.raises(ValueError, match="b lacks the variable 'z'"):
        overlap(a, weighted(spins, [1], labels="xyw"))


def test_bad_input():
    with pytest.raises(ValueError, match="3 spins and b has 4"):
        overlap(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(ValueError, match="a holds values other than -1 and 1"):
        overlap([[0, 1]], [[1, 1]])
    with pytest.raises(ValueError, match="b holds values"):
        overlap([[1.0]], [[np.nan]])
    with pytest.raises(ValueError, match=r"shape \(1, 0\)"):
        overlap([[]], [[]])
    with pytest.raises(ValueError, match="1 reads: an overlap needs two"):
        overlap_distribution([[1, -1]])
    with pytest.raises(ValueError, match="outside 0 … 1"):
        link_overlap([[1, 1]], [[1, 1]], [[0, 2]])
    with pytest.raises(ValueError, match="integers of shape"):
        link_overlap([[1, 1]], [[1, 1]], [[0.0, 1.0]])
    with pytest.raises(ValueError, match="bins=0"):
        overlap_distribution([[1, -1], [1, 1]]).histogram(0)


def test_importing_the_analysis_is_light():
    heavy = "{'dimod', 'numba', 'scipy', 'matplotlib', 'pandas'}"
    code = f"import sys, sgq.analysis; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
