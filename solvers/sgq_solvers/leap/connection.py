"""The way to D-Wave's service: Ocean's configuration, its processors, and errors in plain words without a token."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class UnreadableError(ConnectionError):
    """The service's answer makes no sense."""


class UnknownError(ValueError):
    """The service knows no such processor or job."""


_FRESH = {"cache_enabled": False}  # Ocean would keep a working graph on disk, for an hour after it changed
_CONFIGURE = "run `dwave setup`, or set DWAVE_API_TOKEN to the token of your Leap account"


def ocean() -> Any:
    """The package `dwave.system`, which takes seconds to import."""
    try:
        import dwave.system
    except ImportError as error:
        raise ImportError('the solver dwave needs Ocean: pip install "sgq[dwave]"') from error
    keep_token_out_of_logs()
    return dwave.system


def keep_token_out_of_logs() -> None:
    """Hold Ocean's loggers at INFO unless the user sets them.

    At DEBUG they write the whole configuration, in which only Ocean's own handlers hide the token.
    """
    log = logging.getLogger("dwave.cloud")
    if log.level == logging.NOTSET:
        log.setLevel(max(logging.INFO, log.getEffectiveLevel()))


def configured_qpu(name: str | None = None) -> Any:
    """The processor `name`, or the one that Ocean's configuration prefers, as a `DWaveSampler`."""
    sampler = ocean().DWaveSampler
    named = {} if name is None else {"solver": name}
    return in_plain_words(lambda: sampler(**named, **_FRESH), setup_error)


def configured_client() -> Any:
    """The `dwave.cloud.Client` of Ocean's configuration, which reaches processors and jobs alike."""
    ocean()
    from dwave.cloud import Client

    return in_plain_words(lambda: Client.from_config(client="qpu", **_FRESH), setup_error)


def name_of(qpu: Any) -> str:
    """The processor's name as Leap knows it."""
    solver = getattr(qpu, "solver", None)
    return str(getattr(solver, "name", None) or qpu.properties.get("chip_id", type(qpu).__name__))


def in_plain_words(call: Callable[[], Result], explain: Callable[[Exception], Exception]) -> Result:
    """What `call` returns; errors are explained, and do not carry along the original, whose request has the token."""
    try:
        return call()
    except Exception as error:  # of two dozen types
        explanation = explain(error)
    raise explanation


def with_ending(error: Exception, ending: str) -> Exception:
    """The error in plain words, with something more to say."""
    kinds = (TimeoutError, UnreadableError, ConnectionError, OSError, UnknownError, ValueError)
    return next(kind for kind in kinds if isinstance(error, kind))(f"{error}{ending}")


def setup_error(error: Exception) -> Exception:
    """Why no processor could be had."""
    from dwave.cloud.exceptions import SAPIError, SolverNotFoundError

    if isinstance(error, SolverNotFoundError):
        return ValueError(
            "the account has no such processor online: `sgq leap solvers` lists those there are; otherwise "
            + _CONFIGURE
        )
    if str(error) == "API token not defined":
        return ValueError(f"no API token is configured: {_CONFIGURE}")
    if isinstance(error, SAPIError) or (isinstance(error, OSError) and not isinstance(error, ValueError)):
        return service_error(error)
    return ValueError(f"Ocean's configuration is not usable ({type(error).__name__}): {_CONFIGURE}")


def service_error(error: Exception) -> Exception:
    """Why the service did not do what it was asked for."""
    from dwave.cloud.api import exceptions as api
    from dwave.cloud.exceptions import SolverAuthenticationError

    kind = type(error).__name__
    if isinstance(error, (api.ResourceAuthenticationError, SolverAuthenticationError)):
        return ValueError(f"the API token was refused: {_CONFIGURE}")
    if isinstance(error, api.ResourceAccessForbiddenError):
        return ValueError(f"the account may not use this processor or job: {_CONFIGURE}")
    if isinstance(error, api.ResourceNotFoundError):
        return UnknownError(
            "D-Wave's service does not know this processor or job, under this account and region: DWAVE_PROFILE or "
            "DWAVE_API_REGION choose another"
        )
    if isinstance(error, (api.ResourceBadRequestError, api.ResourceLimitsExceededError)):
        return ValueError(f"D-Wave's service refused ({getattr(error, 'error_code', None) or kind}): {said(error)}")
    code = getattr(error, "error_code", None)
    if isinstance(code, int) and code >= 500:
        return ConnectionError(f"D-Wave's service failed (HTTP {code}): try again in a while")
    if isinstance(error, OSError) and not isinstance(error, (api.ResourceBadResponseError, ValueError)):
        return ConnectionError(f"D-Wave's service does not answer ({kind}): `dwave ping` tests endpoint and network")
    return UnreadableError(f"D-Wave's service gave an answer that cannot be read ({kind}): try again in a while")


def said(error: Exception) -> str:
    """The service's own words on one line, cut where they run on."""
    return " ".join(str(getattr(error, "error_msg", None) or error).split())[:300]


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
