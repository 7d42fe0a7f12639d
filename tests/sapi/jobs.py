"""A job on the service: a submitted problem, solved by a short simulated annealing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import dimod
import numpy as np
from dwave.samplers import SimulatedAnnealingSampler

from sapi.faults import Fault
from sapi.properties import Solver
from sapi.qp import read_problem, write_answer
from sapi.ranges import check_hybrid_problem, check_processor_problem


@dataclass
class Job:
    """A submitted problem and what became of it; `status` is PENDING until `ready`, a time of the service's clock."""

    request: dict[str, Any]
    ready: float
    fault: Fault | None
    answer: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid4()))
    status: str = "PENDING"
    submitted_on: str = field(default_factory=lambda: _now())
    solved_on: str | None = None

    def finish(self) -> None:
        """Its time in the queue is over."""
        self.status = self.fault.outcome if self.fault and self.fault.outcome else "COMPLETED"
        self.solved_on = _now()
        if self.fault:
            self.answer = self.fault.spoil(self.answer)

    def document(self, *, answer: bool = False) -> dict[str, Any]:
        """Its status, and the answer if asked for and there."""
        request = self.request
        text: dict[str, Any] = {
            "id": self.id,
            "type": request["type"],
            "solver": request["solver"],
            "label": request.get("label"),
            "status": self.status,
            "submitted_on": self.submitted_on,
        }
        if self.solved_on:
            text["solved_on"] = self.solved_on
        if self.fault and self.fault.message and self.status == "FAILED":
            text["error_message"] = self.fault.message
        return text | ({"answer": self.answer} if answer and self.status == "COMPLETED" else {})


def processor_answer(request: dict[str, Any], solver: Solver, seed: int) -> dict[str, Any]:
    """Anneal the submitted problem, if the processor takes it."""
    parameters, properties = request.get("params", {}), solver.properties
    model = read_problem(request["data"], properties, request["type"])
    check_processor_problem(model, parameters, properties)
    samples = _anneal(model, parameters.get("num_reads", 1), seed)
    raw = parameters.get("answer_mode", "histogram") == "raw"
    return write_answer(samples, properties["num_qubits"], _timing(model, parameters, properties), raw=raw)


def hybrid_answer(request: dict[str, Any], solver: Solver, file: bytes, seed: int) -> dict[str, Any]:
    """The best of a few reads of the uploaded model, if the solver takes it."""
    parameters = request.get("params", {})
    model = dimod.BinaryQuadraticModel.from_file(file)
    check_hybrid_problem(model, parameters, solver.properties)
    best = _anneal(model, 20, seed).truncate(1)
    seconds = parameters.get("time_limit", 1.0)
    best.info.clear()
    best.info.update(run_time=1e6 * seconds, charge_time=1e6 * seconds, qpu_access_time=41_990.0)
    return {"format": "bq", "data": best.to_serializable()}


def _anneal(model: dimod.BinaryQuadraticModel, num_reads: int, seed: int) -> dimod.SampleSet:
    return SimulatedAnnealingSampler().sample(model, num_reads=num_reads, num_sweeps=200, seed=seed)


def _timing(
    model: dimod.BinaryQuadraticModel, parameters: dict[str, Any], properties: dict[str, Any]
) -> dict[str, float]:
    """Microseconds by the model of `problem_timing_data` 1.0, as real answers have them."""
    data = properties["problem_timing_data"]
    qubits, times = np.split(np.array(data["readout_time_model_parameters"]), 2)
    readout = float(10 ** np.interp(np.log10(model.num_variables), qubits, times))
    schedule = parameters.get("anneal_schedule")
    anneal = schedule[-1][0] if schedule else parameters.get("annealing_time", data["default_annealing_time"])
    delay = data["qpu_delay_time_per_sample"] + parameters.get("readout_thermalization", 0.0)
    sampling = parameters.get("num_reads", 1) * (anneal + readout + delay)
    thermalization = parameters.get("programming_thermalization", data["default_programming_thermalization"])
    programming = data["typical_programming_time"] + thermalization
    return {
        "qpu_sampling_time": sampling,
        "qpu_anneal_time_per_sample": anneal,
        "qpu_readout_time_per_sample": readout,
        "qpu_access_time": sampling + programming,
        "qpu_access_overhead_time": 9340.72,
        "qpu_programming_time": programming,
        "qpu_delay_time_per_sample": delay,
        "total_post_processing_time": 1.0,
        "post_processing_overhead_time": 1.0,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
