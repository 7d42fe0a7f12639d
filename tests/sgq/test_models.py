"""Arrays against dimod: energies, adjacency, gauge, and a quadratisation with the same minima."""

import itertools
import subprocess
import sys

import dimod
import dimod.testing
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgq.models
from sgq.models import (
    QuadraticForm,
    Terms,
    energy_tolerance,
    gauge_transform,
    quadratic_form,
    quadratic_model,
    quadratise,
    spin_form,
    terms,
    two_valued,
)


def random_bqm(n: int, vartype: str, seed: int, labels: list[object] | None = None) -> dimod.BinaryQuadraticModel:
    rng = np.random.default_rng(seed)
    model = dimod.BinaryQuadraticModel(vartype)
    names = labels or list(range(n))
    for v in names:
        model.add_variable(v, rng.normal())
    for u, v in itertools.combinations(names, 2):
        if rng.random() < 0.5:
            model.add_interaction(u, v, rng.normal())
    model.offset = rng.normal()
    return model


@given(st.integers(0, 7), st.sampled_from(["SPIN", "BINARY"]), st.integers(0, 2**31))
def test_energies_are_dimods_in_either_vartype(n: int, vartype: str, seed: int) -> None:
    model = random_bqm(n, vartype, seed)
    spins = np.random.default_rng(seed).choice([-1, 1], (5, n))
    bits = (spins + 1) // 2
    expected = model.energies((spins if vartype == "SPIN" else bits, list(range(n))))
    for form_vartype, values in (("SPIN", spins), ("BINARY", bits)):
        form, labels = quadratic_form(model, form_vartype)  # type: ignore[arg-type]
        assert labels == list(model.variables)
        np.testing.assert_allclose(form.energies(values), expected, atol=1e-12)


def test_labels_of_any_kind_keep_their_order() -> None:
    model = random_bqm(4, "SPIN", 1, ["b", ("a", 1), 7, frozenset({2})])
    form, labels = quadratic_form(model)
    assert labels == list(model.variables)
    assert quadratic_model(form, "SPIN", labels) == model


def test_adjacency_lists_every_neighbour_with_its_coupling() -> None:
    form, _ = quadratic_form(random_bqm(6, "SPIN", 3))
    dense = np.zeros((6, 6))
    for (i, j), coupling in zip(form.pairs, form.couplings, strict=True):
        dense[i, j] = dense[j, i] = coupling
    starts, neighbours, couplings = form.adjacency()
    rebuilt = np.zeros((6, 6))
    for i in range(6):
        for k in range(starts[i], starts[i + 1]):
            rebuilt[i, neighbours[k]] = couplings[k]
    np.testing.assert_array_equal(rebuilt, dense)


def test_pairs_that_stand_more_than_once_add_up_and_neighbours_are_sorted() -> None:
    pairs = np.array([[2, 3], [0, 3], [3, 2], [1, 0]])
    starts, neighbours, couplings = QuadraticForm(pairs, np.array([1.0, 2.0, 0.5, 0.0]), np.zeros(4)).adjacency()
    np.testing.assert_array_equal(starts, [0, 2, 3, 4, 6])
    np.testing.assert_array_equal(neighbours, [1, 3, 0, 3, 0, 2])
    np.testing.assert_array_equal(couplings, [0, 2, 0, 1.5, 2, 1.5])


