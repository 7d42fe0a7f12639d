"""Max-cut by QAOA on infinite regular graphs without short cycles: the part of the edges that p layers cut.

With p layers the two ends of an edge see their surroundings up to distance p only, which is a tree where the girth
exceeds 2p + 1. A spin has the values a_{±1}, …, a_{±p} before every layer, in the bra (+) and the ket (-), and a_0 in
the end; with Γ_{±l} = ±γ_l, B(a) the amplitudes of its 2p mixers and d the degree, each end of the edge has from its
d - 1 other neighbours the weight (J. Basso, E. Farhi, K. Marwaha, B. Villalonga, L. Zhou, arXiv:2110.14206, section 3)

    H_m(a) = (Σ_b B(b) H_{m-1}(b) cos[Σ_l Γ_l a_l b_l])^(d - 1),   H_0 = 1,
    <s s'> = -i Σ_ab a_0 b_0 B(a) B(b) H_p(a) H_p(b) sin[Σ_l Γ_l a_l b_l].

The sums over b are convolutions over products of signs, done by Walsh–Hadamard transforms in of the order of p² 4^p
steps. Here C = -E = -Σ_edges s s', as in `sgq.theory.qaoa`; γ √d of the degree d → ∞ is that of the SK model.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from sgq.checks import integer
from sgq.theory.qaoa import Complexes, Floats, check_layers, layer_angles, pasts, stretched

MAX_LAYERS = 12
_BYTES = 120  # of each of the 4^p pairs of pasts, at the peak


def cut_fraction(degree: int, gamma: ArrayLike, beta: ArrayLike) -> float:
    """Part of the edges that QAOA at these angles cuts, on regular graphs of girth above 2p + 1, exactly.

    Random regular graphs have few shorter cycles, so the value is theirs too as N → ∞. Every edge has the same mean
    <s s'> = 1 - 2 cut_fraction.

    Parameters
    ----------
    degree
        Neighbours of every vertex, at least 2 (a ring, longer than 2p + 1).
    gamma, beta
        Angles, one a layer and first layer first, γ in units of 1 / (weight of an edge). Time and memory grow as 4^p;
        p = 8 takes a tenth of a second and 8 MB, p = 12, the most that is taken, minutes and 2 GB.

    Raises
    ------
    ValueError
        If the angles are not of one length or more than twelve, or the degree is below 2.
    """
    degree, (gamma, beta) = integer("degree", degree, 2), layer_angles(gamma, beta)
    _check_layers(len(gamma))
    return _cut_fraction(degree, gamma, beta)


def cut_fraction_angles(degree: int, p: int) -> tuple[Floats, Floats]:
    """The angles γ and β, p each, of largest `cut_fraction`, as far as continuation in p leads.

    From the optimum at p = 1, tan 2γ = 1/√(d - 1) and β = π/8, by interpolation to one layer more at a time, as
    `sherrington_kirkpatrick_angles` does; derivatives are differences. That no other optimum lies higher is not proven.

    Parameters
    ----------
    degree
        Neighbours of every vertex, at least 2.
    p
        Layers, at least 1 and at most 12; p = 5 takes seconds.

    Raises
    ------
    ValueError
        If one of them is out of range.
    """
    _check_layers(integer("p", p, 1))
    gamma, beta = np.split(np.array(_best(integer("degree", degree, 2), p)), 2)
    return gamma, beta


def one_layer_cut_fraction(degree: int) -> float:
    """The largest `cut_fraction` at p = 1, which holds on every triangle-free regular graph.

    With one layer it is ½ + ½ sin(4β) sin(2γ) cos(2γ)^(d - 1), at most ½ + (1 - 1/d)^((d - 1)/2) / (2√d) [1]_.

    Parameters
    ----------
    degree
        Neighbours of every vertex, at least 1.

    References
    ----------
    .. [1] Z. Wang, S. Hadfield, Z. Jiang, E. G. Rieffel, Phys. Rev. A 97, 022304 (2018), corollary 1.
    """
    degree = integer("degree", degree, 1)
    return float(0.5 + (1 - 1 / degree) ** ((degree - 1) / 2) / (2 * np.sqrt(degree)))


def _check_layers(p: int) -> None:
    check_layers(p, MAX_LAYERS, math.log10(_BYTES) + p * math.log10(4))


@cache
def _best(degree: int, p: int) -> tuple[float, ...]:
    from scipy.optimize import minimize

    if p == 1:
        return float(np.arctan(1 / np.sqrt(degree - 1)) / 2), np.pi / 8
    start = np.concatenate([stretched(angles) for angles in np.split(np.array(_best(degree, p - 1)), 2)])
    found = minimize(lambda angles: -_cut_fraction(degree, *np.split(angles, 2)), start, method="BFGS")
    return tuple(found.x.tolist())


def _cut_fraction(degree: int, gamma: Floats, beta: Floats) -> float:
    spins, turns, _ = pasts(beta)
    amplitudes, phases = turns.prod(1), spins @ gamma
    weights: Complexes = np.outer(amplitudes, amplitudes.conj()).ravel()
    turned = np.subtract.outer(phases, phases).ravel()
    less = _walsh((-2 * np.sin(turned / 2) ** 2).astype(np.complex128))  # cos - 1, as the weights add up to 1:
    branches = np.ones_like(weights)  # otherwise every step would multiply rounding errors by the degree
    for _ in gamma:
        branches = (1 + _walsh(less * _walsh(weights * branches)) / len(weights)) ** (degree - 1)
    sine, ends = _walsh(np.sin(turned).astype(np.complex128)), _walsh(weights * branches)
    return float(0.5 - 0.5 * (ends * ends * sine).sum().imag / len(weights))


def _walsh(a: Complexes) -> Complexes:
    """The Walsh–Hadamard transform, Σ_y (-1)^popcount(x & y) a_y."""
    half = 1
    while half < len(a):
        pairs = a.reshape(-1, 2, half)
        a = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).ravel()
        half *= 2
    return a
