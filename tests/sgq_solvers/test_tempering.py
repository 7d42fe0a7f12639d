"""Parallel tempering: equilibrium at every temperature, ground states, and when it stops.

Every statistical test has a fixed seed and would fail a correct sampler with probability 1e-3 at most.
"""

import time
from pathlib import Path

import dimod
import numpy as np
import pytest
from scipy.stats import chisquare

import sgq
from sgq.models import QuadraticForm
from sgq_solvers.ensembles import Ensembles
from sgq_solvers.ladder import Ladder
from sgq_solvers.replicas import Lanes, QuadraticModel
from sgq_solvers.replicas.byte_lanes import ByteLanes
from sgq_solvers.replicas.cached import Dense
from sgq_solvers.replicas.float_lanes import FloatLanes
from sgq_solvers.replicas.multispin import MultiSpin

N = 8
SPINS = (2 * ((np.arange(1 << N)[:, None] >> np.arange(N)) & 1) - 1).astype(np.int8)


def chain_with_fields(gaussian: bool) -> QuadraticForm:
    """A frustrated ring with chords and fields."""
    rng = np.random.default_rng(3)
    pairs = np.array([(i, (i + d) % N) for d in (1, 3) for i in range(N)])
    draw = rng.standard_normal if gaussian else (lambda size: rng.choice([-1.0, 1.0], size))
    return QuadraticForm(pairs, draw(len(pairs)), draw(N) * (0.5 if gaussian else 1.0))


