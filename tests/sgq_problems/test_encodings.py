"""Encodings against the clause count, configuration by configuration, and their sizes against counting by hand."""

import itertools
import pickle
from collections import Counter
from collections.abc import Callable
from math import comb, prod
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import pytest
from scipy.special import ive

import sgq
from sgq.models import Terms
from sgq.sweeps import Serial, Sweep
from sgq.testing import check_problem
from sgq_problems.encodings import ENCODINGS, encode, encoded_k_sat, tabulate_encodings
from sgq_problems.not_all_equal import nae_sat
from sgq_problems.one_in_k import one_in_k_sat
from sgq_problems.satisfiability import KSat, k_sat
from sgq_problems.xor_sat import xor_sat

WITH_ANCILLAS = [name for name in ENCODINGS if name != "independent-set"]
MIXED = [[1], [-1, 2], [-1, -2, 3], [1, -2, -3, 4], [-1, 2, -3, -4, 5]]
FORMULAS: dict[str, Callable[[], Any]] = {
    "one literal": lambda: k_sat(clauses=[[-2]], n=2),
    "contradicting units": lambda: k_sat(clauses=[[1], [-1], [1], [-2], [2, 1]]),
    "k=2": lambda: k_sat(n=4, k=2, m=8, seed=1),
    "k=2, unsatisfiable": lambda: k_sat(clauses=[[1, 2], [-1, 2], [1, -2], [-1, -2], [2, -3]]),
    "k=3": lambda: k_sat(n=5, k=3, m=6, seed=2),
    "k=3, one clause twice": lambda: k_sat(clauses=[[1, 2, 3], [1, 2, 3], [-1], [-2], [-3]]),
    "k=4": lambda: k_sat(n=5, k=4, m=4, seed=3),
    "k=5": lambda: k_sat(n=6, k=5, m=3, seed=4),
    "k=6": lambda: k_sat(n=6, k=6, m=2, seed=5),
    "mixed": lambda: k_sat(clauses=MIXED),
    "mixed, unsatisfiable": lambda: k_sat(clauses=[*MIXED[:3], [-1, -3]]),
    "weighted": lambda: k_sat(clauses=[*MIXED[:4], [-3], [-2]], weights=[0.5, 2.25, 1.0, 3.0, 0.75, 0.3]),
    "hard": lambda: k_sat(clauses=[[1, 2, 3], [-1, -2], [-1], [-2], [-3]], weights=[np.inf, np.inf, 1, 2, 1]),
    "nae-sat": lambda: nae_sat(clauses=[[1, 2, -3], [1, -2, 3]]),
    "one-in-k-sat": lambda: one_in_k_sat(clauses=[[1, 2, -3]]),
    "xor-sat": lambda: xor_sat(equations=[((1, 2, 3), 0), ((1, 2), 1)]),
}
EVERY = pytest.mark.parametrize("formula", [pytest.param(make(), id=name) for name, make in FORMULAS.items()])


def all_rows(n: int) -> np.ndarray:
    return ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1).astype(np.int8)


def distinct(rows: np.ndarray) -> set[tuple[int, ...]]:
    return set(map(tuple, rows.tolist()))


def true_literals(clause: tuple[int, ...], row: Any) -> int:
    return sum((row[abs(literal) - 1] == 1) == (literal > 0) for literal in clause)


@EVERY
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_configuration_lies_below_its_assignment_and_ground_states_are_the_formulas(
    formula: Any, encoding: str
) -> None:
    encoded = encode(formula, encoding)
    assert encoded.num_variables <= 20
    rows, assignments = all_rows(encoded.num_variables), all_rows(formula.num_vars)
    energies, counts = encoded.energies(rows), formula.energies(assignments)
    read = encoded.assignments(rows)
    assert (energies >= formula.energies(read) - 1e-9).all()

    lifted = encoded.lift(assignments)
    np.testing.assert_allclose(encoded.energies(lifted), counts, atol=1e-9)
    assert abs(energies.min() - counts.min()) < 1e-9
    found = distinct(read[energies < energies.min() + 1e-9])
    optimal = distinct(assignments[counts < counts.min() + 1e-9])
    # variables that no picked literal needs are read as false: of the optimal assignments some stand for others
    assert found <= optimal if encoding == "independent-set" else found == optimal


