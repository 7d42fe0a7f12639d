"""Annealing: it samples the Boltzmann distribution at fixed temperature, and stops when it should.

Every statistical test has a fixed seed and would fail a correct sampler with probability 1e-3 at most.
"""

import csv
import time
from pathlib import Path

import dimod
import numpy as np
import pytest
from scipy.stats import chisquare

import sgq


def all_spins(n: int) -> np.ndarray:
    return 2 * ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1) - 1


def boltzmann_pvalue(model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial, beta: float, seed: int) -> float:
    """Chi-square of 40 000 reads at fixed temperature over all 256 configurations, rare ones taken together."""
    reads = 40_000
    samples = sgq.solve(model, num_reads=reads, num_sweeps=60, beta_range=(beta, beta), seed=seed)
    spins = all_spins(8)
    rows = spins if model.vartype is dimod.SPIN else (spins + 1) // 2
    weights = np.exp(-beta * model.energies((rows, list(samples.variables))))
    observed = np.bincount((samples.record.sample > 0) @ (1 << np.arange(8)), minlength=256)
    expected = reads * weights / weights.sum()
    rare = expected < 8
    pooled = [np.append(counts[~rare], counts[rare].sum()) for counts in (observed, expected)]
    return float(chisquare(*pooled).pvalue)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("disorder", ["gaussian", "integer"])
def test_fixed_temperature_samples_the_boltzmann_distribution(vartype: str, disorder: str) -> None:
    rng = np.random.default_rng(5)
    draw = rng.standard_normal if disorder == "gaussian" else (lambda size: rng.integers(-1, 2, size).astype(float))
    J = np.triu(draw((8, 8)), 1)
    model = sgq.ising(J + J.T, draw(8)).model
    assert boltzmann_pvalue(model.change_vartype(vartype, inplace=False), beta=0.4, seed=11) > 1e-3


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_so_does_a_polynomial(vartype: str) -> None:
    rng = np.random.default_rng(6)
    orders = [1] * 4 + [2] * 6 + [3] * 6 + [4] * 2
    drawn = [(tuple(rng.choice(8, order, replace=False).tolist()), float(rng.integers(-2, 3))) for order in orders]
    model = dimod.BinaryPolynomial({**{(i,): 0.0 for i in range(8)}, **dict(drawn)}, vartype)
    assert boltzmann_pvalue(model, beta=0.5, seed=12) > 1e-3


def test_given_states_are_forgotten_at_infinite_temperature() -> None:
    model = dimod.BinaryQuadraticModel(dict.fromkeys(range(4), -0.3), {}, "SPIN")
    states = np.ones((1, 4), np.int8)
    samples = sgq.solve(model, initial_states=states, num_reads=2500, num_sweeps=60, beta_range=(0, 0), seed=1)
    assert abs(samples.record.sample.mean()) < 0.035  # 3.5 standard errors; what is left of the start is (7/8)^60


def test_domain_walls_meet_in_a_ferromagnetic_ring() -> None:
    problem = sgq.ising({(i, (i + 1) % 100): 1.0 for i in range(100)})
    assert sgq.solve(problem, seed=1).first.energy == -100


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_defaults_find_the_ground_state_at_any_scale_of_couplings(scale: float) -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=24, seed=3)
    exact = sgq.solve(problem, "exhaustive").first.energy
    scaled = sgq.ising(
        {tuple(pair): c * scale for pair, c in zip(problem.pairs.tolist(), problem.couplings, strict=True)}
    )
    assert sgq.solve(scaled, seed=1).first.energy == pytest.approx(scale * exact, rel=1e-9)


def test_equal_seeds_give_equal_bits() -> None:
    problem = sgq.build("edwards-anderson", shape=(6, 6), seed=1)
    first = sgq.solve(problem, num_reads=70, num_sweeps=20, seed=4)
    again = sgq.solve(problem, num_reads=70, num_sweeps=20, seed=4)
    other = sgq.solve(problem, num_reads=70, num_sweeps=20, seed=5)
    np.testing.assert_array_equal(first.record.sample, again.record.sample)
    assert (first.record.sample != other.record.sample).any()
    assert len(np.unique(first.record.sample, axis=0)) > 1


def test_a_time_limit_is_kept_and_used() -> None:
    problem = sgq.build("edwards-anderson", shape=(10, 10, 10), seed=1)
    sgq.solve(problem, num_reads=1, num_sweeps=1)
    started = time.perf_counter()
    samples = sgq.solve(problem, time_limit=1.0, seed=1)
    assert 0.9 < samples.info["sgq"]["seconds"]["sampling"] < 10  # generous: the machine may be busy
    assert time.perf_counter() - started < 10
    assert samples.info["sgq"]["num_sweeps"] > 64


def test_a_time_limit_leaves_reads_that_have_time_enough_as_they_are() -> None:
    problem = sgq.build("edwards-anderson", shape=(4, 4), disorder="bimodal", seed=1)
    free = sgq.solve(problem, num_reads=600, seed=1)
    limited = sgq.solve(problem, num_reads=600, time_limit=600, seed=1)
    assert limited.info["sgq"]["num_sweeps"] == 1000
    assert not limited.info["sgq"]["restarts"]
    np.testing.assert_array_equal(free.record.sample, limited.record.sample)


