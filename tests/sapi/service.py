"""The service: solvers, jobs, uploads, and the replies to requests."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sapi.faults import Fault
from sapi.jobs import Job, hybrid_answer, processor_answer
from sapi.properties import Solver
from sapi.ranges import RefusedError

TOKEN = "LOOP-0123456789abcdef0123456789abcdef"


@dataclass
class Request:
    """A request as it came, its body unpacked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        where = urlsplit(self.path).path
        if "/bqm/" in where:
            return "upload"
        if "/solvers/" in where:
            return "solvers"
        if self.method != "GET":
            return "submit" if self.method == "POST" else "cancel"
        return "poll" if where.endswith("/problems/") else "answer"


@dataclass
class Reply:
    """HTTP status and JSON of a reply, and the name that its content type has for it."""

    status: int
    content: Any
    kind: str | None = None


class NoSuchError(Exception):
    """404."""


class Service:
    """What the tests see of the service.

    Attributes
    ----------
    solvers
        By name.
    requests
        Every request so far, with its headers and its body unpacked.
    jobs
        By id, in the order of submission. They outlive the client's process.
    endpoint
        Its URL, once it is served.
    down
        It answers nothing.
    """

    def __init__(self, *solvers: Solver) -> None:
        self.solvers = {solver.name: solver for solver in solvers}
        self.requests: list[Request] = []
        self.jobs: dict[str, Job] = {}
        self.endpoint = ""
        self.down = False
        self._faults: list[Fault] = []
        self._queue_seconds = 0.0
        self._holding = False
        self._uploads: dict[str, dict[int, bytes]] = {}
        self._changed = threading.Condition()

    # what a test does to it

    def inject(self, fault: Fault) -> None:
        """From now on, `fault` strikes."""
        self._faults.append(fault)

    def heal(self) -> None:
        """No fault strikes any more."""
        self._faults.clear()

    def slow_down(self, seconds: float) -> None:
        """Jobs submitted from now on wait this long in the queue."""
        self._queue_seconds = seconds

    def hold(self) -> None:
        """No job leaves the queue until `release`."""
        self._holding = True

    def release(self) -> None:
        """The queue moves again."""
        with self._changed:
            self._holding = False
            self._changed.notify_all()

    def withdraw(self, name: str) -> None:
        """The solver goes away: nobody is told of it any more, but the answers of its jobs are still there."""
        del self.solvers[name]

    def recalibrate(self, name: str, graph_id: str = "01f0c0ffee") -> None:
        """The solver comes back with another working graph, as it does after maintenance."""
        self.solvers[name].graph_id = graph_id

    def stop(self) -> None:
        """The service is down: connections are refused, and those that are open break off."""
        with self._changed:
            self.down = True
            self._holding = False
            self._changed.notify_all()
        self.stop_listening()

    def stop_listening(self) -> None:
        """Nothing: whoever serves it says how its port is closed."""

    # what a test asks it

    @property
    def submitted(self) -> list[dict[str, Any]]:
        """The problems in every request for submission, refused ones too."""
        return [problem for r in self.requests if r.kind == "submit" for problem in json.loads(r.body)]

    def places_of_the_token(self) -> set[str]:
        """Where in the requests the token stood: names of headers, ``"path"`` and ``"body"``."""
        places = set()
        for request in self.requests:
            places |= {name for name, value in request.headers.items() if TOKEN in value}
            places |= {"path"} if TOKEN in request.path else set()
            places |= {"body"} if TOKEN.encode() in request.body else set()
        return places

    # what the client hears

    def reply(self, request: Request) -> Reply:
        """Record the request and carry it out, or fail as injected."""
        self.requests.append(request)
        fault = self._struck(request.kind)
        if fault and not fault.accepted:
            return _failure(fault)
        if request.headers.get("X-Auth-Token") != TOKEN:
            return _error(401, "Invalid token or access denied")
        try:
            reply = self._carried_out(request)
        except NoSuchError as error:
            reply = _error(404, str(error))
        return _failure(fault) if fault else reply

    def _struck(self, kind: str) -> Fault | None:
        with self._changed:
            for fault in self._faults:
                if fault.kind == kind or (fault.kind is None and kind != "job"):
                    if fault.times is not None:
                        fault.times -= 1
                        if not fault.times:
                            self._faults.remove(fault)
                    return fault
        return None

    def _carried_out(self, request: Request) -> Reply:
        url = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        for method, pattern, answer in _ROUTES:
            match = re.fullmatch(f"/sapi/v2/{pattern}", url.path)
            if match and method == request.method:
                return answer(self, query, request.body, *match.groups())
        raise NoSuchError(f"{request.method} {url.path}")

    def _list_solvers(self, query: dict[str, str], body: bytes) -> Reply:
        listed = [solver.document(query.get("filter", "")) for solver in self.solvers.values()]
        return Reply(200, listed, "solver-definition-list")

    def _show_solver(self, query: dict[str, str], body: bytes, name: str) -> Reply:
        return Reply(200, self._solver(name).document(query.get("filter", "")), "solver-definition")

    def _submit(self, query: dict[str, str], body: bytes) -> Reply:
        return Reply(200, [self._accepted(problem) for problem in json.loads(body)], "problems")

    def _accepted(self, problem: dict[str, Any]) -> dict[str, Any]:
        """The job's status, or an error in its place, as the others of the batch are none the worse for it."""
        try:
            solver = self._solver(problem["solver"]["name"])
            if problem["solver"] != solver.identity:
                raise NoSuchError(f"Solver {solver.name} has another version")
            seed = len(self.jobs)
            if problem["type"] == "bqm":
                answer = hybrid_answer(problem, solver, self._uploaded(problem["data"]["data"]), seed)
            else:
                answer = processor_answer(problem, solver, seed)
        except (RefusedError, ValueError) as error:
            return {"error_code": 400, "error_msg": str(error)}
        except NoSuchError as error:
            return {"error_code": 404, "error_msg": str(error)}
        job = Job(problem, time.monotonic() + self._queue_seconds, self._struck("job"), answer)
        with self._changed:
            self.jobs[job.id] = job
        return job.document()

    def _poll(self, query: dict[str, str], body: bytes) -> Reply:
        if "id" not in query:
            return Reply(200, self._listed(query), "problems")
        jobs = [self._job(id_) for id_ in query["id"].split(",")]
        deadline = time.monotonic() + float(query.get("timeout", 0))
        with self._changed:
            while not any(self._settled(job) for job in jobs) and time.monotonic() < deadline and not self.down:
                self._changed.wait(min(0.02, max(0.0, deadline - time.monotonic())))
        return Reply(200, [job.document() for job in jobs], "problems")

    def _listed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        """The newest first, as many and such as the query wants."""
        jobs = list(self.jobs.values())
        for job in jobs:
            self._settled(job)
        documents = [job.document() for job in jobs]
        for name in ("label", "status"):
            documents = [d for d in documents if query.get(name, d[name]) == d[name]]
        documents = [d for d in documents if query.get("solver", d["solver"]["name"]) == d["solver"]["name"]]
        return documents[::-1][: int(query.get("max_results", 1000))]

    def _show(self, query: dict[str, str], body: bytes, id_: str) -> Reply:
        job = self._job(id_)
        self._settled(job)
        return Reply(200, job.document(answer=True), "problem")

    def _show_answer(self, query: dict[str, str], body: bytes, id_: str) -> Reply:
        job = self._job(id_)
        if not self._settled(job) or job.status != "COMPLETED":
            raise NoSuchError("Problem has no answer")
        return Reply(200, {"answer": job.answer}, "problem-answer")

    def _show_messages(self, query: dict[str, str], body: bytes, id_: str) -> Reply:
        self._job(id_)
        return Reply(200, [], "problem-message")

    def _show_info(self, query: dict[str, str], body: bytes, id_: str) -> Reply:
        job = self._job(id_)
        self._settled(job)
        document = job.document(answer=True)
        metadata = {k: document[k] for k in ("solver", "type", "label", "status", "submitted_on")}
        metadata |= {"submitted_by": "LOOP", "solved_on": job.solved_on, "messages": []}
        info = {
            "id": job.id,
            "data": job.request["data"],
            "params": job.request.get("params", {}),
            "metadata": metadata,
        }
        if "answer" in document:
            info["answer"] = document["answer"]
        return Reply(200, info, "problem-data")

    def _cancel_many(self, query: dict[str, str], body: bytes) -> Reply:
        return Reply(200, [self._cancelled(id_) for id_ in json.loads(body)], "problems")

    def _cancel_one(self, query: dict[str, str], body: bytes, id_: str) -> Reply:
        return Reply(200, self._cancelled(id_), "problem")

    def _cancelled(self, id_: str) -> dict[str, Any]:
        job = self._job(id_)
        with self._changed:
            if self._settled(job):
                return {"error_code": 400, "error_msg": "Problem has been finished."}
            job.status = "CANCELLED"
            self._changed.notify_all()
        return job.document()

    def _start_upload(self, query: dict[str, str], body: bytes) -> Reply:
        upload = f"upload-{len(self._uploads)}"
        self._uploads[upload] = {}
        return Reply(200, {"id": upload})

    def _upload_part(self, query: dict[str, str], body: bytes, upload: str, part: str) -> Reply:
        self._uploads[upload][int(part)] = body
        return Reply(200, {})

    def _upload_status(self, query: dict[str, str], body: bytes, upload: str) -> Reply:
        parts = [
            {"part_number": n, "checksum": hashlib.md5(part).hexdigest()} for n, part in self._uploads[upload].items()
        ]
        return Reply(200, {"status": "UPLOAD_IN_PROGRESS", "parts": parts})

    def _combine(self, query: dict[str, str], body: bytes, upload: str) -> Reply:
        return Reply(200, {})

    # its parts

    def _solver(self, name: str) -> Solver:
        if name not in self.solvers:
            raise NoSuchError("Solver does not exist or apitoken does not have access")
        return self.solvers[name]

    def _job(self, id_: str) -> Job:
        if id_ not in self.jobs:
            raise NoSuchError("Problem does not exist or apitoken does not have access")
        return self.jobs[id_]

    def _uploaded(self, upload: str) -> bytes:
        if upload not in self._uploads:
            raise NoSuchError("Problem data does not exist")
        return b"".join(part for _, part in sorted(self._uploads[upload].items()))

    def _settled(self, job: Job) -> bool:
        """Whether the job is over, which it is as soon as its time in the queue is up."""
        with self._changed:
            if job.status == "PENDING" and not self._holding and time.monotonic() >= job.ready:
                job.finish()
            return job.status != "PENDING"


