"""Rules put to a run whose counts are known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analyst.answers.alerts import alert_claim, alert_names
from analyst.answers.facts import FactBook, Pack
from analyst.answers.grounding import check
from analyst.core.query import Query
from analyst.core.windows import span, zone
from analyst.findings import screen_frictions, visit_counts
from analyst.findings.alerts import AlertFinding, alert_findings
from analyst.records import AlertRule
from analyst.runs.counting import connect
from tests.runs.small_run import write_run

FIRST = date(2026, 8, 31)  # a Monday
LAST = date(2026, 11, 29)  # a Sunday, 13 weeks on
NOW = datetime(2026, 11, 30, tzinfo=UTC)
SHIFT = date(2026, 11, 23)  # the last whole week goes wrong
Ask = Callable[..., AlertFinding]


def _moment(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _answers() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Twenty NPS answers a day: 10 promoters, 6 passives, 4 detractors; in the last week 4, 6 and 10. All comment;
    a tenth mention prices, in the last week half. Android is every second answer."""
    rows, opinions = [], []
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        bad = day >= SHIFT
        for i in range(20):
            y = 100.0 if i < (4 if bad else 10) else 0.0 if i < (10 if bad else 16) else -100.0
            key = f"r{number:03}-{i:02}"
            rows.append(
                {
                    "response_id": key, "source": "t", "source_id": key, "kind": "nps", "y": y, "score": 5.0,
                    "submitted_at": _moment(day), "text": "words", "user_id": f"u{number}-{i}",
                    "seg_platform": "android" if i % 2 else "ios",
                }
            )  # fmt: skip
            if i % 10 == 0 or (bad and i % 2):
                opinions.append({"opinion_id": key, "response_id": key, "theme_id": "t1", "state": "core"})
    return rows, opinions


