"""`undertone llm`: what an endpoint can do, what left this machine, and the very words of one call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyst.cli.app import run
from analyst.core.settings import LlmSettings
from analyst.llm import LlmClient, erase_evidence
from prompts import AnswerText, Message
from tests.llm.server import ScriptedServer, completion, error
from tests.llm.test_llm_check import CALL, FEW, GOOD, STREAM

SENTENCE = {"text": "NPS fell.", "part": "verdict", "facts": ["f1"], "quotes": []}
REPLY = json.dumps({"sentences": [SENTENCE]})
WORDS = "It froze [twice] on me, ça suffit."  # brackets are no markup of the terminal


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        monkeypatch.setenv("UNDERTONE_LLM__BASE_URL", running.url)
        monkeypatch.setenv("UNDERTONE_LLM__MODEL", "tiny")
        monkeypatch.setenv("UNDERTONE_LLM__API_KEY", "sk-secret")
        monkeypatch.setenv("UNDERTONE_LLM__RETRIES", "0")
        yield running


def _sent(server: ScriptedServer, workspace: Path, *replies: str) -> None:
    """Calls made from `workspace`, whose words are those of two customers."""
    server.script(*(error(500, "boom") if reply == "fail" else completion(reply) for reply in replies))
    settings = LlmSettings(base_url=server.url, model="tiny", retries=0, price_in=2.0, price_out=10.0)
    with_words = LlmClient(settings, workspace)
    for place in range(len(replies)):
        asked = [Message("system", "Word it."), Message("user", f"{WORDS} {place}")]
        with_words.structured(asked, AnswerText, task="answer", prompt_hash="beef", evidence=("nps-1", "nps-2"))
    with_words.close()


def test_check_tells_what_the_endpoint_can_do(
    server: ScriptedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = ("ready", GOOD, GOOD, GOOD, completion(None, tool_calls=[CALL]), STREAM, FEW)
    server.script(*steps)
    assert run(["llm", "check", "--workspace", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    for name in ("models", "chat", "json_schema", "json_object", "tool call", "stream", "token limit"):
        assert name in told
    assert told.count("yes") >= 8 and server.url in told and "sk-secret" not in told
    server.script(*steps)
    assert run(["llm", "check", "--json", "--workspace", str(tmp_path)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["ok"], report["rung"], report["model"]) == (True, "json_schema", "tiny")
    assert {probe["name"]: probe["ok"] for probe in report["probes"]}["tool call"] is True


def test_check_of_one_that_cannot_be_used_says_why(
    server: ScriptedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script(error(401, "bad key sk-secret"))
    assert run(["llm", "check", "--workspace", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert "does not accept the key" in shown.out and "sk-secret" not in shown.out + shown.err
    server.script(error(401, "bad key"))
    assert run(["llm", "check", "--json", "--workspace", str(tmp_path)]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_without_an_endpoint_check_says_what_to_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["llm", "check", "--workspace", str(tmp_path)]) != 0
    assert "UNDERTONE_LLM__BASE_URL" in capsys.readouterr().err


def test_where_nothing_left_the_log_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["llm", "log", "--workspace", str(tmp_path)]) == 0
    assert "Nothing has left this machine" in capsys.readouterr().out
    assert run(["llm", "log", "--json", "--workspace", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(["llm", "sent", "--workspace", str(tmp_path)]) == 2
    assert "There is no text kept for a call" in capsys.readouterr().err


def test_the_log_has_every_call_with_its_tokens_and_cost(
    server: ScriptedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _sent(server, tmp_path, REPLY, "fail", REPLY)
    assert run(["llm", "log", "--json", "--workspace", str(tmp_path)]) == 0
    calls = json.loads(capsys.readouterr().out)
    assert [call["outcome"] for call in calls] == ["answered", "server", "answered"]
    assert calls[0]["tokens"] == [120, 30] and calls[0]["cost"] == pytest.approx(120 * 2e-6 + 30 * 1e-5)
    assert calls[0]["evidence"] == ["nps-1", "nps-2"]
    assert WORDS not in json.dumps(calls, ensure_ascii=False)  # the log counts; `sent` shows
    assert run(["llm", "log", "--top", "2", "--workspace", str(tmp_path)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "3 calls, 240 tokens sent and 60 received, cost 0.0011 in the currency of llm.price_in" in told
    assert calls[-1]["call_id"] in told and calls[0]["call_id"] not in told
    assert server.host in told


def test_sent_shows_the_very_words(server: ScriptedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _sent(server, tmp_path, REPLY, REPLY)
    home = ["--workspace", str(tmp_path)]
    assert run(["llm", "sent", "--json", *home]) == 0
    last = json.loads(capsys.readouterr().out)
    assert last["messages"] == server.posts[-1].body["messages"]
    assert run(["llm", "log", "--json", *home]) == 0
    first = json.loads(capsys.readouterr().out)[0]["call_id"]
    assert run(["llm", "sent", first, *home]) == 0
    told = capsys.readouterr().out
    assert f"{WORDS} 0" in told and f"{WORDS} 1" not in told
    assert "words of 2 responses and sessions: nps-1, nps-2" in told
    assert run(["llm", "sent", "../../etc/passwd", *home]) == 2
    assert "`undertone llm log` lists the calls" in capsys.readouterr().err
    erase_evidence(tmp_path, {"nps-2"})
    assert run(["llm", "sent", first, *home]) == 2
    assert "Its text was erased" in capsys.readouterr().err
