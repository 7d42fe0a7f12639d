"""Exhaustive search against dimod's ExactSolver, energies of every configuration and tree decomposition."""

import itertools

import dimod
import numpy as np
import pytest
from dwave.samplers import TreeDecompositionSolver
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq


def random_model(n: int, vartype: str, integers: bool, fields: bool, seed: int) -> dimod.BinaryQuadraticModel:
    rng = np.random.default_rng(seed)
    draw = (lambda: float(rng.integers(-2, 3))) if integers else rng.normal
    model = dimod.BinaryQuadraticModel({i: draw() if fields else 0.0 for i in range(n)}, {}, draw(), vartype)
    for i, j in itertools.combinations(range(n), 2):
        if rng.random() < 0.6:
            model.add_interaction(i, j, draw())
    return model


@settings(max_examples=200)
@given(st.integers(1, 16), st.sampled_from(["SPIN", "BINARY"]), st.booleans(), st.booleans(), st.integers(0, 2**31))
def test_ground_states_are_those_of_the_exact_solver(
    n: int, vartype: str, integers: bool, fields: bool, seed: int
) -> None:
    model = random_model(n, vartype, integers, fields, seed)
    exact = dimod.ExactSolver().sample(model)
    energies = exact.record.energy
    lowest = exact.record.sample[energies <= energies.min() + 1e-9]
    columns = [list(exact.variables).index(v) for v in model.variables]
    samples = sgq.solve(model, "exhaustive", max_states=1 << 16)
    assert samples.first.energy == pytest.approx(energies.min(), abs=1e-9)
    assert samples.info["sgq"]["degeneracy"] == len(lowest)
    assert samples.info["sgq"]["proven"]
    assert set(map(tuple, samples.record.sample.tolist())) == set(map(tuple, lowest[:, columns].tolist()))


@pytest.mark.parametrize("seed", range(3))
def test_lattices_of_25_spins_agree_with_tree_decomposition(seed: int) -> None:
    for periodic in (True, False):
        problem = sgq.build("edwards-anderson", shape=(5, 5), periodic=periodic, field=0.1 * seed, seed=seed)
        tree = TreeDecompositionSolver().sample(problem.model)
        assert sgq.solve(problem, "exhaustive").first.energy == pytest.approx(tree.first.energy, abs=1e-9)


@settings(max_examples=50)
@given(st.integers(1, 14), st.sampled_from(["SPIN", "BINARY"]), st.integers(0, 2**31))
def test_polynomials_agree_with_the_exact_polynomial_solver(n: int, vartype: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    order = min(n, 4)
    polynomial = dimod.BinaryPolynomial(
        {
            tuple(rng.choice(n, rng.integers(0, order + 1), replace=False).tolist()): float(rng.integers(-2, 3))
            for _ in range(12)
        },
        vartype,
    )
    energies = dimod.ExactPolySolver().sample_poly(polynomial).record.energy
    samples = sgq.solve(polynomial, "exhaustive")
    assert samples.first.energy == energies.min()
    assert samples.info["sgq"]["degeneracy"] == (energies == energies.min()).sum()


@pytest.mark.parametrize("seed", range(4))
def test_ground_states_far_below_the_scale_of_couplings(seed: int) -> None:
    """Number partitioning: couplings of 10^12 and a ground state near 0."""
    problem = sgq.build("number-partitioning", n=18, bits=20, seed=seed)
    spins = 1 - 2 * ((np.arange(1 << 18)[:, None] >> np.arange(18)) & 1)
    energies = (spins @ np.array(problem.instance)) ** 2
    for max_states in (1, 1024):
        samples = sgq.solve(problem, "exhaustive", max_states=max_states)
        assert samples.first.energy == energies.min()
        assert samples.info["sgq"]["degeneracy"] == (energies == energies.min()).sum()
    close = sgq.ising({(0, 1): 1e6, (2, 3): 1e-4})
    assert sgq.solve(close, "exhaustive").info["sgq"]["degeneracy"] == 4


def test_blocks_beyond_the_first_are_searched() -> None:
    polynomial = dimod.BinaryPolynomial({tuple(range(k, k + 3)): -1.0 for k in range(13)}, "SPIN")
    samples = sgq.solve(polynomial, "exhaustive")
    assert samples.first.energy == -13
    assert samples.info["sgq"]["degeneracy"] == 4  # three-spin chain: two free spins fix the rest


def test_states_beyond_the_limit_are_counted() -> None:
    samples = sgq.solve(
        dimod.BinaryQuadraticModel(dict.fromkeys(range(14), 0.0), {}, "SPIN"), "exhaustive", max_states=5
    )
    assert len(samples) == 5
    assert samples.info["sgq"]["degeneracy"] == 2**14


def test_a_time_limit_ends_the_search_without_a_proof() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=40, seed=1)
    samples = sgq.solve(problem, "exhaustive", time_limit=0.05)
    assert not samples.info["sgq"]["proven"]
    assert samples.info["sgq"]["stopped"] == "time_limit"
    assert len(samples)


