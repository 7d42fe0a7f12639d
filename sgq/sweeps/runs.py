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
from hashlib import file_digest
from multiprocessing import parent_process
from typing import TYPE_CHECKING, NamedTuple

from sgq.formats import load
from sgq.problem import Problem
from sgq.registry import build, get_problem, get_solver
from sgq.solving import as_solver, solve
from sgq.sweeps.measures import Measure, Numbers
from sgq.sweeps.points import Point, named
from sgq.sweeps.standing import Standing

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
    known: str | None = None
    samples: bytes | None = None


class Outcome(NamedTuple):
    """What came of it: `measures` is JSON by identity, `error` the text of whatever failed.

    Where the run is in the store already and was not solved anew, all but standing, measures and error stay there.
    """

    standing: Standing
    measures: str = "{}"
    error: str | None = None
    solved_anew: bool = True
    num_variables: int | None = None
    lowest_energy: float | None = None
    sampling_seconds: float | None = None
    total_seconds: float = 0.0
    samples: bytes | None = None


def execute_all(runs: Sequence[Run], measures: Sequence[Measure], keep_samples: bool) -> list[Outcome | None]:
    """One outcome for each run, None where it was interrupted; whatever a run raises is its outcome."""
    in_worker = parent_process() is not None and threading.current_thread() is threading.main_thread()
    if in_worker and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to answer; runs in flight are finished
    return [_execute(run, measures, keep_samples) for run in runs]


def _execute(run: Run, measures: Sequence[Measure], keep_samples: bool) -> Outcome | None:
    started = time.perf_counter()
    known = json.loads(run.known or "{}")
    problem = None
    try:
        problem = build_point(run.problem, run.problem_seed)
        samples = _solve(problem, run) if run.samples is None else unpack(run.samples)
        if samples.info["sgq"].get("stopped") == "interrupt":
            return None
        wanted = [m for m in measures if run.samples is None or m.identity not in known]
        if run.samples is None:  # the others of this run too, which may depend on time
            wanted += [m for m in map(Measure.of_identity, known) if m is not None and m not in wanted]
        failures = _measure_all(known, wanted, problem, samples)
    except KeyboardInterrupt:
        return None
    except Exception as error:  # the run's, not the end of the sweep
        size = None if problem is None else problem.num_variables
        seconds = time.perf_counter() - started
        return failure(run, measures, _text(error))._replace(num_variables=size, total_seconds=seconds)
    outcome = _measured(known, failures)
    if run.samples is not None:
        return outcome._replace(solved_anew=False)
    return outcome._replace(
        num_variables=problem.num_variables,
        lowest_energy=float(samples.record.energy.min()) if len(samples) else None,
        sampling_seconds=samples.info["sgq"]["seconds"]["sampling"],
        total_seconds=time.perf_counter() - started,
        samples=pack(samples) if keep_samples else None,
    )


def failure(run: Run, measures: Sequence[Measure], text: str) -> Outcome:
    """The outcome of a run that could not be made; what was known of it stays."""
    if run.known is None:
        return Outcome(Standing(False), error=text[:_LONGEST_ERROR])
    known = json.loads(run.known)
    return _measured(known, {m.identity: text for m in measures if m.identity not in known})._replace(solved_anew=False)


def _measured(known: dict[str, Numbers], failures: dict[str, str]) -> Outcome:
    standing = Standing(True, tuple(sorted(known)), tuple(sorted(failures.keys() - known.keys())))
    return Outcome(standing, json.dumps(known), "\n\n".join(failures.values())[:_LONGEST_ERROR] or None)


def _measure_all(
    known: dict[str, Numbers], wanted: Sequence[Measure], problem: Problem, samples: dimod.SampleSet
) -> dict[str, str]:
    """Put what each measure gives into `known`, and return the errors of those that failed."""
    failures = {}
    for measure in wanted:
        try:
            known[measure.identity] = measure(problem, samples)
        except Exception as error:  # the measure's, not the end of the run
            failures[measure.identity] = _text(error)
    return failures


def _text(error: Exception) -> str:
    trace = "".join(traceback.format_exception(error))
    return f"{type(error).__name__}: {error}\n\n{trace}"


def build_point(point: Point, seed: int | None) -> Problem:
    """The instance of a problem that a seed draws."""
    if point.name == "file":
        digest = json.loads(point.specification)["parameters"]["path"]
        return _loaded(point.parameters["path"], point.parameters.get("format"), digest)
    parameters = point.parameters if seed is None else {**point.parameters, "seed": seed}
    if ":" not in point.name:
        return build(point.name, **parameters)
    problem: Problem = named("problem", point.name, get_problem)(**parameters)
    return problem


@lru_cache(2)
def _loaded(path: str, format: str | None, digest: str) -> Problem:
    with open(path, "rb") as file:
        if file_digest(file, "sha256").hexdigest() != digest:
            raise ValueError(f"{path}: its content is not what it was when the sweep was made")
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
