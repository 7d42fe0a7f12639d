"""The solver `schroedinger` against SciPy's integrators and matrices made of Kronecker products.

Where draws are judged the seed is fixed, and a correct solver fails with probability 1e-3.
"""

import math
from functools import reduce

import dimod
import numpy as np
import pytest
from schroedinger_helpers import ONE, X, amplitudes, evolved, random_polynomial
from scipy.integrate import solve_ivp
from scipy.stats import chisquare

import sgq
from sgq.kernels.teams import Team
from sgq_solvers.schroedinger import cost

PATHS = {"linear": lambda s: (1 - s, s), "quadratic": lambda s: ((1 - s) ** 2, s**2)}


def integrate(energies: np.ndarray, path: str, time: float) -> np.ndarray:
    """The state at the end of the path, by Dormand and Prince's method on the whole space."""
    n = len(energies).bit_length() - 1
    field = sum(reduce(np.kron, [X if k == i else ONE for k in range(n)]) for i in range(n))

    def slope(t: float, psi: np.ndarray) -> np.ndarray:
        a, b = PATHS[path](t / time)
        return -1j * (-a * (field @ psi) + b * energies * psi)

    start = np.full(len(energies), len(energies) ** -0.5, dtype=complex)
    return solve_ivp(slope, (0, time), start, method="DOP853", rtol=1e-11, atol=1e-13).y[:, -1]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_probabilities_are_those_of_another_integrator(path: str, vartype: str) -> None:
    """Fields and a cubic term, so that neither the order of spins nor a sign could be wrong unseen."""
    n, polynomial = 5, random_polynomial(5, 1, vartype)
    bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    energies = polynomial.energies((1 - 2 * bits if vartype == "SPIN" else 1 - bits, list(range(n))))
    probabilities = np.abs(integrate(energies, path, 7.0)) ** 2
    reads = 20_000
    samples = sgq.solve(polynomial, "schroedinger", annealing_time=7, annealing_schedule=path, num_reads=reads, seed=2)
    found = samples.info["sgq"]
    assert found["ground_energy"] == pytest.approx(energies.min(), abs=1e-12)
    assert found["mean_energy"] == pytest.approx(probabilities @ energies, abs=1e-5)
    assert found["residual_energy"] == pytest.approx(probabilities @ energies - energies.min(), abs=1e-5)
    assert found["ground_state_probability"] == pytest.approx(probabilities[energies.argmin()], abs=2e-6)
    values = samples.record.sample[:, [list(samples.variables).index(i) for i in range(n)]]
    down = values == (-1 if vartype == "SPIN" else 0)
    counts = np.zeros(2**n)
    counts[down @ (1 << np.arange(n))] = samples.record.num_occurrences
    order = np.argsort(probabilities)
    rare = int(np.searchsorted(np.cumsum(probabilities[order]) * reads, 5)) + 1  # are one class
    observed = [counts[order[:rare]].sum(), *counts[order[rare:]]]
    expected = np.array([probabilities[order[:rare]].sum(), *probabilities[order[rare:]]])
    assert chisquare(observed, expected / expected.sum() * reads).pvalue > 1e-3


@pytest.mark.parametrize("n", [2, 5, 9])
def test_sector_is_half_of_the_whole_space(n: int) -> None:
    polynomial = random_polynomial(n, n, orders=(2, 4))
    whole, half = amplitudes(evolved(polynomial, n)), amplitudes(evolved(polynomial, n, paired=True))
    np.testing.assert_allclose(whole[: 2 ** (n - 1)], whole[: 2 ** (n - 1) - 1 : -1], atol=1e-12)  # as Π X = 1 has it
    overlap = np.vdot(math.sqrt(2) * whole[: 2 ** (n - 1)], half)
    assert abs(overlap) == pytest.approx(1, abs=1e-10)


def test_norm_is_kept() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=9, seed=1)
    found = sgq.solve(problem, "schroedinger", annealing_time=500, tolerance=1e-4, seed=1).info["sgq"]
    assert found["steps"] > 200
    assert found["norm"] == pytest.approx(1, abs=1e-10)


