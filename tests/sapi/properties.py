"""The solvers that the service offers: small processors of every topology, with defects, and a hybrid solver."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass
class Solver:
    """A solver as the service describes it; a test may change what it likes, such as a range or the status."""

    name: str
    graph_id: str | None
    description: str
    properties: dict[str, Any]
    status: str = "ONLINE"
    load: float = 0.1

    @property
    def identity(self) -> dict[str, Any]:
        return {"name": self.name} | ({"version": {"graph_id": self.graph_id}} if self.graph_id else {})

    def document(self, fields: str) -> dict[str, Any]:
        """What a request with this `filter` is told: the client asks for what lasts, then for what does not."""
        passing = {"identity": self.identity, "status": self.status, "avg_load": self.load}
        if fields.startswith("none"):
            return passing
        lasting = {"identity": self.identity, "description": self.description, "properties": self.properties}
        return lasting if "-status" in fields else lasting | passing


def chimera() -> Solver:
    return processor("loopback_chimera", "chimera", [4, 4, 4], broken_qubits=[17, 100], broken_couplers=[(0, 4)])


def pegasus() -> Solver:
    return processor("loopback_pegasus", "pegasus", [3], broken_qubits=[40])


def zephyr() -> Solver:
    """The largest, and so the one that DWaveSampler takes by default."""
    solver = processor("loopback_zephyr", "zephyr", [2, 4], broken_qubits=[3, 77])
    solver.properties["per_group_coupling_range"] = [-13.0, 10.0]  # as Advantage2 has it
    del solver.properties["per_qubit_coupling_range"]
    return solver


def processor(
    name: str,
    topology: str,
    shape: list[int],
    *,
    broken_qubits: Iterable[int] = (),
    broken_couplers: Iterable[tuple[int, int]] = (),
) -> Solver:
    """A processor with the mock's properties, where those are a real one's, and the timing of Advantage_system4.1."""
    from dwave.cloud.testing.mocks import qpu_problem_timing_data

    mock = _mock(topology, tuple(shape), tuple(broken_qubits), tuple(broken_couplers))
    working = set(mock.properties["qubits"])
    properties = {
        **mock.properties,
        "chip_id": name,
        "couplers": [list(coupler) for coupler in mock.properties["couplers"]],
        "parameters": {parameter: "" for parameter in mock.parameters if parameter not in ("warnings", "label")},
        "anneal_offset_ranges": [
            [-0.5, 0.5] if qubit in working else [0.0, 0.0] for qubit in range(mock.properties["num_qubits"])
        ],
        "problem_run_duration_range": [0.0, 1_000_000.0],
        "problem_timing_data": qpu_problem_timing_data("advantage"),
    }
    return Solver(name, f"{len(working):03x}{len(properties['couplers']):07x}", f"{topology} {shape}", properties)


@cache
def _mock(topology: str, shape: tuple[int, ...], qubits: tuple[int, ...], couplers: tuple[tuple[int, int], ...]) -> Any:
    from dwave.system.testing import MockDWaveSampler

    return MockDWaveSampler(
        topology_type=topology, topology_shape=list(shape), broken_nodes=qubits, broken_edges=couplers
    )


def hybrid() -> Solver:
    """A hybrid solver of quadratic models, with the limits of D-Wave's mock of it."""
    from dwave.cloud.testing.mocks import hybrid_bqm_solver_data

    properties = hybrid_bqm_solver_data()["properties"]
    return Solver("loopback_hybrid", None, "hybrid solver of quadratic models", {**properties, "version": "2.2"})
