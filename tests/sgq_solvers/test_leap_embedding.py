"""Chains and gauges: what Ocean's own embedding gives, and what does not change the physics."""

from base64 import b64encode
from typing import Any

import dimod
import numpy as np
import pytest

import sgq

pytest.importorskip("dwave.system")
from dwave.embedding import unembed_sampleset
from dwave.system.testing import MockDWaveSampler

from sgq_solvers.leap import DWaveQPUSampler
from sgq_solvers.leap.answers import decode_answer
from sgq_solvers.leap.embedding import couplers_of, embed, find_chains, given_chains, unembed


@pytest.fixture(scope="module")
def mock() -> Any:
    return MockDWaveSampler(topology_type="chimera", topology_shape=[4, 4, 4], parameter_warnings=False)


def glass(n: int, seed: int, vartype: str = "SPIN") -> dimod.BinaryQuadraticModel:
    """Couplings and fields of both signs on the complete graph."""
    rng = np.random.default_rng(seed)
    fields, couplings = rng.normal(size=n), rng.normal(size=(n, n))
    labels = [f"x{k}" for k in range(n)]
    quadratic = {(labels[i], labels[j]): couplings[i, j] for i in range(n) for j in range(i)}
    return dimod.BinaryQuadraticModel(dict(zip(labels, fields, strict=True)), quadratic, 0.7, vartype)


@pytest.mark.parametrize("gauge", [None, "+-+--+-"])
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_unbroken_chains_have_the_energies_of_the_model_in_any_gauge(
    mock: Any, gauge: str | None, vartype: str
) -> None:
    model, strength = glass(7, 3, vartype), 2.5
    chains = find_chains(model, mock, seed=1, time_limit=None)
    target = embed(model, chains, couplers_of(chains, mock), strength, gauge)
    signs = np.array([1 if sign == "+" else -1 for sign in gauge or "+" * 7])
    spins = np.random.default_rng(0).choice([-1, 1], (50, 7))
    qubits = [q for chain in chains for q in chain]
    columns = np.concatenate([np.full(len(chain), k) for k, chain in enumerate(chains)])
    embedded = target.energies(((spins * signs)[:, columns], qubits))
    logical = model.change_vartype("SPIN", inplace=False).energies((spins, model.variables))
    shift = embedded - logical
    np.testing.assert_allclose(shift, shift[0], atol=1e-9)
    assert target.offset == 0


def test_chains_are_read_as_ocean_reads_them(mock: Any) -> None:
    model = glass(7, 5)
    chains = find_chains(model, mock, seed=2, time_limit=None)
    qubits = np.array(sorted(q for chain in chains for q in chain))
    spins = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (400, len(qubits)))
    values, broken = unembed(qubits, spins, chains, None)
    embedding = dict(zip(model.variables, chains, strict=True))
    ocean = unembed_sampleset(
        dimod.SampleSet.from_samples((spins, qubits), "SPIN", energy=np.zeros(400)),
        embedding,
        model,
        chain_break_fraction=True,
    )
    odd = [k for k, chain in enumerate(chains) if len(chain) % 2]  # no ties
    assert len(odd) >= 2
    columns = [list(ocean.variables).index(model.variables[k]) for k in odd]
    np.testing.assert_array_equal(values[:, odd], ocean.record.sample[:, columns])
    np.testing.assert_allclose(broken.mean(axis=1), ocean.record.chain_break_fraction)


@pytest.mark.parametrize("num_qubits", [1, 7, 8, 20])
def test_answers_are_decoded_as_ocean_decodes_them(num_qubits: int) -> None:
    from dwave.cloud.coders import decode_qp_numpy

    rng = np.random.default_rng(num_qubits)
    qubits = np.sort(rng.choice(50, num_qubits, replace=False)).astype("<i4")
    bits, occurrences = rng.integers(2, size=(9, num_qubits)), rng.integers(1, 100, 9).astype("<i4")
    arrays = {
        "active_variables": qubits,
        "num_occurrences": occurrences,
        "energies": np.zeros(9, "<f8"),
        "solutions": np.packbits(bits.astype(np.uint8), axis=1),
    }
    answer: dict[str, Any] = {name: b64encode(array.tobytes()).decode() for name, array in arrays.items()}
    answer |= {"format": "qp", "num_variables": 50, "timing": {"qpu_access_time": 12}}
    reads = decode_answer(answer)
    ocean = decode_qp_numpy({"type": "ising", "answer": dict(answer)})
    np.testing.assert_array_equal(reads.spins, ocean["solutions"][:, qubits])
    np.testing.assert_array_equal(reads.occurrences, ocean["num_occurrences"])
    assert reads.timing == {"qpu_access_time": 12.0}


def test_a_gauge_is_undone_in_what_is_read() -> None:
    spins = np.array([[1, 1, -1], [-1, 1, 1]], np.int8)
    values, broken = unembed(np.array([4, 7, 9]), spins, [[7, 4], [9]], "-+")
    assert values.tolist() == [[-1, -1], [-1, 1]]  # the broken chain is a tie, +1 before the gauge
    assert broken.tolist() == [[False, False], [True, False]]


