"""Two readings that would be answered differently are asked back; each of them is clear."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyst.answers.asking.plan import AskBack, Plan
from tests.answers.asking.conftest import Ask


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What's the NPS for de?", "country DE"),
        ("what do es users say", "country ES"),
        ("quotes from de respondents", "language de"),
        ("nps since 5/10", "5/10"),
        ("How is search doing?", "Search"),
        ("what about checkout on android last week", "Checkout"),
        ("payment?", "Payment"),
        ("How did NPS and CSAT move last week?", "One score"),
        ("compare NPS and CES", "One score"),
        ("web or app: who is happier?", "android"),
        ("nps of version 4.1", "4.1"),
        ("what do android and ios users say about payment", "One group"),
        ("show quotes from plus and free customers", "One group"),
    ],
)
def test_a_question_with_two_readings_is_asked_back(
    ask: Ask, asked_back: Callable[[str], AskBack], question: str, said: str
) -> None:
    found = asked_back(question)
    assert said in found.why
    assert 2 <= len(found.readings) <= 4
    assert len(set(found.readings)) == len(found.readings)
    plans = [ask(reading) for reading in found.readings]
    assert all(isinstance(plan, Plan) for plan in plans), (found.readings, plans)
    meant = [(p.intent, p.query, p.other, p.screen, p.topic) for p in plans if isinstance(p, Plan)]
    assert len(set(meant)) == len(meant)  # they are different questions indeed


def test_what_stands_beside_the_name_stays_in_the_readings(ask: Ask, asked_back: Callable[[str], AskBack]) -> None:
    for reading in asked_back("what about checkout on android last week").readings:
        plan = ask(reading)
        assert isinstance(plan, Plan)
        assert dict(plan.query.where) == {"platform": "android"} and plan.query.window.label == "2026-W46"


@pytest.mark.parametrize(
    "question",
    [
        "why did nps fall for German users last week",  # a country by name, said in `assumed`
        "is checkout broken",
        "quotes about search",
        "is the login problem getting worse",
        "nps on 25/10",
        "country DE nps",
        "language de nps",
    ],
)
def test_a_sensible_default_is_not_asked_back(ask: Ask, question: str) -> None:
    assert isinstance(ask(question), Plan)
