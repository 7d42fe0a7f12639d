"""What a job file keeps, and what is no job file."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import dimod
import numpy as np
import pytest

import sgq

pytest.importorskip("dwave.system")
from sapi.service import Service

from sgq_solvers.leap import DWaveQPUSampler, Job, find_jobs


@pytest.fixture
def sampler(sapi: Service) -> Iterator[DWaveQPUSampler]:
    with DWaveQPUSampler("loopback_chimera") as sampler:
        yield sampler


def test_labels_of_every_kind_survive_the_file(sampler: DWaveQPUSampler, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    labels = ["s", 7, (1, 2), (0, ("a", 3))]
    couplings = {(labels[i], labels[j]): float(rng.normal()) for i in range(4) for j in range(i)}
    model = dimod.BinaryQuadraticModel({"s": 0.1, 7: 1 / 3}, couplings, -0.25, "BINARY")
    sampler.submit(model, tmp_path / "job.json", num_reads=20)
    job = Job(tmp_path / "job.json")
    assert job.plan.model == model
    samples = sgq.solve(model, job)
    assert set(samples.variables) == set(labels)
    np.testing.assert_allclose(samples.record.energy, model.energies(samples), atol=1e-12)
    assert samples.first.energy == pytest.approx(dimod.ExactSolver().sample(model).first.energy)


def test_a_polynomial_is_read_on_its_own_variables(sampler: DWaveQPUSampler, tmp_path: Path) -> None:
    problem = sgq.build("p-spin", n=5, p=3, seed=1)
    sampler.submit(problem, tmp_path / "job.json", num_reads=50, embedding_seed=1)
    samples = sgq.solve(problem, Job(tmp_path / "job.json"))
    assert list(samples.variables) == list(problem.variables)
    np.testing.assert_allclose(samples.record.energy, problem.energies(samples), atol=1e-12)


def test_files_that_hold_no_job(sampler: DWaveQPUSampler, tmp_path: Path) -> None:
    sampler.submit(sgq.build("sherrington-kirkpatrick", n=5, seed=3), tmp_path / "a.json", embedding_seed=1)
    document = json.loads((tmp_path / "a.json").read_text())
    (tmp_path / "text.json").write_text("no JSON")
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "future.json").write_text(json.dumps({**document, "version": 2}))
    (tmp_path / "damaged.json").write_text(json.dumps({k: v for k, v in document.items() if k != "chains"}))
    for name, message in {
        "text": "it is not JSON",
        "other": "`sgq leap submit` writes",
        "future": "of version 2",
        "damaged": r"damaged \(KeyError: 'chains'\)",
    }.items():
        with pytest.raises(ValueError, match=message):
            Job(tmp_path / f"{name}.json")
    assert [str(job.path) for job in find_jobs(tmp_path)[0]] == [str(tmp_path / "a.json")]
    assert os.listdir(tmp_path).count("a.json") == 1


def test_a_label_that_json_cannot_keep_is_refused(sampler: DWaveQPUSampler, tmp_path: Path) -> None:
    model = dimod.BinaryQuadraticModel({frozenset("ab"): 1.0}, {}, "SPIN")
    with pytest.raises(ValueError, match="is a frozenset: a job file keeps numbers, texts and tuples"):
        sampler.submit(model, tmp_path / "job.json")
    assert os.listdir(tmp_path) == ["dwave.conf"]
