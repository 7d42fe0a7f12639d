"""``sgq leap`` against the loopback service: what it prints, its exit codes, and a job through its whole life."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dimod
import numpy as np
import pytest

import sgq
from sgq import cli

pytest.importorskip("dwave.system")
from sapi import faults
from sapi.service import TOKEN

from sgq_solvers.leap.lock import locked

if TYPE_CHECKING:
    from sapi.service import Service

GLASS = ("sherrington-kirkpatrick", "-p", "n=8", "--seed", "7")


class Result:
    """Exit code, stdout and stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def facts(self) -> Any:
        """Its JSON."""
        return json.loads(self.out)


@pytest.fixture
def leap(sapi: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["sgq", "leap", *arguments])
        with pytest.raises(SystemExit) as exit:
            cli.main()
        result = Result(int(exit.value.code or 0), *capsys.readouterr())
        assert TOKEN not in result.out + result.err
        return result

    return call


def test_a_job_from_submission_to_answer(sapi: Service, leap: Any, tmp_path: Path) -> None:
    sapi.hold()
    submitted = leap("submit", *GLASS, "--job", "glass.json", "-s", "num_reads=60", "-s", "num_gauges=2", "--json")
    assert submitted.code == 0
    assert [row["id"] for row in submitted.facts["list"]] == list(sapi.jobs)
    early = leap("fetch", "glass.json", "--timeout", "0.1")
    assert (early.code, early.out) == (1, "")
    assert "2 of 2 submissions still run on loopback_zephyr: fetch again later" in early.err
    sapi.release()
    fetched = leap("fetch", "glass.json", "--output", "samples.json", "--json").facts
    problem = sgq.build("sherrington-kirkpatrick", n=8, seed=7)
    ground = sgq.solve(problem, "exhaustive")
    assert fetched["best energy"] == pytest.approx(ground.first.energy)
    assert fetched["reads"] == 60
    samples = dimod.SampleSet.from_serializable(json.loads((tmp_path / "samples.json").read_text()))
    np.testing.assert_allclose(samples.record.energy, problem.energies(samples), atol=1e-12)
    sapi.stop()
    again = leap("fetch", "glass.json", "--json").facts
    assert {k: v for k, v in again.items() if "energy" not in k} == {
        k: v for k, v in fetched.items() if "energy" not in k
    }
    listed = leap("list", ".", "--json").facts
    assert [(row["job"], row["answered"], row["states"]) for row in listed] == [("glass.json", 2, {"COMPLETED": 2})]
    assert "2 COMPLETED" in leap("list").out
    assert TOKEN not in (tmp_path / "glass.json").read_text()


def test_a_formula_from_a_file_is_decoded_as_one(sapi: Service, leap: Any, tmp_path: Path) -> None:
    (tmp_path / "f.cnf").write_text("p cnf 4 3\n1 -2 3 0\n-1 2 4 0\n-3 -4 1 0\n")
    assert leap("submit", "f.cnf", "--job", "f.json", "--processor", "loopback_chimera").code == 0
    assert {problem["solver"]["name"] for problem in sapi.submitted} == {"loopback_chimera"}
    facts = leap("fetch", "f.json", "--json").facts
    assert facts["best energy"] == 0
    assert facts["solution"]["violated"] == []
    assert facts["processor"] == "loopback_chimera"


def test_status_cancel_and_resubmit(sapi: Service, leap: Any) -> None:
    sapi.hold()
    leap("submit", *GLASS, "--job", "glass.json", "-s", "num_reads=20")
    assert "PENDING" in leap("status", "glass.json").out
    assert leap("cancel", "glass.json", "--json").facts["states"] == {"CANCELLED": 1}
    lost = leap("fetch", "glass.json")
    assert lost.code == 2
    assert lost.err.count("\n") == 1
    assert "1 cancelled" in lost.err
    sapi.release()
    assert leap("fetch", "glass.json", "--resubmit").code == 0
    assert len(sapi.jobs) == 2


def test_partial_answers_on_request(sapi: Service, leap: Any) -> None:
    sapi.inject(faults.failed_job("Chip too warm"))
    leap("submit", *GLASS, "--job", "glass.json", "-s", "num_reads=20", "-s", "num_gauges=2")
    assert "1 failed (Chip too warm)" in leap("fetch", "glass.json").err
    facts = leap("fetch", "glass.json", "--partial", "--json").facts
    assert facts["lost submissions"] == 1
    assert facts["reads"] == 10


