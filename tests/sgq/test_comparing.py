"""compare: rows against their samples, and solvers that fail, prove, miss, stop or are interrupted."""

import json
import math
import time

import dimod
import numpy as np
import pytest
from comparing_helpers import Failing, Fake, Unavailable, enumerated, glass, row_of

import sgq
from sgq.analysis import find_ground_states, time_to_solution
from sgq.comparing import ComparisonRow


def test_the_mean_counts_occurrences():
    problem = glass()
    up, one_down = [1] * 10, [-1] + [1] * 9
    energies = problem.energies(np.array([up, one_down]))
    row = row_of(sgq.compare(problem, {"a": (Fake([up, one_down], counts=[3, 1]), {})}), "a")
    assert row.num_reads == 4
    assert row.mean == pytest.approx((3 * energies[0] + energies[1]) / 4)


def test_a_bad_read_does_not_widen_the_target():
    """Three rows of a partition of [1, 2, 10^6, 10^6]: differences 1, 3 and 2·10^6 + 3, energies their squares."""
    problem = sgq.build("number-partitioning", numbers=[1, 2, 10**6, 10**6])
    rows = [[1, -1, 1, -1], [1, 1, 1, -1], [1, 1, 1, 1]]
    row = row_of(sgq.compare(problem, {"a": (Fake(rows), {})}), "a")
    assert (row.best, row.hits) == (1, 1)
    assert find_ground_states(sgq.solve(problem, Fake(rows))).hits == 1


def test_rows_say_what_the_samples_hold():
    problem = glass()
    energies, _ = enumerated(problem)
    one = {"neal": ("neal", {"num_reads": 40, "num_sweeps": 2}), "greedy": ("greedy", {"num_reads": 30})}
    comparison = sgq.compare(problem, one, target_energy=energies.min(), seed=3)
    assert [row.label for row in comparison] == ["neal", "greedy"]
    for row in comparison:
        found = comparison.samples[row.label].record
        assert row.best == found.energy.min()
        assert row.mean == pytest.approx(np.average(found.energy, weights=found.num_occurrences))
        assert row.hits == found.num_occurrences[found.energy <= energies.min() + 1e-9].sum()
        assert row.residual_energy == row.best - row.target
        assert row.seconds == comparison.samples[row.label].info["sgq"]["seconds"]["sampling"]
        expected = time_to_solution(row.hits, row.num_reads, row.seconds)
        assert (row.time_to_solution, row.time_low, row.time_high) == (expected.value, expected.low, expected.high)
        assert (row.success_probability, row.success_low) == (expected.probability, expected.probability_low)
        assert comparison.samples[row.label].info["sgq"]["seed"] == 3


@pytest.mark.parametrize(
    ("ground_energy", "target_energy", "source"),
    [(None, None, "best of this comparison"), (-50.0, None, "ground energy"), (-50.0, -3.0, "given")],
)
def test_the_target_is_the_given_the_known_or_the_best(ground_energy, target_energy, source):
    comparison = sgq.compare(
        glass(ground_energy=ground_energy),
        {"fake": (Fake(), {}), "greedy": ("greedy", {})},
        target_energy=target_energy,
    )
    best = min(row.best for row in comparison)
    expected = {"best of this comparison": best, "ground energy": -50.0, "given": -3.0}[source]
    assert {(row.target, row.target_source) for row in comparison} == {(expected, source)}


def test_only_a_given_target_stops_a_solver():
    fake = Fake()
    sgq.compare(glass(ground_energy=-50.0), {"fake": (fake, {})}, seed=4)
    sgq.compare(glass(ground_energy=-50.0), {"fake": (fake, {})}, seed=4, target_energy=-2)
    assert fake.calls == [{"seed": 4}, {"seed": 4, "target_energy": -2.0}]


