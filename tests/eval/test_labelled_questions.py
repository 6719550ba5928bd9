"""The labelled questions: their files, their numbers, and the checks that say what a right answer is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from analyst.answers.answer import Answer
from analyst.answers.asking.plan import AskBack, Declined, Declining, Intent, Plan
from analyst.answers.facts import Claim, Fact, Number
from analyst.core.errors import UndertoneError
from analyst.core.query import METRICS, Query, Where
from analyst.core.windows import parse_window, zone
from eval.questions import measures, run
from eval.questions_facts import facts_missing
from eval.questions_plan import plan_wrong
from eval.sets.counted import Company, Response, days_of
from eval.sets.lines import LABELLED
from eval.sets.questions import LATER, Question, read_questions
from eval.sets.truth import Truth

TZ = zone("UTC")
TRUTH = Truth(
    {"t1": "refunds", "t2": "prices"},
    {"refunds": "t1", "delivery_fee": "t2"},
    {"r1": frozenset({"refunds"}), "r2": frozenset({"prices"})},
    {"r1": "nps-1", "r2": "nps-2"},
    {"t1": "Money back", "t2": "Dear goods"},
)
DAY = datetime(2026, 11, 10, tzinfo=UTC).date()
COMPANY = Company(
    {
        "nps-1": Response("nps-1", "nps", DAY, 3, -100.0, "where is my refund", {"plan": "free"}),
        "nps-2": Response("nps-2", "nps", DAY, 9, 100.0, "dear", {"plan": "plus"}),
    },
    (),
)


def question(**changed: Any) -> Question:
    """A question that asks for nothing in particular, but for what is changed."""
    plain = Question("q-1", "Why?", ("answer",), ("why",), (), {}, {}, ())
    return replace(plain, **changed)


def plan(intent: Intent = "why", window: str = "2026-W46", where: Where = (), **more: Any) -> Plan:
    """A plan with the default metric and the week before as its baseline."""
    query = Query("nps", parse_window(window, TZ), parse_window("2026-W45", TZ), where)
    return Plan("Why?", intent, query, "Why NPS moved.", **more)


def both() -> list[Question]:
    """All labelled questions."""
    return [*read_questions("dev"), *read_questions("test")]


def test_the_set_is_as_large_and_as_mixed_as_it_says() -> None:
    questions = both()
    assert len(questions) >= 150
    assert sum(not one.answerable for one in questions) >= 40
    assert sum(bool({"typo", "slang"} & set(one.tags)) for one in questions) >= 30
    assert len({one.text for one in questions}) == len(questions)
    for intent in get_args(Intent):
        assert sum(intent in one.intents for one in questions) >= 3, intent
    metrics = {one.expect.get("metric") for one in questions}
    assert set(METRICS) <= metrics
    assert {kind for one in questions for kind in one.declined} == set(get_args(Declining))


def test_ids_and_splits_follow_from_the_text() -> None:
    lines = (LABELLED / "questions" / LATER).read_text(encoding="utf-8").splitlines()
    later = {json.loads(line)["text"] for line in lines}  # all of dev
    assert later and later <= {one.text for one in read_questions("dev")}
    for split in ("dev", "test"):
        for one in read_questions(split):
            digits = hashlib.sha256(one.text.encode()).hexdigest()[:8]
            assert one.question_id == f"q-{digits}"
            assert one.text in later or (int(digits, 16) % 10 < 4) == (split == "dev")


def test_every_named_intent_and_theme_exists() -> None:
    from analyst.sample.catalogue import SCREENS, THEMES

    names = {theme.name for theme in THEMES}
    for one in both():
        assert set(one.intents) <= set(get_args(Intent)), one.text
        assert one.intents or not one.answerable
        assert set(one.facts.get("themes", ())) <= names
        assert one.expect.get("theme", "refunds") in names
        assert one.expect.get("screen", "Home") in SCREENS
        for key in ("window", "baseline"):
            for label in [one.expect[key]] if isinstance(one.expect.get(key), str) else one.expect.get(key, []):
                days_of(label)


@pytest.mark.slow
def test_the_numbers_are_those_of_the_raw_files(tmp_path: Path) -> None:
    """Counted anew from the company's files, made anew."""
    from analyst.sample import generate

    generate(tmp_path / "files", tmp_path / "truth", seed=7, scale=1.0)
    company = Company.read(tmp_path / "files")
    counted = [number for one in both() for number in one.facts.get("numbers", ())]
    assert len(counted) > 100
    for number in counted:
        assert company.number(number) == number


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-W46", "2026-11-09", "2026-11-15"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026-W42..2026-W45", "2026-10-12", "2026-11-08"),
        ("2026-11-15", "2026-11-15", "2026-11-15"),
    ],
)
def test_days_of_a_window(text: str, first: str, last: str) -> None:
    assert [day.isoformat() for day in days_of(text)] == [first, last]


