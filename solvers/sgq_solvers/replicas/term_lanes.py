"""Sixty-four replicas of a polynomial of any order."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgq.models import Floats
from sgq_solvers.replicas.float_lanes import half_temperatures
from sgq_solvers.replicas.lanes import Block, PackedLanes, aligned
from sgq_solvers.replicas.model import PolynomialModel


class TermLanes(PackedLanes):
    """See `sgq.kernels.term_lanes`; coefficients are divided by the largest one, so that any scale fits."""

    kernel = "term lanes"
    lanes, words = 64, 1
    model: PolynomialModel

    def __init__(self, model: PolynomialModel) -> None:
        self.model = model
        self.order = np.arange(model.num_spins, dtype=np.uint32)
        self._coefficients = (model.terms.coefficients / model.largest).astype(np.float32)
        each = model.terms.coefficients / model.largest
        self._incidence = (
            model.starts.astype(np.uint64),
            model.terms_of.astype(np.uint32),
            (2 * each[model.terms_of]).astype(np.float32),
            (-model.sum_over_terms(each)).astype(np.float32),
        )

    def _refresh(self, block: Block) -> None:
        from sgq.kernels.term_lanes import multiply

        if "products" not in block.more:
            block.more["products"] = aligned(len(self._coefficients), np.uint64)
        terms = self.model.terms
        multiply(block.spins, terms.starts, terms.indices, block.more["products"])

    def _pool(self, entries: int, independent: bool) -> Any:
        return aligned(128 * entries, np.float32)

    def ladder(self, betas: Floats) -> Any:
        """See `Lanes.ladder`."""
        return half_temperatures(betas * self.model.largest)

    def sweep_ladder(self, block: Block, ladder: Any, sweeps: int) -> None:
        """See `Lanes.sweep_ladder`."""
        from sgq.kernels.term_lanes import sweep

        products = block.more["products"]
        sweep(block.spins, products, *self._incidence, ladder, sweeps, block.rotation, block.generators, block.pool)

    def energies(self, block: Block) -> Floats:
        """See `Lanes.energies`."""
        from sgq.kernels.term_lanes import energies

        result = np.empty(self.lanes)
        energies(block.more["products"], self._coefficients, result)
        return self.model.largest * result
