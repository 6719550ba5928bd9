"""Which survey and question the answers belong to: different ones are never mixed unless asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from analyst.core.errors import UsageProblem
from analyst.core.query import Query
from analyst.runs.counting import MISSING, segment_dimensions, where_sql

if TYPE_CHECKING:
    import duckdb

    from analyst.runs.held import Held

ALL = "all"  # what --survey says to mix them knowingly
MOST_QUESTIONS = 12  # a survey with more wordings than this has worded its question for each person


@dataclass(frozen=True)
class SurveyCount:
    """Scored answers of both windows to one question of one survey; "(missing)" where the source names none."""

    survey: str
    question: str
    n: int

    @property
    def name(self) -> str:
        """How people name it: the survey, with the question where the survey is not named."""
        return self.question if self.survey == MISSING else self.survey


def survey_counts(
    connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime, held: Held | None = None
) -> list[SurveyCount]:
    """The surveys and questions of the metric in the two windows under the filter, most answers first; from the
    answers in memory where they are `held`.

    The wordings of a survey count as one question where there are more than a dozen of them.
    """
    rows = (
        _rows(connection, query, until)
        if held is None
        else held.of(connection, query.metric).surveys(connection, query, until)
    )
    wordings: dict[str, int] = {}
    for survey, _, _ in rows:
        wordings[survey] = wordings.get(survey, 0) + 1
    found: dict[tuple[str, str], int] = {}
    for survey, question, n in rows:
        key = (survey, question if wordings[survey] <= MOST_QUESTIONS else "")
        found[key] = found.get(key, 0) + n
    counts = [SurveyCount(survey, question, n) for (survey, question), n in found.items()]
    return sorted(counts, key=lambda c: (-c.n, c.survey, c.question))


def _rows(connection: duckdb.DuckDBPyConnection, query: Query, until: datetime) -> list[tuple[str, str, int]]:
    condition, values = where_sql(query.where, segment_dimensions(connection))
    now, before = query.window, query.baseline
    rows: list[tuple[str, str, int]] = connection.execute(
        f"""
        SELECT coalesce(survey, '{MISSING}') AS s, coalesce(question, '{MISSING}') AS q, count(*) AS n FROM responses
        WHERE kind = ? AND y IS NOT NULL AND submitted_at < ? AND {condition}
          AND (submitted_at >= ? AND submitted_at < ? OR submitted_at >= ? AND submitted_at < ?)
        GROUP BY s, q ORDER BY n DESC, s, q
        """,
        [query.metric, until, *values, now.start, now.end, before.start, before.end],
    ).fetchall()
    return rows


def with_survey(
    connection: duckdb.DuckDBPyConnection,
    query: Query,
    asked: str | None = None,
    *,
    until: datetime,
    held: Held | None = None,
) -> Query:
    """`query` held to one survey and question: the one `asked` for, else the one with the most answers.

    "all" mixes them knowingly. Raises UsageProblem for a survey that the windows do not hold.
    """
    if asked is not None and asked.strip().casefold() == ALL:
        return query
    counts = survey_counts(connection, query, until=until, held=held)
    if asked is None:
        return _held(query, counts[0]) if len(counts) > 1 else query
    wanted = asked.strip().casefold()
    matching = [c for c in counts if wanted in (c.survey.casefold(), c.question.casefold())]
    if not matching:
        have = ", ".join(dict.fromkeys(f"'{c.name}'" for c in counts)) or "no answer at all"
        raise UsageProblem(f"These windows hold no answer to the survey '{asked}'.", f"They hold: {have}.")
    return _held(query, matching[0])


def _held(query: Query, count: SurveyCount) -> Query:
    return replace(query, survey=count.survey, question=count.question or None)


def mixing_note(
    connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime, held: Held | None = None
) -> list[str]:
    """A sentence where the windows hold several surveys or questions: which one was read, or that they are mixed."""
    counts = survey_counts(connection, query, until=until, held=held)
    if len(counts) < 2:
        return []
    if query.survey is None:
        named = ", ".join(f"{c.name} ({c.n:,})" for c in counts[:3])
        return [f"{len(counts)} surveys or questions are mixed here, as asked: {named}."]
    taken = next((c for c in counts if (c.survey, c.question or None) == (query.survey, query.question)), counts[0])
    others = ", ".join(
        f"{c.question if c.survey == taken.survey else c.name} ({c.n:,})" for c in counts if c != taken
    )  # fmt: skip
    return [
        f"The windows hold {len(counts)} surveys or questions; this is {taken.name} ({taken.n:,} answers). Others: "
        f"{others}. `--survey` names another, `--survey all` mixes them."
    ]
