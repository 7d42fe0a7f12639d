"""The walk on clauses: counts against recounting, and every choice against the stated probability."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chisquare

from sgq.kernels.walksat import Formula, Walk, begin, occurrences, search

PROBSAT = (0.9 + np.arange(100.0)) ** -2.06
WALKSAT = np.empty(0)
CLAUSES = [(1, 2, 3), (-1, 4), (-1, -4), (-2, 5, 6), (-3, 6), (-4,), (-1, -5, -6, 3)]


def formula_of(clauses: list[tuple[int, ...]], n: int) -> Formula:
    literals = np.array([2 * (abs(x) - 1) + (x < 0) for clause in clauses for x in clause], np.uint32)
    starts = np.cumsum([0, *map(len, clauses)]).astype(np.uint32)
    lengths = {len(clause) for clause in clauses}
    stride = 0 if len(lengths) > 1 else max(lengths)
    return Formula(literals, starts, *occurrences(literals, starts, n), max(lengths), stride)


def walk_from(formula: Formula, truth: NDArray[np.uint8], seed: int) -> Walk:
    n, m = len(truth), len(formula.starts) - 1
    generator = np.random.default_rng(seed).integers(1, 2**64, 2, dtype=np.uint64)
    breaks = np.zeros(1 << (n - 1).bit_length(), np.uint32)
    places = np.zeros((2, m), np.uint32)
    walk = Walk(
        truth.copy(), truth.copy(), np.zeros(m, np.uint64), breaks, *places, np.zeros(n, np.uint32),
        np.zeros(3, np.int64), generator,
    )  # fmt: skip
    begin(formula, walk)
    return walk


def random_clauses(n: int, m: int, seed: int) -> list[tuple[int, ...]]:
    """Clauses of one to six literals."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 7, m)
    return [tuple((rng.choice(n, k, False) + 1) * rng.choice([-1, 1], k)) for k in lengths]


def true_literals(clauses: list[tuple[int, ...]], truth: NDArray[np.uint8]) -> list[list[int]]:
    """Variables, from 0, of the true literals of each clause."""
    return [[abs(x) - 1 for x in clause if truth[abs(x) - 1] == (x > 0)] for clause in clauses]


def check(clauses: list[tuple[int, ...]], walk: Walk) -> None:
    """Every count of a walk against a new count."""
    true, n = true_literals(clauses, walk.truth), len(walk.truth)
    assert (walk.states >> np.uint64(32)).tolist() == [len(variables) for variables in true]
    only = [variables[0] for variables in true if len(variables) == 1]
    assert walk.breaks[:n].tolist() == np.bincount(only, minlength=n).tolist()
    assert not walk.breaks[n:].any()
    violated = walk.violated[: walk.counts[0]].tolist()
    assert sorted(violated) == [c for c, variables in enumerate(true) if not variables]
    assert [walk.places[c] for c in violated] == list(range(len(violated)))
    assert sum(not variables for variables in true_literals(clauses, walk.best)) == walk.counts[1]


@pytest.mark.parametrize("weights", [PROBSAT, WALKSAT])
@pytest.mark.parametrize(("n", "m"), [(7, 40), (50, 250), (50, 100)])
def test_counts_are_those_of_counting_anew(n: int, m: int, weights: NDArray[np.float64]) -> None:
    """The list of recent flips runs over in the crowded formulas, and does not between two bests of the third."""
    clauses = random_clauses(n, m, n + m)
    formula = formula_of(clauses, n)
    walk = walk_from(formula, np.random.default_rng(1).integers(2, size=n, dtype=np.uint8), 2)
    check(clauses, walk)
    for flips in (1, 2, 3, 10, 1000, 10_000):
        search(formula, walk, weights, 0.5, 0, flips)
        check(clauses, walk)


def test_the_best_is_the_lowest_of_all_assignments_on_the_way() -> None:
    n, clauses = 20, random_clauses(20, 150, 5)
    formula = formula_of(clauses, n)
    walk = walk_from(formula, np.zeros(n, np.uint8), 3)
    lowest, best = walk.counts[0], walk.truth.copy()
    for _ in range(2000):
        assert search(formula, walk, PROBSAT, 0.0, 0, 1) == 1
        if walk.counts[0] < lowest:
            lowest, best = walk.counts[0], walk.truth.copy()
    assert walk.counts[1] == lowest
    assert (walk.best == best).all()


