"""What the replica solvers do at their limits: odd arguments, huge numbers, couplings far apart, Ctrl-C."""

import json
import signal
import time

import dimod
import numpy as np
import pytest

import sgq

SOLVERS = ["annealing", "tempering", "population"]


def test_a_schedule_of_any_length_takes_no_memory() -> None:
    problem = sgq.build("edwards-anderson", shape=(6, 6), disorder="bimodal", seed=1)
    started = time.perf_counter()
    samples = sgq.solve(problem, num_sweeps=10**12, time_limit=0.3, seed=1)
    assert time.perf_counter() - started < 20
    assert samples.info["sgq"]["stopped"] == "time_limit"
    assert samples.info["sgq"]["num_sweeps"] < 10**9


@pytest.mark.parametrize("schedule", ["linear", "geometric"])
def test_pieces_of_a_schedule_are_the_schedule(schedule: str) -> None:
    from sgq_solvers.schedule import Schedule

    plan = Schedule(1.0, (0.5, 4.0), schedule, 100)
    space = np.linspace if schedule == "linear" else np.geomspace
    pieces = [plan.betas(100, k, k + 7) for k in range(0, 100, 7)]
    np.testing.assert_allclose(np.concatenate(pieces), space(0.5, 4.0, 100))


def test_the_default_ends_in_a_quench() -> None:
    from sgq_solvers.schedule import Schedule

    betas = Schedule(2.0, None, "linear", 10).betas(10, 0, 100)
    assert betas[0] == pytest.approx(0.05)
    assert betas[9] == pytest.approx(3.0)
    assert np.isinf(betas[10:]).all()
    assert len(betas) == 14


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_best_states_of_all_are_no_reads(solver: str) -> None:
    """Their share of hits is not a success probability, and `compare` gives none."""
    problem = sgq.build("edwards-anderson", shape=(5, 5), disorder="bimodal", seed=1)
    row = next(iter(sgq.compare(problem, {"three": (solver, {"keep": 3})}, seed=1)))
    assert row.hits == 3
    assert row.success_probability is None
    assert row.time_to_solution is None
    assert "no independent reads" in row.note


@pytest.mark.parametrize("solver", ["annealing", "tempering"])
def test_truth_values_are_not_guessed(solver: str) -> None:
    with pytest.raises(ValueError, match="independent='no': True or False"):
        sgq.solve(sgq.ising({(0, 1): 1.0}), solver, independent="no")


@pytest.mark.parametrize("solver", SOLVERS)
def test_progress_has_to_be_callable(solver: str) -> None:
    with pytest.raises(ValueError, match="progress=5: a function"):
        sgq.solve(sgq.ising({(0, 1): 1.0}), solver, progress=5)


def test_a_population_at_infinite_temperature_reports_progress() -> None:
    seen: list[float] = []
    sgq.solve(sgq.ising({(0, 1): 1.0}), "population", schedule=[0, 0], progress=lambda part, best: seen.append(part))
    assert seen == [1.0]


def test_a_population_that_fits_no_machine_is_refused() -> None:
    with pytest.raises(ValueError, match="num_reads=1000000000000: an integer of at least 1 and at most"):
        sgq.solve(sgq.ising({(0, 1): 1.0}), "population", num_reads=10**12)


@pytest.mark.parametrize(("couplings", "kernel"), [((5.0, 7.0), "multi-spin"), ((50.0, 70.0), "multi-spin")])
def test_common_units_need_not_be_couplings(couplings: tuple[float, float], kernel: str) -> None:
    problem = sgq.ising({(0, 1): couplings[0], (1, 2): couplings[1]})
    assert sgq.solve(problem, seed=1).info["sgq"]["kernel"] == kernel
    assert sgq.solve(sgq.ising({(0, 1): 50.0, (1, 2): 71.0}), seed=1).info["sgq"]["kernel"] == "int8 lanes"


def test_couplings_that_float32_cannot_hold_beside_each_other_are_reported() -> None:
    model = dimod.BinaryQuadraticModel({0: 1.0}, {(0, 1): 1e8 * np.pi}, "SPIN")
    assert "float32" in sgq.solve(model, seed=1).info["sgq"]["precision"]
    assert "precision" not in sgq.solve(sgq.build("edwards-anderson", shape=(4, 4), seed=1), seed=1).info["sgq"]


@pytest.mark.parametrize("scale", [1e-300, 1e300])
@pytest.mark.parametrize("solver", SOLVERS)
def test_any_scale_of_couplings_gives_json(solver: str, scale: float) -> None:
    problem = sgq.ising({(0, 1): scale, (1, 2): -scale, (0, 2): 0.5 * scale})
    samples = sgq.solve(problem, solver, seed=1)
    assert samples.first.energy == pytest.approx(-1.5 * scale)
    json.dumps(samples.info["sgq"], allow_nan=False)


@pytest.mark.parametrize("solver", ["annealing", "tempering"])
@pytest.mark.parametrize("milliseconds", [1, 2, 3, 5, 8, 30])
def test_ctrl_c_at_any_moment_ends_the_run(solver: str, milliseconds: int) -> None:
    """Before the workers start there is nothing to return; from then on there are states, and soon."""
    problem = sgq.build("edwards-anderson", shape=(20, 20), disorder="bimodal", seed=1)
    sgq.solve(problem, solver, num_sweeps=5)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)
    started = time.perf_counter()
    try:
        samples = sgq.solve(problem, solver, num_sweeps=10**7, num_threads=2, num_reads=2000, seed=1)
        assert samples.info["sgq"]["stopped"] == "interrupt"
    except KeyboardInterrupt:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    assert time.perf_counter() - started < 10  # of some minutes; generous, the machine may be busy
