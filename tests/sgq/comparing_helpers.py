"""A glass to compare solvers on, and solvers that answer, fail or are missing as they are told."""

import time
from types import MappingProxyType

import dimod
import numpy as np

import sgq


def glass(n=10, seed=0, ground_energy=None):
    J = np.triu(np.random.default_rng(seed).standard_normal((n, n)), 1)
    problem = sgq.ising(J + J.T)
    if ground_energy is None:
        return problem
    return type(problem)(**{**vars(problem), "ground_energy": ground_energy})


def enumerated(problem):
    n = problem.num_variables
    spins = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
    return problem.energies(spins.astype(np.int8)), spins


class Fake:
    """A solver that answers with given rows."""

    def __init__(self, rows=((1,) * 10,), counts=None, pause=0.0, **info):
        self.rows, self.counts, self.info, self.pause, self.calls = rows, counts, info, pause, []

    parameters = MappingProxyType({"seed": [], "target_energy": [], "progress": []})

    def sample_problem(self, problem, **parameters):
        self.calls.append(parameters)
        time.sleep(self.pause)
        rows = np.array(self.rows, dtype=np.int8).reshape(-1, problem.num_variables)
        return dimod.SampleSet.from_samples(
            (rows, list(problem.variables)),
            problem.vartype,
            np.zeros(len(rows)),
            num_occurrences=self.counts,
            info={"sgq": self.info},
            sort_labels=False,
        )


class Failing:
    """A solver that raises."""

    parameters = MappingProxyType({})

    def __init__(self, error=None):
        self.error = error

    def sample_problem(self, problem):
        raise self.error


class Unavailable:
    """A solver whose library is not installed."""

    def __init__(self):
        raise ImportError('needs qiskit: pip install "sgq[quantum]"')


def row_of(comparison, label):
    return next(row for row in comparison if row.label == label)
