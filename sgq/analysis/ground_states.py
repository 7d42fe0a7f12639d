"""Ground states in a sample set: the lowest configurations, how often each was seen, what is proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import finite_array, real

if TYPE_CHECKING:
    import dimod


@dataclass(frozen=True, eq=False)
class GroundStates:
    """The lowest configurations of a sample set.

    Attributes
    ----------
    energy
        Lowest energy seen.
    states
        Distinct configurations at this energy, int8 of shape (num_states, N), in the samples' own vartype and
        order of variables; the one seen most often comes first.
    occurrences
        How many reads found each of them, shape (num_states,).
    num_reads
        Number of reads, each row counted ``num_occurrences`` times.
    mean_energy
        Mean energy of a read.
    ground_energy
        The ground-state energy it was compared with, or None.
    proven
        Whether `energy` is known to be the ground-state energy: proved by the
        solver, or equal to `ground_energy`.
    """

    energy: float
    states: NDArray[np.int8]
    occurrences: NDArray[np.int64]
    num_reads: int
    mean_energy: float
    ground_energy: float | None
    proven: bool

    @property
    def hits(self) -> int:
        """Number of reads at the lowest energy."""
        return int(self.occurrences.sum())

    @property
    def residual_energy(self) -> float | None:
        """Lowest energy seen minus ground-state energy; a negative one says that `ground_energy` is wrong."""
        return None if self.ground_energy is None else self.energy - self.ground_energy

    @property
    def mean_residual_energy(self) -> float | None:
        """Mean energy of a read minus ground-state energy."""
        return None if self.ground_energy is None else self.mean_energy - self.ground_energy


def find_ground_states(
    samples: dimod.SampleSet,
    *,
    ground_energy: float | None = None,
    up_to_flip: bool = True,
    tolerance: float = 1e-9,
) -> GroundStates:
    """Find the lowest configurations of a sample set.

    Parameters
    ----------
    samples
        Reads of one instance; each row counts ``num_occurrences`` times.
    ground_energy
        The exact ground-state energy, ``problem.ground_energy``, where it is known.
    up_to_flip
        Count s and -s (x and 1 - x in bits) as one state. Without fields every state comes twice so; with
        fields the two differ in energy, and it changes nothing.
    tolerance
        Energies count as equal within `tolerance` times the scale of `energy_tolerance`.

    Raises
    ------
    ValueError
        If `samples` has no rows, or an energy is not finite.
    """
    record = samples.record
    energies = finite_array("energies of samples", record.energy)
    if not len(energies):
        raise ValueError("samples has no rows: no configuration to look at")
    if ground_energy is not None:
        ground_energy = real("ground_energy", ground_energy)
    counts = record.num_occurrences.astype(np.int64)
    best = float(energies.min())
    margin = energy_tolerance(energies, ground_energy, tolerance)
    lowest = energies <= best + margin
    values = record.sample[lowest].astype(np.int8)
    states, occurrences = _distinct(values, counts[lowest], samples.vartype.name, up_to_flip)
    reached = ground_energy is not None and abs(best - ground_energy) <= margin
    return GroundStates(
        energy=best,
        states=states,
        occurrences=occurrences,
        num_reads=int(counts.sum()),
        mean_energy=float(np.average(energies, weights=counts)),
        ground_energy=ground_energy,
        proven=reached or bool(samples.info.get("sgq", {}).get("proven", False)),
    )


def energy_tolerance(energies: ArrayLike, reference: float | None = None, tolerance: float = 1e-9) -> float:
    """Difference within which energies are equal: `tolerance` times the largest of |E|, |reference| and 1.

    The 1 is the unit of energy, J = 1: where the ground-state energy is 0, rounding is the only scale left in
    the energies. Give a smaller `tolerance` for couplings far below 1.
    """
    scale = max(float(np.max(np.abs(energies), initial=1.0)), abs(reference or 0.0))
    return real("tolerance", tolerance, 0.0) * scale


def _distinct(
    values: NDArray[np.int8], counts: NDArray[np.int64], vartype: str, up_to_flip: bool
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Distinct rows and how often each stands there, the commonest first."""
    keys = values
    if up_to_flip:
        spins = values if vartype == "SPIN" else 2 * values - 1
        keys = spins * spins[:, :1]
    _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    occurrences = np.bincount(which.ravel(), counts).astype(np.int64)
    order = np.argsort(-occurrences, kind="stable")
    return values[first[order]], occurrences[order]
