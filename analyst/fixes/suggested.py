"""What customers themselves propose for a fix, and what the summaries of its sessions say, in their own words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from analyst.core.query import Query
from analyst.core.values import Quote
from analyst.fixes.complaints import words
from analyst.fixes.evidence import Pairs, flat
from analyst.runs.counting import segment_dimensions, survey_sql, where_sql

if TYPE_CHECKING:
    import duckdb

SHOWN = 2
MOST_COMPARED = 300  # suggestions of one fix that are compared with each other
LONGEST = 160  # characters: a proposal, not an essay
FEWEST_WORDS = 2
CLEARLY = 3  # sentences of summaries that name the screen: fewer are anecdotes


@dataclass(frozen=True)
class Suggested:
    """How many customers propose something on a fix's themes, and the proposals that say best what the others say."""

    people: int
    quotes: list[Quote]


@dataclass(frozen=True)
class Ask:
    """What to listen for: the `themes`; and, for a trouble, what makes a proposal one about it: it comes from one of
    those who met it (response ids `heard`), or has one of the words `about` it. None: all of the themes' count."""

    themes: Sequence[str]
    heard: Collection[str] | None = None
    about: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Said:
    person: str
    quote: Quote


def suggestions(
    connection: duckdb.DuckDBPyConnection, query: Query, asks: Sequence[Ask], *, until: datetime
) -> list[Suggested]:
    """For each of `asks`, what answers of the current window and of its baseline suggest. What people propose does not
    age in a few weeks, and one window alone seldom holds more than a handful."""
    wanted = sorted({theme for ask in asks for theme in ask.themes})
    if not wanted:
        return [Suggested(0, []) for _ in asks]
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
    return [_chosen(_fitting(by_theme, ask), ask.about) for ask in asks]


def _fitting(by_theme: Mapping[str, Sequence[_Said]], ask: Ask) -> list[_Said]:
    said = [one for theme in dict.fromkeys(ask.themes) for one in by_theme.get(theme, [])]
    if ask.heard is None:
        return said
    return [s for s in said if s.quote.response_id in ask.heard or words(s.quote.text) & ask.about]


def summary_words(
    connection: duckdb.DuckDBPyConnection, query: Query, troubles: Sequence[Pairs], *, until: datetime
) -> list[str | None]:
    """For each trouble, the sentence of its sessions' summaries that names the screen and shares most words with the
    others that do; None where fewer than three do. Summaries that were written here, from signals, say nothing new."""
    number, screens, signals = flat(troubles)
    if not number:
        return [None] * len(troubles)
    rows = connection.execute(
        f"""
        SELECT number, text FROM (
            SELECT t.number, o.text, o.opinion_id, any_value(t.screen) AS screen
            FROM exposures e
            JOIN (SELECT unnest(?) AS number, unnest(?) AS screen, unnest(?) AS signal) t
              ON t.screen = e.screen AND t.signal = e.signal
            JOIN sessions s ON s.session_id = e.session_id
            JOIN opinions o ON o.session_id = e.session_id
            WHERE e."count" > 0 AND s.started_at >= ? AND s.started_at < ? AND s.started_at < ?
              AND NOT coalesce(s.summary_written, false) AND contains(lower(o.text), lower(t.screen))
            GROUP BY t.number, o.text, o.opinion_id
            QUALIFY row_number() OVER (PARTITION BY t.number ORDER BY o.opinion_id) <= {MOST_COMPARED}
        ) ORDER BY number, opinion_id
        """,
        [number, screens, signals, query.window.start, query.window.end, until],
    ).fetchall()
    found: list[list[str]] = [[] for _ in troubles]
    for place, text in rows:
        found[place].append(text)
    return [_telling(texts) if len(texts) >= CLEARLY else None for texts in found]


def _telling(texts: Sequence[str]) -> str | None:
    """The text that shares most words with the others; of the short ones where there are any."""
    short = [text for text in texts if len(text) <= LONGEST]
    if not short:
        return None
    bags = {text: words(text) for text in short}
    closeness = {text: sum(_alike(bag, bags[other]) for other in short) for text, bag in bags.items()}
    return max(bags, key=lambda text: (closeness[text], -len(text), text))


def _chosen(said: Sequence[_Said], about: frozenset[str]) -> Suggested:
    """The proposals with most words `about` the trouble, then those that share most words with the others', one of a
    kind; the shorter of two that say the same."""
    telling = [s for s in said if len(s.quote.text) <= LONGEST and len(words(s.quote.text)) >= FEWEST_WORDS]
    compared = telling[:MOST_COMPARED]
    bags = [words(s.quote.text) for s in compared]
    closeness = [sum(_alike(bag, other) for other in bags) for bag in bags]
    order = sorted(
        range(len(compared)), key=lambda i: (-len(bags[i] & about), -closeness[i], len(compared[i].quote.text), i)
    )
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
