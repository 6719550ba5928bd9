"""Questions as people write them, and the plans they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyst.answers.asking.dates import read_dates
from analyst.answers.asking.known import known_of
from analyst.answers.asking.latest import with_answers
from analyst.answers.asking.plan import AskBack, Declined, Intent, Plan
from analyst.answers.asking.planner import explained, plan_question
from analyst.answers.asking.values import _names_of_country
from analyst.runs.view import View
from tests.answers.asking.conftest import Ask

Planned = Callable[[str], Plan]
LAST = "2026-W46"


@pytest.mark.parametrize(
    ("question", "intent", "expected"),
    [
        ("Why did NPS drop last week?", "why", {"metric": "nps", "window": LAST}),
        ("why did nps tank last wk??", "why", {"metric": "nps", "window": LAST}),
        ("whats goin on w/ android", "why", {"where": {"platform": "android"}}),
        ("did 4.2.0 hurt us", "why", {"window": "2026-11-03..2026-11-16", "baseline": "2026-10-20..2026-11-02"}),
        ("What happened to CSAT between Oct 5 and 18?", "why", {"metric": "csat", "window": "2026-10-05..2026-10-18"}),
        ("why was october worse than september?", "why", {"window": "2026-10", "baseline": "2026-09"}),
        ("reasons for ces drop in october", "why", {"metric": "ces", "window": "2026-10"}),
        ("what is our nps", "level", {"metric": "nps"}),
        ("NPS since the release", "level", {"window": "2026-11-03..2026-11-16"}),
        ("how easy did people find ordering in september", "level", {"metric": "ces", "window": "2026-09"}),
        ("who is unhappy", "for_whom", {}),
        ("Which plan dropped the most in October?", "for_whom", {"window": "2026-10"}),
        ("What's our NPS by country?", "for_whom", {}),
        ("what are people complaining about in Ireland", "themes", {"where": {"country": "IE"}}),
        ("which topics are growing", "themes", {"moving": "rising"}),
        ("what's new", "themes", {"moving": "new"}),
        ("what went quiet lately", "themes", {"moving": "quiet"}),
        ("how often do people mention prices?", "theme", {"topic": "prices"}),
        ("tell me about refunds", "theme", {"topic": "refunds"}),
        ("Who complains about substitutions?", "theme", {"topic": "substitutions"}),
        (
            "what do detractors on the family plan say about delivery",
            "say",
            {"band": "detractor", "where": {"plan": "family"}, "topic": "delivery"},
        ),
        ("what do the 9s and 10s say", "say", {"band": "promoter"}),
        ("show me 5 quotes about refunds", "quotes", {"limit": 5, "topic": "refunds"}),
        ('find comments mentioning "oat milk"', "quotes", {"topic": "oat milk"}),
        ("which screens hurt most on iOS", "screens", {"where": {"platform": "ios"}}),
        ("crashes on Home since 4.2.0", "screens", {"screen": "Home", "signal": "crash"}),
        ("Where do users rage tap?", "screens", {"signal": "rage_tap"}),
        ("top 3 fixes for android", "fixes", {"limit": 3, "where": {"platform": "android"}}),
        ("what would fixing payment bring", "fixes", {"screen": "Payment"}),
        ("which fixes would help free users", "fixes", {"screen": None, "where": {"plan": "free"}}),
        ("what is fix-0a1b2c3d", "fixes", {"fix_id": "fix-0a1b2c3d"}),
        (
            "how are plus users doing vs free",
            "compare",
            {"where": {"plan": "plus"}, "other": {"plan": "free"}},
        ),
        (
            "compair adnroid to iphone users",
            "compare",
            {"where": {"platform": "android"}, "other": {"platform": "ios"}},
        ),
        ("last week compared with the week before", "compare", {"window": LAST, "baseline": "2026-W45"}),
        ("compare 4.1.2 with 4.2.0", "compare", {"where": {"app_version": "4.1.2"}, "other": {"app_version": "4.2.0"}}),
        ("is nps better than in september", "compare", {"window": LAST, "baseline": "2026-09"}),
        ("which themes rose compared with october", "themes", {"window": LAST, "baseline": "2026-10"}),
        ("compare android", "compare", {"where": {"platform": "android"}, "other": {}}),
        ("what is wrong with version 4.2.0", "why", {"where": {"app_version": "4.2.0"}, "window": LAST}),
        (
            "why did ios rise while android fell",
            "compare",
            {"where": {"platform": "ios"}, "other": {"platform": "android"}},
        ),
        ("have our fixes paid off", "fix_worked", {"screen": None}),
        ("how does iOS compare to everyone else", "compare", {"where": {"platform": "ios"}, "other": {}}),
        (
            "android free vs ios plus",
            "compare",
            {"where": {"plan": "free", "platform": "android"}, "other": {"plan": "plus", "platform": "ios"}},
        ),
        ("are we sure", "sure", {}),
        ("is that noise", "sure", {}),
        ("did the payment fix work", "fix_worked", {"screen": "Payment"}),
        ("did fix-0a1b2c3d work?", "fix_worked", {"fix_id": "fix-0a1b2c3d"}),
        ("is 32 a good NPS for grocery apps", "benchmark", {"metric": "nps"}),
        ("how do we compare to the industry", "benchmark", {}),
        ("how many answers did we get", "data", {}),
        ("since when do we have data", "data", {}),
        ("nps plan=plus", "level", {"where": {"plan": "plus"}}),
        ("new customers nps", "level", {"where": {"tenure": "<3 months"}}),
        ("nps of usa customers", "level", {"where": {"country": "US"}}),
        ("Tell US what moved NPS in the US", "why", {"where": {"country": "US"}}),
    ],
)
def test_a_question_becomes_its_plan(planned: Planned, question: str, intent: Intent, expected: dict[str, Any]) -> None:
    plan = planned(question)
    assert plan.intent == intent
    found = {
        "metric": plan.query.metric,
        "window": plan.query.window.label,
        "baseline": plan.query.baseline.label,
        "where": dict(plan.query.where),
        "other": dict(plan.other.where) if plan.other else None,
        **{name: getattr(plan, name) for name in ("band", "moving", "screen", "signal", "fix_id", "topic", "limit")},
    }
    assert {name: found[name] for name in expected} == expected


def test_a_plan_says_what_it_understood_and_what_it_assumed(planned: Planned) -> None:
    plan = planned("why did nps fall for android?")
    assert plan.understood == (
        "Why NPS moved in 2026-W46 (9–15 Nov), against the four weeks before, for platform android."
    )
    assert any("2026-W46" in note for note in plan.assumed)
    assert not any("NPS was taken" in note for note in plan.assumed)
    assert any("NPS was taken" in note for note in planned("why did we fall").assumed)
    assert any("“adnroid” was read as “android”" in note for note in planned("nps for adnroid").assumed)


def test_a_window_that_was_named_is_not_assumed(planned: Planned) -> None:
    assert planned("nps last week").assumed == ()


def test_a_theme_is_found_by_its_words(planned: Planned, asked_view: View) -> None:
    label, theme = asked_view.connection.execute(
        "SELECT label, theme_id FROM themes WHERE kind = 'discovered' ORDER BY n DESC, theme_id LIMIT 1"
    ).fetchall()[0]
    assert planned(f"tell me about the theme {label}").themes[0] == theme


def test_a_theme_is_found_by_meaning(asked_view: View) -> None:
    class Near:
        def themes_near(self, text: str, limit: int) -> list[tuple[str, float]]:
            return [("t-near", 0.6), ("t-far", 0.3)] if text == "gherkins" else []

    found = plan_question("how many people mention gherkins", asked_view, Near())
    assert isinstance(found, Plan)
    assert found.themes == ("t-near",) and found.topic == "gherkins"
    without = plan_question("how many people mention gherkins", asked_view)
    assert isinstance(without, Plan) and without.themes == ()


def test_a_small_group_gets_a_window_in_which_it_can_be_heard(planned: Planned) -> None:
    plan = planned("what do family plan detractors in Ireland say")
    assert plan.intent == "say" and len(plan.query.where) == 2


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Warum ist der NPS letzte Woche gefallen?", "why"),
        ("Was sagen Kritiker über die Lieferung?", "say"),
        ("Welche Themen sind neu?", "themes"),
        ("Was sollen wir zuerst beheben?", "fixes"),
        ("Wie viele Antworten gab es im Oktober?", "data"),
        ("Vergleiche Android und iOS", "compare"),
        ("¿Por qué bajó el NPS la semana pasada?", "why"),
        ("¿Qué debemos arreglar primero?", "fixes"),
        ("Muéstrame 3 comentarios sobre reembolsos", "quotes"),
    ],
)
def test_the_main_questions_are_understood_in_german_and_spanish(planned: Planned, question: str, intent: str) -> None:
    plan = planned(question)
    assert plan.intent == intent
    assert plan.question == question


def test_it_can_be_told_which_words_spoke_for_an_intent(asked_view: View) -> None:
    told = explained("why did nps drop last week", asked_view)
    assert any(line.startswith("why +") for line in told)


@given(st.text(max_size=120))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_an_error(ask: Ask, text: str) -> None:
    assert isinstance(ask(text), Plan | AskBack | Declined)


_WORDS = """
why nps csat ces android ios vs and or the free plus family 4.2.0 9.9 since before after last week 5/10 october q3
2026-W45 show 5 quotes about payment refunds screens fix-0a1b2c3d did work top 3 what is who by country de es in
between 30 february next yesterday detractors = plan=x “ ' " ? DATE0 VALUE3 METRIC
"""
_PIECES = st.sampled_from(_WORDS.split())


@given(st.lists(_PIECES, max_size=14))
@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_heap_of_known_words_is_an_error(ask: Ask, pieces: list[str]) -> None:
    reading = ask(" ".join(pieces))
    if isinstance(reading, AskBack):
        assert 2 <= len(reading.readings) <= 4
    if isinstance(reading, Declined):
        assert reading.reason and reading.instead
    if isinstance(reading, Plan):
        assert reading.understood.endswith(".")


def test_last_week_without_answers_is_the_last_week_that_has_some(asked_view: View) -> None:
    view = replace(asked_view, until=asked_view.until + timedelta(days=21))
    late = known_of(view)
    ended = max(late.last.values())
    monday = ended - timedelta(days=ended.weekday())
    times, _ = read_dates("why did METRIC drop last week", late)
    [moved] = with_answers(times, ("nps",), late)
    assert (moved.first, moved.last) == (monday, monday + timedelta(days=6))
    assert moved.instead.startswith("There are no NPS answers from") and "so this is about that week" in moved.instead
    pair = with_answers(read_dates("this week vs last week", late)[0], (), late)
    assert [time.first for time in pair] == [monday, monday - timedelta(days=7)]
    times, _ = read_dates("METRIC in 2020-W05", late)
    assert with_answers(times, ("nps",), late) == times  # a named week stays without


def test_a_subject_without_a_theme_is_searched_for_and_said_so(planned: Planned) -> None:
    plan = planned("show me quotes about xylophones")
    assert not plan.themes and plan.topic == "xylophones"
    assert any("no theme of that name was found" in told for told in plan.assumed)


def test_a_range_that_ends_before_it_begins_is_declined(ask: Ask) -> None:
    reading = ask("NPS between 20 October and 5 October")
    assert isinstance(reading, Declined) and "ends before it begins" in reading.reason


@pytest.mark.parametrize("question", ["what do people praise?", "What do Android users love about us"])
def test_what_people_praise_is_what_promoters_say(planned: Callable[[str], Plan], question: str) -> None:
    plan = planned(question)
    assert (plan.intent, plan.band) == ("say", "promoter")


@pytest.mark.parametrize(("value", "said"), [("GB", "british"), ("United Kingdom", "british"), ("Atlantis", None)])
def test_a_country_is_known_by_its_code_and_by_its_name(value: str, said: str | None) -> None:
    names = _names_of_country(value, {"GB": ["united kingdom", "british"]})
    assert list(names) == (["united kingdom", said] if said else [])


def test_quotes_are_searched_where_no_label_holds_the_words(planned: Callable[[str], Plan], asked_view: View) -> None:
    class Near:
        """Meanings that find every theme near to every text."""

        def themes_near(self, text: str, limit: int) -> list[tuple[str, float]]:
            return [(theme.theme_id, 0.9) for theme in known_of(asked_view).themes if not theme.system][:limit]

    plan = plan_question("show me 3 quotes about cleanliness", asked_view, Near())
    assert isinstance(plan, Plan)
    assert (plan.themes, plan.topic) == ((), "cleanliness")
    about = plan_question("how is cleanliness doing?", asked_view, Near())
    assert isinstance(about, Plan) and about.themes
