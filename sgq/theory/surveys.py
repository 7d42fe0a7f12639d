"""Survey propagation on random K-SAT of infinite size: the complexity, and where it begins and vanishes.

Surveys η, the probabilities of a warning, have a distribution over the edges of a random formula. It is represented
by a population, as is that of the probabilities u that a literal is forced to be false. With P the product of 1 - η
over as many members as clauses want the literal true, Q that over the clauses that want it false, both Poisson of mean
K α / 2,

    u = P (1 - Q) / (P + Q - P Q),    η = u_1 … u_(K-1),

and the number of clusters of solutions is exp(N Σ), Σ stationary under changes of both distributions,

    Σ = E ln(P + Q - P Q) + α E ln(1 - u_1 … u_K) - K α E ln(1 - u η).

M. Mézard, G. Parisi, R. Zecchina, Science 297, 812 (2002); M. Mézard, R. Zecchina, Phys. Rev. E 66, 056126 (2002);
S. Mertens, M. Mézard, R. Zecchina, Random Struct. Alg. 28, 340 (2006). Predictions of the cavity method, not proven
for small K.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgq.checks import Seed, generator, integer, real
from sgq.theory.populations import Floats, block_mean, draws, random_sums
from sgq.theory.thresholds import Threshold, first_moment_threshold

_TRIVIAL = 0.05  # a field this small goes on shrinking, as its power K - 1
_CERTAIN = 1 - 1e-8  # a survey that only runs away reaches
_SETTLE = 50  # sweeps from the start: five times those in which the mean field forgets, at the threshold of K = 3
_FOLLOW = 20  # sweeps from one alpha, or field, to the next


@dataclass(frozen=True)
class Complexity:
    """Logarithm of the number of clusters, per variable.

    Attributes
    ----------
    value, error
        Σ and its standard error from blocks of sweeps; 0 if trivial.
    trivial
        Whether all surveys vanish: no clusters that freeze variables.
    """

    value: float
    error: float
    trivial: bool


def complexity(
    alpha: float, k: int = 3, *, population: int = 20_000, sweeps: int = 200, seed: Seed = None
) -> Complexity:
    """Complexity Σ(α) of random K-SAT at zero energy.

    It is positive between `survey_onset` and `satisfiability_threshold`; negative values mean no solutions. Well above,
    for K = 3 from α = 4.6 to 4.7 on, surveys become certain and contradict each other: no assignment satisfies them
    all, and Σ, at zero energy, is not defined.

    Parameters
    ----------
    alpha
        Clauses per variable.
    k
        Literals per clause, at least 3.
    population
        Members of each population, at least 1000. 20 000 for 200 sweeps give Σ of 3-SAT to 2·10^-4 in seconds.
    sweeps
        Renewals of the population that are averaged, after as many, and at least 50, that are not; at least 20.
    seed
        Equal seeds give equal numbers.

    Raises
    ------
    ValueError
        If surveys become certain, or a sweep would not fit in memory.
    """
    alpha, k = real("alpha", alpha, 0.0, above=True), integer("k", k, 3)
    dynamics, sweeps = _population(k, population, seed), integer("sweeps", sweeps, 20)
    draws(alpha, k, dynamics.size)
    return dynamics.complexity(alpha, max(sweeps, _SETTLE), sweeps)


def satisfiability_threshold(
    k: int = 3, *, population: int = 20_000, sweeps: int = 200, seed: Seed = None
) -> Threshold:
    """Clauses per variable at which Σ vanishes: above, random K-SAT has no solutions.

    Bisection to three percent, then a parabola through Σ at nine densities in that range, of `sweeps` each. 4000
    members for 60 sweeps give 4.266(5) in seconds. Finite populations have a bias, which the error does not include:
    the thresholds of K = 3, 4 and 5 come out low by some 13, 13 and 20 to 35 over `population`.

    Parameters
    ----------
    k, population, sweeps, seed
        As in `complexity`.

    Returns
    -------
    Threshold
        With the statistical error of the parabola's zero.

    Raises
    ------
    ValueError
        If population and sweeps are so few that surveys die out near the threshold or Σ drowns in its errors there, or
        too many for memory.
    """
    k, sweeps = integer("k", k, 3), integer("sweeps", sweeps, 20)
    dynamics = _population(k, population, seed)
    low, high = first_moment_threshold(k) * np.array([0.5, 1.0])
    draws(high, k, dynamics.size)
    while high - low > 0.03 * high:
        middle = (low + high) / 2
        dynamics.restart()
        low, high = (middle, high) if dynamics.has_clusters(middle, sweeps) else (low, middle)
    centre, half = (low + high) / 2, high - low  # room for a bisection that noise misled
    offsets = np.linspace(1, -1, 9)
    dynamics.restart()
    for _ in range(_SETTLE):
        dynamics.sweep(centre + half, False)
    found_all = [dynamics.complexity(centre + half * x, _FOLLOW, sweeps) for x in offsets]
    if any(found.trivial for found in found_all):
        raise ValueError(f"population={population}: so few surveys died out near the threshold; take more")
    values, errors = np.array([f.value for f in found_all]), np.array([f.error for f in found_all])
    parabola, covariance = np.polyfit(offsets, values, 2, w=1 / errors, cov="unscaled")
    roots = np.roots(parabola)
    root = roots[np.argmin(np.abs(roots))]
    slope = np.polyval(np.polyder(parabola), root)
    if np.iscomplex(root) or abs(root) > 1 or slope >= 0:
        raise ValueError(f"population={population}, sweeps={sweeps}: too few to tell where Σ vanishes; take more")
    root = float(np.real(root))
    powers = root ** np.arange(2, -1, -1)
    error = half * np.sqrt(powers @ covariance @ powers) / abs(slope)
    return Threshold(float(centre + half * root), float(error))


def survey_onset(k: int = 3, *, population: int = 20_000, sweeps: int = 200, seed: Seed = None) -> Threshold:
    """Clauses per variable at which non-trivial surveys appear, with Σ at its largest.

    The solution jumps there, and runs at fixed α slow down without end. So the mean field c = -(K α / 2) E ln(1 - η) is
    kept fixed instead, by a new α after every sweep, and the onset is the least α(c): of a grid of c first, then of a
    cubic in ln c through seven points, of `sweeps` each, around it.

    Parameters
    ----------
    k, population, sweeps, seed
        As in `complexity`.

    Returns
    -------
    Threshold
        With the statistical error of α at the least point of the cubic.

    Raises
    ------
    ValueError
        If population and sweeps are so few that the cubic has no least point, or too many for memory.
    """
    k, sweeps = integer("k", k, 3), integer("sweeps", sweeps, 20)
    dynamics = _population(k, population, seed)
    draws(first_moment_threshold(k), k, dynamics.size)
    grid = np.geomspace(2.0, 0.3, 10) * (k / 3)
    coarse = [dynamics.alpha_at(c, _FOLLOW, 10)[0] for c in grid]
    centre = float(grid[np.argmin(coarse)])
    offsets = np.linspace(-0.35, 0.35, 7)
    points = np.array([dynamics.alpha_at(centre * np.exp(x), _FOLLOW, sweeps) for x in offsets])
    cubic, covariance = np.polyfit(offsets, points[:, 0], 3, w=1 / points[:, 1], cov="unscaled")
    extrema = np.roots(np.polyder(cubic))
    lowest = extrema[np.argmax(np.polyval(np.polyder(cubic, 2), extrema))]  # the minimum of the two
    if np.iscomplex(lowest) or abs(lowest) > offsets[-1]:
        raise ValueError(f"population={population}, sweeps={sweeps}: too few to find a least alpha; take more")
    lowest = float(np.real(lowest))
    powers = lowest ** np.arange(3, -1, -1)
    return Threshold(float(np.polyval(cubic, lowest)), float(np.sqrt(powers @ covariance @ powers)))


class ContradictionError(ValueError):
    """Surveys became certain."""


class _Dynamics:
    """A population of surveys, as logarithms ln(1 - η)."""

    def __init__(self, k: int, size: int, rng: np.random.Generator) -> None:
        self.k, self.size, self.rng = k, size, rng
        self.restart()

    def restart(self) -> None:
        """Surveys of literals that are false with uniform probabilities: near the threshold for every K."""
        self.logs = np.log1p(-self.rng.random((self.k - 1, self.size)).prod(axis=0))

    def field(self, alpha: float) -> float:
        """Mean c of -ln P and of -ln Q."""
        return float(-self.k * alpha / 2 * self.logs.mean())

    def complexity(self, alpha: float, burn_in: int, sweeps: int) -> Complexity:
        """Σ over `sweeps` after `burn_in`, from the population as it is."""
        values = []
        for sweep in range(burn_in + sweeps):
            if self.field(alpha) < _TRIVIAL:
                return Complexity(0.0, 0.0, True)
            values += [self.sweep(alpha, sweep >= burn_in)]
        return Complexity(*block_mean(values[burn_in:]), False)

    def has_clusters(self, alpha: float, sweeps: int) -> bool:
        """Whether Σ is positive or surveys are trivial, so that there are solutions."""
        try:
            found = self.complexity(alpha, max(sweeps, _SETTLE), sweeps)
        except ContradictionError:
            return False
        return found.trivial or found.value > 0

    def alpha_at(self, field: float, burn_in: int, sweeps: int) -> tuple[float, float]:
        """The α, and its error, at which the mean field stays what it is."""
        fields = []
        for _ in range(burn_in + sweeps):
            fields += [self.field(1.0)]
            self.sweep(field / fields[-1], False)
        mean, error = block_mean(fields[burn_in:])  # of the field that α = 1 would give: that is linear in the surveys
        return field / mean, field * error / mean**2

    def sweep(self, alpha: float, measure: bool) -> float:
        """Renew every member; Σ of the populations, if asked for."""
        mean, k = self.k * alpha / 2, self.k
        log_products = random_sums(self.logs[None], self.rng.poisson(mean, (2, self.size)), self.rng)[0]
        p, q = np.exp(log_products)
        norm = p + q - p * q
        with np.errstate(invalid="ignore"):  # 0 / 0 where both products underflow, a contradiction too
            false = p * (1 - q) / norm
        columns = np.stack([false, *(false[self.rng.permutation(self.size)] for _ in range(k - 1))])
        eta = np.prod(columns[1:], axis=0)
        if not eta.max() < _CERTAIN:
            raise ContradictionError(
                f"alpha={alpha:g}: surveys become certain and contradict each other; there are no solutions, and no "
                f"complexity at zero energy: take less (random {k}-SAT has none above {first_moment_threshold(k):.4g})"
            )
        logs, self.logs = self.logs, np.log1p(-eta)
        if not measure:
            return 0.0
        all_false, old = columns[0] * eta, -np.expm1(logs)
        both = false * old
        site = _controlled(np.log(norm), log_products.sum(axis=0), 2 * mean * logs.mean())
        clause = _controlled(np.log1p(-all_false), all_false, false.mean() ** k)
        edge = _controlled(np.log1p(-both), both, false.mean() * old.mean())
        return site + alpha * clause - k * alpha * edge


def _population(k: int, population: int, seed: Seed) -> _Dynamics:
    return _Dynamics(k, integer("population", population, 1000), generator(seed))


def _controlled(values: Floats, control: Floats, mean: float) -> float:
    """Mean of `values` with the fluctuation regressed out of a control variate whose mean is known."""
    away = control - control.mean()
    square = away @ away
    slope = away @ values / square if square > 0 else 0.0
    return float(values.mean() - slope * (control.mean() - mean))
