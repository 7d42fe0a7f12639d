"""The ladder of temperatures of parallel tempering: it starts linear in beta and learns from its own exchanges."""

from __future__ import annotations

import numpy as np

from sgq.models import Floats

SIZES = (16, 32, 64)
_LOW = 0.2  # mean exchange rate below which a longer ladder is taken


class Ladder:
    """Inverse temperatures, hottest first, with the exchanges tried and accepted between neighbours."""

    def __init__(self, betas: Floats) -> None:
        self.betas = betas
        self.accepted = np.zeros(len(betas) - 1, np.int64)
        self.tried = np.zeros(len(betas) - 1, np.int64)

    @property
    def rates(self) -> Floats:
        """Exchange rate between neighbours, 1 where none was tried."""
        return np.where(self.tried > 0, self.accepted / np.maximum(1, self.tried), 1.0)

    @property
    def too_short(self) -> bool:
        """Whether exchanges are so rare that twice as many temperatures serve better."""
        return len(self.betas) < SIZES[-1] and float(self.rates.mean()) < _LOW

    def refined(self, size: int | None = None) -> Ladder:
        """A ladder between the same ends on which every exchange is expected to be rejected equally often.

        The rejections add up to a communication barrier along beta (Syed et al., J. R. Stat. Soc. B 84, 321 (2022),
        algorithm 2); new temperatures cut it into equal parts.
        """
        rejected = np.maximum(1.0 - self.rates, 1e-3)
        barrier = np.concatenate([[0.0], np.cumsum(rejected)])
        parts = np.linspace(0.0, barrier[-1], size or len(self.betas))
        return Ladder(np.interp(parts, barrier, self.betas))