def test_slow_anneals_end_in_the_ground_state() -> None:
    """As the adiabatic theorem has it, and the estimate of the time that this takes is one."""
    problem = sgq.build("edwards-anderson", shape=(3, 3), seed=2)
    exact = sgq.solve(problem, "exhaustive").first.energy
    time = sgq.analysis.annealing_spectrum(problem.model).adiabatic_time
    success = [
        sgq.solve(problem, "schroedinger", annealing_time=factor * time).info["sgq"]["ground_state_probability"]
        for factor in (0.1, 1, 20)
    ]
    assert success == sorted(success)
    assert success[2] > 0.99
    samples = sgq.solve(problem, "schroedinger", annealing_time=20 * time, num_reads=100, seed=1)
    assert samples.first.energy == pytest.approx(exact)


def test_a_fast_quench_leaves_the_uniform_state() -> None:
    found = sgq.solve(random_polynomial(6, 1), "schroedinger", annealing_time=1e-4, seed=1).info["sgq"]
    assert found["mean_energy"] == pytest.approx(0, abs=1e-3)
    assert found["ground_state_probability"] == pytest.approx(2**-6, rel=1e-3)


def test_threads_do_not_change_the_state() -> None:
    polynomial = random_polynomial(16, 5, orders=(1, 2))
    one, two = (evolved(polynomial, 16, time=0.3, tolerance=1e-3, team=Team(k)) for k in (1, 2))
    np.testing.assert_array_equal(one.state.real, two.state.real)
    np.testing.assert_array_equal(one.state.imag, two.state.imag)


def test_time_limit_and_interrupt_measure_the_state_on_its_way() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=8, seed=1)
    late = sgq.solve(problem, "schroedinger", annealing_time=1e4, time_limit=0.05, num_reads=10, seed=1)
    assert late.info["sgq"]["stopped"] == "time_limit"
    assert 0 < late.info["sgq"]["s"] < 1
    assert late.record.num_occurrences.sum() == 10
    seen = []

    def progress(s: float, energy: float) -> None:
        seen.append((s, energy))
        if len(seen) == 5:
            raise KeyboardInterrupt

    cut = sgq.solve(problem, "schroedinger", annealing_time=100, progress=progress, num_reads=10, seed=1).info["sgq"]
    assert cut["stopped"] == "interrupt"
    assert (cut["s"], cut["mean_energy"]) == pytest.approx(seen[-1])
    assert [s for s, _ in seen] == sorted(s for s, _ in seen)


def test_a_finished_run_has_not_stopped() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=5, seed=1)
    first = sgq.solve(problem, "schroedinger", annealing_time=1, seed=4)
    assert "stopped" not in first.info["sgq"]
    assert first.info["sgq"]["parity_sector"]
    second = sgq.solve(problem, "schroedinger", annealing_time=1, seed=4, num_threads=1)
    np.testing.assert_array_equal(first.record.sample, second.record.sample)
    np.testing.assert_array_equal(first.record.num_occurrences, second.record.num_occurrences)


def test_offsets_and_isolated_spins_change_no_physics() -> None:
    model = dimod.BinaryQuadraticModel({"a": 0.3, "free": 0.0}, {("a", "b"): -1.0}, 1e6, "SPIN")
    found = sgq.solve(model, "schroedinger", annealing_time=5, seed=1).info["sgq"]
    bare = dimod.BinaryQuadraticModel({"a": 0.3}, {("a", "b"): -1.0}, 0.0, "SPIN")
    alone = sgq.solve(bare, "schroedinger", annealing_time=5, seed=1).info["sgq"]
    assert found["ground_state_probability"] == pytest.approx(alone["ground_state_probability"], abs=2e-6)
    assert found["residual_energy"] == pytest.approx(alone["residual_energy"], abs=1e-5)
    assert found["ground_energy"] == pytest.approx(1e6 - 1.3)
    assert found["steps"] <= 2 * alone["steps"]


def test_offsets_do_not_blur_which_states_are_lowest() -> None:
    """Energies 10^-3 apart are told from each other beside an offset whose last digit is 2 · 10^-3."""
    fields, bonds = {"a": 1e-3}, {("a", "b"): -1.0}
    found = [
        sgq.solve(dimod.BinaryQuadraticModel(fields, bonds, offset, "SPIN"), "schroedinger", annealing_time=5, seed=1)
        for offset in (0.0, 1e13)
    ]
    near, far = (samples.info["sgq"]["ground_state_probability"] for samples in found)
    assert far == near
    assert near == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("n", [1, 3, 6])
