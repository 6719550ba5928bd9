"""Phrases of an answer's prose: who, when, how much. Numbers and names are written as everywhere (wording.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.core.windows import previous, zone
from analyst.fixes.wording import short_where
from analyst.runs.view import BASELINE_WINDOWS

if TYPE_CHECKING:
    from analyst.core.query import Query, Where
    from analyst.core.values import Estimate, Quote
    from analyst.core.windows import Window

MISSING = "(missing)"
_PLACES = ("platform", "app_version")  # their values speak for themselves: on Android 4.2.0
FEW = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def people(where: Where) -> str:
    """Android 4.2.0 · web, plan plus · everybody; a value that the row lacked reads 'without a plan'."""
    known = tuple((name, value) for name, value in where if value != MISSING)
    lacking = [f"without a {w.dimension(name)}" for name, value in where if value == MISSING]
    told = short_where(known)
    if "app_version" in dict(known) and "platform" not in dict(known):
        told = f"version {told}"
    return ", ".join(filter(None, [told, *lacking])) or "everybody"


def among(where: Where) -> str:
    """' on Android 4.2.0', ' with plan plus', ' on web with plan plus'; empty for everybody."""
    bare = tuple((name, value) for name, value in where if name in _PLACES and value != MISSING)
    rest = tuple((name, value) for name, value in where if name not in _PLACES and value != MISSING)
    lacking = [f"without a {w.dimension(name)}" for name, value in where if value == MISSING]
    told = [f"on {people(bare)}" if bare else "", f"with {short_where(rest)}" if rest else "", *lacking]
    return "".join(f" {part}" for part in told if part)


def customers(where: Where) -> str:
    """'customers on Android 4.2.0', 'customers with plan plus'"""
    return f"customers{among(where)}"


def names_of(where: Where) -> tuple[str, ...]:
    """The names that a sentence on these people may use."""
    return (*(value for _, value in where), people(where)) if where else ()


def before(query: Query, timezone: str) -> str:
    """'the four weeks before', 'the months before', 'the week before', or the baseline's label."""
    kind, tz = query.window.kind, zone(timezone)
    if kind in ("week", "month"):
        if previous(query.window, tz, BASELINE_WINDOWS) == query.baseline:
            return f"the {FEW[BASELINE_WINDOWS]} weeks before" if kind == "week" else "the months before"
        if previous(query.window, tz) == query.baseline:
            return f"the {kind} before"
    return query.baseline.label


def weeks_before(query: Query, timezone: str) -> float | None:
    """The number that `before` says in words, if it says one."""
    return float(BASELINE_WINDOWS) if FEW[BASELINE_WINDOWS] in before(query, timezone) else None


def within(window: Window) -> str:
    """'in 2026-W46', 'from 2026-11-01 to 2026-11-15'"""
    if window.kind == "span" and ".." in window.label:
        first, _, last = window.label.partition("..")
        return f"from {first} to {last}"
    return f"in {window.label}"


def level_sure(estimate: Estimate, metric: str) -> str:
    """The interval of a level: a percentage carries no sign, an NPS does."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"95% interval {w.score(estimate.low, metric)} to {w.score(estimate.high, metric)}"


def sure(estimate: Estimate, scale: float = 1.0, digits: int = 1) -> str:
    """'95% interval −18.8 to −7.9'; empty where there is none."""
    span = w.interval(estimate, scale, digits)
    return f"95% interval {span}" if span else ""


def share_interval(estimate: Estimate, digits: int = 0) -> str:
    """'95% interval 61% to 67%' of a share."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"95% interval {w.percent(estimate.low, digits)} to {w.percent(estimate.high, digits)}"


def plural(number: int, one: str, many: str = "") -> str:
    """'1 answer', '1,034 answers'"""
    return f"{w.count(number)} {one if number == 1 else many or one + 's'}"


def quoted(quote: Quote) -> str:
    """The exact words between quotation marks; the reader's line gives score and date beside them."""
    return f"“{quote.text}”"


capital = w.capital
