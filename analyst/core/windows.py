"""Windows of time: ISO weeks, months and free spans, in the workspace's time zone, held in UTC.

A window is half-open [start, end). Whole weeks are compared with whole weeks, so that a weekday rhythm
cannot pass for a movement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analyst.core.errors import UsageProblem

WindowKind = Literal["week", "month", "span"]


@dataclass(frozen=True)
class Window:
    """A half-open stretch of time; `label` is how people name it (2026-W46, 2026-10, 2026-11-01..2026-11-15)."""

    label: str
    start: datetime
    end: datetime
    kind: WindowKind

    @property
    def days(self) -> int:
        """Calendar days covered."""
        return round((self.end - self.start) / timedelta(days=1))


def zone(name: str) -> ZoneInfo:
    """The time zone called `name`; raises UsageProblem when there is none such."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageProblem(
            f"There is no time zone called '{name}'.",
            "Use a name such as UTC, Europe/Berlin or America/New_York.",
        ) from error


def _midnight(day: date, tz: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tz).astimezone(UTC)


def week(label: str, tz: ZoneInfo) -> Window:
    """The ISO week named like 2026-W46."""
    match = re.fullmatch(r"(\d{4})-?W(\d{1,2})", label.strip(), re.IGNORECASE)
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        monday = None
    if monday is None:
        raise UsageProblem(f"'{label}' is not an ISO week.", "Write it like 2026-W46.")
    return week_of(monday, tz)


def week_of(day: date, tz: ZoneInfo) -> Window:
    """The ISO week that holds `day`."""
    monday = day - timedelta(days=day.weekday())
    year, number, _ = monday.isocalendar()
    return Window(f"{year}-W{number:02d}", _midnight(monday, tz), _midnight(monday + timedelta(days=7), tz), "week")


def _next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def month(label: str, tz: ZoneInfo) -> Window:
    """The calendar month named like 2026-10."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})", label.strip())
    if not match or not 1 <= int(match[2]) <= 12:
        raise UsageProblem(f"'{label}' is not a month.", "Write it like 2026-10.")
    return month_of(date(int(match[1]), int(match[2]), 1), tz)


def month_of(day: date, tz: ZoneInfo) -> Window:
    """The calendar month that holds `day`."""
    first = day.replace(day=1)
    return Window(f"{first:%Y-%m}", _midnight(first, tz), _midnight(_next_month(first), tz), "month")


def span(first: str, last: str, tz: ZoneInfo) -> Window:
    """The days from `first` to `last`, both included, each like 2026-11-01."""
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise UsageProblem(f"'{first}' to '{last}' is not a pair of dates.", "Write them like 2026-11-01.") from error
    if end < start:
        raise UsageProblem(f"The window ends ({last}) before it starts ({first}).", "Swap the two dates.")
    return Window(f"{first}..{last}", _midnight(start, tz), _midnight(end + timedelta(days=1), tz), "span")


def parse_window(text: str, tz: ZoneInfo) -> Window:
    """A window from any of its written forms: 2026-W46, 2026-10, 2026-11-01..2026-11-15, 2026-11-01."""
    if "w" in text.lower():
        return week(text, tz)
    if ".." in text:
        first, last = text.split("..", 1)
        return span(first.strip(), last.strip(), tz)
    if re.fullmatch(r"\d{4}-\d{1,2}", text.strip()):
        return month(text, tz)
    return span(text.strip(), text.strip(), tz)


def previous(window: Window, tz: ZoneInfo, count: int = 1) -> Window:
    """The `count` windows of the same kind right before `window`, as one window."""
    local_start = window.start.astimezone(tz).date()
    if window.kind == "month":
        first = local_start
        for _ in range(count):
            first = (first - timedelta(days=1)).replace(day=1)
    else:
        length = 7 if window.kind == "week" else (window.end.astimezone(tz).date() - local_start).days
        first = local_start - timedelta(days=length * count)
    start = _midnight(first, tz)
    if count == 1 and window.kind == "week":
        return week_of(first, tz)
    if count == 1 and window.kind == "month":
        return month_of(first, tz)
    last = local_start - timedelta(days=1)
    return Window(f"{_name(first, window.kind)}..{_name(last, window.kind)}", start, window.start, "span")


def _name(day: date, kind: WindowKind) -> str:
    if kind == "month":
        return f"{day:%Y-%m}"
    return _week_name(day) if kind == "week" else day.isoformat()


def _week_name(day: date) -> str:
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02d}"
