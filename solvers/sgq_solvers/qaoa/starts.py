"""Where the search for a QAOA's angles starts, and over which angles it goes.

INTERP and FOURIER are of L. Zhou, S.-T. Wang, S. Choi, H. Pichler, M. D. Lukin, Phys. Rev. X 10, 021067 (2020),
appendix B: every number of layers up to p is optimised in turn, from what was found with one layer less.
"""

from __future__ import annotations

import numpy as np

from sgq.models import Floats
from sgq_solvers.qaoa.angles import AngleSearch

STARTS = ("fixed", "interp", "fourier")
_COMPUTED = 8  # layers whose fixed angles take a second together


def fixed_angles(p: int) -> Floats:
    """The best angles of the SK model of infinite size, whose rms local field is one.

    For more than eight layers, those of eight interpolated.
    """
    from sgq.theory.qaoa import sherrington_kirkpatrick_angles, stretched

    gamma, beta = sherrington_kirkpatrick_angles(min(p, _COMPUTED))
    for _ in range(_COMPUTED, p):
        gamma, beta = stretched(gamma), stretched(beta)
    return np.concatenate([gamma, beta])


def search_from(start: str, search: AngleSearch, p: int) -> str | None:
    """Optimise the angles of p layers, one of `STARTS`; why it stopped early, or None."""
    if start == "fixed":
        return search.optimise(fixed_angles(p))
    point, stopped = fixed_angles(1), None
    if start == "fourier":
        point = np.asarray(np.linalg.solve(_harmonics(1), point), np.float64)
    for layers in range(1, p + 1):
        basis = _padded(layers, p) @ (_harmonics(layers) if start == "fourier" else np.eye(2 * layers))
        stopped = search.optimise(point, basis)
        if stopped not in (None, "maxiter"):
            return stopped
        point = np.concatenate([_longer(half, start) for half in np.split(search.point, 2)])
    return stopped


def _longer(half: Floats, start: str) -> Floats:
    from sgq.theory.qaoa import stretched

    return np.append(half, 0.0) if start == "fourier" else stretched(half)


def _padded(layers: int, p: int) -> Floats:
    """Angles of a few layers as angles of p, of which the others do nothing."""
    first = np.eye(p, layers)
    return np.block([[first, np.zeros_like(first)], [np.zeros_like(first), first]])


def _harmonics(layers: int) -> Floats:
    """γ_i = Σ_k u_k sin((k - ½)(i - ½) π/p) and β_i = Σ_k v_k cos((k - ½)(i - ½) π/p) as one matrix of (u, v)."""
    phase = np.outer(np.arange(layers) + 0.5, np.arange(layers) + 0.5) * np.pi / layers
    return np.block([[np.sin(phase), np.zeros_like(phase)], [np.zeros_like(phase), np.cos(phase)]])
