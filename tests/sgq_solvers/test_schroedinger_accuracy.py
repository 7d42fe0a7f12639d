"""The tolerance of `schroedinger` on paths of all kinds, beside SciPy's integrators and closed forms."""

import itertools
import math
from pathlib import Path

import dimod
import numpy as np
import pytest
from schroedinger_helpers import ONE, X, amplitudes, evolved, random_polynomial
from scipy.integrate import solve_ivp

import sgq
from sgq.annealing_schedule import annealing_schedule


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5, 1e-7])
@pytest.mark.parametrize("path", ["linear", [[0, 3, 0], [0.3, 1, 0.1], [0.4, 1, 3], [1, 0, 4]]])
def test_error_stays_below_its_estimate(tolerance: float, path: object) -> None:
    polynomial = random_polynomial(7, 3)
    exact = amplitudes(evolved(polynomial, 7, path=path, tolerance=1e-10))
    evolution = evolved(polynomial, 7, path=path, tolerance=tolerance)
    error = np.linalg.norm(amplitudes(evolution) - exact)
    assert evolution.error / 100 < error < 1.5 * evolution.error  # local errors need not point in one direction
    assert evolution.error <= tolerance


SPIKES = [[[0, 2, 0], [0.517 - w, 2, 0], [0.517, 2, 3 / w], [0.517 + w, 2, 0], [1, 2, 0]] for w in (1e-2, 2e-4)]


def rough() -> np.ndarray:
    """A table as long as a processor's, with noise."""
    s, noise = np.linspace(0, 1, 1001), 1e-3 * np.abs(np.random.default_rng(1).normal(size=(2, 1001)))
    return np.stack([s, 2 * (1 - s) + noise[0], 2 * s + noise[1]], axis=1)


@pytest.mark.parametrize("path", [*SPIKES, rough()], ids=["spike", "thin spike", "rough"])
@pytest.mark.parametrize("tolerance", [1e-3, 1e-6])
def test_tolerance_is_kept_whatever_the_rows_of_a_table(path: object, tolerance: float) -> None:
    """Beside an integrator that starts anew at every row."""
    n, polynomial, schedule = 2, random_polynomial(2, 3), annealing_schedule(path)
    spins = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
    energies = polynomial.energies((spins.astype(np.int8), list(range(n))))
    field = np.kron(X, ONE) + np.kron(ONE, X)
    a, b = schedule._functions
    exact = np.full(2**n, 0.5 + 0j)
    for first, last in itertools.pairwise(schedule.rows):
        exact = solve_ivp(
            lambda s, psi: 0.5j * (a(s) * (field @ psi) - b(s) * energies * psi),
            (first, last), exact, method="DOP853", rtol=1e-9, atol=1e-10, first_step=last - first,
        ).y[:, -1]  # fmt: skip
    evolution = evolved(polynomial, n, path=path, time=1.0, tolerance=tolerance)
    error = np.linalg.norm(amplitudes(evolution) - exact)
    assert error < max(2 * evolution.error, 1e-8)  # of long steps the estimate is rough
    assert evolution.error <= tolerance


@pytest.mark.parametrize("time", [1.3, 6.0])
def test_tolerance_is_kept_on_processor_schedules(data: Path, time: float) -> None:
    file = data / "dwave_fast_anneal_and_embeddings" / "09-1273A-E_Advantage_system6.4_fast_annealing_schedule.csv.gz"
    exact = amplitudes(evolved(random_polynomial(3, 5), 3, path=file, time=time, tolerance=1e-10))
    for tolerance in (1e-2, 1e-4, 1e-6):
        evolution = evolved(random_polynomial(3, 5), 3, path=file, time=time, tolerance=tolerance)
        assert np.linalg.norm(amplitudes(evolution) - exact) < max(evolution.error, 1e-9)
        assert evolution.error <= tolerance


def test_processor_schedules_count_nanoseconds(tmp_path: Path) -> None:
    """A = B = f GHz turn a spin that starts along x about the axis between: <Z> = -sin²(√2 π f t) at time t in ns."""
    file = tmp_path / "flat.csv"
    file.write_text("s,A(s) (GHz),B(s) (GHz),C (normalized)\n0,0.3,0.3,0\n0.5,0.3,0.3,0\n1,0.3,0.3,1\n")
    for time in (0.5, 1.0, 3.3):
        spin = dimod.BinaryPolynomial({("a",): 1.0}, "SPIN")
        found = sgq.solve(spin, "schroedinger", annealing_time=time, annealing_schedule=str(file)).info["sgq"]
        assert found["mean_energy"] == pytest.approx(-(math.sin(math.sqrt(2) * math.pi * 0.3 * time) ** 2), abs=1e-5)
        assert (found["schedule"], found["time_unit"]) == ("flat.csv", "ns")


def test_real_processor_schedules(data: Path) -> None:
    """A pair in a weak field and a fast anneal of five nanoseconds, beside straight lines between the rows."""
    file = data / "dwave_fast_anneal_and_embeddings" / "09-1273A-E_Advantage_system6.4_fast_annealing_schedule.csv.gz"
    s, a, b, _ = np.loadtxt(file, delimiter=",", skiprows=1, encoding="utf-8-sig").T
    energies = np.array([-0.9, 0.9, 1.1, -1.1])  # 0.1 s_0 - s_0 s_1

    def slope(t: float, psi: np.ndarray) -> np.ndarray:
        field, weight = (math.pi * np.interp(t / 5, s, gigahertz) for gigahertz in (a, b))
        return -1j * (weight * energies * psi - field * (psi[[1, 0, 3, 2]] + psi[[2, 3, 0, 1]]))

    end = solve_ivp(slope, (0, 5), np.full(4, 0.5 + 0j), method="DOP853", rtol=1e-8, atol=1e-10).y[:, -1]
    pair = dimod.BinaryQuadraticModel({"a": 0.1}, {("a", "b"): -1.0}, "SPIN")
    found = sgq.solve(pair, "schroedinger", annealing_time=5, annealing_schedule=file, tolerance=1e-5).info["sgq"]
    assert found["ground_state_probability"] == pytest.approx(abs(end[3]) ** 2, abs=2e-4)
    assert found["norm"] == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("scale", [1e6, 1e200, 1e300])
def test_coefficients_that_no_steps_could_follow_are_refused(scale: float) -> None:
    pair = dimod.BinaryQuadraticModel({}, {("a", "b"): scale}, "SPIN")
    with pytest.raises(ValueError, match=r"annealing_time=20: phases of this model would turn by .* scale its coeff"):
        sgq.solve(pair, "schroedinger")
