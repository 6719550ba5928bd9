"""What leaves, where to, and the log of it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import BaseModel

from analyst.llm import LlmClient, LlmFailed, LlmReply, Outbox, erase_evidence
from analyst.llm.files import append_private
from prompts import Message
from tests.llm.server import ScriptedServer, completion, error

Build = Callable[..., LlmClient]
WORDS = "It froze twice, ça suffit\u2028really."


class One(BaseModel):
    n: int


def ask(client: LlmClient, words: str = WORDS, evidence: tuple[str, ...] = ("r17",)) -> LlmReply[One] | LlmFailed:
    messages = [Message("system", "Count."), Message("user", words)]
    return client.structured(messages, One, task="counting", prompt_hash="beef", evidence=evidence)


def test_the_environment_neither_steers_nor_adds(
    server: ScriptedServer, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer() as foreign:
        for name, value in {
            "OPENAI_API_KEY": "sk-foreign",
            "OPENAI_BASE_URL": foreign.url,
            "OPENAI_API_BASE": foreign.url,
            "OPENAI_PROXY": "gopher://foreign",
            "OPENAI_ORG_ID": "org-foreign",
            "OPENAI_PROJECT_ID": "proj-foreign",
            "OPENAI_CUSTOM_HEADERS": "x-foreign: 1\nAuthorization: Bearer foreign",
            "LANGSMITH_GATEWAY": foreign.url,
            "LANGSMITH_GATEWAY_API_KEY": "lsv2-foreign",
            "LANGSMITH_TRACING": "true",
            "LANGCHAIN_TRACING_V2": "true",
            "LANGSMITH_ENDPOINT": foreign.url,
            "LANGSMITH_API_KEY": "lsv2-foreign",
            "HTTP_PROXY": foreign.url,
        }.items():
            monkeypatch.setenv(name, value)
        server.script('{"n": 1}')
        assert isinstance(ask(build(api_key=None)), LlmReply)
        assert foreign.requests == []
    sent = server.posts[0]
    assert "foreign" not in json.dumps(sent.headers)
    assert sent.headers["authorization"] == "Bearer no-key"


_TRACED = """
import os, sys, time
from pathlib import Path
from pydantic import BaseModel
from analyst.core.settings import LlmSettings
from analyst.llm import LlmClient
from prompts import Message
class One(BaseModel):
    n: int