@pytest.mark.parametrize("kernel", [FloatLanes, ByteLanes, MultiSpin, Dense])
def test_every_temperature_is_in_equilibrium(kernel: type[Lanes]) -> None:
    """Sixteen chi-square tests a kernel, each at 1e-3 / 16: cluster moves too, where the kernel takes part in them."""
    model = QuadraticModel(chain_with_fields(gaussian=kernel in (FloatLanes, Dense)))
    ensembles = Ensembles(kernel(model), Ladder(np.linspace(0.1, 1.2, 16)), np.random.SeedSequence(5), None, True)
    assert ensembles.clusters == (kernel is FloatLanes)
    counts = np.zeros((16, 1 << N))
    for step in range(3000 // ensembles.count if kernel is not Dense else 3000):
        ensembles.advance(1, -np.inf)
        if step >= 10:
            for t in range(16):
                rows = ensembles.rows(np.arange(ensembles.count), t)
                counts[t] += np.bincount((rows > 0) @ (1 << np.arange(N)), minlength=1 << N)
    energies = model.energies(SPINS)
    for t, beta in enumerate(ensembles.ladder.betas):
        weights = np.exp(-beta * (energies - energies.min()))
        expected = counts[t].sum() * weights / weights.sum()
        rare = expected < 8
        pooled = [np.append(c[~rare], c[rare].sum()) for c in (counts[t], expected)]
        pooled = pooled if pooled[1][-1] else [c[:-1] for c in pooled]
        assert chisquare(*pooled).pvalue > 1e-3 / 16, f"beta = {beta}"


def test_the_coldest_replicas_are_a_boltzmann_sample() -> None:
    form = chain_with_fields(gaussian=True)
    model = dimod.BinaryQuadraticModel.from_numpy_vectors(form.fields, (*form.pairs.T, form.couplings), 0.0, "SPIN")
    samples = sgq.solve(model, "tempering", beta_range=(0.1, 0.7), num_reads=4000, num_sweeps=300, keep="last", seed=3)
    energies = form.energies(SPINS)
    weights = np.exp(-0.7 * energies)
    mean = (weights * energies).sum() / weights.sum()
    spread = np.sqrt((weights * energies**2).sum() / weights.sum() - mean**2)
    assert len(samples) == 4000
    assert abs(samples.record.energy.mean() - mean) < 3.3 * spread / np.sqrt(4000)


@pytest.mark.parametrize("disorder", ["gaussian", "bimodal"])
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_ground_states_are_those_of_enumeration(disorder: str, vartype: str) -> None:
    problem = sgq.build("edwards-anderson", shape=(5, 5), disorder=disorder, field=0.3, seed=2)
    exact = sgq.solve(problem, "exhaustive").first.energy
    model = problem.model.change_vartype(vartype, inplace=False)
    assert sgq.solve(model, "tempering", seed=1).first.energy == pytest.approx(exact, abs=1e-9)


def test_polynomials_are_tempered_as_they_are() -> None:
    problem = sgq.build("p-spin", n=14, p=3, seed=1)
    exact = sgq.solve(problem, "exhaustive").first.energy
    samples = sgq.solve(problem, "tempering", seed=1)
    assert samples.first.energy == pytest.approx(exact, abs=1e-9)
    assert samples.info["sgq"]["kernel"] == "term lanes"


def test_the_ladder_evens_out_its_exchanges_and_grows() -> None:
    problem = sgq.build("edwards-anderson", shape=(14, 14, 14), seed=1)
    info = sgq.solve(problem, "tempering", num_sweeps=4000, seed=1).info["sgq"]
    assert len(info["betas"]) > 16
    assert min(info["exchange_rates"]) > 0.1
    assert np.std(info["exchange_rates"]) < 0.15
    assert info["betas"] == sorted(info["betas"])


def test_a_ladder_of_ones_own_stays() -> None:
    betas = np.geomspace(0.2, 3.0, 32).tolist()
    info = sgq.solve(sgq.build("edwards-anderson", shape=(6, 6), seed=1), "tempering", schedule=betas, seed=1).info[
        "sgq"
    ]
    assert info["betas"] == betas
    assert len(info["exchange_rates"]) == 31
    assert info["round_trips"] > 0


def test_equal_seeds_give_equal_bits_on_any_number_of_threads() -> None:
    problem = sgq.build("edwards-anderson", shape=(6, 6), disorder="bimodal", seed=1)
    runs = [
        sgq.solve(problem, "tempering", num_reads=70, num_sweeps=200, seed=4, num_threads=t).record.sample
        for t in (1, 1, 3)
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    np.testing.assert_array_equal(runs[0], runs[2])
    other = sgq.solve(problem, "tempering", num_reads=70, num_sweeps=200, seed=5).record.sample
    assert (runs[0] != other).any()


def test_reads_are_as_many_as_asked_for() -> None:
    problem = sgq.build("edwards-anderson", shape=(4, 4), seed=1)
    for reads in (1, 5, 300):
        assert len(sgq.solve(problem, "tempering", num_reads=reads, num_sweeps=20, seed=1)) == reads


def test_a_time_limit_and_a_target_end_the_run() -> None:
    problem = sgq.build("ising", shape=(6, 6))
    sgq.solve(problem, "tempering", num_sweeps=5)
    started = time.perf_counter()
    samples = sgq.solve(sgq.build("edwards-anderson", shape=(8, 8, 8), seed=1), "tempering", time_limit=1.0, seed=1)
    assert samples.info["sgq"]["stopped"] == "time_limit"
    assert 0.9 < time.perf_counter() - started < 10  # generous: the machine may be busy
    samples = sgq.solve(problem, "tempering", time_limit=60, target_energy=problem.ground_energy, seed=1)
    assert samples.first.energy == problem.ground_energy
    assert samples.info["sgq"]["stopped"] == "target_energy"


def test_the_best_states_of_all_are_distinct() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=12, seed=1)
    spins = 2 * ((np.arange(1 << 12)[:, None] >> np.arange(12)) & 1) - 1
    lowest = np.sort(problem.energies(spins))[:4]
    samples = sgq.solve(problem, "tempering", keep=4, seed=1)
    assert len(np.unique(samples.record.sample, axis=0)) == 4
    np.testing.assert_allclose(np.sort(samples.record.energy), lowest)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"beta_range": (2, 1)}, "the hottest inverse temperature first"),
        ({"schedule": [1.0, 2.0]}, "one of 16, 32, 64"),
        ({"schedule": np.linspace(1, 2, 16), "beta_range": (1, 2)}, "leave beta_range out"),
        ({"keep": "bets"}, "'last', 'best' or a number of states"),
        ({"num_threads": 0}, "num_threads=0: an integer of at least 1"),
    ],
)
def test_errors_say_what_is_allowed(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sgq.solve(sgq.ising({(0, 1): 1.0}), "tempering", **parameters)


def test_a_second_method_agrees_on_a_hard_glass(data: Path) -> None:
    """EA3D_gauss_L6: the stated optimum is from annealing and tempering by other code."""
    file = np.load(data / "generated_ising" / "EA3D_gauss_L6.npz")
    model = dimod.BinaryQuadraticModel.from_numpy_vectors(
        np.zeros(int(file["N"])), (file["i"], file["j"], file["w"]), 0.0, "SPIN"
    )
    samples = sgq.solve(model, "tempering", time_limit=60, target_energy=-349.6467 + 1e-3, seed=1)
    assert samples.first.energy == pytest.approx(-349.6467, abs=1e-3)
