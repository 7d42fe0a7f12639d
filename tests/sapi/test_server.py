"""The loopback service is one to the unmodified client: processors, the hybrid solver, resumption, and every fault."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import dimod
import numpy as np
import pytest

from sapi import faults
from sapi.service import TOKEN, Service

pytest.importorskip("dwave.system")
from dwave.cloud import Client
from dwave.cloud.exceptions import (
    CanceledFutureError,
    InvalidAPIResponseError,
    SolverAuthenticationError,
    SolverFailureError,
    SolverNotFoundError,
    SolverOfflineError,
)
from dwave.system import DWaveSampler, EmbeddingComposite, LeapHybridSampler

PROCESSORS = ("loopback_chimera", "loopback_pegasus", "loopback_zephyr")


@pytest.fixture
def qpu(sapi: Service) -> Iterator[DWaveSampler]:
    with DWaveSampler(solver="loopback_chimera") as sampler:
        yield sampler


def frustrated_model(n: int, seed: int) -> dimod.BinaryQuadraticModel:
    """Couplings and fields of both signs on the complete graph, with an offset."""
    rng = np.random.default_rng(seed)
    fields, couplings = rng.normal(size=n), rng.normal(size=(n, n))
    quadratic = {(i, j): couplings[i, j] for i in range(n) for j in range(i)}
    return dimod.BinaryQuadraticModel(dict(enumerate(fields)), quadratic, 0.7, "SPIN")


def native_model(sampler: dimod.Structured, num_qubits: int = 12) -> dimod.BinaryQuadraticModel:
    """Couplers of the processor between its first qubits."""
    qubits = sampler.nodelist[:num_qubits]
    rng = np.random.default_rng(3)
    linear = {q: float(rng.choice([-1, -0.5, 0.5])) for q in qubits}
    pairs = [pair for pair in sampler.edgelist if set(pair) <= set(qubits)]
    return dimod.BinaryQuadraticModel(linear, {pair: float(rng.choice([-1, 1])) for pair in pairs}, -3.0, "SPIN")


@pytest.mark.parametrize("name", PROCESSORS)
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_the_energies_of_a_native_model_are_its_own(sapi: Service, name: str, vartype: str) -> None:
    with DWaveSampler(solver=name) as sampler:
        model = native_model(sampler).change_vartype(vartype)
        samples = sampler.sample(model, num_reads=50)
        assert samples.vartype is model.vartype
        np.testing.assert_allclose(samples.record.energy, model.energies(samples), atol=1e-9)
        assert samples.record.num_occurrences.sum() == 50
        assert samples.first.energy == pytest.approx(dimod.ExactSolver().sample(model).first.energy)
        raw = sampler.sample(model, num_reads=9, answer_mode="raw")
        assert len(raw) == 9
        np.testing.assert_allclose(raw.record.energy, model.energies(raw), atol=1e-9)
    assert [problem["type"] for problem in sapi.submitted] == ["ising" if vartype == "SPIN" else "qubo"] * 2
    assert sapi.places_of_the_token() == {"X-Auth-Token"}


def test_defects_are_in_the_working_graph(qpu: DWaveSampler) -> None:
    assert {17, 100}.isdisjoint(qpu.nodelist)
    assert len(qpu.nodelist) == 126
    assert (0, 4) not in qpu.edgelist
    assert (0, 5) in qpu.edgelist


@pytest.mark.parametrize("name", PROCESSORS)
def test_an_embedded_model_reaches_its_ground_state(sapi: Service, name: str) -> None:
    model = frustrated_model(6, 1)
    with DWaveSampler(solver=name) as sampler:
        samples = EmbeddingComposite(sampler).sample(model, num_reads=100)
    assert samples.first.energy == pytest.approx(dimod.ExactSolver().sample(model).first.energy)


def test_the_time_it_took_is_the_time_estimated(qpu: DWaveSampler) -> None:
    model = native_model(qpu)
    options = {"num_reads": 70, "annealing_time": 35.0}
    used = qpu.sample(model, **options).info["timing"]["qpu_access_time"]
    assert used == pytest.approx(qpu.solver.estimate_qpu_access_time(len(model), **options))


def test_the_hybrid_solver(sapi: Service) -> None:
    model = frustrated_model(8, 2).relabel_variables({0: "a", 1: ("b", 1)}, inplace=False)
    sampler = LeapHybridSampler()
    samples = sampler.sample(model, time_limit=5, label="hybrid")
    assert samples.first.energy == pytest.approx(dimod.ExactSolver().sample(model).first.energy)
    assert samples.first.energy == pytest.approx(model.energy(samples.first.sample))
    assert samples.info["run_time"] == 5e6
    (problem,) = sapi.submitted
    assert (problem["label"], problem["params"]) == ("hybrid", {"time_limit": 5})
    sampler.client.close()


def test_many_jobs_at_once(qpu: DWaveSampler, sapi: Service) -> None:
    model = native_model(qpu)
    answers = [qpu.sample(model, num_reads=5, label=f"job {k}") for k in range(31)]
    assert all(answer.record.num_occurrences.sum() == 5 for answer in answers)
    assert {job.request["label"] for job in sapi.jobs.values()} == {f"job {k}" for k in range(31)}


SUBMIT_AND_WAIT = """
import sys
from dwave.system import DWaveSampler
sampler = DWaveSampler(solver="loopback_chimera")
u, v = sampler.edgelist[0]
print(sampler.sample_ising({u: 1.0}, {(u, v): -1.0}, num_reads=7).wait_id(), flush=True)
sys.stdin.read()
"""


def test_a_job_outlives_the_process_that_submitted_it(sapi: Service) -> None:
    sapi.hold()
    command = [sys.executable, "-c", SUBMIT_AND_WAIT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        id_ = child.stdout.readline().strip()
        os.kill(child.pid, signal.SIGKILL)
    assert sapi.jobs[id_].status == "PENDING"
    sapi.release()
    with Client.from_config() as client:
        samples = client.retrieve_answer(id_).sampleset
        assert samples.first.energy == -2
        assert samples.record.num_occurrences.sum() == 7


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_reads": 10_001}, "num_reads is 10001, out of range"),
        ({"annealing_time": 0.1}, "annealing_time is 0.1, out of range"),
        ({"annealing_time": 2000.0, "num_reads": 1000}, "the duration of the run is 2.001e.06, out of range"),
        ({"fast_anneal": True, "annealing_time": 1.0}, "fast_anneal takes no linear biases"),
        ({"anneal_schedule": [[0, 1], [10, 0.4], [20, 1]]}, "initial_state goes with reverse annealing"),
        ({"anneal_offsets": [0.9] * 128}, "anneal_offsets is 0.9, out of range"),
        ({"flux_biases": [0.0]}, "flux_biases needs an entry for every qubit"),
    ],
)
def test_what_the_processor_refuses(qpu: DWaveSampler, sapi: Service, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SolverFailureError, match=message):
        qpu.sample(native_model(qpu), **options).resolve()
    assert not sapi.jobs


@pytest.mark.parametrize(
    ("linear", "quadratic", "message"),
    [
        ({0: 99.0}, {}, "h is 99, out of range"),
        ({}, {(0, 5): 1.5}, "J is 1.5, out of range"),
        ({}, {(0, q): -2.0 for q in (5, 6, 7)} | {(1, q): -2.0 for q in (4, 5)}, None),
    ],
)
def test_ranges_of_biases(
    qpu: DWaveSampler, sapi: Service, linear: dict[int, float], quadratic: dict[Any, float], message: str | None
) -> None:
    assert qpu.sample_ising(linear, quadratic).first  # scaled by the processor
    if message:
        with pytest.raises(SolverFailureError, match=message):
            qpu.sample_ising(linear, quadratic, auto_scale=False).resolve()
    else:
        assert qpu.sample_ising(linear, quadratic, auto_scale=False).first
        sapi.solvers["loopback_chimera"].properties["per_qubit_coupling_range"] = [-5.0, 5.0]
        with pytest.raises(SolverFailureError, match="total coupling of qubit 0 is -6, out of range"):
            qpu.sample_ising(linear, quadratic, auto_scale=False).resolve()


def test_reverse_annealing_is_taken(qpu: DWaveSampler, sapi: Service) -> None:
    model = native_model(qpu)
    state = dict.fromkeys(model.variables, 1)
    qpu.sample(model, anneal_schedule=[[0, 1], [10, 0.4], [20, 1]], initial_state=state, num_reads=3).resolve()
    assert len(sapi.submitted[0]["params"]["initial_state"]) == 128


def answer_of(sampler: DWaveSampler) -> dimod.SampleSet:
    samples = sampler.sample(native_model(sampler), num_reads=10)
    samples.resolve()
    return samples


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.refused_token(), SolverAuthenticationError),
        (faults.unavailable("submit"), Exception),
        (faults.lost_reply(), Exception),
        (faults.nonsense("submit"), InvalidAPIResponseError),
        (faults.cancelled_job(), CanceledFutureError),
        (faults.failed_job("Chip too warm"), SolverFailureError),
        (faults.solver_offline(), SolverOfflineError),
        (faults.truncated_answer(), Exception),
        (faults.answer_without("energies"), Exception),
    ],
)
def test_faults_reach_the_client_and_pass(
    qpu: DWaveSampler, sapi: Service, fault: faults.Fault, error: type[Exception]
) -> None:
    sapi.inject(fault)
    with pytest.raises(error):
        answer_of(qpu)
    sapi.heal()
    assert len(sapi.jobs) == (fault.kind == "job" or fault.accepted)
    assert answer_of(qpu).record.num_occurrences.sum() == 10


def test_polling_survives_what_submitting_does_not(qpu: DWaveSampler, sapi: Service) -> None:
    sapi.inject(faults.unavailable("poll", 502, times=3))
    assert answer_of(qpu).record.num_occurrences.sum() == 10
    assert sum(request.kind == "poll" for request in sapi.requests) >= 4


def test_a_slow_queue_and_a_cancellation(qpu: DWaveSampler, sapi: Service) -> None:
    sapi.slow_down(0.2)
    assert answer_of(qpu).record.num_occurrences.sum() == 10
    sapi.hold()
    job = qpu.solver.sample_bqm(native_model(qpu))
    job.wait_id()
    job.cancel()
    with pytest.raises(CanceledFutureError):
        job.result()
    assert list(sapi.jobs.values())[-1].status == "CANCELLED"


def test_a_solver_that_goes_away(qpu: DWaveSampler, sapi: Service) -> None:
    id_ = qpu.sample(native_model(qpu)).wait_id()
    sapi.withdraw("loopback_chimera")
    with pytest.raises(SolverFailureError, match="Solver does not exist"):
        answer_of(qpu)
    with Client.from_config() as client, pytest.raises(SolverNotFoundError):
        client.retrieve_answer(id_).result()
    with pytest.raises(SolverNotFoundError):
        DWaveSampler(solver="loopback_chimera")


def test_a_solver_that_changes(qpu: DWaveSampler, sapi: Service) -> None:
    sapi.recalibrate("loopback_chimera")
    with pytest.raises(SolverFailureError, match="another version"):
        answer_of(qpu)


def test_a_service_that_is_down(qpu: DWaveSampler, sapi: Service) -> None:
    sapi.stop()
    with pytest.raises(OSError, match="timed out"):  # the client's word for a refused connection
        answer_of(qpu)


def test_a_wrong_token_is_refused(sapi: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWAVE_API_TOKEN", TOKEN[::-1])
    with pytest.raises(SolverAuthenticationError):
        DWaveSampler()


def test_problems_are_listed_with_their_labels_and_described(qpu: DWaveSampler, sapi: Service) -> None:
    from dwave.cloud.api import Problems

    for label in ("a", "b", "a"):
        qpu.sample(native_model(qpu), label=label).resolve()
    ids = list(sapi.jobs)
    with Problems.from_config() as problems:
        assert [p.id for p in problems.list_problems(label="a")] == [ids[2], ids[0]]
        assert problems.get_problem(ids[1]).status == "COMPLETED"
        assert problems.get_problem_info(ids[1]).metadata.label == "b"
        assert problems.get_problem_answer(ids[1])["format"] == "qp"
        assert problems.get_problem_messages(ids[1]) == []
        assert problems.cancel_problem(ids[1]).error_code == 400
