"""Equilibrium from a density of states: exact thermodynamics of a model whose every configuration has been counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import finite_array

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Thermodynamics:
    """A model in equilibrium, J = k_B = 1; every array has the shape of `beta`, and sums are over the whole system.

    Attributes
    ----------
    beta
        Inverse temperatures.
    log_partition
        ln Z.
    free_energy
        F = -ln Z / beta, NaN at beta = 0, where it has no value.
    energy
        Mean energy ⟨E⟩.
    entropy
        S = ln Z + beta ⟨E⟩, in nats.
    specific_heat
        C = d⟨E⟩/dT = beta² (⟨E²⟩ - ⟨E⟩²); divide by N for that of a spin.
    """

    beta: Floats
    log_partition: Floats
    free_energy: Floats
    energy: Floats
    entropy: Floats
    specific_heat: Floats


def thermodynamics(energies: ArrayLike, counts: ArrayLike, betas: ArrayLike) -> Thermodynamics:
    """Partition function, energy, entropy and specific heat of a density of states g(E).

    Z(beta) = Σ_E g(E) exp(-beta E), every energy taken from the lowest one (at negative beta, the highest), so that
    nothing overflows or cancels however large beta is.

    Parameters
    ----------
    energies, counts
        Energies and how many configurations have each, both of shape (levels,), as
        ``info["sgq"]["density_of_states"]`` of the solver `exhaustive` holds them. Counts need not be integers; an
        energy may stand more than once.
    betas
        Inverse temperatures: one, or an array of any shape. 0 is infinite temperature, where every configuration has
        the same weight; negative ones turn the order of energies round.

    Returns
    -------
    Thermodynamics
        Arrays of the shape of `betas`.

    Raises
    ------
    ValueError
        If the shapes differ, a number is not finite, a count is negative, or no count is positive.
    """
    levels, weights = finite_array("energies", energies), finite_array("counts", counts)
    beta = finite_array("betas", betas)
    if levels.ndim != 1 or levels.shape != weights.shape:
        raise ValueError(f"energies of shape {levels.shape} and counts of {weights.shape}: both of shape (levels,)")
    if (weights < 0).any() or not weights.any():
        raise ValueError("counts: none may be negative, and at least one must be positive")
    levels, weights = levels[weights > 0], weights[weights > 0]
    column = beta[..., None]
    ground = np.where(beta >= 0, levels.min(), levels.max())
    above = levels - ground[..., None]
    boltzmann = weights * np.exp(-column * above)
    partition = boltzmann.sum(axis=-1)
    probability = boltzmann / partition[..., None]
    mean = (probability * above).sum(axis=-1)
    variance = (probability * (above - mean[..., None]) ** 2).sum(axis=-1)
    log_partition = np.log(partition) - beta * ground
    free_energy = np.full(beta.shape, np.nan)
    np.divide(-log_partition, beta, out=free_energy, where=beta != 0)
    return Thermodynamics(
        beta=beta,
        log_partition=log_partition,
        free_energy=free_energy,
        energy=ground + mean,
        entropy=np.log(partition) + beta * mean,
        specific_heat=beta**2 * variance,
    )
