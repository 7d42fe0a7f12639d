"""Small models, one for each kernel: what a solver warms up with."""

from __future__ import annotations

import dimod
import numpy as np


def small_models() -> list[dimod.BinaryQuadraticModel]:
    """Quadratic models for multi-spin coding, int8 lanes, float lanes and the dense kernel."""
    ring = {(i, (i + 1) % 8): 1.0 for i in range(8)}
    rows, columns = np.triu_indices(65, 1)
    dense = dict(zip(zip(rows.tolist(), columns.tolist(), strict=True), np.cos(rows + columns).tolist(), strict=True))
    couplings = [ring, {**ring, (0, 1): 20.0}, {**ring, (0, 1): float(np.pi)}, dense]
    return [dimod.BinaryQuadraticModel({}, J, "SPIN") for J in couplings]
