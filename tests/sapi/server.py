"""The service on a port of the loopback interface, and the environment in which the client finds it there."""

from __future__ import annotations

import json
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sapi.messages import Reply, Request
from sapi.service import TOKEN, Service


class Handler(BaseHTTPRequestHandler):
    """HTTP of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    service: Service

    def _serve(self) -> None:
        request = Request(self.command, self.path, dict(self.headers), self._body())
        reply = Reply(503, None) if self.service.down else self.service.reply(request)
        if self.service.down:  # broken off, after a wait too
            self.close_connection = True
            return
        body = reply.content if isinstance(reply.content, bytes) else json.dumps(reply.content).encode()
        self.send_response(reply.status)
        kind = f"vnd.dwave.sapi.{reply.kind}+json; version=3.0.0" if reply.kind else "json"
        self.send_header("Content-Type", f"application/{kind}")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:  # as the client asked
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return zlib.decompress(body) if self.headers.get("Content-Encoding") == "deflate" else body

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """One thread a connection; a client that died is no news."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """The service, served by threads of this process."""
    server = Server(("127.0.0.1", 0), type("Handler", (Handler,), {"service": service}))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def stop_listening() -> None:
        server.shutdown()
        server.server_close()

    service.endpoint = f"http://127.0.0.1:{server.server_port}/sapi/v2/"
    service.stop_listening = stop_listening  # type: ignore[method-assign]
    try:
        yield service
    finally:
        if not service.down:
            service.stop()


def client_environment(endpoint: str, folder: Path, token: str = TOKEN) -> dict[str, str | None]:
    """Variables (None: unset) under which the unmodified client uses the service, and nothing of the user's own.

    The configuration file has no token: it keeps waits and retries short.
    """
    configuration = folder / "dwave.conf"
    configuration.write_text("[defaults]\nhttp_retry_total = 1\npoll_wait_time = 5\nrequest_timeout = 20\n")
    unset = ("API_CLIENT", "API_REGION", "API_SOLVER", "API_PROXY", "API_HEADERS", "PROFILE", "CACHE_HOME")
    return {
        **{f"DWAVE_{name}": None for name in unset},
        "DWAVE_CONFIG_FILE": str(configuration),
        "DWAVE_API_ENDPOINT": endpoint,
        "DWAVE_API_TOKEN": token,
        "DWAVE_CACHE_ENABLED": "0",  # solvers' definitions would be kept on disk for an hour
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
