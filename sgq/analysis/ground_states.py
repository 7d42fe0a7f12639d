"""Ground states in a sample set: the lowest configurations, how often each was seen, what is proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

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
    up_to_flip: bool | None = None,
    tolerance: float | None = None,
) -> GroundStates:
    """Find the lowest configurations of a sample set.

    Parameters
    ----------
    samples
        Reads of one instance; each row counts ``num_occurrences`` times.
    ground_energy
        The exact ground-state energy, ``problem.ground_energy``, where it is known.
    up_to_flip
        Count s and -s (x and 1 - x in bits) as one state. By default this is done where `sgq.solve` found the
        problem symmetric.
    tolerance
        Energies that differ by no more are equal. By default what `sgq.solve` recorded, the rounding of the
        problem's energies; for samples from elsewhere 1e-9, or 1e-9 of the lowest energy if that is more.

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
    recorded = samples.info.get("sgq", {})
    if tolerance is None:
        tolerance = recorded.get("energy_tolerance", 1e-9 * max(1.0, abs(best)))
    margin = real("tolerance", tolerance, 0.0)
    flip = recorded.get("flip_symmetric", False) if up_to_flip is None else up_to_flip
    lowest = energies <= best + margin
    values = record.sample[lowest].astype(np.int8)
    states, occurrences = _distinct(values, counts[lowest], samples.vartype.name, flip)
    reached = ground_energy is not None and abs(best - ground_energy) <= margin
    return GroundStates(
        energy=best,
        states=states,
        occurrences=occurrences,
        num_reads=int(counts.sum()),
        mean_energy=float(np.average(energies, weights=counts)),
        ground_energy=ground_energy,
        proven=reached or bool(recorded.get("proven", False)),
    )


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
