"""D-Wave's processors, as far as a mock processor and an unreachable service can show."""

import json
import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path

import dimod
import pytest
from sapi.service import TOKEN, Service

import sgq
from sgq_solvers.leap import DWaveQPUSampler, list_qpus


@pytest.fixture(scope="module")
def mock() -> dimod.Structured:
    from dwave.system.testing import MockDWaveSampler

    return MockDWaveSampler(topology_type="chimera", topology_shape=[4, 4, 4], parameter_warnings=False)


def complete_graph(n: int) -> dimod.BinaryQuadraticModel:
    return dimod.BinaryQuadraticModel({}, {(i, j): (-1.0) ** (i * j) for i in range(n) for j in range(i)}, "SPIN")


def test_finds_the_ground_state_and_records_the_embedding(mock: dimod.Structured) -> None:
    problem = sgq.build("sherrington-kirkpatrick", n=8, seed=1)
    samples = sgq.solve(problem, DWaveQPUSampler(mock), num_reads=400, embedding_seed=1)
    assert samples.first.energy == pytest.approx(sgq.solve(problem, "exhaustive").first.energy)
    assert samples.record.num_occurrences.sum() == 400
    info = json.loads(json.dumps(samples.info["sgq"], allow_nan=False))
    qubits = [q for chain in info["chains"] for q in chain]
    assert len(info["chains"]) == 8
    assert len(qubits) == len(set(qubits)) == info["num_qubits"] > 8
    assert info["longest_chain"] == max(map(len, info["chains"]))
    assert 0 <= info["chain_break_fraction"] <= 1
    assert info["processor"] == "MockDWaveSampler"


def test_chain_strength_is_uniform_torque_compensation_unless_given(mock: dimod.Structured) -> None:
    from dwave.embedding.chain_strength import uniform_torque_compensation

    model = complete_graph(8)
    sampler = DWaveQPUSampler(mock)
    default = sampler.sample(model).info["sgq"]["chain_strength"]
    assert default == pytest.approx(uniform_torque_compensation(model))
    assert sampler.sample(model, chain_strength=2.5).info["sgq"]["chain_strength"] == 2.5
    assert sampler.sample(model.change_vartype("BINARY", inplace=False)).info["sgq"]["chain_strength"] == pytest.approx(
        default
    )