def test_a_number_of_reads_shares_a_short_time() -> None:
    """Without time, each block has a sweep, is quenched, and says that lengths were cut."""
    problem = sgq.build("edwards-anderson", shape=(4, 4), disorder="bimodal", seed=1)
    samples = sgq.solve(problem, num_reads=600, time_limit=0, seed=1)
    assert samples.info["sgq"]["num_sweeps"] == 1
    assert samples.info["sgq"]["stopped"] == "time_limit"


def test_reaching_the_target_ends_the_run() -> None:
    problem = sgq.build("ising", shape=(4, 4))
    samples = sgq.solve(problem, time_limit=60, target_energy=problem.ground_energy, seed=1)
    assert samples.first.energy == problem.ground_energy
    assert samples.info["sgq"]["stopped"] == "target_energy"
    assert samples.info["sgq"]["seconds"]["sampling"] < 30


def test_ctrl_c_returns_what_there_is() -> None:
    def interrupt(fraction: float, best: float) -> None:
        raise KeyboardInterrupt

    samples = sgq.solve(sgq.build("ising", shape=(4, 4)), num_reads=64, progress=interrupt, seed=1)
    assert samples.info["sgq"]["stopped"] == "interrupt"
    assert len(samples)


def test_progress_rises_to_one() -> None:
    seen: list[float] = []
    sgq.solve(sgq.build("ising", shape=(4, 4)), num_reads=600, seed=1, progress=lambda part, best: seen.append(part))
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)


@pytest.mark.parametrize("form", ["array", "samples", "mapping"])
def test_initial_states_are_where_the_reads_start(form: str) -> None:
    model = dimod.BinaryQuadraticModel({"a": 0.0, "b": 0.0, "c": 0.0}, {}, "BINARY")
    row = {"c": 1, "a": 0, "b": 1}
    states = {
        "array": np.array([[0, 1, 1]]),
        "samples": dimod.SampleSet.from_samples([row], "BINARY", energy=0),
        "mapping": row,
    }[form]
    hot = sgq.solve(model, initial_states=states, schedule=[0.0], num_reads=500, seed=2).record.sample
    # Free spins at beta = 0 turn over wherever a move is proposed, 15 times in 16: 4.6 standard errors.
    assert hot.mean(axis=0) == pytest.approx([15 / 16, 1 / 16, 1 / 16], abs=0.05)
    ferromagnet = dimod.BinaryQuadraticModel({}, {("a", "b"): -1.0, ("b", "c"): 1.0}, "SPIN")
    spins = {"array": np.array([[-1, -1, 1]]), "samples": dimod.SampleSet.from_samples([row], "BINARY", energy=0)}
    start = spins.get(form, {"a": -1, "b": -1, "c": 1})
    if form != "samples":
        kept = sgq.solve(ferromagnet, initial_states=start, schedule=[np.inf], num_reads=3, seed=2)
        np.testing.assert_array_equal(kept.record.sample, [[-1, -1, 1]] * 3)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"num_reads": 0}, "num_reads=0: an integer of at least 1"),
        ({"num_sweeps": 2.5}, "num_sweeps=2.5"),
        ({"beta_range": (1, -1)}, "beta_range"),
        ({"beta_range": (0, 1), "schedule": "geometric"}, "above 0 for a geometric schedule"),
        ({"schedule": "linaer"}, "did you mean 'linear'"),
        ({"schedule": [1.0], "num_sweeps": 3}, "leave beta_range and num_sweeps out"),
        ({"time_limit": -1}, "time_limit=-1"),
        ({"target_energy": float("nan")}, "target_energy=nan"),
        ({"initial_states": np.array([[1, 0]])}, "values other than -1 and 1"),
        ({"initial_states": np.array([[1, 1, 1]])}, "over the model's 2 variables"),
    ],
)
def test_errors_say_what_is_allowed(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sgq.solve(sgq.ising({(0, 1): 1.0}), "annealing", **parameters)


def test_every_uf20_formula_has_a_model(data: Path) -> None:
    files = sorted(data.glob("satlib_uf20-91/*.cnf.gz"))
    assert len(files) == 10
    for file in files:
        samples = sgq.solve(sgq.load(file), "annealing", num_reads=64, num_sweeps=500, seed=1)
        assert samples.first.energy == 0, file.name


def test_128_spin_droplets_have_the_stated_energy(data: Path) -> None:
    folder = data / "chimera_droplet"
    stated = {row["file"]: float(row["value"]) for row in csv.DictReader((folder / "optima.csv").open())}
    files = sorted(folder.glob("chimera128*.txt"))
    assert len(files) == 6
    for file in files:
        problem = sgq.load(file, format="ising")
        target = stated[file.name] + 1e-4
        samples = sgq.solve(problem, time_limit=60, target_energy=target, seed=1)
        assert samples.first.energy == pytest.approx(stated[file.name], abs=1e-4), file.name


@pytest.mark.parametrize("solver", ["annealing", "tempering", "population"])
def test_however_short_the_time_there_is_an_answer(solver: str) -> None:
    problem = sgq.build("edwards-anderson", shape=(6, 6, 6), seed=1)
    samples = sgq.solve(problem, solver, time_limit=0.0, seed=1)
    assert len(samples)
    assert samples.info["sgq"]["stopped"] == "time_limit"
