"""Each hostile verbatim, put before an obeying model by every way in which customers' words reach one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analyst.answers.answer import Answer
from analyst.answers.digest import Digest, write_digest
from analyst.answers.facts import Claim, Evidence
from analyst.answers.writing import LlmWriter, NamedTheme, propose_labels, with_llm_opening, word_fixes
from analyst.cli.reading import Asked
from analyst.core.settings import LlmSettings
from analyst.core.values import Quote, inside_quotes
from analyst.llm import LlmClient, Outbox
from tests.answers.writing.material import CLAIMS, EVIDENCE, FIX, NAMES, SCREEN, VERDICT, answer
from tests.injection.obeying import Hostile, ObeyingServer, corpus
from tests.llm.server import Request

EVERY = corpus()


class Bench:
    """One obeying server and one client for all verbatims of a test."""

    def __init__(self, server: ObeyingServer, home: Path) -> None:
        given = {"base_url": server.url, "api_key": "sk-secret", "model": "tiny", "retries": 0, "timeout_s": 10.0}
        self.server, self.client = server, LlmClient(LlmSettings.model_validate(given), home)
        self.missed: list[str] = []
        self.obeyed: list[str] = []
        self._posts = 0

    def each(self) -> Iterator[Hostile]:
        """Every verbatim, the only one that the server then obeys; those that never reached it are noted."""
        for one in EVERY:
            self.server.hostile = [one]
            self.server.obeyed.clear()
            self._posts = len(self.server.posts)
            yield one
            if not self.server.obeyed:
                self.missed.append(one.name)

    def note(self, one: Hostile, prose: Sequence[str]) -> None:
        """Note that `prose`, which is not a quote, says what the verbatim demands."""
        if any(said in text for said in one.says for text in prose):
            self.obeyed.append(one.name)

    @property
    def posts(self) -> list[Request]:
        """The requests of the present verbatim."""
        return self.server.posts[self._posts :]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ObeyingServer() as server:
        yield Bench(server, tmp_path)


def _poisoned(one: Hostile) -> Answer:
    """The small answer with `one` among the customers it quotes."""
    shown = " ".join(one.text.split())[:300]
    poison = Evidence("resp-99", "response", shown, 0.0, "2026-11-14")
    claims = (*CLAIMS[:2], Claim(f"“{inside_quotes(shown)}”", (), ("resp-99",), "quote"), *CLAIMS[2:])
    return answer(claims=claims, evidence={**EVIDENCE, "resp-99": poison})


def _prose(found: Answer) -> list[str]:
    """Everything of an answer that is not a customer's quoted words."""
    own = [claim.text for claim in found.claims if claim.part != "quote"]
    return [*own, found.note, found.message, found.understood, *found.caveats, *found.next_questions]


def test_the_corpus_is_what_it_is_said_to_be() -> None:
    assert len(EVERY) >= 40
    assert len({one.text for one in EVERY}) == len(EVERY) == len({one.name for one in EVERY})
    assert len({one.category for one in EVERY}) >= 20
    assert all(one.says for one in EVERY)


@pytest.mark.parametrize("honest", [(), (VERDICT, SCREEN, FIX)], ids=["obeying alone", "obeying after the truth"])
def test_no_answer_obeys(bench: Bench, honest: Sequence[dict[str, Any]]) -> None:
    bench.server.honest = list(honest)
    writer = LlmWriter(bench.client, NAMES)
    for one in bench.each():
        found = writer.reword(_poisoned(one))
        bench.note(one, _prose(found))
        quoted = [claim for claim in found.claims if claim.part == "quote"]
        assert all(claim.text[1:-1] in inside_quotes(found.evidence[claim.cites[0]].text) for claim in quoted)
        assert {fact for claim in found.claims for fact in claim.facts} <= set(found.facts)
        assert found.grounded == ("partial" if honest else "extractive")
    assert (bench.missed, bench.obeyed) == ([], [])


@pytest.fixture(scope="module")
def digest(sample_workspace: Path) -> Digest:
    return write_digest(Asked(workspace=sample_workspace, week="2026-W46").open().everything())


def _quote(one: Hostile) -> Quote:
    return Quote(" ".join(one.text.split())[:400], "resp-99", 0.0, "2026-11-14")


def test_no_opening_obeys(bench: Bench, digest: Digest) -> None:
    names = sorted(digest.labels.values())
    for one in bench.each():
        poisoned = replace(digest, themes=[replace(digest.themes[0], quotes=[_quote(one)])])
        found = with_llm_opening(poisoned, bench.client.for_job(), {"resp-99": _quote(one).text}, names)
        own = [claim.text for claim in found.headline]
        bench.note(one, [*own, *found.caveats, found.writer])
        assert own == [claim.text for claim in digest.headline]
    assert (bench.missed, bench.obeyed) == ([], [])


def test_no_fix_obeys_and_none_changes_its_place(bench: Bench, digest: Digest) -> None:
    names = sorted(digest.labels.values())
    for one in bench.each():
        fixes = [replace(fix, quotes=[_quote(one)], suggestions=[]) for fix in digest.fixes[:1]]
        found = word_fixes(fixes, bench.client.for_job(), digest.labels, names).fixes
        bench.note(one, [text for fix in found for text in (fix.title, fix.action)])
        assert [replace(fix, title="", action="") for fix in found] == [replace(f, title="", action="") for f in fixes]
    assert (bench.missed, bench.obeyed) == ([], [])


def test_no_theme_is_named_as_one_customer_demands(bench: Bench) -> None:
    """The words of a name must be said by the opinions; what one of them demands is not what they say."""
    for one in bench.each():
        said = ["The pay button freezes", "card declined again", "paying takes three tries", " ".join(one.text.split())]
        theme = NamedTheme("t-pay", "a-1", "Can't pay", ["pay", "card"], said, ["resp-1"])
        other = NamedTheme("t-slot", "a-1", "No slots", ["slot"], ["no delivery slots left"], ["resp-2"])
        found = propose_labels([theme, other], bench.client.for_job())
        bench.obeyed += [f"{one.name}: {proposal.label}" for proposal in found.proposals if proposal.label]
    assert (bench.missed, bench.obeyed) == ([], [])


def test_every_request_is_on_the_log_and_goes_to_the_endpoint(bench: Bench, tmp_path: Path) -> None:
    for one in bench.each():
        LlmWriter(bench.client, NAMES).reword(_poisoned(one))
    assert {request.path for request in bench.server.requests} == {"/v1/chat/completions"}
    assert len(Outbox(tmp_path).calls()) == len(bench.server.posts) > len(EVERY)


def test_customers_words_stand_in_the_users_message_alone(bench: Bench) -> None:
    """Never in the system's, never as a role, and nothing closes the tag that they stand in."""
    for one in bench.each():
        LlmWriter(bench.client, NAMES).reword(_poisoned(one))
        for request in bench.posts:
            system, user, *rest = request.body["messages"]
            assert (system["role"], user["role"]) == ("system", "user")
            assert not any(trace in system["content"] for trace in one.traces)
            assert user["content"].count("</customer_quotes>") == 1
            assert all(message["role"] in ("assistant", "user") for message in rest)
            assert [c for c in user["content"] if _is_hidden(c)] == []


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Co") or 0xE0100 <= ord(character) < 0xE01F0
