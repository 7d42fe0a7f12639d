"""What the tests of D-Wave's faults share: a small job, what its answer must be, and what an error may say."""

from __future__ import annotations

import itertools
import os
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dimod
import numpy as np
import pytest
from sapi.service import TOKEN

from sgq_solvers.leap import DWaveQPUSampler, Job

QPU = "loopback_chimera"


def frustrated_model() -> dimod.BinaryQuadraticModel:
    rng = np.random.default_rng(5)
    quadratic = {pair: float(rng.choice([-1, 1])) for pair in itertools.combinations("abcdef", 2)}
    return dimod.BinaryQuadraticModel({v: float(rng.normal()) for v in "abcdef"}, quadratic, 1.5, "SPIN")


MODEL = frustrated_model()
GROUND = dimod.ExactSolver().sample(MODEL).first.energy


def submit(path: Path, model: dimod.BinaryQuadraticModel = MODEL, num_reads: int = 30, **parameters: Any) -> Job:
    with DWaveQPUSampler(QPU) as sampler:
        return sampler.submit(model, path, num_reads=num_reads, embedding_seed=1, **parameters)


def sample(**parameters: Any) -> dimod.SampleSet:
    with DWaveQPUSampler(QPU) as sampler:
        return sampler.sample(MODEL, num_reads=30, embedding_seed=1, **parameters)


def check(samples: dimod.SampleSet, num_reads: int = 30) -> None:
    """Energies are the model's, every read is there, and one of them is the ground state."""
    np.testing.assert_allclose(samples.record.energy, MODEL.energies(samples))
    assert samples.first.energy == pytest.approx(GROUND)
    assert samples.record.num_occurrences.sum() == num_reads


def line_of(error: type[Exception], call: Callable[[], object]) -> str:
    """What the error says: one line, with the token neither in it nor in what it carries along."""
    with pytest.raises(error) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert TOKEN not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    return str(caught.value)


def matches(pattern: str, text: str) -> bool:
    assert re.search(pattern, text), text  # shows the text
    return True


def configure(**settings: object) -> None:
    """Settings of the client, in the configuration file."""
    lines = [f"{name} = {value}\n" for name, value in settings.items()]
    Path(os.environ["DWAVE_CONFIG_FILE"]).write_text("[defaults]\nhttp_retry_total = 0\n" + "".join(lines))