def test_common_options_go_to_the_solvers_that_have_them_and_the_own_one_wins():
    fake = Fake()
    comparison = sgq.compare(
        glass(),
        {"fake": (fake, {"seed": 9}), "greedy": ("greedy", {"seed": 9})},
        time_limit=5,
        target_energy=-2.0,
        seed=4,
    )
    assert fake.calls == [{"seed": 9, "target_energy": -2.0}]
    assert row_of(comparison, "fake").ignored == ("time_limit",)
    assert row_of(comparison, "greedy").ignored == ("time_limit", "target_energy")
    assert comparison.samples["greedy"].info["sgq"]["seed"] == 9
    assert "target_energy is ignored by greedy" in str(comparison)


def test_reads_that_occurred_many_times_count_many_times():
    problem = glass()
    energies, spins = enumerated(problem)
    rows = [spins[energies.argmin()], spins[energies.argmax()]]
    row = next(iter(sgq.compare(problem, {"fake": (Fake(rows, [3, 7], batch=5), {})})))
    assert (row.hits, row.num_reads) == (3, 10)
    assert row.time_to_solution == pytest.approx(row.seconds / 2 * 3)  # 13 reads: three batches of five


def test_what_a_solver_spends_before_its_first_read_is_paid_once():
    problem = glass()
    energies, spins = enumerated(problem)
    rows = [spins[energies.argmin()], spins[energies.argmax()]]
    row = next(iter(sgq.compare(problem, {"fake": (Fake(rows, [50, 50], pause=0.05, setup_seconds=0.03), {})})))
    assert row.time_to_solution == pytest.approx(0.03 + (row.seconds - 0.03) / 100 * 7)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("512 spins:\nat most 30"), "512 spins: at most 30"),
        (ImportError("install it"), "install it"),
        (RuntimeError("no qubits"), "RuntimeError: no qubits"),
        (MemoryError(), "MemoryError: "),
    ],
)
def test_a_solver_that_fails_is_a_row_and_the_others_go_on(error, text):
    comparison = sgq.compare(glass(), {"bad": (Failing(error), {}), "good": (Fake(), {}), "gone": (Unavailable, {})})
    assert row_of(comparison, "bad") == ComparisonRow(
        label="bad",
        solver="Failing",
        error=text,
        target=comparison.rows[1].target,
        target_source="best of this comparison",
    )
    assert row_of(comparison, "good").hits == 1
    assert row_of(comparison, "gone").error == 'needs qiskit: pip install "sgq[quantum]"'
    assert list(comparison.samples) == ["good"]
    assert f"bad: {text}".strip() in str(comparison)


def test_too_large_an_instance_for_one_solver():
    comparison = sgq.compare(glass(41), {"all": ("exhaustive", {}), "neal": ("neal", {"num_reads": 3})})
    assert "41 variables" in row_of(comparison, "all").error
    assert row_of(comparison, "neal").hits >= 1


@pytest.mark.parametrize(
    ("solvers", "options", "message"),
    [
        ({"a": ("neal", {"num_raeds": 3})}, {}, "neal has no parameter 'num_raeds' .did you mean 'num_reads'"),
        ({"a": ("nael", {})}, {}, "no solver named 'nael' .did you mean 'neal'"),
        ({"a": "neal"}, {}, r"solvers\['a'\]='neal': a pair"),
        ({"a": ("neal", 3)}, {}, "a pair"),
        ({"a": ("neal",)}, {}, "a pair"),
        ({}, {}, "at least one"),
        ([("neal", {})], {}, "at least one"),
        ({1: ("neal", {})}, {}, "labels being text"),
        ({"a": ("neal", {})}, {"seed": -1}, "seed=-1"),
        ({"a": ("neal", {})}, {"time_limit": -1}, "time_limit=-1"),
        ({"a": ("neal", {})}, {"target_energy": math.nan}, "target_energy=nan"),
    ],
)
def test_a_mistake_of_the_caller_is_an_error_before_anything_runs(solvers, options, message):
    fake = Fake()
    if isinstance(solvers, dict) and solvers:
        solvers = {"first": (fake, {}), **solvers}
    with pytest.raises(ValueError, match=message):
        sgq.compare(glass(), solvers, **options)
    assert not fake.calls


