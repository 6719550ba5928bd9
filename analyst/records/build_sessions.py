"""Sessions from a file with one row a session, or one row a screen of a session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from analyst.records.build import Builder, platform
from analyst.records.cells import amount, clean, count, level, verbatim
from analyst.records.outcome import Refused
from analyst.records.readers import Row
from analyst.records.types import ScreenVisit, Session

_SIGNALS = ("rage_taps", "dead_taps", "ui_freezes", "crashes", "errors")
NO_SCREEN = "unknown screen"  # friction was counted, but the file does not say where


@dataclass
class _Rows:
    """The rows of one session: the first stands for what is said once a session."""

    first: Row
    visits: list[ScreenVisit] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)  # hashes of the rows met
    late: dict[str, Any] = field(default_factory=dict)  # a cell that the first row left empty


def build_sessions(builder: Builder, rows: Iterable[Row]) -> Iterator[Session | Refused]:
    """Every session of the file, in order of first appearance, and the rows that belong to none."""
    sessions: dict[str, _Rows] = {}
    for row in rows:
        if row.problem:
            yield Refused(row.line, "", row.problem, row.cells)
            continue
        session_id = clean(builder.cell(row, "session_id"))
        if session_id is None:
            yield Refused(row.line, builder.reading.columns["session_id"], "no session id", row.cells)
            continue
        mark = hash(tuple(map(str, row.cells.values())))
        held = sessions.get(session_id)
        if held is None:
            held = sessions[session_id] = _Rows(row)
        else:
            if mark in held.seen:
                builder.duplicates += 1  # the very same line again, not a second visit
                continue
            for header, value in row.cells.items():
                if value not in (None, "") and held.first.cells.get(header) in (None, ""):
                    held.late.setdefault(header, value)
        held.seen.add(mark)
        visit = _visit(builder, row)
        if visit is not None:
            held.visits.append(visit)
    for session_id, held in sessions.items():
        yield _session(builder, session_id, held)


def _visit(builder: Builder, row: Row) -> ScreenVisit | None:
    signals = {name: count(builder.cell(row, name)) for name in _SIGNALS}
    screen = level(builder.cell(row, "screen"))
    if screen is None:
        if not any(signals.values()):
            return None
        screen = NO_SCREEN
    (screen,) = builder.clean_words(screen)
    dwell = amount(builder.cell(row, "dwell_s"))
    return ScreenVisit(
        screen=screen or NO_SCREEN, dwell_s=dwell if dwell is not None and dwell >= 0 else None, **signals
    )


def _session(builder: Builder, session_id: str, held: _Rows) -> Session | Refused:
    row = held.first._replace(cells={**held.first.cells, **held.late})
    started_at, _ = builder.moment(row, "started_at")
    duration = amount(builder.cell(row, "duration_s"))
    (summary,) = builder.clean_words(builder.words(row, "summary"))
    where = level(builder.cell(row, "platform"))
    try:
        return Session(
            source=builder.reading.source,
            source_id=session_id[:300],
            segments=builder.segments(row),
            user_id=builder.user(row),
            started_at=started_at,
            duration_s=duration if duration is not None and duration >= 0 else None,
            platform=platform(where) if where else None,
            app_version=level(builder.cell(row, "app_version")),
            summary=summary if clean(summary) is not None else None,
            replay_url=_link(builder.cell(row, "replay_url")),
            screens=tuple(held.visits),
        )
    except ValidationError as error:
        first = error.errors()[0]
        return Refused(row.line, str(first["loc"][0]), str(first["msg"]), row.cells)


def _link(value: Any) -> str | None:
    """A web address; anything else (javascript:, a local path) is no link to show to people."""
    text = verbatim(value)
    return text[:2000] if text and text.lower().startswith(("https://", "http://")) else None
