"""The hybrid solver, through the unmodified client on a loopback service."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from typing import Any

import dimod
import numpy as np
import pytest
from sapi import faults
from sapi.service import TOKEN, Service

import sgq
from sgq_solvers.leap.service import Service as Client
from sgq_solvers.leap_hybrid import LeapHybridBQMSampler


@pytest.fixture
def hybrid(sapi: Service) -> Iterator[LeapHybridBQMSampler]:
    with LeapHybridBQMSampler() as sampler:
        yield sampler


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between attempts are skipped."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def model() -> dimod.BinaryQuadraticModel:
    """Labels of several kinds, fields, an isolated variable and an offset."""
    return dimod.BinaryQuadraticModel(
        {"a": 0.5, (0, 1): -1.0, "free": 0.0}, {("a", "b"): -1.0, ("b", 7): 2.0, (7, "a"): 0.75}, 3.0, "SPIN"
    )


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_it_finds_the_ground_state(hybrid: LeapHybridBQMSampler, sapi: Service, vartype: str) -> None:
    bqm = model().change_vartype(vartype)
    samples = hybrid.sample(bqm, label="my model", time_limit=4)
    assert samples.first.energy == pytest.approx(dimod.ExactSolver().sample(bqm).first.energy)
    np.testing.assert_allclose(samples.record.energy, bqm.energies(samples))
    (submitted,) = sapi.submitted
    assert submitted["params"] == {"time_limit": 4}
    assert submitted["label"].startswith("my model [")
    info = json.loads(json.dumps(samples.info["sgq"]))
    assert (info["hybrid_solver"], info["time_limit"]) == ("loopback_hybrid", 4)
    assert list(sapi.jobs) == [info["problem_id"]]
    assert samples.info["timing"]["run_time"] == 4e6
    assert sapi.places_of_the_token() == {"X-Auth-Token"}


def test_energies_are_those_of_the_problem_through_solve(sapi: Service) -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=9, seed=2)
    samples = sgq.solve(problem, "leap-hybrid")
    assert samples.first.energy == pytest.approx(sgq.solve(problem, "exhaustive").first.energy)


def test_labels_stay_here(hybrid: LeapHybridBQMSampler, sapi: Service) -> None:
    hybrid.sample(dimod.BinaryQuadraticModel({"secret": 1.0}, {("secret", "plan"): -1.0}, 0.0, "SPIN"))
    assert not any(b"secret" in request.body for request in sapi.requests)


def test_the_shortest_time_is_the_solvers_own(hybrid: LeapHybridBQMSampler, sapi: Service) -> None:
    sapi.solvers["loopback_hybrid"].properties["minimum_time_limit"] = [[1, 3.0], [101, 13.0]]
    bqm = dimod.BinaryQuadraticModel({k: 1.0 for k in range(51)}, {}, 0.0, "SPIN")
    assert hybrid.sample(bqm).info["sgq"]["time_limit"] == pytest.approx(8)


@pytest.mark.parametrize(
    ("parameters", "limits", "message"),
    [
        ({"time_limit": 0.5}, {}, "time_limit=0.5: loopback_hybrid takes 1[.0-9]* to 3600 seconds for 5 variables"),
        ({"time_limit": 4000}, {}, "time_limit=4000: loopback_hybrid takes"),
        ({"time_limit": float("nan")}, {}, "time_limit=nan"),
        ({}, {"maximum_number_of_variables": 4}, "the model has 5 variables: loopback_hybrid takes up to 4"),
        ({}, {"maximum_number_of_biases": 7}, "the model has 8 biases: loopback_hybrid takes up to 7"),
    ],
)
def test_what_the_solver_would_refuse_is_not_sent(
    hybrid: LeapHybridBQMSampler, sapi: Service, parameters: dict[str, Any], limits: dict[str, Any], message: str
) -> None:
    sapi.solvers["loopback_hybrid"].properties |= limits
    with pytest.raises(ValueError, match=message):
        hybrid.sample(model(), **parameters)
    assert {request.kind for request in sapi.requests} == {"solvers"}


UNREADABLE = "gave an answer that cannot be read .*`fetch` can have the answer to "


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (faults.refused_token(), ValueError, "the API token was refused: run `dwave setup`"),
        (faults.unavailable("solvers"), ConnectionError, "failed .HTTP 503.: try again in a while"),
        (faults.unavailable("upload", times=None), ConnectionError, "failed .HTTP 503.: try again in a while"),
        (faults.unavailable("submit"), ConnectionError, "failed .HTTP 503.: try again in a while"),
        (faults.nonsense("submit"), ConnectionError, "gave an answer that cannot be read"),
        (faults.unavailable("poll", times=None), ConnectionError, "failed .HTTP 503.*`fetch` can have the answer to "),
        (faults.cancelled_job(), ValueError, "was not answered, its state is CANCELLED"),
        (faults.failed_job("Out of memory"), ValueError, "was not answered, its state is FAILED: Out of memory"),
        (faults.answer_without("data"), ConnectionError, UNREADABLE),
        (faults.nonsense("answer"), None, ""),
        (faults.lost_reply(), None, ""),
        (faults.unavailable("poll", times=2), None, ""),
        (faults.unavailable("answer", times=2), None, ""),
    ],
)
def test_faults_end_in_the_right_answer_or_one_line(
    sapi: Service,
    impatient: None,
    fault: faults.Fault,
    error: type[Exception] | None,
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sapi.inject(fault)
    with LeapHybridBQMSampler() as sampler, caplog.at_level("DEBUG"):
        if error is None:
            samples = sampler.sample(model())
            assert samples.first.energy == pytest.approx(dimod.ExactSolver().sample(model()).first.energy)
            assert len(sapi.jobs) == 1
            return
        with pytest.raises(error, match=message) as caught:
            sampler.sample(model())
    assert "\n" not in str(caught.value)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__) + repr(sampler)
    assert TOKEN not in shown + caplog.text


def test_an_answer_is_fetched_later(hybrid: LeapHybridBQMSampler, sapi: Service, impatient: None) -> None:
    fault = faults.unavailable("poll", times=None)
    sapi.inject(fault)
    with pytest.raises(ConnectionError, match="`fetch` can have the answer to "):
        hybrid.sample(model())
    sapi.heal()
    (id_,) = sapi.jobs
    sapi.withdraw("loopback_hybrid")
    with LeapHybridBQMSampler() as another:
        samples = another.fetch(model(), id_)
        assert samples.info["sgq"]["problem_id"] == id_
        assert samples.first.energy == pytest.approx(dimod.ExactSolver().sample(model()).first.energy)
        with pytest.raises(ValueError, match="does not know this"):
            another.fetch(model(), "nothing")
        with pytest.raises(ValueError, match="is of another model: its answer has 5 variables, this one 1"):
            another.fetch(dimod.BinaryQuadraticModel({0: 1.0}, {}, 0.0, "SPIN"), id_)
        with pytest.raises(ValueError, match="is of another model: its answer has the energy"):
            another.fetch(2 * model(), id_)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
def test_after_it_is_sent_every_error_names_it(
    hybrid: LeapHybridBQMSampler, sapi: Service, impatient: None, status: int
) -> None:
    sapi.inject(faults.unavailable("poll", status, times=None))
    with pytest.raises((ValueError, ConnectionError)) as caught:
        hybrid.sample(model())
    (id_,) = sapi.jobs
    assert id_ in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("status", [403, 503])
def test_a_receipt_that_is_not_found_is_named_by_its_label(
    hybrid: LeapHybridBQMSampler, sapi: Service, impatient: None, status: int
) -> None:
    sapi.inject(faults.lost_reply())
    sapi.inject(faults.unavailable("poll", status, times=None))
    with pytest.raises(ConnectionError, match=r"HTTP 504.*the Leap dashboard may have it as") as caught:
        hybrid.sample(model(), label="mine")
    (job,) = sapi.jobs.values()
    assert repr(job.request["label"]) in str(caught.value)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_is_not_sent(hybrid: LeapHybridBQMSampler, sapi: Service, bad: float) -> None:
    with pytest.raises(ValueError, match=f"the coupling of 'b' and 'a' is {bad}: every coefficient"):
        hybrid.sample(dimod.BinaryQuadraticModel({"a": 1.0}, {("a", "b"): bad}, 0.0, "SPIN"))
    assert not any(request.kind in ("upload", "submit") for request in sapi.requests)


def test_what_is_no_solver() -> None:
    with pytest.raises(ValueError, match="solver=5: a hybrid solver's name"):
        LeapHybridBQMSampler(5)


def test_a_slow_queue(hybrid: LeapHybridBQMSampler, sapi: Service) -> None:
    sapi.slow_down(0.3)
    samples = hybrid.sample(model())
    assert samples.first.energy == pytest.approx(dimod.ExactSolver().sample(model()).first.energy)


def test_an_interrupt_cancels(hybrid: LeapHybridBQMSampler, sapi: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Client, ids: list[str], wait: float = 0) -> None:
        raise KeyboardInterrupt

    sapi.hold()
    monkeypatch.setattr(Client, "states", interrupted)
    with pytest.raises(KeyboardInterrupt):
        hybrid.sample(model())
    assert [job.status for job in sapi.jobs.values()] == ["CANCELLED"]


def test_no_hybrid_solver(sapi: Service) -> None:
    sapi.withdraw("loopback_hybrid")
    with pytest.raises(ValueError, match="no such hybrid solver online"):
        LeapHybridBQMSampler().sample(model())
    with pytest.raises(ValueError, match="no such hybrid solver online"):
        LeapHybridBQMSampler("another").sample(model())


def test_parameters_are_listed_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sgq_solvers.leap_hybrid.ocean", lambda: pytest.fail("Ocean was loaded"))
    assert set(LeapHybridBQMSampler().parameters) == {"time_limit", "label"}
    LeapHybridBQMSampler().warm_up(sgq.ising({(0, 1): 1.0}))
    LeapHybridBQMSampler().close()


def test_a_missing_token_is_explained(sapi: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DWAVE_API_TOKEN")
    with pytest.raises(ValueError, match="no API token is configured: run `dwave setup`"):
        LeapHybridBQMSampler().sample(model())
