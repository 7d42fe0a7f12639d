"""Inverse temperatures: the defaults that need no tuning, and what a user gives instead."""

from __future__ import annotations

from collections.abc import Sequence

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
        self.cold = COLD * unit_of_beta(rms)
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

    def length(self, num_sweeps: int) -> int:
        """Sweeps in all, the quench included."""
        return num_sweeps + self.quench

    def betas(self, num_sweeps: int, start: int, stop: int) -> Floats:
        """Inverse temperatures of the sweeps from `start` to before `stop`; those after `num_sweeps` quench."""
        sweeps = np.arange(start, min(stop, self.length(num_sweeps)))
        if self.given is not None:
            return self.given[sweeps]
        first, last = self.range
        part = sweeps / (num_sweeps - 1) if num_sweeps > 1 else np.ones(len(sweeps))
        betas = first * (last / first) ** part if self.geometric else first + (last - first) * part
        return np.where(sweeps < num_sweeps, betas, np.inf)

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
        unit = unit_of_beta(rms)
        return hot * unit, COLD * unit
    values = finite_array("beta_range", beta_range)
    if values.shape != (2,) or (values < 0).any() or (positive and not values.all()):
        allowed = "above 0 for a geometric schedule" if positive else "at least 0"
        raise ValueError(f"beta_range={beta_range!r}: two inverse temperatures, {allowed}")
    return float(values[0]), float(values[1])


def unit_of_beta(rms: float) -> float:
    """1 / rms, or 1 where nothing is coupled; ValueError for models so weak that float64 has no such number."""
    with np.errstate(over="ignore"):
        unit = float(1 / np.float64(rms or 1.0))
    if not np.isfinite(100 * unit):
        raise ValueError(f"couplings of the size {rms:g}: too small for inverse temperatures, multiply the model")
    return unit


def given_betas(schedule: Sequence[float]) -> Floats:
    """A user's own inverse temperatures."""
    try:
        betas = np.asarray(schedule, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"schedule={schedule!r}: 'linear', 'geometric' or inverse temperatures") from None
    if betas.ndim != 1 or not len(betas) or not (betas >= 0).all():
        raise ValueError(f"schedule={schedule!r}: inverse temperatures, none negative, one a sweep")
    return betas
