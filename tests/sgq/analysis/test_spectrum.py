"""Levels of quantum annealers beside free fermions, closed forms and dense diagonalisation of Kronecker products."""

import itertools
import math
from functools import reduce

import dimod
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.linalg import LinearOperator

import sgq
from sgq.analysis import annealing_spectrum

X, Z, ONE = np.array([[0.0, 1], [1, 0]]), np.diag([1.0, -1.0]), np.eye(2)


def ring(n: int) -> dimod.BinaryQuadraticModel:
    return dimod.BinaryQuadraticModel({}, {(i, (i + 1) % n): -1.0 for i in range(n)}, "SPIN")


def fermion_levels(n: int, field: float, coupling: float) -> np.ndarray:
    """Levels of -coupling Σ ZZ - field Σ X on a ring with Π X = 1: an even number of fermions, antiperiodic."""
    k = (2 * np.arange(n) + 1) * np.pi / n
    modes = 2 * np.sqrt(coupling**2 + field**2 - 2 * coupling * field * np.cos(k))
    sets = (c for number in (0, 2, 4) for c in itertools.combinations(modes, number))
    return np.sort([sum(chosen) - modes.sum() / 2 for chosen in sets])


def product(n: int, operators: dict[int, np.ndarray]) -> np.ndarray:
    """Operators on spins of their numbers, bit 0 fastest."""
    return reduce(np.kron, [operators.get(i, ONE) for i in reversed(range(n))])


@pytest.mark.parametrize("n", [2, 3, 7, 8, 10, 11])
def test_ring_has_the_levels_of_free_fermions(n: int) -> None:
    """Dense matrices to n = 9, Lanczos beyond, where momenta ±k are degenerate everywhere."""
    found = annealing_spectrum(ring(n), levels=min(8, 2 ** (n - 1)), s=np.linspace(0, 1, 9))
    for s, levels in zip(found.s, found.levels, strict=True):
        np.testing.assert_allclose(levels, fermion_levels(n, 1 - s, s)[: len(levels)], atol=1e-10)
    assert found.parity_sector


def test_critical_ring() -> None:
    """E0 = -2 / sin(π/2N), gap 8 sin(π/2N) at field = coupling = 1; here both are 1/2."""
    found = annealing_spectrum(ring(8), s=[0.45, 0.5, 0.55])
    assert 2 * found.levels[1, 0] == pytest.approx(-10.251661790966, abs=1e-11)
    assert 2 * found.levels[1, 0] == pytest.approx(-2 / math.sin(math.pi / 16), abs=1e-12)
    assert 2 * (found.levels[1, 1] - found.levels[1, 0]) == pytest.approx(8 * math.sin(math.pi / 16), abs=1e-12)


def test_ring_gap_is_refined() -> None:
    """The smallest gap of the ring is that of two fermions at k = ±π/N, 4 √(f² + c² - 2 f c cos k) with f + c = 1."""
    n = 8
    found = annealing_spectrum(ring(n), s=np.linspace(0, 1, 8))  # which misses s = 1/2
    k = math.pi / n
    squares = np.polynomial.Polynomial([1, -2 - 2 * math.cos(k), 2 + 2 * math.cos(k)])  # f² + c² - 2 f c cos k
    at = squares.deriv().roots()[0]
    assert found.gap_at == pytest.approx(at, abs=1e-6)
    assert found.minimum_gap == pytest.approx(4 * math.sqrt(squares(at)), abs=1e-12)


