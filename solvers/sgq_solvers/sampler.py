"""What our samplers share: dimod's two properties, the clock, and spins as a SampleSet."""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from sgq.checks import real
from sgq.problem import Problem

Progress = Callable[[float, float], None]
"""Called as ``progress(fraction_done, best_energy)`` while a solver runs."""


class Sampler(dimod.Sampler):
    """A dimod sampler whose parameters are the keyword-only arguments of its `sample`."""

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Names of the parameters that `sample` takes, each with an empty list, as dimod has it."""
        return {name: [] for name in _keywords(type(self).sample)}

    @property
    def properties(self) -> dict[str, Any]:
        """None to speak of: the sampler takes any model."""
        return {}

    def warm_up(self, problem: Problem) -> None:
        """Import and compile what a run on the problem needs: `sgq.compare` asks for it before it times one.

        This one samples two spins. A sampler that sends its models to a machine elsewhere does nothing.
        """
        self.sample(dimod.BinaryQuadraticModel({0: 0.5, 1: 0.0}, {(0, 1): 1.0}, 0.0, "SPIN"))
        if isinstance(self, dimod.PolySampler):
            self.sample_poly(dimod.BinaryPolynomial({(0, 1, 2): 1.0}, "SPIN"))


@cache
def _keywords(function: Callable[..., Any]) -> tuple[str, ...]:
    arguments = inspect.signature(function).parameters.values()
    return tuple(a.name for a in arguments if a.kind is a.KEYWORD_ONLY)


def spin_samples(
    spins: NDArray[np.int8],
    labels: Sequence[Hashable],
    vartype: dimod.Vartype,
    energies: NDArray[np.float64],
    **info: Any,
) -> dimod.SampleSet:
    """Spins of shape (reads, N) as a SampleSet of the model's own `vartype`, with ``info["sgq"]``."""
    values = spins if vartype is dimod.SPIN else ((spins + 1) // 2).astype(np.int8)
    return dimod.SampleSet.from_samples(
        (values, list(labels)), vartype=vartype, energy=energies, info={"sgq": info}, sort_labels=False
    )


def checked_progress(progress: Progress | None) -> Progress | None:
    """`progress` if it can be called, or none was given; else ValueError."""
    if progress is not None and not callable(progress):
        raise ValueError(f"progress={progress!r}: a function of the fraction done and the best energy")
    return progress


def in_turn(rows: NDArray[np.int8] | None, first: int, count: int) -> NDArray[np.int8] | None:
    """Given rows for the replicas from `first` on, used in turn where there are fewer."""
    return None if rows is None else rows[(first + np.arange(count)) % len(rows)]


def given_rows(initial_states: Any, variables: list[Hashable], vartype: dimod.Vartype) -> NDArray[np.int8]:
    """Initial configurations as spins, one a row, columns in the order of the model."""
    if isinstance(initial_states, dimod.SampleSet):
        initial_states = initial_states.change_vartype(vartype, inplace=False)
    if isinstance(initial_states, np.ndarray):
        rows, labels = np.atleast_2d(initial_states), variables
    else:
        rows, labels = dimod.as_samples(initial_states)
    if set(labels) != set(variables) or rows.shape[1] != len(variables) or not len(rows):
        raise ValueError(
            f"initial_states has shape {rows.shape} or other labels: at least one row over the model's "
            f"{len(variables)} variables is needed"
        )
    column = {label: k for k, label in enumerate(labels)}
    rows = rows[:, [column[v] for v in variables]]
    low = -1 if vartype is dimod.SPIN else 0
    if not ((rows == low) | (rows == 1)).all():
        raise ValueError(f"initial_states holds values other than {low} and 1: the model is {vartype.name}")
    return np.asarray(rows if low else 2 * rows - 1, dtype=np.int8)


class Clock:
    """Time since it was made, against a limit in seconds, or none.

    Attributes
    ----------
    reserve
        Seconds before the limit at which the time is up, for what comes after.
    """

    def __init__(self, time_limit: float | None) -> None:
        self.limit = math.inf if time_limit is None else real("time_limit", time_limit, 0)
        self.started = time.perf_counter()
        self.reserve = 0.0

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.limit - self.reserve - self.elapsed())

    def fraction(self) -> float:
        """Part of the limit that has passed; 0 without one."""
        return min(1.0, self.elapsed() / self.limit) if self.limit else 1.0

    def room(self, num_spins: int) -> int:
        """States that can be handed out, where their number is left to us: 2^27 spins, or what fits into the time.

        Unpacking, energies and the SampleSet take some five nanoseconds a spin, of which a tenth of a second and two
        percent of the limit are to be had.
        """
        spins = min(1 << 27, (0.1 + 0.02 * self.limit) / 5e-9)
        return max(1, int(spins / (1 + num_spins)))
