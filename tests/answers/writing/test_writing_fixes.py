"""Title and action of a fix in a model's words: both or neither, and lift, rank and grade stay ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from analyst.answers.facts import Claim, Pack
from analyst.answers.grounding import check
from analyst.answers.writing import word_fixes
from analyst.answers.writing.fixes import fix_facts, numbers_in
from analyst.cli.app import run
from analyst.core.values import Estimate, Quote
from analyst.fixes import Fix
from analyst.llm import LlmClient
from tests.llm.server import ScriptedServer, error

Build = Callable[..., LlmClient]
FIX = Fix(
    fix_id="fix-00000001",
    title="Payment on Android 4.2.0: the screen freezes, since 4.2.0 (9 Nov)",
    action="On Android 4.2.0, keep Payment from freezing. There 90% of the visits meet freezes, 0.7% elsewhere. "
    "Begin with the 5 sessions listed.",
    screen="Payment",
    signal="ui_freeze",
    where=(("app_version", "4.2.0"), ("platform", "android")),
    reach=563,
    lift=Estimate(4.3, 1.7, 6.9, 172),
    grade="A",
    confidence=0.99,
    effort=2.0,
    effort_assumed=True,
    priority=2.1,
    rank=1,
    themes=["t-pay"],
    quotes=[Quote("The pay button just freezes.", "resp-aa01", 2.0, "2026-11-13")],
    facts=["Freezes on Payment: 32% of 1,124 visits, 0.3% of 4,255 before."],
    signals=["ui_freeze"],
)
LABELS = {"t-pay": "Can't pay"}
NAMES = frozenset({"Payment", "Home", "android", "Android", "iOS", "Can't pay", "Late deliveries"})


def wording(title: str, action: str, *facts: str, quotes: tuple[str, ...] = ()) -> str:
    return json.dumps({"title": title, "action": action, "facts": list(facts), "quotes": list(quotes)})


GOOD = wording(
    "Keep Payment from freezing on Android 4.2.0",
    "Look at Payment on Android 4.2.0 first. There 90% of the visits meet freezes, 0.7% elsewhere.",
    "f1",
    "f2",
    "f3",
    quotes=("r1",),
)


def test_title_and_action_are_worded_and_nothing_else(server: ScriptedServer, build: Build) -> None:
    server.script(GOOD)
    found = word_fixes([FIX], build(), LABELS, NAMES)
    assert found.notes == ()
    (fix,) = found.fixes
    assert fix.title == "Keep Payment from freezing on Android 4.2.0"
    assert fix.action.startswith("Look at Payment on Android 4.2.0 first.")
    assert replace(fix, title=FIX.title, action=FIX.action) == FIX
    assert found.reworded == 1
    assert "resp-aa01" not in json.dumps(server.posts[0].body)


@pytest.mark.parametrize(
    "bad",
    [
        wording("Stop the freeze", "It brings 12.5 points.", "f1"),
        wording("Fix the Home screen", "Look at Payment on Android 4.2.0 first.", "f1"),
        wording("Keep Payment from freezing", "The release caused the freezes on Payment.", "f1"),
        wording("Keep Payment from freezing", "See https://evil.example/fix for Payment.", "f1"),
        wording("Keep Payment from freezing", "There 90% of the visits to Payment meet freezes.", "f9"),
    ],
)
def test_what_does_not_stand_leaves_ours(server: ScriptedServer, build: Build, bad: str) -> None:
    server.script(bad, bad)
    found = word_fixes([FIX], build(), LABELS, NAMES)
    assert found.fixes == [FIX]
    assert found.notes[0].startswith("Fix 1 is in our own words: ")


def test_an_endpoint_that_is_down_is_asked_once(server: ScriptedServer, build: Build) -> None:
    server.script(error(500, "boom"))
    second = replace(FIX, rank=2, fix_id="fix-00000002")
    found = word_fixes([FIX, second], build(), LABELS, NAMES)
    assert found.fixes == [FIX, second]
    assert len(server.posts) == 1
    assert len(found.notes) == 1


def test_our_own_sentences_are_facts_that_bear_themselves_out() -> None:
    facts = fix_facts(FIX, ["Can't pay"])
    pack = Pack(facts, {}, NAMES)
    for fact in facts.values():
        assert check(Claim(fact.text, (fact.fact_id,), (), "fix"), pack) == ()


def test_numbers_are_read_with_their_units() -> None:
    found = numbers_in("Lift +4.3 points (95% interval −1.7 to 6.9): 32% of 1,124 visits since 4.2.0 in 2026-W46.")
    assert [(number.value, number.unit) for number in found] == [
        (4.3, "points"),
        (-1.7, "points"),
        (6.9, "points"),
        (0.32, "share"),
        (1124.0, "any"),
    ]


def test_on_the_command_line(
    server: ScriptedServer,
    sample_workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = ["--workspace", str(sample_workspace), "--json", "--top", "1"]
    assert run(["fixes", *home]) == 0
    ours = json.loads(capsys.readouterr().out)["fixes"]
    monkeypatch.setenv("UNDERTONE_LLM__BASE_URL", server.url)
    monkeypatch.setenv("UNDERTONE_LLM__MODEL", "tiny")
    monkeypatch.setenv("UNDERTONE_LLM__RETRIES", "0")
    monkeypatch.setenv("UNDERTONE_LLM__FIXES", "false")
    assert run(["fixes", *home, "--writer", "llm"]) == 2
    assert "llm.fixes" in capsys.readouterr().err
    assert server.requests == []
    monkeypatch.setenv("UNDERTONE_LLM__FIXES", "true")
    server.script(error(401, "no"))
    assert run(["fixes", *home, "--writer", "llm"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["fixes"] == ours
    assert "does not accept the key" in told["notes"][0]
