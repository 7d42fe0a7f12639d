"""What a processor would refuse is refused before it is sent: the loopback service's own rules are the other route."""

from typing import Any

import dimod
import numpy as np
import pytest

pytest.importorskip("dwave.system")
from dwave.system.testing import MockDWaveSampler
from sapi import properties as loopback
from sapi.ranges import RefusedError, check_processor_problem, run_duration

from sgq_solvers.leap import DWaveQPUSampler, pause_schedule, quench_schedule, reverse_schedule
from sgq_solvers.leap.plan import draft_plan, make_plan
from sgq_solvers.leap.ranges import auto_scale_factor, model_refusals
from sgq_solvers.leap.request import Request
from sgq_solvers.leap.timing import access_seconds

PAIR = dimod.BinaryQuadraticModel({"a": 0.5, "b": 0}, {("a", "b"): -1}, "SPIN")
FIELDLESS = dimod.BinaryQuadraticModel({"a": 0, "b": 0}, {("a", "b"): -1}, "SPIN")
NATIVE = {"a": [0], "b": [4]}


@pytest.fixture(scope="module")
def chimera() -> Any:
    return _mock(loopback.processor("mock", "chimera", [4, 4, 4]), "chimera", [4, 4, 4])


@pytest.fixture(scope="module")
def zephyr() -> Any:
    return _mock(loopback.zephyr(), "zephyr", [2, 4])


def _mock(solver: loopback.Solver, topology: str, shape: list[int]) -> Any:
    mock = MockDWaveSampler(topology_type=topology, topology_shape=shape, parameter_warnings=False)
    mock.properties = {**solver.properties, **{k: mock.properties[k] for k in ("qubits", "couplers", "num_qubits")}}
    return mock


def start(**more: Any) -> dict[str, Any]:
    return {"initial_state": {"a": 1, "b": -1}, **more}


REFUSED = [
    ({"annealing_time": 0.1}, "annealing_time=0.1: mock takes 0.5 to 2000 microseconds"),
    ({"annealing_time": 0.001, "fast_anneal": True}, "annealing_time=0.001: mock takes 0.005 to 2000"),
    ({"annealing_time": 1, "fast_anneal": True}, "fast_anneal: the fast protocol takes no fields"),
    ({"readout_thermalization": 2e4}, "readout_thermalization=20000: mock takes 0 to 10000"),
    ({"programming_thermalization": 2e4}, "programming_thermalization=20000"),
    ({"anneal_schedule": [(0, 0), (3000, 1)]}, "takes 3000 microseconds: mock takes up to 2000"),
    ({"anneal_schedule": [(t, t / 20) for t in range(21)]}, "has 21 points: mock takes 2 to 12"),
    ({"anneal_schedule": [(0, 0), (5, 0.5), (5, 1)]}, "times must start at 0 and increase"),
    ({"anneal_schedule": [(0, 0.2), (5, 1)]}, "start at 0 (forward) or 1 (reverse)"),
    ({"anneal_schedule": [(0, 0), (5, 0.9)]}, "end at 1"),
    ({"anneal_schedule": reverse_schedule(0.4, 5, 10)}, "a reverse anneal needs initial_state"),
    (start(), "for a reverse anneal"),
    ({"anneal_offsets": {"b": 0.7}}, "anneal_offsets of qubit 4 is 0.7: it takes -0.5 to 0.5"),
    ({"auto_scale": False, "chain_strength": 3}, None),  # one-qubit chains have no coupling
]


