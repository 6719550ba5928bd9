"""What a fix is called and what it says: sentences made of the evidence, never "caused"."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analyst.core.query import Query, Where
from analyst.core.values import inside_quotes
from analyst.findings import ScreenFriction, ScreenLink, SegmentLift, ThemeName
from analyst.fixes.began import Began
from analyst.fixes.candidates import Candidate
from analyst.fixes.suggested import Suggested
from analyst.fixes.types import Overlap
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
HAPPENS = {  # the gravest first
    "crash": "the app crashes",
    "ui_freeze": "the screen freezes",
    "error": "errors come up",
    "dead_tap": "taps do nothing",
    "rage_tap": "taps go unanswered",
}
TO_DO = {  # of a screen, which is named first and "it" after that
    "rage_tap": "make {} answer the first tap",
    "dead_tap": "make every tap on {} do something",
    "ui_freeze": "keep {} from freezing",
    "crash": "stop the crashes on {}",
    "error": "clear the errors on {}",
}
PLATFORMS = {"android": "Android", "ios": "iOS", "ipados": "iPadOS", "macos": "macOS", "windows": "Windows"}
_BARE = ("platform", "app_version")  # their values speak for themselves: "Android 4.2.0"
THEMES_TOLD = 4  # ties to themes that a fix's facts list
_PATIENCE = 52  # weeks beyond which waiting for a number is no plan
_MUCH_LESS = 0.75  # of the present rate: a baseline below this is the goal
_FEWEST_VISITS = 20  # below this the normal approximation of a share says nothing
_NONE = 0.0005  # a rate below this is none


def signal_names(signals: tuple[str, ...]) -> str:
    """`rage taps and freezes`"""
    return _listed([SIGNAL_NAMES.get(signal, signal.replace("_", " ")) for signal in signals])


def short_where(where: Where) -> str:
    """`Android 4.2.0`, `web, plan plus`; empty for everyone."""
    bare = [dict(where)[name] for name in _BARE if name in dict(where)]
    bare = [PLATFORMS.get(value.casefold(), value) for value in bare]
    rest = [f"{name.replace('_', ' ')} {value}" for name, value in where if name not in _BARE]
    return ", ".join(filter(None, [" ".join(bare), *rest]))


def since(began: Began | None, day: str | None) -> str | None:
    """`4.2.0 (9 Nov)`: the release that a trouble came with, and when that was, where the calendar knows."""
    if began is None:
        return None
    return f"{began.version} ({day})" if day else began.version


def title(candidate: Candidate, names: Mapping[str, ThemeName], began: str | None = None) -> str:
    """`Payment on Android 4.2.0: the screen freezes and taps go unanswered, since 4.2.0 (9 Nov)`"""
    if candidate.grade == "C":
        label = names[candidate.themes[0]].label
        seen = f"mostly from people who met {signal_names(candidate.signals)} on {candidate.screen}"
        where = seen if candidate.screen else "no session shows where"
        if candidate.heard:
            said = f"{candidate.interval.n} answers mention it and score lower, maybe by chance"
            return f"Heard most, “{label}”: {said}, {where}"
        return f"“{label}”: {candidate.interval.n} answers complain, {where}"
    group = short_where(candidate.where)
    what = [HAPPENS.get(signal, signal.replace("_", " ")) for signal in gravest(candidate.signals[:2])]
    return f"{candidate.screen}{f' on {group}' if group else ''}: {_listed(what)}{f', since {began}' if began else ''}"


def action(
    candidate: Candidate,
    query: Query,
    names: Mapping[str, ThemeName],
    began: str | None,
    suggested: Suggested,
    shown: str | None,
    sessions: int,
    *,
    watched: bool = True,
) -> str:
    """What to do, for whom, what shows it, when it is done, and what customers ask for. `shown` is a sentence of
    a session's summary, `sessions` are listed beside it; `watched`: whether there are sessions of anybody at all."""
    parts = []
    if candidate.grade == "C":
        parts.append(_complaints(candidate, query, names, watched))
    else:
        parts.append(_to_do(candidate))
        parts += [f"Sessions show it: “{inside_quotes(shown.strip().rstrip('.'))}”"] if shown else []
        parts += _rates(candidate, began)
    if candidate.links:
        parts.append(_met(candidate.links[0], names))
    if suggested.quotes:
        parts.append(_asked(suggested))
    if sessions:
        parts.append(f"Begin with the {sessions} sessions listed" if sessions > 1 else "Begin with the session listed")
    return " ".join(f"{part}." for part in parts)


