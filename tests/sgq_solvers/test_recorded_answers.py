"""Answers of real processors, as the service sent them or in published files, give the energies stated there."""

from __future__ import annotations

import csv
import gzip
import json
import re
from itertools import combinations
from pathlib import Path

import dimod
import numpy as np
import pytest
from sapi.jobs import Job as Answered
from sapi.properties import Solver
from sapi.service import Service

import sgq
from sgq_solvers.leap import DWaveQPUSampler, Job
from sgq_solvers.leap.answers import decode_answer

TRIANGLE = "dwave_sapi_recorded/v3_triangle-ising_"


def recorded_processor(data: Path) -> Solver:
    """Advantage2_system1.5 as it described itself."""
    file = data / f"{TRIANGLE}0_solvers_remote_filter_all_2C-status_2C-avg_load.json.gz"
    (described,) = json.loads(gzip.decompress(file.read_bytes()))
    identity = described["identity"]
    return Solver(identity["name"], identity["version"]["graph_id"], described["description"], described["properties"])


def test_a_recorded_answer_decodes_to_its_energies(data: Path, sapi: Service) -> None:
    (file,) = data.glob(f"{TRIANGLE}4_*.json")
    recorded = json.loads(file.read_text())
    processor = recorded_processor(data)
    sapi.solvers[processor.name] = processor
    sapi.jobs[recorded["id"]] = Answered(recorded, 0.0, None, recorded["answer"], id=recorded["id"])
    triangle = sgq.ising({pair: -1.0 for pair in combinations((0, 1, 12), 2)})
    with DWaveQPUSampler(processor.name) as sampler:
        plan, refusals = sampler.estimate(triangle, num_reads=100, embedding={q: [q] for q in (0, 1, 12)})
    assert refusals == []
    plan.submissions[0].id, plan.submissions[0].state = recorded["id"], "PENDING"
    samples = Job.of_plan(plan).fetch()
    np.testing.assert_array_equal(decode_answer(recorded["answer"]).energies, -1.0)
    np.testing.assert_array_equal(triangle.energies(samples), -1.0)
    np.testing.assert_array_equal(samples.record.num_occurrences, [10, 7, 17, 20, 33, 13])
    assert len(np.unique(samples.record.sample, axis=0)) == 6  # all states but the two ferromagnetic ones
    spent = samples.info["timing"]["qpu_access_time"]
    assert plan.seconds == pytest.approx(1e-6 * spent, rel=1e-3)


def test_a_real_processors_properties_suffice_to_plan_and_sample(data: Path, sapi: Service) -> None:
    """Advantage2 limits couplings by group, not by qubit, and its timing data are other ones."""
    processor = recorded_processor(data)
    sapi.solvers[processor.name] = processor
    problem = sgq.build("sherrington-kirkpatrick", n=7, seed=1)
    with DWaveQPUSampler(processor.name) as sampler:
        refusals = sampler.estimate(problem, num_reads=200, auto_scale=False)[1]
        samples = sgq.solve(problem, sampler, num_reads=200)
    assert refusals == []
    assert samples.first.energy == pytest.approx(sgq.solve(problem, "exhaustive").first.energy)
    info = samples.info["sgq"]
    assert info["qpu_seconds"] == pytest.approx(info["estimated_qpu_seconds"])


def lines_of(file: Path) -> list[str]:
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return text.decode().splitlines()


def results(data: Path) -> list[Path]:
    return sorted((data / "dwave_qpu_results_lanl").glob("*.stdout*"))


def optima(data: Path) -> dict[str, float]:
    with (data / "pegasus_lanl" / "optima.csv").open() as file:
        return {row["instance"]: float(row["value"]) for row in csv.DictReader(file)}


PRINTED = 52
"""Rows of a histogram that a file gives at most, the lowest ones."""


def test_published_results_have_the_energies_that_they_state(data: Path) -> None:
    """Runs of Advantage_system4.1 on instances of Tasseff et al. 2022: the state that each file gives has the energy
    that it states, which is the lowest of its histogram and not below the best known; the bound that it states is
    -Σ|h| - Σ|J|."""
    best_known = optima(data)
    problems = {
        name: sgq.load(next((data / "pegasus_lanl").glob(f"{name}.json*")))
        for name in {file.name.split("__")[0] for file in results(data)}
    }
    assert len(results(data)) == 20
    for file in results(data):
        name, lines = file.name.split("__")[0], lines_of(file)
        rows = [match.groups() for line in lines if (match := re.fullmatch(r"(-?[\d.]+) - (\d+)", line))]
        energies, counts = np.array(rows, dtype=np.float64).T
        (num_reads,) = (int(line.split("-")[1]) for line in lines if line.startswith("  num_reads - "))
        (stated,) = (line.split(", ") for line in lines if line.startswith("BQP_SOLUTION, "))
        (summary,) = (line.split(", ") for line in lines if line.startswith("BQP_DATA, "))
        problem = problems[name]
        model = problem.model
        assert [model.num_variables, model.num_interactions] == [int(number) for number in stated[1:3]]
        state = dimod.as_samples((np.array(stated[5:], dtype=np.int8), list(model.variables)))
        assert problem.energies(state)[0] == float(stated[3]) == energies.min()
        assert energies.min() >= best_known[name]
        assert counts.sum() == num_reads if len(counts) < PRINTED else counts.sum() < num_reads
        assert sum(map(abs, [*model.linear.values(), *model.quadratic.values()])) == -float(summary[4])
