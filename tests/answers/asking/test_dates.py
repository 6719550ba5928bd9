"""Stretches of time, in the ways people write them. Now is Wednesday, 18 November 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from analyst.answers.asking.dates import read_dates
from analyst.answers.asking.times import Time
from analyst.answers.asking.wanted import label_of, windows_of
from analyst.answers.asking.words import plain
from tests.answers.asking.hand import known_by_hand

KNOWN = known_by_hand()


def times(words: str) -> tuple[Time, ...]:
    return read_dates(plain(words), KNOWN)[0]


def label(words: str) -> str:
    found = times(words)
    assert len(found) == 1, found
    return label_of(found[0])


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ("last week", "2026-W46"),
        ("this week", "2026-W47"),
        ("the past week", "2026-W46"),
        ("2026-W45", "2026-W45"),
        ("week 45", "2026-W45"),
        ("wk 45", "2026-W45"),
        ("week 45 of 2025", "2025-W45"),
        ("w50", "2025-W50"),  # the latest one that has begun
        ("the week of nov 5", "2026-W45"),
        ("two weeks ago", "2026-W45"),
        ("the week before last", "2026-W45"),
        ("this month", "2026-11"),
        ("last month", "2026-10"),
        ("in october", "2026-10"),
        ("oct", "2026-10"),
        ("in december", "2025-12"),
        ("in may", "2026-05"),
        ("october 2025", "2025-10"),
        ("2026-10", "2026-10"),
        ("yesterday", "2026-11-17..2026-11-17"),
        ("today", "2026-11-18..2026-11-18"),
        ("the day before yesterday", "2026-11-16..2026-11-16"),
        ("on 5 october", "2026-10-05..2026-10-05"),
        ("october 5th", "2026-10-05..2026-10-05"),
        ("the 5th of october", "2026-10-05..2026-10-05"),
        ("2026-10-05", "2026-10-05..2026-10-05"),
        ("25/10", "2026-10-25..2026-10-25"),
        ("05.10.2026", "2026-10-05..2026-10-05"),
        ("between oct 5 and 18", "2026-10-05..2026-10-18"),
        ("oct 5-18", "2026-10-05..2026-10-18"),
        ("5-18 october", "2026-10-05..2026-10-18"),
        ("from 5 october to 2 november", "2026-10-05..2026-11-02"),
        ("2026-10-05 to 2026-10-18", "2026-10-05..2026-10-18"),
        ("past 4 weeks", "2026-10-19..2026-11-15"),
        ("last 7 days", "2026-11-11..2026-11-17"),
        ("the last 3 months", "2026-08-01..2026-10-31"),
        ("Q3", "2026-07-01..2026-09-30"),
        ("q3 2025", "2025-07-01..2025-09-30"),
        ("the third quarter", "2026-07-01..2026-09-30"),
        ("last quarter", "2026-07-01..2026-09-30"),
        ("year to date", "2026-01-01..2026-11-18"),
        ("since monday", "2026-11-16..2026-11-18"),
        ("since 5 november", "2026-11-05..2026-11-18"),
        ("since october", "2026-10-01..2026-11-18"),
        ("from october", "2026-10"),
        ("after october", "2026-11-01..2026-11-18"),
        ("last weekend", "2026-11-14..2026-11-15"),
        ("early october", "2026-10-01..2026-10-10"),
        ("the second half of october", "2026-10-16..2026-10-31"),
        ("the first week of november", "2026-W45"),
        ("in 2025", "2025-01-01..2025-12-31"),
        ("in total", "2026-01-05..2026-11-18"),
        ("since 4.2.0", "2026-11-03..2026-11-18"),
        ("since 4.2.0 on android", "2026-11-09..2026-11-18"),
        ("since the release", "2026-11-03..2026-11-18"),
        ("did 4.1.2 hurt us", "2026-10-13..2026-11-18"),
        ("since the price increase", "2026-10-01..2026-11-18"),
        ("during the outage", "2026-09-16..2026-09-17"),
        ("before 4.2.0", "2026-10-06..2026-11-02"),
    ],
)  # fmt: skip
def test_a_stretch_of_time_is_read(words: str, window: str) -> None:
    assert label(words) == window


@pytest.mark.parametrize("words", ["users on 4.2.0", "may we", "top 3 fixes", "a second look", "version 4.1.2"])
def test_what_is_no_time_is_left_alone(words: str) -> None:
    assert times(words) == ()


@pytest.mark.parametrize(
    ("words", "now", "versus"),
    [
        ("october vs september", "2026-10", "2026-09"),
        ("in september compared with october", "2026-10", "2026-09"),
        ("last week compared with the week before", "2026-W46", "2026-W45"),
        ("what changed between september and october", "2026-10", "2026-09"),
        ("before and after 4.2.0", "2026-11-03..2026-11-18", "2026-10-18..2026-11-02"),
        ("since 4.2.0", "2026-11-03..2026-11-18", "2026-10-18..2026-11-02"),
    ],
)
def test_the_later_window_is_set_against_the_earlier_one(words: str, now: str, versus: str) -> None:
    found = windows_of(times(words))
    assert found.now is not None and found.versus is not None
    assert (label_of(found.now), label_of(found.versus)) == (now, versus)


def test_a_date_that_is_two_days_says_both() -> None:
    assert times("since 5/10")[0].readings == ("5 October 2026", "10 May 2026")
    assert times("on 7/7")[0].readings == ()


@pytest.mark.parametrize("words", ["next week", "tomorrow", "2030-W01", "in 2031"])
def test_what_has_not_begun_is_marked(words: str) -> None:
    assert times(words)[0].future


def test_the_day_is_that_of_the_workspace() -> None:
    late = known_by_hand(datetime(2026, 11, 15, 23, 30, tzinfo=UTC), "Europe/Berlin")
    assert late.today == date(2026, 11, 16)
    assert label_of(read_dates("last week", late)[0][0]) == "2026-W46"


def test_days_that_do_not_exist_are_no_days() -> None:
    assert all(time.unit == "month" for time in times("30 february"))
    assert times("2026-13-45") == ()
    assert times("2026-W60") == ()


def test_a_version_on_several_days_is_told() -> None:
    assert "different days" in times("since 4.2.0")[0].note
    assert times("since 4.2.0 on ios")[0].note == ""