def test_what_is_no_solver_or_no_problem_is_a_type_error():
    with pytest.raises(TypeError, match="solver=3"):
        sgq.compare(glass(), {"a": (3, {})})
    with pytest.raises(TypeError, match="problem is a list"):
        sgq.compare([], {"a": ("neal", {})})


def test_a_proven_answer_takes_the_time_of_its_run():
    """Exhaustive search returns every ground state: these are one answer, not several reads."""
    ferromagnet = sgq.ising({(0, 1): 1.0, (1, 2): 1.0})
    row = next(iter(sgq.compare(ferromagnet, {"all": ("exhaustive", {})})))
    assert row.proven
    assert (row.hits, row.num_reads, row.success_probability, row.success_low) == (1, 1, 1.0, 1.0)
    assert row.time_to_solution == row.time_low == row.time_high == row.seconds


def test_a_target_that_is_proved_out_of_reach():
    comparison = sgq.compare(sgq.ising({(0, 1): 1.0}), {"all": ("exhaustive", {})}, target_energy=-2)
    row = comparison.rows[0]
    assert (row.hits, row.success_probability, row.time_low) == (0, 0.0, math.inf)
    assert "proved that no configuration reaches the target" in row.note
    assert "∞" in str(comparison)


def test_answers_without_a_configuration():
    comparison = sgq.compare(glass(), {"unsat": (Fake([], proven=True), {}), "none": (Fake([]), {})})
    assert [row.note for row in comparison] == ["proved that there is no solution", "returned no configuration"]
    assert all(row.best is None and row.target is None and row.hits is None for row in comparison)
    assert [row.proven for row in comparison] == [True, False]
    assert json.loads(comparison.to_json())["rows"][0]["best"] is None


def test_a_wrong_ground_energy_on_record_is_said():
    problem = glass(ground_energy=1000.0)
    row = next(iter(sgq.compare(problem, {"fake": (Fake(), {})})))
    assert row.residual_energy < 0
    assert row.note == "below the ground energy on record, which is wrong"


def test_notes_on_stopping_and_on_auxiliary_variables():
    stopped = next(iter(sgq.compare(glass(), {"a": (Fake(stopped="target_energy"), {})}, target_energy=1e3)))
    assert "may bias" in stopped.note
    cubic = dimod.BinaryPolynomial({(0, 1, 2): 1.0}, "SPIN")
    assert "made quadratic with 2 auxiliary" in next(iter(sgq.compare(cubic, {"a": ("neal", {})}))).note


class Interrupted(Fake):
    """Ctrl-C comes while it runs."""

    def sample_problem(self, problem, **parameters):
        raise KeyboardInterrupt


@pytest.mark.parametrize("second", [Interrupted(), Fake(stopped="interrupt")])
def test_ctrl_c_returns_the_rows_so_far(second):
    """Whether the solver lets the interrupt through or stops by itself, with what it has."""
    last = Fake()
    comparison = sgq.compare(glass(), {"a": (Fake(), {}), "b": (second, {}), "c": (last, {})})
    kept = ["a"] if isinstance(second, Interrupted) else ["a", "b"]
    assert [row.label for row in comparison] == kept
    assert comparison.interrupted == "b"
    assert not last.calls
    assert "interrupted during b" in str(comparison)


def test_progress_goes_by_label():
    seen = []

    class Reporting(Fake):
        def sample_problem(self, problem, *, progress, **parameters):
            progress(0.5, -1.0)
            return super().sample_problem(problem)

    sgq.compare(glass(), {"a": (Reporting(), {}), "b": ("greedy", {})}, progress=lambda *report: seen.append(report))
    assert [report[:2] for report in seen] == [("a", 0.0), ("a", 0.5), ("a", 1.0), ("b", 0.0), ("b", 1.0)]
    assert seen[1][2] == -1.0
    assert seen[0][2] == math.inf


def test_warming_up_is_not_timed():
    class Cold(Fake):
        def warm_up(self, problem):
            self.calls.append("warm")
            time.sleep(0.2)

    cold = Cold()
    row = next(iter(sgq.compare(glass(), {"cold": (cold, {})})))
    assert cold.calls[0] == "warm"
    assert row.seconds < 0.2
