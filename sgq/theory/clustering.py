"""Where the solutions of random K-SAT fall apart into clusters: reconstruction on the infinite tree.

Draw a solution on a tree from its root on, then hide all of it but the leaves. Below the clustering threshold α_d
distant leaves say nothing about the root beyond its marginal; above, they do. Beliefs are propagated in threes: a
literal's probability to be false, δ, in the measure over all solutions; and δ_T and δ_F, given leaves that were drawn
with the literal true and false. A clause tells a literal η = Π δ_j, that its other literals are all false, and
η_s = Π δ_{j,s_j} with the s_j drawn from Π (1 - δ_j, δ_j), given that they are not all false if s is F. With P and Q
the products of 1 - η over the clauses that want the literal true and false,

    δ = P / (P + Q),    δ_s = P_s / (P_s + Q_s),

the clauses in Q_s having been drawn with the opposite value. Nothing is known where δ_T = δ_F = δ.

M. Mézard, A. Montanari, J. Stat. Phys. 124, 1317 (2006); A. Montanari, F. Ricci-Tersenghi, G. Semerjian, J. Stat.
Mech. P04004 (2008): the cavity method with one step of replica symmetry breaking at m = 1. A prediction, not proven.
"""

from __future__ import annotations

import numpy as np

from sgq.checks import Seed, generator, integer
from sgq.theory.populations import BLOCKS, LEAST, Floats, block_mean, random_sums
from sgq.theory.thresholds import Threshold, first_moment_threshold

_SURE = 36.0  # log-odds of a probability that is next to 1 in floating point
_SETTLE = 30  # sweeps from full knowledge at the first-moment bound, and from one information to the next


def clustering_threshold(k: int = 3, *, population: int = 10_000, sweeps: int = 200, seed: Seed = None) -> Threshold:
    """Clauses per variable at which the solutions of random K-SAT fall apart into clusters.

    Runs at fixed α slow down without end towards the threshold. So the information that clauses pass on,
    I = K α ((E δ δ_F)^(K-1) - (E δ²)^(K-1)), is kept fixed instead, by a new α after every sweep, and the threshold is
    the least α(I): of a few I first, then of a parabola through seven points, of `sweeps` each, around it. For K = 3 it
    is at I = 0: knowledge sets in continuously.

    Parameters
    ----------
    k
        Literals per clause, at least 3.
    population
        Members of the population.
    sweeps
        Renewals of the population that are averaged at each point, at least 10.
    seed
        Equal seeds give equal numbers.

    Returns
    -------
    Threshold
        With the statistical error of α at the least point of the parabola.

    Raises
    ------
    ValueError
        If the population is so small that what is known vanishes in its noise.
    """
    k, sweeps = integer("k", k, 3), integer("sweeps", sweeps, BLOCKS)
    tree = _Tree(k, integer("population", population, 100), generator(seed))
    most = tree.restart()
    centre, least = most, np.inf
    for information in most * np.linspace(1.0, 0.4, 7):
        alpha, _ = tree.alpha_at(information, max(BLOCKS, sweeps // 4))
        if alpha > 1.03 * least:
            break  # past the least: the less is known, the more it fluctuates
        if alpha < least:
            centre, least = information, alpha
    tree.restart()
    points = centre * np.linspace(1.5, 0.6, 7)
    found = np.array([tree.alpha_at(information, sweeps) for information in points])
    if (found[:, 1] == 0).any():
        raise ValueError(f"population={population}: so few members lose what the leaves say; take more")
    x = points / centre
    parabola, covariance = np.polyfit(x, found[:, 0], 2, w=1 / found[:, 1], cov="unscaled")
    lowest = min(max(0.0, -parabola[1] / (2 * parabola[0])), x[0]) if parabola[0] > 0 else 0.0
    powers = lowest ** np.arange(2, -1, -1)
    return Threshold(float(np.polyval(parabola, lowest)), float(np.sqrt(powers @ covariance @ powers)))


class _Tree:
    """A population of literals: rows δ, δ_T and δ_F, from full knowledge."""

    def __init__(self, k: int, size: int, rng: np.random.Generator) -> None:
        self.k, self.size, self.rng = k, size, rng
        self.false = np.repeat([[0.5], [0.0], [1.0]], size, axis=1)

    def restart(self) -> float:
        """Full knowledge, propagated at the first-moment bound; the information that is left there."""
        self.false = np.repeat([[0.5], [0.0], [1.0]], self.size, axis=1)
        alpha = first_moment_threshold(self.k)
        for _ in range(_SETTLE):
            self.sweep(alpha)
        return alpha * self.knowledge()

    def knowledge(self) -> float:
        """I / α of the population as it is."""
        all_solutions, _, given_false = self.false
        known = np.mean(all_solutions * given_false) ** (self.k - 1)
        return float(self.k * (known - np.mean(all_solutions**2) ** (self.k - 1)))

    def alpha_at(self, information: float, sweeps: int) -> tuple[float, float]:
        """Mean α, and its error, at which the information stays what it is."""
        alphas = []
        for _ in range(_SETTLE + sweeps):
            known = self.knowledge()
            if known <= 0:
                raise ValueError(f"population={self.size}: so few members lose what the leaves say; take more")
            bounds = first_moment_threshold(self.k) * np.array([0.5, 1.5])  # one step too long must not run away
            alphas += [float(np.clip(information / known, *bounds))]
            self.sweep(alphas[-1])
        return block_mean(alphas[_SETTLE:])

    def sweep(self, alpha: float) -> None:
        """Renew every member."""
        counts = self.rng.poisson(self.k * alpha / 2, (2, self.size))
        sums = random_sums(np.log(np.maximum(1 - self._clauses(), LEAST)), counts, self.rng)
        same, opposite = sums[:, 0], sums[[0, 2, 1], 1]
        self.false = 1 / (1 + np.exp(np.clip(opposite - same, -_SURE, _SURE)))

    def _clauses(self) -> Floats:
        """Messages η, η_T, η_F of as many clauses."""
        others = self.false[:, self.rng.integers(self.size, size=(self.k - 1, self.size))]
        marginal, given_true, given_false = others
        independent = self.rng.random(marginal.shape) < marginal
        eta_true = np.where(independent, given_false, given_true).prod(axis=0)
        after = np.ones(self.size)  # probability that all literals still to be drawn are false
        all_after = np.empty_like(marginal)
        for j in range(self.k - 2, -1, -1):
            all_after[j] = after
            after = after * marginal[j]
        eta_false, satisfied = np.ones(self.size), np.zeros(self.size, dtype=bool)
        for j, uniform in enumerate(self.rng.random(marginal.shape)):
            constrained = marginal[j] * (1 - all_after[j]) / (1 - marginal[j] * all_after[j])
            drawn = uniform < np.where(satisfied, marginal[j], constrained)
            eta_false *= np.where(drawn, given_false[j], given_true[j])
            satisfied |= ~drawn
        return np.stack([after, eta_true, eta_false])
