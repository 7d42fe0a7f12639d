"""What the service answers to each kind of request, in the terms of D-Wave's Solver API, version 3."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable
from typing import Any

from sapi.jobs import Job, hybrid_answer, processor_answer
from sapi.messages import NoSuchError, Reply, Request
from sapi.ranges import RefusedError
from sapi.state import State


def answer(state: State, request: Request) -> Reply:
    """Carry the request out."""
    for method, pattern, carry_out in _ROUTES:
        match = re.fullmatch(f"/sapi/v2/{pattern}", request.where)
        if match and method == request.method:
            return carry_out(state, request, *match.groups())
    raise NoSuchError(f"{request.method} {request.where}")


def _list_solvers(state: State, request: Request) -> Reply:
    listed = [solver.document(request.query.get("filter", "")) for solver in state.solvers.values()]
    return Reply(200, listed, "solver-definition-list")


def _show_solver(state: State, request: Request, name: str) -> Reply:
    return Reply(200, state.solver(name).document(request.query.get("filter", "")), "solver-definition")


def _submit(state: State, request: Request) -> Reply:
    return Reply(200, [_accepted(state, problem) for problem in json.loads(request.body)], "problems")


def _accepted(state: State, problem: dict[str, Any]) -> dict[str, Any]:
    """The job's status, or an error in its place: the others of the batch are none the worse for it."""
    try:
        solver = state.solver(problem["solver"]["name"])
        version = problem["solver"].get("version")  # null is any
        if version and version["graph_id"] != solver.graph_id:
            raise NoSuchError(f"Solver {solver.name} has another version")
        seed = len(state.jobs)
        if problem["type"] == "bqm":
            found = hybrid_answer(problem, solver, state.uploaded(problem["data"]["data"]), seed)
        else:
            found = processor_answer(problem, solver, seed)
    except (RefusedError, ValueError) as error:
        return {"error_code": 400, "error_msg": str(error)}
    except NoSuchError as error:
        return {"error_code": 404, "error_msg": str(error)}
    return state.enqueue(problem, found).document()


def _poll(state: State, request: Request) -> Reply:
    """Hold the request until one of the jobs is over, or the client's patience."""
    query = request.query
    if "id" not in query:
        return Reply(200, _listed(state, query), "problems")
    jobs = [state.job(id_) for id_ in query["id"].split(",")]
    deadline = time.monotonic() + float(query.get("timeout", 0))
    with state.changed:
        while not any([state.settled(job) for job in jobs]) and time.monotonic() < deadline and not state.down:
            state.changed.wait(min(0.02, max(0.0, deadline - time.monotonic())))
    return Reply(200, [job.document() for job in jobs], "problems")


def _listed(state: State, query: dict[str, str]) -> list[dict[str, Any]]:
    """The newest first, as many and such as the query wants."""
    documents = [_settled(state, id_).document() for id_ in list(state.jobs)]
    for name in ("label", "status"):
        documents = [d for d in documents if query.get(name, d[name]) == d[name]]
    documents = [d for d in documents if query.get("solver", d["solver"]["name"]) == d["solver"]["name"]]
    return documents[::-1][: int(query.get("max_results", 1000))]


def _show(state: State, request: Request, id_: str) -> Reply:
    return Reply(200, _settled(state, id_).document(answer=True), "problem")


def _show_answer(state: State, request: Request, id_: str) -> Reply:
    job = _settled(state, id_)
    if job.status != "COMPLETED":
        raise NoSuchError("Problem has no answer")
    return Reply(200, {"answer": job.answer}, "problem-answer")


def _show_messages(state: State, request: Request, id_: str) -> Reply:
    state.job(id_)
    return Reply(200, [], "problem-message")


def _show_info(state: State, request: Request, id_: str) -> Reply:
    job = _settled(state, id_)
    document = job.document(answer=True)
    metadata = {k: document[k] for k in ("solver", "type", "label", "status", "submitted_on")}
    metadata |= {"submitted_by": "LOOP", "solved_on": job.solved_on, "messages": []}
    info: dict[str, Any] = {k: document[k] for k in ("id", "answer") if k in document}
    info |= {"data": job.request["data"], "params": job.request.get("params", {}), "metadata": metadata}
    return Reply(200, info, "problem-data")


def _settled(state: State, id_: str) -> Job:
    job = state.job(id_)
    state.settled(job)
    return job


def _cancel_many(state: State, request: Request) -> Reply:
    return Reply(200, [_cancelled(state, id_) for id_ in json.loads(request.body)], "problems")


def _cancel_one(state: State, request: Request, id_: str) -> Reply:
    return Reply(200, _cancelled(state, id_), "problem")


def _cancelled(state: State, id_: str) -> dict[str, Any]:
    job = state.job(id_)
    with state.changed:
        if state.settled(job):
            return {"error_code": 400, "error_msg": "Problem has been finished."}
        job.status = "CANCELLED"
        state.changed.notify_all()
    return job.document()


def _start_upload(state: State, request: Request) -> Reply:
    upload = f"upload-{len(state.uploads)}"
    state.uploads[upload] = {}
    return Reply(200, {"id": upload})


def _upload_part(state: State, request: Request, upload: str, part: str) -> Reply:
    state.uploads[upload][int(part)] = request.body
    return Reply(200, {})


def _upload_status(state: State, request: Request, upload: str) -> Reply:
    parts = state.uploads[upload].items()
    listed = [{"part_number": number, "checksum": hashlib.md5(part).hexdigest()} for number, part in parts]
    return Reply(200, {"status": "UPLOAD_IN_PROGRESS", "parts": listed})


def _combine(state: State, request: Request, upload: str) -> Reply:
    return Reply(200, {})


_ROUTES: list[tuple[str, str, Callable[..., Reply]]] = [
    ("GET", "solvers/remote/", _list_solvers),
    ("GET", "solvers/remote/([^/]+)/?", _show_solver),
    ("POST", "problems/", _submit),
    ("GET", "problems/", _poll),
    ("DELETE", "problems/", _cancel_many),
    ("GET", "problems/([^/]+)/?", _show),
    ("GET", "problems/([^/]+)/answer", _show_answer),
    ("GET", "problems/([^/]+)/info", _show_info),
    ("GET", "problems/([^/]+)/messages", _show_messages),
    ("DELETE", "problems/([^/]+)", _cancel_one),
    ("POST", "bqm/multipart", _start_upload),
    ("PUT", "bqm/multipart/([^/]+)/part/([0-9]+)", _upload_part),
    ("GET", "bqm/multipart/([^/]+)/status", _upload_status),
    ("POST", "bqm/multipart/([^/]+)/combine", _combine),
]