@pytest.mark.parametrize("weights", [PROBSAT, WALKSAT])
def test_clauses_of_one_length_need_no_starts(weights: NDArray[np.float64]) -> None:
    clauses = [clause for clause in random_clauses(30, 1000, 6) if len(clause) == 4]
    formula = formula_of(clauses, 30)
    assert formula.stride == 4
    walks = [walk_from(formula, np.zeros(30, np.uint8), 9) for _ in range(2)]
    search(formula, walks[0], weights, 0.5, 0, 1000)
    search(formula._replace(stride=0), walks[1], weights, 0.5, 0, 1000)
    check(clauses, walks[0])
    for one, other in zip(*walks, strict=True):
        assert (one == other).all()


def test_a_walk_goes_the_same_way_in_pieces() -> None:
    clauses = random_clauses(30, 200, 4)
    formula = formula_of(clauses, 30)
    walks = [walk_from(formula, np.zeros(30, np.uint8), 9) for _ in range(2)]
    search(formula, walks[0], PROBSAT, 0.0, 0, 700)
    for _ in range(7):
        search(formula, walks[1], PROBSAT, 0.0, 0, 100)
    for one, other in zip(*walks, strict=True):
        assert (one == other).all()


def test_a_walk_stops_at_its_target() -> None:
    clauses = random_clauses(200, 400, 8)
    formula = formula_of(clauses, 200)
    walk = walk_from(formula, np.zeros(200, np.uint8), 1)
    start = walk.counts[0]
    done = search(formula, walk, PROBSAT, 0.0, start - 5, 10_000)
    assert walk.counts[0] <= start - 5
    assert 0 < done < 10_000
    again = walk_from(formula, np.zeros(200, np.uint8), 1)
    search(formula, again, PROBSAT, 0.0, 0, done - 1)
    assert again.counts[1] > start - 5
    assert search(formula, walk, PROBSAT, 0.0, start - 5, 10_000) == 0


def by_weight(breaks: list[int]) -> NDArray[np.float64]:
    weights = PROBSAT[breaks]
    return np.asarray(weights / weights.sum())


def by_rule(breaks: list[int], noise: float) -> NDArray[np.float64]:
    least = np.array(breaks) == min(breaks)
    greedy = least / least.sum()
    return np.asarray(greedy if min(breaks) == 0 else noise / len(breaks) + (1 - noise) * greedy)


@pytest.mark.parametrize("truth", [(0, 0, 0, 1, 0, 0), (0, 0, 0, 1, 1, 0), (1, 1, 0, 1, 1, 1), (0, 0, 0, 0, 0, 0)])
@pytest.mark.parametrize("heuristic", ["probsat", "walksat"])
def test_flips_have_the_stated_probabilities(heuristic: str, truth: tuple[int, ...]) -> None:
    """A violated clause uniformly, then a variable by the rule: one flip 5000 times, chi-square at 1e-6."""
    noise, reads = 0.4, 5000
    start = np.array(truth, np.uint8)
    true = true_literals(CLAUSES, start)
    expected = np.zeros(6)
    violated = [clause for clause, variables in zip(CLAUSES, true, strict=True) if not variables]
    for clause in violated:
        members = [abs(x) - 1 for x in clause]
        breaks = [sum(variables == [v] for variables in true) for v in members]
        chances = by_weight(breaks) if heuristic == "probsat" else by_rule(breaks, noise)
        expected[members] += chances / len(violated)
    formula, flipped = formula_of(CLAUSES, 6), np.zeros(6, int)
    for seed in range(reads):
        walk = walk_from(formula, start, seed)
        search(formula, walk, PROBSAT if heuristic == "probsat" else WALKSAT, noise, 0, 1)
        flipped[np.flatnonzero(walk.truth != start)] += 1
    assert flipped.sum() == reads
    possible = expected > 0
    assert not flipped[~possible].any()
    if possible.sum() > 1:
        assert chisquare(flipped[possible], reads * expected[possible]).pvalue > 1e-6
