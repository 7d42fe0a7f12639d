"""Sixty-four replicas of any quadratic model, fields in float32."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgq.models import Floats
from sgq_solvers.replicas.lanes import Block, PackedLanes, aligned
from sgq_solvers.replicas.model import QuadraticModel

COLDEST = 1e30  # stands for an infinite beta, in units of the inverse of the largest coupling


def half_temperatures(betas: Floats) -> Any:
    """1 / (2 beta) in float32, finite and above 0 for any beta: a variate times it is the half cost it accepts."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.clip(1 / (2 * betas), 1 / COLDEST, COLDEST).astype(np.float32)


class FloatLanes(PackedLanes):
    """See `sgq.kernels.float_lanes`; couplings are divided by the largest one, so that any scale fits.

    Attributes
    ----------
    graph, fields
        The model as the kernel takes it, and its fields in the same unit.
    """

    kernel = "float lanes"
    lanes, words = 64, 1
    model: QuadraticModel

    def __init__(self, model: QuadraticModel) -> None:
        self.model = model
        self.order = np.arange(model.num_spins, dtype=np.uint32)
        couplings, fields = model.couplings / model.largest, model.fields / model.largest
        down = (fields - model.sum_over_neighbours(couplings)).astype(np.float32)
        self.fields = fields.astype(np.float32)
        self.graph = (
            model.starts.astype(np.uint64),
            model.neighbours.astype(np.uint32),
            (2 * couplings).astype(np.float32),
            down,
        )

    def _pool(self, entries: int, independent: bool) -> Any:
        return aligned(128 * entries, np.float32)

    def ladder(self, betas: Floats) -> Any:
        """See `Lanes.ladder`."""
        return half_temperatures(betas * self.model.largest)

    def sweep_ladder(self, block: Block, ladder: Any, sweeps: int) -> None:
        """See `Lanes.sweep_ladder`."""
        from sgq.kernels.float_lanes import sweep

        sweep(block.spins, *self.graph, ladder, sweeps, block.rotation, block.generators, block.pool)

    def energies(self, block: Block) -> Floats:
        """See `Lanes.energies`."""
        from sgq.kernels.float_lanes import energies

        result = np.empty(self.lanes)
        energies(block.spins, *self.graph, self.fields, result)
        return self.model.largest * result + self.model.offset
