"""path-integral: ground states by default, what it keeps and says, and when it stops. Seeds are fixed."""

import json
import time
from typing import Any

import dimod
import numpy as np
import pytest
from path_integral_helpers import glass

import sgq

SLICES = [8, "continuous"]
both = pytest.mark.parametrize("num_slices", SLICES)


def ring(n: int = 12) -> dimod.BinaryQuadraticModel:
    return dimod.BinaryQuadraticModel({}, {(i, (i + 1) % n): -1.0 for i in range(n)}, "SPIN")


def constant(A: float, B: float) -> list[list[float]]:
    return [[0, A, B], [1, A, B]]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("num_slices", [32, "continuous"])
def test_defaults_find_the_ground_state_at_any_scale_of_couplings(scale: float, num_slices: Any) -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=24, seed=3)
    exact = sgq.solve(problem, "exhaustive").first.energy
    pairs = zip(problem.pairs.tolist(), problem.couplings, strict=True)
    scaled = sgq.ising({tuple(pair): c * scale for pair, c in pairs})
    samples = sgq.solve(scaled, "path-integral", num_sweeps=200, num_slices=num_slices, num_reads=32, seed=1)
    assert samples.first.energy == pytest.approx(scale * exact, rel=1e-9)


@both
def test_equal_seeds_give_equal_answers_on_any_number_of_threads(num_slices: Any) -> None:
    options = {"num_reads": 130, "num_sweeps": 20, "num_slices": num_slices}
    first = sgq.solve(glass(), "path-integral", seed=4, num_threads=1, **options)
    again = sgq.solve(glass(), "path-integral", seed=4, num_threads=3, **options)
    other = sgq.solve(glass(), "path-integral", seed=5, num_threads=1, **options)
    np.testing.assert_array_equal(first.record.sample, again.record.sample)
    assert first.info["sgq"]["world_lines"] == again.info["sgq"]["world_lines"]
    assert first.info["sgq"]["world_lines"] != other.info["sgq"]["world_lines"]


@both
def test_the_best_state_of_a_read_is_no_higher_than_its_last(num_slices: Any) -> None:
    options = {"num_slices": num_slices, "annealing_schedule": constant(3, 2), "beta": 1.0, "num_sweeps": 64, "seed": 2}
    best = sgq.solve(glass(), "path-integral", keep="best", **options).record.energy
    last = sgq.solve(glass(), "path-integral", keep="last", **options).record.energy
    assert (best <= last + 1e-9).all()
    assert best.mean() < last.mean() - 0.5


@both
def test_world_lines_without_a_transverse_field_stay_straight(num_slices: Any) -> None:
    """Every slice then has the energy of the state returned, and nothing of it is in the field."""
    options = {"num_slices": num_slices, "annealing_schedule": constant(0, 2), "beta": 1.0, "num_sweeps": 40}
    samples = sgq.solve(glass(), "path-integral", keep="last", seed=3, **options)
    lines = samples.info["sgq"]["world_lines"]
    assert lines["problem_energy"][-1] == pytest.approx(samples.record.energy.mean(), rel=1e-5)
    assert lines["transverse_energy"][-1] == 0


@both
def test_initial_states_are_where_the_reads_start(num_slices: Any) -> None:
    """Two ground states of a ring, which a cold one never leaves, in turn."""
    states = np.array([[1] * 12, [-1] * 12], np.int8)
    cold = {"annealing_schedule": constant(0, 2), "beta": 50.0, "num_sweeps": 20, "num_slices": num_slices}
    samples = sgq.solve(ring(), "path-integral", initial_states=states, num_reads=10, seed=1, **cold)
    np.testing.assert_array_equal(samples.record.sample, np.tile(states, (5, 1)))


