"""Sweeps: what a run costs beside the solver, how large stores do, and what a second process gains.

    python tests/benchmarks/sweeps.py [overhead | large | scaling …]

The problem is two coupled spins; the solver is busy, or asleep, for a given time, and returns one row.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median as middle

import dimod
import numpy as np

import sgq
from sgq.problem import IsingProblem, Seed
from sgq.sweeps import Serial, Store, Sweep
from sgq.sweeps.executors import Processes
from sgq.sweeps.runs import Outcome
from sgq.sweeps.standing import Standing
from sgq.sweeps.versions import environment
from sgq_solvers.sampler import Sampler, spin_samples

RUNS, LONG_RUNS, ROWS, ROUNDS = 20_000, 60, 10**6, 3
UP = np.ones((1, 2), np.int8)
OUTCOME = Outcome(
    Standing(True, ("ground_energy",)),
    '{"ground_energy": {"ground_energy": -91.234, "ground_energy_per_spin": -0.7128}}',
    num_variables=2,
    lowest_energy=-91.234,
    sampling_seconds=0.01,
    total_seconds=0.012,
)


def two_spins(*, coupling: float = 1.0, seed: Seed = None) -> IsingProblem:
    """Build it; the seed draws nothing."""
    return sgq.ising({(0, 1): coupling})


class Constant(Sampler):
    """Both spins up, after seconds of work or sleep."""

    def sample(
        self, bqm: dimod.BinaryQuadraticModel, *, work: float = 0.0, sleep: float = 0.0, seed: int | None = None
    ) -> dimod.SampleSet:
        """One row."""
        if work:
            until = time.thread_time() + work
            while time.thread_time() < until:
                pass
        if sleep:
            time.sleep(sleep)
        return spin_samples(UP, list(bqm.variables), bqm.vartype, np.zeros(1))


def sweep_of(instances: int, points: int = 1, **seconds: float) -> Sweep:
    """Couplings 1, 2, … by the solver above."""
    problems = {"two spins": ("sweeps:two_spins", {"coupling": {"each": [*range(1, points + 1)]}})}
    return Sweep(problems, {"constant": ("sweeps:Constant", seconds)}, instances=instances)


def cpu() -> float:
    """Seconds of this process, without its workers."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def clocked(function: Callable[[], object]) -> float:
    """Wall time of a call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def peak() -> float:
    """Largest memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def overhead(folder: Path) -> None:
    """Runs that take no time, by the default pool."""
    walls, cpus, rates, sizes = [], [], [], []
    for k in range(ROUNDS):
        store, began = folder / f"overhead{k}.db", cpu()
        walls.append(clocked(partial(sweep_of(RUNS).run, store)))
        cpus.append(1000 * (cpu() - began) / RUNS)
        rates.append((RUNS - 1) / np.ptp(sweep_of(RUNS).to_pandas(store)["finished"]))
        sizes.append(os.path.getsize(store) / RUNS)
    print(f"{RUNS} runs of no time: {middle(walls):.1f} s with the start of the pool")
    print(f"  driver: {middle(cpus):.3f} ms of CPU a run (goal: at most 1)")
    print(f"  from the first run saved to the last: {middle(rates):.0f} runs/s")
    print(f"  store: {middle(sizes):.0f} bytes a run (goal: below 1000)")


def large(folder: Path) -> None:
    """A store of many rows."""
    path, sweep = folder / "large.db", sweep_of(ROWS // 20, points=20)
    with Store(path, writable=True) as store:
        store.add_record(json.dumps(sweep.record()), environment())
        seconds = clocked(lambda: store.save((run, OUTCOME) for run in sweep))
        print(f"{ROWS} rows: saved in {seconds:.1f} s, {os.path.getsize(path) / ROWS:.0f} bytes a run")
        times = [clocked(lambda: Sweep.of(store).status(store)) for _ in range(ROUNDS)]
    print(f"  status alone: {middle(times):.2f} s")
    command = [Path(sys.executable).with_name("sgq"), "sweep", "status", path]
    times = [clocked(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(ROUNDS)]
    print(f"  `sgq sweep status`: {middle(times):.2f} s (goal: below 1)")
    print(f"  resumed run with nothing to do: {clocked(lambda: sweep.run(path, executor=Serial())):.1f} s")
    subprocess.run([sys.executable, __file__, "--table", path], check=True)


def table(path: str) -> None:
    """Time and memory of the table, in a process of its own."""
    sweep = Sweep.of(path)
    before = peak()
    seconds = clocked(lambda: sweep.to_pandas(path))
    print(f"  to_pandas: {seconds:.1f} s, peak of memory {peak():.0f} MB ({before:.0f} MB before)")


def scaling(folder: Path) -> None:
    """Two processes against one, by pools that are warm."""
    pools = {workers: Processes(workers) for workers in (1, 2)}
    for kind in ("work", "sleep"):
        times: dict[int, list[float]] = {1: [], 2: []}
        for k in range(ROUNDS + 1):
            for workers, pool in pools.items():
                store = folder / f"{kind}{workers}{k}.db"
                run = partial(sweep_of(LONG_RUNS, **{kind: 0.1}).run, store, executor=pool)
                times[workers].append(clocked(run))
        one, two = times[1][1:], times[2][1:]  # the first round started the workers
        r = sorted(a / b for a, b in zip(one, two, strict=True))
        print(f"{LONG_RUNS} runs of 0.1 s of {kind}: {middle(one):.2f} s by one process, {middle(two):.2f} s by two")
        print(f"  ratio {middle(r):.2f}, {r[0]:.2f} to {r[-1]:.2f} (goal: at least 1.8)")
    for pool in pools.values():
        pool.shutdown()


CASES = {"overhead": overhead, "large": large, "scaling": scaling}


def main() -> None:
    """All cases, or those named."""
    if sys.argv[1:2] == ["--table"]:
        table(sys.argv[2])
        return
    with tempfile.TemporaryDirectory() as folder:
        for case in sys.argv[1:] or CASES:
            CASES[case](Path(folder))


if __name__ == "__main__":
    main()
