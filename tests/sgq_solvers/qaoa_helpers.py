"""Dense matrices and energies that the tests of the QAOA solver compare with."""

from dataclasses import fields
from functools import reduce
from inspect import signature
from typing import Any

import dimod
import numpy as np

from sgq_solvers.qaoa import QAOASampler
from sgq_solvers.qaoa.run import Options

PAULI = {"I": np.eye(2), "X": np.array([[0, 1], [1, 0]]), "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1])}


def all_values(model: dimod.BinaryPolynomial | dimod.BinaryQuadraticModel) -> np.ndarray:
    """Configurations in the model's vartype, ordered so that bit i of the index is set where s_i = -1."""
    n = len(model.variables)
    up = 1 - ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1)
    return 2 * up - 1 if model.vartype is dimod.SPIN else up


def options(**given: Any) -> Options:
    """Those given, and the defaults of `QAOASampler.sample`."""
    parameters = signature(QAOASampler.sample).parameters
    return Options(**{**{f.name: parameters[f.name].default for f in fields(Options)}, **given})


def pauli(n: int, **factors: str) -> np.ndarray:
    """The operator with these factors, ``q3="X"`` on qubit 3; qubit 0 is the last factor of the product."""
    return reduce(np.kron, [PAULI[factors.get(f"q{qubit}", "I")] for qubit in reversed(range(n))])


def random_polynomial(order: int, vartype: str, seed: int) -> dimod.BinaryPolynomial:
    """Six variables, five terms of every order from the constant to `order`: no symmetry is left."""
    rng = np.random.default_rng(seed)
    groups = [rng.choice(6, k, replace=False).tolist() for k in range(order + 1) for _ in range(5)]
    terms = {tuple("abcdef"[i] for i in group): rng.normal() for group in groups}
    return dimod.BinaryPolynomial({**{(v,): 0.0 for v in "abcdef"}, **terms}, vartype)


def probabilities(samples: dimod.SampleSet, labels: list) -> np.ndarray:
    """The recorded probability of every configuration that was sampled, by its index; NaN of others."""
    down = samples.record.sample[:, [samples.variables.index(v) for v in labels]] <= 0
    result = np.full(1 << len(labels), np.nan)
    result[down @ (1 << np.arange(len(labels)))] = samples.record.probability
    return result
