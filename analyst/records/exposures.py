"""Who met which friction signal on which screen, from sessions and from events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyst.core.tables import SIGNALS, VISIT

FIELDS = dict(zip(("rage_taps", "dead_taps", "ui_freezes", "crashes", "errors"), SIGNALS, strict=True))
# (session id, user id, screen, signal) -> (count, first moment in microseconds)
Key = tuple[str | None, str | None, str, str]
Met = dict[Key, tuple[int, int | None]]


def screen_counts(screens: Iterable[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """(screen, signal) -> count over a session's screens, visits included."""
    counts: dict[tuple[str, str], int] = {}
    for screen in screens:
        name = screen["screen"]
        counts[name, VISIT] = counts.get((name, VISIT), 0) + 1
        for field, signal in FIELDS.items():
            times = screen.get(field, 0)
            if times:
                counts[name, signal] = counts.get((name, signal), 0) + times
    return counts


def merge(into: Met, key: Key, times: int, at: int | None) -> None:
    """Lay one source's count over another's: both watched the same taps, so the larger count holds."""
    known, first = into.get(key, (0, None))
    moments = [moment for moment in (first, at) if moment is not None]
    into[key] = (max(known, times), min(moments) if moments else None)


def from_events(events: Iterable[tuple[str | None, str | None, int | None, str | None, str | None, int]]) -> Met:
    """Exposures told by events: (session id, user id, at, screen, signal, count). A user's signal on a screen in a
    session is one row. An event with a screen and no signal is a visit; one with neither says nothing here."""
    met: Met = {}
    for session, user, at, screen, signal, times in events:
        if screen is None and signal is None:
            continue
        key = (session, user, screen or "unknown screen", signal or VISIT)
        known, first = met.get(key, (0, None))
        moments = [moment for moment in (first, at) if moment is not None]
        met[key] = (known + max(times, 1 if signal is None else 0), min(moments) if moments else None)
        if signal is not None:  # who meets a signal on a screen has seen the screen
            visit = (session, user, screen or "unknown screen", VISIT)
            seen, since = met.get(visit, (0, None))
            met[visit] = (max(seen, 1), min([m for m in (since, at) if m is not None], default=None))
    return {key: found for key, found in met.items() if found[0] > 0}