def test_a_window_that_is_none_is_refused() -> None:
    with pytest.raises(UndertoneError, match="'soon' is not a window"):
        days_of("soon")


def test_a_right_plan_is_right_and_each_wrong_part_is_named() -> None:
    asked = question(
        expect={
            "metric": "nps",
            "window": "2026-W46",
            "where": {"plan": "free"},
            "band": "detractor",
            "theme": "refunds",
            "topic": ["refund"],
            "limit": 3,
        }
    )
    right = plan(where=(("plan", "free"),), band="detractor", themes=("t1",), limit=3)
    assert plan_wrong(asked, right, TRUTH) == []
    assert plan_wrong(asked, replace(right, themes=(), topic="my refunds"), TRUTH) == []
    for wrong, name in (
        (replace(right, intent="level"), "intent"),
        (replace(right, query=replace(right.query, metric="csat")), "metric"),
        (replace(right, query=replace(right.query, window=parse_window("2026-W45", TZ))), "window"),
        (replace(right, query=replace(right.query, where=())), "where"),
        (replace(right, band=None), "band"),
        (replace(right, themes=("t2",)), "theme"),
        (replace(right, limit=5), "limit"),
    ):
        faults = plan_wrong(asked, wrong, TRUTH)
        assert len(faults) == 1
        assert faults[0].startswith(name)


def test_a_window_may_be_written_otherwise_but_not_be_other_days() -> None:
    asked = question(expect={"window": "2026-W46"})
    assert plan_wrong(asked, plan(window="2026-11-09..2026-11-15"), TRUTH) == []
    assert plan_wrong(asked, plan(window="2026-11-09..2026-11-14"), TRUTH)


def test_two_sides_in_either_order_and_what_they_share_does_not_count() -> None:
    asked = question(intents=("compare",), expect={"sides": [{"where": {"v": "2"}}, {"where": {"v": "1"}}]})
    one, two = (("p", "a"), ("v", "2")), (("p", "a"), ("v", "1"))
    for here, there in ((one, two), (two, one)):
        found = plan("compare", where=here, other=plan(where=there).query)
        assert plan_wrong(asked, found, TRUTH) == []
    assert plan_wrong(asked, plan("compare", where=one), TRUTH)
    assert plan_wrong(asked, plan("compare", where=one, other=plan(where=one).query), TRUTH)


def test_a_baseline_may_be_the_second_side() -> None:
    asked = question(intents=("compare",), expect={"window": "2026-10", "baseline": "2026-09"})
    beside = plan("compare", window="2026-10", other=plan(window="2026-09").query)
    swapped = plan("compare", window="2026-09", other=plan(window="2026-10").query)
    assert plan_wrong(asked, beside, TRUTH) == []
    assert plan_wrong(asked, swapped, TRUTH) == []
    assert plan_wrong(asked, plan("compare", window="2026-10"), TRUTH)


def test_declining_needs_its_kind_and_asking_back_two_readings() -> None:
    asked = question(kinds=("declined",), declined=("outside",), intents=())
    assert plan_wrong(asked, Declined("Why?", "outside", "No."), TRUTH) == []
    assert plan_wrong(asked, Declined("Why?", "no_data", "No."), TRUTH)
    assert plan_wrong(asked, plan(), TRUTH) == ["kind: answer, not declined"]
    unclear = question(kinds=("ask_back",), intents=())
    assert plan_wrong(unclear, AskBack("Which?", "Two.", ("a", "b")), TRUTH) == []
    assert plan_wrong(unclear, AskBack("Which?", "Two.", ("a",)), TRUTH)


