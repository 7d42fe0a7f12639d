"""QAOA on the Sherrington–Kirkpatrick model of infinite size: its energy at given angles, and the best angles.

The state is Π_l exp(-i β_l Σ X) exp(-i γ_l C) |+…+>, l = 1 first, with C = -H = Σ_{i<j} J_ij s_i s_j and couplings of
variance 1/N. Averaged over J, one spin remains with its values a_{±1}, …, a_{±p} before every layer, in the bra (+) and
in the ket (-). Its weight is Gaussian in the overlaps G of these values, with Γ_{±l} = ±γ_l:

    exp(-½ Σ_jk Γ_j Γ_k G_jk a_j a_k),   G_jk = <a_j a_k>,   E/N = -(i/2) Σ_j Γ_j G_{0j}²,

a_0 being the value that is measured (J. Basso, E. Farhi, K. Marwaha, B. Villalonga, L. Zhou, arXiv:2110.14206;
E. Farhi, J. Goldstone, S. Gutmann, L. Zhou, Quantum 6, 759 (2022)). Later layers do not act on earlier ones, so the
overlaps of layer l + 1 are those of a_0 after l layers and G fills row by row. With
g_lk = G_{±l,k} = (G_{±l,-k})* for k < l the exponent is

    -Σ_{l>k} γ_l γ_k (a_l - a_-l) (a_k g_lk - a_-k g_lk*) - ½ Σ_l γ_l² (a_l - a_-l)²,

and p layers take of the order of p 4^p steps, their gradient included.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import finite_array, integer

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

MAX_LAYERS = 16


def sherrington_kirkpatrick_energy(gamma: ArrayLike, beta: ArrayLike) -> float:
    """Energy per spin of H = -Σ J s s, variance 1/N, in the state of these angles as N → ∞; -ν_p in the literature.

    At p = 1 it is -γ exp(-2γ²) sin(4β), lowest at γ = 1/2 and β = π/8. It is self-averaging: every instance has it.

    Parameters
    ----------
    gamma, beta
        Angles, one a layer and first layer first, γ in units of 1/J. Time and memory grow as 4^p and 2^p; p = 12
        takes about a second, p = 16, the most that is taken, about a minute.

    Raises
    ------
    ValueError
        If the two are not of one length or more than sixteen, or the |γ| add up to more than 25, where the weights
        leave the range of float64 (angles of use add up to about 0.6 p).
    """
    gamma, beta = layer_angles(gamma, beta)
    _check_layers(len(gamma))
    if np.abs(gamma).sum() > 25:
        raise ValueError(f"gamma: absolute values add up to {np.abs(gamma).sum():.3g}, at most 25 are possible")
    return _energy_and_gradient(np.concatenate([gamma, beta]))[0]


def sherrington_kirkpatrick_angles(p: int) -> tuple[Floats, Floats]:
    """The angles γ and β, p each, of lowest `sherrington_kirkpatrick_energy`, as far as continuation in p leads.

    From γ = 1/2 and β = π/8, the optimum at p = 1, each optimum is stretched to one layer more by linear
    interpolation (L. Zhou, S.-T. Wang, S. Choi, H. Pichler, M. Lukin, Phys. Rev. X 10, 021067 (2020), appendix B) and
    optimised with its gradient. That no other optimum lies lower is not proven. Results are kept for the life of the
    process. Up to p = 8 they take a second together, p = 12 a quarter of a minute.

    Parameters
    ----------
    p
        Layers, at least 1 and at most 16.

    Raises
    ------
    ValueError
        If p is out of this range.
    """
    _check_layers(integer("p", p, 1))
    gamma, beta = np.split(np.array(_best(p)), 2)
    return gamma, beta


@cache
def _best(p: int) -> tuple[float, ...]:
    from scipy.optimize import minimize

    if p == 1:
        return 0.5, np.pi / 8
    start = np.concatenate([stretched(angles) for angles in np.split(np.array(_best(p - 1)), 2)])
    found = minimize(_energy_and_gradient, start, jac=True, method="BFGS", options={"gtol": 1e-7})
    return tuple(found.x.tolist())


def _check_layers(p: int) -> None:
    check_layers(p, MAX_LAYERS, math.log10(160 * p) + p * math.log10(2))


def check_layers(p: int, most: int, log_bytes: float) -> None:
    """ValueError for more than `most` layers, with the memory that they need, 10^`log_bytes` bytes."""
    if p > most:
        raise ValueError(f"p={p}: at most {most} layers; {p} need 10^{log_bytes:.1f} bytes and p 4^p steps and more")


def layer_angles(gamma: ArrayLike, beta: ArrayLike) -> tuple[Floats, Floats]:
    """Both as arrays of one length p ≥ 1, or ValueError."""
    first, second = (np.atleast_1d(finite_array(name, a)) for name, a in (("gamma", gamma), ("beta", beta)))
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise ValueError(f"gamma and beta of shapes {first.shape} and {second.shape}: p ≥ 1 numbers each are needed")
    return first, second


def stretched(angles: Floats) -> Floats:
    """Angles of p layers, interpolated linearly to p + 1."""
    before = np.arange(len(angles) + 1) / len(angles)
    longer: Floats = before * np.append(0.0, angles) + (1 - before) * np.append(angles, 0.0)
    return longer


def pasts(beta: Floats) -> tuple[Floats, Complexes, Complexes]:
    """All pasts of a spin that is up in the end, the factors of their amplitudes, and the derivatives of these by beta.

    All are of shape (2^p, p): a_l before layer l, <a_l|exp(iβ_l X)|a_(l+1)> with a_(p+1) = 1. Bit l - 1 of a row's
    number is set where a_l = -1, so that products of pasts are exclusive ors of row numbers.
    """
    count = 1 << len(beta)
    spins: Floats = np.where((np.arange(count)[:, None] >> np.arange(len(beta))) & 1, -1.0, 1.0)
    kept = spins == np.column_stack([spins[:, 1:], np.ones(count)])
    factors: Complexes = np.where(kept, np.cos(beta), 1j * np.sin(beta))
    slopes: Complexes = np.where(kept, -np.sin(beta), 1j * np.cos(beta))
    return spins, factors, slopes


def _energy_and_gradient(angles: Floats) -> tuple[float, Floats]:
    gamma, beta = np.split(angles, 2)
    p = len(gamma)
    g = np.zeros((p + 1, p), np.complex128)  # row l < p: overlaps of layer l with those before; row p: those of a_0
    layers = []
    for m in range(1, p + 1):
        layers.append(_Layers(gamma[:m], beta[:m], g[:m, :m]))
        g[m, :m] = layers[-1].overlaps
    energy = float(gamma @ (g[p] ** 2).imag)

    slope_g = np.zeros_like(g)  # dE = Re Σ slope_g dg
    slope_g[p] = -2j * gamma * g[p]
    slope_gamma, slope_beta = (g[p] ** 2).imag, np.zeros(p)
    for m in range(p, 0, -1):
        for slope, more in zip(
            (slope_g[:m, :m], slope_gamma[:m], slope_beta[:m]), layers[m - 1].slopes(slope_g[m, :m]), strict=True
        ):
            slope += more
    return energy, np.concatenate([slope_gamma, slope_beta])


class _Layers:
    """The spin that has gone through the first m layers and is then up, a_0 = 1; rows of `spins` are its pasts.

    Weights are w_ij = x_i K_ij x_j*, for past i in the bra and j in the ket, with K_ij = exp(a_i C a_j) Hermitian.
    """

    def __init__(self, gamma: Floats, beta: Floats, g: Complexes) -> None:
        self.gamma, self.g = gamma, g
        self.spins, self._turns, self._turn_slopes = pasts(beta)
        pairs = np.tril(np.outer(gamma, gamma) * g, -1)
        self.phase = np.exp(-((self.spins @ pairs) * self.spins).sum(1) - 0.5 * (gamma @ gamma))
        self.x = self._turns.prod(1) * self.phase
        self.sums = self._kernel_sums(pairs.conj() + pairs.T + np.diag(gamma**2))
        self.overlaps: Complexes = (self.x * self.sums[0]) @ self.spins

    def _kernel_sums(self, c: Complexes) -> Complexes:
        """Σ_j K_ij x_j* and Σ_j K_ij x_j* a_jk as rows of shape (2^m,), in blocks of i that fit a cache."""
        total, m = self.spins.shape
        right = np.vstack([np.ones(total), self.spins.T]) * self.x.conj()
        growth = np.exp(c.T @ self.spins.T)
        sums, width = np.empty((m + 1, total), np.complex128), max(1, (1 << 16) // total)
        block = np.empty((total, min(width, total)), np.complex128)
        for first in range(0, total, width):
            up = growth[:, first : first + width]
            block[0] = up.prod(0)
            for k in range(m):
                np.divide(block[: 1 << k], up[k] ** 2, out=block[1 << k : 2 << k])
            sums[:, first : first + width] = right @ block
        return sums

    def slopes(self, slope: Complexes) -> tuple[Complexes, Floats, Floats]:
        """What d(energy) = Re Σ_k slope_k d(overlaps)_k is in terms of dg, dγ and dβ."""
        gamma, g, spins = self.gamma, self.g, self.spins
        factor = spins @ slope
        other = self.sums[1:].T.conj() @ slope  # Σ_i factor_i x_i K_ij, as K is Hermitian
        rows, columns = factor * self.x * self.sums[0], other * self.x.conj()
        cross = (spins.T * (factor * self.x)) @ self.sums[1:].T
        a = spins.T @ (rows[:, None] * spins) - cross.T  # Σ w (a_l - a_-l) a_k
        b = cross - spins.T @ (columns[:, None] * spins)  # Σ w (a_l - a_-l) a_-k
        slope_g = np.tril(-np.outer(gamma, gamma) * (a - b.conj()), -1)
        pairs = np.tril((a * g - b * g.conj()).real, -1)
        squares = 2 * (rows.sum() - np.diag(cross)).real
        slope_gamma = -(pairs + pairs.T) @ gamma - gamma * squares
        bra, ket = factor * self.sums[0] * self.phase, other * self.phase.conj()
        slope_beta = np.empty(len(gamma))
        for k in range(len(gamma)):
            turned = np.delete(self._turns, k, axis=1).prod(1) * self._turn_slopes[:, k]
            slope_beta[k] = (bra @ turned + ket @ turned.conj()).real
        return slope_g, slope_gamma, slope_beta
