"""The SQL of funnels: how far every session came along a row of screens, and what it met on each."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import numpy as np

from analyst.core.errors import CannotTell, UsageProblem
from analyst.core.query import Query
from analyst.core.tables import SIGNALS
from analyst.runs.counting import segment_dimensions, segment_sql, where_sql

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

MOST_STEPS = 8
_SPELL = "walked.person || '|' || walked.spell"
MOST_PATHS = 20_000  # different paths that suggestions are made from, the commonest ones


@dataclass(frozen=True)
class Walks:
    """w sessions (or users) of both windows whose path is known.

    `depth` (w,) int is how many of the k `screens` they saw in this order, others in between allowed; `met` (w, k, s)
    bool the SIGNALS met on each of them; `post` (w,) bool the current window; `person` (w,) int; `codes` (w, d) index
    `levels` of the `dimensions` that sessions carry (a user's last session says).
    """

    screens: tuple[str, ...]
    per: Literal["session", "user"]
    depth: NDArray[np.int64]
    met: NDArray[np.bool_]
    post: NDArray[np.bool_]
    person: NDArray[np.int64]
    dimensions: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int32]


def parse_steps(text: str) -> tuple[str, ...]:
    """`Home > Search > Payment` as steps. Raises UsageProblem for fewer than two, more than eight, or an empty one."""
    steps = tuple(step.strip() for step in text.split(">"))
    if not 2 <= len(steps) <= MOST_STEPS or not all(steps):
        raise UsageProblem(
            f"'{text}' is not a funnel: it needs 2 to {MOST_STEPS} screens.", 'Write it like "Home > Search > Payment".'
        )
    return steps


def walk(
    connection: duckdb.DuckDBPyConnection,
    query: Query,
    steps: Sequence[str],
    *,
    until: datetime,
    per: Literal["session", "user"] = "session",
) -> Walks:
    """How far every session of both windows came along `steps`.

    Per user, all sessions within as many days as the window has count as one path: a longer baseline gives nobody
    more time.
    The filter of `query` holds on the session's segments. Raises UsageProblem for a screen that no session saw,
    CannotTell where no session tells its screens in order.
    """
    _need_paths(connection)
    screens = _known(connection, steps)
    dims = segment_dimensions(connection, "sessions")
    condition, values = where_sql(query.where, dims, "s")
    now, before = query.window, query.baseline
    picked = "".join(f", {segment_sql(d, 's')} AS d{i}" for i, d in enumerate(dims))
    latest = "".join(f", arg_max(d{i}, started_at) AS d{i}" for i in range(len(dims)))
    named = "".join(f", w.d{i}" for i in range(len(dims)))
    together = (
        "SELECT session_id AS unit, session_id, person, post, screens" + "".join(f", d{i}" for i in range(len(dims)))
        + " FROM walked"
        if per == "session"
        else f"SELECT {_SPELL} AS unit, person, post, "
        f"flatten(list(screens ORDER BY started_at, session_id)) AS screens{latest} "
        "FROM walked GROUP BY unit, person, post"
    )  # fmt: skip
    places = ["p0 AS (SELECT *, nullif(list_position(screens, ?), 0) AS a0 FROM units)"]
    places += [
        f"p{i} AS (SELECT *, a{i - 1} + nullif(list_position(screens[a{i - 1} + 1:], ?), 0) AS a{i} FROM p{i - 1})"
        for i in range(1, len(screens))
    ]
    depth = " + ".join(f"CASE WHEN w.a{i} IS NULL THEN 0 ELSE 1 END" for i in range(len(screens)))
    cells = [(i, s) for i in range(len(screens)) for s in SIGNALS]
    met = ", ".join(
        f"CAST(max(CASE WHEN e.screen = ? AND e.signal = '{s}' AND e.\"count\" > 0 THEN 1 ELSE 0 END) AS TINYINT) "
        f"AS m{i}_{s}"
        for i, s in cells
    )
    unit = "walked.session_id" if per == "session" else _SPELL
    found = connection.execute(
        f"""
        WITH walked AS (
            SELECT s.session_id, coalesce(s.user_id, s.session_id) AS person, s.started_at, s.screens,
                   s.started_at >= ? AND s.started_at < ? AS post,
                   CAST(floor((epoch(s.started_at) - ?) / ?) AS BIGINT) AS spell{picked}
            FROM sessions s
            WHERE s.screens IS NOT NULL AND {condition} AND s.started_at < ?
              AND (s.started_at >= ? AND s.started_at < ? OR s.started_at >= ? AND s.started_at < ?)
        ),
        units AS ({together}),
        {", ".join(places)},
        friction AS (
            SELECT {unit} AS unit, {met} FROM exposures e JOIN walked ON walked.session_id = e.session_id
            WHERE e.signal <> 'visit' AND e.screen IN (SELECT unnest(?::VARCHAR[])) GROUP BY ALL
        )
        SELECT w.person, w.post, {depth} AS depth, f.* EXCLUDE (unit){named}
        FROM p{len(screens) - 1} w LEFT JOIN friction f ON f.unit = w.unit ORDER BY w.unit
        """,
        [
            now.start,
            now.end,
            now.start.timestamp(),
            (now.end - now.start).total_seconds(),
            *values,
            until,
            now.start,
            now.end,
            before.start,
            before.end,
            *screens,
            *(screens[i] for i, _ in cells),
            list(screens),
        ],
    ).fetchnumpy()
    coded = [np.unique(np.asarray(found[f"d{i}"]).astype(str), return_inverse=True) for i in range(len(dims))]
    _, person = np.unique(np.asarray(found["person"]).astype(str), return_inverse=True)
    size = len(found["post"])
    flags = [np.ma.filled(np.ma.asarray(found[f"m{i}_{s}"]), 0).astype(bool) for i, s in cells]
    return Walks(
        screens=screens,
        per=per,
        depth=np.asarray(found["depth"], dtype=np.int64),
        met=np.stack(flags, axis=1).reshape(size, len(screens), len(SIGNALS)),
        post=np.asarray(found["post"]).astype(bool),
        person=person.astype(np.int64),
        dimensions=tuple(dims),
        levels=tuple(tuple(str(name) for name in names) for names, _ in coded),
        codes=np.stack([c for _, c in coded], axis=1).astype(np.int32) if coded else np.zeros((size, 0), np.int32),
    )


def common_paths(
    connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime
) -> list[tuple[tuple[str, ...], int]]:
    """The paths of the sessions in both windows with how many walked each, the commonest first; empty where no session
    tells its screens in order."""
    if not _has_paths(connection):
        return []
    condition, values = where_sql(query.where, segment_dimensions(connection, "sessions"), "s")
    now, before = query.window, query.baseline
    rows = connection.execute(
        f"""
        SELECT s.screens, count(*) AS n FROM sessions s
        WHERE s.screens IS NOT NULL AND {condition} AND s.started_at < ?
          AND (s.started_at >= ? AND s.started_at < ? OR s.started_at >= ? AND s.started_at < ?)
        GROUP BY s.screens ORDER BY n DESC, s.screens LIMIT {MOST_PATHS}
        """,
        [*values, until, now.start, now.end, before.start, before.end],
    ).fetchall()
    return [(tuple(path), int(times)) for path, times in rows]


def _has_paths(connection: duckdb.DuckDBPyConnection) -> bool:
    columns = {row[0] for row in connection.execute("DESCRIBE sessions").fetchall()}
    if "screens" not in columns:
        return False
    return bool(connection.execute("SELECT 1 FROM sessions WHERE screens IS NOT NULL LIMIT 1").fetchall())


def _need_paths(connection: duckdb.DuckDBPyConnection) -> None:
    if not _has_paths(connection):
        raise CannotTell(
            "No session of this run tells its screens in order, so no funnel can be counted.",
            "Import sessions with one row a screen, or events; then run `undertone analyze` again.",
        )


def _known(connection: duckdb.DuckDBPyConnection, steps: Sequence[str]) -> tuple[str, ...]:
    """The steps as the run writes them, whatever their case."""
    rows = connection.execute("SELECT DISTINCT screen FROM exposures WHERE screen IS NOT NULL ORDER BY screen")
    screens = {screen.casefold(): screen for (screen,) in rows.fetchall()}
    found = []
    for step in steps:
        screen = screens.get(step.casefold())
        if screen is None:
            near = difflib.get_close_matches(step.casefold(), screens, n=3, cutoff=0.5)
            shown = [screens[name] for name in near] or list(screens.values())[:12]
            raise UsageProblem(f"No session saw a screen called '{step}'.", f"Perhaps: {', '.join(shown)}.")
        found.append(screen)
    return tuple(found)
