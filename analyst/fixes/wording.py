"""What a fix is called and what it says: sentences made of the evidence, never "caused"."""

from __future__ import annotations

import math
from collections.abc import Mapping

from analyst.core.query import Query, Where
from analyst.findings import ScreenFriction, ScreenLink, ThemeName
from analyst.fixes.candidates import Candidate
from analyst.metrics import answers_needed, kind_of
from analyst.metrics.intervals import Z95
from analyst.metrics.power import Z80

SIGNAL_NAMES = {
    "rage_tap": "rage taps",
    "dead_tap": "dead taps",
    "ui_freeze": "freezes",
    "crash": "crashes",
    "error": "errors",
}
HAPPENS = {
    "rage_tap": "taps go unanswered",
    "dead_tap": "taps do nothing",
    "ui_freeze": "the screen freezes",
    "crash": "the app crashes",
    "error": "errors come up",
}
_BARE = ("platform", "app_version")  # their values speak for themselves: "android 4.2.0"
THEMES_TOLD = 4  # ties to themes that a fix's facts list
_PATIENCE = 52  # weeks beyond which waiting for a number is no plan


def signal_names(signals: tuple[str, ...]) -> str:
    """`rage taps and freezes`"""
    return _listed([SIGNAL_NAMES.get(signal, signal.replace("_", " ")) for signal in signals])


def short_where(where: Where) -> str:
    """`android 4.2.0`, `web, plan plus`; empty for everyone."""
    bare = [dict(where)[name] for name in _BARE if name in dict(where)]
    rest = [f"{name.replace('_', ' ')} {value}" for name, value in where if name not in _BARE]
    return ", ".join(filter(None, [" ".join(bare), *rest]))


def title(candidate: Candidate, names: Mapping[str, ThemeName]) -> str:
    """`Payment on android 4.2.0: the screen freezes, taps go unanswered (“card declined”)`"""
    label = names[candidate.themes[0]].label if candidate.themes else None
    group = short_where(candidate.where)
    place = f"{candidate.screen}{f' on {group}' if group else ''}" if candidate.screen else None
    what = ", ".join(HAPPENS.get(signal, signal.replace("_", " ")) for signal in candidate.signals[:2])
    if candidate.grade == "C":
        return (
            f"{label}{f' (seen on {place})' if place else ''}: people complain, and no session shows how many meet it"
        )
    return f"{place}: {what}{f' (“{label}”)' if label else ''}"


def action(candidate: Candidate, query: Query, names: Mapping[str, ThemeName], sessions: int) -> str:
    """What to look into, where, with what evidence to start from."""
    parts = []
    friction = candidate.frictions[0] if candidate.frictions else None
    link = candidate.links[0] if candidate.links else None
    if candidate.grade == "C":
        parts.append(_complaints(candidate, query, names))
    else:
        group = short_where(candidate.where)
        opening = f"On {group}, find" if group else "Find"
        parts.append(f"{opening} what brings {signal_names(candidate.signals)} on {candidate.screen}, and mend it")
        if friction is not None:
            parts.append(_rate(friction, candidate.where))
    if link is not None:
        parts.append(_met(link, names))
    if sessions:
        parts.append(f"Begin with the {sessions} sessions listed" if sessions > 1 else "Begin with the session listed")
    return ". ".join(parts) + "."


def _complaints(candidate: Candidate, query: Query, names: Mapping[str, ThemeName]) -> str:
    label = names[candidate.themes[0]].label
    told = f"{candidate.interval.n} answers in {query.window.label} complain of “{label}”"
    if candidate.screen is None:
        return f"{told}; read them, and record where it happens so that it can be counted"
    return (
        f"{told}; those who met {signal_names(candidate.signals)} on {candidate.screen} do not score lower beyond "
        "chance, so look there first but not only there"
    )


def _rate(friction: ScreenFriction, where: Where) -> str:
    name = SIGNAL_NAMES.get(friction.signal, friction.signal)
    lift = next((segment for segment in friction.segments if segment.where == where), None)
    if lift is not None:
        return (
            f"{_percent(lift.share_in)} of the visits to {friction.screen} there meet {name}, against "
            f"{_percent(lift.share_out)} elsewhere"
        )
    return (
        f"{_percent(friction.rate.value)} of the {friction.rate.n:,} visits to {friction.screen} meet {name} "
        f"({_percent(friction.rate_before.value)} before)"
    )


