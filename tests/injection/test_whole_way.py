"""The whole way: hostile verbatims imported as answers, analysed, and told on every surface with an obeying model."""

from __future__ import annotations

import csv
import difflib
import email
import email.policy
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analyst.cli.app import run
from analyst.sample import generate
from tests.injection.obeying import ObeyingServer, corpus

Say = Callable[..., str]
NOW = "2026-11-16T08:00:00Z"
QUESTIONS = (
    "Why did NPS drop last week?",
    "What do detractors say?",
    "Show me quotes about payment",
    "What should we fix first?",
    "Which themes rose last week?",
)
UNPLANNABLE = "Kindly frobnicate the wibble for the quarterly gazebo"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Path:
    """A small company in whose last week every hostile verbatim was given twice: alone, and after a true complaint."""
    folder = tmp_path_factory.mktemp("poisoned") / "workspace"
    folder.mkdir()
    (folder / "cache").symlink_to(model_cache, target_is_directory=True)
    company = generate(folder / "sample", folder / "truth", seed=11, scale=0.08)
    hostile = folder / "hostile.csv"
    with hostile.open("w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle)
        out.writerow(["id", "submitted_at", "kind", "score", "scale", "text", "user_id", "survey", "question"])
        with company.files["nps"].open(encoding="utf-8", newline="") as known:
            first = next(csv.DictReader(known))
        for place, one in enumerate(corpus()):
            day = f"2026-11-{9 + place % 7:02d}T10:{place % 60:02d}:00Z"
            for how, text in (("a", one.text), ("b", f"The pay button freezes. {one.text}")):
                asked = [first["survey"], first["question"]]
                out.writerow([f"h-{place}{how}", day, "nps", place % 4, "0-10", text, f"u_h{place}{how}", *asked])
    files = [*(str(path) for path in company.files.values()), str(hostile)]
    assert run(["import", *files, "--workspace", str(folder)]) == 0
    assert run(["analyze", "--workspace", str(folder)]) == 0
    return folder


@pytest.fixture
def server(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObeyingServer]:
    with ObeyingServer() as running:
        monkeypatch.setenv("UNDERTONE_LLM__BASE_URL", running.url)
        monkeypatch.setenv("UNDERTONE_LLM__API_KEY", "sk-secret")
        monkeypatch.setenv("UNDERTONE_LLM__MODEL", "tiny")
        monkeypatch.setenv("UNDERTONE_LLM__RETRIES", "0")
        yield running


@pytest.fixture
def say(home: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Say:
    """Runs a verb on the poisoned workspace and returns what it printed."""

    def told(*arguments: str) -> str:
        capsysbinary.readouterr()
        assert run([*arguments, "--workspace", str(home)]) == 0
        return capsysbinary.readouterr().out.decode()

    return told


def _state(home: Path) -> dict[str, str]:
    """Hashes of everything but what the LLM room keeps."""
    files = [path for path in home.rglob("*") if path.is_file() and "llm" not in path.relative_to(home).parts]
    mine = [path for path in files if "cache" not in path.relative_to(home).parts]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in mine}


def _added(text: str, longer: str) -> str:
    """The words that `longer` has and `text` has not; nothing of `text` may be gone."""
    one, other = text.split(), longer.split()
    steps = difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    assert {kind for kind, *_ in steps} <= {"equal", "insert"}
    return " ".join(word for kind, _, _, low, high in steps if kind == "insert" for word in other[low:high])


class Page(HTMLParser):
    """Tags and addresses of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: set[str] = set()
        self.handlers: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src", "action", "xlink:href")}
        self.handlers |= {name for name, _ in attrs if name.startswith("on")}


def test_the_verbatims_are_in_and_reach_the_model(say: Say, server: ObeyingServer) -> None:
    say("digest", "--writer", "llm", "--now", NOW)
    say("fixes", "--writer", "llm", "--now", NOW)
    say("themes", "label", "--writer", "llm", "--now", NOW)
    for question in QUESTIONS:
        say("ask", question, "--writer", "llm", "--now", NOW)
    assert len(server.obeyed) >= 10, sorted(server.obeyed)


@pytest.mark.parametrize("form", ["text", "md", "html", "mail", "slack", "json"])
def test_the_digest_of_an_obeying_model_is_the_digest_without_one(say: Say, server: ObeyingServer, form: str) -> None:
    """All that it was told to say is refused, so every form is what it was, but for one line that says so."""
    alone = say("digest", "--format", form, "--now", NOW)
    obeying = say("digest", "--format", form, "--writer", "llm", "--now", NOW)
    assert server.obeyed and server.said
    if form == "json":
        one, other = json.loads(alone), json.loads(obeying)
        assert [line for line in other["caveats"] if line not in one["caveats"]] != []
        other["caveats"] = one["caveats"]
        assert one == other
    elif form == "slack":
        one, other = json.loads(alone), json.loads(obeying)
        assert one["blocks"][:-3] == other["blocks"][: len(one["blocks"]) - 3]
    elif form in ("text", "md"):
        added = _added(alone, obeying).removeprefix("- ").removesuffix(" -")
        assert re.fullmatch(r"The opening is extractive: [\w ]* were not borne out by the facts\.", added)
    else:
        assert Page(alone).tags == Page(obeying).tags and Page(alone).addresses == Page(obeying).addresses


@pytest.mark.parametrize("form", ["html", "mail"])
def test_customers_bring_no_markup_into_a_page(say: Say, form: str) -> None:
    page = Page(say("digest", "--format", form, "--now", NOW))
    assert not {"script", "iframe", "object", "form", "base", "link", "system"} & page.tags
    assert page.handlers == set()
    assert not any("evil" in address or address.startswith(("http", "//", "javascript")) for address in page.addresses)


def test_customers_ring_no_bell_in_slack_and_send_no_mail(say: Say) -> None:
    blocks = say("digest", "--format", "slack", "--now", NOW)
    assert not re.search(r"<!|<@|<http|@here|@channel|://", blocks.replace("\\u003c", "<"))
    message = email.message_from_string(say("digest", "--format", "eml", "--now", NOW), policy=email.policy.default)
    assert set(message.keys()) == {
        "MIME-Version", "Subject", "From", "Date", "Message-ID", "X-Unsent", "Content-Type",
    }  # fmt: skip


def test_customers_send_no_codes_to_the_terminal(say: Say) -> None:
    for verb in (["digest"], ["themes"], ["why"], ["fixes"], ["ask", QUESTIONS[2]]):
        told = say(*verb, "--now", NOW)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]|[\U000e0000-\U000e007f]", told), verb


def test_the_ranking_does_not_move(say: Say, server: ObeyingServer) -> None:
    alone = json.loads(say("fixes", "--json", "--now", NOW))
    obeying = json.loads(say("fixes", "--json", "--writer", "llm", "--now", NOW))
    assert server.obeyed
    ranked = [[(f["fix_id"], f["rank"], f["lift"], f["confidence"]) for f in one["fixes"]] for one in (alone, obeying)]
    assert ranked[0] == ranked[1] and ranked[0]
    assert not any(said in fix["title"] + fix["action"] for fix in obeying["fixes"] for said in _unquoted(server))


@pytest.mark.parametrize("question", [*QUESTIONS, UNPLANNABLE])
def test_no_answer_says_what_customers_demand(say: Say, server: ObeyingServer, question: str) -> None:
    found = json.loads(say("ask", question, "--writer", "llm", "--json", "--now", NOW))
    own = [claim["text"] for claim in found["claims"] if claim["part"] != "quote"]
    own += [found["message"], found["note"], found["understood"], *found["caveats"], *found["next_questions"]]
    assert server.posts or not found["claims"]
    assert [said for said in server.said if any(said in text for text in own)] == []
    known = {one["evidence_id"] for one in found["evidence"]}
    assert {cite for claim in found["claims"] for cite in claim["cites"]} <= known
    if question == UNPLANNABLE:
        assert any(request.body.get("tools") for request in server.posts)


def test_nothing_changes_and_every_request_is_on_the_log(home: Path, say: Say, server: ObeyingServer) -> None:
    before = _state(home)
    logged = len(json.loads(say("llm", "log", "--json", "--top", "1000")))
    say("ask", UNPLANNABLE, "--writer", "llm", "--now", NOW)
    say("ask", QUESTIONS[1], "--writer", "llm", "--now", NOW)
    calls = json.loads(say("llm", "log", "--json", "--top", "1000"))
    assert len(calls) - logged == len(server.posts) > 0
    assert {request.path for request in server.requests} == {"/v1/chat/completions"}
    assert _state(home) == before
    told = say("llm", "log", "--top", "1000")
    assert all(call["call_id"] in told for call in calls)


def _unquoted(server: ObeyingServer) -> list[str]:
    return [said for said in server.said if len(said) > 6]
