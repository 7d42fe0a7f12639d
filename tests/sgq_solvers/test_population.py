"""Population annealing: free energies and means against enumeration, families, and when it stops.

Every statistical test has a fixed seed and would fail a correct sampler with probability 1e-3 at most.
"""

import numpy as np
import pytest
from scipy.stats import chisquare

import sgq
from sgq.models import QuadraticForm
from sgq_solvers.population import PopulationSampler

N = 10
SPINS = (2 * ((np.arange(1 << N)[:, None] >> np.arange(N)) & 1) - 1).astype(np.int8)


def glass(disorder: str = "gaussian") -> sgq.Problem:
    return sgq.build("sherrington-kirkpatrick", n=N, disorder=disorder, field=0.2, seed=4)


@pytest.mark.parametrize("disorder", ["gaussian", "bimodal"])
def test_free_energy_and_mean_energy_are_those_of_enumeration(disorder: str) -> None:
    """In standard errors over 20 populations; the estimate of Z has no bias, that of ln Z one of order 1/R."""
    problem = glass(disorder)
    energies = problem.energies(SPINS)
    betas = [0.0, 0.3, 0.6, 0.9, 1.2]
    answers = [sgq.solve(problem, "population", schedule=betas, seed=seed).info["sgq"] for seed in range(20)]
    for k, beta in enumerate(betas):
        weights = np.exp(-beta * energies)
        exact = np.log(weights.sum()), (weights * energies).sum() / weights.sum()
        for name, value in zip(("log_partition", "mean_energies"), exact, strict=True):
            found = np.array([answer[name][k] for answer in answers])
            error = found.std(ddof=1) / np.sqrt(len(found))
            assert abs(found.mean() - value) <= 4.5 * error + 1e-9, f"{name} at beta = {beta}"


def test_the_last_population_is_a_boltzmann_sample() -> None:
    """One member of each of many small families would be independent; members of one are not, so few are drawn."""
    problem = glass()
    counts = np.zeros(1 << N)
    for seed in range(40):
        samples = sgq.solve(problem, "population", beta_range=(0, 0.8), num_sweeps=60, num_reads=1024, seed=seed)
        rows = samples.record.sample
        counts += np.bincount((rows > 0) @ (1 << np.arange(N)), minlength=1 << N)
    weights = np.exp(-0.8 * problem.energies(SPINS))
    expected = counts.sum() * weights / weights.sum()
    rare = expected < 8
    pooled = [np.append(c[~rare], c[rare].sum()) for c in (counts, expected)]
    assert chisquare(*pooled).pvalue > 1e-3


def test_families_shrink_and_are_counted() -> None:
    problem = sgq.build("edwards-anderson", shape=(6, 6), seed=1)
    hot, cold = (sgq.solve(problem, "population", beta_range=(0, last), seed=1).info["sgq"] for last in (0.2, 3.0))
    assert hot["population"] == cold["population"] >= 1024
    assert hot["families"] > cold["families"] >= 1
    assert 1 <= hot["rho_s"] <= hot["rho_t"] < cold["rho_t"] <= cold["population"]
    assert len(cold["betas"]) == len(cold["log_partition"]) == len(cold["mean_energies"])


def test_steps_adapt_to_the_energies() -> None:
    """Twice the energy scale: the same number of steps, at half the inverse temperatures."""
    problem = sgq.build("edwards-anderson", shape=(6, 6), disorder="bimodal", seed=1)
    doubled = sgq.ising({tuple(p): 2 * c for p, c in zip(problem.pairs.tolist(), problem.couplings, strict=True)})
    once, twice = (sgq.solve(p, "population", seed=1).info["sgq"]["betas"] for p in (problem, doubled))
    np.testing.assert_allclose(np.array(once), 2 * np.array(twice), rtol=1e-9)


def test_it_finds_the_ground_state_and_stops_there() -> None:
    problem = sgq.build("edwards-anderson", shape=(5, 5), disorder="bimodal", seed=3)
    exact = sgq.solve(problem, "exhaustive").first.energy
    samples = sgq.solve(problem, "population", target_energy=exact, seed=1)
    assert samples.first.energy == exact
    assert samples.info["sgq"]["stopped"] == "target_energy"


def test_polynomials_are_annealed_as_they_are() -> None:
    problem = sgq.build("p-spin", n=12, p=3, seed=1)
    assert sgq.solve(problem, "population", seed=1).first.energy == pytest.approx(
        sgq.solve(problem, "exhaustive").first.energy, abs=1e-9
    )


def test_equal_seeds_give_equal_bits_on_any_number_of_threads() -> None:
    problem = sgq.build("edwards-anderson", shape=(5, 5), seed=1)
    one, three = (sgq.solve(problem, "population", seed=4, num_threads=t) for t in (1, 3))
    np.testing.assert_array_equal(one.record.sample, three.record.sample)
    assert one.info["sgq"]["log_partition"] == three.info["sgq"]["log_partition"]


def test_a_sample_at_another_temperature_is_a_start() -> None:
    form = QuadraticForm(np.array([[0, 1]]), np.array([-1.0]), np.zeros(2))
    weights = np.exp(-0.5 * form.energies(SPINS[:4, :2]))
    drawn = np.random.default_rng(1).choice(4, 1024, p=weights / weights.sum())
    info = sgq.solve(
        sgq.ising({(0, 1): 1.0}), "population", beta_range=(0.5, 1.0), initial_states=SPINS[drawn, :2], seed=1
    ).info["sgq"]
    exact = np.log(np.cosh(1.0) / np.cosh(0.5))
    assert info["log_partition"][-1] - info["log_partition"][0] == pytest.approx(exact, abs=0.05)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"beta_range": (0.5, 1)}, "or give initial_states"),
        ({"schedule": [0, 2, 1]}, "finite, and rising"),
        ({"num_sweeps": 0}, "num_sweeps=0"),
        ({"schedule": [0, 1], "beta_range": (0, 1)}, "leave beta_range out"),
    ],
)
def test_errors_say_what_is_allowed(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sgq.solve(sgq.ising({(0, 1): 1.0}), PopulationSampler(), **parameters)