@pytest.mark.parametrize("n", [4, 8, 10])
@pytest.mark.parametrize("kind", ["sparse", "operator"])
def test_grover_search(n: int, kind: str) -> None:
    """H = (1 - s) (1 - |u><u|) + s (1 - |w><w|): gap² = 1 - 4 s (1 - s) (1 - 2^-n) (Roland & Cerf 2002)."""
    size = 2**n
    energies = np.ones(size)
    energies[size // 3] = 0
    driver = csr_array(np.eye(size) - 1 / size)
    if kind == "operator":
        driver = LinearOperator((size, size), matvec=lambda v: v - v.mean(axis=0), dtype=float)
    found = annealing_spectrum(energies, levels=2, s=np.linspace(0, 1, 12), driver=driver)
    np.testing.assert_allclose(found.gaps, np.sqrt(1 - 4 * found.s * (1 - found.s) * (1 - 1 / size)), atol=1e-10)
    assert found.minimum_gap == pytest.approx(2 ** (-n / 2), abs=1e-10)
    assert found.gap_at == pytest.approx(0.5, abs=1e-6)
    # <1|dH/ds|0> = 2^-n/2 √(1 - 2^-n) / gap, so that the time is √(1 - 2^-n) 2^n at the smallest gap
    assert found.adiabatic_time == pytest.approx(math.sqrt(1 - 1 / size) * size, rel=1e-6)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_random_models_beside_kronecker_products(vartype: str) -> None:
    """Fields and a cubic term break the symmetry; the order of bits and the sign of spins are those of dimod."""
    n, rng = 5, np.random.default_rng(4)
    subsets = [*itertools.combinations(range(n), 1), *itertools.combinations(range(n), 2), (0, 2, 3)]
    polynomial = dimod.BinaryPolynomial(dict(zip(subsets, rng.normal(size=len(subsets)), strict=True)), vartype)
    spin = Z if vartype == "SPIN" else (ONE + Z) / 2
    energy = sum(c * product(n, dict.fromkeys(t, spin)) for t, c in polynomial.items())
    field = sum(product(n, {i: X}) for i in range(n))
    found = annealing_spectrum(polynomial, levels=6, s=[0.1, 0.4, 0.8], annealing_schedule="quadratic")
    assert not found.parity_sector
    for s, levels in zip(found.s, found.levels, strict=True):
        expected = np.linalg.eigvalsh(-((1 - s) ** 2) * field + s**2 * energy)[:6]
        np.testing.assert_allclose(levels, expected, atol=1e-12)


@pytest.mark.parametrize("n", [4, 10])
def test_sector_holds_the_levels_without_a_turn_of_all_spins(n: int) -> None:
    """The others are lifted out of sight by 10³ (1 - Π X) on the whole space."""
    problem = sgq.build("sherrington-kirkpatrick", n=n, seed=n)
    found = annealing_spectrum(problem.model, levels=5, s=[0, 0.3, 1])
    spins = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
    field = sum(product(n, {i: X}) for i in range(n))
    lifted = 1e3 * (np.eye(2**n) - np.eye(2**n)[::-1])
    assert found.parity_sector
    for s, levels in zip(found.s, found.levels, strict=True):
        whole = -(1 - s) * field + s * np.diag(problem.energies(spins)) + lifted
        np.testing.assert_allclose(levels, np.linalg.eigvalsh(whole)[:5], atol=1e-10)


def test_two_levels() -> None:
    """One spin in a field h: E = ±√(A² + B² h²)/2, and <1|dH/ds|0> = h (A B' - A' B) / (2 (E_1 - E_0))."""
    h = 0.7
    found = annealing_spectrum(dimod.BinaryPolynomial({(0,): h}, "SPIN"), s=np.linspace(0, 1, 201))
    a, b = 2 * (1 - found.s), 2 * h * found.s
    gap = np.sqrt(a**2 + b**2)
    np.testing.assert_allclose(found.levels, np.stack([-gap / 2, gap / 2], axis=1), atol=1e-14)
    assert found.minimum_gap == pytest.approx(2 * h / math.sqrt(1 + h**2), abs=1e-12)
    at = 1 / (1 + h**2)
    assert found.gap_at == pytest.approx(at, abs=1e-6)
    assert found.adiabatic_time == pytest.approx(2 * h / found.minimum_gap**3, rel=1e-9)


def test_degenerate_ground_states_are_one_goal() -> None:
    """A frustrated triangle ends in three pairs of ground states: the gap is that to the states above them."""
    triangle = dimod.BinaryQuadraticModel({}, {(0, 1): 1.0, (1, 2): 1.0, (0, 2): 1.0}, "SPIN")
    found = annealing_spectrum(triangle)
    assert found.ground_states == 3
    assert found.levels.shape == (41, 4)
    assert found.gaps[-1] == pytest.approx(4)
    assert math.isfinite(found.adiabatic_time)


def glass(n: int, seed: int) -> dimod.BinaryQuadraticModel:
    rng = np.random.default_rng(seed)
    fields = {i: 0.3 * float(rng.normal()) for i in range(n)}
    return dimod.BinaryQuadraticModel(
        fields, {(i, j): float(rng.normal()) for i in range(n) for j in range(i)}, 0.0, "SPIN"
    )


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_free_spin_changes_neither_gap_nor_time(seed: int) -> None:
    """It doubles the ground states, and each of its levels has its own copy of all the others."""
    alone = glass(5, seed)
    joined = alone.copy()
    joined.add_variable("free", 0.0)
    bare, found = annealing_spectrum(alone), annealing_spectrum(joined)
    assert (bare.ground_states, found.ground_states) == (1, 2)
    np.testing.assert_allclose(found.gaps, bare.gaps, rtol=1e-9)
    assert bare.gaps[-1] == pytest.approx(bare.levels[-1, 1] - bare.levels[-1, 0])
    assert found.minimum_gap == pytest.approx(bare.minimum_gap, rel=1e-9)
    assert found.gap_at == pytest.approx(bare.gap_at, abs=1e-6)
    assert found.adiabatic_time == pytest.approx(bare.adiabatic_time, rel=1e-6)


def test_parts_without_a_bond_have_the_smaller_gap_of_the_two() -> None:
    """A hard part beside a frustrated triangle in weak fields, whose ground states are three."""
    hard = glass(5, 1)
    easy = dimod.BinaryQuadraticModel(
        dict.fromkeys("abc", 0.5), {("a", "b"): 1.0, ("b", "c"): 1.0, ("a", "c"): 1.0}, "SPIN"
    )
    both = hard.copy()
    both.update(easy)
    found, alone = (annealing_spectrum(model, s=[0.7, 0.75, 0.8]) for model in (both, hard))
    assert found.ground_states == 3
    assert found.minimum_gap == pytest.approx(alone.minimum_gap, rel=1e-9)
    assert found.adiabatic_time == pytest.approx(alone.adiabatic_time, rel=1e-3)  # to which the triangle adds a little


@pytest.mark.parametrize("seed", [29, 223])
def test_anneals_much_slower_than_the_time_end_in_one_of_many_ground_states(seed: int) -> None:
    rng, n = np.random.default_rng(seed), 9
    model = dimod.BinaryQuadraticModel("SPIN")
    for i in range(n):
        model.add_variable(i, float(rng.choice([-1, 0, 1])))
        for j in range(i):
            if rng.random() < 0.35:
                model.add_interaction(i, j, float(rng.choice([-1, 1])))
    found = annealing_spectrum(model, s=np.linspace(0, 1, 11))
    assert found.ground_states > 1
    answer = sgq.solve(model, "schroedinger", annealing_time=20 * found.adiabatic_time, tolerance=1e-3, seed=1)
    assert answer.info["sgq"]["ground_state_probability"] > 0.95


@pytest.mark.parametrize("n", [6, 9])
def test_time_is_a_sum_over_all_levels_however_few_are_computed(n: int) -> None:
    """Dense matrices, and Lanczos and conjugate gradients from 9 spins on, beside all eigenvectors."""
    model, s = glass(n, 7), 0.3
    spins = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
    energies = np.diag(model.energies((spins.astype(np.int8), list(range(n)))))
    field = sum(product(n, {i: X}) for i in range(n))
    values, states = np.linalg.eigh(-(1 - s) * field + s * energies)
    elements = states.T @ (field + energies) @ states[:, 0]
    exact = np.linalg.norm(elements[1:] / (values[1:] - values[0]) ** 2)
    for levels in (2, 8):
        found = annealing_spectrum(model, levels=levels, s=[s])
        assert found.adiabatic_time == pytest.approx(exact, rel=1e-7)
        assert found.levels.shape == (1, levels)


def test_all_levels_and_many_ground_states_beyond_lanczos() -> None:
    energies = np.ones(512)
    energies[7] = 2.0
    found = annealing_spectrum(energies, s=[0.5])
    assert (found.ground_states, found.levels.shape) == (511, (1, 512))
    field = sum(product(9, {i: X}) for i in range(9))
    np.testing.assert_allclose(found.levels[0], np.linalg.eigvalsh(np.diag(energies) - field) / 2, atol=1e-12)


def test_drivers_in_single_precision_lose_no_more_digits_than_they_have() -> None:
    size = 512
    energies, driver = np.random.default_rng(1).normal(size=size), np.eye(size) - 1 / size
    single, double = (
        annealing_spectrum(energies, s=[0.4], driver=csr_array(driver.astype(kind))) for kind in ("f4", "f8")
    )
    np.testing.assert_allclose(single.levels, double.levels, atol=1e-6)


def test_no_energy_at_all_has_no_gap() -> None:
    found = annealing_spectrum(np.arange(4.0), annealing_schedule=[[0, 0, 0], [0.5, 1, 0.1], [1, 0, 1]])
    assert (found.minimum_gap, found.gap_at, found.adiabatic_time) == (0, 0, math.inf)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (np.zeros(4), {}, "all configurations have the same energy"),
        (np.arange(6.0), {}, r"an array of shape \(6,\), not the energies of 2\^n"),
        (ring(21), {}, "21 variables: levels of at most 20"),
        (np.arange(4.0), {"driver": np.eye(3)}, r"driver of shape \(3, 3\): the model has 4 configurations"),
        (np.arange(4.0), {"driver": np.triu(np.ones((4, 4)))}, "driver: a Hermitian matrix is needed"),
        (np.arange(4.0), {"driver": np.full((4, 4), np.nan)}, "driver: every entry must be finite"),
        (np.arange(4.0), {"driver": "x"}, "driver: a matrix or LinearOperator is needed, not str"),
        (np.arange(4.0), {"s": []}, r"s of shape \(0,\): at least one place, increasing"),
        (np.arange(4.0), {"s": [[0.1, 0.2]]}, r"s of shape \(1, 2\)"),
        (np.arange(4.0), {"s": [0.9, 0.1]}, r"s of shape \(2,\): at least one place, increasing"),
        (np.arange(4.0), {"annealing_schedule": None}, "annealing_schedule=None: "),
        (None, {}, "model: NoneType is neither a dimod model nor an array of energies"),
        (sgq.ising(np.array([[0.0, 1], [1, 0]]), None), {}, "give problem.model"),
        (np.arange(4.0), {"levels": 1}, "levels=1: an integer of at least 2"),
        (np.arange(4.0), {"s": [0, 1.5]}, "a schedule runs from 0 to 1"),
    ],
)
def test_what_has_no_levels_is_refused(model: object, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        annealing_spectrum(model, **options)


def test_one_ground_state_has_the_gap_of_the_textbook():
    """Also to levels that only many spin flips reach, whose coupling vanishes as A does."""
    ferromagnet = dimod.BinaryQuadraticModel({0: 0.05}, {(i, j): -1.0 for i in range(6) for j in range(i)}, 0.0, "SPIN")
    steep = [[0.0, 2.0, 0.0], [0.5, 1e-3, 1.0], [1.0, 1e-9, 2.0]]
    for path in ("linear", steep):
        found = annealing_spectrum(ferromagnet, annealing_schedule=path, s=[0, 0.3, 0.5, 0.7, 0.9, 0.99, 1])
        assert found.ground_states == 1
        np.testing.assert_allclose(found.gaps, found.levels[:, 1] - found.levels[:, 0], rtol=1e-9)


@pytest.mark.parametrize("unit", [1e-200, 1e-80, 1e140])
def test_any_unit_of_energy(unit):
    """Beside a transverse field of 2 a model this small, or large, has its two limits: no arithmetic fails."""
    found = annealing_spectrum(dimod.BinaryQuadraticModel({0: 3 * unit}, {(0, 1): unit, (1, 2): 2 * unit}, 0.0, "SPIN"))
    assert np.isfinite(found.levels).all()


def test_a_model_that_is_not_finite():
    for value in (np.nan, np.inf, 1e160):
        with pytest.raises(ValueError, match="a coefficient is not finite, or energies are not below"):
            annealing_spectrum(dimod.BinaryQuadraticModel({"a": value}, {}, 0.0, "SPIN"))
