"""Overlaps between configurations: how alike two states of one instance are.

Averages go over pairs of distinct reads, never over a read with itself, where q = 1 whatever the physics. A
row of a sample set that stands for n reads (``num_occurrences``) holds n(n - 1)/2 such pairs, with q = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import finite_array, integer

if TYPE_CHECKING:
    import dimod

Floats = NDArray[np.float64]

_BLOCK = 1 << 22  # pairs of rows held at once


@dataclass(frozen=True, eq=False)
class OverlapDistribution:
    """P(q), exactly: the probability of each of the N + 1 values that an overlap can take.

    The disorder average is the one with the mean of the instances' `probability`; its Binder ratio is then
    the usual one, made of averaged moments.

    Attributes
    ----------
    overlaps
        -1, -1 + 2/N, …, 1; shape (N + 1,).
    probability
        Of each of them, shape (N + 1,); the sum is 1.
    """

    overlaps: Floats
    probability: Floats

    def moment(self, order: int) -> float:
        """The mean of q^order."""
        return float(self.overlaps**order @ self.probability)

    def histogram(self, bins: int | None = None) -> tuple[Floats, Floats]:
        """Density P(q) in equal bins, ∫ P(q) dq = 1; one bin for each possible overlap when `bins` is None.

        Each overlap stands for the interval of length 2/N around it, so that no bin is high only because one
        overlap more falls into it.

        Returns
        -------
        edges, density
            Shapes (bins + 1,), from -1 - 1/N to 1 + 1/N, and (bins,).
        """
        n = len(self.overlaps) - 1
        bins = n + 1 if bins is None else integer("bins", bins, 1)
        cells, edges = (np.linspace(-1 - 1 / n, 1 + 1 / n, m + 1) for m in (n + 1, bins))
        below = np.concatenate([[0.0], np.cumsum(self.probability)])
        return edges, np.diff(np.interp(edges, cells, below)) / np.diff(edges)


def overlap(a: dimod.SampleSet | ArrayLike, b: dimod.SampleSet | ArrayLike) -> Floats:
    """Overlap q_ab = (1/N) Σ_i s_i^a s_i^b of every pair of configurations.

    Parameters
    ----------
    a, b
        Spins ±1, shapes ``(num_a, N)`` and ``(num_b, N)``, or sample sets: bits x become 2x - 1, and columns
        are matched by label.

    Returns
    -------
    ndarray
        Shape ``(num_a, num_b)``, between -1 and 1; one row for each row of `a`, however often it occurred.
    """
    spins_a, spins_b = _two(a, b)
    q: Floats = spins_a @ spins_b.T / spins_a.shape[1]
    return q


def link_overlap(a: dimod.SampleSet | ArrayLike, b: dimod.SampleSet | ArrayLike, pairs: ArrayLike) -> Floats:
    """Link overlap (1/num_bonds) Σ_<ij> s_i^a s_j^a s_i^b s_j^b of every pair of configurations.

    Flipping a whole cluster changes the overlap by its volume, the link overlap by its surface only.

    Parameters
    ----------
    a, b
        As in `overlap`.
    pairs
        The bonds, integers of shape (num_bonds, 2): columns of `a`, which are ``problem.pairs`` where `a`
        comes from `sgq.solve`.
    """
    spins_a, spins_b = _two(a, b)
    i, j = _bonds(pairs, spins_a.shape[1]).T
    return (spins_a[:, i] * spins_a[:, j]) @ (spins_b[:, i] * spins_b[:, j]).T / len(i)


def edwards_anderson_parameter(samples: dimod.SampleSet | ArrayLike) -> float:
    """Edwards–Anderson order parameter q_EA = (1/N) Σ_i <s_i>² [1]_, estimated without bias.

    The square of a mean of R reads exceeds <s_i>² by (1 - <s_i>²)/R; the mean over pairs of distinct reads
    does not. Without fields <s_i> is 0 by symmetry when all states are sampled: q_EA is then meant of reads of
    one state, or of a glass in a small field.

    Parameters
    ----------
    samples
        Independent reads at one temperature: a sample set, or spins ±1 of shape (num_reads, N).

    References
    ----------
    .. [1] S. F. Edwards, P. W. Anderson, J. Phys. F 5, 965 (1975).
    """
    spins, counts = _reads(samples)
    reads = counts.sum()
    return float(np.mean(((counts @ spins) ** 2 - reads) / (reads * (reads - 1))))


def overlap_distribution(
    samples: dimod.SampleSet | ArrayLike, *, pairs: ArrayLike | None = None
) -> OverlapDistribution:
    """P(q) of one instance, over all pairs of distinct reads; of the link overlap, given the bonds.

    Parameters
    ----------
    samples
        Independent reads at one temperature: a sample set, or spins ±1 of shape (num_reads, N). Annealed
        reads have no temperature, and their P(q) says how the solver scatters, not what the glass does.
    pairs
        The bonds, shape (num_bonds, 2), as for `link_overlap`: the distribution is then that of the link overlap.

    Raises
    ------
    ValueError
        If there are fewer than two reads.
    """
    spins, counts = _reads(samples)
    if pairs is not None:
        i, j = _bonds(pairs, spins.shape[1]).T
        spins = spins[:, i] * spins[:, j]
    n = spins.shape[1]
    narrow = spins.astype(np.float32)  # sums of N < 2^24 terms ±1 are exact
    weight = np.zeros(n + 1)
    for start in range(0, len(narrow), step := max(1, _BLOCK // len(narrow))):
        block = slice(start, start + step)
        up = ((narrow[block] @ narrow.T + n) / 2).astype(np.int64)  # how many spins agree
        weight += np.bincount(up.ravel(), np.outer(counts[block], counts).ravel(), n + 1)
    weight[n] -= counts.sum()  # each read with itself
    return OverlapDistribution(np.linspace(-1, 1, n + 1), weight / weight.sum())


def binder_ratio(q: dimod.SampleSet | OverlapDistribution | ArrayLike) -> float:
    """Binder ratio g = (3 - <q⁴>/<q²>²) / 2: 0 for a Gaussian P(q), 1 for two deltas at ±q.

    Parameters
    ----------
    q
        A sample set, P(q), or an array of overlaps (not of spins).

    Raises
    ------
    ValueError
        If every overlap is 0, where g is 0/0.
    """
    if hasattr(q, "record"):
        q = overlap_distribution(q)
    if isinstance(q, OverlapDistribution):
        second, fourth = q.moment(2), q.moment(4)
    else:
        values = finite_array("q", q)
        if not values.size:
            raise ValueError("q is empty: no overlaps")
        second, fourth = float(np.mean(values**2)), float(np.mean(values**4))
    if second == 0:
        raise ValueError("every overlap is 0: the Binder ratio is 0/0")
    return (3 - fourth / second**2) / 2


def _two(a: Any, b: Any) -> tuple[Floats, Floats]:
    spins_a, spins_b = _spins(a, "a"), _spins(b, "b")
    if spins_a.shape[1] != spins_b.shape[1]:
        raise ValueError(f"a has {spins_a.shape[1]} spins and b has {spins_b.shape[1]}: one instance has one N")
    if hasattr(a, "record") and hasattr(b, "record"):
        column = {label: k for k, label in enumerate(b.variables)}
        missing = [label for label in a.variables if label not in column]
        if missing:
            raise ValueError(f"b lacks the variable {missing[0]!r} of a: both must be of one instance")
        spins_b = spins_b[:, [column[label] for label in a.variables]]
    return spins_a, spins_b


def _reads(samples: Any) -> tuple[Floats, Floats]:
    """Spins and how many reads each row stands for."""
    spins = _spins(samples, "samples")
    counts = samples.record.num_occurrences if hasattr(samples, "record") else np.ones(len(spins))
    if counts.sum() < 2:
        raise ValueError(f"samples holds {counts.sum():.0f} reads: an overlap needs two")
    return spins, counts.astype(float)


def _spins(values: Any, name: str) -> Floats:
    sampleset = hasattr(values, "record")
    array = np.asarray(values.record.sample if sampleset else values, dtype=float)
    spins = np.atleast_2d(2 * array - 1 if sampleset and values.vartype.name == "BINARY" else array)
    if spins.ndim != 2 or spins.shape[1] == 0:
        raise ValueError(f"{name} has shape {spins.shape}: (reads, N), with at least one spin")
    if not np.isin(spins, (-1, 1)).all():
        raise ValueError(f"{name} holds values other than -1 and 1: convert arrays of bits with 2x - 1")
    return spins


def _bonds(pairs: ArrayLike, n: int) -> NDArray[np.int64]:
    bonds = np.asarray(pairs)
    if bonds.ndim != 2 or bonds.shape[1] != 2 or not len(bonds) or bonds.dtype.kind not in "iu":
        raise ValueError(f"pairs of shape {bonds.shape} and type {bonds.dtype}: integers of shape (num_bonds, 2)")
    if bonds.min() < 0 or bonds.max() >= n:
        raise ValueError(f"pairs names spins outside 0 … {n - 1}")
    return bonds.astype(np.int64)
