"""Event streams: taps told one by one become friction signals, events without a session id become sessions.

An event here is a mutable row: session_id, user_id, at (microseconds), name, screen, signal, count, source.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from analyst.records.types import record_key

SECOND = 1_000_000  # microseconds
GAP = 30 * 60 * SECOND  # a longer silence ends a session
RAGE_TAPS, RAGE_SPAN = 3, 2 * SECOND
REACTION = 3 * SECOND  # a tap without any change for so long is dead
REACTS = 0.5  # share of an element's taps that must show a reaction before a missing one means anything
FEWEST_TAPS = 20
LONGEST_PATH = 500  # screens of one session that are kept in order
_TAP = re.compile(r"\b(tap|taps|tapped|click|clicks|clicked|press|pressed|touch|touched|autocapture)\b|"
                  r"element (clicked|interacted)", re.IGNORECASE)  # fmt: skip
ELEMENT = ": "  # between what happened and the element that it happened to, in an event's name

Events = list[dict[str, Any]]


def is_tap(name: str | None) -> bool:
    """Whether an event's name says that something was tapped or clicked."""
    return name is not None and _TAP.search(name.split(ELEMENT)[0].replace("_", " ")) is not None


def with_sessions(events: Events, sessions: Iterable[tuple[str, str | None, int | None, float | None]]) -> Events:
    """The events, those without a session id given one; `sessions` are (id, user, started at, seconds).

    An event that falls into a session of its user belongs to it. The others of a user are cut into sessions where
    more than 30 minutes pass between two of them, the rule of web analytics; the session's id is made of the user
    and its first moment, so that it stays the same. Events without a user or a moment stay without a session.
    """
    known: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for session_id, user, started, seconds in sessions:
        if user is not None and started is not None:
            known[user].append((started, started + int((seconds or 0) * SECOND), session_id))
    for spans in known.values():
        spans.sort()
    loose: dict[str, Events] = defaultdict(list)
    placed = [dict(event) for event in events]
    for event in placed:
        user, at = event["user_id"], event["at"]
        if event["session_id"] is None and user is not None and at is not None:
            event["session_id"] = _within(known.get(user, ()), at)
            if event["session_id"] is None:
                loose[user].append(event)
    for user, mine in loose.items():
        mine.sort(key=lambda event: event["at"])
        name, last = "", None
        for event in mine:
            if last is None or event["at"] - last > GAP:
                name = f"made-{record_key(user, str(event['at']))}"
            event["session_id"], last = name, event["at"]
    return placed


def _within(spans: Sequence[tuple[int, int, str]], at: int) -> str | None:
    place = bisect_right(spans, (at, 1 << 62, "")) - 1
    return spans[place][2] if place >= 0 and at <= spans[place][1] else None


def with_screens(events: Events) -> Events:
    """The events, a friction signal without a screen given the one last seen in its session."""
    last: dict[str, str] = {}
    for event in sorted(events, key=lambda e: -1 if e["at"] is None else e["at"]):
        session = event["session_id"]
        if session is None or event["at"] is None:
            continue
        if event["screen"]:
            last[session] = event["screen"]
        elif event["signal"] is not None or is_tap(event["name"]):
            event["screen"] = last.get(session)
    return events


def with_signals(events: Events) -> Events:
    """The events, and beside them the rage and dead taps that taps told one by one amount to.

    A rage tap is three taps or more on one element within two seconds; one burst counts once. Vendors, who see the
    screen, take three within 0.3 s (UXCam) or 1 s (PostHog), or four within 1 s (Amplitude, Mixpanel); a stream's
    moments are often rounded to seconds, hence two. A dead tap
    is a tap after which nothing else is told of the session for three seconds; it is only inferred for elements at
    least half of whose taps (20 or more) do show a reaction, for many streams tell of no reactions at all. A source
    that brings either signal itself is believed, and nothing is inferred of that signal for it.
    """
    told = {(event["source"], event["signal"]) for event in events if event["signal"] is not None}
    streams: dict[tuple[str, str], Events] = defaultdict(list)
    for event in events:
        if event["session_id"] is not None and event["at"] is not None:
            streams[event["source"], event["session_id"]].append(event)
    found: Events = []
    reacted: dict[tuple[str, str | None, str], list[tuple[bool, dict[str, Any]]]] = defaultdict(list)
    for (source, _), stream in streams.items():
        stream.sort(key=lambda event: event["at"])
        taps: dict[tuple[str | None, str], Events] = defaultdict(list)
        changes = [e["at"] for e in stream if e["signal"] is not None or not is_tap(e["name"])]
        for event in stream:
            if event["signal"] is None and is_tap(event["name"]):
                taps[event["screen"], event["name"]].append(event)
        for (screen, name), mine in taps.items():
            if (source, "rage_tap") not in told and ELEMENT in name:
                found += [_signal(burst, "rage_tap") for burst in _bursts(mine)]
            if (source, "dead_tap") not in told:
                reacted[source, screen, name] += [(_followed(changes, tap["at"]), tap) for tap in mine]
    for outcomes in reacted.values():
        answered = sum(reaction for reaction, _ in outcomes)
        if len(outcomes) >= FEWEST_TAPS and answered >= REACTS * len(outcomes):
            found += [_signal(tap, "dead_tap") for reaction, tap in outcomes if not reaction]
    return events + found


def _bursts(taps: Events) -> Events:
    """The first tap of every run of taps in which three lie within two seconds."""
    found: Events = []
    first = 0
    while first + RAGE_TAPS <= len(taps):
        if taps[first + RAGE_TAPS - 1]["at"] - taps[first]["at"] > RAGE_SPAN:
            first += 1
            continue
        found.append(taps[first])
        last = first + RAGE_TAPS - 1
        while last + 1 < len(taps) and taps[last + 1]["at"] - taps[last]["at"] <= RAGE_SPAN:
            last += 1
        first = last + 1
    return found


def _followed(changes: Sequence[int], at: int) -> bool:
    place = bisect_left(changes, at)
    return place < len(changes) and changes[place] - at <= REACTION


def _signal(tap: dict[str, Any], signal: str) -> dict[str, Any]:
    return {**tap, "signal": signal, "count": 1}


def path(screens: Iterable[str | None]) -> list[str] | None:
    """Screens in the order they were seen, a screen seen twice in a row named once; None where there is none."""
    found: list[str] = []
    for screen in screens:
        if screen and (not found or found[-1] != screen):
            found.append(screen)
            if len(found) == LONGEST_PATH:
                break
    return found or None


def event_paths(events: Events) -> dict[str, list[str]]:
    """The path of every session that events with a screen and a moment tell of, by session id."""
    seen: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in events:
        if event["session_id"] is not None and event["screen"] and event["at"] is not None:
            seen[event["session_id"]].append((event["at"], event["screen"]))
    found = {}
    for session, steps in seen.items():
        steps.sort(key=lambda step: step[0])  # a stable sort: events of one moment stay in the order of the file
        walked = path(screen for _, screen in steps)
        if walked is not None:
            found[session] = walked
    return found
