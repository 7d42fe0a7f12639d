"""Hypercubic lattices: the Edwards–Anderson spin glass and the Ising ferromagnet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgq.checks import generator, integer, real, recorded_seed
from sgq.models import Integers
from sgq.problem import IsingProblem, Seed
from sgq_problems.disorder import Disorder, random_couplings


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class LatticeProblem(IsingProblem):
    """Spins on a lattice; the site at x is labelled ``numpy.ravel_multi_index(x, shape)``.

    Attributes
    ----------
    shape
        Number of sites along each axis.
    """

    shape: Sequence[int]

    def decode(self, sample: Any) -> NDArray[np.int8]:
        """The spins as an array in the lattice's shape, 0 at removed sites."""
        spins = np.zeros(tuple(self.shape), np.int8)
        spins.flat[np.asarray(self.variables)] = self.values_of_one(sample)
        return spins


def edwards_anderson(
    *,
    shape: Sequence[int],
    disorder: Disorder = "gaussian",
    positive: float = 0.5,
    periodic: bool | Sequence[bool] = True,
    bond_dilution: float = 0.0,
    site_dilution: float = 0.0,
    field: float = 0.0,
    seed: Seed = None,
) -> LatticeProblem:
    """Draw an Edwards–Anderson glass, H = -Σ_<ij> J_ij s_i s_j - field Σ_i s_i [1]_.

    Parameters
    ----------
    shape
        Number of sites along each axis, of any number of axes.
    disorder
        ``"gaussian"``: J ~ N(0, 1). ``"bimodal"``: J = +1 with probability `positive`, else -1.
    positive
        Mean fraction of +1 couplings.
    periodic
        Whether each axis closes on itself, one answer for all or one for each. An axis of length 2 has one bond
        either way.
    bond_dilution, site_dilution
        Probability that a bond, or a site with all its bonds, is removed. The other spins keep their labels.
    field
        Uniform field.
    seed
        Equal seeds give equal instances.

    Raises
    ------
    ValueError
        If no spin is left or an option is not as above.

    References
    ----------
    .. [1] S. F. Edwards, P. W. Anderson, J. Phys. F 5, 965 (1975), eq. (1.1).
    """
    shape, closed = lattice_shape(shape, periodic)
    bond_dilution = real("bond_dilution", bond_dilution, 0, 1)
    site_dilution = real("site_dilution", site_dilution, 0, 1)
    field = real("field", field)
    rng = generator(seed)
    present = rng.random(np.prod(shape)) >= site_dilution
    if not present.any():
        raise ValueError(f"site_dilution={site_dilution}: no spin is left on the lattice of shape {shape}")
    bonds = lattice_bonds(shape, closed)
    bonds = bonds[present[bonds].all(axis=1) & (rng.random(len(bonds)) >= bond_dilution)]
    couplings = random_couplings(rng, len(bonds), disorder, positive)
    return LatticeProblem(
        name="edwards-anderson",
        parameters={
            "shape": list(shape),
            "disorder": disorder,
            "positive": float(positive),
            "periodic": closed,
            "bond_dilution": bond_dilution,
            "site_dilution": site_dilution,
            "field": field,
        },
        seed=recorded_seed(seed),
        pairs=np.cumsum(present)[bonds] - 1,
        couplings=couplings,
        fields=np.full(present.sum(), field),
        labels=None if present.all() else np.flatnonzero(present).tolist(),
        shape=shape,
    )


def ising_ferromagnet(
    *, shape: Sequence[int], periodic: bool | Sequence[bool] = True, field: float = 0.0
) -> LatticeProblem:
    """Build the Ising ferromagnet, H = -Σ_<ij> s_i s_j - field Σ_i s_i.

    The ground state is the aligned one: its energy is -1 for each bond and -abs(field) for each spin.

    Parameters
    ----------
    shape
        Number of spins along each axis, of any number of axes.
    periodic
        Whether each axis closes on itself, one answer for all or one for each. An axis of length 2 has one bond
        either way.
    field
        Uniform field.

    Raises
    ------
    ValueError
        If an option is not as above.
    """
    shape, closed = lattice_shape(shape, periodic)
    field = real("field", field)
    bonds = lattice_bonds(shape, closed)
    n = int(np.prod(shape))
    return LatticeProblem(
        name="ising",
        parameters={"shape": list(shape), "periodic": closed, "field": field},
        ground_energy=-len(bonds) - n * abs(field),
        pairs=bonds,
        couplings=np.ones(len(bonds)),
        fields=np.full(n, field),
        shape=shape,
    )


def lattice_shape(shape: Sequence[int], periodic: bool | Sequence[bool]) -> tuple[tuple[int, ...], list[bool]]:
    """The length of each axis and whether it closes on itself, checked."""
    if not isinstance(shape, (Sequence, np.ndarray)) or not len(shape):
        raise ValueError(f"shape={shape!r}: one length for each axis, such as (8, 8)")
    lengths = tuple(integer(f"shape[{axis}]", length, 1) for axis, length in enumerate(shape))
    closed = np.asarray(periodic)
    if closed.dtype != bool or closed.shape not in ((), (len(lengths),)):
        raise ValueError(f"periodic={periodic!r}: True or False, or one of them for each of {len(lengths)} axes")
    return lengths, np.broadcast_to(closed, len(lengths)).tolist()


def lattice_bonds(shape: Sequence[int], periodic: Sequence[bool]) -> Integers:
    """Nearest-neighbour pairs of a hypercubic lattice, each once, axis by axis."""
    sites = np.arange(np.prod(shape)).reshape(shape)
    bonds = []
    for axis, length in enumerate(shape):
        last = length if periodic[axis] and length > 2 else length - 1
        here = np.take(sites, range(last), axis)
        there = np.take(np.roll(sites, -1, axis), range(last), axis)
        bonds.append(np.stack([here.ravel(), there.ravel()], axis=1))
    return np.concatenate(bonds)
