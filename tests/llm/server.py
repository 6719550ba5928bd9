"""A scripted OpenAI-compatible server on loopback, for tests.

`with ScriptedServer() as server: server.script("text", Answer(...), lambda request: Answer(...))`. Each POST takes the
next step of the script; an exhausted script answers 500, never something that a test could mistake for an answer.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

DEFAULT_USAGE = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}


@dataclass(frozen=True)
class Request:
    """One request as it arrived; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """One reply: JSON of `body`, or the bytes of `raw`; `sleep_s` before it, `trickle_s` between its bytes."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str = "application/json"
    sleep_s: float = 0.0
    trickle_s: float = 0.0


Step = str | Answer | Callable[[Request], "str | Answer"]


def completion(content: Any, finish: str = "stop", usage: Any = DEFAULT_USAGE, **message: Any) -> Answer:
    """A well-formed chat completion; `usage=None` leaves the tokens out."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
    body = {"id": "c1", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice]}
    return Answer(body | ({"usage": usage} if usage else {}))


def error(status: int, message: str, **headers: str) -> Answer:
    """An error in OpenAI's shape."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer({"error": {"message": message, "type": "error", "code": None}}, status, named)


class ScriptedServer:
    """Serves the script on a free port of 127.0.0.1 and keeps every request."""

    def __init__(self, models: tuple[str, ...] = ("tiny",)) -> None:
        self.requests: list[Request] = []
        self.models = models
        self._steps: deque[Step] = deque()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._http.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/v1"

    @property
    def posts(self) -> list[Request]:
        return [request for request in self.requests if request.method == "POST"]

    def script(self, *steps: Step) -> None:
        self._steps.extend(steps)

    def __enter__(self) -> ScriptedServer:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _next(self, request: Request) -> Answer:
        if request.method == "GET":
            found = request.path == "/v1/models"
            return Answer({"object": "list", "data": [{"id": name} for name in self.models]}, 200 if found else 404)
        if request.path != "/v1/chat/completions":
            return Answer(raw=b"<html>nothing here</html>", status=404, content_type="text/html")
        step = self._steps.popleft() if self._steps else error(500, "the script is exhausted")
        step = step(request) if callable(step) else step
        return completion(step) if isinstance(step, str) else step

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or every reply waits 40 ms for an acknowledgement

            def _serve(self) -> None:
                size = int(self.headers.get("content-length") or 0)
                body = json.loads(self.rfile.read(size) or b"{}")
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers, body)
                server.requests.append(request)
                answer = server._next(request)
                raw = json.dumps(answer.body).encode() if answer.raw is None else answer.raw
                try:
                    time.sleep(answer.sleep_s)
                    self.send_response(answer.status)
                    for name, value in {"content-type": answer.content_type, **answer.headers}.items():
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(raw)))
                    self.end_headers()
                    for piece in (raw[i : i + 1] for i in range(len(raw))) if answer.trickle_s else (raw,):
                        self.wfile.write(piece)
                        time.sleep(answer.trickle_s)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client gave up, as some tests want it to

            do_GET = do_POST = _serve

            def log_message(self, format: str, *args: Any) -> None:
                return None

        return Handler