@pytest.mark.parametrize(("parameters", "message"), REFUSED)
def test_controls_out_of_range(chimera: Any, parameters: dict[str, Any], message: str | None) -> None:
    plan, refusals = draft_plan(PAIR, chimera, Request(embedding=NATIVE, num_reads=10, **parameters))
    submission = plan.submissions[0]

    def server() -> None:
        check_processor_problem(plan.target(submission), plan.parameters_of(submission), chimera.properties)

    if message is None:
        assert refusals == []
        server()
        return
    assert any(message in refusal for refusal in refusals), refusals
    with pytest.raises(RefusedError):
        server()
    with pytest.raises(ValueError, match=r"mock|anneal"):
        make_plan(PAIR, chimera, Request(embedding=NATIVE, num_reads=10, **parameters))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"anneal_schedule": quench_schedule(20, 0.4, 0.2)}, "s from 0.4 to 1 in 0.2 microseconds is too steep"),
        ({"anneal_schedule": [(0, 0), (10, 0.6), (12, 0.5), (20, 1)]}, "s must not decrease in a forward anneal"),
        ({"fast_anneal": True}, "fast_anneal: the fast protocol has no default"),
    ],
)
def test_rules_that_the_loopback_service_leaves_out(chimera: Any, parameters: dict[str, Any], message: str) -> None:
    refusals = draft_plan(FIELDLESS, chimera, Request(embedding=NATIVE, **parameters))[1]
    assert any(message in refusal for refusal in refusals), refusals


