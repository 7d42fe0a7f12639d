"""Ensembles of parallel tempering, side by side in one block of replicas."""

from __future__ import annotations

import numpy as np

from sgq.models import Floats, Integers
from sgq_solvers.ladder import Ladder
from sgq_solvers.replicas import Block, Lanes, QuadraticModel, Spins
from sgq_solvers.replicas.float_lanes import FloatLanes
from sgq_solvers.replicas.multispin import MultiSpin
from sgq_solvers.schedule import QUENCH
from sgq_solvers.workers import LONG

_SWEEPS = 5  # between exchanges
_SPARSE = 6.0  # neighbours of a site, at most, where clusters do not percolate at once
_WORD = 64


class Ensembles:
    """Replicas of one block on ladders of temperatures: replica e L + t is at temperature t of ensemble e.

    Attributes
    ----------
    block
        The replicas.
    energies
        Of every replica after the last step, shape (ensembles, L), to the precision of the kernel.
    trips
        Round trips of replicas between the ends of the ladder.
    sweeps
        Between exchanges.
    exchanges
        Steps done.
    """

    def __init__(
        self, lanes: Lanes, ladder: Ladder, seed: np.random.SeedSequence, start: Spins | None, independent: bool
    ) -> None:
        self.lanes, self.independent = lanes, independent
        self.sweeps = max(1, min(_SWEEPS, int(LONG / lanes.nanoseconds)))
        self._seed = seed
        self._random = np.random.Generator(np.random.SFC64(seed.spawn(1)[0]))
        self._trips = np.zeros(1, np.int64)
        self._coldest = lanes.ladder(np.full(lanes.lanes, np.inf))
        self.exchanges = 0
        self.take(ladder, start)

    def take(self, ladder: Ladder, start: Spins | None) -> None:
        """Begin on a ladder, from random states or those given."""
        size = len(ladder.betas)
        self.count = self.lanes.lanes // size
        pairs = self.count // 2
        self.clusters = _pays(self.lanes) and pairs > 0 and 2 * size <= _WORD
        apart = 2 * size if self.clusters else size
        lone = self.independent or apart >= self.lanes.lanes
        self.block = self.lanes.start(self._seed.spawn(1)[0], start, None if lone else apart)
        self._swaps = np.zeros((self.count, size), np.bool_)
        self._ends = np.zeros((self.count, size), np.uint8)
        self._cluster = np.zeros(self.lanes.model.num_spins, np.uint64)
        self.use(ladder)

    def refine(self) -> None:
        """Learn from the exchanges so far: other temperatures, and twice as many where exchanges are rare."""
        size = len(self.ladder.betas)
        if self.ladder.too_short and self.count > 1:
            spins = self.lanes.rows(self.block).reshape(self.count // 2, 2, size, -1)
            self.take(self.ladder.refined(2 * size), spins.transpose(0, 2, 1, 3).reshape(self.lanes.lanes, -1))
        else:
            self.use(self.ladder.refined())

    def use(self, ladder: Ladder) -> None:
        """Move the replicas to other temperatures, as many as there are."""
        self.ladder = ladder
        self._scales = self.lanes.ladder(np.tile(ladder.betas, self.count))

    @property
    def trips(self) -> int:
        """Round trips so far."""
        return int(self._trips[0])

    def advance(self, steps: int, target: float) -> None:
        """So many steps, or fewer where a replica reaches the target: sweeps, cluster moves, exchange."""
        uniforms = self._random.random((steps, self._swaps.size // 2))
        if isinstance(self.lanes, MultiSpin):
            records = self._swaps, self.ladder.accepted, self.ladder.tried, self._ends, self._trips
            self.energies = np.empty(self._swaps.shape)
            exchange = self.ladder.betas, self.exchanges % 2, uniforms, self.energies, *records
            self.exchanges += self.lanes.temper(self.block, self._scales, self.sweeps, steps, target, *exchange)
            self.energies += self.lanes.model.offset
            return
        for step in range(steps):
            self._step(uniforms[step])
            if self.energies.min() <= target:
                return

    def _step(self, uniforms: Floats) -> None:
        """Sweeps, cluster moves where they pay, and one exchange of neighbouring temperatures."""
        from sgq.kernels.tempering import exchange

        self.lanes.sweep_ladder(self.block, self._scales, self.sweeps)
        if self.clusters:
            self._swap_clusters()
        self.energies = self.lanes.energies(self.block).reshape(self.count, -1)
        parity, records = self.exchanges % 2, (self.ladder.accepted, self.ladder.tried, self._ends, self._trips)
        exchange(self.energies, self.ladder.betas, parity, uniforms, self._swaps, *records)
        self.lanes.swap_neighbours(self.block, self._swaps.ravel())
        self.exchanges += 1

    def quenched(self) -> tuple[Block, Floats]:
        """A copy of the replicas after some sweeps at zero temperature, and its energies, shape (ensembles, L)."""
        block = self.block.copy()
        self.lanes.sweep_ladder(block, self._coldest, QUENCH)
        return block, self.lanes.energies(block).reshape(self.count, -1)

    def rows(self, ensembles: Integers, temperatures: Integers | int) -> Spins:
        """Spins of some replicas."""
        return self.lanes.rows(self.block, ensembles * len(self.ladder.betas) + temperatures)

    def acceptance(self) -> float:
        """Moves accepted, of the sites visited, in one sweep made for the purpose."""
        before = self.block.spins.copy()
        self.lanes.sweep_ladder(self.block, self._scales, 1)
        return self.lanes.changed(self.block, before)

    def _swap_clusters(self) -> None:
        """Isoenergetic moves between ensembles 2 k and 2 k + 1, at the colder half of the ladder."""
        from sgq.kernels.packed import swap_clusters

        model, size = self.lanes.model, len(self.ladder.betas)
        assert isinstance(model, QuadraticModel)
        lane = np.arange(self.lanes.lanes)
        cold = (lane % size >= size // 2) & (lane // size % 2 == 0)
        seeds = np.where(cold, self._random.integers(0, model.num_spins, len(lane)), -1)
        swap_clusters(self.block.spins, 1, size, seeds, model.starts, model.neighbours, self._cluster)


def _pays(lanes: Lanes) -> bool:
    """Cluster moves: continuous couplings on sparse graphs. On ±J models they cost more than they gave."""
    model = lanes.model
    return (
        isinstance(lanes, FloatLanes)
        and isinstance(model, QuadraticModel)
        and 0 < len(model.couplings) <= _SPARSE * model.num_spins
    )
