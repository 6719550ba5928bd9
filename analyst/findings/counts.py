"""The SQL of this room: visits and friction by screen, and screens that people name in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from analyst.core.query import Query
from analyst.core.tables import SIGNALS, VISIT
from analyst.runs.counting import segment_dimensions, segment_sql, survey_sql, where_sql
from analyst.runs.visits import KINDS, SCREENS, VISITS, hit_sql, kinds_where, prepare_visits, segment_column, there

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

DAY = 86_400  # seconds
NAMED = "screens_named"
_SCREENS = "SELECT DISTINCT screen FROM exposures WHERE screen IS NOT NULL AND length(screen) > 2"
_WORDS = "' ' || regexp_replace(lower(o.text), '[^[:alnum:]]+', ' ', 'g') || ' '"
_NAMES = "contains(words, ' ' || trim(regexp_replace(lower(screen), '[^[:alnum:]]+', ' ', 'g')) || ' ')"


@dataclass(frozen=True)
class VisitCounts:
    """v rows, one per window, screen, person and combination of segments.

    `post` (v,) bool, True in the current window; `screen` (v,) str; `person` (v,) int; `visits` (v,) sessions that
    saw the screen; `hits` (v, s) those of them that met each of the s SIGNALS there. `codes` (v, d) index `levels`
    of the `dimensions` that sessions carry.
    """

    post: NDArray[np.bool_]
    screen: NDArray[Any]
    person: NDArray[np.int64]
    visits: NDArray[np.float64]
    hits: NDArray[np.float64]
    dimensions: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int32]


def visit_counts(connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime) -> VisitCounts:
    """Sessions per screen in both windows, before `until`; a session that met friction on a screen visited it.

    The filter of `query` holds on the session's segments. Raises UsageProblem when it names one that sessions lack.
    """
    dims = segment_dimensions(connection, "sessions")
    condition, values = kinds_where(query.where, dims)
    prepare_visits(connection)
    summed = ", ".join(f"CAST(sum({hit_sql(signal)}) AS DOUBLE) AS {signal}" for signal in SIGNALS)
    now, before = query.window, query.baseline
    found = connection.execute(
        f"""
        WITH visited AS (
            SELECT session, person, screen, visit_kind, moment >= ? AND moment < ? AS post, bit_or(met) AS met
            FROM {VISITS}
            WHERE {condition} AND moment < ? AND (moment >= ? AND moment < ? OR moment >= ? AND moment < ?)
            GROUP BY session, person, screen, visit_kind, post
        )
        SELECT post, screen, person, visit_kind, CAST(count(*) AS DOUBLE) AS visits, {summed}
        FROM visited GROUP BY post, screen, person, visit_kind ORDER BY post, screen, person, visit_kind
        """,
        [now.start, now.end, *values, until, now.start, now.end, before.start, before.end],
    ).fetchnumpy()
    _, person = np.unique(np.asarray(found["person"]), return_inverse=True)
    levels, codes = _levels(connection, dims, np.asarray(found["visit_kind"], dtype=np.int64))
    return VisitCounts(
        post=np.asarray(found["post"]).astype(bool),
        screen=_screen_names(connection)[np.asarray(found["screen"], dtype=np.int64)],
        person=person.astype(np.int64),
        visits=np.asarray(found["visits"], dtype=np.float64),
        hits=np.stack([np.asarray(found[s], dtype=np.float64) for s in SIGNALS], axis=1),
        dimensions=tuple(dims),
        levels=levels,
        codes=codes,
    )


def _screen_names(connection: duckdb.DuckDBPyConnection) -> NDArray[Any]:
    """Names of the screens by their number."""
    rows = connection.execute(f"SELECT name FROM {SCREENS} ORDER BY screen").fetchall()
    return np.array([name for (name,) in rows], dtype=str)


def _levels(
    connection: duckdb.DuckDBPyConnection, dims: Sequence[str], kinds: NDArray[np.int64]
) -> tuple[tuple[tuple[str, ...], ...], NDArray[np.int32]]:
    """The values of each of d dimensions in rows of these `kinds` (v,), and the rows' codes into them, (v, d)."""
    if not dims:
        return (), np.zeros((len(kinds), 0), dtype=np.int32)
    columns = [segment_column(dimension) for dimension in dims]
    numbers = ", ".join(f"c{at}" for at in range(len(dims)))
    coded = connection.execute(f"SELECT {numbers} FROM {KINDS} ORDER BY visit_kind").fetchnumpy()
    present, place = np.unique(kinds, return_inverse=True)
    levels, codes = [], []
    for at, column in enumerate(columns):
        names = connection.execute(f"SELECT DISTINCT {column} FROM {KINDS} ORDER BY 1").fetchall()
        held, mine = np.unique(np.asarray(coded[f"c{at}"])[present], return_inverse=True)
        levels.append(tuple(names[number][0] for number in held))
        codes.append(mine[place])
    return tuple(levels), np.stack(codes, axis=1).astype(np.int32)


