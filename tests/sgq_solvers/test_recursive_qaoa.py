"""Recursive QAOA against enumeration, rings, plain QAOA, and its own two ways to correlations."""

import dimod
import numpy as np
import pytest

import sgq
from sgq.kernels.teams import Team
from sgq.models import terms
from sgq.theory import one_layer_cut_fraction
from sgq_solvers.qaoa.spin_polynomial import spin_terms
from sgq_solvers.recursive_qaoa import RecursiveQAOASampler
from sgq_solvers.recursive_qaoa.elimination import Elimination
from sgq_solvers.recursive_qaoa.layer_averages import LayerAverages
from sgq_solvers.sampler import Clock

sample = RecursiveQAOASampler().sample


def ring(n: int, seed: int) -> dimod.BinaryQuadraticModel:
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], n)
    return dimod.BinaryQuadraticModel({}, {(i, (i + 1) % n): signs[i] for i in range(n)}, 0.0, "SPIN")


@pytest.mark.parametrize("seed", range(4))
def test_rings_are_solved_exactly(seed: int) -> None:
    """Ring of disagrees, and gauges of it: plain QAOA of one layer satisfies 3/4 of the bonds, so <s s'> is 1/2."""
    model = ring(24, seed)
    frustrated = np.prod(list(model.quadratic.values())) > 0  # signs are dimod's, and 24 is even
    samples = sample(model, seed=seed)
    assert samples.first.energy == (-24 if frustrated else -22)
    assert samples.info["sgq"]["strengths"][0] == pytest.approx(0.5, abs=1e-6)
    assert samples.info["sgq"]["expectation"] == pytest.approx(-12, abs=1e-5)


def test_small_models_are_enumerated() -> None:
    model = sgq.build("sherrington-kirkpatrick", n=10, field=0.3, seed=1).model
    samples = sample(model, cutoff=10)
    assert samples.first.energy == pytest.approx(sgq.solve(model, "exhaustive").first.energy)
    assert (samples.info["sgq"]["proven"], samples.info["sgq"]["strengths"]) == (True, [])


@pytest.mark.parametrize("family", ["sherrington-kirkpatrick", "p-spin"])
@pytest.mark.parametrize("p", [1, 2])
def test_answers_are_close_to_the_ground_state(family: str, p: int) -> None:
    """Within 12 % on average, where the mean of plain QAOA falls short by half; and never below."""
    short, plain = [], []
    for seed in range(6):
        problem = sgq.build(family, n=11, seed=seed)
        ground = sgq.solve(problem, "exhaustive").first.energy
        samples = sgq.solve(problem, RecursiveQAOASampler(), p=p, cutoff=4, seed=1)
        short.append(1 - samples.first.energy / ground)
        plain.append(1 - samples.info["sgq"]["expectation"] / ground)
        assert not samples.info["sgq"]["proven"]
    assert min(short) > -1e-9
    assert np.mean(short) < 0.12
    assert np.mean(plain) > 0.3


def test_cubic_graphs_are_cut_better_than_by_plain_qaoa() -> None:
    """At 60 spins, beyond enumeration: plain QAOA of one layer reaches 0.385 a bond at most on average."""
    for seed in range(3):
        problem = sgq.build("random-regular", n=60, degree=3, seed=seed)
        samples = sgq.solve(problem, RecursiveQAOASampler(), seed=1)
        best = sgq.solve(problem, "annealing", num_reads=64, seed=1).first.energy
        assert best <= samples.first.energy < 0.88 * best
        assert samples.info["sgq"]["expectation"] > 0.5 * best


@pytest.mark.parametrize("field", [0.0, 0.4])
def test_closed_form_and_state_vector_give_the_same_correlations(field: float, monkeypatch: pytest.MonkeyPatch) -> None:
    model = sgq.build("sherrington-kirkpatrick", n=7, field=field, seed=2).model
    polynomial, labels = spin_terms(model)
    rest = Elimination(polynomial, len(labels))
    closed = LayerAverages(1, 200, Clock(None), Team())(rest, [2, 5] if field else [])
    monkeypatch.setattr(LayerAverages, "_closed", lambda *_: False)
    by_state = LayerAverages(1, 200, Clock(None), Team())(rest, [2, 5] if field else [])
    np.testing.assert_allclose(by_state, closed, atol=3e-3)


@pytest.mark.parametrize("scale", [2.0**-9, 1e200, 1e-200])
@pytest.mark.parametrize(
    ("family", "p"), [("sherrington-kirkpatrick", 1), ("sherrington-kirkpatrick", 2), ("p-spin", 1)]
)
def test_the_unit_of_energy_does_not_matter(family: str, p: int, scale: float) -> None:
    model = sgq.build(family, n=11, seed=2).model
    if isinstance(model, dimod.BinaryPolynomial):
        scaled = dimod.BinaryPolynomial({term: scale * c for term, c in model.items()}, "SPIN")
    else:
        scaled = model.copy()
        scaled.scale(scale)
    plain, other = (sgq.solve(m, RecursiveQAOASampler(), p=p, cutoff=2, seed=1) for m in (model, scaled))
    np.testing.assert_array_equal(other.record.sample, plain.record.sample)
    np.testing.assert_allclose(other.info["sgq"]["strengths"], plain.info["sgq"]["strengths"], atol=1e-6)
    assert other.info["sgq"]["expectation"] == pytest.approx(scale * plain.info["sgq"]["expectation"], rel=1e-6)
    stopped = sgq.solve(scaled, RecursiveQAOASampler(), p=p, cutoff=2, time_limit=0, seed=1)
    again = sgq.solve(model, RecursiveQAOASampler(), p=p, cutoff=2, time_limit=0, seed=1)
    np.testing.assert_array_equal(stopped.record.sample, again.record.sample)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_its_first_angles_are_those_of_plain_qaoa(p: int) -> None:
    """Sums of squares of numbers up to 2^10: the unit of energy is far from one."""
    model = sgq.build("number-partitioning", n=11, bits=10, seed=1).model
    recursive, plain = (sgq.solve(model, name, p=p, seed=1).info["sgq"] for name in ("recursive-qaoa", "qaoa"))
    assert recursive["expectation"] == pytest.approx(plain["expectation"], rel=1e-5)


