"""The design frame holds exactly the answers of the two windows, and what was said and met before each."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from analyst.core.errors import UsageProblem
from analyst.core.query import Query
from analyst.core.windows import parse_window, zone
from analyst.runs.counting import connect, level_values, metric_counts, scores_by_period
from analyst.runs.frame import DesignFrame, design_frame
from tests.runs.small_run import at, response, write_run

UTC_ZONE = zone("UTC")
LATE = datetime(2027, 1, 1, tzinfo=UTC)


def _query(window: str = "2026-11-10..2026-11-12", baseline: str = "2026-11-01..2026-11-09", **more: str) -> Query:
    where = tuple(sorted(more.items()))
    return Query("nps", parse_window(window, UTC_ZONE), parse_window(baseline, UTC_ZONE), where)


def _frame(folder: Path, query: Query, until: datetime = LATE, **rows: list[dict[str, object]]) -> DesignFrame:
    return design_frame(connect(write_run(folder, **rows)), query, join_days=14, until=until)


def test_only_dated_scored_answers_of_the_windows(tmp_path: Path) -> None:
    answers = [
        response(1, 10, 10), response(2, 9, 3), response(3, 13, 3), response(4, None, 3), response(5, 11, None),
        response(6, 11, 3) | {"kind": "csat"},
    ]  # fmt: skip
    frame = _frame(tmp_path, _query(), responses=answers)
    assert list(frame.response_id) == ["r001", "r002"]
    assert list(frame.post) == [True, False]
    assert list(frame.y) == [100.0, -100.0]


def test_nothing_after_the_clock(tmp_path: Path) -> None:
    frame = _frame(tmp_path, _query(), until=at(11), responses=[response(1, 10, 10), response(2, 12, 3)])
    assert list(frame.response_id) == ["r001"]


def test_the_filter_ignores_case_and_knows_missing_values(tmp_path: Path) -> None:
    answers = [response(1, 10, 10, seg_plan="Pro"), response(2, 10, 3, seg_plan="free"), response(3, 10, 3)]
    frame = _frame(tmp_path, _query(plan="pro"), responses=answers)
    assert list(frame.response_id) == ["r001"]
    everyone = _frame(tmp_path / "again", _query(), responses=answers)
    assert set(everyone.levels[0]) == {"Pro", "free", "(missing)"}
    assert list(everyone.rows_of((("plan", "(missing)"),))) == [False, False, True]
    assert not everyone.rows_of((("colour", "red"),)).any()


def test_an_unknown_segment_says_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="no segment called 'colour'"):
        _frame(tmp_path, _query(colour="red"), responses=[response(1, 10, 10)])


def test_overlapping_windows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="overlap"):
        _frame(tmp_path, _query(baseline="2026-11-01..2026-11-10"), responses=[response(1, 10, 10)])


def test_mentions_and_their_mood(tmp_path: Path) -> None:
    opinions = [
        {"opinion_id": "o1", "response_id": "r001", "theme_id": "t-a", "sentiment": "negative", "state": "core"},
        {"opinion_id": "o2", "response_id": "r001", "theme_id": "t-a", "sentiment": "positive", "state": "core"},
        {"opinion_id": "o3", "response_id": "r002", "theme_id": None, "sentiment": "neutral", "state": "unassigned"},
    ]
    frame = _frame(
        tmp_path, _query(), responses=[response(1, 10, 3), response(2, 10, 3), response(3, 10, 3)], opinions=opinions,
        themes=[{"theme_id": "t-a", "label": "a"}, {"theme_id": "t-b", "label": "b"}],
    )  # fmt: skip
    assert frame.theme_ids == ("t-a", "t-b")
    np.testing.assert_array_equal(frame.mentions.toarray(), [[1, 0], [0, 0], [0, 0]])
    np.testing.assert_array_equal(frame.negative.toarray(), [[1, 0], [0, 0], [0, 0]])
    assert list(frame.commented) == [True, True, False]


def test_only_friction_met_in_the_days_before_the_answer_counts(tmp_path: Path) -> None:
    def met(user: str, day: int, signal: str, count: int = 1) -> dict[str, object]:
        return {
            "session_id": f"s{day}",
            "user_id": user,
            "screen": "Pay",
            "signal": signal,
            "count": count,
            "at": at(day, 9),
        }

    answers = [response(1, 12, 3, user_id="a"), response(2, 12, 9, user_id="b"), response(3, 12, 9)]
    exposures = [met("a", 11, "rage_tap", 3), met("a", 10, "rage_tap"), met("a", 13, "crash"), met("b", 1, "visit")]
    early = datetime(2026, 10, 20, 9, tzinfo=UTC)
    exposures.append(met("b", 1, "crash") | {"at": early})
    frame = _frame(tmp_path, _query(), responses=answers, exposures=exposures)
    assert frame.frictions == (("Pay", "rage_tap"),)
    np.testing.assert_array_equal(frame.exposed.toarray(), [[4], [0], [0]])
    assert list(frame.with_sessions) == [True, True, False]
    assert list(frame.sessions) == [2, 1, 0]


def test_sessions_are_counted_though_they_say_nothing_of_screens(tmp_path: Path) -> None:
    answers = [response(1, 12, 3, user_id="a"), response(2, 12, 9, user_id="b"), response(3, 12, 9)]
    sessions = [
        {"session_id": f"s{i}", "user_id": user, "started_at": at(day)}
        for i, (user, day) in enumerate([("a", 11), ("a", 11), ("a", 13), ("b", 12), (None, 11)])
    ]
    frame = _frame(tmp_path, _query(), responses=answers, sessions=sessions)
    assert list(frame.sessions) == [2, 0, 0]  # b's began at the very moment of the answer: that is no exposure


def test_one_person_one_code_and_anonymous_answers_are_people_of_their_own(tmp_path: Path) -> None:
    answers = [response(1, 10, 3, user_id="a"), response(2, 11, 3, user_id="a"), response(3, 10, 3), response(4, 10, 3)]
    person = _frame(tmp_path, _query(), responses=answers).person
    assert person[0] == person[1]
    assert len(set(person)) == 3


def test_an_empty_frame_is_no_error(tmp_path: Path) -> None:
    frame = _frame(tmp_path, _query())
    assert frame.n == 0
    assert frame.codes.shape == (0, 1)


def test_weeks_are_counted_in_the_workspaces_zone(tmp_path: Path) -> None:
    late_sunday = response(1, 8, 10) | {"submitted_at": datetime(2026, 11, 8, 23, 30, tzinfo=UTC)}
    connection = connect(write_run(tmp_path, responses=[late_sunday, response(2, 10, 3, text="bad")]))
    berlin = scores_by_period(connection, "nps", "week", "Europe/Berlin", LATE)
    assert [(row.period, row.n, row.total, row.commented) for row in berlin] == [("2026-W46", 2, 0.0, 1)]
    utc = scores_by_period(connection, "nps", "week", "UTC", LATE)
    assert [(row.period, row.n) for row in utc] == [("2026-W45", 1), ("2026-W46", 1)]


def test_levels_and_metrics_are_counted(tmp_path: Path) -> None:
    answers = [response(1, 10, 3, seg_plan="b"), response(2, 10, 3, seg_plan="b"), response(3, 10, 3, seg_plan="a")]
    connection = connect(write_run(tmp_path, responses=answers))
    assert level_values(connection, "plan") == ["b", "a"]
    assert metric_counts(connection) == {"nps": 3}
