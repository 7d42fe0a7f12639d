"""path-integral under limits of time and memory, and how it stops. Seeds are fixed; no test depends on a speed."""

import time
import tracemalloc
from typing import Any

import dimod
import numpy as np
import pytest
from path_integral_helpers import glass
from replica_helpers import gaussian

import sgq
from sgq.annealing_schedule import annealing_schedule
from sgq_solvers.path_integral.bits import BitTime
from sgq_solvers.path_integral.lines import ContinuousTime, DiscreteTime
from sgq_solvers.path_integral.run import QuantumAnnealing
from sgq_solvers.replicas import QuadraticModel, model_of
from sgq_solvers.sampler import Clock
from sgq_solvers.workers import Run

both = pytest.mark.parametrize("num_slices", [8, "continuous"])


def ring(n: int = 12) -> dimod.BinaryQuadraticModel:
    return dimod.BinaryQuadraticModel({}, {(i, (i + 1) % n): -1.0 for i in range(n)}, "SPIN")


def cube(n: int = 6) -> sgq.Problem:
    return sgq.build("edwards-anderson", shape=(n, n, n), disorder="bimodal", seed=1)


@both
def test_a_time_limit_is_kept_and_used(num_slices: Any) -> None:
    problem = sgq.build("edwards-anderson", shape=(6, 6, 6), seed=1)
    sgq.solve(problem, "path-integral", num_sweeps=1, num_reads=1, num_slices=num_slices)
    samples = sgq.solve(problem, "path-integral", time_limit=0.6, num_slices=num_slices, seed=1)
    info = samples.info["sgq"]
    assert 0.4 < info["seconds"]["sampling"] < 10  # generous: the machine may be busy
    assert info["reads"] == len(samples) > 1


@both
def test_a_run_without_time_returns_what_there_is(num_slices: Any) -> None:
    problem = sgq.build("edwards-anderson", shape=(6, 6, 6), seed=1)
    options = {"num_reads": 200, "num_sweeps": 10**6, "num_slices": num_slices, "num_threads": 1}
    samples = sgq.solve(problem, "path-integral", time_limit=0.1, seed=1, **options)
    info = samples.info["sgq"]
    assert info["stopped"] == "time_limit"
    assert len(samples) == info["batch"]
    assert 0 < info["num_sweeps"] < 10**6
    assert info["world_lines"]["s"][-1] < 0.9


@both
@pytest.mark.parametrize("num_reads", [None, 600])
def test_reads_whose_length_is_left_to_us_come_to_the_end_however_short_the_time(
    num_slices: Any, num_reads: Any
) -> None:
    options = {"num_slices": num_slices, "num_reads": num_reads, "num_threads": 1}
    info = sgq.solve(cube(), "path-integral", time_limit=0, seed=1, **options).info["sgq"]
    assert info["num_sweeps"] == 2
    assert info["world_lines"]["s"] == [1]
    assert info["reads"] == info["batch"]


@both
def test_reads_whose_length_was_too_long_end_with_a_sweep_at_the_end(
    num_slices: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QuantumAnnealing, "sweeps", lambda self, number, pace: 10**7)
    info = sgq.solve(cube(), "path-integral", time_limit=0.1, num_slices=num_slices, seed=1).info["sgq"]
    assert info["num_sweeps"] < 10**7
    early, end = info["world_lines"]["s"]
    assert (early < 1 / 32, end) == (True, 1)
    assert info["world_lines"]["transverse_energy"][-1] == 0


@both
def test_a_time_limit_leaves_reads_that_have_time_enough_as_they_are(num_slices: Any) -> None:
    free = sgq.solve(ring(), "path-integral", num_reads=64, num_slices=num_slices, seed=1)
    limited = sgq.solve(ring(), "path-integral", num_reads=64, num_slices=num_slices, time_limit=600, seed=1)
    assert limited.info["sgq"]["num_sweeps"] == 1000
    assert not limited.info["sgq"]["restarts"]
    np.testing.assert_array_equal(free.record.sample, limited.record.sample)


def annealing(time_limit: float, wanted: int | None, num_blocks: int, workers: int) -> QuantumAnnealing:
    model = gaussian()
    assert isinstance(model, QuadraticModel)
    return QuantumAnnealing(
        lines=DiscreteTime(model, 4),
        path=annealing_schedule(),
        beta=1.0,
        num_sweeps=None,
        start=None,
        keep_best=True,
        independent=True,
        wanted=wanted,
        seeds=np.random.SeedSequence(1),
        run=Run(Clock(time_limit), None, 0.0, None, num_blocks),
        workers=workers,
    )


def test_restarts_double_and_the_last_takes_the_time_that_is_left() -> None:
    restarts = annealing(1e6, None, 1000, 2)
    assert [restarts.sweeps(number, 1.0) for number in range(6)] == [64, 64, 128, 128, 256, 256]
    assert restarts.sweeps(20, 4.8) == 64 << 10
    assert restarts.sweeps(20, 5.0) == pytest.approx(0.95e6 / 5, rel=0.01)


