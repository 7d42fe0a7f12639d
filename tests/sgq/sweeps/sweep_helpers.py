"""Small problems, solvers and measures that sweeps of the tests name by their import path."""

import os
import signal
import time
from pathlib import Path
from typing import Any, ClassVar

import dimod
import numpy as np

import sgq
from sgq.problem import Problem

GLASS = ("sherrington-kirkpatrick", {"n": {"each": [6, 8]}})


OPTIONS = (
    "seed", "seconds", "fails_below", "dies_once", "dies_below", "log", "fails_with", "target_energy", "n",
)  # fmt: skip


class CoinSampler(dimod.Sampler):  # type: ignore[misc]
    """One row of random spins; it can wait, fail, or kill its process on the way."""

    properties: ClassVar[dict[str, Any]] = {}
    parameters: ClassVar[dict[str, Any]] = {name: [] for name in OPTIONS}

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        seed: int = 0,
        seconds: float = 0.0,
        fails_below: int = 0,
        dies_once: str | None = None,
        dies_below: int = 0,
        log: str | None = None,
        fails_with: str | None = None,
        target_energy: float | None = None,
        n: int = 0,
    ) -> dimod.SampleSet:
        """Seeds below `fails_below` raise, below `dies_below` kill; all raise where the file `fails_with` is.

        `dies_once` is a file that marks the first death, `log` one that gets a line when a run is over.
        """
        time.sleep(seconds)
        if seed < fails_below or (fails_with is not None and Path(fails_with).exists()):
            raise ValueError(f"seed {seed} fails")
        if dies_once is not None and not Path(dies_once).exists():
            Path(dies_once).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if seed < dies_below:
            os.kill(os.getpid(), signal.SIGKILL)
        if log is not None:
            with open(log, "a") as file:
                file.write(f"{seed}\n")
        spins = np.random.default_rng(seed).choice([-1, 1], (1, bqm.num_variables))
        return dimod.SampleSet.from_samples_bqm((spins, list(bqm.variables)), bqm)


def magnetisation(problem: Problem, samples: dimod.SampleSet) -> float:
    """Of the first row."""
    return float(samples.record.sample[0].mean())


def two_numbers(problem: Problem, samples: dimod.SampleSet) -> dict[str, float]:
    """Several numbers of one measure."""
    return {"rows": len(samples), "half": np.float64(0.5)}


def error(problem: Problem, samples: dimod.SampleSet) -> float:
    """A measure with the name of a column."""
    return 1.0


def words(problem: Problem, samples: dimod.SampleSet) -> Any:
    """No measure."""
    return "words"


def pair(*, coupling: float = 1.0, seed: int | None = None) -> Problem:
    """A builder that is not registered."""
    return sgq.ising(np.array([[0.0, coupling], [coupling, 0.0]]), [0.0, 0.0])


def coin(**parameters: Any) -> tuple[str, dict[str, Any]]:
    """A solver of a sweep."""
    return "sweep_helpers:CoinSampler", parameters


def numbers(sweep: sgq.Sweep, store: Path) -> list[tuple[Any, ...]]:
    """What a store says of each run, but for times."""
    frame = sweep.to_pandas(store)
    frame = frame.drop(columns=[name for name in frame if "second" in name or "time" in name or name == "finished"])
    return [tuple(row) for row in frame.astype(str).itertuples(index=False)]


def again(problem: Problem, samples: dimod.SampleSet) -> dict[str, float]:
    """A number under the name of another measure."""
    return {"magnetisation": 0.0}
