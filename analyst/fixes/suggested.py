"""What customers themselves propose: opinions that are suggestions, in the themes of a fix, counted and quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from analyst.core.query import Query
from analyst.core.values import Quote
from analyst.fixes.complaints import words
from analyst.runs.counting import segment_dimensions, survey_sql, where_sql

if TYPE_CHECKING:
    import duckdb

SHOWN = 2
MOST_COMPARED = 300  # suggestions of one fix that are compared with each other
LONGEST = 160  # characters: a proposal, not an essay
FEWEST_WORDS = 2


@dataclass(frozen=True)
class Suggested:
    """How many customers propose something on a fix's themes, and the proposals that say best what the others say."""

    people: int
    quotes: list[Quote]


@dataclass(frozen=True)
class _Said:
    person: str
    quote: Quote


def suggestions(
    connection: duckdb.DuckDBPyConnection, query: Query, themes: Sequence[Sequence[str]], *, until: datetime
) -> list[Suggested]:
    """For each list of theme ids, what answers of the current window and of its baseline suggest. What people propose
    does not age in a few weeks, and one window alone seldom holds more than a handful."""
    wanted = sorted({theme for part in themes for theme in part})
    if not wanted:
        return [Suggested(0, []) for _ in themes]
    condition, values = where_sql(query.where, segment_dimensions(connection), "r")
    of_survey, survey = survey_sql(query.survey, query.question, "r")
    rows = connection.execute(
        f"""
        SELECT o.theme_id, coalesce(r.user_id, r.response_id), o.text, r.response_id, r.score,
               strftime(r.submitted_at, '%Y-%m-%d')
        FROM opinions o JOIN responses r USING (response_id)
        WHERE o.suggestion AND o.theme_id IN (SELECT unnest(?)) AND r.kind = ? AND r.submitted_at < ?
          AND (r.submitted_at >= ? AND r.submitted_at < ? OR r.submitted_at >= ? AND r.submitted_at < ?)
          AND {condition} AND {of_survey}
        ORDER BY r.submitted_at DESC, o.opinion_id
        """,
        [
            wanted, query.metric, until, query.window.start, query.window.end, query.baseline.start,
            query.baseline.end, *values, *survey,
        ],
    ).fetchall()  # fmt: skip
    by_theme: dict[str, list[_Said]] = {}
    for theme, person, text, response_id, score, at in rows:
        by_theme.setdefault(theme, []).append(_Said(person, Quote(text, response_id, score, at)))
    return [_chosen([said for theme in dict.fromkeys(part) for said in by_theme.get(theme, [])]) for part in themes]


def _chosen(said: Sequence[_Said]) -> Suggested:
    """The proposals that share most words with the others', one of a kind; the shorter of two that say the same."""
    telling = [s for s in said if len(s.quote.text) <= LONGEST and len(words(s.quote.text)) >= FEWEST_WORDS]
    compared = telling[:MOST_COMPARED]
    bags = [words(s.quote.text) for s in compared]
    closeness = [sum(_alike(bag, other) for other in bags) for bag in bags]
    order = sorted(range(len(compared)), key=lambda i: (-closeness[i], len(compared[i].quote.text), i))
    picked: list[int] = []
    for i in order:
        if len(picked) == SHOWN:
            break
        fresh = all(_alike(bags[i], bags[k]) < 0.5 and compared[i].person != compared[k].person for k in picked)
        if fresh:
            picked.append(i)
    return Suggested(len({s.person for s in said}), [compared[i].quote for i in picked])


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0
