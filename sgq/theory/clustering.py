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
from sgq.theory.populations import Floats, block_mean, draws, random_sums
from sgq.theory.thresholds import Threshold, first_moment_threshold

_LEAST = 1e-15  # 1 - η of a certain message, whose logarithm stays finite, and knowledge
_SURE = 36.0  # log-odds of a probability that is next to 1 in floating point
_SETTLE = 30  # sweeps from full knowledge, and from one information to the next
_START, _MOST = 0.95, 1.15  # of the first-moment bound: α to start from, and where one step too long is stopped
_LITTLE = 0.05  # of the information at the start: next to nothing
_ABOVE, _BELOW = 0.1, 0.05  # of the least α, and two standard errors: points of the parabola at more and at less I


def clustering_threshold(k: int = 3, *, population: int = 10_000, sweeps: int = 100, seed: Seed = None) -> Threshold:
    """Clauses per variable at which the solutions of random K-SAT fall apart into clusters.

    Runs at fixed α slow down without end towards the threshold. So the information that clauses pass on,
    I = K α ((E δ δ_F)^(K-1) - (E δ²)^(K-1)), is kept fixed instead, by a new α after every sweep. The leaves are drawn
    from the measure that beliefs follow, so that E δ δ_F = E δ² + E [δ (δ_F - δ)² + (1 - δ) (δ_T - δ)²], of which the
    second term, positive, fluctuates less. α(I) is followed down from much information, and the threshold is the least
    α of a parabola in I through its lowest points. For K = 3 that is at I = 0: knowledge sets in continuously.

    The defaults give 3.86(1), 9.35(4) and 19.28(9) for K = 3, 4 and 5, where 3.86, 9.38 and 19.16 are published, in
    half a minute to a minute on one core. Much smaller populations find no least α for K ≥ 5.

    Parameters
    ----------
    k
        Literals per clause, at least 3.
    population
        Members of the population, at least 1000.
    sweeps
        Renewals of the population that are averaged at each point, at least 40.
    seed
        Equal seeds give equal numbers.

    Returns
    -------
    Threshold
        With the statistical error of α at the least point of the parabola.

    Raises
    ------
    ValueError
        If population and sweeps are too few to find a least α below the first-moment bound, or too many for memory.
    """
    k, sweeps = integer("k", k, 3), integer("sweeps", sweeps, 40)
    tree = _Tree(k, integer("population", population, 1000), generator(seed))
    draws(_MOST * tree.bound, k, tree.size)
    found = _least(*_curve(tree, sweeps))
    if found is None or found.value >= tree.bound:
        raise ValueError(f"population={population}, sweeps={sweeps}: too few to find a least alpha; take more")
    return found


def _curve(tree: _Tree, sweeps: int) -> tuple[Floats, bool]:
    """Rows of I, α and its error, near the least α, from much information down; whether I came next to nothing."""
    most = tree.restart()
    for _ in range(20):
        if tree.alpha_at(most, _SETTLE)[0] < tree.bound:
            break
        most *= 0.8  # so much is known nowhere
    rows: list[tuple[float, float, float]] = []
    for x in np.linspace(1, _LITTLE, 20):
        rows += [(x, *tree.alpha_at(x * most, sweeps))]
        points = np.array(rows)
        least = points[np.argmin(points[:, 1])]
        margin = np.where(points[:, 0] < least[0], _BELOW, _ABOVE) * least[1] + 2 * np.hypot(points[:, 2], least[2])
        near = (points[:, 1] - least[1] < margin) & (points[:, 1] < tree.bound)
        if points[-1, 0] < least[0] and not near[-1]:
            return points[near], False
    return points[near], True


def _least(points: Floats, to_nothing: bool) -> Threshold | None:
    """The least α of a parabola, or at I = 0 of a parabola or line, if the points go there."""
    if len(points) < 5:
        return None
    x, alpha, error = points.T
    parabola, covariance = _fit(x, alpha, error, 2)
    curved = parabola[0] > 2 * np.sqrt(covariance[0, 0])
    lowest = -parabola[1] / (2 * parabola[0])
    if curved and x[-1] < lowest < x[0]:
        return _at(lowest, parabola, covariance)
    if not to_nothing:
        return None
    if not curved:
        parabola, covariance = _fit(x, alpha, error, 1)
    return _at(0.0, parabola, covariance)


def _fit(x: Floats, alpha: Floats, error: Floats, degree: int) -> tuple[Floats, Floats]:
    """Polynomial and its covariance, larger where points scatter more than their errors."""
    polynomial, covariance = np.polyfit(x, alpha, degree, w=1 / error, cov="unscaled")
    away = (alpha - np.polyval(polynomial, x)) / error
    return polynomial, covariance * max(1.0, float(away @ away) / (len(x) - degree - 1))


def _at(x: float, polynomial: Floats, covariance: Floats) -> Threshold:
    powers = x ** np.arange(len(polynomial) - 1, -1, -1)
    return Threshold(float(np.polyval(polynomial, x)), float(np.sqrt(powers @ covariance @ powers)))


class _Tree:
    """A population of literals: rows δ, δ_T and δ_F, from full knowledge."""

    def __init__(self, k: int, size: int, rng: np.random.Generator) -> None:
        self.k, self.size, self.rng = k, size, rng
        self.bound = first_moment_threshold(k)
        self.false = np.repeat([[0.5], [0.0], [1.0]], size, axis=1)

    def restart(self) -> float:
        """Full knowledge, propagated next to the first-moment bound; the information that is left there."""
        self.false = np.repeat([[0.5], [0.0], [1.0]], self.size, axis=1)
        alpha = _START * self.bound
        for _ in range(_SETTLE):
            self.sweep(alpha)
        return alpha * self.knowledge()

    def knowledge(self) -> float:
        """I / α of the population as it is."""
        false, given_true, given_false = self.false
        square = np.mean(false**2)
        learnt = np.mean(false * (given_false - false) ** 2 + (1 - false) * (given_true - false) ** 2)
        known = float(self.k * ((square + learnt) ** (self.k - 1) - square ** (self.k - 1)))
        return max(known, _LEAST)  # also where the leaves are forgotten

    def alpha_at(self, information: float, sweeps: int) -> tuple[float, float]:
        """The α, and its error, at which the information stays what it is."""
        known = []
        for _ in range(_SETTLE + sweeps):
            known += [self.knowledge()]
            self.sweep(min(information / known[-1], _MOST * self.bound))
        mean, error = block_mean(known[_SETTLE:])
        return information / mean, information * error / mean**2

    def sweep(self, alpha: float) -> None:
        """Renew every member."""
        counts = self.rng.poisson(self.k * alpha / 2, (2, self.size))
        sums = random_sums(np.log(np.maximum(1 - self._clauses(), _LEAST)), counts, self.rng)
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
