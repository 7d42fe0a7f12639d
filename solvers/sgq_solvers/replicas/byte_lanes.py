"""256 replicas of a model with integer couplings of moderate size, fields in int8."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgq.models import Floats
from sgq_solvers.replicas.float_lanes import half_temperatures
from sgq_solvers.replicas.lanes import Block, PackedLanes, aligned
from sgq_solvers.replicas.model import QuadraticModel

_LARGEST = 126  # what a site's field may reach, in units of the couplings


class ByteLanes(PackedLanes):
    """See `sgq.kernels.byte_lanes`."""

    kernel, exact = "int8 lanes", True
    lanes, words = 256, 4
    model: QuadraticModel

    def __init__(self, model: QuadraticModel) -> None:
        assert model.unit is not None
        self.model, self.unit = model, model.unit
        self.order = np.arange(model.num_spins, dtype=np.uint32)
        couplings = np.rint(model.couplings / self.unit)
        fields = np.rint(model.fields / self.unit)
        self._fields = fields.astype(np.int8)
        self._graph = (
            model.starts.astype(np.uint64),
            (self.words * model.neighbours).astype(np.uint32),
            (2 * couplings).astype(np.int16).astype(np.int8),  # wraps around like the sums it enters
            (fields - model.sum_over_neighbours(couplings)).astype(np.int8),
        )

    @staticmethod
    def fit(model: QuadraticModel) -> bool:
        """Whether fields are whole multiples of one unit and fit into int8."""
        return model.unit is not None and bool(model.reach.max(initial=0.0) <= _LARGEST * model.unit * (1 + 1e-9))

    def _pool(self, entries: int, independent: bool) -> Any:
        return aligned(512 * entries, np.int8)

    def ladder(self, betas: Floats) -> Any:
        """See `Lanes.ladder`."""
        return half_temperatures(betas * self.unit)

    def sweep_ladder(self, block: Block, ladder: Any, sweeps: int) -> None:
        """See `Lanes.sweep_ladder`."""
        from sgq.kernels.byte_lanes import sweep

        sweep(block.spins, *self._graph, ladder, sweeps, block.rotation, block.generators, block.pool)

    def energies(self, block: Block) -> Floats:
        """See `Lanes.energies`."""
        from sgq.kernels.byte_lanes import energies

        result = np.empty(self.lanes, np.int32)
        energies(block.spins, *self._graph, self._fields, result)
        return np.asarray(self.unit / 2 * result + self.model.offset)
