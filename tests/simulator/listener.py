"""Who receives the simulator's webhooks, and its persons' calls, in the tests?"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.simulator.process import wait_for


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # the default drops the connections of a burst for a second


class Listener:
    """Takes any HTTP call and keeps it; answers `status` and `body`, or redirects where `redirects` says so."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.status = 200
        self.body = b""
        self.redirects: dict[str, str] = {}
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length)
                listener.received.append(Received(self.command, self.path, dict(self.headers.items()), body))
                target = listener.redirects.get(self.path)
                self.send_response(302 if target else listener.status)
                if target:
                    self.send_header("location", target)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(listener.body)))
                self.end_headers()
                self.wfile.write(listener.body)

            do_GET = do_POST = do_HEAD = answer  # noqa: N815 - the library's names

            def log_message(self, *args: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self, count: int = 1) -> list[Received]:
        wait_for(lambda: len(self.received) >= count)
        return list(self.received)
