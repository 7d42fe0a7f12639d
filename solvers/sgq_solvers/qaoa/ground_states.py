"""The configurations of lowest energy, which may be most of all 2^n: a bit each, never a list of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgq.models import Integers, Terms

if TYPE_CHECKING:
    from sgq.kernels.statevector import Statevector
    from sgq.kernels.teams import Team
    from sgq_solvers.qaoa.one_hot import AllowedStates

_CHUNK = 1 << 13  # configurations whose energies are computed together


class GroundStates:
    """Iterates over arrays of configurations, block by block.

    Parameters
    ----------
    lowest
        Their energy.
    blocks
        Number of each block that has some, and where in it they are.
    states
        The configurations at these places of a block.
    """

    def __init__(
        self,
        lowest: float,
        blocks: Iterable[tuple[int, NDArray[np.bool_]]],
        states: Callable[[int, NDArray[Any]], Integers],
    ) -> None:
        self.lowest, self._states = lowest, states
        self._packed = [(block, np.packbits(found)) for block, found in blocks]

    def __iter__(self) -> Iterator[Integers]:
        for block, bits in self._packed:
            yield self._states(block, np.flatnonzero(np.unpackbits(bits)))

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(len(states) for states in self)

    def probability(self, state: Statevector) -> float:
        """That a measurement finds one of them."""
        return sum(float(state.probabilities(states).sum()) for states in self) / state.norm()


def ground_states(polynomial: Terms, num_spins: int, team: Team) -> GroundStates:
    """Those of all configurations."""
    from sgq.kernels.diagonal import LOW, lowest_blocks

    lowest, blocks = lowest_blocks(polynomial.masks(), polynomial.coefficients, num_spins, polynomial.tolerance, team)
    return GroundStates(lowest, blocks, lambda block, places: (block << min(num_spins, LOW)) + places)


def allowed_ground_states(polynomial: Terms, allowed: AllowedStates) -> GroundStates:
    """Those of the configurations that constraints allow."""
    bits = np.arange(polynomial.indices.max(initial=-1) + 1)

    def energies(block: int) -> NDArray[np.float64]:
        numbers = np.arange(block * _CHUNK, min((block + 1) * _CHUNK, allowed.count))
        return polynomial.energies((1 - 2 * ((allowed(numbers)[:, None] >> bits) & 1)).astype(np.int8))

    minima = np.array([energies(block).min() for block in range(-(-allowed.count // _CHUNK))])
    highest = float(minima.min()) + polynomial.tolerance
    blocks = ((block, energies(block) <= highest) for block in np.flatnonzero(minima <= highest).tolist())
    return GroundStates(float(minima.min()), blocks, lambda block, places: allowed(block * _CHUNK + places))