@EVERY
@pytest.mark.parametrize("encoding", WITH_ANCILLAS)
def test_least_energy_over_the_ancillas_is_the_clause_count_of_every_assignment(formula: Any, encoding: str) -> None:
    encoded = encode(formula, encoding)
    n = formula.num_vars
    assert list(encoded.variables)[:n] == list(formula.variables)
    energies = encoded.energies(all_rows(encoded.num_variables)).reshape(-1, 1 << n)  # low bits: the formula's
    np.testing.assert_allclose(energies.min(axis=0), formula.energies(all_rows(n)), atol=1e-9)


@EVERY
def test_largest_set_of_literals_that_an_assignment_makes_true_leaves_out_what_it_violates(formula: Any) -> None:
    encoded = encode(formula, "independent-set")
    rows = all_rows(encoded.num_variables)
    energies = encoded.energies(rows)
    for assignment in all_rows(formula.num_vars):
        false = [k for k, (_, literal) in enumerate(encoded.variables) if not true_literals((literal,), assignment)]
        compatible = ~rows[:, false].any(axis=1)
        np.testing.assert_allclose(energies[compatible].min(), formula.energies(assignment)[0], atol=1e-9)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encoded_formulas_keep_the_promises_of_problems(encoding: str) -> None:
    for k in (1, 2, 3, 4):
        check_problem(encoded_k_sat, encoding=encoding, n=5, k=k, m=4, planted="uniform", seed=1)


def test_energies_by_hand_for_one_clause() -> None:
    rosenberg = encode(k_sat(clauses=[[1, -2, 3]]), "rosenberg")
    symmetric = encode(k_sat(clauses=[[1, -2, 3]]), "symmetric")
    for a, b, c, w in itertools.product((0, 1), repeat=4):
        u = 1 - a, b, 1 - c
        assert rosenberg.energies([a, b, c, w]) == w * u[2] + u[0] * u[1] - 2 * w * (u[0] + u[1]) + 3 * w
        literals = a, 1 - b, c
        pairs = sum(x * y for x, y in itertools.combinations(literals, 2))
        assert symmetric.energies([a, b, c, w]) == 1 - sum(literals) + pairs - w * (sum(literals) - 2)


@pytest.mark.parametrize("k", range(1, 8))
def test_sizes_of_one_clause(k: int) -> None:
    formula = k_sat(clauses=[range(-1, -k - 1, -1)])
    native, rosenberg, symmetric, _, independent = tabulate_encodings(formula)
    assert (native.variables, native.couplers, native.higher_terms) == (k, k == 2, k > 2)
    ancillas = max(k - 2, 0)
    assert (rosenberg.variables, rosenberg.couplers) == (k + ancillas, 3 * ancillas + (k > 1))
    ancillas = (k - 1) // 2
    assert (symmetric.variables, symmetric.couplers) == (k + ancillas, comb(k, 2) + k * ancillas)
    assert (independent.variables, independent.couplers) == (k, comb(k, 2))