@given(st.integers(1, 7), st.sampled_from(["SPIN", "BINARY"]), st.integers(0, 2**31))
def test_the_other_vartype_is_dimods(n: int, vartype: str, seed: int) -> None:
    model = random_bqm(n, vartype, seed)
    other = "SPIN" if vartype == "BINARY" else "BINARY"
    form, labels = quadratic_form(model, other)  # type: ignore[arg-type]
    changed = quadratic_model(form, other, labels)  # type: ignore[arg-type]
    dimod.testing.assert_bqm_almost_equal(changed, model.change_vartype(other, inplace=False), places=12)
    assert model.vartype.name == vartype


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sgq.models, "_LARGE", 1)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("rows", [1, 64, 65, 200])
def test_large_inputs_have_the_energies_of_small_ones(vartype: str, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(rows)
    form, _ = quadratic_form(random_bqm(30, vartype, rows))
    starts = np.array([0, 0, 1, 3, 5, 9, 12])
    polynomial = Terms(rng.integers(0, 30, 12), starts, rng.normal(size=6))
    values = rng.choice([0 if vartype == "BINARY" else -1, 1], (rows, 30)).astype(np.int8)
    for energies in (form.energies, polynomial.energies):
        small = energies(values)
        with monkeypatch.context() as patch:
            patch.setattr(sgq.models, "_LARGE", 1)
            np.testing.assert_allclose(energies(values), small, rtol=0, atol=1e-12)
            np.testing.assert_allclose(energies(np.asfortranarray(values)), small, rtol=0, atol=1e-12)


@pytest.mark.usefixtures("everything_is_large")
def test_values_that_are_neither_spins_nor_bits_have_their_energy_too() -> None:
    form = QuadraticForm(np.array([[0, 1]]), np.array([2.0]), np.array([1.0, 0.0]), 0.5)
    for values in (np.array([[-1, 0], [3, 2], [1, 1]], np.int8), np.array([[-1, 0.5], [3, 2]])):
        np.testing.assert_array_equal(form.energies(values), 0.5 + 2 * values.prod(axis=1) + values[:, 0])


@pytest.mark.usefixtures("everything_is_large")
def test_rows_that_are_all_up_are_spins_and_bits_alike() -> None:
    form = QuadraticForm(np.array([[0, 1]]), np.array([2.0]), np.array([1.0, 0.0]), 0.5)
    np.testing.assert_array_equal(form.energies(np.ones((2, 2), np.int8)), 3.5)


def test_energies_of_a_small_problem_need_no_numba() -> None:
    code = (
        "import sys, sgq; sgq.build('sherrington-kirkpatrick', n=50, seed=1).energies([[1] * 50]);"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_two_values_are_looked_for_in_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sgq.models, "_CHUNK", 4)
    values = np.ones((5, 3), np.int8)
    assert two_valued(values, -1)
    values[4, 2] = 0
    assert two_valued(values, 0)
    assert not two_valued(values, -1)


def test_exact_energies_have_no_tolerance_however_many_coefficients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sgq.models, "_CHUNK", 4)
    couplings = np.full(10, 0.25)
    assert energy_tolerance(couplings, np.zeros(3), offset=1.5) == 0
    assert energy_tolerance(couplings, np.zeros(3), offset=0.1) > 0
    couplings[9] = 0.3
    assert energy_tolerance(couplings, np.zeros(3)) == pytest.approx(2.55e-14)


def test_physics_sign_is_flipped_once() -> None:
    form = spin_form(np.array([[0, 1]]), np.array([2.0]), np.array([0.5, 0.0]), 1.0)
    # H = 1 - 2 s0 s1 - s0 / 2
    np.testing.assert_array_equal(form.energies(np.array([[1, 1], [1, -1], [-1, -1]])), [-1.5, 2.5, -0.5])


@given(st.integers(2, 20), st.integers(0, 2**31))
def test_a_gauge_transformation_leaves_energies_alone(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = np.array(list(itertools.combinations(range(n), 2)))
    couplings, fields = rng.normal(size=len(pairs)), rng.normal(size=n)
    gauge, spins = rng.choice([-1, 1], n), rng.choice([-1, 1], (3, n))
    turned = gauge_transform(pairs, couplings, fields, gauge)
    np.testing.assert_allclose(
        spin_form(pairs, *turned).energies(spins * gauge), spin_form(pairs, couplings, fields).energies(spins)
    )


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@settings(max_examples=25)
@given(seed=st.integers(0, 2**31))
def test_quadratisation_has_the_polynomial_as_its_minimum_over_auxiliaries(vartype: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    polynomial = dimod.BinaryPolynomial(
        {
            tuple(rng.choice(5, rng.integers(1, 5), replace=False).tolist()): float(rng.integers(-3, 4))
            for _ in range(4)
        },
        vartype,
    )
    model, _ = quadratise(polynomial)
    names = sorted(polynomial.variables)
    if model.num_variables > 15:
        return
    lowest: dict[tuple[int, ...], float] = {}
    answer = dimod.ExactSolver().sample(model)
    columns = [list(answer.variables).index(v) for v in names]
    for row, energy in zip(answer.record.sample[:, columns], answer.record.energy, strict=True):
        key = tuple(row.tolist())
        lowest[key] = min(lowest.get(key, np.inf), energy)
    for row_values, energy in lowest.items():
        assert energy == pytest.approx(polynomial.energy(dict(zip(names, row_values, strict=True))), abs=1e-9)


def test_terms_of_a_polynomial_have_its_energies() -> None:
    polynomial = dimod.BinaryPolynomial({(): 1.5, ("a",): -1, ("a", "b"): 2, ("a", "b", "c"): -0.5}, "BINARY")
    arrays, labels = terms(polynomial)
    rows = np.array(list(itertools.product([0, 1], repeat=3)))
    np.testing.assert_allclose(arrays.energies(rows), polynomial.energies((rows, labels)))
