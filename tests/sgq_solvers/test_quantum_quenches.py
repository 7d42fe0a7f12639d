"""Quenches with known ends: the transverse-field ring, the Landau–Zener crossing, and its half.

Each is computed a second way in the test, from free fermions or in closed form.
"""

import itertools
import math

import dimod
import numpy as np
import pytest
from numpy.polynomial import Polynomial
from scipy.integrate import solve_ivp
from scipy.sparse import csr_array, eye_array, kron
from scipy.special import loggamma

import sgq
from sgq.annealing_schedule import AnnealingSchedule
from sgq.kernels.teams import Team
from sgq_solvers.schroedinger.evolution import Evolution


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


def collective(operator: np.ndarray, count: int) -> csr_array:
    """Σ_i O_i on the symmetric states of `count` equal systems: Σ O_ab a†_a a_b on occupation numbers."""
    levels = len(operator)
    states = [n for n in itertools.product(range(count + 1), repeat=levels) if sum(n) == count]
    place = {n: k for k, n in enumerate(states)}
    matrix = np.zeros((len(states), len(states)))
    for n, (a, b) in itertools.product(states, itertools.product(range(levels), repeat=2)):
        if n[b] and operator[a, b]:
            moved = list(n)
            moved[b] -= 1
            moved[a] += 1
            matrix[place[tuple(moved)], place[n]] += operator[a, b] * math.sqrt(
                moved[a] * n[b] if a != b else n[a] ** 2
            )
    return csr_array(matrix)


def symmetric_clusters() -> tuple[csr_array, np.ndarray]:
    """Σ X and the energies of the two clusters below, on the symmetric states of outer, paired and outer spins."""
    x, z, one = np.array([[0.0, 1], [1, 0]]), np.diag([1.0, -1.0]), np.eye(2)
    outer = {name: collective(o, 4) for name, o in {"x": x, "z": z}.items()}
    pairs = {"x": np.kron(x, one) + np.kron(one, x), "weak": np.kron(z, one), "strong": np.kron(one, z)}
    inner = {name: collective(o, 4) for name, o in (pairs | {"bond": np.kron(z, z)}).items()}
    few, many = eye_array(5), eye_array(35)

    def term(first: object, middle: object, last: object) -> csr_array:
        return csr_array(kron(kron(first, middle), last))

    field = term(outer["x"], many, few) + term(few, inner["x"], few) + term(few, many, outer["x"])
    energy = -term(outer["z"], inner["weak"], few) - term(few, inner["bond"], few)
    energy -= term(few, inner["strong"], outer["z"])
    energy -= 0.44 * (term(outer["z"], many, few) + term(few, inner["weak"], few))
    energy += term(few, inner["strong"], few) + term(few, many, outer["z"])
    return field, energy.diagonal()


def test_weak_and_strong_cluster() -> None:
    """The pair of Denchev et al., Phys. Rev. X 6, 031015 (2016), beside its 875 symmetric states.

    Two cells of 4 + 4 spins, all coupled across, fields 0.44 and -1, and four bonds from the inner half of one to that
    of the other. Spins of an outer half are alike, and so are the four pairs of inner ones.
    """
    weak_outer, weak_inner, strong_inner, strong_outer = (range(k, k + 4) for k in (0, 4, 8, 12))
    bonds = [*itertools.product(weak_outer, weak_inner), *itertools.product(strong_inner, strong_outer)]
    bonds += zip(weak_inner, strong_inner, strict=True)
    fields = {i: -0.44 if i < 8 else 1.0 for i in range(16)}
    model = dimod.BinaryQuadraticModel(fields, dict.fromkeys(bonds, -1.0), "SPIN")
    time = 10.0
    found = sgq.solve(model, "schroedinger", annealing_time=time, tolerance=1e-5, num_reads=10, seed=1).info["sgq"]

    field, energies = symmetric_clusters()

    def slope(t: float, psi: np.ndarray) -> np.ndarray:
        return -1j * (t / time * energies * psi - (1 - t / time) * (field @ psi))

    start = np.linalg.eigh(-field.toarray())[1][:, 0].astype(complex)
    end = np.abs(solve_ivp(slope, (0, time), start, method="DOP853", rtol=1e-9, atol=1e-11).y[:, -1]) ** 2
    assert found["ground_energy"] == pytest.approx(energies.min(), abs=1e-12)
    assert found["ground_energy"] == pytest.approx(-36 - 8 * (1 - 0.44), abs=1e-12)
    assert found["mean_energy"] == pytest.approx(end @ energies, abs=1e-4)
    assert found["ground_state_probability"] == pytest.approx(end[energies.argmin()], abs=3e-5)
