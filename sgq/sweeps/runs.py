"""One run: an instance is built, solved and measured. This is what executors carry to their workers."""

from __future__ import annotations

import json
import signal
import threading
import time
import traceback
import zlib
from collections.abc import Sequence
from functools import lru_cache
from multiprocessing import parent_process
from typing import TYPE_CHECKING, NamedTuple

from sgq.formats import load
from sgq.problem import Problem
from sgq.registry import build, get_problem, get_solver
from sgq.solving import as_solver, solve
from sgq.sweeps.measures import measure
from sgq.sweeps.points import Point, named

if TYPE_CHECKING:
    import dimod

_LONGEST_ERROR = 4000  # characters kept of a traceback


class Run(NamedTuple):
    """What is to be done.

    Seeds are None where nothing draws from them. Of a run that is in the store but lacks a measure, `known` holds those
    that it has, JSON, and `samples` what was kept.
    """

    key: bytes
    problem: Point
    solver: Point
    instance: int
    problem_seed: int | None
    solver_seed: int | None
    known: str = "{}"
    samples: bytes | None = None


class Outcome(NamedTuple):
    """What came of it; `measures` is JSON, by measure, `samples` what `pack` made of them."""

    num_variables: int | None = None
    measures: str = "{}"
    sampling_seconds: float | None = None
    total_seconds: float = 0.0
    error: str | None = None
    samples: bytes | None = None


def execute_all(runs: Sequence[Run], measures: Sequence[str], keep_samples: bool) -> list[Outcome | None]:
    """One outcome for each run, None where it was interrupted; whatever a run raises is its outcome."""
    if parent_process() is not None and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to answer; runs in flight are finished
    return [_execute(run, measures, keep_samples) for run in runs]


def _execute(run: Run, measures: Sequence[str], keep_samples: bool) -> Outcome | None:
    started = time.perf_counter()
    problem = None
    try:
        problem = build_point(run.problem, run.problem_seed)
        samples = _solve(problem, run) if run.samples is None else unpack(run.samples)
        info = samples.info["sgq"]
        if info.get("stopped") == "interrupt":
            return None
        known = json.loads(run.known)
        for path in measures:
            name = path.rpartition(":")[2]
            if name not in known:
                known[name] = measure(path, problem, samples)
        return Outcome(
            problem.num_variables,
            json.dumps(known),
            info["seconds"]["sampling"],
            time.perf_counter() - started,
            samples=run.samples or (pack(samples) if keep_samples else None),
        )
    except KeyboardInterrupt:
        return None
    except Exception as error:  # the run's, not the end of the sweep
        text = f"{type(error).__name__}: {error}\n\n{traceback.format_exc()}"
        size = None if problem is None else problem.num_variables
        return Outcome(size, total_seconds=time.perf_counter() - started, error=text[:_LONGEST_ERROR])


def build_point(point: Point, seed: int | None) -> Problem:
    """The instance of a problem that a seed draws."""
    if point.name == "file":
        return _loaded(point.parameters["path"], point.parameters.get("format"))
    parameters = point.parameters if seed is None else {**point.parameters, "seed": seed}
    if ":" not in point.name:
        return build(point.name, **parameters)
    problem: Problem = named("problem", point.name, get_problem)(**parameters)
    return problem


@lru_cache(2)
def _loaded(path: str, format: str | None) -> Problem:
    return load(path, format=format)


_warm: set[tuple[str, str]] = set()  # what this process has compiled


def _solve(problem: Problem, run: Run) -> dimod.SampleSet:
    solver = named("solver", run.solver.name, get_solver)
    instance = as_solver(solver)[1]
    parameters = dict(run.solver.parameters)
    if run.solver_seed is not None:
        parameters["seed"] = run.solver_seed
    if "num_threads" in instance.parameters:
        parameters.setdefault("num_threads", 1)
    kind = (run.problem.specification, run.solver.name)
    if kind not in _warm and hasattr(instance, "warm_up"):
        instance.warm_up(problem)  # times to solution are those of solving
        _warm.add(kind)
    return solve(problem, instance, **parameters)


def pack(samples: dimod.SampleSet) -> bytes:
    """Samples as compressed JSON, dimod's serialisation."""
    return zlib.compress(json.dumps(samples.to_serializable(), default=str).encode())


def unpack(data: bytes) -> dimod.SampleSet:
    """Samples that `pack` packed."""
    import dimod

    return dimod.SampleSet.from_serializable(json.loads(zlib.decompress(data)))