@pytest.mark.parametrize("name", ["k=2, unsatisfiable", "k=3", "k=3, one clause twice", "k=4", "mixed"])
def test_ground_degeneracies_by_counting_free_ancillas(name: str) -> None:
    formula: KSat = FORMULAS[name]()
    counts = formula.energies(all_rows(formula.num_vars))
    optimal = all_rows(formula.num_vars)[counts == counts.min()]
    trues = [[(len(clause), true_literals(clause, row)) for clause in formula.clauses] for row in optimal]
    sizes = {row.encoding: row for row in tabulate_encodings(formula)}
    assert {row.ground_energy for row in sizes.values()} == {counts.min()}
    assert sizes["polynomial"].ground_states == len(optimal)
    dropped = sum(prod(max(k - 1, 1) for k, t in row if t == 0) for row in trues)
    assert sizes["rosenberg"].ground_states == dropped
    free = sum(2 ** sum(k % 2 == 1 and k > 1 and t == k - 1 for k, t in row) for row in trues)
    assert sizes["symmetric"].ground_states == free

    graph = _conflicts(formula)
    sets = [
        s for s in networkx.find_cliques(networkx.complement(graph)) if len(s) == len(formula.clauses) - counts.min()
    ]
    assert sizes["independent-set"].ground_states == len(sets)


def test_sizes_of_a_formula_at_the_transition() -> None:
    formula = k_sat(n=100, m=420, seed=1)
    native, rosenberg, symmetric, shared, independent = tabulate_encodings(formula)
    assert [row.variables for row in (native, rosenberg, symmetric, independent)] == [100, 520, 520, 1260]
    assert native.higher_terms == len({frozenset(map(abs, clause)) for clause in formula.clauses})
    assert rosenberg.couplers == 3 * 420 + _pairs_left(formula, [(0, 1)])
    assert symmetric.couplers == 3 * 420 + _pairs_left(formula, [(0, 1), (0, 2), (1, 2)])
    assert independent.couplers == _conflicts(formula).number_of_edges()
    assert 100 < shared.variables < 520  # pairs are shared
    assert (shared.higher_terms, shared.ground_states, independent.qubits) == (0, None, None)
    assert shared.range > rosenberg.range  # and held by stronger penalties


def test_mean_numbers_of_couplers() -> None:
    """Mean over 20 formulas within five standard errors, a false alarm in 10^4 such tests at most."""
    rows = [tabulate_encodings(k_sat(n=100, m=420, seed=seed)) for seed in range(20)]
    couplers = {row[0].encoding: [r.couplers for r in row] for row in zip(*rows, strict=True)}
    pairs = comb(100, 2)
    # a pair is drawn a Poisson number of times, with either sign: 0 remains with probability exp(-λ) I_0(λ)
    expected = {
        "polynomial": pairs * (1 - ive(0, 1.5 * 420 / pairs)),
        "rosenberg": 3 * 420 + pairs * (1 - ive(0, 420 / pairs)),
        "symmetric": 3 * 420 + pairs * (1 - ive(0, 3 * 420 / pairs)),
        "independent-set": 3 * 420 + comb(420, 2) * 9 / 200,  # a literal meets its negation once in 200
    }
    for encoding, mean in expected.items():
        error = np.std(couplers[encoding], ddof=1) / np.sqrt(20)
        assert abs(np.mean(couplers[encoding]) - mean) < 5 * error, encoding


def test_coefficients_are_those_of_spins() -> None:
    clause = k_sat(clauses=[[1, 2, 3]])
    native, rosenberg = tabulate_encodings(clause, ["polynomial", "rosenberg"])
    assert (native.largest, native.smallest, native.range) == (0.125, 0.125, 1.0)  # Π (1 - s) / 8
    model = encode(clause, "rosenberg").model.change_vartype("SPIN", inplace=False)
    numbers = [abs(c) for c in (*model.linear.values(), *model.quadratic.values()) if c]
    assert (rosenberg.largest, rosenberg.smallest) == (max(numbers), min(numbers))
    (empty,) = tabulate_encodings(k_sat(clauses=[[1], [-1]]), ["rosenberg"])
    assert (empty.largest, empty.smallest, empty.range) == (0.0, 0.0, 1.0)


def test_an_edge_costs_twice_what_its_lighter_end_gains() -> None:
    form = encode(k_sat(clauses=[[1], [-1, 2]], weights=[5, 1]), "independent-set").form
    assert (form.fields.tolist(), form.couplings.tolist(), form.offset) == ([-5, -1, -1], [2, 2], 6)


