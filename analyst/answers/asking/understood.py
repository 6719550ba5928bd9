"""What a question was taken to mean, in one sentence."""

from __future__ import annotations

from datetime import date, timedelta

from analyst.answers.asking.plan import Plan
from analyst.answers.wording import METRIC_NAMES, SIGNAL_WORDS, group
from analyst.core.query import Query
from analyst.core.windows import Window, zone

_BANDS = {"detractor": "detractors", "passive": "passives", "promoter": "promoters"}
_MOVING = {"rising": "rose", "falling": "fell", "new": "are new", "quiet": "went quiet"}


def days_text(first: date, last: date) -> str:
    """9–15 Nov, 28 Sep–4 Oct, 1 Oct; the year where it is not said elsewhere is left to the label."""
    if first == last:
        return f"{first.day} {first:%b}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b}"
    years = first.year != last.year
    begun = f"{first.day} {first:%b}" + (f" {first.year}" if years else "")
    return f"{begun}–{last.day} {last:%b}" + (f" {last.year}" if years else "")


def window_text(window: Window, timezone: str) -> str:
    """2026-W46 (9–15 Nov), October 2026, 5–18 Oct 2026."""
    tz = zone(timezone)
    first = window.start.astimezone(tz).date()
    last = window.end.astimezone(tz).date() - timedelta(days=1)
    if window.kind == "week":
        return f"{window.label} ({days_text(first, last)})"
    if window.kind == "month":
        return f"{first:%B %Y}"
    return days_text(first, last) + ("" if first.year != last.year else f" {last.year}")


def _in(window: Window, timezone: str) -> str:
    """The window with the word that goes before it."""
    return f"{'on' if window.days == 1 else 'in' if window.kind != 'span' else 'over'} {window_text(window, timezone)}"


def baseline_text(query: Query, timezone: str) -> str:
    """The four weeks before, the same length before, or the window by name."""
    tz = zone(timezone)
    if query.baseline.end == query.window.start:
        now, base = query.window.days, query.baseline.days
        if query.window.kind == "week" and base == 28:
            return "the four weeks before"
        if query.window.kind == "month" and query.baseline.kind == "span":
            return "the four months before"
        if base == now and query.window.kind == "span":
            return f"the {_days(base)} before"
        if base == 4 * now:
            return f"the {_days(base)} before"
    first = query.baseline.start.astimezone(tz).date()
    if query.baseline.kind == "span" and query.baseline.label.count("W") == 2:
        last = query.baseline.end.astimezone(tz).date() - timedelta(days=1)
        return f"{query.baseline.label} ({days_text(first, last)})"
    return window_text(query.baseline, timezone)


def _days(count: int) -> str:
    return "day" if count == 1 else f"{count} days"


def understood(plan: Plan, timezone: str, labels: dict[str, str]) -> str:
    """One sentence that says what will be answered."""
    query = plan.query
    name = METRIC_NAMES[query.metric]
    when = _in(query.window, timezone)
    whom = f", for {group(query.where)}" if query.where else ""
    said = _SENTENCES[plan.intent](plan, name, when, timezone, labels)
    if plan.intent in ("compare", "benchmark"):
        return f"{said}."
    return f"{said}{whom}."


def _why(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    about = _about(plan, labels)
    tail = f", looking at {about}" if about else ""
    return f"Why {name} moved {when}, against {baseline_text(plan.query, tz)}{tail}"


def _level(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    return f"What {name} was {when}, and against {baseline_text(plan.query, tz)}"


def _for_whom(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    return f"For whom {name} moved or is low {when}, against {baseline_text(plan.query, tz)}"


def _themes(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    moved = f"Which themes {_MOVING[plan.moving]}" if plan.moving else "What people talk about"
    of = f", among {_BANDS[plan.band]}" if plan.band else ""
    return f"{moved} {when}, against {baseline_text(plan.query, tz)}{of}"


def _theme(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    return f"How much people speak of {_about(plan, labels) or 'it'} {when}, who does, and how it changed"


def _say(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    about = _about(plan, labels)
    return f"What {_BANDS.get(plan.band or '', 'customers')} say{f' about {about}' if about else ''} {when}"


def _quotes(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    about, of = _about(plan, labels), f" of {_BANDS[plan.band]}" if plan.band else ""
    return f"{plan.limit or 'Some'} quotes{of}{f' about {about}' if about else ''} {when}"


def _screens(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    signal = SIGNAL_WORDS.get(plan.signal or "", "")
    if plan.screen:
        return f"How the {plan.screen} screen does{f' as to {signal}' if signal else ''} {when}"
    return f"On which screens people meet {signal or 'friction'} {when}, and where it hurts {name} most"


def _fixes(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    if plan.fix_id:
        return f"What fix {plan.fix_id} is and rests on, {when}"
    about = f" on the {plan.screen} screen" if plan.screen else f" about {_about(plan, labels)}" if plan.themes else ""
    top = f"The {plan.limit} things to fix first" if plan.limit and plan.limit > 1 else "What to fix first"
    return f"{top}{about} to raise {name}, {when}"


def _compare(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    other = plan.other
    if other is None or other.where == plan.query.where:
        whom = f", for {group(plan.query.where)}" if plan.query.where else ""
        return f"{name} {when} beside {window_text((other or plan.query).window, tz)}{whom}"
    sides = [group(side.where) or "everybody else" for side in (plan.query, other)]
    return f"{name} of {sides[0]} beside {sides[1]} {when}"


def _sure(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    return f"How sure the change of {name} {when} is, against {baseline_text(plan.query, tz)}"


def _fix_worked(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    if plan.fix_id:
        return f"Whether fix {plan.fix_id} did what it promised"
    about = f"about {plan.screen or plan.topic} " if plan.screen or plan.topic else ""
    return f"Whether the fixes {about}that were registered as shipped did what they promised"


def _benchmark(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    return f"What a good {name} is, and how ours {when} stands beside it"


def _data(plan: Plan, name: str, when: str, tz: str, labels: dict[str, str]) -> str:
    return f"How many answers, comments and sessions there are {when}, and from when to when"


_SENTENCES = {
    "why": _why, "level": _level, "for_whom": _for_whom, "themes": _themes, "theme": _theme, "say": _say,
    "quotes": _quotes, "screens": _screens, "fixes": _fixes, "compare": _compare, "sure": _sure,
    "fix_worked": _fix_worked, "benchmark": _benchmark, "data": _data,
}  # fmt: skip


def _about(plan: Plan, labels: dict[str, str]) -> str:
    """The theme by its label, and the words it was found by where they say something else."""
    label = labels.get(plan.themes[0], "") if plan.themes else ""
    if label and plan.topic and plan.topic.casefold() not in label.casefold():
        return f"{plan.topic} (theme “{label}”)"
    return f"“{label}”" if label else plan.topic or (f"the {plan.screen} screen" if plan.screen else "")
