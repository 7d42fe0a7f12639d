"""Seeds and keys: the same whatever else a sweep holds; grids; names that are none."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweep_helpers import GLASS, coin

import sgq
from sgq.sweeps.points import canonical_json, expand, seed_of
from sgq.sweeps.runs import build_point

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def seeds(sweep: sgq.Sweep) -> dict[tuple[str, str, int], tuple[int | None, int | None, bytes]]:
    return {
        (run.problem.specification, run.solver.specification, run.instance): (
            run.problem_seed,
            run.solver_seed,
            run.key,
        )
        for run in sweep
    }


def test_seeds_do_not_depend_on_the_rest_of_the_grid_nor_on_any_order() -> None:
    small = sgq.Sweep({"a": ("p-spin", {"n": 6, "p": 3})}, {"s": ("neal", {"num_reads": 5})}, instances=2)
    large = sgq.Sweep(
        {"other": GLASS, "b": ("p-spin", {"p": {"each": [4, 3]}, "n": {"each": [9, 6]}})},
        {"x": coin(), "y": ("neal", {"num_reads": {"each": [7, 5]}})},
        instances=5,
        measures=["hits"],
        name="large",
    )
    few, many = seeds(small), seeds(large)
    assert len(few) == 2
    assert few.items() <= many.items()
    assert len(many) == len(large) == 6 * 3 * 5
    assert len({key for _, _, key in many.values()}) == len(many)


def test_instances_and_solvers_have_seeds_of_their_own() -> None:
    sweep = sgq.Sweep({"a": GLASS}, {"x": coin(), "y": coin(seconds=1e-9)}, instances=50)
    runs = list(sweep)
    assert len({run.problem_seed for run in runs}) == 2 * 50  # one for each instance, shared by the solvers
    assert len({run.solver_seed for run in runs}) == 200
    first = build_point(runs[0].problem, runs[0].problem_seed)
    assert first.seed == runs[0].problem_seed
    assert (
        first.instance["couplings"] == build_point(runs[1].problem, runs[1].problem_seed).instance["couplings"]
    ).all()


def test_seeds_are_uniform() -> None:
    """Each of 31 bits is set in half of 4000 seeds, within 5 standard errors: false alarm 2e-5."""
    bits = np.array([[seed_of("problem", k, bits=31) >> b & 1 for b in range(31)] for k in range(4000)])
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 5 * 0.5 / np.sqrt(4000)


def test_seeds_stay_what_they_are() -> None:
    """Stores written today are read tomorrow."""
    assert seed_of('{"name":"x","parameters":{}}', 3, bits=53) == 8875591591179196


def test_a_default_that_is_written_out_changes_nothing() -> None:
    short = sgq.Sweep({"a": GLASS}, {"s": ("annealing", {"num_reads": 5})}, instances=2)
    glass = (GLASS[0], {**GLASS[1], "disorder": "gaussian", "variance": "1/N", "field": 0})
    written = sgq.Sweep({"a": glass}, {"s": ("annealing", {"num_reads": 5, "target_energy": None})}, instances=2)
    assert seeds(written) == seeds(short)
    other = sgq.Sweep({"a": (GLASS[0], {**GLASS[1], "disorder": "bimodal"})}, {"s": ("annealing", {})}, instances=2)
    assert not seeds(other).keys() & seeds(short).keys()


def test_a_given_seed_is_used_as_it_is() -> None:
    sweep = sgq.Sweep({"a": ("p-spin", {"n": 6, "seed": {"each": [1, 2]}})}, {"s": coin(seed=7)}, instances=2)
    assert {(run.problem_seed, run.solver_seed) for run in sweep} == {(1, 7), (2, 7)}
    assert {build_point(run.problem, run.problem_seed).seed for run in sweep} == {1, 2}


@given(JSON)
def test_canonical_json_is_json_and_does_not_depend_on_order(value: object) -> None:
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text
    if isinstance(value, dict):
        assert canonical_json(dict(reversed(value.items()))) == text


def test_equal_numbers_are_one_number() -> None:
    assert canonical_json({"alpha": 4.0, "n": [1.5, 2]}) == '{"alpha":4,"n":[1.5,2]}'
    assert list(expand("x", {"n": {"each": np.array([1, 2])}, "shape": (2, 3)})) == [
        {"n": 1, "shape": [2, 3]},
        {"n": 2, "shape": [2, 3]},
    ]


@pytest.mark.parametrize(
    ("problems", "solvers", "options", "words"),
    [
        ({}, {"s": coin()}, {}, "problems={}: at least one"),
        ({"a": "p-spin"}, {"s": coin()}, {}, "problems.a='p-spin': a pair"),
        ({"a": ("p-spin", [])}, {"s": coin()}, {}, "problems.a=.*mapping of parameters"),
        ({"a": ("p-spim", {})}, {"s": coin()}, {}, "problems.a: no problem named 'p-spim'.*did you mean 'p-spin'"),
        ({"a": ("p-spin", {"n": 3, "q": 1})}, {"s": coin()}, {}, "problems.a: p-spin has no parameter 'q'"),
        ({"a": ("p-spin", {})}, {"s": coin()}, {}, "problems.a: p-spin needs n"),
        ({"a": ("p-spin", {"n": {"each": []}})}, {"s": coin()}, {}, "problems.a.n=.*at least one value"),
        ({"a": ("p-spin", {"n": {"each": [3, 3.0]}})}, {"s": coin()}, {}, "problems.a.n: 3 stands twice"),
        ({"a": ("p-spin", {"n": {"each": [3], "by": 1}})}, {"s": coin()}, {}, "problems.a.n=.*nothing else"),
        ({"a": ("p-spin", {"n": float("nan")})}, {"s": coin()}, {}, "problems.a.n=nan: .*finite"),
        ({"a": ("p-spin", {"n": object()})}, {"s": coin()}, {}, "problems.a.n=<object"),
        ({"a": ("sweep_helpers:nothing", {})}, {"s": coin()}, {}, "problem 'sweep_helpers:nothing': .*package.module"),
        ({"a": ("no_such_module:f", {})}, {"s": coin()}, {}, "problem 'no_such_module:f'"),
        ({"a": ("file", {})}, {"s": coin()}, {}, "problems.a: file needs path"),
        ({"a": GLASS}, {"s": coin(seed=-1)}, {}, "solvers.s.seed=-1: an integer"),
        ({"a": GLASS}, {"s": coin(), "t": coin(seconds=0)}, {}, "solvers.t: 't' is the same as 's'"),
        ({"a": ("p-spin", {"n": {"eech": [3]}})}, {"s": coin()}, {}, "problems.a.n=.*did you mean {'each'"),
        ({"a": ("file", {"path": ["x"]})}, {"s": coin()}, {}, "problems.a: path=.*a text"),
        ({"a": ("file", {"path": "lost.cnf"})}, {"s": coin()}, {}, "problems.a: .*lost.cnf"),
        ({"a": ("math:pi", {})}, {"s": coin()}, {}, "problems.a: problem 'math:pi' is 3.14.*a function or a class"),
        (
            {"a": ("p-spin", {"n": {"each": [3, 4]}}), "a, n = 3": ("p-spin", {"n": 5})},
            {"s": coin()},
            {},
            "'a, n = 3' stands for two points",
        ),
        ({"a": GLASS}, {"s": ("annealink", {})}, {}, "solvers.s: no solver named 'annealink'.*did you mean"),
        ({"a": GLASS}, {"s": ("annealing", {"num_read": 1})}, {}, "solvers.s: annealing has no parameter 'num_read'"),
        ({"a": GLASS}, {"s": coin()}, {"measures": ["grund_energy"]}, "no measure named 'grund_energy'.*did you mean"),
        ({"a": GLASS}, {"s": coin()}, {"measures": "hits"}, "measures='hits': a list"),
        ({"a": GLASS}, {"s": coin()}, {"measures": ["hits", "hits"]}, "'hits' stands twice"),
        ({"a": GLASS}, {"s": coin()}, {"measures": ["sweep_helpers:GLASS"]}, "is \\(.*a function or a class"),
        ({"a": GLASS}, {"s": coin()}, {"instances": 0}, "instances=0: an integer of at least 1"),
    ],
)
def test_bad_sweeps_say_what_is_wrong(
    problems: object, solvers: object, options: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        sgq.Sweep(problems, solvers, **options)
