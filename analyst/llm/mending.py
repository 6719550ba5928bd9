"""Replies of careless servers, brought into the shape that the SDK reads.

Some servers stream although nobody asked for it, and some write the arguments of a tool call as an object or leave them
empty, where the format wants a string of JSON. LangChain fails on either and loses what was said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

_DATA = "data:"
_DONE = "[DONE]"


def mend_response(response: Any) -> None:
    """A hook of the HTTP client: reads `response` and replaces its body where it needs mending. A stream that was
    asked for, an error and a reply that is beyond mending stay what they are."""
    if response.status_code != 200 or _asked_to_stream(response.request):
        return
    streamed = response.headers.get("content-type", "").startswith("text/event-stream")
    body = response.read()
    mended = mended_body(body.decode("utf-8", "replace"), streamed=streamed)
    if mended is not None:
        response._content = json.dumps(mended).encode()  # httpx has no public way to give a response another body
        response.headers["content-type"] = "application/json"


def mended_body(text: str, *, streamed: bool) -> dict[str, Any] | None:
    """The chat completion in `text`, mended; None where nothing needs mending or nothing can be made of it."""
    try:
        body = _joined(text) if streamed else json.loads(text)
        changed = [_mend_call(call) for call in _calls(body)]
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    return body if streamed or any(changed) else None


def _asked_to_stream(request: Any) -> bool:
    try:
        asked = json.loads(request.content or b"{}")
    except ValueError:
        return False
    return isinstance(asked, dict) and bool(asked.get("stream"))


def _calls(body: Any) -> Iterable[dict[str, Any]]:
    for choice in body.get("choices") or []:
        yield from choice["message"].get("tool_calls") or []


def _mend_call(call: dict[str, Any]) -> bool:
    """Make the arguments of `call` a string that holds a JSON object where they are something else; whether it did."""
    given = call["function"].get("arguments")
    if isinstance(given, str) and given.strip():
        try:
            if isinstance(json.loads(given), dict):
                return False
        except ValueError:
            return False  # text that is no JSON is read as such further on
        given = {"not_an_object": given}
    elif given is None or isinstance(given, str):
        given = {}
    elif not isinstance(given, dict):
        given = {"not_an_object": str(given)}
    call["function"]["arguments"] = json.dumps(given)
    return True


def _joined(text: str) -> dict[str, Any]:
    """The completion that the events of a stream make up. Raises ValueError where the stream broke off."""
    lines = [line.removeprefix(_DATA).strip() for line in text.split("\n") if line.startswith(_DATA)]
    chunks = [json.loads(line) for line in lines if line != _DONE]
    said: list[str] = []
    calls: dict[int, dict[str, Any]] = {}
    finish = None
    for choice in (choice for chunk in chunks for choice in (chunk.get("choices") or [])[:1]):
        delta = choice.get("delta") or choice.get("message") or {}
        said.append(delta.get("content") or "")
        finish = choice.get("finish_reason") or finish
        for piece in delta.get("tool_calls") or []:
            _join_call(calls.setdefault(piece.get("index", 0), {"id": None, "function": {}}), piece)
    if not said or (finish is None and _DONE not in lines):
        raise ValueError("the stream broke off")
    message = {"role": "assistant", "content": "".join(said), "tool_calls": [calls[place] for place in sorted(calls)]}
    usage = next((chunk["usage"] for chunk in reversed(chunks) if chunk.get("usage")), None)
    return {
        **{name: chunks[0].get(name) or "streamed" for name in ("id", "model")},
        "object": "chat.completion",
        "created": chunks[0].get("created") or 0,
        "choices": [{"index": 0, "message": message, "finish_reason": finish or "stop"}],
        **({"usage": usage} if usage else {}),
    }


def _join_call(call: dict[str, Any], piece: dict[str, Any]) -> None:
    function = piece.get("function") or {}
    call["type"] = "function"
    call["id"] = call["id"] or piece.get("id")
    known = call["function"]
    known["name"] = known.get("name") or function.get("name")
    more = function.get("arguments")
    if isinstance(more, dict):
        known["arguments"] = more
    elif more:
        known["arguments"] = f"{known.get('arguments', '')}{more}"
