"""What a job file keeps, and what is no job file."""

import errno
import functools
import json
import operator
import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dimod
import numpy as np
import pytest

import sgq

pytest.importorskip("dwave.system")
from sapi.service import Service

from sgq_solvers.leap import DWaveQPUSampler, Job, find_jobs

GLASS = sgq.build("sherrington-kirkpatrick", n=5, seed=3)


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
    (tmp_path / "cut.json").write_text(json.dumps(document)[:300])
    (tmp_path / "a folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "damaged.json").write_text(json.dumps({k: v for k, v in document.items() if k != "chains"}))
    for name, message in {
        "text": "it is not JSON",
        "other": "`sgq leap submit` writes",
        "future": "of version 2",
        "cut": "a job file that is damaged, it is not JSON",
        "damaged": r"damaged \(KeyError: 'chains'\)",
    }.items():
        with pytest.raises(ValueError, match=message):
            Job(tmp_path / f"{name}.json")
    jobs, damaged = find_jobs(tmp_path)
    assert [job.path for job in jobs] == [tmp_path / "a.json"]
    assert [path.name for path in damaged] == ["cut.json", "damaged.json", "future.json"]
    assert os.listdir(tmp_path).count("a.json") == 1


def test_numbers_of_numpy_are_numbers(sampler: DWaveQPUSampler, tmp_path: Path) -> None:
    numbers = {"num_reads": np.int64(20), "num_gauges": np.int32(2), "qpu_budget": np.float32(9), "chain_strength": 2}
    job = sampler.submit(
        GLASS, tmp_path / "job.json", annealing_time=np.int64(30), embedding_seed=np.int64(1), **numbers
    )
    assert Job(tmp_path / "job.json").plan == job.plan


def test_a_label_that_json_cannot_keep_is_refused(sampler: DWaveQPUSampler, tmp_path: Path) -> None:
    model = dimod.BinaryQuadraticModel({frozenset("ab"): 1.0}, {}, "SPIN")
    with pytest.raises(ValueError, match="is a frozenset: a job file keeps numbers, texts and tuples"):
        sampler.submit(model, tmp_path / "job.json")
    assert os.listdir(tmp_path) == ["dwave.conf"]


def test_a_file_that_was_tampered_with_is_named(sapi: Service, sampler: DWaveQPUSampler, tmp_path: Path) -> None:
    """Every entry replaced by everything else that JSON knows: it is read all the same, or the error names the file."""
    sampler.submit(GLASS, tmp_path / "job.json", num_reads=8, num_gauges=2, embedding_seed=1).fetch()
    text, altered = (tmp_path / "job.json").read_text(), tmp_path / "altered.json"

    def places(part: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        keys = part if isinstance(part, dict) else range(min(len(part), 1)) if isinstance(part, list) else ()
        for key in keys:
            yield (*where, key)
            yield from places(part[key], (*where, key))

    for *where, last in places({k: v for k, v in json.loads(text).items() if k != "problem"}):
        for value in (None, 5, "x", [], {}, [1], -1, float("inf"), "gone"):
            document = json.loads(text)
            part = functools.reduce(operator.getitem, where, document)
            part[last] = value
            if value == "gone":
                del part[last]
            altered.write_text(json.dumps(document))
            assert str(altered) in (said_of(altered) or str(altered)), (where, last, value)


def said_of(path: Path) -> str | None:
    try:
        Job(path).read()
    except (ValueError, OSError) as error:
        return str(error)
    return None


def test_a_file_that_cannot_be_read_has_a_job_that_can_be_shown(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        Job(tmp_path / "absent.json")
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    assert any((frame.locals or {}).get("self") == "<Job>" for frame in frames)


def test_a_polynomial_is_known_again(sampler: DWaveQPUSampler, tmp_path: Path) -> None:
    sampler.submit(sgq.build("k-sat", n=6, m=10, k=3, seed=1), tmp_path / "job.json", num_reads=20)
    with pytest.raises(ValueError, match="is of another model than"):
        sgq.solve(sgq.build("k-sat", n=6, m=10, k=3, seed=2), Job(tmp_path / "job.json"))
    again = sgq.build("k-sat", n=6, m=10, k=3, seed=1).model
    shuffled = dimod.BinaryPolynomial({tuple(term)[::-1]: c for term, c in reversed(list(again.items()))}, "BINARY")
    assert len(sgq.solve(shuffled, Job(tmp_path / "job.json"))) > 0


def test_what_cannot_be_written_is_not_sent(
    sapi: Service, sampler: DWaveQPUSampler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileNotFoundError, match=r"'.*/absent/job\.json'"):
        sampler.submit(GLASS, tmp_path / "absent" / "job.json")
    with pytest.raises(ValueError, match="attached: JSON values are needed"):
        sampler.submit(GLASS, tmp_path / "job.json", attached={1, 2})
    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match=r"No space left on device: '.*/job\.json'"):
        sampler.submit(GLASS, tmp_path / "job.json")
    assert os.listdir(tmp_path) == ["dwave.conf"]
    assert not sapi.jobs


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(
    sampler: DWaveQPUSampler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler.submit(GLASS, tmp_path / "job.json", num_reads=20)
    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", full_disk)
        with pytest.warns(UserWarning, match=r"could not be written .*No space left on device: '.*/job\.json'"):
            samples = Job(tmp_path / "job.json").fetch()
    assert samples.record.num_occurrences.sum() == 20
    assert not Job(tmp_path / "job.json").done
    assert Job(tmp_path / "job.json").fetch() == samples


def full_disk(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
