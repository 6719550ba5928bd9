"""A model may word an answer; whatever it or its endpoint does, an answer comes, and nothing ungrounded is in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from analyst.answers.answer import Answer
from analyst.answers.facts import EVERYONE, Claim, Fact, Number, Pack
from analyst.answers.grounding import check
from analyst.answers.writing import LlmWriter
from analyst.answers.writing.material import MOST_QUOTES, ROOM, material
from analyst.llm import Budget, LlmClient, Outbox
from analyst.llm.wire import estimated_tokens
from tests.answers.writing.material import (
    CLAIMS,
    EVIDENCE,
    FACTS,
    FIX,
    FROZE,
    LATE,
    NAMES,
    SCREEN,
    VERDICT,
    answer,
    reply,
    sentence,
)
from tests.llm.server import Answer as Reply
from tests.llm.server import ScriptedServer, Step, completion, error

Build = Callable[..., LlmClient]
GOOD = reply(VERDICT, SCREEN, FIX)
HTML = Reply(raw=b"<!doctype html><title>Sign in</title>", content_type="text/html")


def reworded(build: Build, given: Answer | None = None, **settings: object) -> Answer:
    found = LlmWriter(build(**settings), NAMES).reword(given or answer())
    pack = Pack(FACTS, EVIDENCE, NAMES)
    assert found.claims
    assert not [fault for claim in found.claims for fault in check(claim, pack)]
    assert found.caveats == ("A caveat stays.",)
    return found


def texts(found: Answer) -> list[str]:
    return [claim.text for claim in found.claims]


def test_the_model_words_and_code_fills_in_the_quotes(server: ScriptedServer, build: Build) -> None:
    server.script(GOOD)
    found = reworded(build)
    assert (found.grounded, found.writer, found.dropped, found.note) == ("full", "tiny", (), "")
    assert texts(found) == [VERDICT["text"], SCREEN["text"], f"“{FROZE}”", FIX["text"]]
    assert found.claims[2] == CLAIMS[2]  # the quote as it was checked before
    assert found.claims[1].cites == ("resp-aa01",)  # the real id, which the model never saw
    assert found.prompt.startswith("answer/v2 sha256:")
    assert found.tokens == (120, 30)
    assert len(found.calls) == 1
    sent = json.dumps(server.posts[0].body)
    assert "resp-aa01" not in sent
    assert FROZE in server.posts[0].body["messages"][1]["content"]
    assert FROZE not in server.posts[0].body["messages"][0]["content"]


def test_one_pack_one_request(server: ScriptedServer, build: Build) -> None:
    server.script(GOOD)
    first, again = reworded(build), reworded(build)
    assert again.claims == first.claims
    assert again.calls == ()
    assert len(server.posts) == 1


@pytest.mark.parametrize(
    "step",
    [
        f"```json\n{GOOD}\n```",
        f"<think>the verdict first</think>\n{GOOD}",
        f"Here it is: {GOOD}",
        completion(GOOD, usage=None),
        completion([{"type": "text", "text": GOOD}]),
    ],
)
def test_wrappings_come_off(server: ScriptedServer, build: Build, step: Step) -> None:
    server.script(step)
    assert reworded(build).grounded == "full"


@pytest.mark.parametrize(
    "steps",
    [
        ('{"sentences": [', GOOD),
        (error(400, "response_format is not supported"), error(400, "nor is this"), GOOD),
        (completion("", finish="stop"), GOOD),
        (completion('{"sentences": [{"text": "NPS', finish="length"), GOOD),
        (reply(sentence("NPS fell by 77.7 points.", "verdict", "f1"), SCREEN, FIX), GOOD),
    ],
)
def test_what_can_be_mended_is_mended(server: ScriptedServer, build: Build, steps: tuple[Step, ...]) -> None:
    server.script(*steps)
    found = reworded(build)
    assert found.grounded == "full"
    assert len(server.posts) == len(steps) == len(found.calls)


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        (("{", "{"), "did not have the asked shape"),
        ((completion(None, refusal="I cannot"),), "declined to answer"),
        ((completion("", finish="content_filter"),), "declined to answer"),
        ((completion("{", finish="length"),) * 2, "did not fit"),
        ((completion(""),) * 2, "no text"),
        ((Reply({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}),), "no choices"),
        ((Reply({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": None}),), "no choices"),
        ((HTML,), "not like an OpenAI-compatible endpoint"),
        ((Reply(raw=b'data: {"half": ', content_type="text/event-stream"),), "not like an OpenAI"),
        ((Reply(raw=b'{"id": "c", "choi', status=200),), "not like an OpenAI-compatible endpoint"),
        ((error(500, "boom"),), "failed (status 500"),
        ((error(429, "slow down"),), "takes no more requests"),
        ((error(401, "bad key sk-secret"),), "does not accept the key"),
        ((Reply(status=302, raw=b"", headers={"location": "http://127.0.0.1:9/v1"}),), "redirects elsewhere"),
        ((error(400, "no"),) * 3, "does not accept the request"),
    ],
)
def test_where_the_model_fails_the_answer_stands_and_says_why(
    server: ScriptedServer, build: Build, steps: tuple[Step, ...], says: str
) -> None:
    server.script(*steps)
    found = reworded(build)
    assert found.claims == CLAIMS
    assert (found.grounded, found.writer) == ("extractive", "extractive")
    assert found.note.startswith("Written without the model: ")
    assert says in found.note
    assert len(found.calls) == len(server.posts) == len(steps)


def test_retry_after_is_waited_for(server: ScriptedServer, build: Build) -> None:
    server.script(error(429, "slow down", retry_after="0.3"), GOOD)
    started = monotonic()
    assert reworded(build, retries=1).grounded == "full"
    assert monotonic() - started >= 0.3


@pytest.mark.parametrize("slow", [Reply(sleep_s=4.0), Reply({"filler": "x" * 300}, trickle_s=0.02)])
def test_a_slow_endpoint_does_not_hold_the_answer_up(server: ScriptedServer, build: Build, slow: Step) -> None:
    server.script(slow)
    started = monotonic()
    found = reworded(build, timeout_s=0.3)
    assert found.claims == CLAIMS
    assert "did not answer in time" in found.note
    assert monotonic() - started < 3.0


def test_nobody_listens_and_no_budget_is_left(build: Build) -> None:
    assert "cannot be reached" in reworded(build, base_url="http://127.0.0.1:9/v1").note
    assert "budget" in reworded(build, budget=Budget(max_tokens=100)).note


LIES = {
    "an unknown fact": sentence("NPS fell by 13.3 points.", "verdict", "f99"),
    "an invented number": sentence("NPS fell by 14.1 points in 2026-W46.", "verdict", "f1"),
    "the wrong unit": sentence("NPS fell by 13.3% in 2026-W46.", "verdict", "f1"),
    "an unknown quote": sentence("On Payment, 35.1% of the visits met freezes.", "screen", "f2", quotes=("r9",)),
    "a typed quote": sentence("On Payment, people say “it is all perfectly fine”.", "screen", "f2", quotes=("r1",)),
    "the right number elsewhere": sentence("On iOS, the expected lift is 4.3 points.", "fix", "f3"),
    "a theme that it rests on nowhere": sentence("“Late deliveries” are in 35.1% of the visits.", "what", "f2"),
    "the other way round": sentence("NPS rose by 13.3 points in 2026-W46.", "verdict", "f1"),
    "a cause": sentence("NPS fell by 13.3 points in 2026-W46 because of freezes.", "verdict", "f1", "f2"),
    "a link": sentence("NPS fell by 13.3 points, see https://evil.example/x.", "verdict", "f1"),
    "a picture": sentence("NPS fell by 13.3 points ![x](https://evil.example/x.png).", "verdict", "f1"),
    "markup": sentence("NPS fell by <b>13.3 points</b> in 2026-W46.", "verdict", "f1"),
    "an absence": sentence("Nobody met freezes on Payment in 2026-W46.", "screen", "f2"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_told_once_dropped_and_listed(server: ScriptedServer, build: Build, lie: dict[str, object]) -> None:
    server.script(reply(VERDICT, lie, SCREEN, FIX), reply(VERDICT, lie, SCREEN, FIX))
    found = reworded(build)
    assert lie["text"] not in texts(found)
    assert found.grounded == "partial"
    assert [str(lie["text"]) in dropped for dropped in found.dropped] == [True]
    assert texts(found)[0] == VERDICT["text"]
    told = server.posts[1].body["messages"][-1]["content"]
    assert str(lie["text"])[:40] in told
    server.script(GOOD)
    assert reworded(build).calls  # an answer with faults is not kept for the next time


def test_under_half_leaves_the_extractive_answer(server: ScriptedServer, build: Build) -> None:
    lies = [*LIES.values()][:3]
    server.script(reply(VERDICT, *lies), reply(VERDICT, *lies))
    found = reworded(build)
    assert found.claims == CLAIMS
    assert "3 of the 4 sentences" in found.note
    assert found.grounded == "extractive"


def test_the_verdict_stands_first_whatever_the_model_writes(server: ScriptedServer, build: Build) -> None:
    server.script(reply(FIX, SCREEN), reply(FIX, SCREEN))
    found = reworded(build)
    assert texts(found)[:2] == [CLAIMS[0].text, SCREEN["text"]]  # ours comes back, and parts keep their order
    assert texts(found)[-1] == FIX["text"]
    assert "must give the verdict and rest on f1" in server.posts[1].body["messages"][-1]["content"]


def test_asked_for_quotes_none_is_left_out(server: ScriptedServer, build: Build) -> None:
    server.script(reply(VERDICT, SCREEN))
    found = reworded(build, answer(intent="quotes"))
    assert texts(found) == [VERDICT["text"], SCREEN["text"], f"“{FROZE}”", f"“{LATE}”"]


@pytest.mark.parametrize("kind", ["ask_back", "declined"])
def test_what_is_no_answer_is_not_worded(server: ScriptedServer, build: Build, kind: str) -> None:
    given = answer(kind=kind, claims=(), message="Which one?")
    assert LlmWriter(build(), NAMES).reword(given) == given
    assert server.requests == []


def test_everything_that_left_is_on_record_and_the_key_nowhere(
    server: ScriptedServer, build: Build, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script(error(500, "no route for sk-secret"), GOOD)
    reworded(build)
    found = reworded(build)
    calls = Outbox(tmp_path).calls()
    assert len(calls) == len(server.posts) == 2
    assert {call.task for call in calls} == {"answer"}
    assert calls[-1].evidence == ("resp-aa01", "resp-bb02")
    assert [call.call_id for call in calls][-1:] == list(found.calls)
    kept = "".join(path.read_text() for path in tmp_path.rglob("*.json*"))
    assert "sk-secret" not in kept + caplog.text + str(found)


def test_the_cost_is_counted_where_prices_are_set(server: ScriptedServer, build: Build, tmp_path: Path) -> None:
    server.script(GOOD)
    reworded(build, price_in=2.0, price_out=10.0)
    (call,) = Outbox(tmp_path).calls()
    assert call.cost == pytest.approx(120 * 2e-6 + 30 * 1e-5)


def test_a_long_answer_fits_a_small_context(server: ScriptedServer, build: Build) -> None:
    facts = {
        f"f{place}": Fact(
            f"f{place}", f"Fact {place} {'word ' * 30}", (Number(1.0 * place),), None, EVERYONE, "2026-W46", "undertone"
        )
        for place in range(1, 80)
    }
    claims = tuple(Claim(f"Sentence {place} {'word ' * 10}.", (f"f{place}",), (), "what") for place in range(1, 10))
    server.script(error(500, "enough"))
    LlmWriter(build()).reword(answer(facts=facts, claims=(*claims, CLAIMS[2])))
    (post,) = server.posts
    assert sum(len(message["content"]) for message in post.body["messages"]) / 4 < 3_000
    assert '"f9"' in post.body["messages"][1]["content"]  # what the draft rests on comes before everything else
    assert '"f79"' not in post.body["messages"][1]["content"]


def test_facts_come_before_quotes_and_quotes_are_few() -> None:
    words = {f"resp-{place}": "word " * 60 for place in range(40)}
    given = material(FACTS.values(), words)
    assert len(given.facts) == len(FACTS)
    assert 0 < len(given.quotes) <= MOST_QUOTES
    assert given.evidence == [given.real(quote["id"]) for quote in given.quotes]
    assert sum(len(str(item)) for item in (*given.facts, *given.quotes)) < ROOM
    assert estimated_tokens([]) == 1