def test_a_number_of_reads_shares_the_time() -> None:
    """Five turns of two blocks, then one."""
    shares = annealing(1e4, 640, 10, 2)
    assert shares.sweeps(0, 1.0) == 1000
    assert shares.sweeps(0, 10.0) == pytest.approx(0.95e4 / 10 / 5, rel=0.02)
    assert shares.sweeps(9, 10.0) == pytest.approx(0.95e4 / 10, rel=0.02)


def test_updates_are_those_of_the_reads_returned() -> None:
    """Ten of 64, eight spins in four slices."""
    ten = annealing(600, 10, 1, 1)
    ten.num_sweeps = 5
    reads = ten.run.results[0] = ten(0)
    rows, info = ten.answer()
    assert len(rows) == 10
    assert info["updates_per_ns"] == pytest.approx(1e-9 * 10 * 5 * 8 * 4 / reads.seconds)


@both
def test_without_a_finished_block_all_are_returned_and_the_best_so_far_among_them(num_slices: Any) -> None:
    seen: list[float] = []
    options = {"num_sweeps": 10**6, "num_slices": num_slices, "num_threads": 2, "num_reads": 2000}
    samples = sgq.solve(
        cube(), "path-integral", time_limit=0.6, progress=lambda part, best: seen.append(best), seed=1, **options
    )
    info = samples.info["sgq"]
    assert len(samples) == info["reads"] == 2 * info["batch"]
    assert samples.first.energy <= min(seen) < 0
    assert {len(values) for values in info["world_lines"].values()} == {1}


@both
def test_progress_knows_an_energy_before_the_first_look(num_slices: Any) -> None:
    """Which is at s = 1/32."""

    def stop(part: float, best: float) -> None:
        if best < np.inf:
            raise KeyboardInterrupt

    options = {"num_sweeps": 10**7, "num_slices": num_slices, "num_threads": 1}
    samples = sgq.solve(ring(), "path-integral", progress=stop, seed=1, **options)
    assert samples.info["sgq"]["world_lines"]["s"][-1] < 1 / 32


@both
def test_reaching_the_target_ends_the_run(num_slices: Any) -> None:
    samples = sgq.solve(ring(), "path-integral", target_energy=-12, time_limit=60, num_slices=num_slices, seed=1)
    assert samples.first.energy == -12
    assert samples.info["sgq"]["stopped"] == "target_energy"
    assert samples.info["sgq"]["seconds"]["sampling"] < 30


@both
def test_ctrl_c_returns_what_there_is(num_slices: Any) -> None:
    def interrupt(fraction: float, best: float) -> None:
        raise KeyboardInterrupt

    options = {"num_sweeps": 10**6, "num_slices": num_slices, "num_threads": 1}
    started = time.perf_counter()
    samples = sgq.solve(ring(), "path-integral", progress=interrupt, seed=1, **options)
    assert samples.info["sgq"]["stopped"] == "interrupt"
    assert len(samples) == samples.info["sgq"]["batch"]
    assert time.perf_counter() - started < 20


def test_progress_rises_to_one() -> None:
    seen: list[float] = []
    sgq.solve(ring(), "path-integral", num_reads=200, num_sweeps=64, progress=lambda part, best: seen.append(part))
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)


def test_the_memory_of_a_block_is_what_it_is_said_to_be() -> None:
    """NumPy's part of it: spins, states and what is made on the way."""
    model, _ = model_of(cube(14).model)
    assert isinstance(model, QuadraticModel)
    for lines in (DiscreteTime(model, 32), BitTime(model, 32), DiscreteTime(model, 1)):
        tracemalloc.start()
        block = lines.start(np.random.SeedSequence(1), None, False)
        lines.sweep(block, np.ones(1), np.ones(1))
        look = lines.look(block)
        look.lowest[lines.model.energies(look.lowest) < 0] = 1
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < lines.block_bytes(1.0) < 2 * peak


def test_kinks_need_no_more_memory_than_said() -> None:
    model, _ = model_of(cube().model)
    assert isinstance(model, QuadraticModel)
    lines = ContinuousTime(model)
    for rate in (1.0, 100.0):
        block = lines.start(np.random.SeedSequence(1), None, True)
        lines.sweep(block, np.full(30, rate), np.full(30, 0.1))
        assert sum(read.kinks.nbytes for read in block) < lines.block_bytes(rate)


def test_blocks_at_work_must_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sgq_solvers.path_integral.sampler.free_memory", lambda: 2e5)
    sgq.solve(ring(), "path-integral", num_reads=600, num_sweeps=1, num_threads=1)
    sgq.solve(glass(), "path-integral", num_reads=64, num_sweeps=1, num_threads=64)
    with pytest.raises(ValueError, match=r"num_slices=16: path-integral needs .* 64 x 64 reads .* take fewer slices"):
        sgq.solve(glass(), "path-integral", num_reads=10_000, num_threads=64)
    with pytest.raises(ValueError, match=r"2 x 512 reads .* or num_threads=1 or independent=True"):
        sgq.solve(ring(100), "path-integral", num_reads=600, num_threads=2)
    with pytest.raises(ValueError, match=r"num_slices='continuous': .* take a lower beta or A$"):
        sgq.solve(ring(), "path-integral", num_slices="continuous", beta=1e4, num_threads=1)