def test_the_estimate_submits_nothing_and_says_what_would_be_refused(sapi: Service, leap: Any) -> None:
    taken = leap("estimate", *GLASS, "-s", "num_reads=5000", "-s", "annealing_time=1000", "--json")
    assert taken.code == 0
    facts = taken.facts
    assert facts["refused"] == []
    assert facts["submissions"] == 6
    assert facts["qubits"] == sum(int(n) * count for n, count in facts["chain lengths"].items()) >= 8
    assert facts["QPU seconds"] > 5
    options = ("-s", "annealing_time=9999", "-s", "auto_scale=False", "-s", "chain_strength=7", "-s", "qpu_budget=1e-3")
    refused = leap("estimate", *GLASS, *options, "-s", "num_reads=10", "--json")
    assert refused.code == 1
    lines = "\n".join(refused.facts["refused"])
    for part in (
        "annealing_time=9999",
        "the coupling J of qubit",
        "is -7: loopback_zephyr takes -2 to 1",
        "qpu_budget",
    ):
        assert part in lines
    assert sapi.submitted == []


def test_the_estimate_lists_every_refusal(sapi: Service, leap: Any) -> None:
    refused = leap("estimate", *GLASS, "-s", "annealing_time=2000000", "--json")
    assert refused.code == 1
    first, second = refused.facts["refused"]
    assert "annealing_time=2e+06" in first
    assert "exceeds the 1e+06 µs" in second


def test_variables_with_numbers_are_named_in_json(sapi: Service, leap: Any) -> None:
    taken = leap("estimate", *GLASS, "-s", 'anneal_offsets={"0": 0.1, "7": -0.1}')
    assert (taken.code, taken.err) == (0, "")
    assert "the model has no variable '8'" in leap("estimate", *GLASS, "-s", 'anneal_offsets={"8": 0.1}').err


def test_damaged_jobs_are_listed_as_such(leap: Any, tmp_path: Path) -> None:
    leap("submit", *GLASS, "--job", "a.json")
    text = (tmp_path / "a.json").read_text()
    (tmp_path / "cut.json").write_text(text[:500])
    (tmp_path / "later.json").write_text(text.replace('"version": 1', '"version": 2'))
    os.mkfifo(tmp_path / "pipe")
    listed = {row["job"]: row.get("error", "") for row in leap("list", "--json").facts}
    assert listed == {
        "a.json": "",
        "cut.json": "cut.json: a job file that is damaged, it is not JSON",
        "later.json": "later.json: a job file of version 2, which this sgq does not know",
    }
    assert "a job file that is damaged" in leap("list").out


def test_another_process_that_submits_is_told_of(sapi: Service, leap: Any, tmp_path: Path) -> None:
    sapi.hold()
    leap("submit", *GLASS, "--job", "a.json")
    with locked(tmp_path / "a.json", "sending", 0):
        assert "another process is still submitting" in leap("status", "a.json").out
        assert leap("status", "a.json", "--json").facts["submitting"] is True
        assert "another process is submitting a.json" in leap("fetch", "a.json", "--resubmit").err


def test_a_warning_is_one_line(sapi: Service, leap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    leap("submit", *GLASS, "--job", "a.json", "-s", "num_reads=20")

    def full_disk(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    fetched = leap("fetch", "a.json", "--json")
    assert fetched.code == 0
    assert fetched.facts["reads"] == 20
    assert fetched.err == "sgq: the job file could not be written ([Errno 28] No space left on device: 'a.json')\n"


def test_processors_are_listed_with_topology_and_load(sapi: Service, leap: Any) -> None:
    rows = leap("solvers", "--json").facts
    assert [row["name"] for row in rows] == ["loopback_zephyr", "loopback_pegasus", "loopback_chimera"]
    table = leap("solvers").out
    assert "pegasus 3" in table
    assert "10%" in table


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("submit", *GLASS, "--job", "there.json"), "this file exists"),
        (("submit", *GLASS, "--job", "no/folder.json"), "a file in a folder that exists"),
        (("submit", *GLASS, "--job", "x.json", "-s", "num_read=3"), "did you mean 'num_reads'?"),
        (("submit", *GLASS, "--job", "x.json", "-s", "annealing_time=1e9"), "annealing_time=1e+09"),
        (("submit", *GLASS, "--job", "x.json", "--processor", "nobody"), "`sgq leap solvers` lists"),
        (("submit", "nothing", "--job", "x.json"), "neither a file nor a registered problem"),
        (("fetch", "there.json"), "there.json: no job file"),
        (("status", "absent.json"), "absent.json"),
        (("list", "absent"), "absent: no folder"),
    ],
)
def test_bad_input_is_one_line(leap: Any, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    (tmp_path / "there.json").write_text("{}")
    result = leap(*arguments)
    assert result.code == 2
    assert message in result.err
    assert result.err.count("\n") == 1
    assert not (tmp_path / "x.json").exists()


def test_a_missing_token_is_explained(leap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DWAVE_API_TOKEN")
    for arguments in (("solvers",), ("estimate", *GLASS), ("submit", *GLASS, "--job", "x.json")):
        result = leap(*arguments)
        assert result.code == 2
        assert result.err.startswith("sgq: no API token is configured: run `dwave setup`, or set DWAVE_API_TOKEN")