def _error(status: int, message: str) -> Reply:
    return Reply(status, {"error_code": status, "error_msg": message})


def _failure(fault: Fault) -> Reply:
    return _error(fault.status, "injected") if fault.body is None else Reply(fault.status, fault.body)


_Answer = Callable[..., Reply]
_ROUTES: list[tuple[str, str, _Answer]] = [
    ("GET", "solvers/remote/", Service._list_solvers),
    ("GET", "solvers/remote/([^/]+)/?", Service._show_solver),
    ("POST", "problems/", Service._submit),
    ("GET", "problems/", Service._poll),
    ("DELETE", "problems/", Service._cancel_many),
    ("GET", "problems/([^/]+)/?", Service._show),
    ("GET", "problems/([^/]+)/answer", Service._show_answer),
    ("GET", "problems/([^/]+)/info", Service._show_info),
    ("GET", "problems/([^/]+)/messages", Service._show_messages),
    ("DELETE", "problems/([^/]+)", Service._cancel_one),
    ("POST", "bqm/multipart", Service._start_upload),
    ("PUT", "bqm/multipart/([^/]+)/part/([0-9]+)", Service._upload_part),
    ("GET", "bqm/multipart/([^/]+)/status", Service._upload_status),
    ("POST", "bqm/multipart/([^/]+)/combine", Service._combine),
]