def test_what_the_processor_is_asked_for(mock: dimod.Structured, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []
    original = mock.sample
    monkeypatch.setattr(mock, "sample", lambda bqm, **options: asked.append(options) or original(bqm, **options))
    sampler = DWaveQPUSampler(mock)
    sampler.sample(complete_graph(3))
    sampler.sample(complete_graph(3), num_reads=7, annealing_time=50, label="triangle")
    assert asked == [{"num_reads": 100}, {"num_reads": 7, "annealing_time": 50.0, "label": "triangle"}]


def test_the_configured_processor_is_found_once(mock: dimod.Structured, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[dimod.Structured] = []
    monkeypatch.setattr("dwave.system.DWaveSampler", lambda **config: found.append(mock) or mock)
    sampler = DWaveQPUSampler()
    assert found == []
    assert [sampler.sample(complete_graph(3)).first.energy for _ in range(2)] == [-1, -1]
    assert found == [mock]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"num_reads": 0}, "num_reads=0"),
        ({"annealing_time": 3000}, r"annealing_time=3000: MockDWaveSampler takes 0\.5 to 2000 microseconds"),
        ({"annealing_time": float("nan")}, "annealing_time=nan"),
        ({"chain_strength": -1}, "chain_strength=-1"),
        ({"time_limit": -1}, "time_limit=-1"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_runs(
    parameters: dict[str, object], message: str, mock: dimod.Structured
) -> None:
    with pytest.raises(ValueError, match=message):
        DWaveQPUSampler(mock).sample(complete_graph(3), **parameters)


@pytest.mark.parametrize(("n", "time_limit"), [(200, None), (24, 0.2)])  # K_17 is the largest that fits on 4 × 4
def test_a_graph_that_does_not_fit_is_refused_with_its_size(
    n: int, time_limit: float | None, mock: dimod.Structured
) -> None:
    size = rf"no embedding of {n} variables and {n * (n - 1) // 2} couplings into the 128 qubits and 352 couplers"
    with pytest.raises(ValueError, match=size):
        DWaveQPUSampler(mock).sample(complete_graph(n), time_limit=time_limit)


def test_parameters_are_listed_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sgq_solvers.leap.sampler.ocean", lambda: pytest.fail("Ocean was loaded"))
    parameters = {"num_reads", "annealing_time", "chain_strength", "qpu_budget", "time_limit", "label"}
    assert parameters <= set(DWaveQPUSampler().parameters)
    DWaveQPUSampler().warm_up(sgq.ising({(0, 1): 1.0}))
    DWaveQPUSampler().close()


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dwave.system", None)
    with pytest.raises(ImportError, match=r'pip install "sgq\[dwave\]"'):
        DWaveQPUSampler().sample(complete_graph(3))


RETRIES = "[defaults]\nhttp_retry_total = 0\n"
CLOSED = "http://127.0.0.1:9/sapi/v2/"


@pytest.mark.parametrize(
    ("text", "environment", "error", "message"),
    [
        ("", {"TOKEN": ""}, ValueError, "no API token is configured: run `dwave setup`, or set DWAVE_API_TOKEN"),
        (f"[defaults\ntoken = {TOKEN}", {}, ValueError, "not usable .ConfigFileParseError.: run `dwave setup`"),
        (f"[defaults]\nrequest_timeout = {TOKEN}", {}, ValueError, "not usable"),
        (RETRIES, {"ENDPOINT": CLOSED, "TOKEN": f"{TOKEN}\n"}, ValueError, "not usable .InvalidHeader."),
        (RETRIES, {"ENDPOINT": CLOSED}, ConnectionError, "does not answer .RequestTimeout.: `dwave ping`"),
        (RETRIES, {"TOKEN": TOKEN[::-1]}, ValueError, "token was refused: run"),
    ],
)
def test_what_is_not_configured_is_explained_and_the_token_never_shown(
    sapi: Service,
    text: str,
    environment: dict[str, str],
    error: type[Exception],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    Path(os.environ["DWAVE_CONFIG_FILE"]).write_text(text)
    for name, value in environment.items():
        monkeypatch.setenv(f"DWAVE_API_{name}", value)
    logging.getLogger("dwave.cloud").setLevel(logging.NOTSET)
    sampler = DWaveQPUSampler()
    with caplog.at_level(logging.DEBUG), pytest.raises(error, match=message) as caught:
        sampler.sample(complete_graph(3))
    assert caught.value.__cause__ is caught.value.__context__ is None
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__) + repr(sampler)
    shown += caplog.text + "".join(capfd.readouterr())
    assert not any(token in shown for token in (TOKEN, TOKEN[::-1]))
    assert "\n" not in str(caught.value)


OWN_SAMPLERS = """
import io, logging
from dwave.system import DWaveSampler, LeapHybridSampler
import leap_fault_helpers as t
from sgq_solvers.leap_hybrid import LeapHybridBQMSampler
qpu, hybrid = DWaveSampler(solver=t.QPU), LeapHybridSampler()
log = io.StringIO()
logging.basicConfig(level=logging.DEBUG, stream=log, force=True)
for sampler, options in ((t.DWaveQPUSampler(qpu), {"num_reads": 5}), (LeapHybridBQMSampler(hybrid), {})):
    logging.getLogger("dwave.cloud").setLevel(logging.NOTSET)
    sampler.sample(t.MODEL, **options)
    print(t.TOKEN in log.getvalue(), "DEBUG" in log.getvalue())
"""


def test_the_log_at_debug_holds_no_token_with_the_users_own_samplers(sapi: Service) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", OWN_SAMPLERS]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert run.stdout == "False True\nFalse True\n", run.stderr


def test_what_is_no_processor() -> None:
    for qpu in (5, "", object()):
        with pytest.raises(ValueError, match="a processor's name, or a structured sampler"):
            DWaveQPUSampler(qpu)


def test_the_processors_of_the_account(sapi: Service) -> None:
    sapi.solvers["loopback_pegasus"].status = "OFFLINE"
    rows = {row["name"]: row for row in list_qpus()}
    assert list(rows) == ["loopback_zephyr", "loopback_pegasus", "loopback_chimera"]
    assert rows["loopback_chimera"] | {"graph_id": ""} == {
        "name": "loopback_chimera",
        "graph_id": "",
        "topology": "chimera 4 × 4 × 4",
        "qubits": 126,
        "couplers": 341,
        "load": 0.1,
        "status": "online",
    }
    assert rows["loopback_pegasus"]["status"] == "offline"


def test_a_mock_keeps_no_jobs(tmp_path: Path) -> None:
    from dwave.system.testing import MockDWaveSampler

    with pytest.raises(ValueError, match="MockDWaveSampler keeps no jobs"):
        DWaveQPUSampler(MockDWaveSampler()).submit(complete_graph(3), tmp_path / "job.json")