def test_a_thousand_spins_need_no_state() -> None:
    """More than the exponents of float64 count; a step or two, then the time is up."""
    problem = sgq.build("random-regular", n=1030, degree=3, seed=1)
    samples = sgq.solve(problem, "recursive-qaoa", time_limit=0, seed=1)
    per_bond = samples.info["sgq"]["expectation"] / problem.model.num_interactions
    assert per_bond == pytest.approx(1 - 2 * one_layer_cut_fraction(3), abs=0.01)  # but for a few triangles
    with pytest.raises(ValueError, match=r"^1030 spins: recursive-qaoa with p=2 needs 4\.6e\+302 GB"):
        sgq.solve(problem, "recursive-qaoa", p=2)


@pytest.mark.parametrize("p", [1, 2])
def test_the_answer_does_not_depend_on_threads(p: int) -> None:
    model = sgq.build("sherrington-kirkpatrick", n=14, field=0.2, seed=1).model
    one, three = (sample(model, p=p, seed=1, num_threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(one.record, three.record)
    assert one.info == three.info


def test_a_polynomial_without_terms() -> None:
    empty = RecursiveQAOASampler().sample_poly(dimod.BinaryPolynomial({}, "SPIN"))
    assert (empty.first.energy, len(empty.variables)) == (0, 0)


def test_what_is_left_has_the_energies_of_what_it_completes_to() -> None:
    rng = np.random.default_rng(3)
    groups = [tuple(rng.choice(9, k, replace=False).tolist()) for k in (1, 2, 3, 4) for _ in range(6)]
    polynomial, _ = terms(dimod.BinaryPolynomial({(): 1.5, **{g: rng.normal() for g in groups}}, "SPIN"))
    rest = Elimination(polynomial, 9)
    for _ in range(4):
        product = int(rng.choice(list(rest.terms)))
        rest.fix(product, int(rng.choice([-1, 1])))
    held = rest.held()
    assert rest.fixed == 4
    assert len(held) <= 5
    for _ in range(20):
        values = dict(zip(held, rng.choice([-1, 1], len(held)).tolist(), strict=True))
        energy = rest.constant + sum(
            c * np.prod([values[i] for i in held if mask >> i & 1]) for mask, c in rest.terms.items()
        )
        assert polynomial.energies(rest.complete(values, rng))[0] == pytest.approx(energy)


def test_equal_seeds_break_ties_alike_and_others_do_not() -> None:
    model = ring(20, 0)
    first, again = (sample(model, seed=5).record.sample[0] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert len({sample(model, seed=seed).record.sample[0].tobytes() for seed in range(8)}) > 1


def test_it_stops_with_an_answer() -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=30, seed=1)
    samples = sgq.solve(problem, RecursiveQAOASampler(), time_limit=0)
    assert samples.info["sgq"]["stopped"] == "time_limit"
    assert len(samples.info["sgq"]["strengths"]) == 22
    assert samples.first.energy < 0.5 * sgq.solve(problem, "annealing", seed=1).first.energy

    reports: list[float] = []

    def interrupt_late(fraction: float, energy: float) -> None:
        reports.append(fraction)
        if len(reports) == 5:
            raise KeyboardInterrupt

    samples = sample(problem.model, progress=interrupt_late)
    assert samples.info["sgq"]["stopped"] == "interrupt"
    done: list[float] = []
    sample(problem.model, cutoff=20, progress=lambda fraction, _: done.append(fraction))
    assert done == pytest.approx(np.arange(1, 11) / 10)
    assert samples.first.energy < 0


def test_products_that_have_no_mean_are_drawn() -> None:
    """Zero angles are the best there are for spins that no energy tells apart."""
    free = dimod.BinaryQuadraticModel({v: 0.0 for v in "abcdefghijkl"}, {}, 2.0, "BINARY")
    samples = sample(free, cutoff=1, seed=1)
    assert samples.first.energy == 2
    assert len({tuple(sample(free, cutoff=1, seed=s).record.sample[0]) for s in range(5)}) > 1


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"cutoff": 0}, "cutoff=0"),
        ({"cutoff": 21}, "cutoff=21"),
        ({"p": 0}, "p=0"),
        ({"maxiter": 0}, "maxiter=0"),
        ({"num_threads": 0}, "num_threads=0"),
        ({"seed": -1}, "seed=-1"),
        ({"p": 2}, r"^60 spins: recursive-qaoa with p=2 needs 4\.61e\+10 GB .* annealing$"),
    ],
)
def test_wrong_arguments_are_named(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample(ring(60, 0), **parameters)
