"""The solvers `qaoa` and `qaoa-aer` prepare one and the same state."""

import dimod
import numpy as np
import pytest

import sgq
from sgq_solvers.aer.circuit import QAOACircuit
from sgq_solvers.aer.machines import AerMachine
from sgq_solvers.qaoa.spin_polynomial import spin_terms


def aer_probabilities(model: dimod.BinaryPolynomial, angles: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Of every outcome of the circuit, bit i of whose number is set where spin i is down, and the spins' labels."""
    polynomial, labels = spin_terms(model)
    machine = AerMachine("statevector", None, "CPU", None, len(labels))
    machine.prepare(QAOACircuit(polynomial, len(labels), len(angles) // 2))
    return machine.probabilities(angles), labels


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_same_angles_give_the_same_probabilities(vartype: str, precision: str) -> None:
    rng = np.random.default_rng(4)
    groups = [rng.choice(9, k, replace=False).tolist() for k in (1, 2, 2, 3, 4) for _ in range(4)]
    model = dimod.BinaryPolynomial(
        {**{(v,): 0.1 for v in "abcdefghi"}, **{tuple("abcdefghi"[i] for i in g): rng.normal() for g in groups}},
        vartype,
    )
    angles = rng.uniform(-1, 1, 6)
    gamma, beta = np.split(angles, 2)
    samples = sgq.solve(model, "qaoa", p=3, gamma=gamma, beta=beta, num_reads=20_000, precision=precision, seed=1)
    expected, labels = aer_probabilities(model, angles)
    down = samples.record.sample[:, [samples.variables.index(v) for v in labels]] <= 0
    states = down @ (1 << np.arange(9))
    assert len(states) > 300
    np.testing.assert_allclose(samples.record.probability, expected[states], atol=1e-6)
    aer = sgq.solve(model, "qaoa-aer", p=3, gamma=gamma, beta=beta, num_reads=1, seed=1)
    assert aer.info["sgq"]["expectation"] == pytest.approx(samples.info["sgq"]["expectation"], abs=1e-5)
