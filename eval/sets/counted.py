"""Numbers counted from a company's raw files, row by row, in plain Python.

The labelled questions expect numbers. They are counted here, from what a customer would import and without any part of
the analysis, so that a mistake in the product cannot become its own truth.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from analyst.core.errors import UndertoneError

SURVEYS = ("nps", "csat", "ces")
SIGNALS = ("rage_taps", "dead_taps", "ui_freezes", "crashes", "errors")
# How far a number in an answer may lie from the counted one: answers round, and say so.
TOLERANCE = {"points": 0.06, "share": 0.0006, "count": 0.5}


@dataclass(frozen=True)
class Response:
    """One raw answer: its id in the file, metric, UTC day, score, y (points), text, and what is known of its giver."""

    response_id: str
    metric: str
    day: date
    score: float
    y: float
    text: str
    groups: Mapping[str, str]


@dataclass(frozen=True)
class Visit:
    """One raw session on one screen: its UTC day, platform and version, and which signals it met there."""

    session_id: str
    screen: str
    day: date
    signals: frozenset[str]
    groups: Mapping[str, str]


@dataclass(frozen=True)
class Company:
    """The raw rows of one company: answers by id, and visits of screens."""

    responses: Mapping[str, Response]
    visits: tuple[Visit, ...]

    @classmethod
    def read(cls, folder: Path) -> Company:
        """The files nps.csv, csat.csv, ces.csv, customers.csv and sessions.csv of `folder`.

        Raises UndertoneError where one of them is missing.
        """
        customers = {row["user_id"]: row for row in _rows(folder / "customers.csv")}
        found = [_response(row, name, customers) for name in SURVEYS for row in _rows(folder / f"{name}.csv")]
        return cls(
            {one.response_id: one for one in found}, tuple(_visit(row) for row in _rows(folder / "sessions.csv"))
        )

    def answers(self, metric: str, window: str, where: Mapping[str, str]) -> list[Response]:
        """Answers of `metric` in `window` (2026-W46, 2026-10, a day, or a span `a..b`) by people of `where`."""
        first, last = days_of(window)
        return [r for r in self.responses.values() if r.metric == metric and first <= r.day <= last and _in(r, where)]

    def number(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """`asked` with `value`, `unit` and `tolerance` filled in: what a question's fact must come to.

        `what` is score, answers, change, detractors, promoter_share (all of a metric), sessions, hit_share (of a
        screen and signal) or all_sessions. Raises UndertoneError for anything else.
        """
        value, unit = self._counted(asked)
        return {**asked, "value": round(value, 6), "unit": unit, "tolerance": TOLERANCE[unit]}

    def _counted(self, asked: Mapping[str, Any]) -> tuple[float, str]:
        what, where = asked["what"], asked.get("where") or {}
        if what == "all_sessions":
            return float(len({visit.session_id for visit in self.visits})), "count"
        if what in ("sessions", "hit_share"):
            return self._screen(what, asked, where)
        now = self.answers(asked["metric"], asked["window"], where)
        if what == "answers":
            return float(len(now)), "count"
        if what == "detractors":
            return float(sum(r.y < 0 for r in now)), "count"
        if what == "promoter_share":
            return sum(r.y >= 100 for r in now) / len(now), "share"
        if what == "score":
            return _mean(now), "points"
        if what == "change":
            return _mean(now) - _mean(self.answers(asked["metric"], asked["baseline"], where)), "points"
        raise UndertoneError(f"No number is called '{what}'.", "Use score, answers, change, sessions or hit_share.")

    def _screen(self, what: str, asked: Mapping[str, Any], where: Mapping[str, str]) -> tuple[float, str]:
        first, last = days_of(asked["window"])
        met: dict[str, bool] = defaultdict(bool)
        for visit in self.visits:
            if visit.screen == asked["screen"] and first <= visit.day <= last and _in(visit, where):
                met[visit.session_id] |= asked.get("signal") in visit.signals
        if what == "sessions":
            return float(len(met)), "count"
        return sum(met.values()) / len(met), "share"


def days_of(window: str) -> tuple[date, date]:
    """First and last day of a window as people write it: 2026-W46, 2026-10, 2026-11-15, or two of them with `..`.

    Raises UndertoneError for anything else.
    """
    first, _, last = window.partition("..")
    start, end = _days(first.strip()), _days((last or first).strip())
    return start[0], end[1]


def _days(text: str) -> tuple[date, date]:
    try:
        if "W" in text:
            year, number = text.split("-W")
            monday = date.fromisocalendar(int(year), int(number), 1)
            return monday, monday + timedelta(days=6)
        if len(text) == 7:
            month = date.fromisoformat(f"{text}-01")
            return month, (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return date.fromisoformat(text), date.fromisoformat(text)
    except ValueError as error:
        raise UndertoneError(f"'{text}' is not a window.", "Write it like 2026-W46, 2026-10 or 2026-11-15.") from error


def _mean(answers: list[Response]) -> float:
    if not answers:
        raise UndertoneError("No answer lies in that window and group.", "Ask for a window with answers.")
    return sum(one.y for one in answers) / len(answers)


def _in(row: Response | Visit, where: Mapping[str, str]) -> bool:
    return all(row.groups.get(dimension) == value for dimension, value in where.items())


def _rows(path: Path) -> Iterable[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            yield from csv.DictReader(handle)
    except FileNotFoundError as error:
        raise UndertoneError(f"There is no {path}.", "Make the company's files with `undertone demo`.") from error


def _utc_day(text: str) -> date:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC).date()


def _response(row: Mapping[str, str], metric: str, customers: Mapping[str, Mapping[str, str]]) -> Response:
    score = float(row["score"])
    person = customers.get(row["user_id"], {})
    groups = {
        "platform": row["attr.platform"],
        "app_version": row["attr.app_version"],
        "device": row["attr.device"],
        "language": row["language"],
        "survey_channel": row["channel"],
        **{name: person[name] for name in ("plan", "country", "channel") if name in person},
    }
    return Response(row["id"], metric, _utc_day(row["submitted_at"]), score, _y(metric, score), row["text"], groups)


def _y(metric: str, score: float) -> float:
    """NPS: 9-10 count +100, 0-6 count -100. CSAT 4-5 of 5 and CES 5-7 of 7 count 100, the others 0."""
    if metric == "nps":
        return 100.0 if score >= 9 else -100.0 if score <= 6 else 0.0
    return 100.0 if score >= (4 if metric == "csat" else 5) else 0.0


def _visit(row: Mapping[str, str]) -> Visit:
    met = frozenset(name for name in SIGNALS if int(row[name] or 0) > 0)
    groups = {"platform": row["platform"], "app_version": row["app_version"]}
    return Visit(row["session_id"], row["screen"], _utc_day(row["started_at"]), met, groups)
