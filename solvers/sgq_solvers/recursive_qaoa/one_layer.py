"""QAOA of one layer on a quadratic model, in closed form: no state vector, any number of spins.

In the state exp(-iβ ΣX) exp(iγE) |+…+> with E = Σ J_ij s_i s_j + Σ h_i s_i (dimod's sign), all angles doubled,

    <s_i>     = -sin 2β sin(2γ h_i) Π_k cos(2γ J_ik),
    <s_i s_j> = -½ sin 4β sin(2γ J_ij) [cos(2γ h_i) Π_k cos(2γ J_ik) + cos(2γ h_j) Π_k cos(2γ J_jk)]
              + ½ sin² 2β [cos(2γ(h_i - h_j)) Π_k cos(2γ(J_ik - J_jk)) - cos(2γ(h_i + h_j)) Π_k cos(2γ(J_ik + J_jk))],

products over k other than i and j (A. Ozaeta, W. van Dam, P. L. McMahon, Quantum Sci. Technol. 7, 045036 (2022), in its
own sign of C).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgq.models import Floats, Integers

_BLOCK = 1 << 20  # cosines held at once


@dataclass(frozen=True, eq=False)
class OneLayer:
    """A model of n spins: fields (n,), pairs (E, 2), each once, and their couplings (E,)."""

    fields: Floats
    pairs: Integers
    couplings: Floats

    def averages(self, gamma: float, beta: float) -> tuple[Floats, Floats]:
        """<s_i> of every spin and <s_i s_j> of every pair of the model."""
        once, twice, single = self._parts(gamma)
        return np.sin(2 * beta) * single, np.sin(4 * beta) * once + np.sin(2 * beta) ** 2 * twice

    def best_angles(self, unit: float) -> tuple[float, float]:
        """The γ and β of lowest energy: β exactly, γ from a grid over 0 … 2/unit, unit the rms field, then refined."""
        from scipy.optimize import minimize_scalar

        grid = np.linspace(0.0, 2.0 / unit, 25)[1:]
        energies = [self._best_beta(gamma)[1] for gamma in grid]
        near = grid[int(np.argmin(energies))]
        bounds = near - grid[0], near + grid[0]
        found = minimize_scalar(
            lambda g: self._best_beta(g)[1], bounds=bounds, method="bounded", options={"xatol": 1e-4 / unit}
        )
        gamma = float(found.x if found.fun < min(energies) else near)
        return gamma, self._best_beta(gamma)[0]

    def _best_beta(self, gamma: float) -> tuple[float, float]:
        """The β of lowest energy a sin 4β + b sin² 2β + c sin 2β, and that energy.

        The slope vanishes where (2a - ib) u⁴ + c u³ + c u + (2a + ib) = 0, u = exp(2iβ).
        """
        once, twice, single = self._parts(gamma)
        a, b, c = float(self.couplings @ once), float(self.couplings @ twice), float(self.fields @ single)
        betas = np.append(np.angle(np.roots([2 * a - 1j * b, c, 0, c, 2 * a + 1j * b])) / 2, 0.0)
        energies = a * np.sin(4 * betas) + b * np.sin(2 * betas) ** 2 + c * np.sin(2 * betas)
        best = int(np.argmin(energies))
        return float(betas[best]), float(energies[best])

    def _parts(self, gamma: float) -> tuple[Floats, Floats, Floats]:
        """What multiplies sin 4β and sin² 2β in <s_i s_j>, and sin 2β in <s_i>."""
        n, (i, j) = len(self.fields), self.pairs.T
        angles = np.zeros((n, n))
        angles[i, j] = angles[j, i] = 2 * gamma * self.couplings
        cosine, sine = np.cos(angles), np.sin(angles)
        c, s = np.cos(2 * gamma * self.fields), np.sin(2 * gamma * self.fields)
        single = -s * cosine.prod(axis=1)
        towards = c[:, None] * _products_of_others(cosine)
        once = -0.5 * sine[i, j] * (towards[i, j] + towards[j, i])
        less, more = np.empty(len(i)), np.empty(len(i))
        step = max(1, _BLOCK // max(1, n))
        for part in (slice(first, first + step) for first in range(0, len(i), step)):
            less[part], more[part] = _products_of_both(cosine, sine, i[part], j[part])
        both, neither = c[i] * c[j], s[i] * s[j]
        return once, 0.5 * ((both + neither) * less - (both - neither) * more), single


def _products_of_others(factors: Floats) -> Floats:
    """Entry (i, j): the product over k ≠ j of row i; no division, as factors may vanish."""
    ones = np.ones((len(factors), 1))
    before = np.cumprod(np.hstack([ones, factors[:, :-1]]), axis=1)
    after = np.cumprod(np.hstack([ones, factors[:, :0:-1]]), axis=1)[:, ::-1]
    return np.asarray(before * after)


def _products_of_both(cosine: Floats, sine: Floats, i: Integers, j: Integers) -> tuple[Floats, Floats]:
    """Π_k cos(a_ik - a_jk) and Π_k cos(a_ik + a_jk) over k other than i and j, for each pair."""
    rows = np.arange(len(i))
    cosines, sines = cosine[i] * cosine[j], sine[i] * sine[j]
    for end in (i, j):  # the sines of these columns vanish, as a_ii = 0
        cosines[rows, end] = 1.0
    return (cosines + sines).prod(axis=1), (cosines - sines).prod(axis=1)
