"""Inverse temperatures: the defaults that need no tuning, and what a user gives instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sgq.checks import choice, finite_array, integer
from sgq.models import Floats

HOT, COLD = 0.1, 6.0  # in units of 1 / rms, the inverse of the typical local field
QUENCH = 4  # sweeps at zero temperature after the default range


class Schedule:
    """Inverse temperatures for any number of sweeps."""

    def __init__(
        self,
        rms: float,
        beta_range: Sequence[float] | None,
        schedule: str | Sequence[float],
        num_sweeps: int | None,
    ) -> None:
        self.num_sweeps = None if num_sweeps is None else integer("num_sweeps", num_sweeps, 1)
        self.given: Floats | None = None
        self.cold = COLD / (rms or 1.0)
        self.quench = QUENCH if beta_range is None and isinstance(schedule, str) else 0
        self.geometric = False
        if isinstance(schedule, str):
            self.geometric = choice("schedule", schedule, ("linear", "geometric")) == "geometric"
            self.range = beta_ends(beta_range, rms, positive=self.geometric)
        else:
            if beta_range is not None or num_sweeps is not None:
                raise ValueError("schedule gives every inverse temperature: leave beta_range and num_sweeps out")
            self.given = given_betas(schedule)
            self.num_sweeps = len(self.given)

    def betas(self, num_sweeps: int) -> Floats:
        """One inverse temperature a sweep, the quench included."""
        if self.given is not None:
            return self.given
        first, last = self.range
        space: Any = np.geomspace if self.geometric else np.linspace
        return np.append(space(first if num_sweeps > 1 else last, last, num_sweeps), np.full(self.quench, np.inf))

    @property
    def ends_cold(self) -> bool:
        """Whether reads are cooled to where hardly a move is accepted: there, what they shared on the way is gone."""
        first, last = self.range if self.given is None else (float(self.given[0]), float(self.given[-1]))
        return first < last and last >= self.cold * (1 - 1e-9)

    def ends(self) -> list[float | None]:
        """First and last inverse temperature before any quench; None where infinite."""
        first, last = self.range if self.given is None else self.given[[0, -1]].tolist()
        return [b if np.isfinite(b) else None for b in (first, last)]


def beta_ends(
    beta_range: Sequence[float] | None, rms: float, *, hot: float = HOT, positive: bool = False
) -> tuple[float, float]:
    """First and last inverse temperature: the given ones, or `hot` and 6 in units of 1 / rms."""
    if beta_range is None:
        return hot / (rms or 1.0), COLD / (rms or 1.0)
    values = finite_array("beta_range", beta_range)
    if values.shape != (2,) or (values < 0).any() or (positive and not values.all()):
        allowed = "above 0 for a geometric schedule" if positive else "at least 0"
        raise ValueError(f"beta_range={beta_range!r}: two inverse temperatures, {allowed}")
    return float(values[0]), float(values[1])


def given_betas(schedule: Sequence[float]) -> Floats:
    """A user's own inverse temperatures."""
    try:
        betas = np.asarray(schedule, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"schedule={schedule!r}: 'linear', 'geometric' or inverse temperatures") from None
    if betas.ndim != 1 or not len(betas) or not (betas >= 0).all():
        raise ValueError(f"schedule={schedule!r}: inverse temperatures, none negative, one a sweep")
    return betas