def week_counts(
    connection: duckdb.DuckDBPyConnection, query: Query, timezone: str, *, until: datetime, weeks: int = 12
) -> dict[tuple[str, str], list[tuple[str, int, int]]]:
    """(ISO week, sessions that saw the screen, sessions that met the signal there) by (screen, signal), oldest first:
    the last `weeks` weeks up to the window's end. The filter of `query` holds on the session's segments."""
    condition, values = kinds_where(query.where, segment_dimensions(connection, "sessions"))
    prepare_visits(connection)
    end = min(query.window.end, until)
    rows = connection.execute(
        f"""
        WITH visited AS (
            SELECT session, screen, min(moment) AS moment, bit_or(met) AS met FROM {VISITS}
            WHERE {condition} AND moment < ? AND moment >= ? GROUP BY session, screen
        ),
        placed AS (
            SELECT date_trunc('week', moment AT TIME ZONE ?) AS week, screen, met FROM visited
        ),
        counted AS (SELECT week, screen, count(*) AS n, {", ".join(f"sum({hit_sql(s)}) AS {s}" for s in SIGNALS)}
                    FROM placed GROUP BY week, screen)
        SELECT strftime(week, '%G-W%V') AS week, name, n, {", ".join(SIGNALS)}
        FROM counted JOIN {SCREENS} USING (screen) ORDER BY 1, 2
        """,
        [*values, end, end - timedelta(weeks=weeks), timezone],
    ).fetchall()
    found: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
    for week, screen, visits, *hits in rows:
        for signal, hit in zip(SIGNALS, hits, strict=True):
            found.setdefault((screen, signal), []).append((week, int(visits), int(hit)))
    return found


def named_screens(
    connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime
) -> dict[tuple[str, str], int]:
    """How many opinions of answers in either window name a screen in words, by (theme id, screen).

    A screen is named when its name stands in the opinion as whole words, whatever the case.
    """
    condition, values = where_sql(query.where, segment_dimensions(connection), "r")
    of_survey, survey = survey_sql(query.survey, query.question, "r")
    now, before = query.window, query.baseline
    rows = connection.execute(
        f"""
        WITH {screens_named_sql(condition, of_survey)}
        SELECT theme_id, screen, count(*) FROM named GROUP BY theme_id, screen ORDER BY theme_id, screen
        """,
        [query.metric, until, *values, *survey, now.start, now.end, before.start, before.end],
    ).fetchall()
    return {(theme_id, screen): count for theme_id, screen, count in rows}


def screens_named_sql(condition: str, of_survey: str, prepared: bool = False) -> str:
    """Common table expressions `said`, the opinions with a theme of the answers in both windows, and `named`, those of
    them that name a screen; read from the table of prepare_named where it is `prepared`. Parameters: kind, until, those
    of the two conditions, and the windows' four ends."""
    among = f"""
            FROM opinions o JOIN responses r ON r.response_id = o.response_id
            WHERE o.theme_id IS NOT NULL AND r.kind = ? AND r.submitted_at < ? AND {condition} AND {of_survey}
              AND (r.submitted_at >= ? AND r.submitted_at < ? OR r.submitted_at >= ? AND r.submitted_at < ?)
    """
    if prepared:
        return f"""
        said AS (SELECT o.theme_id, o.opinion_id {among}),
        named AS (SELECT said.theme_id, n.screen FROM said JOIN {NAMED} n USING (opinion_id))
        """
    return f"""
        screens AS ({_SCREENS}), said AS (SELECT o.theme_id, {_WORDS} AS words {among}),
        named AS (SELECT theme_id, screen FROM said JOIN screens ON {_NAMES})
    """


