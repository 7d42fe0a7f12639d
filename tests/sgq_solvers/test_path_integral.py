"""path-integral: ground states by default, what it keeps and says. Seeds are fixed."""

import json
import re
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
    assert -12 <= lines["total_energy"][-1] < -11
    s, problem, transverse, total = (
        np.array(lines[k]) for k in ("s", *(f"{n}_energy" for n in ("problem", "transverse", "total")))
    )
    np.testing.assert_allclose(total, s**2 * problem + transverse, atol=1e-12)
    assert (info["schedule"], info["A"], info["B"], info["beta"]) == ("quadratic", [2, 0], [0, 2], 10)


@both
def test_an_anneal_that_lags_behind_is_not_below_the_ground_state_at_its_end(num_slices: Any) -> None:
    """Kinks are left over from earlier where it is fast, but there is no transverse field."""
    problem = sgq.build("edwards-anderson", shape=(4, 4, 4), seed=1)
    ground = sgq.solve(problem, "tempering", seed=1).first.energy
    samples = sgq.solve(problem, "path-integral", num_slices=num_slices, num_sweeps=64, num_reads=16, seed=1)
    lines = samples.info["sgq"]["world_lines"]
    assert lines["transverse_energy"][0] < 0
    assert lines["transverse_energy"][-1] == 0
    assert lines["total_energy"][-1] == pytest.approx(lines["problem_energy"][-1])
    assert lines["total_energy"][-1] > ground


def test_few_slices_at_the_default_beta_give_no_energy_of_the_hamiltonian() -> None:
    """Except where it is classical; in continuous time they do, at every look."""
    few = sgq.solve(glass(), "path-integral", num_sweeps=320, seed=1).info["sgq"]["world_lines"]
    assert max(few["trotter"]) == pytest.approx(25 / 4, rel=0.05)  # (5 / rms)^2 rms^2 s (1 - s)
    assert [energy is None for energy in few["total_energy"]] == [trotter > 0.1 for trotter in few["trotter"]]
    assert few["total_energy"].count(None) == 9
    limit = sgq.solve(glass(), "path-integral", num_sweeps=320, num_slices="continuous", seed=1).info["sgq"]
    assert set(limit["world_lines"]["trotter"]) == {0}
    assert None not in limit["world_lines"]["total_energy"] + limit["world_lines"]["total_energy_error"]


def test_default_beta_and_field_are_in_units_of_the_energies_at_the_end() -> None:
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
    assert sgq.solve(ring(), "path-integral", num_sweeps=1).info["sgq"]["A"] == pytest.approx([2 * 2**0.5, 0])


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
        ({"num_slices": 10**12}, "num_slices=1000000000000: path-integral needs 9.6e+04 GB"),
        ({"num_slices": "continuous", "beta": 1e7}, "beta=1e+07 and annealing_schedule 'table'"),
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
    with pytest.raises(ValueError, match=re.escape(message)):
        sgq.solve(ring(), "path-integral", **parameters)
