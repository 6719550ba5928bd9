"""The calendar in a question: "since 4.2.0", "after the price change", "during the campaign"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from analyst.answers.asking.known import Change, Known
from analyst.answers.asking.times import Time, span, to_today
from analyst.answers.asking.words import plain, stem

_VERSION = r"v?(\d+(?:\.\d+)+)"
_RELEASE = r"(?:release|update|version|rollout|roll out|launch|deploy|deployment|build|upgrade)"
_EFFECT = (
    r"(?:hurt|help|break|broke|affect|impact|change|changed|damage|cost|improve|ruin|kill|tank|drop|cause|caused"
    r"|make|made"
    r"|do|done|move|moved|work|pay|bring|brought)\w*"
)
# What stands before a version (or "the release") when the day it came out is meant, not the people who use it.
_BEFORE = (
    r"(?:since|after|following|before(?: and after| vs after)?|prior to|pre|post|until|around|because of|due to"
    r"|(?<!wrong )(?<!up )(?<!on )(?<!happening )(?<!compared )(?<!compare )(?<!deal )with|effect of|impact of"
    r"|result of|upon|when)"
)
_NAMED = (
    re.compile(rf"\b{_BEFORE} (?:the |our |we (?:released|shipped|launched|rolled out) )*(?:{_RELEASE} )?(?:of "
               rf")?(?P<version>{_VERSION})"
               rf"(?: {_RELEASE})?(?: (?:came out|went live|shipped|was released|launched|dropped|landed))?(?! "
               rf"(?:users|customers|people))"),
    re.compile(rf"\b(?:did|has|have|was|is) (?:the |our )*(?:new )?(?:{_RELEASE} )?(?P<version>{_VERSION})(?: "
               rf"{_RELEASE})? "
               rf"(?=(?:really |actually |already )?(?:{_EFFECT}|the reason|to blame|responsible|a mistake|bad|good))"),
    re.compile(rf"\b(?P<version>{_VERSION}) (?:{_RELEASE}|came out|went live|shipped|was released|launched|landed"
               rf"|go live)\b"),
    re.compile(rf"\b(?:what|how) (?:did|has|have) (?:the )?(?:{_RELEASE} )?(?P<version>{_VERSION})(?: {_RELEASE})? "
               rf"(?={_EFFECT})"),
)  # fmt: skip
_LATEST = (
    re.compile(rf"\b{_BEFORE} (?P<what>(?:the |our |we )*(?:last |latest |new |newest |recent |most recent "
               rf")?(?:app |ios |android |web )?"
               rf"(?:release|released|update|updated|rollout|new version|latest version|last version|launch"
               rf"|launched|deploy|deployment|upgrade))\b"),
    re.compile(rf"\b(?P<what>(?:the |our )(?:last |latest |new |newest |recent |most recent )?(?:app )?(?:release"
               rf"|update|rollout|new version|upgrade))"
               rf"(?= (?:really |actually )?(?:{_EFFECT}|the reason|to blame|responsible))"),
)  # fmt: skip
_KINDS = {
    "outage": ("outage", "downtime", "incident", "blackout"),
    "price": ("price", "pric"),
    "campaign": ("campaign", "promotion", "promo"),
    "survey": ("wording", "reminder"),
}
_CHANGE_WORDS = (
    r"(?: (?:list|change|changes|increase|rise|hike|increases|outage|redesign|campaign|incident|launch|rollout))*"
)
_EVENT_PREFIX = re.compile(
    r"\b(?P<how>since|after|following|before and after|before|prior to|post|during|because of|due to|around|until"
    r"|effect of|impact of|with|did|has|by)"
    r" (?:we |the |our |new |last |latest |changed |raised |launched |ran |had |recent |sign in |social )*"
)


def event_at(text: str, known: Known) -> tuple[Time, tuple[int, int]] | None:
    """The first change of the calendar that `text` names as a moment, and the words to replace; None for none."""
    several = len(set(re.findall(_VERSION, text))) > 1  # versions side by side are groups of people, not days
    for pattern in () if several else _NAMED:
        match = pattern.search(text)
        if match:
            rows = _of_version(match["version"].removeprefix("v"), known)
            if rows:
                time = _released(rows, text, match[0], known)
                return time, _but_prefix(match, match.start("version"))
    for pattern in _LATEST:
        match = pattern.search(text)
        released = [c for c in known.changes if c.kind == "release" and c.version]
        if match and released:
            rows = _of_version(released[-1].version, known)
            time = _released(rows, text, match["what"], known)
            note = f"the latest release, {released[-1].version}, was meant"
            return replace(time, note=_and(note, time.note)), _but_prefix(match, match.start("what"))
    return _other_event(text, known)


def _of_version(version: str, known: Known) -> list[Change]:
    exact = [c for c in known.changes if c.kind == "release" and c.version.casefold().removeprefix("v") == version]
    if exact:
        return exact
    longer = {c.version for c in known.changes if c.kind == "release" and c.version.startswith(f"{version}.")}
    return _of_version(longer.pop(), known) if len(longer) == 1 else []


def _released(rows: Sequence[Change], text: str, said: str, known: Known) -> Time:
    """From the day of the release: of the platform that the question names, else of the first one."""
    named = [row for row in rows if row.platform and re.search(rf"\b{re.escape(row.platform)}\b", text)]
    chosen = (named or sorted(rows, key=lambda row: row.day))[0]
    days = {row.day for row in rows}
    note = ""
    if len(days) > 1 and not named:
        listed = ", ".join(f"{row.platform or 'all'} {row.day.day} {row.day:%b}" for row in rows)
        note = f"{chosen.version} came on different days ({listed}); counted from the first"
    time = span(chosen.day, chosen.day, said)
    return replace(to_today(time, known.today), note=note, event=f"release {chosen.version}")


def _other_event(text: str, known: Known) -> tuple[Time, tuple[int, int]] | None:
    for match in _EVENT_PREFIX.finditer(text):
        rest = text[match.end() :].split()[:4]
        for change in reversed(known.changes):
            words = _event_words(change)
            length = next((n for n in range(len(rest), 0, -1) if _names(rest[:n], words, rest[n : n + 1])), 0)
            if not length:
                continue
            start = match.end()
            end = start + len(" ".join(rest[:length]))
            more = re.match(_CHANGE_WORDS, text[end:])
            end += more.end() if more else 0
            return _event_time(change, match["how"], known), (match.end("how") + 1, end)
    return None


def _event_words(change: Change) -> frozenset[str]:
    if change.kind == "release" and change.version:
        return frozenset()  # versions are named by their number
    return frozenset(stem(w) for w in [*plain(change.title).split(), *_KINDS.get(change.kind, ())] if len(w) > 3)


def _names(words: Sequence[str], of: frozenset[str], after: Sequence[str]) -> bool:
    """Whether every word is one of the event's, and together they say enough: one word may be anything's, unless one
    for a change comes after it."""
    if not words or not all(stem(word) in of for word in words):
        return False
    telling = {"outag", "campaign", "redesign", "downtim", "incident", "blackout", "promotion"}
    changed = bool(after) and bool(re.fullmatch(_CHANGE_WORDS, f" {after[0]}"))
    return len(words) > 1 or changed or stem(words[0]) in {stem(w) for w in telling} | telling


def _event_time(change: Change, how: str, known: Known) -> Time:
    title = change.title or change.kind
    last = change.until or change.day
    note = f"{title} is dated {_days(change.day, change.until)}"
    if how == "during" and change.until:
        return replace(span(change.day, last, title, note), event=title)
    return replace(to_today(span(change.day, change.day, title), known.today), note=note, event=title)


def _days(first: date, last: date | None) -> str:
    one = f"{first.day} {first:%b %Y}"
    return f"{one} to {last.day} {last:%b %Y}" if last and last != first else one


def _but_prefix(match: re.Match[str], start: int) -> tuple[int, int]:
    """The words to replace: from the event itself on, so that since and before can still be read."""
    head = match.string[match.start() : start]
    lead = re.search(r"(?:(?:the|our|we|released|shipped|launched|rolled out|release|update|version|of|new) )+$", head)
    return (start - len(lead[0]) if lead else start), match.end()


def _and(one: str, other: str) -> str:
    return f"{one}; {other}" if one and other else one or other