def gravest(signals: tuple[str, ...]) -> list[str]:
    """The signals, the gravest first: people tap in rage because the screen froze."""
    known = list(HAPPENS)
    return sorted(signals, key=lambda signal: (known.index(signal) if signal in known else len(known), signal))


def _to_do(candidate: Candidate) -> str:
    """`On Android 4.2.0, keep Payment from freezing and make it answer the first tap`"""
    told: list[str] = []
    for signal in gravest(candidate.signals[:2]):
        whom = candidate.screen if not told else "it"
        told.append(TO_DO.get(signal, f"mend the {signal.replace('_', ' ')} on {{}}").format(whom))
    what = " and ".join(told)
    group = short_where(candidate.where)
    return f"On {group}, {what}" if group else f"{what[:1].upper()}{what[1:]}"


@dataclass(frozen=True)
class _Goal:
    """What shows that a fix worked: the `signal` on `screen`, now met by `now` (0..1) of `visits` visits there, at
    `goal` or less; `place` in words."""

    signal: str
    screen: str
    place: str
    now: float
    goal: float
    visits: int


def _goal(candidate: Candidate) -> _Goal | None:
    """The rate to come down, of the commonest signal where it is met most: to what it was before the release that
    brought it, to what it is elsewhere, to what it was before, or to half."""
    friction = max(candidate.frictions, key=lambda f: f.rate.value, default=None)
    if friction is None or not friction.rate.n or friction.rate.value <= 0:
        return None
    name = SIGNAL_NAMES.get(friction.signal, friction.signal)
    inside = _inside(friction, candidate.where)
    before = friction.rate_before.value if friction.rate_before.n else None
    group = short_where(candidate.where)
    place = f"on {friction.screen}{f' ({group})' if group and inside else ''}"
    if inside is not None:
        goal = before if candidate.began and before is not None else inside.share_out
        return _Goal(name, friction.screen, place, inside.share_in, min(goal, inside.share_in / 2), inside.lift.n)
    fell = before is not None and before < _MUCH_LESS * friction.rate.value
    goal = before if fell and before is not None else friction.rate.value / 2
    return _Goal(name, friction.screen, place, friction.rate.value, goal, friction.rate.n)


def _inside(friction: ScreenFriction, where: Where) -> SegmentLift | None:
    return next((s for s in friction.segments if s.where == where), None) if where else None


def _rates(candidate: Candidate, began: str | None) -> list[str]:
    """How often it happens against how often it need not, the release behind it, and the rate that ends it."""
    goal = _goal(candidate)
    if goal is None:
        return []
    friction = max(candidate.frictions, key=lambda f: f.rate.value)
    inside = _inside(friction, candidate.where)
    before = friction.rate_before.value if friction.rate_before.n else None
    if inside is not None:
        rates = _percent(inside.share_in), _percent(inside.share_out)
        told = f"There {rates[0]} of the visits meet {goal.signal}, {rates[1]} elsewhere"
    else:
        told = f"{_percent(goal.now)} of the {goal.visits:,} visits meet {goal.signal}"
        told += f" ({_percent(before)} before)" if before is not None and not began else ""
    if began and candidate.began:
        told += f", {_percent(before)} before {began}" if before is not None else f", since {began}"
        told += f": start from what changed on {friction.screen} after {candidate.began.replaced}"
    ends = f"at most {_percent(goal.goal)} of those visits do" if goal.goal >= _NONE else "no such visit does"
    return [told, f"Done when {ends}"]


def _asked(suggested: Suggested) -> str:
    """`7 customers suggest something here: “keep my card details”`"""
    people = f"{suggested.people:,} customers suggest" if suggested.people > 1 else "One customer suggests"
    said = " and ".join(f"“{inside_quotes(quote.text.strip().rstrip('.'))}”" for quote in suggested.quotes)
    return f"{people} what to do, such as {said}" if suggested.people > len(suggested.quotes) else f"{people}: {said}"


