"""`check_endpoint` against servers of different talents."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analyst.core.clock import fixed_clock
from analyst.core.errors import UndertoneError
from analyst.core.settings import Settings
from analyst.llm import EndpointReport, Outbox, check_endpoint
from analyst.llm.memory import KEPT, Abilities, AbilityMemory
from tests.llm.server import Answer, Request, ScriptedServer, Step, completion, error

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
GOOD = '{"colour": "blue", "letters": 4}'
FEW = completion("one\ntwo\nthree", finish="length")
_CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
_PIECES = [{"role": "assistant", "content": ""}, {"content": "rea"}, {"content": "dy"}]
STREAM = Answer(
    raw="".join(
        f"data: {json.dumps(_CHUNK | {'choices': [{'index': 0, 'delta': piece, 'finish_reason': None}]})}\n\n"
        for piece in _PIECES
    ).encode()
    + b"data: [DONE]\n\n",
    content_type="text/event-stream",
)
CALL = {"id": "t1", "type": "function", "function": {"name": "count_letters", "arguments": '{"word": "colour"}'}}


def run(server: ScriptedServer, workspace: Path, *steps: Step, **llm: Any) -> EndpointReport:
    server.script(*steps)
    given = {"base_url": server.url, "model": "tiny", "retries": 0, "timeout_s": 3.0} | llm
    settings = Settings.model_validate({"workspace": workspace, "llm": given})
    return check_endpoint(settings, clock=fixed_clock(NOW))


def remembered(server: ScriptedServer, workspace: Path, after: timedelta = timedelta()) -> Abilities:
    return AbilityMemory(workspace, fixed_clock(NOW + after)).get(server.url, "tiny")


def test_an_endpoint_that_can_do_all(server: ScriptedServer, tmp_path: Path) -> None:
    report = run(server, tmp_path, "ready", GOOD, GOOD, GOOD, completion(None, tool_calls=[CALL]), STREAM, FEW)
    assert report.ok
    assert report.rung == "json_schema"
    assert [(probe.name, probe.ok) for probe in report.probes] == [
        ("models", True),
        ("chat", True),
        ("json_schema", True),
        ("json_object", True),
        ("prompt", True),
        ("tool call", True),
        ("stream", True),
        ("token limit", True),
    ]
    assert report.problems == report.notes == ()
    assert report.latency_s is not None
    assert report.latency_s > 0
    assert [call.task for call in Outbox(tmp_path).calls()] == ["check"] * 7
    assert remembered(server, tmp_path) == Abilities("json_schema", True, True)


def test_an_endpoint_without_formats(server: ScriptedServer, tmp_path: Path) -> None:
    no = error(400, "response_format is not supported")
    report = run(server, tmp_path, "ready", no, no, GOOD, "I have no tools.", STREAM, FEW)
    assert report.rung == "prompt"
    assert report.ok
    assert [probe.ok for probe in report.probes] == [True, True, False, False, True, False, True, True]
    assert "only free questions need it" in report.probes[5].detail
    assert remembered(server, tmp_path) == Abilities("prompt", True, False)
    assert remembered(server, tmp_path, KEPT + timedelta(seconds=1)) == Abilities()  # tried anew some day


def test_a_schema_that_is_taken_and_ignored_is_told_from_one_that_is_kept(
    server: ScriptedServer, tmp_path: Path
) -> None:
    report = run(server, tmp_path, "ready", "Blue, four letters.", GOOD, GOOD, "no")
    assert report.rung == "json_object"
    assert "accepted, but" in report.probes[2].detail


def test_a_model_that_cannot_write_json(server: ScriptedServer, tmp_path: Path) -> None:
    report = run(server, tmp_path, "ready", "blue", "blue", "blue", "blue")
    assert not report.ok
    assert any("larger model" in problem for problem in report.problems)
    assert remembered(server, tmp_path) == Abilities()


def test_a_model_that_thinks_its_tokens_away(server: ScriptedServer, tmp_path: Path) -> None:
    cut = completion("<think>blue or green", finish="length")
    report = run(server, tmp_path, "ready", cut, GOOD, GOOD, "no")
    assert any("llm.max_tokens" in problem for problem in report.problems)


def test_temperature_refused(server: ScriptedServer, tmp_path: Path) -> None:
    no = error(400, "Unsupported parameter: temperature")
    report = run(server, tmp_path, no, "ready", GOOD, GOOD, GOOD, "no")
    assert report.rung == "json_schema"
    assert remembered(server, tmp_path) == Abilities("json_schema", False, False)
    assert "temperature" in report.notes[0]


def test_a_forgotten_v1_is_found(server: ScriptedServer, tmp_path: Path) -> None:
    report = run(server, tmp_path, base_url=server.url.removesuffix("/v1"))
    assert not report.ok
    assert f"It does answer at {server.url}: put that into llm.base_url." in report.problems[0]


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (error(401, "bad key"), "does not accept the key"),
        (error(404, "model 'tiny' not found"), "knows no model 'tiny'"),
        (Answer(raw=b"<html>", content_type="text/html"), "not like an OpenAI-compatible endpoint"),
        (Answer(sleep_s=1.5), "did not answer in time"),
        (error(500, "boom"), "failed (status 500: boom)"),
    ],
)
def test_what_is_wrong_is_a_sentence(server: ScriptedServer, tmp_path: Path, step: Step, says: str) -> None:
    report = run(server, tmp_path, step, timeout_s=0.5)
    assert not report.ok
    assert report.rung is None
    assert says in report.problems[0]
    assert server.host in report.problems[0]


def test_an_unlisted_model_and_missing_tokens_are_noted(server: ScriptedServer, tmp_path: Path) -> None:
    server.models = tuple(f"model-{number}" for number in range(9))
    server.script(completion("ready", usage=None))

    def rest(request: Request) -> str:
        return GOOD

    report = run(server, tmp_path, rest, rest, rest, rest)
    assert report.ok
    assert "model-0, model-1, model-2, model-3, model-4, …" in report.notes[0]
    assert "estimated" in report.notes[1]


def test_tracing_is_said(server: ScriptedServer, tmp_path: Path) -> None:
    report = run(server, tmp_path, "ready", GOOD, GOOD, GOOD, GOOD, STREAM, FEW, tracing=True)
    assert any("tracing" in note for note in report.notes)


def test_a_stream_that_is_none_and_a_limit_that_is_ignored(server: ScriptedServer, tmp_path: Path) -> None:
    counted = "\n".join(f"number {number}" for number in range(200))
    report = run(server, tmp_path, "ready", GOOD, GOOD, GOOD, "no", "not a stream", counted)
    assert report.ok
    assert [(probe.name, probe.ok) for probe in report.probes[-2:]] == [("stream", False), ("token limit", False)]
    assert "set llm.token_param to max_tokens" in report.notes[-1]
    assert server.posts[-1].body["max_completion_tokens"] == 16


def test_what_is_known_of_tools_outlives_a_passing_fault(server: ScriptedServer, tmp_path: Path) -> None:
    run(server, tmp_path, "ready", GOOD, GOOD, GOOD, completion(None, tool_calls=[CALL]), STREAM, FEW)
    run(server, tmp_path, "ready", GOOD, GOOD, GOOD, error(500, "busy"), STREAM, FEW)
    assert remembered(server, tmp_path).tools is True


def test_nothing_configured(tmp_path: Path) -> None:
    with pytest.raises(UndertoneError, match="No LLM is configured"):
        check_endpoint(Settings(workspace=tmp_path))
