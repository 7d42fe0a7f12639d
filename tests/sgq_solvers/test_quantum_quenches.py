"""Quenches with known ends: the transverse-field ring, the Landau–Zener crossing, and its half.

Each is computed a second way in the test, from free fermions or in closed form.
"""

import math

import dimod
import numpy as np
import pytest
from numpy.polynomial import Polynomial
from scipy.integrate import solve_ivp
from scipy.special import loggamma

import sgq
from sgq.annealing_schedule import AnnealingSchedule
from sgq.kernels.teams import Team
from sgq_solvers.schroedinger_evolution import Evolution


def fermion_defects(n: int, time: float) -> float:
    """Kinks per spin after the linear quench of a ring of n spins, from H_k = 2 (f - c cos k) τ^z + 2 c sin k τ^x.

    With Π X = 1 the momenta are odd multiples of π/n; the pair (k, -k) starts empty, in the ground state of the field,
    and ends with two kinks if it is excited.
    """
    k = np.pi * np.arange(1, n, 2) / n

    def slope(t: float, psi: np.ndarray) -> np.ndarray:
        field, coupling, (empty, pair) = 1 - t / time, t / time, psi.reshape(2, -1)
        z, x = 2 * (field - coupling * np.cos(k)), 2 * coupling * np.sin(k)
        return -1j * np.concatenate([z * empty + x * pair, x * empty - z * pair])

    start = np.repeat([0j, 1 + 0j], len(k))
    empty, pair = solve_ivp(slope, (0, time), start, method="DOP853", rtol=1e-10, atol=1e-12).y[:, -1].reshape(2, -1)
    excited = np.sin(k / 2) * empty + np.cos(k / 2) * pair  # of -cos k τ^z + sin k τ^x
    return float(2 * (np.abs(excited) ** 2).sum() / n)


@pytest.mark.parametrize("time", [1.0, 8.0, 40.0])
def test_ring_has_the_defects_of_free_fermions(time: float) -> None:
    n = 12
    problem = sgq.build("ising", shape=(n,), periodic=True)
    found = sgq.solve(problem, "schroedinger", annealing_time=time, tolerance=1e-7).info["sgq"]
    assert found["parity_sector"]
    assert found["ground_energy"] == pytest.approx(-n)
    assert found["residual_energy"] / (2 * n) == pytest.approx(fermion_defects(n, time), abs=1e-6)


def test_long_rings_approach_the_kibble_zurek_law() -> None:
    """1 / (2π √(2 τ_Q)), with τ_Q = T/8: at the critical point c = 1/2 and the field falls by 2/T against it."""
    for time, difference in ((32.0, 0.05), (128.0, 0.02)):
        law = 1 / (2 * math.pi * math.sqrt(2 * time / 8))
        assert fermion_defects(100, time) == pytest.approx(law, rel=difference)


@pytest.mark.parametrize(("gap", "rate"), [(1.0, 2.0), (1.5, 4.0), (1.0, 8.0)])
def test_landau_zener(gap: float, rate: float) -> None:
    """H = (rate t Z - gap X)/2 from far below to far above the crossing: P = exp(-π gap² / (2 rate)).

    Start and end are levels of H there, so that what a sweep of finite length misses is of the order of the amplitude
    gap · rate / bias³, 2e-5 at most.
    """
    bias = 60.0
    path = AnnealingSchedule("sweep", "1", (Polynomial([gap]), Polynomial([-bias, 2 * bias])))
    evolution = Evolution(np.array([1.0, -1.0]), False, path, 2 * bias / rate, 1e-6, Team())
    levels = np.linalg.eigh(np.array([[-bias, -gap], [-gap, bias]]))[1]
    evolution.state.real[:] = levels[:, 0]
    while evolution.s < 1:
        evolution.advance()
    state = evolution.state.real + 1j * evolution.state.imag
    excited = np.linalg.eigh(np.array([[bias, -gap], [-gap, -bias]]))[1][:, 1]
    assert abs(np.vdot(excited, state)) ** 2 == pytest.approx(math.exp(-math.pi * gap**2 / (2 * rate)), abs=1e-4)


@pytest.mark.parametrize("rate", [0.5, 1.0, 4.0])
def test_an_anneal_of_one_spin_is_half_a_crossing(rate: float) -> None:
    """From B = 0 up at a constant field of 1, which then falls where it no longer matters.

    The probability of the wrong state is 1/2 - √(1 - exp(-2πδ))/2 cos χ with δ = 1/(4 rate) and
    χ = π/4 + arg Γ(1 - iδ/2) - arg Γ(1/2 - iδ/2) (Vitanov & Garraway 1996, with parabolic cylinder functions).
    """
    bias, delta = 40 * max(1.0, math.sqrt(rate)), 1 / (4 * rate)
    s = np.linspace(0, 1, 5)
    table = np.stack([s, [1, 1, 1, 1, 0], bias * s], axis=1)
    spin = dimod.BinaryPolynomial({("a",): 1.0}, "SPIN")
    found = sgq.solve(
        spin, "schroedinger", annealing_time=bias / rate, annealing_schedule=table, tolerance=1e-5, num_reads=1
    ).info["sgq"]
    angle = math.pi / 4 + loggamma(1 - 0.5j * delta).imag - loggamma(0.5 - 0.5j * delta).imag
    wrong = 0.5 - 0.5 * math.sqrt(1 - math.exp(-2 * math.pi * delta)) * math.cos(angle)
    assert 1 - found["ground_state_probability"] == pytest.approx(wrong, abs=1e-4)
