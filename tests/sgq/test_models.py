"""Arrays against dimod: energies, adjacency, gauge, and a quadratisation with the same minima."""

import itertools

import dimod
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgq.models import gauge_transform, quadratic_form, quadratic_model, quadratise, spin_form, terms


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
