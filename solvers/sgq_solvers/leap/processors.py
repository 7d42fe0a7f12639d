"""Which processors the account has."""

from __future__ import annotations

from typing import Any

from sgq_solvers.leap.connection import configured_client, in_plain_words, service_error


def list_qpus() -> list[dict[str, Any]]:
    """One row a processor, the largest first.

    Returns
    -------
    list of dict
        `name`, `graph_id` (of the working graph, which changes with every calibration of defects), `topology`,
        `qubits`, `couplers`, `load` (0 to 1: how full its queue is; None where it is not told) and `status`.

    Raises
    ------
    ValueError
        If Ocean has no working configuration.
    ConnectionError
        If the service cannot be reached.
    """
    client = configured_client()
    try:
        solvers = in_plain_words(
            lambda: [*client.get_solvers(online=True), *client.get_solvers(online=False)], service_error
        )
    finally:
        client.close(wait=False)
    rows = [_row(solver) for solver in solvers]
    return sorted(rows, key=lambda row: (-row["qubits"], row["name"]))


def _row(solver: Any) -> dict[str, Any]:
    topology = solver.properties.get("topology", {})
    shape = " × ".join(map(str, topology.get("shape", [])))
    return {
        "name": solver.name,
        "graph_id": solver.graph_id,
        "topology": f"{topology.get('type', '?')} {shape}".strip(),
        "qubits": len(solver.nodes),
        "couplers": len(solver.undirected_edges),
        "load": solver.avg_load,
        "status": "online" if solver.online else "offline",
    }
