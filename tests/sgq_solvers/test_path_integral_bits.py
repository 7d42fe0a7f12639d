"""Multi-spin coded world lines: the transfer matrix with fields, odd and even numbers of bonds, several slices.

Chi-square tests p > 1e-4 each, means over 25 blocks, which are independent of each other, within 4.5 standard errors (a
false alarm of 1.5e-4 with 24 degrees of freedom); seeds are fixed. All would fail correct code with probability 4e-3.
"""

import numpy as np
import pytest
from path_integral_helpers import all_rows, codes, transferred
from replica_helpers import cubic, gaussian, mixed, pvalue, quadratic

import sgq
from sgq_solvers.path_integral.bits import BitTime
from sgq_solvers.replicas import Model, QuadraticModel

BETA, A, B, BLOCKS = 0.8, 1.4, 2.2, 25
MODELS = {"mixed": mixed, "cubic": cubic}


def made(model: Model, slices: int) -> BitTime:
    assert isinstance(model, QuadraticModel)
    return BitTime(model, slices)


@pytest.mark.parametrize("slices", [1, 2, 5, 33])
@pytest.mark.parametrize("name", MODELS)
def test_states_and_energies_are_those_of_the_transfer_matrix(name: str, slices: int) -> None:
    lines = made(MODELS[name](), slices)
    truth = transferred(lines.model.energies(all_rows()), A, B, BETA, slices)
    states, problem, transverse = [], [], []
    for number in range(BLOCKS):
        block = lines.start(np.random.SeedSequence(number), None, False)
        lines.sweep(block, np.full(60, BETA * A / 2), np.full(60, BETA * B))
        look = lines.look(block)
        problem.append(look.energies.mean())
        transverse.append(lines.transverse_action(look.kinks, BETA * A / 2).mean() / BETA)
        states.append(codes(lines.at_time_zero(block)))
    assert pvalue(np.bincount(np.concatenate(states), minlength=256), truth.probabilities) > 1e-4
    for values, value in ((problem, truth.problem), (transverse, truth.transverse)):
        error = np.std(values, ddof=1) / np.sqrt(BLOCKS)
        assert abs(np.mean(values) - value) < max(4.5 * error, 1e-9)


def test_which_models_it_takes() -> None:
    ring = {(i, (i + 1) % 8): -1.0 for i in range(8)}
    for model, fits in (
        (mixed(), True),
        (cubic(), True),
        (gaussian(), False),
        (quadratic([0.0] * 8, {pair: 7 * c for pair, c in ring.items()}), True),  # one unit of 7
        (quadratic([1.0] * 8, {pair: 7 * c for pair, c in ring.items()}), False),  # 15 bonds, which are odd: 30
        (quadratic([6.0] * 8, {pair: 4 * c for pair, c in ring.items()}), True),  # 2 + 2 + 3, odd: 14
    ):
        assert isinstance(model, QuadraticModel)
        assert BitTime.fit(model, 32) is fits
    assert isinstance(cubic(), QuadraticModel)
    assert not BitTime.fit(cubic(), 2**11)  # type: ignore[arg-type]


def test_many_reads_of_an_anneal_are_coded_so() -> None:
    problem = sgq.build("edwards-anderson", shape=(4, 4, 4), disorder="bimodal", seed=2)
    exact = sgq.solve(problem, "tempering", seed=1).first.energy
    samples = sgq.solve(problem, "path-integral", num_reads=600, num_sweeps=100, seed=1)
    info = samples.info["sgq"]
    assert (info["kernel"], info["batch"], info["independent"]) == ("discrete time, multi-spin", 512, False)
    assert len(samples) == 600
    assert samples.first.energy == exact
    assert info["world_lines"]["problem_energy"][-1] < 0.9 * exact
    few = sgq.solve(problem, "path-integral", num_reads=10, num_sweeps=10, seed=1).info["sgq"]
    assert (few["kernel"], few["batch"]) == ("discrete time", 64)


def test_given_states_go_to_the_reads_in_turn() -> None:
    states = np.array([[1] * 8, [-1] * 8, [1, -1] * 4], np.int8)
    lines = made(cubic(), 3)
    block = lines.start(np.random.SeedSequence(1), states, False)
    np.testing.assert_array_equal(lines.at_time_zero(block), states[np.arange(512) % 3])
    np.testing.assert_array_equal(lines.look(block).kinks, 0)