def test_too_many_spins_are_refused() -> None:
    with pytest.raises(ValueError, match="41 variables: exhaustive takes at most 40"):
        sgq.solve(sgq.build("curie-weiss", n=41), "exhaustive")


def arrays(kernel: str, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Couplings and fields that call for a kernel; for float64 those of number partitioning with real numbers."""
    if kernel == "float64":
        numbers = rng.random(n)
        return 2 * np.outer(numbers, numbers), -2 * rng.random() * numbers
    if kernel == "int16":
        return 0.1 * rng.integers(-9, 10, (n, n)), 0.1 * rng.integers(-9, 10, n)
    size = 10.0 ** rng.uniform(-6, 0, (n, n))
    return size * rng.normal(size=(n, n)), rng.normal(size=n)


def every_energy(model: dimod.BinaryQuadraticModel) -> np.ndarray:
    n = model.num_variables
    bits = (np.arange(1 << n)[:, None] >> np.arange(n)) & 1
    return model.energies((bits if model.vartype is dimod.BINARY else 2 * bits - 1, list(range(n))))


@pytest.mark.parametrize("with_fields", [True, False])
@pytest.mark.parametrize("kernel", ["int16", "int16 filter, float64", "float64"])
def test_every_kernel_finds_the_lowest_of_all_energies(kernel: str, with_fields: bool) -> None:
    for seed in range(6):
        couplings, fields = arrays(kernel, 18, np.random.default_rng(seed))
        pairs = {(i, j): couplings[i, j] for i, j in itertools.combinations(range(18), 2)}
        model = dimod.BinaryQuadraticModel(dict(enumerate(fields * with_fields)), pairs, 0.5, "SPIN")
        energies = every_energy(model)
        samples = sgq.solve(model, "exhaustive")
        tolerance = samples.info["sgq"]["energy_tolerance"]
        assert samples.info["sgq"]["kernel"] == kernel
        assert samples.first.energy == pytest.approx(energies.min(), abs=tolerance)
        assert samples.info["sgq"]["degeneracy"] == (energies <= energies.min() + 2 * tolerance).sum()


@pytest.mark.parametrize("disorder", ["bimodal", "gaussian"])
def test_the_answer_does_not_depend_on_threads(disorder: str) -> None:
    problems = [
        sgq.build("sherrington-kirkpatrick", n=29, disorder=disorder, seed=2),
        sgq.build("edwards-anderson", shape=(4, 7), disorder=disorder, field=0.5, seed=2),
        sgq.build("p-spin", n=24, p=3, disorder=disorder, seed=2),
    ]
    for problem in problems:
        one, three = (sgq.solve(problem, "exhaustive", num_threads=t, max_states=7) for t in (1, 3))
        assert np.array_equal(one.record.sample, three.record.sample)
        assert one.info["sgq"]["degeneracy"] == three.info["sgq"]["degeneracy"]


def test_models_of_28_spins_without_disorder_have_their_degeneracy() -> None:
    """2^17 groups of configurations, all of which, or two of which, hold ground states."""
    free = dimod.BinaryQuadraticModel(dict.fromkeys(range(22), 0.0), {(0, 1): -0.3}, "SPIN")
    assert sgq.solve(free, "exhaustive", max_states=1).info["sgq"]["degeneracy"] == 2**21
    torus = sgq.solve(sgq.build("ising", shape=(4, 7)), "exhaustive")
    assert (torus.first.energy, torus.info["sgq"]["degeneracy"]) == (-56, 2)


@settings(max_examples=30)
@given(st.sampled_from([3, 9, 16]), st.sampled_from(["SPIN", "BINARY"]), st.booleans(), st.integers(0, 2**31))
def test_density_of_states_counts_every_energy(n: int, vartype: str, fields: bool, seed: int) -> None:
    model = random_model(n, vartype, True, fields, seed)
    found = sgq.solve(model, "exhaustive", density_of_states=True).info["sgq"]["density_of_states"]
    energies, counts = np.unique(every_energy(model), return_counts=True)
    assert found == {"energies": energies.tolist(), "counts": counts.tolist()}


@pytest.mark.parametrize("n", [6, 17])
@pytest.mark.parametrize("p", [3, 4])
def test_density_of_states_of_a_polynomial_counts_every_energy(n: int, p: int) -> None:
    problem = sgq.build("p-spin", n=n, p=p, disorder="bimodal", seed=1)
    samples = sgq.solve(problem, "exhaustive", density_of_states=True)
    found = samples.info["sgq"]["density_of_states"]
    spins = 1 - 2 * ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1)
    energies, counts = np.unique(problem.energies(spins).round(9), return_counts=True)
    np.testing.assert_allclose(found["energies"], energies, atol=1e-8)
    assert found["counts"] == counts.tolist()
    assert samples.info["sgq"]["degeneracy"] == counts[0]


def test_density_of_states_in_int16_and_in_float64_are_one_but_for_the_scale() -> None:
    rng = np.random.default_rng(5)
    couplings = {pair: float(rng.integers(-3, 4)) for pair in itertools.combinations(range(17), 2)}
    strong = {pair: 1000 * c for pair, c in couplings.items()} | {(15, 16): 1.0}
    couplings[15, 16] = 0.001
    one, other = (
        sgq.solve(sgq.ising(J), "exhaustive", density_of_states=True).info["sgq"]["density_of_states"]
        for J in (couplings, strong)
    )
    np.testing.assert_allclose(np.multiply(1000, one["energies"]), other["energies"], atol=1e-6)
    assert one["counts"] == other["counts"]
    assert sum(one["counts"]) == 2**17


def test_density_of_states_without_a_unit_is_refused() -> None:
    gaussian = sgq.build("sherrington-kirkpatrick", n=5, seed=1)
    with pytest.raises(ValueError, match=r"density_of_states=True: .* whole multiples of one unit"):
        sgq.solve(gaussian, "exhaustive", density_of_states=True)
    with pytest.raises(ValueError, match="less than 1048576; this model's, in units of 1, add up to 2000001"):
        sgq.solve(sgq.ising({(0, 1): 2e6, (1, 2): 1.0}), "exhaustive", density_of_states=True)


def test_a_search_cut_short_has_no_density_of_states() -> None:
    problem = sgq.build("curie-weiss", n=40)
    info = sgq.solve(problem, "exhaustive", density_of_states=True, time_limit=0.05).info["sgq"]
    assert (info["proven"], info["density_of_states"]) == (False, None)


def test_progress_rises_to_one_and_the_best_energy_falls() -> None:
    seen: list[tuple[float, float]] = []
    problem = sgq.build("sherrington-kirkpatrick", n=30, disorder="bimodal", seed=1)
    samples = sgq.solve(problem, "exhaustive", density_of_states=True, progress=lambda *now: seen.append(now))
    parts, energies = zip(*seen, strict=True)
    assert list(parts) == sorted(parts)
    assert parts[-1] == 1
    assert energies[-1] == pytest.approx(samples.first.energy)
    assert min(energies) == pytest.approx(samples.first.energy)
