"""Everything that endpoints do wrong, each as a typed failure with a sentence and a remedy."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from time import monotonic, sleep

import pytest
from pydantic import BaseModel

from analyst.llm import LlmClient, LlmFailed, LlmReply
from prompts import Message
from tests.llm.server import Answer, ScriptedServer, Step, completion, error

Build = Callable[..., LlmClient]
HTML = Answer(raw=b"<!doctype html><title>Sign in</title>", content_type="text/html")


class One(BaseModel):
    n: int


def ask(client: LlmClient, **more: float) -> LlmReply[One] | LlmFailed:
    return client.structured([Message("user", "One.")], One, task="t", prompt_hash="h", **more)  # type: ignore[arg-type]


def choices(value: object) -> Answer:
    return Answer({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": value})


@pytest.mark.parametrize(
    ("step", "reason", "says"),
    [
        (HTML, "malformed", "not like an OpenAI-compatible endpoint"),
        (Answer(raw=b"", status=200), "malformed", "not like"),
        (Answer(raw=b'{"half": ', status=200), "malformed", "not like"),
        (Answer({"error": {"message": "model crashed"}}), "malformed", "model crashed"),
        (Answer({"hello": "world"}), "malformed", "not like"),
        (choices(None), "malformed", "no choices"),
        (choices([]), "malformed", "no choices"),
        (choices([{"index": 0, "finish_reason": "stop"}]), "malformed", "not like"),
        (choices([{"index": 0, "message": None, "finish_reason": "stop"}]), "malformed", "not like"),
        (error(401, "Incorrect API key provided: sk-secret"), "auth", "does not accept the key"),
        (error(403, "no"), "auth", "status 403"),
        (error(404, "The model `tiny` does not exist"), "not_found", "knows no model 'tiny'"),
        (error(400, "model 'tiny' not found"), "not_found", "knows no model 'tiny'"),
        (error(404, "page missing"), "not_found", "has no chat at"),
        (error(429, "slow down"), "rate_limited", "no more requests"),
        (error(429, "You exceeded your current quota"), "rate_limited", "no quota"),
        (error(400, "maximum context length is 2048 tokens"), "too_long", "longer than"),
        (Answer(raw=b"too big", status=413, content_type="text/plain"), "too_long", "longer than"),
        (error(500, "no route for sk-secret"), "server", "no route for [key]"),
        (error(500, "boom"), "server", "status 500: boom"),
        (Answer(raw=b"<html>bad gateway</html>", status=502, content_type="text/html"), "server", "(status 502)"),
    ],
)
def test_one_fault_one_reason(server: ScriptedServer, build: Build, step: Step, reason: str, says: str) -> None:
    server.script(step)
    answer = ask(build())
    assert isinstance(answer, LlmFailed)
    assert answer.reason == reason
    assert says in answer.message
    assert server.host in answer.message or "tiny" in answer.message
    assert "sk-secret" not in str(answer)
    assert "<" not in answer.message
    assert len(server.posts) == 1
    assert len(answer.calls) == 1


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (completion('{"n": ', finish="length"), "cut_off"),
        (completion("<think>still thinking", finish="length"), "cut_off"),
        (completion(""), "empty"),
        (completion(None), "empty"),
        (completion("<think>and nothing more</think>"), "empty"),
        (completion([]), "empty"),
    ],
)
def test_answers_that_hold_nothing_get_a_second_chance(
    server: ScriptedServer, build: Build, step: Step, reason: str
) -> None:
    server.script(step, step)
    answer = ask(build())
    assert isinstance(answer, LlmFailed)
    assert answer.reason == reason
    assert "llm.max_tokens" in answer.hint
    assert len(server.posts) == 2
    # an empty assistant message is an error at some servers
    assert all(message["content"] for message in server.posts[1].body["messages"])
    server.script(step, '{"n": 1}')
    assert isinstance(ask(build()), LlmReply)


@pytest.mark.parametrize("step", [completion(None, refusal="I cannot"), completion("", finish="content_filter")])
def test_a_refusal_is_not_argued_with(server: ScriptedServer, build: Build, step: Step) -> None:
    server.script(step)
    answer = ask(build())
    assert isinstance(answer, LlmFailed)
    assert answer.reason == "refused"
    assert len(server.posts) == 1


def test_tokens_under_the_other_name(server: ScriptedServer, build: Build) -> None:
    server.script(error(400, "Unrecognized request argument: max_completion_tokens"))
    answer = ask(build())
    assert isinstance(answer, LlmFailed)
    assert (answer.reason, answer.hint) == ("token_param", "Set llm.token_param to max_tokens.")
    server.script('{"n": 1}')
    assert isinstance(ask(build(token_param="max_tokens", max_tokens=77)), LlmReply)
    assert server.posts[1].body["max_tokens"] == 77
    assert "max_completion_tokens" not in server.posts[1].body


def test_an_echo_of_the_request_does_not_mislead(server: ScriptedServer, build: Build) -> None:
    echo = {"type": "extra", "loc": ["body", "response_format"], "msg": "not permitted", "input": "context length"}
    server.script(Answer({"detail": [echo]}, 422), '{"n": 1}')
    answer = ask(build())
    assert isinstance(answer, LlmReply)
    assert answer.rung == "json_object"


def test_too_many_requests_are_waited_out(server: ScriptedServer, build: Build) -> None:
    server.script(error(429, "slow down", retry_after="0.3"), '{"n": 1}')
    started = monotonic()
    assert isinstance(ask(build(retries=1)), LlmReply)
    assert monotonic() - started >= 0.3


def test_a_long_wait_does_not_outlast_the_deadline_nor_send_afterwards(server: ScriptedServer, build: Build) -> None:
    server.script(error(429, "slow down", retry_after="3"), '{"n": 1}')
    started = monotonic()
    answer = ask(build(retries=1), deadline_s=0.6)
    assert isinstance(answer, LlmFailed)
    assert answer.reason == "timeout"
    assert monotonic() - started < 2.8
    sleep(3.2)
    assert len(server.posts) == 1  # the retry that was still planned found its connection closed


def test_a_server_error_is_retried(server: ScriptedServer, build: Build) -> None:
    server.script(error(500, "boom"), '{"n": 1}')
    assert isinstance(ask(build(retries=1)), LlmReply)
    assert [post.headers["x-stainless-retry-count"] for post in server.posts] == ["0", "1"]


def test_slow_answers_time_out(server: ScriptedServer, build: Build) -> None:
    server.script(Answer(sleep_s=8.0))
    started = monotonic()
    answer = ask(build(timeout_s=0.3))
    assert isinstance(answer, LlmFailed)
    assert answer.reason == "timeout"
    assert monotonic() - started < 6.0


def test_a_trickle_does_not_hold_the_deadline_off(server: ScriptedServer, build: Build) -> None:
    # every byte restarts the timeout of the SDK, so only the wall clock ends this
    server.script(Answer({"filler": "x" * 400}, trickle_s=0.02))
    started = monotonic()
    answer = ask(build(timeout_s=1.0))
    assert isinstance(answer, LlmFailed)
    assert answer.reason == "timeout"
    assert monotonic() - started < 6.0
    server.script('{"n": 1}')
    assert isinstance(ask(build(timeout_s=5.0)), LlmReply)


def test_the_same_client_works_after_a_timeout(server: ScriptedServer, build: Build) -> None:
    client = build()
    server.script(Answer(sleep_s=1.0), '{"n": 1}')
    first = ask(client, deadline_s=0.3)
    assert isinstance(first, LlmFailed)
    assert isinstance(ask(client), LlmReply)


def test_nobody_listens(build: Build) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = ask(build(base_url=f"http://127.0.0.1:{port}/v1"))
    assert isinstance(answer, LlmFailed)
    assert answer.reason == "not_reachable"
    assert f"127.0.0.1:{port}" in answer.message


def test_a_missing_v1_is_named(server: ScriptedServer, build: Build) -> None:
    answer = ask(build(base_url=server.url.removesuffix("/v1")))
    assert isinstance(answer, LlmFailed)
    assert answer.reason == "not_found"
    assert "/v1" in answer.hint


@pytest.mark.parametrize("status", [302, 307, 308])
def test_redirects_are_not_followed(server: ScriptedServer, build: Build, status: int) -> None:
    with ScriptedServer() as elsewhere:
        server.script(Answer({}, status, {"location": elsewhere.url + "/chat/completions"}))
        answer = ask(build())
        assert isinstance(answer, LlmFailed)
        assert answer.reason == "redirected"
        assert elsewhere.requests == []


def test_broken_packages_are_a_fault_too(server: ScriptedServer, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_openai", None)  # what an import of a broken package looks like
    monkeypatch.setattr("analyst.llm.endpoint.find_spec", lambda name: object())
    answer = ask(build())
    assert isinstance(answer, LlmFailed)
    assert (answer.reason, answer.hint) == ("packages", "pip install 'undertone[llm]'")