def _sessions() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Ten sessions a day see Pay 2, of five people; in the last two weeks four of them meet rage taps, before none."""
    sessions, exposures = [], []
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        for i in range(10):
            key, user = f"s{number:03}-{i}", f"p{number}-{i // 2}"
            sessions.append({"session_id": key, "user_id": user, "started_at": _moment(day), "seg_platform": "ios"})
            seen = {"session_id": key, "user_id": user, "screen": "Pay 2", "at": _moment(day)}
            exposures.append({**seen, "signal": "visit", "count": 1})
            if i < 4 and day >= SHIFT - timedelta(days=7):
                exposures.append({**seen, "signal": "rage_tap", "count": 3})
    return sessions, exposures


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Any:
    responses, opinions = _answers()
    sessions, exposures = _sessions()
    folder: Path = tmp_path_factory.mktemp("alerts")
    run = write_run(
        folder,
        ("platform",),
        responses=responses,
        opinions=opinions,
        sessions=sessions,
        exposures=exposures,
        themes=[{"theme_id": "t1", "kind": "discovered", "label": "Prices up 5", "n": len(opinions)}],
    )
    return connect(run)


@pytest.fixture
def ask(connection: Any) -> Ask:
    """Puts one rule, given as changes to a plain one, to the run; its sentence must pass the grounding check."""

    def one(until: datetime = NOW, timezone: str = "UTC", min_window: int = 30, **changes: Any) -> AlertFinding:
        rule = AlertRule(**{"name": "x", "metric": "nps", "owner": "Ana", "plan": "Look.", **changes})
        (found,) = alert_findings(connection, [rule], until=until, timezone=timezone, min_window=min_window)
        if found.level != "unreadable":
            book = FactBook("", "")
            claim = alert_claim(found, book)
            assert check(claim, Pack(book.facts, {}, frozenset(alert_names([found])))) == ()
        return found

    return one


def test_a_threshold_held_for_two_weeks(ask: Ask) -> None:
    found = ask(metric="rage_tap", screen="pay 2", above=0.1, periods=2)
    assert (found.level, found.since, found.as_of) == ("alert", date(2026, 11, 16), LAST)
    assert (found.value, found.n, found.baseline) == (pytest.approx(0.4), 70, 0.0)
    assert "Rage taps on Pay 2: 40.0% of 70 sessions" in found.sentence
    assert "above 10.0% in each of the last 2 weeks; 0.0% in the four weeks before" in found.sentence
    assert (found.owner, found.plan) == ("Ana", "Look.")


def test_one_week_more_than_it_has_held_is_quiet(ask: Ask) -> None:
    found = ask(metric="rage_tap", screen="Pay 2", above=0.1, periods=3)
    assert found.level == "quiet" and not found.fires
    assert "not above 10.0% for 3 weeks" in found.sentence


def test_a_level_that_only_touches_the_threshold_has_not_crossed(ask: Ask) -> None:
    assert ask(metric="rage_tap", above=0.4).level == "quiet"
    assert ask(metric="rage_tap", above=0.39).level == "alert"


def test_the_interval_is_the_one_that_the_screens_show(ask: Ask, connection: Any) -> None:
    week = span("2026-11-23", "2026-11-29", zone("UTC"))
    before = span("2026-10-26", "2026-11-22", zone("UTC"))
    counts = visit_counts(connection, Query("nps", week, before), until=NOW)
    (shown,) = screen_frictions(counts)
    found = ask(metric="rage_tap", screen="Pay 2", above=0.1)
    assert found.value == pytest.approx(shown.rate.value)
    assert found.interval == pytest.approx((shown.rate.low, shown.rate.high))


def test_days_can_be_counted_instead_of_weeks(ask: Ask) -> None:
    found = ask(below=20.0, every="day", periods=3, until=_moment(date(2026, 11, 26)), min_window=20)
    assert found.level == "alert" and found.since == SHIFT
    assert (found.value, found.n) == (pytest.approx(-30), 20)
    assert "on 2026-11-25" in found.sentence


def test_only_whole_days_before_now_count(ask: Ask) -> None:
    assert ask(test="falls", until=_moment(SHIFT, 13)).as_of == SHIFT - timedelta(days=1)
    assert ask(test="falls", until=_moment(SHIFT, 13)).level == "quiet"


def test_days_are_those_of_the_time_zone(ask: Ask) -> None:
    # noon in UTC is the next day in Kiritimati (UTC+14): the last Sunday's answers count as Monday's
    found = ask(below=20.0, every="day", timezone="Pacific/Kiritimati", min_window=20)
    assert found.since == SHIFT + timedelta(days=1)


def test_the_daily_test_does_not_wait_for_the_week(ask: Ask) -> None:
    found = ask(test="falls", until=_moment(SHIFT + timedelta(days=4), 1))
    assert found.level == "alert"
    assert SHIFT <= (found.since or FIRST) <= SHIFT + timedelta(days=3)
    assert (found.value, found.baseline) == (pytest.approx(-30), pytest.approx(30))
    assert f"NPS fell from +30.0 around {SHIFT}: since then −30.0 from 80 answers" in found.sentence
    assert ask(test="rises").level in ("quiet", "watch")


def test_a_theme_by_label_or_id_and_a_filter(ask: Ask) -> None:
    for name in ("t1", "prices UP 5"):
        found = ask(metric="theme", theme=name, test="rises")
        assert found.level == "alert" and found.value == pytest.approx(0.6)
        assert found.sentence.startswith("Comments on “Prices up 5” rose from 10.0%")
    android = ask(metric="theme", theme="t1", test="rises", where=(("platform", "Android"),))
    assert (android.value, android.n, android.baseline) == (pytest.approx(1.0), 70, 0.0)


def test_a_day_off_is_a_watch_and_never_an_alert(ask: Ask) -> None:
    found = ask(below=-90.0, until=_moment(SHIFT + timedelta(days=1), 0))
    assert (found.level, found.fires) == ("watch", True)
    assert (found.value, found.baseline, found.n) == (pytest.approx(-30), pytest.approx(30), 20)


def test_too_little_data_is_said(ask: Ask) -> None:
    thin = ask(below=20.0, every="day")  # twenty answers a day, thirty needed
    assert thin.level == "too_little_data" and "20 answers in 2026-11-29 and 30 are needed" in thin.sentence
    short = ask(test="falls", until=_moment(FIRST + timedelta(days=5)))
    assert short.level == "too_little_data" and "150 answers on 14 days" in short.sentence
    nobody = ask(test="falls", where=(("platform", "fridge"),))
    assert nobody.level == "too_little_data" and nobody.n == 0
    weeks = ask(below=20.0, periods=20)
    assert weeks.level == "too_little_data"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"where": (("colour", "red"),), "below": 1.0}, "no segment called 'colour'"),
        ({"metric": "theme", "theme": "Weather", "above": 0.1}, "no theme called 'Weather'"),
        ({"metric": "crash", "screen": "Paymnt", "above": 0.1}, "screen called 'Paymnt'"),
    ],
)
def test_a_rule_that_names_what_is_not_there_says_so(ask: Ask, changes: dict[str, Any], sentence: str) -> None:
    found = ask(**changes)
    assert found.level == "unreadable" and sentence in found.sentence


def test_surveys_are_not_mixed_unasked(tmp_path: Path) -> None:
    rows = []
    for number in range(28):
        for i in range(15):
            survey, y = ("Autumn 2", 100.0) if i < 10 else ("Exit", -100.0)
            key = f"{number:02}-{i:02}"
            moment = _moment(LAST - timedelta(days=number))
            rows.append({"response_id": key, "kind": "nps", "y": y, "submitted_at": moment, "survey": survey})
    several = connect(write_run(tmp_path, responses=rows))
    said = {}
    for survey in (None, "exit", "all", "Spring"):
        rule = AlertRule("x", "nps", "Ana", "x", below=-99.0, survey=survey)
        (found,) = alert_findings(several, [rule], until=NOW, timezone="UTC")
        said[survey] = (found.level, found.value)
    assert said[None] == ("quiet", 100.0)
    assert said["exit"] == ("alert", -100.0)
    assert said["all"] == ("quiet", pytest.approx(100 / 3))
    assert said["Spring"] == ("unreadable", None)


def test_a_signal_that_nobody_met_is_zero_not_missing(ask: Ask) -> None:
    found = ask(metric="crash", above=0.01)
    assert (found.level, found.value, found.n) == ("quiet", 0.0, 70)


def test_alerts_come_first_then_by_name(connection: Any) -> None:
    rules = [
        AlertRule("b quiet", "nps", "Ana", "x", below=-90.0),
        AlertRule("c fires", "nps", "Ana", "x", below=0.0),
        AlertRule("a fires", "nps", "Ana", "x", test="falls"),
        AlertRule("a odd", "crash", "Ana", "x", screen="nowhere", above=0.1),
    ]
    found = alert_findings(connection, rules, until=NOW, timezone="UTC")
    assert [f.rule.name for f in found][:2] == ["a fires", "c fires"]
    assert found[0].since is not None and found[-1].level in ("quiet", "watch", "unreadable")


def test_an_empty_run_is_too_little_data(tmp_path: Path) -> None:
    empty = connect(write_run(tmp_path))
    rules = [
        AlertRule("a", "nps", "Ana", "x", below=0.0),
        AlertRule("b", "error", "Ana", "x", test="rises"),
    ]
    found = alert_findings(empty, rules, until=NOW, timezone="UTC")
    assert [f.level for f in found] == ["too_little_data", "too_little_data"]