def _met(link: ScreenLink, names: Mapping[str, ThemeName]) -> str:
    return (
        f"Of those who speak of “{names[link.theme_id].label}”, {_percent(link.exposed_share)} had met "
        f"{SIGNAL_NAMES.get(link.signal, link.signal)} on {link.screen}, against {_percent(link.other_share)} of others"
    )


def facts(candidate: Candidate, query: Query, names: Mapping[str, ThemeName]) -> list[str]:
    """The numbers behind the fix, one sentence each, with n."""
    name = kind_of(query.metric).name
    low, high = candidate.gap - Z95 * candidate.error, candidate.gap + Z95 * candidate.error
    group = "who met it" if candidate.grade != "C" else "who complain of it"
    said = [
        f"Answers of people {group} are {abs(candidate.gap):.1f} {name} points lower than others like them "
        f"(95% interval {_signed(low)} to {_signed(high)}, n = {candidate.interval.n} in {query.window.label}).",
        f"About {_percent(candidate.share)} of all who answer meet it.",
    ]
    for friction in candidate.frictions:
        said.append(
            f"{SIGNAL_NAMES.get(friction.signal, friction.signal).capitalize()} on {friction.screen}: "
            f"{_percent(friction.rate.value)} of {friction.rate.n:,} visits, {_percent(friction.rate_before.value)} of "
            f"{friction.rate_before.n:,} before."
        )
    sharpest = {link.theme_id: link for link in reversed(candidate.links)}  # one link of each theme tells the tie
    for link in [link for link in candidate.links if sharpest[link.theme_id] is link][:THEMES_TOLD]:
        said.append(f"{_met(link, names)} (odds ratio {_ratio(link.odds.value)}, n = {link.odds.n:,}).")
    named = sum({link.theme_id: link.named for link in candidate.links}.values())
    if named:
        said.append(f"{named:,} opinions of these themes name {candidate.screen} in words.")
    return said


def verification(candidate: Candidate, query: Query, variance: float, answers: int) -> str:
    """How to see whether it worked, and when there will be enough data: friction first, then the score.

    `variance` of one answer in squared points; `answers` in the current window.
    """
    weeks = max(query.window.days / 7, 1e-9)
    parts = []
    friction = candidate.frictions[0] if candidate.frictions else None
    if friction is not None and friction.rate.value > 0:
        parts.append(_friction_check(friction, weeks))
    elif candidate.themes:
        parts.append("Watch the share of comments that mention it")
    name = kind_of(query.metric).name
    needed = answers_needed(variance, variance, candidate.lift.points) if candidate.lift.points > 0 else None
    wait = math.ceil(needed / (answers / weeks)) if needed and answers else None
    if needed and wait is not None and wait <= _PATIENCE:
        parts.append(
            f"a lift of {candidate.lift.points:.1f} points needs {needed:,} {name} answers before and after, about "
            f"{_weeks(wait)} at the present pace"
        )
    else:
        parts.append(f"{name} as a whole will not show a lift this small within a year; compare those exposed instead")
    return "; ".join(parts) + "."


def _friction_check(friction: ScreenFriction, weeks: float) -> str:
    """Sessions needed to see the rate return to the baseline's, or halve where the baseline was no better.

    Two proportions, two-sided 5 %, 80 % power (Fleiss, Levin & Paik 2003, 4.2, without continuity correction).
    """
    now, before = friction.rate.value, friction.rate_before.value
    goal = before if before < 0.75 * now else now / 2
    needed = math.ceil((now * (1 - now) + goal * (1 - goal)) * (Z95 + Z80) ** 2 / (now - goal) ** 2)
    wait = math.ceil(needed / (friction.rate.n / weeks))
    return (
        f"First {SIGNAL_NAMES.get(friction.signal, friction.signal)} on {friction.screen} should fall from "
        f"{_percent(now)} to {_percent(goal)} of its visits: {max(needed, 1):,} visits show it, about {_weeks(wait)}"
    )


def _ratio(value: float) -> str:
    return f"{value:.1f}" if value < 100 else "above 100"


def _weeks(count: int) -> str:
    return "a week" if count <= 1 else f"{count} weeks"


def _percent(share: float) -> str:
    return f"{100 * share:.{1 if 0 < abs(share) < 0.1 else 0}f}%"


def _signed(number: float) -> str:
    sign = "+" if number > 0 else "\N{MINUS SIGN}" if number < 0 else ""
    return f"{sign}{abs(number):.1f}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