@pytest.mark.parametrize("encoding", [*WITH_ANCILLAS[1:], "independent-set"])
def test_an_annealer_solves_the_formula_through_its_encoding(encoding: str) -> None:
    encoded = encode(k_sat(n=12, m=36, planted="uniform", seed=1), encoding)
    samples = sgq.solve(encoded, "neal", num_reads=50, num_sweeps=500, seed=1)
    assert samples.first.energy == encoded.ground_energy == 0
    assert encoded.decode(samples).violated == ()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(encoded)).energies(samples), encoded.energies(samples))


def test_decoded_violations_are_those_of_the_problem_that_was_encoded() -> None:
    formula = nae_sat(clauses=[[1, 2, -3], [1, -2, 3]])
    encoded = encode(formula, "independent-set")
    decoded = encoded.decode(encoded.lift([1, 1, 0])[0])
    assert decoded == formula.decode([1, 1, 0])
    assert decoded.violated == (0,)


def test_a_sweep_has_the_encoding_as_an_axis(tmp_path: Path) -> None:
    grid = {"encoding": {"each": list(ENCODINGS)}, "n": 4, "m": 30, "seed": {"each": [1, 2]}}
    sweep = Sweep({"sat": ("sgq_problems.encodings:encoded_k_sat", grid)}, {"neal": ("neal", {"num_reads": 100})})
    status = sweep.run(tmp_path / "store.db", executor=Serial())
    assert (status.done, status.failed) == (10, 0)
    frame = sweep.to_pandas(tmp_path / "store.db")
    for seed, found in frame.groupby("problem_seed").lowest_energy:
        counts = k_sat(n=4, m=30, seed=seed).energies(all_rows(4))
        assert counts.min() > 0
        assert set(found) == {counts.min()}


def test_names_and_refusals() -> None:
    formula = k_sat(n=5, m=3, seed=7)
    encoded = encode(formula, "rosenberg")
    assert (encoded.name, encoded.seed) == ("k-sat (rosenberg)", 7)
    assert encoded.parameters == {**formula.parameters, "encoding": "rosenberg"}
    assert isinstance(encode(formula, "polynomial").form, Terms)
    with pytest.raises(ValueError, match="did you mean 'rosenberg'"):
        encode(formula, "rosenburg")
    with pytest.raises(ValueError, match="is not made of clauses"):
        encode(sgq.ising({(0, 1): 1.0}), "rosenberg")


def test_long_clauses_are_no_matter_for_gadgets() -> None:
    formula = k_sat(clauses=[range(1, 41)])
    rows = np.eye(40, dtype=np.int8)[:2] * [[0], [1]]
    for encoding in ("rosenberg", "symmetric", "independent-set"):
        encoded = encode(formula, encoding)
        np.testing.assert_array_equal(encoded.energies(encoded.lift(rows)), [1, 0])
    with pytest.raises(ValueError, match="40 positive literals"):
        _ = encode(formula, "make-quadratic").form


def _conflicts(formula: KSat) -> networkx.Graph:
    """Vertices for literals in clauses, edges between those that exclude each other, pair by pair."""
    graph = networkx.Graph()
    vertices = [(c, literal) for c, clause in enumerate(formula.clauses) for literal in clause]
    graph.add_nodes_from(vertices)
    graph.add_edges_from((a, b) for a, b in itertools.combinations(vertices, 2) if a[0] == b[0] or a[1] == -b[1])
    return graph


def _pairs_left(formula: KSat, places: list[tuple[int, int]]) -> int:
    """Pairs of variables whose signs do not cancel, over these places of every clause."""
    sums: Counter[frozenset[int]] = Counter()
    for clause in formula.clauses:
        for i, j in places:
            sums[frozenset((abs(clause[i]), abs(clause[j])))] += 1 if clause[i] * clause[j] > 0 else -1
    return sum(value != 0 for value in sums.values())
