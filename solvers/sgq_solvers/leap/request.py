"""What is asked of the processor: reads, chains, and the controls of an anneal."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

import dimod
import numpy as np

from sgq.checks import boolean, finite_array, integer, real
from sgq_solvers.sampler import given_rows

SENT_AS_GIVEN = (
    "annealing_time",
    "anneal_schedule",
    "fast_anneal",
    "reinitialize_state",
    "readout_thermalization",
    "programming_thermalization",
    "reduce_intersample_correlation",
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """The arguments of `DWaveQPUSampler.sample`, where they are documented, checked for sense but for no processor."""

    num_reads: int = 100
    annealing_time: float | None = None
    anneal_schedule: Sequence[tuple[float, float]] | None = None
    fast_anneal: bool | None = None
    initial_state: Any = None
    reinitialize_state: bool | None = None
    anneal_offsets: Any = None
    flux_biases: Any = None
    readout_thermalization: float | None = None
    programming_thermalization: float | None = None
    reduce_intersample_correlation: bool | None = None
    auto_scale: bool = True
    chain_strength: float | Sequence[float] | None = None
    num_gauges: int | None = None
    embedding: Mapping[Any, Sequence[int]] | None = None
    embedding_seed: int | None = None
    qpu_budget: float | None = None
    time_limit: float | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        self._keep(integer, "num_reads", minimum=1)
        self._keep(integer, "num_gauges", minimum=1, maximum=self.num_reads)
        self._keep(integer, "embedding_seed", minimum=0, maximum=2**31 - 1)
        self._keep(real, "annealing_time", "qpu_budget", minimum=0, above=True)
        self._keep(real, "readout_thermalization", "programming_thermalization", "time_limit", minimum=0)
        self._keep(boolean, "fast_anneal", "reinitialize_state", "reduce_intersample_correlation")
        boolean("auto_scale", self.auto_scale)
        self.strengths()
        if self.label is not None and (not isinstance(self.label, str) or len(self.label) > 200):
            raise ValueError(f"label={self.label!r}: a text of at most 200 characters")
        if self.anneal_schedule is not None:
            if self.annealing_time is not None:
                raise ValueError("annealing_time and anneal_schedule exclude each other: the schedule has its own time")
            self.schedule()

    def _keep(self, check: Callable[..., Any], *names: str, **bounds: Any) -> None:
        """Replace what is given by what the check makes of it, a number that JSON knows."""
        for name in names:
            if getattr(self, name) is not None:
                object.__setattr__(self, name, check(name, getattr(self, name), **bounds))

    def strengths(self) -> list[float] | None:
        """Chain strengths to scan, or None for Ocean's default."""
        given = self.chain_strength
        if given is None:
            return None
        several: Sequence[Any] = given if isinstance(given, Sequence | np.ndarray) else [given]
        values = [real("chain_strength", strength, 0, above=True) for strength in several]
        if not values or len(set(values)) < len(values):
            raise ValueError(f"chain_strength={given!r}: a number, or a list of different ones")
        return values

    def schedule(self) -> list[list[float]] | None:
        """The schedule's points as lists, or None."""
        if self.anneal_schedule is None:
            return None
        points = finite_array("anneal_schedule", self.anneal_schedule)
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"anneal_schedule of shape {points.shape}: points (microseconds, anneal fraction)")
        result: list[list[float]] = points.tolist()
        return result

    @property
    def reversed(self) -> bool:
        """Whether the schedule starts from a classical state."""
        schedule = self.schedule()
        return bool(schedule) and schedule[0][1] == 1  # type: ignore[index]

    def start(self, model: dimod.BinaryQuadraticModel) -> list[int] | None:
        """`initial_state` as spins in the model's order, or None."""
        if self.initial_state is None:
            return None
        state, labels = self.initial_state, list(model.variables)
        if isinstance(state, Mapping):
            state = by_variable(state, labels)
        elif isinstance(state, Sequence) and not isinstance(state, str):
            state = np.asarray(state)
        try:
            rows = given_rows(state, labels, model.vartype)
        except (ValueError, TypeError) as error:
            raise ValueError(str(error).replace("initial_states", "initial_state")) from None
        if len(rows) != 1:
            raise ValueError(f"initial_state holds {len(rows)} configurations: one is needed")
        spins: list[int] = rows[0].tolist()
        return spins

    def sent(self) -> dict[str, Any]:
        """Parameters that the processor gets as they are, JSON values."""
        given = {name: getattr(self, name) for name in SENT_AS_GIVEN if getattr(self, name) is not None}
        if "anneal_schedule" in given:
            given["anneal_schedule"] = self.schedule()
        return given if self.auto_scale else {**given, "auto_scale": False}


NAMES = [field.name for field in fields(Request)]


def by_variable(given: Mapping[Any, Any], labels: list[Any]) -> dict[Any, Any]:
    """A mapping from variables, whose keys may be what JSON makes of numbers and tuples: ``"7"``, ``"(0, 1)"``."""
    known, found = set(labels), {}
    for key, value in given.items():
        found[key] = value
        if isinstance(key, str) and key not in known:
            with suppress(ValueError, SyntaxError, TypeError):  # no literal, or a list
                if literal_eval(key) in known:
                    found[literal_eval(key)] = found.pop(key)
    return found