def _complaints(candidate: Candidate, query: Query, names: Mapping[str, ThemeName], watched: bool) -> str:
    told = f"{candidate.interval.n} answers in {query.window.label} complain of it"
    if candidate.heard:
        told = (
            f"This rests on {candidate.interval.n} answers in {query.window.label} that mention it and score lower "
            "than other comments, which may be chance"
        )
    if len(candidate.themes) > 1:
        told += f" (with “{names[candidate.themes[1]].label}”, which says much the same)"
    if not watched:
        return (
            f"{told}. There are no sessions of those who answer, so nobody can say where it happens or how many meet "
            "it: import sessions with the same user ids for a lift that rests on more than words"
        )
    if candidate.screen is None:
        return f"{told}; read them, and record in sessions where it happens, so that those who meet it can be counted"
    return (
        f"{told}; those who met {signal_names(candidate.signals)} on {candidate.screen} do not score lower beyond "
        "chance, so look there first but not only there"
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
    sure = f"(95% interval {_signed(low)} to {_signed(high)}, n = {candidate.interval.n} in {query.window.label})"
    said = [
        f"Answers of people {group} are {abs(candidate.gap):.1f} {name} points lower than those of others like them "
        f"{sure}.",
        f"About {_percent(candidate.share)} of all who answer meet it{_whom(candidate)}.",
    ]
    if candidate.heard:
        said = [
            f"Answers that mention it are {abs(candidate.gap):.1f} {name} points lower than other comments {sure}; "
            "among so many themes some look like that by chance.",
            "How many meet it is unknown.",
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
        words = "opinion of these themes names" if named == 1 else "opinions of these themes name"
        said.append(f"{named:,} {words} {candidate.screen} in words.")
    return said


def _whom(candidate: Candidate) -> str:
    """`; 99% of the visits that do are on Android 4.2.0`"""
    friction = max(candidate.frictions, key=lambda f: f.rate.value, default=None)
    inside = _inside(friction, candidate.where) if friction else None
    if friction is None or inside is None or friction.rate.value <= 0:
        return ""
    share = inside.share_in * inside.lift.n / (friction.rate.value * friction.rate.n)
    return f"; {_percent(min(1.0, share))} of the visits that do are on {short_where(candidate.where)}"


def overlap_fact(overlap: Overlap, rank: int) -> str:
    """`64% of those who meet it meet that of fix 1 too: together +3.1 points (...), their sum +4.0.`"""
    joint = overlap.joint
    low, high = joint.low or 0.0, joint.high or 0.0
    return (
        f"{_percent(overlap.shared)} of those who meet it meet that of fix {rank} too: together {_signed(joint.value)} "
        f"points (95% interval {_signed(low)} to {_signed(high)}, n = {joint.n}), their sum {_signed(overlap.apart)}."
    )


def verification(candidate: Candidate, query: Query, variance: float, answers: int) -> str:
    """How to see whether it worked, and when there will be enough data: friction first, then the score.

    `variance` of one answer in squared points; `answers` in the current window.
    """
    weeks = max(query.window.days / 7, 1e-9)
    parts = []
    goal = _goal(candidate) if candidate.grade != "C" else None
    if goal is not None:
        parts.append(_friction_check(goal, weeks))
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


def _friction_check(goal: _Goal, weeks: float) -> str:
    """Visits needed to see the rate come down to its goal.

    Two proportions, two-sided 5 %, 80 % power (Fleiss, Levin & Paik 2003, 4.2, without continuity correction).
    """
    now, aim = goal.now, goal.goal
    needed = max(_FEWEST_VISITS, math.ceil((now * (1 - now) + aim * (1 - aim)) * (Z95 + Z80) ** 2 / (now - aim) ** 2))
    wait = math.ceil(needed / (goal.visits / weeks))
    return (
        f"First {goal.signal} {goal.place} should fall from {_percent(now)} to {_percent(aim)} of visits: {needed:,} "
        f"visits show it, about {_weeks(wait)}"
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