def test_gauges_share_the_reads_and_find_the_same_ground_state(mock: Any) -> None:
    model = glass(6, 8)
    ground = dimod.ExactSolver().sample(model).first.energy
    asked: list[dimod.BinaryQuadraticModel] = []

    class Recorder:
        """The mock, which keeps what it is asked for."""

        def __getattr__(self, name: str) -> Any:
            return getattr(mock, name)

        def sample(self, bqm: dimod.BinaryQuadraticModel, **parameters: Any) -> dimod.SampleSet:
            asked.append(bqm)
            return mock.sample(bqm, **parameters)

    samples = DWaveQPUSampler(Recorder()).sample(model, num_reads=302, num_gauges=5, embedding_seed=4)
    assert samples.first.energy == pytest.approx(ground)
    np.testing.assert_allclose(samples.record.energy, model.energies(samples))
    assert samples.record.num_occurrences.sum() == 302
    assert samples.info["sgq"]["num_gauges"] == len(asked) == 5
    inside = [q for chain in samples.info["sgq"]["chains"] for q in chain]
    first = asked[0]
    couplings = {frozenset(pair): bias for pair, bias in first.quadratic.items()}
    assert any(bqm.linear != first.linear for bqm in asked[1:])
    for bqm in asked:
        assert set(bqm.variables) == set(inside)
        for pair, bias in bqm.quadratic.items():  # a gauge changes signs alone, and none within a chain
            assert abs(bias) == pytest.approx(abs(couplings[frozenset(pair)]))
            if any(set(pair) <= set(chain) for chain in samples.info["sgq"]["chains"]):
                assert bias < 0


def test_equal_seeds_find_equal_embeddings_and_a_given_one_is_used(mock: Any) -> None:
    model = glass(8, 1)
    sampler = DWaveQPUSampler(mock)
    first, second = (sampler.sample(model, num_reads=2, embedding_seed=9).info["sgq"]["chains"] for _ in range(2))
    assert first == second
    given = dict(zip(model.variables, first, strict=True))
    assert sampler.sample(model, num_reads=2, embedding=given).info["sgq"]["chains"] == first
    relabelled = model.relabel_variables({v: (v, 1) for v in model.variables}, inplace=False)
    assert sampler.sample(relabelled, num_reads=2, embedding_seed=9).info["sgq"]["chains"] == first


@pytest.mark.parametrize(
    ("embedding", "message"),
    [
        ({"a": [0]}, "no qubits for the variable 'b'"),
        ({"a": [0], "b": [500]}, r"embedding\['b'\] holds 500, which is no working qubit"),
        ({"a": [0], "b": [0]}, "gives the qubit 0 to 'a' and to 'b'"),
        ({"a": [0, 1], "b": [4]}, r"embedding\['a'\] = \[0, 1\]: no connected chain"),
        ({"a": [0], "b": []}, r"embedding\['b'\] = \[\]: no connected chain"),
        ({"a": [0], "b": [1]}, "no coupler of MockDWaveSampler joins the chains of 'b' and 'a'"),
        ([[0], [4]], "embedding is a list"),
    ],
)
def test_a_wrong_embedding_says_what_is_wrong(mock: Any, embedding: Any, message: str) -> None:
    model = dimod.BinaryQuadraticModel({"a": 0, "b": 0}, {("a", "b"): -1}, "SPIN")
    with pytest.raises(ValueError, match=message):
        given_chains(model, mock, embedding)


def test_the_scan_of_chain_strengths_says_which_was_best(mock: Any) -> None:
    model = glass(8, 2)
    samples = DWaveQPUSampler(mock).sample(
        model, num_reads=150, chain_strength=[0.01, 2.0, 4.0], num_gauges=2, embedding_seed=1
    )
    info = samples.info["sgq"]
    assert [row["chain_strength"] for row in info["scan"]] == [0.01, 2.0, 4.0]
    assert [row["num_reads"] for row in info["scan"]] == [150, 150, 150]
    assert info["scan"][0]["chain_break_fraction"] > 0.1  # far too weak
    for row in info["scan"]:
        of_strength = samples.record[samples.record.chain_strength == row["chain_strength"]]
        assert row["best_energy"] == of_strength.energy.min()
        mean = np.average(of_strength.energy, weights=of_strength.num_occurrences)
        assert row["mean_energy"] == pytest.approx(mean)
    best = next(row for row in info["scan"] if row["chain_strength"] == info["chain_strength"])
    assert best["best_energy"] == samples.first.energy
    assert best["hits"] == max(row["hits"] for row in info["scan"] if row["best_energy"] <= samples.first.energy + 1e-9)
    broken = samples.record.chain_break_fraction
    assert info["chain_break_fraction"] == pytest.approx(np.average(broken, weights=samples.record.num_occurrences))
    assert np.mean(info["breaks_of_chain"]) == pytest.approx(info["chain_break_fraction"])
    assert info["chain_break_fraction"] <= info["reads_with_breaks"] <= 1


def test_polynomials_and_bits_come_back_as_they_went(mock: Any) -> None:
    problem = sgq.build("k-sat", n=5, k=3, m=12, seed=2)
    samples = sgq.solve(problem, DWaveQPUSampler(mock), num_reads=100, embedding_seed=1)
    np.testing.assert_allclose(samples.record.energy, problem.energies(samples), atol=1e-12)
    assert samples.vartype.name == problem.vartype
    assert list(samples.variables) == list(problem.variables)
