"""`undertone ask --writer llm`, end to end: an answer always comes, in the model's words or in ours."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analyst.cli.app import run
from tests.llm.server import Answer, Request, ScriptedServer, Step, completion, error
from tests.llm.test_llm_mending import stream

Ask = Callable[..., dict[str, Any]]
WHY = "Why did NPS drop last week?"
UNPLANNABLE = "Kindly frobnicate the wibble for the quarterly gazebo"
NOW = "2026-11-16"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        monkeypatch.setenv("UNDERTONE_LLM__BASE_URL", running.url)
        monkeypatch.setenv("UNDERTONE_LLM__MODEL", "tiny")
        monkeypatch.setenv("UNDERTONE_LLM__API_KEY", "sk-secret")
        monkeypatch.setenv("UNDERTONE_LLM__RETRIES", "0")
        yield running


@pytest.fixture
def home(sample_workspace: Path, tmp_path: Path) -> Path:
    """The sample company with a log and a memory of its own."""
    folder = tmp_path / "workspace"
    (folder / "cache").mkdir(parents=True)
    (folder / "runs").symlink_to(sample_workspace / "runs", target_is_directory=True)
    for known in (sample_workspace / "cache").iterdir():
        if known.name != "llm":  # answers kept there would outlive the test
            (folder / "cache" / known.name).symlink_to(known)
    shutil.copy(sample_workspace / "store.db", folder / "store.db")
    return folder


@pytest.fixture
def ask(home: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    def asked(question: str, writer: str = "llm") -> dict[str, Any]:
        capsys.readouterr()
        words = ["ask", question, "--writer", writer, "--json", "--workspace", str(home), "--now", NOW]
        assert run(words) == 0, capsys.readouterr().err
        return dict(json.loads(capsys.readouterr().out))

    return asked


def _draft(request: Request) -> list[dict[str, Any]]:
    block = request.body["messages"][1]["content"].split("<draft>\n")[1].split("\n</draft>")[0]
    found: list[dict[str, Any]] = json.loads(block)
    return found


def worded(request: Request) -> str:
    """The first two sentences of the draft, the second with its first quote, as a short-spoken model would."""
    own = [part for part in _draft(request) if part["part"] != "quote"][:2]
    quotes = [quote for part in _draft(request) for quote in part["quotes"]][:1]
    made = [{"text": p["sentence"], "part": p["part"], "facts": p["facts"][:3], "quotes": []} for p in own]
    made[-1]["quotes"] = quotes
    return json.dumps({"sentences": made})


def looking(request: Request) -> Answer:
    """A model that searches, then says the first thing that it was told."""
    told = [json.loads(message["content"]) for message in request.body["messages"] if message["role"] == "tool"]
    if not told:
        given: dict[str, Any] = {"text": "please contact", "limit": 20}
        return _call("search", given)
    first = told[0]["found"][0]
    quotes = [quote["id"] for quote in told[0]["untrusted_customer_text"]][:3]
    made = {"text": first["sentence"], "part": "verdict", "facts": first["facts"][:3], "quotes": quotes}
    return _call("AnswerText", {"sentences": [made]})


def _call(name: str, arguments: dict[str, Any]) -> Answer:
    call = {"id": name, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
    return completion(None, finish="tool_calls", tool_calls=[call])


def test_the_model_words_the_answer(server: ScriptedServer, ask: Ask) -> None:
    ours = ask(WHY, "extractive")
    assert server.requests == []
    server.script(worded)
    found = ask(WHY)
    assert (found["grounded"], found["writer"], found["note"]) == ("full", "tiny", "")
    own = [claim for claim in found["claims"] if claim["part"] != "quote"]
    assert len(own) == 2 < len([claim for claim in ours["claims"] if claim["part"] != "quote"])
    assert found["verdict"] == ours["verdict"] and own[0]["text"] == ours["claims"][0]["text"]
    assert len(found["calls"]) == len(server.posts) == 1
    assert ask(WHY)["claims"] == found["claims"]
    assert len(server.posts) == 1  # the same pack is not sent twice


def test_quotes_are_the_customers_own(server: ScriptedServer, ask: Ask) -> None:
    server.script(worded)
    found = ask("Show me 5 quotes about delivery")
    evidence = {one["evidence_id"]: one["text"] for one in found["evidence"]}
    shown = [claim for claim in found["claims"] if claim["part"] == "quote"]
    assert found["writer"] == "tiny" and shown
    assert all(claim["text"][1:-1] in evidence[claim["cites"][0]] for claim in shown)


FAILING: dict[str, tuple[tuple[Step, ...], str]] = {
    "500": ((error(500, "boom"),), "failed (status 500"),
    "the key": ((error(401, "bad key sk-secret"),), "does not accept the key"),
    "HTML": ((Answer(raw=b"<html>", content_type="text/html"),), "not like an OpenAI-compatible endpoint"),
    "twice broken": (("{", "{"), "did not have the asked shape"),
    "a lie": (
        ('{"sentences": [{"text": "NPS soared by 99 points.", "part": "verdict", "facts": ["f1"]}]}',) * 2,
        "were not borne out",
    ),
}


@pytest.mark.parametrize(("steps", "says"), FAILING.values(), ids=FAILING)
def test_where_the_endpoint_fails_ours_stands_with_a_note(
    server: ScriptedServer, ask: Ask, steps: tuple[Step, ...], says: str
) -> None:
    server.script(*steps)
    found = ask(WHY)
    assert found["grounded"] == found["writer"] == "extractive"
    assert "99 points" not in str(found["claims"]) and len(found["claims"]) > 2
    assert found["note"].startswith("Written without the model: ") and says in found["note"]


def test_the_note_stands_on_the_terminal_and_the_key_does_not(
    server: ScriptedServer, home: Path, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = ask(WHY, "extractive")
    server.script(error(401, "bad key sk-secret"))
    assert ask(WHY)["claims"] == ours["claims"]
    server.script(error(401, "bad key sk-secret"))
    assert run(["ask", WHY, "--writer", "llm", "--workspace", str(home), "--now", NOW]) == 0
    shown = capsys.readouterr()
    assert "Written without the model" in shown.out and "sk-secret" not in shown.out + shown.err
    assert ours["claims"][0]["text"][:30] in " ".join(shown.out.split())


def test_a_server_that_only_streams_words_it_too(server: ScriptedServer, ask: Ask) -> None:
    def streamed(request: Request) -> Answer:
        text = worded(request)
        return stream({"role": "assistant"}, *({"content": text[at : at + 40]} for at in range(0, len(text), 40)))

    server.script(streamed)
    found = ask(WHY)
    assert (found["grounded"], found["writer"]) == ("full", "tiny")
    assert not server.posts[0].body.get("stream")


def test_a_question_without_a_plan_is_looked_up_or_declined_as_before(server: ScriptedServer, ask: Ask) -> None:
    plain = ask(UNPLANNABLE, "extractive")
    server.script(error(503, "busy"))
    found = ask(UNPLANNABLE)
    assert (found["kind"], found["message"], found["readings"]) == ("declined", plain["message"], plain["readings"])
    assert found["note"].startswith("Not looked up by the model: ") and "status 503" in found["note"]
    server.script(looking, looking)
    found = ask(UNPLANNABLE)
    assert (found["kind"], found["writer"], found["grounded"]) == ("answer", "tiny", "full")
    assert found["understood"].startswith("Looked up by tiny: ")


def test_without_an_endpoint_it_says_what_to_set(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", WHY, "--writer", "llm", "--workspace", str(home)]) != 0
    assert "UNDERTONE_LLM__BASE_URL" in capsys.readouterr().err


_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.[a-z]{2,}|\b(?:\d{4} ){3}\d{4}\b|\b020 \d{4} \d{4}\b|\bu_\d+\b", re.IGNORECASE
)


def test_nothing_that_leaves_names_a_person(
    server: ScriptedServer, sample_workspace: Path, home: Path, ask: Ask
) -> None:
    """The sample's comments hold addresses and card numbers; requests and the log of them hold none, nor an id."""
    raw, ids = set(), set()
    for name in ("nps", "csat", "ces"):
        with (sample_workspace / "sample" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                raw.update(_PERSONAL.findall(row["text"]))
                ids.update({row["id"], row["user_id"]})
    assert raw
    questions = ('Show me 20 quotes about "please contact"', "Show me 20 quotes about mobile number in September", WHY)
    server.script(*[worded] * len(questions), looking, looking)
    for question in (*questions, UNPLANNABLE):
        ask(question)
    sent = json.dumps([request.body for request in server.posts], ensure_ascii=False)
    assert len(server.posts) == len(questions) + 2
    assert "[email-1]" in sent and "[phone-1]" in sent  # the comments were reached, and so would their words have been
    assert not _PERSONAL.search(sent)
    assert [one for one in (*raw, *ids) if one and one in sent] == []
    kept = "".join(path.read_text(encoding="utf-8") for path in (home / "llm" / "sent").glob("*.json"))
    assert [one for one in raw if one in kept] == [] and kept


@pytest.mark.parametrize("question", [WHY, UNPLANNABLE], ids=["reworded", "looked up"])
def test_no_trace_goes_elsewhere(server: ScriptedServer, home: Path, question: str) -> None:
    """A process of its own, since LangSmith reads its variables once; it stays long enough for an upload."""
    server.script(*([worded] if question == WHY else [looking, looking]))
    code = (
        "import sys, time, os\nfrom analyst.cli.app import run\n"
        f"asked = ['ask', {question!r}, '--writer', 'llm', '--json', '--now', '{NOW}', '--workspace', sys.argv[1]]\n"
        "code = run(asked)\n"
        "sys.stdout.flush(); time.sleep(1.0); os._exit(code)"
    )
    with ScriptedServer() as collector:
        environment = os.environ | {
            "LANGSMITH_TRACING": "true",
            "LANGCHAIN_TRACING_V2": "true",
            "LANGSMITH_ENDPOINT": collector.url,
            "LANGCHAIN_ENDPOINT": collector.url,
            "LANGSMITH_API_KEY": "lsv2_test",
            "LANGSMITH_TRACING_SAMPLING_RATE": "1",
            "OPENAI_BASE_URL": collector.url,
            "HTTP_PROXY": collector.url,
            "NO_PROXY": "",
        }
        done = subprocess.run(
            [sys.executable, "-c", code, str(home)], env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["writer"] == "tiny"
        assert collector.requests == []
    assert server.posts
