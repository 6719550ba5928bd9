"""Every intent told on the sample company: parts in order, facts under every sentence, nothing that the check drops."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analyst.answers.asking.plan import Intent, Plan
from analyst.answers.facts import Claim
from analyst.answers.gather import Gatherer
from analyst.answers.grounding import check
from analyst.answers.telling import Desk, tell
from analyst.answers.telling.benchmark import asked_score
from analyst.answers.telling.teller import TELLERS
from analyst.core.clock import system_clock
from analyst.core.errors import UndertoneError
from analyst.core.query import Query
from analyst.core.settings import load_settings
from analyst.runs.view import View, WindowChoice, choose_query, open_view

ANDROID, IOS = (("platform", "android"),), (("platform", "ios"),)
NEW = (("app_version", "4.2.0"), ("platform", "android"))


@pytest.fixture(scope="module")
def view(sample_workspace: Path) -> View:
    return open_view(load_settings(workspace=sample_workspace), system_clock)


@pytest.fixture(scope="module")
def gather(view: View) -> Callable[[Query], Gatherer]:
    kept: dict[Query, Gatherer] = {}
    return lambda query: kept.setdefault(query, kept.get(query) or Gatherer(view, query))


def _plan(view: View, intent: Intent, week: str | None = "2026-W46", where: Any = (), **more: Any) -> Plan:
    metric = more.pop("metric", "nps")
    query = choose_query(view, metric, WindowChoice(week=week), tuple(sorted(where)))
    return Plan(more.pop("question", "?"), intent, query, "", **more)


def _told(plan: Plan, view: View, gather: Callable[[Query], Gatherer]) -> tuple[list[Claim], Desk]:
    desk = Desk(view, gather)
    claims = tell(plan, desk)
    assert claims and claims[0].part != "quote", plan
    pack = desk.pack()
    for claim in claims:
        assert not check(claim, pack), (claim.text, check(claim, pack))
        assert claim.facts if claim.part != "quote" else claim.cites
    return claims, desk


def _top_theme(found: Gatherer) -> str:
    return max((t for t in found.themes if t.kind != "system"), key=lambda theme: theme.mentions).theme_id


GOLDEN: list[tuple[str, dict[str, Any], list[str], str]] = [
    ("why", {}, ["verdict", "who", "who"], "As a whole, NPS did not move beyond chance"),
    ("why", {"week": "2026-W44"}, ["verdict", "who"], "NPS did not move beyond chance"),
    ("why", {"where": NEW}, ["verdict", "who"], "There is too little data"),
    ("level", {}, ["verdict", "where", "where"], "NPS is"),
    ("for_whom", {}, ["who"], "It is customers with"),
    ("for_whom", {"band": "detractor"}, ["who"], ""),
    ("themes", {}, ["verdict"], "The commonest themes in 2026-W46 are"),
    ("themes", {"moving": "rising"}, ["verdict"], ""),
    ("say", {"band": "detractor"}, ["verdict"], "Detractors speak most often of"),
    ("quotes", {"limit": 3}, ["verdict", "quote", "quote", "quote"], "3 of the"),
    ("quotes", {"topic": "zebra"}, ["verdict"], "No comment about zebra"),
    ("screens", {}, ["screen", "screen"], "Payment hurts most"),
    ("screens", {"screen": "Payment"}, ["screen"], "On Payment,"),
    ("fixes", {}, ["fix", "fix"], "Fix first: Payment"),
    ("compare", {"where": ANDROID, "other": IOS}, ["verdict", "where"], "Android and iOS do not differ beyond chance"),
    ("sure", {}, ["verdict", "sure"], "Not sure of the whole, sure of a part"),
    ("fix_worked", {}, ["verdict"], "It cannot be told"),
    ("benchmark", {"question": "is 32 a good NPS?"}, ["verdict", "where", "where"], "An NPS of +32.0"),
    ("data", {}, ["verdict", "where"], ""),
]


@pytest.mark.parametrize(("intent", "asked", "parts", "opening"), GOLDEN)
def test_an_answer_has_its_parts_in_order(
    view: View,
    gather: Callable[[Query], Gatherer],
    intent: Intent,
    asked: dict[str, Any],
    parts: list[str],
    opening: str,
) -> None:
    asked = dict(asked)
    other = asked.pop("other", None)
    plan = _plan(view, intent, **asked)
    if other is not None:
        plan = replace(plan, other=replace(plan.query, where=other))
    claims, _ = _told(plan, view, gather)
    assert [claim.part for claim in claims][: len(parts)] == parts
    assert claims[0].text.startswith(opening), claims[0].text
    assert len(claims) <= 14


def test_the_golden_answers_cover_every_intent() -> None:
    assert {intent for intent, *_ in GOLDEN} | {"theme"} == set(TELLERS)


def test_a_theme_is_told_with_its_quotes(view: View, gather: Callable[[Query], Gatherer]) -> None:
    plan = _plan(view, "theme")
    theme = _top_theme(gather(plan.query))
    claims, desk = _told(replace(plan, themes=(theme,)), view, gather)
    assert claims[0].part == "verdict" and desk.labels[theme] in claims[0].text
    quotes = [claim for claim in claims if claim.part == "quote"]
    assert quotes
    for quote in quotes:
        assert quote.text.strip("“”") in desk.evidence[quote.cites[0]].text


def test_quotes_come_one_a_respondent_and_as_many_as_asked(view: View, gather: Callable[[Query], Gatherer]) -> None:
    claims, _ = _told(_plan(view, "quotes", limit=7), view, gather)
    cited = [claim.cites[0] for claim in claims if claim.part == "quote"]
    assert len(cited) == len(set(cited)) == 7


def test_nothing_is_ever_said_to_be_caused_and_no_jargon(view: View, gather: Callable[[Query], Gatherer]) -> None:
    for intent in ("why", "themes", "screens", "fixes", "sure", "level"):
        text = " ".join(claim.text for claim in _told(_plan(view, intent), view, gather)[0]).lower()
        for word in ("caused", "because", "odds", "mde", "p-value"):
            assert word not in text


def test_commands_of_facts_name_window_and_people(view: View, gather: Callable[[Query], Gatherer]) -> None:
    _, desk = _told(_plan(view, "why", where=ANDROID), view, gather)
    for fact in desk.book.facts.values():
        assert fact.command.startswith("undertone ") and fact.command.endswith("--json")
        assert "--week 2026-W46" in fact.command and "platform=android" in fact.command


def test_a_number_in_the_question_is_read_as_the_score(view: View) -> None:
    plan = _plan(view, "benchmark")
    for question, score in (
        ("is 32 a good NPS?", 32.0), ("is -12 bad", -12.0), ("a good NPS in 2026-W46", None), ("is 250 good", None),
    ):  # fmt: skip
        assert asked_score(replace(plan, question=question)) == score


def test_whatever_the_plan_every_claim_stands_the_check(view: View, gather: Callable[[Query], Gatherer]) -> None:
    """The extractive writer passes 1.0: 150 drawn plans over windows, metrics, groups, bands and topics."""
    draw = random.Random(11)
    weeks = [None, "2026-W46", "2026-W45", "2026-W41", "2026-W36"]
    wheres = [(), (), ANDROID, IOS, (("plan", "plus"),), NEW]
    themes = sorted(Desk(view, gather).labels)
    told = 0
    for _ in range(150):
        intent = draw.choice(sorted(TELLERS))
        try:
            plan = _plan(
                view, intent, draw.choice(weeks), draw.choice(wheres), metric=draw.choice(["nps", "csat", "ces"]),
                band=draw.choice([None, "detractor", "promoter"]), limit=draw.choice([None, 1, 7]),
                moving=draw.choice([None, "rising", "falling", "new", "quiet"]),
                themes=(draw.choice(themes),) if intent == "theme" else (),
                topic=draw.choice(["", "delivery"]) if intent in ("quotes", "say") else "",
            )  # fmt: skip
            if intent == "compare":
                plan = replace(plan, other=replace(plan.query, where=draw.choice(wheres)))
            _told(plan, view, gather)
        except UndertoneError:
            continue
        told += 1
    assert told > 100