def prepare_named(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table screens_named (opinion_id, screen), the screens that each opinion of an answer names in words,
    for a process that asks about many windows."""
    connection.execute(
        f"""
        CREATE TABLE {NAMED} AS
        WITH screens AS ({_SCREENS}),
        texts AS (SELECT o.text, {_WORDS} AS words FROM opinions o WHERE o.response_id IS NOT NULL GROUP BY o.text),
        found AS (SELECT text, screen FROM texts JOIN screens ON {_NAMES})
        SELECT o.opinion_id, found.screen FROM opinions o JOIN found ON found.text = o.text
        WHERE o.response_id IS NOT NULL
        """
    )


def named_prepared(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether prepare_named was asked for on this run's connection, or on the one that it is a cursor of."""
    return there(connection, NAMED)


@dataclass(frozen=True)
class ActiveBase:
    """Who could have answered, in g groups: `users` (g,) people by window (`post` (g,) bool) and by the segments that
    the base knows, `codes` (g, d) indexing `levels`. `name` says who they are; `asked`, `answered` are the people of
    the base and those of them who answered, (now, before)."""

    name: str
    post: NDArray[np.bool_]
    users: NDArray[np.float64]
    dimensions: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int64]
    asked: tuple[int, int]
    answered: tuple[int, int]


def active_base(connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime) -> ActiveBase | None:
    """The users with a session in each window; where no session names a user, the customers of each window. None when
    neither is known, or the filter names a segment that the base lacks."""
    found = _base(connection, query, "sessions", until)
    return found if found is not None else _base(connection, query, "customers", until)


def _base(connection: duckdb.DuckDBPyConnection, query: Query, table: str, until: datetime) -> ActiveBase | None:
    dims = segment_dimensions(connection, table)
    if any(dimension not in dims for dimension, _ in query.where):
        return None
    condition, values = where_sql(query.where, dims, "b")
    of_survey, survey = survey_sql(query.survey, query.question, "r")
    moment = "b.started_at" if table == "sessions" else "coalesce(b.signed_up_at, TIMESTAMPTZ '1970-01-01')"
    latest = "".join(f", arg_max({segment_sql(d, 'b')}, {moment}) AS d{i}" for i, d in enumerate(dims))
    there = (
        "b.started_at >= w.first AND b.started_at < w.last AND b.started_at < ?"
        if table == "sessions"
        else f"{moment} < w.last AND {moment} < ? AND coalesce(b.churned_at >= w.first, TRUE)"
    )
    named = "".join(f", d{i}" for i in range(len(dims)))
    now, before = query.window, query.baseline
    rows = connection.execute(
        f"""
        WITH windows AS (
            SELECT * FROM (VALUES (TRUE, CAST(? AS TIMESTAMPTZ), CAST(? AS TIMESTAMPTZ)),
                                  (FALSE, CAST(? AS TIMESTAMPTZ), CAST(? AS TIMESTAMPTZ))) AS t(post, first, last)
        ),
        base AS (
            SELECT w.post, b.user_id{latest} FROM {table} b JOIN windows w ON {there}
            WHERE b.user_id IS NOT NULL AND {condition} GROUP BY w.post, b.user_id
        ),
        answered AS (
            SELECT DISTINCT w.post, r.user_id FROM responses r
            JOIN windows w ON r.submitted_at >= w.first AND r.submitted_at < w.last
            WHERE r.kind = ? AND r.y IS NOT NULL AND r.user_id IS NOT NULL AND {of_survey}
        )
        SELECT base.post, count(*) AS users, count(answered.user_id) AS answered{named}
        FROM base LEFT JOIN answered ON answered.post = base.post AND answered.user_id = base.user_id
        GROUP BY base.post{named} ORDER BY base.post{named}
        """,
        [now.start, now.end, before.start, before.end, until, *values, query.metric, *survey],
    ).fetchnumpy()
    post = np.asarray(rows["post"]).astype(bool)
    users, answered = (np.asarray(rows[name], dtype=np.float64) for name in ("users", "answered"))
    if not post.any() or post.all():
        return None
    coded = [np.unique(np.asarray(rows[f"d{i}"]).astype(str), return_inverse=True) for i in range(len(dims))]
    return ActiveBase(
        name="users with a session" if table == "sessions" else "customers",
        post=post,
        users=users,
        dimensions=tuple(dims),
        levels=tuple(tuple(str(v) for v in names) for names, _ in coded),
        codes=np.stack([c for _, c in coded], axis=1).astype(np.int64) if coded else np.zeros((len(post), 0), np.int64),
        asked=(int(users[post].sum()), int(users[~post].sum())),
        answered=(int(answered[post].sum()), int(answered[~post].sum())),
    )


