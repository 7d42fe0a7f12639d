"""Path-integral Monte Carlo on eight spins is the transfer matrix in M slices, and exact diagonalisation in the limit.

Chi-square tests p > 1e-4 each, means within 4 standard errors, a false alarm of 6e-5 each; seeds are fixed. All tests
together would fail a correct sampler with probability 3e-3.
"""

from typing import Any

import numpy as np
import pytest
from path_integral_helpers import Exact, all_rows, codes, diagonalised, glass, transferred
from replica_helpers import pvalue

import sgq

BETA, A, B = 1.5, 1.4, 2.2
CONSTANT = [[0, A, B], [1, A, B]]
SLICES = (1, 2, 3, 16, 37, "continuous")


def exact(num_slices: Any) -> Exact:
    energies = glass().energies((all_rows(), range(8)))
    if num_slices == "continuous":
        return diagonalised(energies, A, B, BETA)
    return transferred(energies, A, B, BETA, num_slices)


def equilibrium(num_slices: Any, vartype: str = "SPIN", **options: Any) -> Any:
    model = glass().change_vartype(vartype, inplace=False)
    reads = 2000 if num_slices == "continuous" else 12_800
    constant = {"annealing_schedule": CONSTANT, "beta": BETA, "keep": "last", "num_sweeps": 60, "num_reads": reads}
    return sgq.solve(model, "path-integral", num_slices=num_slices, seed=5, **constant, **options)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("num_slices", SLICES)
def test_states_and_energies_are_those_of_the_density_matrix(num_slices: Any, vartype: str) -> None:
    samples, truth = equilibrium(num_slices, vartype), exact(num_slices)
    counts = np.bincount(codes(samples.record.sample), minlength=256)
    assert pvalue(counts, truth.probabilities) > 1e-4
    lines = samples.info["sgq"]["world_lines"]
    total = B / 2 * truth.problem + truth.transverse
    for name, value in (("problem", truth.problem), ("transverse", truth.transverse), ("total", total)):
        error = lines[f"{name}_energy_error"][-1]
        if error is None:
            assert (name, num_slices) in {("total", few) for few in (1, 2, 3)}
            continue
        assert abs(lines[f"{name}_energy"][-1] - value) < max(4 * error, 1e-9), name
        assert error < 0.1


@pytest.mark.parametrize("num_slices", [3, 37])
def test_reads_that_share_random_numbers_have_the_same_distribution(num_slices: int) -> None:
    samples = equilibrium(num_slices, independent=False)
    counts = np.bincount(codes(samples.record.sample), minlength=256)
    assert pvalue(counts, exact(num_slices).probabilities) > 1e-4
    assert samples.info["sgq"]["world_lines"]["total_energy_error"][-1] is None


def test_slices_converge_to_the_continuous_limit_as_their_square() -> None:
    """The references themselves: doubling M takes three quarters of the error away."""
    limit = exact("continuous").problem
    errors = [exact(slices).problem - limit for slices in (32, 64, 128)]
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.01)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize(("A", "B"), [(1.4, 2.2), (0.3, 2.0), (1.0, 1.0), (2.0, 0.3)])
@pytest.mark.parametrize("beta", [1.5, 10.0])
def test_a_total_energy_is_that_of_the_hamiltonian_as_closely_as_trotter_says(A: float, B: float, beta: float) -> None:
    """The density matrix in M slices against the limit; what the sampler says by its shortest run."""
    energies, constant = glass().energies((all_rows(), range(8))), [[0, A, B], [1, A, B]]
    limit = diagonalised(energies, A, B, beta)
    for slices in (4, 8, 16, 32, 64):
        options = {"annealing_schedule": constant, "beta": beta, "num_sweeps": 1, "num_slices": slices, "num_reads": 2}
        lines = sgq.solve(glass(), "path-integral", seed=1, **options).info["sgq"]["world_lines"]
        if lines["total_energy"] == [None]:
            assert lines["trotter"][0] > 0.1
            continue
        truth = transferred(energies, A, B, beta, slices)
        fall = limit.transverse + B / 2 * limit.problem - truth.transverse - B / 2 * truth.problem
        size = abs(limit.transverse + B / 2 * (limit.problem - glass().offset))
        assert 0 < fall < lines["trotter"][0] / 2 * size


@pytest.mark.parametrize("num_slices", [1, 16, "continuous"])
def test_the_errors_are_those_of_the_means(num_slices: Any) -> None:
    """Stated errors squared against the variance of the mean over twenty seeds; chi-square with 20 degrees."""
    options = {"annealing_schedule": CONSTANT, "beta": BETA, "num_sweeps": 30, "num_reads": 64}
    runs = [sgq.solve(glass(), "path-integral", num_slices=num_slices, seed=s, **options) for s in range(20)]
    lines = [run.info["sgq"]["world_lines"] for run in runs]
    truth = exact(num_slices)
    pulls = [(w["problem_energy"][-1] - truth.problem) / w["problem_energy_error"][-1] for w in lines]
    assert 4.5 < np.square(pulls).sum() < 53  # p = 1e-4 on either side, and some room for 64 reads
