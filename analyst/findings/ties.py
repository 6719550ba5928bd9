"""The SQL of what ties themes to screens beside exposure: words naming a screen, sessions telling of a theme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from analyst.core.query import Query
from analyst.core.tables import VISIT
from analyst.findings.counts import named_prepared, screens_named_sql
from analyst.runs.counting import segment_dimensions, survey_sql, where_sql

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Tie:
    """A theme and a screen among `all` units (opinions or people): `theme` of them have the theme, `screened` the
    screen, `both` the two together."""

    theme_id: str
    screen: str
    both: int
    theme: int
    screened: int
    all: int


def word_ties(connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime) -> list[Tie]:
    """Opinions of answers in either window that name a screen in words, by theme (system themes left out)."""
    condition, values = where_sql(query.where, segment_dimensions(connection), "r")
    of_survey, survey = survey_sql(query.survey, query.question, "r")
    now, before = query.window, query.baseline
    rows = connection.execute(
        f"""
        WITH {screens_named_sql(condition, of_survey, named_prepared(connection))},
        every AS (SELECT theme_id, count(*) AS n FROM said GROUP BY theme_id),
        pairs AS (SELECT theme_id, screen, count(*) AS n FROM named GROUP BY theme_id, screen),
        by_screen AS (SELECT screen, sum(n) AS n FROM pairs GROUP BY screen)
        SELECT p.theme_id, p.screen, p.n, e.n, s.n, (SELECT sum(n) FROM every)
        FROM pairs p JOIN every e USING (theme_id) JOIN by_screen s USING (screen) JOIN themes t USING (theme_id)
        WHERE t.kind <> 'system' ORDER BY p.theme_id, p.screen
        """,
        [query.metric, until, *values, *survey, now.start, now.end, before.start, before.end],
    ).fetchall()
    return [Tie(theme, screen, *map(int, counts)) for theme, screen, *counts in rows]


def summary_ties(connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime) -> list[Tie]:
    """People whose sessions tell of a theme in their summary and met friction on a screen, in either window.

    Counted are the people with a session that met friction or tells of a theme; theme and screen go together where
    they lie in one session. The filter of `query` holds on the session's segments.
    """
    dims = segment_dimensions(connection, "sessions")
    if any(dimension not in dims for dimension, _ in query.where):
        return []
    condition, values = where_sql(query.where, dims, "s")
    now, before = query.window, query.baseline
    rows = connection.execute(
        f"""
        WITH held AS (
            SELECT s.session_id, coalesce(s.user_id, s.session_id) AS person FROM sessions s
            WHERE s.started_at < ? AND {condition}
              AND (s.started_at >= ? AND s.started_at < ? OR s.started_at >= ? AND s.started_at < ?)
        ),
        told AS (
            SELECT DISTINCT session_id, person, theme_id
            FROM opinions JOIN held USING (session_id) JOIN themes t USING (theme_id) WHERE t.kind <> 'system'
        ),
        met AS (
            SELECT DISTINCT session_id, person, screen FROM exposures e JOIN held USING (session_id)
            WHERE e.signal <> '{VISIT}' AND e."count" > 0 AND e.screen <> ''
        ),
        everyone AS (SELECT count(*) AS n FROM (SELECT person FROM told UNION SELECT person FROM met)),
        by_theme AS (SELECT theme_id, count(DISTINCT person) AS n FROM told GROUP BY theme_id),
        by_screen AS (SELECT screen, count(DISTINCT person) AS n FROM met GROUP BY screen),
        pairs AS (
            SELECT told.theme_id, met.screen, count(DISTINCT told.person) AS n
            FROM told JOIN met USING (session_id) GROUP BY told.theme_id, met.screen
        )
        SELECT p.theme_id, p.screen, p.n, t.n, s.n, e.n
        FROM pairs p JOIN by_theme t USING (theme_id) JOIN by_screen s USING (screen) CROSS JOIN everyone e
        ORDER BY p.theme_id, p.screen
        """,
        [until, *values, now.start, now.end, before.start, before.end],
    ).fetchall()
    return [Tie(theme, screen, *map(int, counts)) for theme, screen, *counts in rows]
