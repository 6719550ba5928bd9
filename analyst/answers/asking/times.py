"""Stretches of time as people name them: the pieces that `dates` puts together."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month", "span"]
Role = Literal["at", "since", "until", "around", "versus"]


@dataclass(frozen=True)
class Time:
    """The days `first` to `last`, both included. `said` are the words it was read from, `note` what was assumed.

    `event` names a change of the calendar that the days come from; `role` says how the words stood to it. `future` is
    set where the days have not come yet; `earlier` where the words only mean "the one before" of another window;
    `readings` are the clear ways to write a date that can be read in two ways. `relative` is set where the words count
    from now ("last week"); `instead` says that nothing lies there and which days were taken instead;
    `backwards` is set where the words name an end before the beginning.
    """

    first: date
    last: date
    unit: Unit
    said: str
    role: Role = "at"
    note: str = ""
    event: str = ""
    future: bool = False
    earlier: bool = False
    readings: tuple[str, ...] = ()
    relative: bool = False
    instead: str = ""
    backwards: bool = False

    @property
    def days(self) -> int:
        """Days covered."""
        return (self.last - self.first).days + 1


def day(of: date, said: str) -> Time:
    """A single day."""
    return Time(of, of, "day", said)


def week(holding: date, said: str) -> Time:
    """The ISO week that holds a day."""
    monday = holding - timedelta(days=holding.weekday())
    return Time(monday, monday + timedelta(days=6), "week", said)


def month(year: int, number: int, said: str) -> Time:
    """A calendar month."""
    return Time(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]), "month", said)


def span(first: date, last: date, said: str, note: str = "") -> Time:
    """Free days, both ends included, in either order."""
    return Time(min(first, last), max(first, last), "span", said, note=note)


def months_back(of: date, count: int) -> tuple[int, int]:
    """Year and month `count` months before the month of `of` (negative: after)."""
    index = of.year * 12 + of.month - 1 - count
    return index // 12, index % 12 + 1


def quarter(year: int, number: int, said: str) -> Time:
    """Three calendar months."""
    last = 3 * number
    return span(date(year, last - 2, 1), date(year, last, calendar.monthrange(year, last)[1]), said)


def before(time: Time) -> Time:
    """The stretch of the same kind right before `time`."""
    if time.unit == "month":
        return replace(month(*months_back(time.first, 1), time.said), role="at")
    if time.unit == "week":
        return week(time.first - timedelta(days=1), time.said)
    return span(time.first - timedelta(days=time.days), time.first - timedelta(days=1), time.said)


def to_today(time: Time, today: date) -> Time:
    """From the first day of `time` until today."""
    return replace(time, last=max(today, time.first), unit="span", role="since")
