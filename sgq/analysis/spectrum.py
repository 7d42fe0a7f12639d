"""Levels of a quantum annealer along its path, the smallest gap, and the time that the adiabatic theorem asks for.

H(s) = A(s)/2 D + B(s)/2 H_p with the driver D = -Σ X, a transverse field, unless another is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sgq.analysis.annealer import SAME, Annealer, transverse_field
from sgq.annealing_schedule import AnnealingSchedule
from sgq.annealing_schedule import annealing_schedule as as_schedule
from sgq.checks import finite_array, integer
from sgq.models import Floats, model_arrays

if TYPE_CHECKING:
    import dimod

MAX_SPINS = 20
_LARGEST = 1e150  # whose square is a number
_ROUNDING = 1e-12
_DIGITS = 100  # units in the last place by which the driver may differ from its adjoint


@dataclass(frozen=True, eq=False)
class AnnealingSpectrum:
    """The lowest levels of H(s), and what decides how slow an anneal must be.

    An anneal fails where it passes from the ground state to a level that D or H_p couples to it. A level does not count
    where both it and the ground state lie by more than half in the ground states of H_p: an anneal that ends in another
    of these has not failed. (Of a degenerate level the one state that is coupled is meant; a coupling below 1e-9 of the
    whole is taken for none.) If H_p has one ground state, coupled or not every level counts: the textbook's gap.

    Attributes
    ----------
    s
        Places on the path, shape (points,).
    levels
        Lowest levels there, ascending, with their multiplicity, shape (points, levels).
    gaps
        From the ground state to the lowest level that counts, shape (points,); infinite where none of those that were
        computed does. Where A = 0, which couples nothing, every level above the ground states counts.
    ground_states
        How many levels end as ground states of H_p (of the sector, if there is one).
    minimum_gap, gap_at
        The smallest gap and its s, refined between the places.
    adiabatic_time
        max over the places, and `gap_at`, of ‖Q (H - E_0)^-2 Q dH/ds |0>‖: the root of the sum of
        (<m|dH/ds|0> / (E_m - E_0)²)² over all levels m that count, computed or not; with two levels it is the
        textbook's <1|dH/ds|0> / gap². Anneals much slower than this stay in the ground state: a crossing of two levels
        leaves it with probability exp(-(π/4) T / adiabatic_time). Infinite where H vanishes, as it does if A and B do.
    parity_sector
        Whether the levels are those of states with Π X = 1, the only ones that an anneal without fields can reach.
    """

    s: Floats
    levels: Floats
    gaps: Floats
    ground_states: int
    minimum_gap: float
    gap_at: float
    adiabatic_time: float
    parity_sector: bool


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
        A dimod model of at most 20 variables (14 take some five seconds, each more about twice as long), or the
        energies of all 2^n configurations, in which spin i of configuration x is (-1)^(bit i of x).
    levels
        How many to compute, at least 2; more where more than that end as ground states. Gap and time do not depend on
        it, as long as one of them counts.
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
        If the model has too many variables or no two different energies, the driver does not fit, or s does not rise.
    """
    path, energies = as_schedule(annealing_schedule), _energies(model)
    paired = driver is None and np.allclose(energies, energies[::-1], rtol=0, atol=_ROUNDING * np.ptp(energies))
    if paired:
        energies = energies[: (len(energies) + 1) // 2]
    ground_states = int((energies <= energies.min() + SAME * np.ptp(energies)).sum())
    if ground_states == len(energies):
        raise ValueError("all configurations have the same energy: there is no gap")
    places, operator = (
        _places(s),
        transverse_field(len(energies), paired) if driver is None else _driver(driver, energies),
    )
    count = min(len(energies), max(integer("levels", levels, 2), ground_states + 1))
    annealer = Annealer(energies, path, operator, driver is None, paired, count, ground_states == 1)
    found = [annealer.lowest(float(place)) for place in places]
    passages = [annealer.gap_and_time(float(p), *pair) for p, pair in zip(places, found, strict=True)]
    gaps = np.array([gap for gap, _ in passages])
    gap_at, gap = _smallest(annealer, places, gaps)
    time = max([time for _, time in passages] + [annealer.gap_and_time(gap_at, *annealer.lowest(gap_at))[1]])
    values = np.array([level[:count] for level, _ in found])
    return AnnealingSpectrum(places, values, gaps, ground_states, gap, gap_at, time, bool(paired))


def _places(s: ArrayLike | None) -> Floats:
    places = np.linspace(0, 1, 41) if s is None else np.atleast_1d(finite_array("s", s))
    if places.ndim != 1 or not len(places) or (np.diff(places) <= 0).any():
        raise ValueError(f"s of shape {places.shape}: at least one place, increasing, shape (points,)")
    return places


def _energies(model: Any) -> Floats:
    """Energies of all configurations, shape (2^n,)."""
    if model is None or hasattr(model, "model"):
        advice = "give problem.model" if model is not None else "give a dimod model or energies"
        raise ValueError(f"model: {type(model).__name__} is neither a dimod model nor an array of energies; {advice}")
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
    energies = arrays.energies(1 - 2 * bits if model.vartype.name == "SPIN" else 1 - bits)
    if not (np.abs(energies) < _LARGEST).all():
        raise ValueError(f"model: a coefficient is not finite, or energies are not below {_LARGEST:g}")
    return energies


def _check_size(n: int) -> None:
    if n > MAX_SPINS:
        raise ValueError(f"{n} variables: levels of at most {MAX_SPINS} are computed; take a smaller instance")


def _driver(given: Any, energies: Floats) -> Any:
    """The given driver as something that multiplies vectors."""
    from scipy.sparse.linalg import aslinearoperator

    size = len(energies)
    try:
        operator = aslinearoperator(given)
    except (TypeError, ValueError):
        raise ValueError(f"driver: a matrix or LinearOperator is needed, not {type(given).__name__}") from None
    if operator.shape != (size, size):
        raise ValueError(f"driver of shape {operator.shape}: the model has {size} configurations")
    probe = np.random.default_rng(0).standard_normal((size, 2))
    left, right = operator @ probe[:, 0], operator @ probe[:, 1]
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        raise ValueError("driver: every entry must be finite")
    allowed = max(SAME, _DIGITS * float(np.finfo(np.result_type(operator.dtype, np.float32)).eps))
    if abs(np.vdot(left, probe[:, 1]) - np.vdot(probe[:, 0], right)) > allowed * np.abs(left).sum():
        raise ValueError("driver: a Hermitian matrix is needed")
    return operator


def _smallest(annealer: Annealer, s: Floats, gaps: Floats) -> tuple[float, float]:
    """Place and size of the smallest gap, searched around the smallest of those known."""
    from scipy.optimize import minimize_scalar

    least = int(np.argmin(gaps))
    candidates = [(float(gaps[least]), float(s[least]))]
    padded = np.concatenate([[np.inf], gaps, [np.inf]])
    valleys = np.flatnonzero((gaps <= padded[:-2]) & (gaps <= padded[2:]) & (gaps <= 2 * gaps[least]))
    for valley in valleys.tolist() if 0 < gaps[least] < np.inf else []:
        bounds = float(s[max(valley - 1, 0)]), float(s[min(valley + 1, len(s) - 1)])
        if bounds[0] < bounds[1]:
            best = minimize_scalar(annealer.gap, bounds=bounds, method="bounded", options={"xatol": 1e-8})
            candidates.append((float(best.fun), float(best.x)))
    size, place = min(candidates)
    return place, size