@pytest.mark.parametrize("orders", [(2,), (1, 2)])
def test_a_million_million_reads_are_drawn_from_the_probabilities(n: int, orders: tuple[int, ...]) -> None:
    """Each within six standard deviations of a binomial count: a false alarm in 10^7 runs."""
    reads, polynomial = 10**12, random_polynomial(n, n, orders=orders)
    if not polynomial:
        polynomial = dimod.BinaryPolynomial({(0,): 0.3}, "SPIN")
    samples = sgq.solve(polynomial, "schroedinger", annealing_time=3, num_reads=reads, tolerance=1e-9, seed=1)
    assert samples.record.num_occurrences.sum() == reads
    n = len(samples.variables)
    state = amplitudes(evolved(polynomial, n, time=3.0, tolerance=1e-9))
    down = samples.record.sample[:, [list(samples.variables).index(i) for i in range(n)]] < 0
    counts = np.zeros(2**n)
    counts[down @ (1 << np.arange(n))] = samples.record.num_occurrences
    expected = reads * np.abs(state) ** 2
    assert (np.abs(counts - expected) <= 6 * np.sqrt(expected) + 2e-8 * reads).all()


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_is_named(value: float) -> None:
    sampler = sgq.get_solver("schroedinger")()
    for model, name in (
        (dimod.BinaryQuadraticModel({"a": 1.0}, {}, value, "SPIN"), "offset"),
        (dimod.BinaryQuadraticModel({"a": 1.0, "b": value}, {}, 0.0, "SPIN"), "linear bias of 'b'"),
        (dimod.BinaryQuadraticModel({}, {("a", "b"): value}, 0.0, "BINARY"), r"quadratic bias of \('.', '.'\)"),
    ):
        with pytest.raises(ValueError, match=f"{name} = {value}: every coefficient must be finite"):
            sampler.sample(model)
    with pytest.raises(ValueError, match=rf"coefficient of .* = {value}: every coefficient must be finite"):
        sampler.sample_poly(dimod.BinaryPolynomial({("a", "b", "c"): value}, "SPIN"))


def test_what_does_not_fit_is_refused_before_it_is_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = dimod.BinaryQuadraticModel({}, {(i, (i + 1) % 60): -1.0 for i in range(60)}, "SPIN")
    with pytest.raises(ValueError, match=r"60 variables: schroedinger needs 3\.69e\+10 GB for 2\^59 amplitudes"):
        sgq.solve(ring, "schroedinger")
    long = dimod.BinaryQuadraticModel({}, {(i, (i + 1) % 2000): -1.0 for i in range(2000)}, "SPIN")
    with pytest.raises(ValueError, match=r"2000 variables: schroedinger needs .*e\+594 GB for 2\^1999 amplitudes"):
        sgq.solve(long, "schroedinger")
    monkeypatch.setattr(cost, "free_memory", lambda: 64 * 2**5)
    assert sgq.solve(sgq.build("sherrington-kirkpatrick", n=6, seed=1), "schroedinger", annealing_time=1)
    with pytest.raises(ValueError, match=r"6 variables: schroedinger needs .* for 2\^6 amplitudes"):
        sgq.solve(random_polynomial(6, 1), "schroedinger", annealing_time=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tolerance": 1e-12}, "tolerance=1e-12: a finite number at least 1e-10 and at most 0.1"),
        ({"annealing_time": 0}, "annealing_time=0: a finite number above 0"),
        ({"annealing_schedule": "cubic"}, "annealing_schedule='cubic': one of 'linear', 'quadratic'"),
        ({"num_reads": 0}, "num_reads=0: an integer of at least 1"),
        ({"num_threads": 0}, "num_threads=0: an integer of at least 1"),
        ({"progress": 3}, "progress=3: a function"),
        ({"annealing_time": 1e12}, r"annealing_time=1e\+12: phases of this model would turn by .* 1e\+06 are allowed"),
    ],
)
def test_wrong_arguments_are_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sgq.solve(sgq.ising(np.array([[0.0, 1], [1, 0]]), None), "schroedinger", **options)
