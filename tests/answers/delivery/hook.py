"""A webhook on loopback that answers as it is told, and keeps every request."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

SECRET = "T0SECRET/B0SECRET/tokentokentoken"


@dataclass(frozen=True)
class Say:
    """One answer; `sleep_s` before it, `drip_s` between its bytes."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    sleep_s: float = 0.0
    drip_s: float = 0.0


@dataclass(frozen=True)
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Hook:
    """Answers each request with the next of `answers`, and with 500 when there is none left."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: deque[Say] = deque()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/services/{SECRET}"

    def __enter__(self) -> Hook:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                hook.heard.append(Heard(self.command, self.path, headers, body))
                said = hook.answers.popleft() if hook.answers else Say(500, b"nothing left to say")
                try:
                    time.sleep(said.sleep_s)
                    self.send_response(said.status)
                    for name, value in said.headers.items():
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(said.body)))
                    self.end_headers()
                    for at in range(0, len(said.body), 1 if said.drip_s else max(1, len(said.body))):
                        self.wfile.write(said.body[at : at + 1] if said.drip_s else said.body)
                        time.sleep(said.drip_s)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_POST = _serve

            def log_message(self, format: str, *args: Any) -> None:
                return None

        return Handler
