"""QAOA of one layer on a quadratic model, in closed form: no state vector, any number of spins.

In the state exp(-iβ ΣX) exp(iγE) |+…+> with E = Σ J_ij s_i s_j + Σ h_i s_i (dimod's sign), all angles doubled,

    <s_i>     = -sin 2β sin(2γ h_i) Π_k cos(2γ J_ik),
    <s_i s_j> = -½ sin 4β sin(2γ J_ij) [cos(2γ h_i) Π_k cos(2γ J_ik) + cos(2γ h_j) Π_k cos(2γ J_jk)]
              + ½ sin² 2β [cos(2γ(h_i - h_j)) Π_k cos(2γ(J_ik - J_jk)) - cos(2γ(h_i + h_j)) Π_k cos(2γ(J_ik + J_jk))],

products over k other than i and j, of which only neighbours of i or j count (A. Ozaeta, W. van Dam, P. L. McMahon,
Quantum Sci. Technol. 7, 045036 (2022), in its own sign of C).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sgq.kernels.teams import Team
from sgq.models import Floats, Integers

_STEP = 1 / 12  # of the grid of γ


@dataclass(frozen=True, eq=False)
class OneLayer:
    """A model of n spins: fields (n,), pairs (E, 2), each once, and their couplings (E,).

    Averages of all pairs take as many steps as the degrees of their spins add up to: n³ where all spins are coupled.
    """

    fields: Floats
    pairs: Integers
    couplings: Floats
    team: Team = field(default_factory=Team)

    def averages(self, gamma: float, beta: float) -> tuple[Floats, Floats]:
        """<s_i> of every spin and <s_i s_j> of every pair of the model."""
        once, twice, single = self._parts(gamma)
        return np.sin(2 * beta) * single, np.sin(4 * beta) * once + np.sin(2 * beta) ** 2 * twice

    def best_angles(self, near: float | None = None) -> tuple[float, float]:
        """The γ and β of lowest energy, β exactly, of a model in units of its rms local field.

        γ is from a grid over 0 … 2, then refined; or the minimum next to the γ that is given, if one is.
        """
        if near is not None:
            gamma, _ = self._minimum(near)
            if abs(gamma - near) < 0.9 * _STEP:
                return gamma, self._best_beta(gamma)[0]
        grid = np.arange(1, 25) * _STEP
        energies = [self._best_beta(gamma)[1] for gamma in grid]
        start = float(grid[int(np.argmin(energies))])
        gamma, energy = self._minimum(start)
        gamma = gamma if energy < min(energies) else start
        return gamma, self._best_beta(gamma)[0]

    def _minimum(self, near: float) -> tuple[float, float]:
        """The lowest γ at most a step of the grid away, with its energy."""
        from scipy.optimize import minimize_scalar

        found = minimize_scalar(
            lambda gamma: self._best_beta(gamma)[1],
            bounds=(near - _STEP, near + _STEP),
            method="bounded",
            options={"xatol": 1e-4},
        )
        return float(found.x), float(found.fun)

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
        from sgq.kernels.one_layer import pair_products, spin_products

        starts, neighbours, edges = self._neighbours
        cosine, sine = np.cos(2 * gamma * self.couplings), np.sin(2 * gamma * self.couplings)
        c, s = np.cos(2 * gamma * self.fields), np.sin(2 * gamma * self.fields)
        single, products = np.empty(len(self.fields)), np.empty((len(self.pairs), 4))
        spin_products(starts, edges, cosine, single)
        if len(self.pairs):
            arrays = self.pairs, starts, neighbours, edges, cosine, sine, products
            self.team.share(lambda first, last: pair_products(*arrays, first, last), len(self.pairs))
        (i, j), (of_i, of_j, less, more) = self.pairs.T, products.T
        once = -0.5 * sine * (c[i] * of_i + c[j] * of_j)
        both, neither = c[i] * c[j], s[i] * s[j]
        return once, 0.5 * ((both + neither) * less - (both - neither) * more), -s * single

    @cached_property
    def _neighbours(self) -> tuple[Integers, Integers, Integers]:
        """Those of spin i from ``starts[i]`` to ``starts[i + 1]``, ascending, and by which pair."""
        ends, others = self.pairs.T.ravel(), self.pairs[:, ::-1].T.ravel()
        order = np.lexsort((others, ends))
        starts = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=len(self.fields)))])
        return starts, others[order], order % max(1, len(self.pairs))
