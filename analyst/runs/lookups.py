"""What a writer looks up in a run beside the counts: the opinions of a window, the calendar, labels, coverage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from analyst.core.query import Query, Where
from analyst.runs.counting import level_values, segment_dimensions, survey_sql, where_sql

if TYPE_CHECKING:
    import duckdb

MOST_VALUES = 12  # of a dimension, in a message
CALENDAR_DAYS_BEFORE = 7  # a change this long before the window may still show in it


@dataclass(frozen=True, slots=True)  # a window holds thousands
class OpinionRow:
    """One opinion of an answer in the window, with what a quote needs to be chosen and shown."""

    opinion_id: str
    theme_id: str | None
    response_id: str
    person: str  # the user, or the response where the user is unknown
    text: str
    sentiment: str
    state: str
    probability: float | None
    score: float | None
    y: float | None
    at: str
    suggestion: bool
    vector_row: int


def opinions_in_window(connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime) -> list[OpinionRow]:
    """The opinions of the query's answers in its current window, in order of id."""
    condition, values = where_sql(query.where, segment_dimensions(connection), "r")
    of_survey, survey = survey_sql(query.survey, query.question, "r")
    rows = connection.execute(
        f"""
        SELECT o.opinion_id, o.theme_id, o.response_id, coalesce(r.user_id, r.response_id), o.text, o.sentiment,
               o.state, o.probability, r.score, r.y, strftime(r.submitted_at, '%Y-%m-%d'), o.suggestion, o.vector_row
        FROM opinions o JOIN responses r USING (response_id)
        WHERE r.kind = ? AND r.submitted_at >= ? AND r.submitted_at < ? AND r.submitted_at < ?
          AND {condition} AND {of_survey}
        ORDER BY o.opinion_id
        """,
        [query.metric, query.window.start, query.window.end, until, *values, *survey],
    ).fetchall()
    return [OpinionRow(*row) for row in rows]


def theme_labels(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Label by theme id."""
    return dict(connection.execute("SELECT theme_id, label FROM themes ORDER BY theme_id").fetchall())


def theme_kinds(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Kind (discovered, seeded, system) by theme id."""
    return dict(connection.execute("SELECT theme_id, kind FROM themes ORDER BY theme_id").fetchall())


def theme_births(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """When each theme was first mentioned in any run (UTC), by theme id; those that no dated text mentions are left
    out."""
    rows = connection.execute(
        "SELECT theme_id, epoch(first_seen) FROM themes WHERE first_seen IS NOT NULL ORDER BY theme_id"
    ).fetchall()
    return {theme: datetime.fromtimestamp(seconds, UTC) for theme, seconds in rows}


def calendar(connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime) -> list[dict[str, str]]:
    """Changes dated in the window or the week before it, oldest first; dates as the calendar gives them."""
    rows = connection.execute(
        """
        SELECT strftime("at", '%Y-%m-%d'), kind, coalesce(title, kind), coalesce(version, ''), coalesce(platform, '')
        FROM changes WHERE "at" >= ? AND "at" < ? AND "at" < ? ORDER BY "at", change_id
        """,
        [query.window.start - timedelta(days=CALENDAR_DAYS_BEFORE), query.window.end, until],
    ).fetchall()
    return [dict(zip(("at", "kind", "title", "version", "platform"), row, strict=True)) for row in rows]


def unmatched(connection: duckdb.DuckDBPyConnection, where: Where) -> list[str]:
    """A sentence for each part of the filter that no answer of the run can match, with the values there are."""
    said = []
    for dimension, value in where:
        have = level_values(connection, dimension)
        if value.casefold() not in (level.casefold() for level in have):
            shown = ", ".join(have[:MOST_VALUES]) + (", ..." if len(have) > MOST_VALUES else "")
            said.append(f"No answer has {dimension} = {value}; {dimension} is one of: {shown}.")
    return said


@dataclass(frozen=True)
class WindowCounts:
    """Counts of the current window: answers, those with a comment, with a user, and their opinions; sessions."""

    responses: int
    commented: int
    with_user: int
    opinions: int
    placed: int
    sessions: int


def window_counts(connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime) -> WindowCounts:
    """How much material the current window holds."""
    condition, values = where_sql(query.where, segment_dimensions(connection), "r")
    of_survey, survey = survey_sql(query.survey, query.question, "r")
    span = [query.window.start, query.window.end, until]
    answered = connection.execute(
        f"""
        SELECT count(*), count(*) FILTER (WHERE text IS NOT NULL OR title IS NOT NULL), count(user_id)
        FROM responses r WHERE kind = ? AND y IS NOT NULL
          AND submitted_at >= ? AND submitted_at < ? AND submitted_at < ? AND {condition} AND {of_survey}
        """,
        [query.metric, *span, *values, *survey],
    ).fetchone()
    said = connection.execute(
        f"""
        SELECT count(*), count(o.theme_id) FROM opinions o JOIN responses r USING (response_id)
        WHERE r.kind = ? AND r.submitted_at >= ? AND r.submitted_at < ? AND r.submitted_at < ?
          AND {condition} AND {of_survey}
        """,
        [query.metric, *span, *values, *survey],
    ).fetchone()
    seen = connection.execute(
        "SELECT count(*) FROM sessions WHERE started_at >= ? AND started_at < ? AND started_at < ?", span
    ).fetchone()
    assert answered and said and seen  # count(*) always gives a row
    return WindowCounts(*answered, *said, *seen)


def response_texts(connection: duckdb.DuckDBPyConnection, response_ids: list[str]) -> dict[str, str]:
    """The redacted title and text of some responses, by id: what a quote is checked against."""
    if not response_ids:
        return {}
    rows = connection.execute(
        """
        SELECT response_id, concat_ws(chr(10), title, text) FROM responses
        WHERE response_id IN (SELECT unnest(?))
        """,
        [response_ids],
    ).fetchall()
    return dict(rows)
