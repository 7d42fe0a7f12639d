"""What a model must offer to be searched: its configurations in numbered groups."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
States = NDArray[np.uint64]  # bit i set means that spin i is -1


class Groups(Protocol):
    """All configurations of a spin model, in groups that can be visited in any order and on any thread.

    Attributes
    ----------
    num_groups
        Groups have the numbers 0 … num_groups - 1.
    margin
        `rough_minima` are off by at most this; 0 if they are the minima.
    rough_kernel, kernel
        In which arithmetic the two work, in a word.
    """

    num_groups: int
    margin: float
    rough_kernel: str
    kernel: str

    def rough_minima(self, groups: States) -> Floats:
        """Lowest energy of each group, fast."""

    def minima(self, groups: States) -> Floats:
        """Lowest energy of each group, in float64."""

    def listing(self, groups: States, limit: float, room: int) -> tuple[int, States]:
        """How many configurations have at most the energy `limit`, and the first of them, up to `room`."""

    def histogram(self, groups: States, lowest: float, step: float, levels: int) -> Integers:
        """How many configurations have the energies ``lowest + k step``, k < levels; all have one of these."""