def answer(*numbers: Number, cites: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> Answer:
    """An answer of one claim on one fact."""
    fact = Fact("f1", "", numbers, 1046, "everyone", "2026-W46", "", names)
    claim = Claim("It fell.", ("f1",), cites)
    return Answer("Why?", "answer", "Why.", "run", intent="why", claims=(claim,), facts={"f1": fact})


def test_numbers_must_be_cited_in_their_unit_and_near_enough() -> None:
    wanted = {"what": "score", "value": 10.04, "unit": "points", "tolerance": 0.06}
    asked = question(facts={"numbers": [wanted]})
    assert facts_missing(asked, answer(Number(10.0, "points")), TRUTH, COMPANY) == []
    for wrong in (Number(10.2, "points"), Number(-10.0, "points"), Number(10.0, "count")):
        assert facts_missing(asked, answer(wrong), TRUTH, COMPANY)
    uncited = replace(answer(Number(10.0, "points")), claims=(Claim("It fell."),))
    assert facts_missing(asked, uncited, TRUTH, COMPANY)
    count = question(facts={"numbers": [{"value": 1046, "unit": "count", "tolerance": 0.5}]})
    assert facts_missing(count, answer(), TRUTH, COMPANY) == []


def test_names_and_themes_must_be_those_of_cited_facts() -> None:
    asked = question(facts={"names": ["Payment"], "themes": ["refunds"]})
    assert facts_missing(asked, answer(names=("rage taps on Payment", "Money back")), TRUTH, COMPANY) == []
    assert facts_missing(asked, answer(names=("Search", "Dear goods")), TRUTH, COMPANY) == [
        "name: Payment",
        "theme: refunds",
    ]


def test_quotes_must_speak_of_the_theme_and_come_from_the_group() -> None:
    asked = question(facts={"quotes": {"theme": "refunds", "at_least": 1, "share": 1.0, "where": {"plan": "free"}}})
    assert facts_missing(asked, answer(cites=("r1",)), TRUTH, COMPANY) == []
    assert facts_missing(asked, answer(cites=("r2",)), TRUTH, COMPANY)
    assert facts_missing(asked, answer(cites=("r1", "r2")), TRUTH, COMPANY)
    assert facts_missing(asked, answer(), TRUTH, COMPANY)
    band = question(facts={"quotes": {"band": "promoter", "at_least": 1, "share": 1.0}})
    assert facts_missing(band, answer(cites=("r2",)), TRUTH, COMPANY) == []
    assert facts_missing(band, answer(cites=("r1",)), TRUTH, COMPANY)


def test_an_analyst_that_answers_everything_alike_is_not_right() -> None:
    """One plan and one answer for all: the measures must say so, and nothing that must be declined is declined."""
    view: Any = None
    rows = run(view, both(), lambda _: answer(), plan=lambda _: plan(), truth=TRUTH, company=COMPANY)
    found = measures(rows)
    assert found["questions_right"] < 0.2
    assert found["questions_declined"] == 0.0


def test_an_analyst_that_fails_is_wrong_and_the_suite_goes_on() -> None:
    def broken(_: str) -> Answer:
        raise RuntimeError("no")

    view: Any = None
    rows = run(view, both()[:3], broken, truth=TRUTH, company=COMPANY)
    assert [row.right for row in rows] == [False] * 3
    assert rows[0].wrong == ("failed: RuntimeError: no",)


def test_bad_lines_are_said_with_their_place(tmp_path: Path) -> None:
    line = json.loads((LABELLED / "questions" / "dev.jsonl").read_text(encoding="utf-8").splitlines()[0])
    path = tmp_path / "dev.jsonl"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(UndertoneError, match=r"Line 1 of .*dev.jsonl is not JSON"):
        read_questions("dev", tmp_path)
    path.write_text(json.dumps({"id": "q-1"}), encoding="utf-8")
    with pytest.raises(UndertoneError, match="lacks expect, facts"):
        read_questions("dev", tmp_path)
    path.write_text(json.dumps({**line, "expect": {"colour": "red"}}), encoding="utf-8")
    with pytest.raises(UndertoneError, match="has colour"):
        read_questions("dev", tmp_path)
    with pytest.raises(UndertoneError, match="There is no"):
        read_questions("test", tmp_path)
