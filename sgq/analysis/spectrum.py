"""Levels of a quantum annealer along its path, the smallest gap, and the time that the adiabatic theorem asks for.

H(s) = A(s)/2 D + B(s)/2 H_p with the driver D = -Σ X, a transverse field, unless another is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.annealing_schedule import AnnealingSchedule
from sgq.annealing_schedule import annealing_schedule as as_schedule
from sgq.checks import finite_array, integer
from sgq.models import Floats, model_arrays

if TYPE_CHECKING:
    import dimod

MAX_SPINS = 20
_DENSE = 256  # states up to which all levels of a matrix take less time than the lowest by Lanczos
_SPARE = 4  # levels asked for beyond those wanted: Lanczos finds copies of a degenerate one late
_ROUNDING = 1e-12
_SAME = 1e-9  # of the width of the spectrum: levels that are one


@dataclass(frozen=True, eq=False)
class AnnealingSpectrum:
    """The lowest levels of H(s), and what decides how slow an anneal must be.

    Attributes
    ----------
    s
        Places on the path, shape (points,).
    levels
        Lowest levels there, ascending, with their multiplicity, shape (points, levels).
    ground_states
        How many levels end as ground states of H_p (of the sector, if there is one). The gap is that to the next: an
        anneal that ends in another ground state has not failed.
    minimum_gap, gap_at
        The smallest gap and its s, refined between the places.
    adiabatic_time
        max over s of [Σ_m (<m|dH/ds|0> / (E_m - E_0)²)²]^(1/2), the sum over the levels above the ground states that
        were computed; with two levels it is the textbook's <1|dH/ds|0> / gap². Anneals much slower than this stay in
        the ground state: a crossing of two levels leaves it with probability exp(-(π/4) T / adiabatic_time).
    parity_sector
        Whether the levels are those of states with Π X = 1, the only ones that an anneal without fields can reach.
    """

    s: Floats
    levels: Floats
    ground_states: int
    minimum_gap: float
    gap_at: float
    adiabatic_time: float
    parity_sector: bool

    @property
    def gaps(self) -> Floats:
        """The gap at every s, shape (points,)."""
        return self.levels[:, self.ground_states] - self.levels[:, 0]


def annealing_spectrum(
    model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial | ArrayLike,
    *,
    levels: int = 4,
    s: ArrayLike | None = None,
    annealing_schedule: AnnealingSchedule | Any = "linear",
    driver: Any = None,
) -> AnnealingSpectrum:
    """The lowest levels of H(s) = A(s)/2 D + B(s)/2 H_p by exact diagonalisation.

    Parameters
    ----------
    model
        A dimod model of at most 20 variables (14 take four seconds, each more two or three times as long), or the
        energies of all 2^n configurations, in which spin i of configuration x is (-1)^(bit i of x).
    levels
        How many to compute, at least 2; more where more than that end as ground states.
    s
        Places, increasing in [0, 1]; 41 equidistant ones when None. The smallest gap is searched between neighbours of
        the places where it is smallest, so they must be close enough to show it.
    annealing_schedule
        A(s) and B(s), see `sgq.annealing_schedule.annealing_schedule`.
    driver
        D: a Hermitian matrix of shape (2^n, 2^n), sparse, dense, or a `scipy.sparse.linalg.LinearOperator`. The
        transverse field -Σ X when None; where no energy changes if all spins turn, its sector Π X = 1 alone is
        looked at.

    Raises
    ------
    ValueError
        If the model has too many variables or no two different energies, or the driver does not fit.
    """
    path, energies = as_schedule(annealing_schedule), _energies(model)
    paired = driver is None and np.allclose(energies, energies[::-1], rtol=0, atol=_ROUNDING * np.ptp(energies))
    if paired:
        energies = energies[: (len(energies) + 1) // 2]
    ground_states = int((energies <= energies.min() + _SAME * np.ptp(energies)).sum())
    if ground_states == len(energies):
        raise ValueError("all configurations have the same energy: there is no gap")
    places = np.linspace(0, 1, 41) if s is None else np.atleast_1d(finite_array("s", s))
    count = min(len(energies), max(integer("levels", levels, 2), ground_states + 1))
    annealer = _Annealer(energies, path, _driver(driver, energies, paired), driver is None, paired, count)
    found = [annealer.lowest(float(place)) for place in places]
    values = np.array([level for level, _ in found])
    gap_at, gap = _smallest(annealer, places, values[:, ground_states] - values[:, 0], ground_states)
    times = [annealer.transition(float(p), *pair, ground_states) for p, pair in zip(places, found, strict=True)]
    times.append(annealer.transition(gap_at, *annealer.lowest(gap_at), ground_states))
    return AnnealingSpectrum(places, values, ground_states, gap, gap_at, max(times), bool(paired))


def _energies(model: Any) -> Floats:
    """Energies of all configurations, shape (2^n,)."""
    if not hasattr(model, "vartype"):
        energies = finite_array("model", model)
        n = max(energies.size, 1).bit_length() - 1
        if energies.shape != (1 << n,):
            raise ValueError(f"model: an array of shape {energies.shape}, not the energies of 2^n configurations")
        _check_size(n)
        return energies
    arrays, labels = model_arrays(model)
    _check_size(len(labels))
    configurations = np.arange(1 << len(labels), dtype=np.int32)[:, None]
    bits = ((configurations >> np.arange(len(labels), dtype=np.int32)) & 1).astype(np.int8)
    return arrays.energies(1 - 2 * bits if model.vartype.name == "SPIN" else 1 - bits)


def _check_size(n: int) -> None:
    if n > MAX_SPINS:
        raise ValueError(f"{n} variables: levels of at most {MAX_SPINS} are computed; take a smaller instance")


def _driver(given: Any, energies: Floats, paired: bool) -> Any:
    """The driver as something that multiplies vectors: the given one, or -Σ X as a sparse matrix."""
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import aslinearoperator

    size = len(energies)
    if given is not None:
        operator = aslinearoperator(given)
        if operator.shape != (size, size):
            raise ValueError(f"driver of shape {operator.shape}: the model has {size} configurations")
        probe = np.random.default_rng(0).standard_normal((size, 2))
        left, right = operator @ probe[:, 0], operator @ probe[:, 1]
        if abs(np.vdot(left, probe[:, 1]) - np.vdot(probe[:, 0], right)) > _SAME * np.abs(left).sum():
            raise ValueError("driver: a Hermitian matrix is needed")
        return operator
    flips = [1 << bit for bit in range(size.bit_length() - 1)] + [size - 1] * paired
    rows = np.arange(size, dtype=np.int32)
    columns = np.sort(rows[:, None] ^ np.array(flips, dtype=np.int32), axis=1)
    starts = np.arange(size + 1, dtype=np.int32) * len(flips)
    return csr_array((np.full(columns.size, -1.0), columns.ravel(), starts), shape=(size, size))


@dataclass(frozen=True, eq=False)
class _Annealer:
    """H(s), as far as its `count` lowest levels."""

    energies: Floats
    path: AnnealingSchedule
    driver: Any
    transverse: bool
    paired: bool
    count: int

    def lowest(self, s: float) -> tuple[Floats, NDArray[Any]]:
        """The lowest levels, shape (count,), and their states as columns."""
        from scipy.linalg import eigh
        from scipy.sparse.linalg import LinearOperator, eigsh

        field, weight, size = float(self.path.A(s)) / 2, float(self.path.B(s)) / 2, len(self.energies)
        if size <= _DENSE:
            matrix = field * (self.driver @ np.eye(size)) + np.diag(weight * self.energies)
            values, states = eigh(matrix, subset_by_index=(0, self.count - 1))
            return values, states
        if field == 0 or (weight == 0 and self.transverse):
            return self._known(field, weight)  # degenerate as no other place is, which is hard on Lanczos
        diagonal = weight * self.energies
        operator = LinearOperator(
            (size, size), matvec=lambda v: field * (self.driver @ v) + diagonal * v, dtype=self.driver.dtype
        )
        wanted = min(self.count + _SPARE, size - 1)
        start = np.random.default_rng(0).standard_normal(size)
        values, states = eigsh(operator, k=wanted, which="SA", v0=start, ncv=min(size, max(32, 3 * wanted)))
        order = np.argsort(values)[: self.count]
        return values[order], states[:, order]

    def _known(self, field: float, weight: float) -> tuple[Floats, NDArray[Any]]:
        """Levels where only one part of H is there: configurations, or products of spins along x."""
        size = len(self.energies)
        configurations = np.arange(size)
        if field == 0:
            order = np.argsort(self.energies, kind="stable")[: self.count]
            return weight * self.energies[order], (configurations[:, None] == order).astype(float)
        turned = np.bitwise_count(configurations).astype(np.int64)  # along x; in the sector an even number
        turned += turned % 2 if self.paired else 0
        spins = size.bit_length() - 1 + self.paired
        order = np.argsort(turned, kind="stable")[: self.count]
        signs = 1.0 - 2.0 * (np.bitwise_count(configurations[:, None] & order) % 2)
        levels = np.asarray(field * (2.0 * turned[order] - spins), dtype=np.float64)
        return levels, signs / np.sqrt(size)

    def transition(self, s: float, values: Floats, states: NDArray[Any], ground_states: int) -> float:
        """How strongly dH/ds drives transitions out of the ground state, over the squares of the gaps."""
        if ground_states > 1 and values[1] - values[0] <= _SAME * max(1.0, np.ptp(values)):
            return 0.0  # the state that the path leads to is not known here, but just before
        field, weight = (float(slope) / 2 for slope in self.path.derivatives(s))
        driven = field * (self.driver @ states[:, 0]) + weight * self.energies * states[:, 0]
        elements = np.abs(states[:, ground_states:].conj().T @ driven)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = elements / (values[ground_states:] - values[0]) ** 2
        return float(np.linalg.norm(ratios))


def _smallest(annealer: _Annealer, s: Floats, gaps: Floats, ground_states: int) -> tuple[float, float]:
    """Place and size of the smallest gap, searched around the smallest of those known."""
    from scipy.optimize import minimize_scalar

    def gap(place: float) -> float:
        values, _ = annealer.lowest(place)
        return float(values[ground_states] - values[0])

    least = int(np.argmin(gaps))
    candidates = [(float(gaps[least]), float(s[least]))]
    padded = np.concatenate([[np.inf], gaps, [np.inf]])
    valleys = np.flatnonzero((gaps <= padded[:-2]) & (gaps <= padded[2:]) & (gaps <= 2 * gaps[least]))
    for valley in valleys.tolist():
        bounds = float(s[max(valley - 1, 0)]), float(s[min(valley + 1, len(s) - 1)])
        if bounds[0] < bounds[1]:
            best = minimize_scalar(gap, bounds=bounds, method="bounded", options={"xatol": 1e-8})
            candidates.append((float(best.fun), float(best.x)))
    size, place = min(candidates)
    return place, size
