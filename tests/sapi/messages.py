"""Requests as they come and replies as they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Request:
    """A request, its body unpacked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def where(self) -> str:
        return urlsplit(self.path).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    @property
    def kind(self) -> str:
        """The kinds of `sapi.faults`."""
        if "/bqm/" in self.where:
            return "upload"
        if "/solvers/" in self.where:
            return "solvers"
        if self.method != "GET":
            return "submit" if self.method == "POST" else "cancel"
        return "poll" if self.where.endswith("/problems/") else "answer"


@dataclass
class Reply:
    """HTTP status and JSON of a reply, and the name that its content type has for it."""

    status: int
    content: Any
    kind: str | None = None


class NoSuchError(Exception):
    """404; the text is the server's."""


def error(status: int, message: str) -> Reply:
    return Reply(status, {"error_code": status, "error_msg": message})
