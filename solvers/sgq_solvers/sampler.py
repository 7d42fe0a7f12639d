"""What our samplers share: dimod's two properties, read off the signature of `sample`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

Progress = Callable[[float, float], None]
"""Called as ``progress(fraction_done, best_energy)`` while a solver runs."""


class Sampler(dimod.Sampler):
    """A dimod sampler whose parameters are the keyword-only arguments of its `sample`."""

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Names of the parameters that `sample` takes, each with an empty list, as dimod has it."""
        arguments = inspect.signature(self.sample).parameters.values()
        return {a.name: [] for a in arguments if a.kind is a.KEYWORD_ONLY}

    @property
    def properties(self) -> dict[str, Any]:
        """None to speak of: the sampler takes any model."""
        return {}


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
