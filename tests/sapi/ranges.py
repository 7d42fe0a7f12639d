"""What a processor refuses: every rule of the submitted problem that the client leaves to the server."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import dimod
import numpy as np

Parameters = dict[str, Any]


class RefusedError(Exception):
    """The problem is not taken; the text is the server's."""


def check_processor_problem(model: dimod.BinaryQuadraticModel, parameters: Parameters, properties: Parameters) -> None:
    """RefusedError for the first rule that the problem breaks."""
    unknown = sorted(set(parameters) - set(properties["parameters"]))
    _need(not unknown, f"unknown parameter {unknown}")
    _need(model.num_variables > 0, "problem has no active qubits")
    for name in ("num_reads", "programming_thermalization", "readout_thermalization"):
        if name in parameters:
            _within(name, parameters[name], properties[f"{name}_range"])
    _check_anneal(model, parameters, properties)
    _check_lists(parameters, properties)
    if not parameters.get("auto_scale", True):
        _check_biases(model.change_vartype("SPIN", inplace=False), properties)


def check_hybrid_problem(model: dimod.BinaryQuadraticModel, parameters: Parameters, properties: Parameters) -> None:
    """RefusedError if the model is too large or the time limit is too short."""
    unknown = sorted(set(parameters) - set(properties["parameters"]))
    _need(not unknown, f"unknown parameter {unknown}")
    _need(model.num_variables <= properties["maximum_number_of_variables"], "too many variables")
    sizes, seconds = np.transpose(properties["minimum_time_limit"])
    least = float(np.interp(model.num_variables, sizes, seconds))
    _within("time_limit", parameters.get("time_limit", least), (least, 3600 * properties["maximum_time_limit_hrs"]))


def run_duration(parameters: Parameters, properties: Parameters) -> float:
    """Microseconds that count against `problem_run_duration_range`."""
    schedule = parameters.get("anneal_schedule")
    anneal = schedule[-1][0] if schedule else parameters.get("annealing_time", properties["default_annealing_time"])
    readout = parameters.get("readout_thermalization", properties["default_readout_thermalization"])
    programming = parameters.get("programming_thermalization", properties["default_programming_thermalization"])
    return float(parameters.get("num_reads", 1) * (anneal + readout) + programming)


def _check_anneal(model: dimod.BinaryQuadraticModel, parameters: Parameters, properties: Parameters) -> None:
    fast = parameters.get("fast_anneal", False)
    times = properties["fast_anneal_time_range" if fast else "annealing_time_range"]
    schedule = parameters.get("anneal_schedule")
    _need(not (schedule and "annealing_time" in parameters), "anneal_schedule and annealing_time are both set")
    if fast:
        spins = model.change_vartype("SPIN", inplace=False)
        _need(not any(spins.linear.values()), "fast_anneal takes no linear biases")
    if "annealing_time" in parameters:
        _within("annealing_time", parameters["annealing_time"], times)
    if schedule:
        points = properties["max_anneal_schedule_points"]
        moments = [t for t, _ in schedule]
        _need(2 <= len(schedule) <= points, f"anneal_schedule has more than {points} points")
        _need(moments[0] == 0 and all(a < b for a, b in pairwise(moments)), "times must increase")
        _need(all(0 <= s <= 1 for _, s in schedule) and schedule[-1][1] == 1, "anneal_schedule must end at s = 1")
        _within("anneal_schedule", moments[-1], times)
        reverse = schedule[0][1] == 1
        _need(reverse or schedule[0][1] == 0, "anneal_schedule must start at s = 0 or 1")
        _need(reverse == ("initial_state" in parameters), "initial_state goes with reverse annealing, and only with it")
    else:
        _need("initial_state" not in parameters, "initial_state goes with reverse annealing, and only with it")
    _within("the duration of the run", run_duration(parameters, properties), properties["problem_run_duration_range"])


def _check_lists(parameters: Parameters, properties: Parameters) -> None:
    """Lists with an entry for every qubit, working or not."""
    for name in ("initial_state", "anneal_offsets", "flux_biases"):
        if name in parameters:
            _need(len(parameters[name]) == properties["num_qubits"], f"{name} needs an entry for every qubit")
    for value, allowed in zip(parameters.get("anneal_offsets", ()), properties["anneal_offset_ranges"], strict=False):
        _within("anneal_offsets", value or 0.0, allowed)  # NaN comes as null
    _need(
        set(parameters.get("initial_state", ())) <= {-1, 0, 1, 3}, "initial_state holds values other than -1, 0, 1, 3"
    )


def _check_biases(spins: dimod.BinaryQuadraticModel, properties: Parameters) -> None:
    for bias in spins.linear.values():
        _within("h", bias, properties["h_range"])
    for bias in spins.quadratic.values():
        _within("J", bias, properties.get("extended_j_range", properties["j_range"]))
    if "per_qubit_coupling_range" in properties:
        for qubit in spins.variables:
            total = sum(spins.adj[qubit].values())
            _within(f"total coupling of qubit {qubit}", total, properties["per_qubit_coupling_range"])


def _within(name: str, value: float, allowed: Any) -> None:
    low, high = allowed
    _need(low <= value <= high, f"{name} is {value:g}, out of range [{low:g}, {high:g}]")


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise RefusedError(message)
