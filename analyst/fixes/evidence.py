"""The SQL of this room: who can be seen in sessions, how many a trouble reaches, and the sessions that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from analyst.core.query import Query
from analyst.runs.counting import segment_dimensions, where_sql

if TYPE_CHECKING:
    import duckdb

QUARTER = 90  # days
SESSIONS = 5
Pairs = Sequence[tuple[str, str]]  # (screen, signal)


@dataclass(frozen=True)
class SessionEvidence:
    """A session that shows a trouble, and its replay where there is one."""

    session_id: str
    replay_url: str | None


def seen_share(connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime) -> float:
    """Share (0..1) of the current window's answers whose user was ever in a session: of the others (no user id, no
    consent) nobody knows what they met, so that they cannot count as not exposed."""
    condition, values = where_sql(query.where, segment_dimensions(connection), "r")
    row = connection.execute(
        f"""
        SELECT avg(CASE WHEN s.user_id IS NOT NULL THEN 1.0 ELSE 0.0 END)
        FROM responses r
        LEFT JOIN (SELECT DISTINCT user_id FROM sessions WHERE user_id IS NOT NULL AND started_at < ?) s
          ON s.user_id = r.user_id
        WHERE r.kind = ? AND r.y IS NOT NULL AND r.submitted_at >= ? AND r.submitted_at < ? AND r.submitted_at < ?
          AND {condition}
        """,
        [until, query.metric, query.window.start, query.window.end, until, *values],
    ).fetchone()
    return float(row[0]) if row and row[0] is not None else 0.0


def release_days(connection: duckdb.DuckDBPyConnection, *, until: datetime) -> dict[tuple[str, str], str]:
    """When each release came, as `9 Nov`, by (version, platform in lower case, empty for all); the first of several."""
    rows = connection.execute(
        """
        SELECT version, lower(coalesce(platform, '')), strftime(min("at"), '%-d %b') FROM changes
        WHERE kind = 'release' AND version IS NOT NULL AND "at" < ? GROUP BY ALL
        """,
        [until],
    ).fetchall()
    return {(version, platform): day for version, platform, day in rows}


def reach_in_a_quarter(
    connection: duckdb.DuckDBPyConnection, query: Query, troubles: Sequence[Pairs], *, until: datetime
) -> list[int | None]:
    """Active users a quarter that meet each trouble: distinct users of the last 90 days before the window's end.

    Where sessions cover fewer days, the count is scaled to 90 (an upper bound, since the same people return). None
    where the query's filter is on something that sessions do not carry.
    """
    dims = segment_dimensions(connection, "sessions")
    if not troubles or any(name not in dims for name, _ in query.where):
        return [None] * len(troubles)
    end = min(until, query.window.end)
    condition, values = where_sql(query.where, dims, "s")
    number, screens, signals = flat(troubles)
    if not number:
        return [0] * len(troubles)
    begin = end - timedelta(days=QUARTER)
    first = connection.execute(
        "SELECT epoch(min(started_at)) FROM sessions WHERE started_at >= ? AND started_at < ?", [begin, end]
    ).fetchone()
    covered = (end.timestamp() - first[0]) / 86400 if first and first[0] is not None else QUARTER
    rows = connection.execute(
        f"""
        SELECT t.number, count(DISTINCT coalesce(e.user_id, s.user_id))
        FROM exposures e
        JOIN (SELECT unnest(?) AS number, unnest(?) AS screen, unnest(?) AS signal) t
          ON t.screen = e.screen AND t.signal = e.signal
        JOIN sessions s ON s.session_id = e.session_id
        WHERE e."count" > 0 AND s.started_at >= ? AND s.started_at < ? AND {condition}
        GROUP BY t.number
        """,
        [number, screens, signals, begin, end, *values],
    ).fetchall()
    counts = dict(rows)
    return [round(counts.get(i, 0) * QUARTER / max(1.0, covered)) for i in range(len(troubles))]


def showing_sessions(
    connection: duckdb.DuckDBPyConnection, query: Query, troubles: Sequence[Pairs], *, until: datetime, join_days: int
) -> list[list[SessionEvidence]]:
    """Up to five sessions of the current window for each trouble, one a user.

    First those of people who then gave a low score within `join_days`, then those with a replay, then those that met
    it most often.
    """
    dims = segment_dimensions(connection, "sessions")
    if not troubles or any(name not in dims for name, _ in query.where):
        return [[] for _ in troubles]
    condition, values = where_sql(query.where, dims, "s")
    number, screens, signals = flat(troubles)
    if not number:
        return [[] for _ in troubles]
    rows = connection.execute(
        f"""
        WITH met AS (
            SELECT t.number, e.session_id, any_value(coalesce(e.user_id, s.user_id, e.session_id)) AS person,
                   any_value(s.replay_url) AS replay_url, any_value(s.started_at) AS started_at,
                   sum(e."count") AS times
            FROM exposures e
            JOIN (SELECT unnest(?) AS number, unnest(?) AS screen, unnest(?) AS signal) t
              ON t.screen = e.screen AND t.signal = e.signal
            JOIN sessions s ON s.session_id = e.session_id
            WHERE e."count" > 0 AND s.started_at >= ? AND s.started_at < ? AND s.started_at < ? AND {condition}
            GROUP BY t.number, e.session_id
        ),
        low AS (
            SELECT m.number, m.session_id FROM met m JOIN responses r ON r.user_id = m.person
            WHERE r.kind = ? AND r.y <= 0 AND r.submitted_at > m.started_at AND r.submitted_at < ?
              AND r.submitted_at <= m.started_at + INTERVAL {int(join_days)} DAY
            GROUP BY m.number, m.session_id
        ),
        placed AS (
            SELECT m.*, row_number() OVER (
                PARTITION BY m.number, m.person
                ORDER BY l.session_id IS NULL, m.replay_url IS NULL, m.times DESC, m.session_id
            ) AS mine, l.session_id IS NULL AS quiet
            FROM met m LEFT JOIN low l ON l.number = m.number AND l.session_id = m.session_id
        )
        SELECT number, session_id, replay_url FROM placed WHERE mine = 1
        QUALIFY row_number() OVER (
            PARTITION BY number ORDER BY quiet, replay_url IS NULL, times DESC, session_id
        ) <= {SESSIONS}
        ORDER BY number, quiet, replay_url IS NULL, times DESC, session_id
        """,
        [
            number, screens, signals, query.window.start, query.window.end, until, *values, query.metric, until,
        ],
    ).fetchall()  # fmt: skip
    found: list[list[SessionEvidence]] = [[] for _ in troubles]
    for place, session_id, replay_url in rows:
        found[place].append(SessionEvidence(session_id, replay_url))
    return found


def flat(troubles: Sequence[Pairs]) -> tuple[list[int], list[str], list[str]]:
    """Troubles as three columns: the place of each in the list, its screen, its signal."""
    rows = [(i, screen, signal) for i, pairs in enumerate(troubles) for screen, signal in pairs]
    return [i for i, _, _ in rows], [screen for _, screen, _ in rows], [signal for _, _, signal in rows]
