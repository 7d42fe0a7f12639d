"""Which states a run returns: the last of each read, the best of each, or the n best of all."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from sgq.checks import integer
from sgq.models import Floats
from sgq_solvers.replicas import Block, Lanes, Spins

Keep = Literal["last", "best"] | int


def checked_keep(keep: Any) -> Keep:
    """``"last"``, ``"best"`` or a number of states; else ValueError."""
    if keep in ("last", "best") and isinstance(keep, str):
        return keep  # type: ignore[return-value]
    if isinstance(keep, str):
        raise ValueError(f"keep={keep!r}: 'last', 'best' or a number of states")
    return integer("keep", keep, 1)


class Kept:
    """States of one block that are worth keeping, of its first `reads` replicas; the lowest `most` of them at the end.

    `look` is called as often as the run wants states looked at.
    """

    def __init__(self, keep: Keep, lanes: Lanes, reads: int, most: int | None = None) -> None:
        self.keep, self.lanes, self._most = keep, lanes, most
        self._chosen = np.arange(lanes.lanes)[:reads]
        self.rows: Spins = np.empty((0, lanes.model.num_spins), np.int8)
        self.energies: Floats = np.empty(0)

    @property
    def wants_looks(self) -> bool:
        """Whether states on the way matter."""
        return self.keep != "last"

    def look(self, block: Block) -> None:
        """Keep what is good of the present states."""
        energies = self.lanes.energies(block)[self._chosen]
        if self.keep == "last":
            chosen = self._chosen if self._most is None else np.argsort(energies, kind="stable")[: self._most]
            self.rows, self.energies = self.lanes.rows(block, chosen), energies[chosen]
        elif self.keep == "best":
            if not len(self.energies):
                self.rows = np.empty((len(energies), self.lanes.model.num_spins), np.int8)
                self.energies = np.full(len(energies), np.inf)
            better = np.flatnonzero(energies < self.energies)
            self.rows[better], self.energies[better] = self.lanes.rows(block, better), energies[better]
        else:
            self._merge(block, energies, int(self.keep))

    def _merge(self, block: Block, energies: Floats, most: int) -> None:
        """Take the lowest states in, in portions, until no other can be among the best."""
        order = np.argsort(energies, kind="stable")
        for first in range(0, len(order), 2 * most):
            if len(self.energies) == most and energies[order[first]] > self.energies[-1]:
                return
            portion = order[first : first + 2 * most]
            rows = np.concatenate([self.rows, self.lanes.rows(block, portion)])
            self.rows, self.energies = distinct(rows, np.concatenate([self.energies, energies[portion]]), most)


class Lowest:
    """The lowest state of each ensemble, of those looked at."""

    def __init__(self, lanes: Lanes, ensembles: int, target: float) -> None:
        self.lanes = lanes
        self.target = target + lanes.blur
        self.energies = np.full(ensembles, np.inf)
        self.rows = np.empty((ensembles, lanes.model.num_spins), np.int8)

    def look(self, block: Block, energies: Floats) -> float:
        """Keep what is lower; the lowest energy of all, in float64 where it may be the target."""
        count = len(energies)
        if count < len(self.energies):  # ladders have merged two by two
            pairs = self.energies.reshape(count, -1)
            chosen = pairs.argmin(axis=1) + np.arange(count) * pairs.shape[1]
            self.rows, self.energies = self.rows[chosen], self.energies[chosen]
        lowest = energies.min(axis=1)
        better = np.flatnonzero(lowest < self.energies)
        if len(better):
            replicas = better * energies.shape[1] + energies[better].argmin(axis=1)
            self.rows[better], self.energies[better] = self.lanes.rows(block, replicas), lowest[better]
        reached = self.energies <= self.target
        if reached.any():
            return float(self.lanes.model.energies(self.rows[reached]).min())
        return float(self.energies.min())


def distinct(rows: Spins, energies: Floats, most: int) -> tuple[Spins, Floats]:
    """The lowest states, each once, at most so many."""
    _, first = np.unique(np.packbits(rows > 0, axis=1), axis=0, return_index=True)
    first = first[np.lexsort((first, energies[first]))][:most]
    return rows[first], energies[first]