url, workspace, tracing = sys.argv[1:]
settings = LlmSettings(base_url=url, model="tiny", retries=0, tracing=tracing == "on")
client = LlmClient(settings, Path(workspace))
print(client.structured([Message("user", "hello")], One, task="t", prompt_hash="h"))
sys.stdout.flush()
time.sleep(1.0)  # the tracer uploads from a thread of its own
os._exit(0)  # and would try again and again at exit, since nobody there answers it
"""


@pytest.mark.parametrize("tracing", ["off", "on"])
def test_tracing_needs_our_own_setting(server: ScriptedServer, tmp_path: Path, tracing: str) -> None:
    # A process of its own: LangSmith reads its variables once. `on` proves that `off` would be seen if it leaked.
    server.script('{"n": 1}')
    with ScriptedServer() as collector:
        environment = os.environ | {
            "LANGSMITH_TRACING": "true",
            "LANGCHAIN_TRACING_V2": "true",
            "LANGSMITH_ENDPOINT": collector.url,
            "LANGSMITH_API_KEY": "lsv2_test",
            "LANGSMITH_TRACING_SAMPLING_RATE": "1",
            "NO_PROXY": "127.0.0.1",
        }
        done = subprocess.run(
            [sys.executable, "-c", _TRACED, server.url, str(tmp_path), tracing],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "LlmReply" in done.stdout, done.stderr
        assert bool(collector.requests) == (tracing == "on")


def test_importing_the_room_loads_no_client() -> None:
    code = (
        "import sys, analyst.llm, prompts; from analyst.core.settings import Settings; "
        "from analyst.core.errors import UndertoneError\n"
        "try: analyst.llm.require_llm(Settings())\n"
        "except UndertoneError: pass\n"
        "prompts.load_prompt('digest_summary').render(period='w', facts=[], quotes=[])\n"
        "print(sorted({'openai', 'langchain', 'langchain_core', 'langchain_openai', 'langsmith', 'httpx', 'httpx2'}"
        " & set(sys.modules)))"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UNDERTONE_")}
    done = subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_every_request_is_on_record_with_its_words(server: ScriptedServer, build: Build, tmp_path: Path) -> None:
    server.script(error(400, "no response_format"), "nonsense", completion('{"n": 1}', usage=None))
    answer = ask(build())
    assert isinstance(answer, LlmReply)
    outbox = Outbox(tmp_path)
    calls = outbox.calls()
    assert [call.call_id for call in calls] == list(answer.calls)
    assert [call.outcome for call in calls] == ["rejected", "answered", "answered"]
    assert [call.rung for call in calls] == ["json_schema", "json_object", "json_object"]
    last = calls[-1]
    assert (last.host, last.model, last.task, last.prompt_hash) == (server.host, "tiny", "counting", "beef")
    assert last.evidence == ("r17",)
    assert last.estimated
    assert last.at.isoformat() == "2026-11-16T08:00:00+00:00"
    for call, post in zip(calls, server.posts, strict=True):
        kept = outbox.messages(call.call_id)
        assert kept is not None
        assert [{"role": m.role, "content": m.content} for m in kept] == post.body["messages"]
        assert call.messages == tuple((m.role, len(m.content.encode())) for m in kept)
    whole = "".join(path.read_text() for path in tmp_path.rglob("*.json*"))
    assert "sk-secret" not in whole
    assert WORDS not in outbox.lines.read_text()


def test_it_is_on_record_before_it_leaves(server: ScriptedServer, build: Build, tmp_path: Path) -> None:
    seen: list[int] = []

    def look(request: object) -> str:
        seen.append(len(Outbox(tmp_path).calls()))
        return '{"n": 1}'

    server.script(look)
    ask(build())
    assert seen == [1]


def test_what_cannot_be_logged_is_not_sent(server: ScriptedServer, build: Build, tmp_path: Path) -> None:
    (tmp_path / "llm").write_text("a file where the folder should be")
    answer = ask(build())
    assert isinstance(answer, LlmFailed)
    assert answer.reason == "unlogged"
    assert server.requests == []


@pytest.mark.skipif(os.name != "posix", reason="modes are a POSIX matter")
def test_files_with_words_are_for_their_owner(server: ScriptedServer, build: Build, tmp_path: Path) -> None:
    server.script('{"n": 1}')
    ask(build())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 3  # the log, the messages, the kept answer
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_torn_line_spoils_no_other(tmp_path: Path, server: ScriptedServer, build: Build) -> None:
    lines = tmp_path / "llm" / "outbox.jsonl"
    server.script('{"n": 1}', '{"n": 2}')
    ask(build(), "one")
    with lines.open("a") as handle:
        handle.write('{"event":"sent","call_id":"torn')
    ask(build(), "two", ("an id with a\u2028line separator",))
    assert [call.outcome for call in Outbox(tmp_path).calls()] == ["answered", "answered"]


def test_appending_to_a_new_file_adds_no_empty_line(tmp_path: Path) -> None:
    append_private(tmp_path / "a" / "log.jsonl", {"n": 1})
    append_private(tmp_path / "a" / "log.jsonl", {"n": 2})
    assert (tmp_path / "a" / "log.jsonl").read_text() == '{"n":1}\n{"n":2}\n'


def test_erasing_takes_the_words_and_leaves_the_line(server: ScriptedServer, build: Build, tmp_path: Path) -> None:
    server.script('{"n": 1}', '{"n": 2}', '{"n": 3}')
    mine = ask(build(), "mine", ("r1", "r2"))
    other = ask(build(), "other", ("r3",))
    assert isinstance(mine, LlmReply)
    assert isinstance(other, LlmReply)
    assert erase_evidence(tmp_path, {"r2", "r9"}) == 2  # the messages and the kept answer
    outbox = Outbox(tmp_path)
    assert outbox.messages(mine.calls[0]) is None
    assert outbox.messages(other.calls[0]) is not None
    assert len(outbox.calls()) == 2
    assert erase_evidence(tmp_path, {"r2"}) == 0
    again = ask(build(), "mine", ("r1", "r2"))
    assert isinstance(again, LlmReply)
    assert not again.cached


def test_a_call_id_is_no_path(tmp_path: Path) -> None:
    (tmp_path / "llm").mkdir()
    (tmp_path / "llm" / "x.json").write_text('{"messages": []}')
    assert Outbox(tmp_path).messages("../x") is None
    assert Outbox(tmp_path).calls() == []
    assert erase_evidence(tmp_path, {"r1"}) == 0