@pytest.mark.parametrize(
    "parameters",
    [
        {"anneal_schedule": pause_schedule(20, 0.4, 100)},
        {"anneal_schedule": quench_schedule(20, 0.4, 0.5)},
        start(anneal_schedule=reverse_schedule(0.4, 5, 10), reinitialize_state=False),
        start(anneal_schedule=reverse_schedule(0.4, 5), num_gauges=3),
        {"annealing_time": 0.02, "fast_anneal": True},
        {"anneal_offsets": {"a": 0.2}, "flux_biases": {"b": -1e-4}},
        {"readout_thermalization": 50, "programming_thermalization": 200, "reduce_intersample_correlation": True},
    ],
)
def test_controls_within_range_are_taken(chimera: Any, parameters: dict[str, Any]) -> None:
    plan = make_plan(FIELDLESS, chimera, Request(embedding=NATIVE, **parameters))
    for submission in plan.submissions:
        sent = plan.parameters_of(submission)
        check_processor_problem(plan.target(submission), sent, chimera.properties)
        for name in set(parameters) - {"initial_state", "num_gauges", "anneal_offsets", "flux_biases"}:
            assert sent[name] == pytest.approx(np.array(parameters[name])) or sent[name] == parameters[name]
        if "initial_state" in parameters:
            signs = [1 if sign == "+" else -1 for sign in submission.gauge or "++"]
            assert (sent["initial_state"][0], sent["initial_state"][4]) == (signs[0], -signs[1])
            assert set(sent["initial_state"][5:]) == {3}
        if "flux_biases" in parameters:
            assert [q for q, bias in enumerate(sent["flux_biases"]) if bias] == [4]
            assert [q for q, offset in enumerate(sent["anneal_offsets"]) if offset] == [0]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"annealing_time": 5, "anneal_schedule": [(0, 0), (5, 1)]}, "exclude each other"),
        ({"anneal_schedule": [0, 5]}, "points"),
        ({"chain_strength": [1, 1]}, "chain_strength"),
        ({"chain_strength": []}, "chain_strength"),
        ({"num_gauges": 200}, "num_gauges=200"),
        ({"qpu_budget": 0}, "qpu_budget=0"),
        ({"fast_anneal": 1}, "fast_anneal=1"),
        ({"label": "x" * 300}, "at most 200 characters"),
        ({"flux_biases": [0.0, 1.0]}, "a number for each of the 128 qubits"),
        ({"flux_biases": {"z": 1.0}}, "no variable 'z'"),
        (start(initial_state={"a": 1}, anneal_schedule=reverse_schedule(0.5, 5)), "initial_state"),
        ({"initial_state": [1, 0], "anneal_schedule": reverse_schedule(0.5, 5)}, "initial_state holds values other"),
        ({"initial_state": "ab", "anneal_schedule": reverse_schedule(0.5, 5)}, "^initial_state has"),
        ({"anneal_offsets": {"a": "x"}}, r"anneal_offsets\['a'\]='x': a finite number"),
        ({"embedding": {"a": 0, "b": [4]}}, r"embedding\['a'\]=0: a list of qubits"),
        ({"embedding": {"a": ["x"], "b": [4]}}, r"embedding\['a'\]='x': an integer"),
        ({"embedding": {"a": "0", "b": [4]}}, r"embedding\['a'\]='0': a list of qubits"),
        ({"embedding_seed": -1}, "embedding_seed=-1"),
    ],
)
def test_arguments_that_make_no_sense(chimera: Any, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_plan(FIELDLESS, chimera, Request(**{"embedding": NATIVE, **parameters}))


def test_keys_that_json_made_texts_of_are_numbers_and_tuples(chimera: Any) -> None:
    model = dimod.BinaryQuadraticModel({}, {(7, (0, 1)): 1.0, ((0, 1), "8"): 1.0}, "SPIN")
    plan = make_plan(
        model,
        chimera,
        Request(
            embedding={"7": [0], "(0, 1)": [4], "8": [1], "9": [2]},
            anneal_offsets={"7": 0.1, "(0, 1)": 0.2, "8": 0.3},
            initial_state={"7": 1, "(0, 1)": -1, "8": 1},
            anneal_schedule=reverse_schedule(0.5, 5),
        ),
    )
    assert plan.chains == [[0], [4], [1]]
    assert plan.start == [1, -1, 1]
    assert [plan.parameters["anneal_offsets"][q] for q in (0, 4, 1)] == [0.1, 0.2, 0.3]


def test_chain_strengths_without_chains_are_said_to_be_unused(chimera: Any) -> None:
    samples = DWaveQPUSampler(chimera).sample(PAIR, embedding=NATIVE, num_reads=7, chain_strength=[1, 2])
    info = samples.info["sgq"]
    assert info["unused_chain_strengths"] == [1, 2]
    assert [row["chain_strength"] for row in info["scan"]] == [None]
    assert samples.record.num_occurrences.sum() == 7


def test_without_scaling_the_field_or_coupling_out_of_range_is_named(chimera: Any) -> None:
    model = dimod.BinaryQuadraticModel({"a": 5.0, "b": -1.0}, {("a", "b"): 1.5}, "SPIN")
    refusals = draft_plan(model, chimera, Request(embedding=NATIVE, auto_scale=False))[1]
    assert refusals == [
        "the field h of qubit 0 (variable 'a') is 5: mock takes -4 to 4; scale the model, or leave auto_scale on",
        "the coupling J of qubit 0, 4 (variable 'a' and 'b') is 1.5: mock takes -2 to 1; scale the model, or leave "
        "auto_scale on",
    ]
    model.scale(0.5)
    assert draft_plan(model, chimera, Request(embedding=NATIVE, auto_scale=False))[1] == []
    with pytest.raises(ValueError, match="1 more"):
        make_plan(model.copy().spin * 3, chimera, Request(embedding=NATIVE, auto_scale=False))


@pytest.mark.parametrize("topology", ["chimera", "zephyr"])
def test_scaling_reaches_a_range_and_no_further(topology: str, request: pytest.FixtureRequest) -> None:
    qpu = request.getfixturevalue(topology)
    rng = np.random.default_rng(5)
    for scale in (0.01, 1, 300):
        fields = {q: scale * float(rng.normal()) for q in qpu.nodelist[:40]}
        couplings = {
            pair: -scale * float(rng.random()) for pair in qpu.edgelist if set(pair) <= set(fields)
        }  # one sign, so that the sums of couplings matter
        model = dimod.BinaryQuadraticModel(fields, couplings, "SPIN")
        chains, labels = [[q] for q in fields], list(fields)
        factor = auto_scale_factor(qpu, model)
        model.scale(factor)
        assert list(model_refusals(qpu, model, chains, labels)) == []
        model.scale(1.001)
        assert list(model_refusals(qpu, model, chains, labels))


def test_sums_of_couplings_have_ranges_too(chimera: Any, zephyr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for qpu, kind in ((chimera, "the sum of couplings"), (zephyr, "the sum of a group of couplings")):
        name = "per_qubit_coupling_range" if qpu is chimera else "per_group_coupling_range"
        monkeypatch.setitem(qpu.properties, name, [-3.0, 3.0])
        hub = qpu.nodelist[0]
        star = [pair for pair in qpu.edgelist if hub in pair]
        model = dimod.BinaryQuadraticModel({}, dict.fromkeys(star, -1.5), "SPIN")
        refusals = list(model_refusals(qpu, model, [[q] for q in model.variables], list(model.variables)))
        assert any(refusal.startswith(f"{kind} of qubit {hub} ") for refusal in refusals)


@pytest.mark.parametrize(
    ("num_reads", "parameters", "submissions"),
    [
        (10_000, {}, 1),
        (25_001, {}, 3),  # num_reads_range
        (5_000, {"annealing_time": 1000}, 6),  # 999 fit into a second with a millisecond of programming
        (100, {"annealing_time": 2000, "readout_thermalization": 10_000, "programming_thermalization": 0}, 2),
        (5_000, {"anneal_schedule": pause_schedule(20, 0.5, 980)}, 6),
        (5_000, {"annealing_time": 1000, "num_gauges": 4}, 8),
    ],
)
def test_reads_are_split_so_that_each_submission_is_taken(
    chimera: Any, num_reads: int, parameters: dict[str, Any], submissions: int
) -> None:
    plan = make_plan(PAIR, chimera, Request(embedding=NATIVE, num_reads=num_reads, **parameters))
    assert len(plan.submissions) == submissions
    assert sum(s.num_reads for s in plan.submissions) == num_reads
    assert len({s.label for s in plan.submissions}) == submissions
    for submission in plan.submissions:
        sent = plan.parameters_of(submission)
        check_processor_problem(plan.target(submission), sent, chimera.properties)
        assert run_duration(sent, chimera.properties) <= 1e6


def test_a_read_that_never_fits_is_refused(chimera: Any) -> None:
    slow = {**chimera.properties, "problem_run_duration_range": [0.0, 1500.0]}
    narrow = _mock(loopback.processor("mock", "chimera", [4, 4, 4]), "chimera", [4, 4, 4])
    narrow.properties = slow
    message = "one read of 600 µs after 1000 µs of programming exceeds the 1500 µs"
    with pytest.raises(ValueError, match=message):
        make_plan(PAIR, narrow, Request(embedding=NATIVE, annealing_time=600))
    refusals = draft_plan(PAIR, narrow, Request(embedding=NATIVE, annealing_time=600, readout_thermalization=2e4))[1]
    assert len(refusals) == 2  # estimate lists them all
    assert "readout_thermalization" in refusals[0]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (dimod.BinaryQuadraticModel({"a": np.nan, "b": 0}, {("a", "b"): 1}, 0, "SPIN"), "the field of 'a' is nan"),
        (dimod.BinaryQuadraticModel({"a": 1}, {("a", "b"): np.inf}, 0, "BINARY"), "the coupling of 'b' and 'a' is inf"),
        (dimod.BinaryQuadraticModel({"a": 1}, {("a", "b"): 1}, np.nan, "SPIN"), "the offset is nan"),
    ],
)
def test_what_is_not_finite_is_not_sent(chimera: Any, model: Any, message: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(chimera, "sample", lambda *_, **__: pytest.fail("it was sent"))
    with pytest.raises(ValueError, match=f"{message}: every coefficient of the model must be finite"):
        DWaveQPUSampler(chimera).sample(model)


def test_the_budget_is_kept_before_anything_is_sent(chimera: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chimera, "sample", lambda *_, **__: pytest.fail("it was sent"))
    seconds = access_seconds(chimera, Request(), 2, 1000)
    assert seconds is not None
    sampler = DWaveQPUSampler(chimera)
    with pytest.raises(ValueError, match=r"1 submissions of 1000 reads would take .* s on the processor, qpu_budget="):
        sampler.sample(PAIR, embedding=NATIVE, num_reads=1000, qpu_budget=0.99 * seconds)
    plan, refusals = sampler.estimate(PAIR, embedding=NATIVE, num_reads=1000, qpu_budget=1.01 * seconds)
    assert refusals == []
    assert plan.seconds == pytest.approx(seconds)
    monkeypatch.setitem(chimera.properties, "problem_timing_data", None)
    with pytest.raises(ValueError, match="publishes no timing that Ocean knows"):
        sampler.sample(PAIR, embedding=NATIVE, qpu_budget=1)