def test_the_energies_along_the_way_are_those_of_the_schedule() -> None:
    """Looks from the transverse ground state to the classical one; info is JSON and names the path."""
    samples = sgq.solve(ring(), "path-integral", annealing_schedule="quadratic", beta=10.0, num_sweeps=320, seed=1)
    info = json.loads(json.dumps(samples.info["sgq"]))
    lines = info["world_lines"]
    assert len({len(values) for values in lines.values()}) == 1
    assert len(lines["s"]) == 10
    assert lines["s"][-1] == 1
    assert lines["s"] == sorted(lines["s"])
    early = lines["s"][0]
    assert lines["total_energy"][0] == pytest.approx(-12 * (1 - early) ** 2, rel=0.05)
    assert lines["total_energy"][-1] == pytest.approx(-12, abs=1)
    s, problem, transverse, total = (
        np.array(lines[k]) for k in ("s", *(f"{n}_energy" for n in ("problem", "transverse", "total")))
    )
    np.testing.assert_allclose(total, s**2 * problem + transverse, atol=1e-12)
    assert (info["schedule"], info["A"], info["B"], info["beta"]) == ("quadratic", [2, 0], [0, 2], 10)


def test_a_default_beta_is_in_units_of_the_energies_at_the_end() -> None:
    """Whatever B ends at, beta B / 2 is the same; rms is √2 for a ring."""
    for B in (2.0, 70.0):
        path = [[0, B, 0], [1, 0, B]]
        options = {"annealing_schedule": path, "num_sweeps": 1, "seed": 1}
        slices = sgq.solve(ring(), "path-integral", num_slices=np.int64(12), **options).info["sgq"]
        limit = sgq.solve(ring(), "path-integral", num_slices="continuous", **options).info["sgq"]
        assert slices["beta"] * B / 2 == pytest.approx(5 * 12 / 2**0.5)
        assert limit["beta"] * B / 2 == pytest.approx(10 / 2**0.5)
        assert (slices["independent"], limit["independent"]) == (False, True)
        assert (slices["num_slices"], limit["num_slices"]) == (12, "continuous")


@both
def test_a_time_limit_is_kept_and_used(num_slices: Any) -> None:
    problem = sgq.build("edwards-anderson", shape=(6, 6, 6), seed=1)
    sgq.solve(problem, "path-integral", num_sweeps=1, num_reads=1, num_slices=num_slices)
    samples = sgq.solve(problem, "path-integral", time_limit=0.6, num_slices=num_slices, seed=1)
    info = samples.info["sgq"]
    assert 0.4 < info["seconds"]["sampling"] < 10  # generous: the machine may be busy
    assert info["restarts"]
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


def test_a_polynomial_is_made_quadratic() -> None:
    model = dimod.BinaryPolynomial({(0, 1, 2): 1.0, (0,): -0.5, (1, 3): 0.7}, "SPIN")
    lowest = dimod.ExactPolySolver().sample_poly(model).first.energy
    assert sgq.solve(model, "path-integral", seed=1).first.energy == pytest.approx(lowest)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"num_reads": 0}, "num_reads=0: an integer of at least 1"),
        ({"num_slices": 0}, "num_slices=0: an integer of at least 1"),
        ({"num_slices": "infinite"}, "num_slices='infinite': a number of slices, or 'continuous'"),
        ({"num_slices": 10**12}, "num_slices=1000000000000"),
        ({"beta": 0}, "beta=0: a finite number above 0"),
        ({"keep": "lowest"}, "keep='lowest': one of 'best', 'last'"),
        ({"annealing_schedule": "linaer"}, "did you mean 'linear'"),
        ({"annealing_schedule": [[0, 1, 1]]}, "at least two rows of s, A, B"),
        ({"independent": 1}, "independent=1: True or False"),
        ({"time_limit": -1}, "time_limit=-1"),
        ({"progress": 3}, "progress=3"),
        ({"initial_states": [[0] * 12]}, "initial_states"),
    ],
)
def test_bad_parameters_are_named(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("[", r"\[")):
        sgq.solve(ring(), "path-integral", **parameters)
