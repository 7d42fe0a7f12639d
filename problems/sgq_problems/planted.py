"""Planted instances: glasses built around a ground state, so that its energy is known at any size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sgq.checks import choice, generator, integer, real, recorded_seed
from sgq.models import Floats, Integers, gauge_transform
from sgq.problem import IsingProblem, Seed
from sgq_problems.lattice import lattice_bonds, lattice_shape


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Planted(IsingProblem):
    """A glass whose ground states include a known one, and its negative.

    Attributes
    ----------
    planted_state
        Spins ±1 of energy `ground_energy`, shape (N,).
    """

    planted_state: NDArray[np.int8]

    @property
    def instance(self) -> Any:
        """Pairs, couplings, fields and the planted state by name."""
        return {**super().instance, "planted_state": self.planted_state}


def planted(
    *,
    method: Literal["frustrated-loops", "wishart"] = "frustrated-loops",
    shape: Sequence[int] | None = None,
    periodic: bool | Sequence[bool] = True,
    n: int | None = None,
    alpha: float,
    seed: Seed = None,
) -> Planted:
    """Draw a glass with a planted ground state, a random one: the model is built around s = 1, then gauged.

    Parameters
    ----------
    method
        ``"frustrated-loops"``: a sum of loops on a lattice, each the path of a random walk until it crosses itself,
        with J = 1 on all its bonds but one, where J = -1 [1]_. Walks do not turn back on the bond they came by.
        A loop of l bonds has energy -(l - 2) in the planted state, its lowest, so the sum has as well.
        ``"wishart"``: all spins couple, J_ij = -(1/N) Σ_mu w_i^mu w_j^mu with Gaussian columns w^mu of zero sum and
        covariance (N δ_ij - 1)/(N-1) [2]_. H = (1/2N) Σ_mu [(Σ_i w_i^mu s_i)² - Σ_i (w_i^mu)²], whose squares
        vanish in the planted state, so it has the lowest energy, -(1/2N) Σ_mu,i (w_i^mu)².
    shape, periodic
        Lattice of the frustrated loops: the number of spins along each axis, and whether each axis closes on
        itself, one answer for all or one for each.
    n
        Number of spins N of the Wishart model.
    alpha
        Number of loops, or of columns, per spin: round(alpha N) of them. As it grows, instances turn from easy to
        hard and to easy again.
    seed
        Equal seeds give equal instances.

    Raises
    ------
    ValueError
        If an option is missing, belongs to the other method or is not as above, if the lattice has no loop, or if
        `alpha` makes none.

    References
    ----------
    .. [1] I. Hen et al., Phys. Rev. A 92, 042325 (2015).
    .. [2] F. Hamze, J. Raymond, C. A. Pattison, K. Biswas, H. G. Katzgraber, Phys. Rev. E 101, 052102 (2020).
    """
    choice("method", method, ("frustrated-loops", "wishart"))
    alpha = real("alpha", alpha, 0, above=True)
    rng = generator(seed)
    parameters: dict[str, Any] = {"method": method, "alpha": alpha}
    if method == "wishart":
        if n is None or shape is not None or periodic is not True:
            raise ValueError("method='wishart' takes n and alpha; shape and periodic are for 'frustrated-loops'")
        n = integer("n", n, 2)
        parameters |= {"n": n}
        pairs, couplings, energy = _wishart(rng, n, _count(alpha, n, "column"))
    else:
        if shape is None or n is not None:
            raise ValueError("method='frustrated-loops' takes shape, periodic and alpha; n is for 'wishart'")
        shape, closed = lattice_shape(shape, periodic)
        parameters |= {"shape": list(shape), "periodic": closed}
        n = int(np.prod(shape))
        pairs, couplings, energy = _frustrated_loops(rng, n, lattice_bonds(shape, closed), _count(alpha, n, "loop"))
    state = rng.choice(np.array([-1, 1], np.int8), n)
    couplings, fields = gauge_transform(pairs, couplings, np.zeros(n), state.astype(np.float64))
    return Planted(
        name="planted",
        parameters=parameters,
        seed=recorded_seed(seed),
        ground_energy=energy,
        pairs=pairs,
        couplings=couplings,
        fields=fields,
        planted_state=state,
    )


def _count(alpha: float, n: int, what: str) -> int:
    number = round(alpha * n)
    if not number:
        raise ValueError(f"alpha={alpha:g}: no {what} on {n} spins, round(alpha N) must be at least 1")
    return number


def _frustrated_loops(
    rng: np.random.Generator, n: int, bonds: Integers, num_loops: int
) -> tuple[Integers, Floats, float]:
    """Bonds that loops use, their couplings, and the energy of s = 1."""
    neighbours: list[list[tuple[int, int]]] = [[] for _ in range(n)]
    for bond, (i, j) in enumerate(bonds.tolist()):
        neighbours[i].append((j, bond))
        neighbours[j].append((i, bond))
    if min(map(len, neighbours)) < 2:  # of hypercubic lattices, only a single open axis has such an end
        raise ValueError("shape: an open chain has no loops; take a second axis of 2 spins or more, or close it")
    couplings = np.zeros(len(bonds))
    for _ in range(num_loops):
        loop = _loop(rng, neighbours)
        couplings[loop] += 1
        couplings[rng.choice(loop)] -= 2
    used = couplings != 0
    return bonds[used], couplings[used], -float(couplings.sum())


def _loop(rng: np.random.Generator, neighbours: list[list[tuple[int, int]]]) -> list[int]:
    """Bonds of the loop that a random walk closes when it first comes back to a site of its path."""
    site, came_by = int(rng.integers(len(neighbours))), -1
    walked: list[int] = []
    visited = {site: 0}
    while True:
        steps = [step for step in neighbours[site] if step[1] != came_by]
        site, came_by = steps[rng.integers(len(steps))]
        walked.append(came_by)
        if site in visited:
            return walked[visited[site] :]
        visited[site] = len(walked)


def _wishart(rng: np.random.Generator, n: int, num_columns: int) -> tuple[Integers, Floats, float]:
    """All pairs, their couplings, and the energy of s = 1."""
    columns = rng.standard_normal((n, num_columns))
    columns = (columns - columns.mean(axis=0)) * np.sqrt(n / (n - 1))
    i, j = np.triu_indices(n, 1)
    return np.stack([i, j], axis=1), -(columns @ columns.T)[i, j] / n, -float((columns**2).sum()) / (2 * n)