@dataclass(frozen=True)
class LagCounts:
    """What the users of n answers met, lag by lag: `seen` (n, l) bool, a session in the lag; the last lag lies after
    the answer. `rows`, `lags`, `screens`, `signals` (m,) say who met what when."""

    seen: NDArray[np.bool_]
    rows: NDArray[np.int64]
    lags: NDArray[np.int64]
    screens: NDArray[Any]
    signals: NDArray[Any]

    def met(self, screen: str | None, signals: Sequence[str]) -> NDArray[np.bool_]:
        """Whether friction on `screen` (any, when None) with one of `signals` (any, when empty) was met, (n, l)."""
        keep = np.ones(len(self.rows), dtype=bool)
        if screen is not None:
            keep &= self.screens == screen
        if signals:
            keep &= np.isin(self.signals, list(signals))
        found = np.zeros(self.seen.shape, dtype=bool)
        found[self.rows[keep], self.lags[keep]] = True
        return found


def lag_counts(
    connection: duckdb.DuckDBPyConnection,
    response_ids: NDArray[Any],
    lags: Sequence[tuple[int, int]],
    after: tuple[int, int],
    *,
    until: datetime,
) -> LagCounts:
    """Friction that the users of `response_ids` (n,) met in each of the `lags`, days before their answer, and, last, in
    the days `after` it. A lag (8, 14) holds what lies more than 7 and at most 14 days back; nothing dated at or after
    `until` is seen."""
    periods = [
        f"WHEN gap > {(first - 1) * DAY} AND gap <= {last * DAY} THEN {k}" for k, (first, last) in enumerate(lags)
    ]
    periods[0] = f"WHEN gap > 0 AND gap <= {lags[0][1] * DAY} THEN 0"
    longest = max(last for _, last in lags)
    found = connection.execute(
        f"""
        WITH asked AS (SELECT unnest(?::VARCHAR[]) AS response_id, unnest(range(?)) AS r),
        near AS (
            SELECT asked.r, e.screen, e.signal, e."count" AS met,
                   epoch(a.submitted_at) - epoch(e.at) AS gap
            FROM asked JOIN responses a USING (response_id) JOIN exposures e ON e.user_id = a.user_id
            WHERE e.at >= a.submitted_at - INTERVAL {longest} DAY AND e.at <= a.submitted_at + INTERVAL {after[1]} DAY
              AND e.at < ?
        ),
        placed AS (
            SELECT r, coalesce(screen, '') AS screen, signal, met,
                   CASE {" ".join(periods)} WHEN gap <= 0 AND gap >= -{after[1] * DAY} THEN {len(lags)} END AS lag
            FROM near
        )
        SELECT r, screen, signal, lag, sum(met) AS met FROM placed WHERE lag IS NOT NULL GROUP BY ALL
        """,
        [[str(i) for i in response_ids], len(response_ids), until],
    ).fetchnumpy()
    rows, lag = np.asarray(found["r"], dtype=np.int64), np.asarray(found["lag"], dtype=np.int64)
    seen = np.zeros((len(response_ids), len(lags) + 1), dtype=bool)
    seen[rows, lag] = True
    screens, signals = np.asarray(found["screen"]).astype(str), np.asarray(found["signal"]).astype(str)
    hit = (signals != VISIT) & (screens != "") & (np.asarray(found["met"], dtype=np.float64) > 0)
    return LagCounts(seen, rows[hit], lag[hit], screens[hit], signals[hit])
