"""Whom to call back about a fix: the latest detractors who met it or complained of it.

Undertone holds no addresses and knows of no consent. Both columns are left empty for the customer's own system, which
does; nobody should be called from this list alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from analyst.fixes.export import csv_text
from analyst.fixes.watching import Target
from analyst.runs.counting import segment_dimensions, survey_sql, where_sql

if TYPE_CHECKING:
    import duckdb

COLUMNS = ("response_id", "user_id", "at", "score", "quote", "screen", "why", "consent", "contact")


@dataclass(frozen=True)
class Callback:
    """One person: their latest answer, why they are here ("met it", "complained", "both"), and empty fields."""

    response_id: str
    user_id: str
    at: str
    score: float | None
    quote: str | None
    screen: str | None
    why: str
    consent: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Callbacks:
    """The people, latest first; `anonymous` answers would belong here but say not whose they are."""

    people: list[Callback]
    anonymous: int


def callbacks(
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    *,
    since: datetime,
    until: datetime,
    join_days: int,
    erased: Collection[str] = (),
    limit: int = 50,
) -> Callbacks:
    """The latest detractors of `target` with answers from `since` up to `until`, one row a person.

    They met the target's friction in the `join_days` before their answer, or mention one of its themes with negative
    sentiment. `erased` holds the hashes of erased users, who are never listed, not even from a run made before.
    """
    condition, values = where_sql(target.where, segment_dimensions(connection), "r")
    of_survey, named = survey_sql(target.survey, target.question, "r")
    low, limits = _detractor(target)
    rows = connection.execute(
        f"""
        WITH low AS (
            SELECT r.response_id, r.user_id, r.submitted_at, r.score, coalesce(r.text, r.title) AS words
            FROM responses r
            WHERE r.kind = ? AND {low} AND r.submitted_at >= ? AND r.submitted_at < ? AND {condition} AND {of_survey}
        ),
        met AS (
            SELECT DISTINCT low.response_id FROM low JOIN exposures e ON e.user_id = low.user_id
            WHERE e.screen = ? AND list_contains(?, e.signal) AND e."count" > 0
              AND e."at" < low.submitted_at AND e."at" >= low.submitted_at - INTERVAL {int(join_days)} DAY
        ),
        said AS (
            SELECT o.response_id, arg_min(o.text, o."start") AS quote FROM opinions o JOIN low USING (response_id)
            WHERE list_contains(?, o.theme_id) AND o.sentiment = 'negative' GROUP BY o.response_id
        )
        SELECT low.response_id, low.user_id, strftime(low.submitted_at, '%Y-%m-%d'), low.score,
               coalesce(said.quote, low.words), met.response_id IS NOT NULL, said.response_id IS NOT NULL
        FROM low LEFT JOIN met USING (response_id) LEFT JOIN said USING (response_id)
        WHERE met.response_id IS NOT NULL OR said.response_id IS NOT NULL
        ORDER BY low.submitted_at DESC, low.response_id
        """,
        [
            target.metric, *limits, since, until, *values, *named, target.screen or "", list(target.signals),
            list(target.themes),
        ],
    ).fetchall()  # fmt: skip
    return _people(rows, target, frozenset(erased), limit)


def _detractor(target: Target) -> tuple[str, list[float]]:
    """The condition that an answer is a detractor's, and its parameters: the worst y of NPS, 1 and 2 of 5 of CSAT, the
    hard side of CES."""
    if target.metric == "csat":
        return "r.y <= 0 AND (r.score - r.scale_min) <= 0.25 * (r.scale_max - r.scale_min)", []
    return "r.y <= ?", [-100.0 if target.metric == "nps" else 0.0]


def _people(rows: Sequence[tuple[Any, ...]], target: Target, erased: frozenset[str], limit: int) -> Callbacks:
    from analyst.records.store.store import user_hash

    people: dict[str, Callback] = {}
    anonymous = 0
    for response_id, user_id, at, score, quote, met, said in rows:
        if user_id is None:
            anonymous += 1
            continue
        if user_id in people or len(people) >= limit or user_hash(user_id) in erased:
            continue
        why = "met it and complained" if met and said else "met it" if met else "complained"
        words = None if quote is None else " ".join(str(quote).split())
        people[user_id] = Callback(response_id, user_id, at, score, words, target.screen if met else None, why)
    return Callbacks(list(people.values()), anonymous)


def callbacks_csv(found: Callbacks) -> str:
    """The list as CSV, with consent and contact left empty; no cell is a formula."""
    rows = [["" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
             for value in (getattr(person, name) for name in COLUMNS)] for person in found.people]  # fmt: skip
    return csv_text(COLUMNS, rows)


def callbacks_json(found: Callbacks) -> dict[str, Any]:
    """The list for `--json`."""
    return {"people": [asdict(person) for person in found.people], "anonymous": found.anonymous}
