"""Servers that stream unasked or write the arguments of a call in their own way are understood."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from analyst.llm import LlmClient, LlmFailed, LlmReply, Tool, ToolResult, converse
from analyst.llm.mending import mended_body
from prompts import Message
from tests.llm.server import Answer, ScriptedServer, completion

Build = Callable[..., LlmClient]


class One(BaseModel):
    n: int


def stream(*deltas: dict[str, Any], finish: str | None = "stop", done: bool = True, usage: Any = None) -> Answer:
    """A server-sent stream of `deltas`."""
    frame = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunks: list[dict[str, Any]] = [
        frame | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    chunks[-1]["choices"][0]["finish_reason"] = finish
    if usage:
        chunks.append(frame | {"choices": [], "usage": usage})
    lines = [json.dumps(chunk, ensure_ascii=False) for chunk in chunks] + (["[DONE]"] if done else [])
    raw = "".join(f"data: {line}\r\n\r\n" for line in lines).encode()
    return Answer(raw=raw, content_type="text/event-stream; charset=utf-8")


def ask(client: LlmClient) -> LlmReply[One] | LlmFailed:
    return client.structured([Message("user", "Count.")], One, task="counting", prompt_hash="beef")


def test_a_stream_that_nobody_asked_for_is_read(server: ScriptedServer, build: Build) -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    server.script(stream({"role": "assistant"}, {"content": '{"n"'}, {"content": ": 4}\u2028"}, usage=usage))
    found = ask(build())
    assert isinstance(found, LlmReply), found
    assert found.value.n == 4
    assert (found.usage.input_tokens, found.usage.output_tokens, found.usage.estimated) == (7, 3, False)
    assert not server.posts[0].body.get("stream")


def test_one_that_breaks_off_is_not_taken_for_whole(server: ScriptedServer, build: Build) -> None:
    server.script(stream({"content": '{"n": 4}'}, finish=None, done=False))
    found = ask(build())
    assert isinstance(found, LlmFailed)
    assert "not like an OpenAI-compatible endpoint" in found.message


@pytest.mark.parametrize("whole", [True, False], ids=["in one piece", "in pieces"])
def test_a_tool_call_in_a_stream_is_put_together(server: ScriptedServer, build: Build, whole: bool) -> None:
    def call(name: str, arguments: str) -> Answer:
        head = {"index": 0, "id": "a", "type": "function", "function": {"name": name, "arguments": ""}}
        if whole:
            return stream({"tool_calls": [head | {"function": {"name": name, "arguments": arguments}}]})
        rest = [{"index": 0, "function": {"arguments": letter}} for letter in arguments]
        return stream({"tool_calls": [head]}, *({"tool_calls": [one]} for one in rest), finish="tool_calls")

    class Wanted(BaseModel):
        n: int

    asked: list[int] = []

    def double(given: Wanted) -> ToolResult:
        asked.append(given.n)
        return ToolResult({"double": given.n * 2})

    server.script(call("double", '{"n": 3}'), call("One", '{"n": 6}'))
    tools = [Tool("double", "Doubles.", Wanted, double)]
    found = converse(build(), [Message("user", "Double 3.")], tools, One, task="t", prompt_hash="h")
    assert isinstance(found, LlmReply), found
    assert (found.value.n, asked) == (6, [3])


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ({"n": 1}, {"n": 1}),
        (None, {}),
        ("", {}),
        ("[1]", {"not_an_object": "[1]"}),
        (3, {"not_an_object": "3"}),
    ],
)
def test_arguments_become_a_string_that_holds_an_object(given: Any, arguments: dict[str, Any]) -> None:
    made = completion(None, tool_calls=[{"id": "a", "type": "function", "function": {"name": "x", "arguments": given}}])
    body = mended_body(json.dumps(made.body), streamed=False)
    assert body is not None
    assert json.loads(body["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]) == arguments


@pytest.mark.parametrize(
    "text", ["<html>", "[]", "{}", '{"choices": [{}]}', json.dumps(completion("fine").body), '{"choices": null}']
)
def test_what_needs_no_mending_or_cannot_be_is_left(text: str) -> None:
    assert mended_body(text, streamed=False) is None


@pytest.mark.parametrize("text", ["", "data: {", "data: [DONE]", "event: ping", "data: []", 'data: {"choices": [3]}'])
def test_no_stream_at_all_is_left(text: str) -> None:
    assert mended_body(text, streamed=True) is None
