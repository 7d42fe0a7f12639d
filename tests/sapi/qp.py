"""The format `qp`, from the server's side: problems are read, answers are written."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import dimod
import numpy as np


def read_problem(data: dict[str, Any], properties: dict[str, Any], kind: str) -> dimod.BinaryQuadraticModel:
    """The submitted model over qubits, without its offset: the server knows of none."""
    qubits, biases = properties["qubits"], _doubles(data["lin"])
    if data["format"] != "qp" or len(biases) != len(qubits):
        raise ValueError(f"{len(biases)} linear terms for {len(qubits)} qubits")
    linear = {q: float(b) for q, b in zip(qubits, biases, strict=True) if not np.isnan(b)}
    active = [(u, v) for u, v in properties["couplers"] if u in linear and v in linear]
    values = _doubles(data["quad"])
    if len(values) != len(active):
        raise ValueError(f"{len(values)} quadratic terms for {len(active)} active couplers")
    quadratic = {pair: float(b) for pair, b in zip(active, values, strict=True) if b}
    return dimod.BinaryQuadraticModel(linear, quadratic, 0.0, "SPIN" if kind == "ising" else "BINARY")


def write_answer(samples: dimod.SampleSet, num_qubits: int, timing: dict[str, float], *, raw: bool) -> dict[str, Any]:
    """Samples over qubits: a histogram by rising energy, or every read in its turn."""
    qubits = sorted(samples.variables)
    columns = [samples.variables.index(q) for q in qubits]
    if not raw:
        samples = samples.aggregate()
    record = samples.record if raw else samples.record[np.argsort(samples.record.energy, kind="stable")]
    bits = record.sample[:, columns] > 0
    answer = {
        "format": "qp",
        "num_variables": num_qubits,
        "active_variables": _text(np.array(qubits, "<i4")),
        "energies": _text(record.energy.astype("<f8")),
        "solutions": _text(np.packbits(bits, axis=1)),
        "timing": timing,
    }
    return answer if raw else answer | {"num_occurrences": _text(record.num_occurrences.astype("<i4"))}


def _doubles(text: str) -> np.ndarray:
    return np.frombuffer(b64decode(text), "<f8")


def _text(values: np.ndarray) -> str:
    return b64encode(values.tobytes()).decode()
