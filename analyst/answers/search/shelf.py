"""Every opinion of a run in columns, loaded once, and which of them a question may find.

Opinions of answers and of sessions are on the shelf; tickets are not, as no answer can cite them. Excluded themes'
opinions are left out, as everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from analyst.answers.search.words import fold
from analyst.core.query import Query
from analyst.core.tables import EXCLUDED, VISIT
from analyst.metrics.kinds import detractors, promoters
from analyst.runs.counting import MISSING, segment_dimensions, segment_sql

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb
    import pyarrow as pa
    from numpy.typing import NDArray

    from analyst.answers.asking.plan import Band
    from analyst.runs.view import View

Kind = Literal["response", "session", "any"]
UNDATED = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Codes:
    """A column of n strings as `codes` (n,) into `levels`; -1 where absent."""

    codes: NDArray[np.int32]
    levels: tuple[str, ...]

    def are(self, value: str, *, fold: bool = False) -> NDArray[np.bool_]:
        """Which rows say `value`; `fold` disregards case."""
        wanted = value.casefold() if fold else value
        picked = [i for i, level in enumerate(self.levels) if (level.casefold() if fold else level) == wanted]
        return np.isin(self.codes, picked)


@dataclass(frozen=True)
class Sources:
    """The m answers and sessions that opinions stand in, answers first.

    `ids` (m,) arrow strings · `is_session` (m,) bool · `at` (m,) microseconds since 1970, UNDATED where unknown ·
    `score`, `y` (m,) float, nan where unknown · `metric`, `survey`, `question` and each of `segments` as codes ·
    `person` (m,) int, equal for one user, unique for the unknown.
    """

    ids: pa.Array
    is_session: NDArray[np.bool_]
    at: NDArray[np.int64]
    score: NDArray[np.float64]
    y: NDArray[np.float64]
    metric: Codes
    survey: Codes
    question: Codes
    segments: dict[str, Codes]
    person: NDArray[np.int64]


@dataclass(frozen=True)
class Shelf:
    """n opinions in order of their id.

    `source` (n,) row of `sources` · `text` (n,) number of the distinct text in `texts` · `said` (n,) number in
    `folded`, the texts without case, accents and outer punctuation · `row` (n,) of the run's vectors, -1 where it has
    none · `theme`, `sentiment`, `field` as codes.
    """

    ids: pa.Array
    texts: list[str]
    text: NDArray[np.int64]
    folded: list[str]
    said: NDArray[np.int64]
    row: NDArray[np.int64]
    source: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    theme: Codes
    sentiment: Codes
    field: Codes
    sources: Sources

    @property
    def n(self) -> int:
        """How many opinions there are."""
        return len(self.text)


def load_shelf(connection: duckdb.DuckDBPyConnection) -> Shelf:
    """All opinions of the run on `connection` (see counting.connect)."""
    import pyarrow.compute as pc

    from analyst.themes.words import squeeze

    sources = _sources(connection)
    table: Any = connection.sql(
        f"""
        SELECT o.opinion_id, coalesce(o.response_id, o.session_id) AS source_id, o.field, o.start, o.end, o.text,
               o.sentiment, o.theme_id, o.vector_row
        FROM opinions o
        WHERE o.ticket_id IS NULL
          AND (o.theme_id IS NULL OR o.theme_id NOT IN (SELECT theme_id FROM all_themes WHERE kind = '{EXCLUDED}'))
        ORDER BY o.opinion_id
        """
    ).to_arrow_table()
    place = pc.index_in(table.column("source_id").combine_chunks(), value_set=sources.ids)
    table = table.filter(pc.is_valid(place))
    text = _codes(table.column("text"))
    numbers: dict[str, int] = {}
    said = [numbers.setdefault(squeeze(fold(one)), len(numbers)) for one in text.levels]
    return Shelf(
        ids=table.column("opinion_id").combine_chunks(),
        texts=list(text.levels),
        text=text.codes.astype(np.int64),
        folded=list(numbers),
        said=np.asarray(said, dtype=np.int64)[text.codes],
        row=_ints(table.column("vector_row"), -1),
        source=np.asarray(place.drop_null().to_numpy(zero_copy_only=False), dtype=np.int64),
        start=_ints(table.column("start"), 0),
        end=_ints(table.column("end"), 0),
        theme=_codes(table.column("theme_id")),
        sentiment=_codes(table.column("sentiment")),
        field=_codes(table.column("field")),
        sources=sources,
    )


def _sources(connection: duckdb.DuckDBPyConnection) -> Sources:
    answered, seen = (segment_dimensions(connection, table) for table in ("responses", "sessions"))
    every = sorted({*answered, *seen})
    of_answers = "".join(f", {_segment(d, answered)} AS d{i}" for i, d in enumerate(every))
    of_sessions = "".join(f", {_segment(d, seen)} AS d{i}" for i, d in enumerate(every))
    table: Any = connection.sql(
        f"""
        SELECT * FROM (
            SELECT response_id AS id, false AS is_session, epoch_us(submitted_at) AS moment, score, y, kind,
                   coalesce(survey, '{MISSING}') AS survey, coalesce(question, '{MISSING}') AS question,
                   coalesce(user_id, response_id) AS person{of_answers}
            FROM responses WHERE text IS NOT NULL OR title IS NOT NULL
            UNION ALL
            SELECT session_id, true, epoch_us(started_at), NULL, NULL, NULL, NULL, NULL,
                   coalesce(user_id, session_id){of_sessions}
            FROM sessions WHERE summary IS NOT NULL
        ) ORDER BY is_session, id
        """
    ).to_arrow_table()
    return Sources(
        ids=table.column("id").combine_chunks(),
        is_session=table.column("is_session").to_numpy(zero_copy_only=False).astype(bool),
        at=_ints(table.column("moment"), UNDATED),
        score=_floats(table.column("score")),
        y=_floats(table.column("y")),
        metric=_codes(table.column("kind")),
        survey=_codes(table.column("survey")),
        question=_codes(table.column("question")),
        segments={dimension: _codes(table.column(f"d{i}")) for i, dimension in enumerate(every)},
        person=_codes(table.column("person")).codes.astype(np.int64),
    )


def _segment(dimension: str, known: Sequence[str]) -> str:
    return segment_sql(dimension) if dimension in known else "NULL"


def _ints(column: Any, absent: int) -> NDArray[np.int64]:
    return np.asarray(column.fill_null(absent).to_numpy(zero_copy_only=False), dtype=np.int64)


def _floats(column: Any) -> NDArray[np.float64]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _codes(column: Any) -> Codes:
    coded = column.combine_chunks().dictionary_encode()
    codes = np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int32)
    return Codes(codes, tuple(coded.dictionary.to_pylist()))


@dataclass(frozen=True)
class Only:
    """What a search is held to; None and empty mean any."""

    query: Query | None = None
    themes: tuple[str, ...] = ()
    screen: str | None = None
    band: Band | None = None
    sentiment: str | None = None
    kind: Kind = "response"


def allowed(shelf: Shelf, only: Only, until: datetime, at_screen: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Which opinions `only` leaves, (n,) bool; nothing dated at or after `until`. `at_screen` (n,) are those that have
    to do with the screen asked for."""
    sources = shelf.sources
    kept = np.asarray(sources.at < _micros(until))
    if only.kind != "any":
        kept &= sources.is_session == (only.kind == "session")
    if only.query is not None:
        kept &= _of_query(sources, only.query)
    if only.band is not None:
        kept &= _of_band(sources, only.band)
    found = np.asarray(kept[shelf.source])
    if only.themes:
        found &= np.isin(
            shelf.theme.codes, [shelf.theme.levels.index(t) for t in only.themes if t in shelf.theme.levels]
        )
    if only.sentiment is not None:
        found &= shelf.sentiment.are(only.sentiment)
    if at_screen is not None:
        found &= at_screen
    return found


def _micros(moment: datetime) -> int:
    from datetime import UTC, timedelta
    from datetime import datetime as Moment

    return (moment.astimezone(UTC) - Moment(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _of_query(sources: Sources, query: Query) -> NDArray[np.bool_]:
    """Answers to the query's metric and survey, and sessions, in its window and of its people. A filter that sessions
    do not know leaves none of them."""
    kept = (sources.at >= _micros(query.window.start)) & (sources.at < _micros(query.window.end))
    kept &= sources.is_session | sources.metric.are(query.metric)
    for asked, column in ((query.survey, sources.survey), (query.question, sources.question)):
        if asked is not None:
            kept &= sources.is_session | column.are(asked)
    for dimension, value in query.where:
        known = sources.segments.get(dimension)
        kept &= known.are(value, fold=True) if known is not None else False
    return np.asarray(kept)


def _of_band(sources: Sources, band: Band) -> NDArray[np.bool_]:
    """Answers in a band of their metric. What is neither detractor nor promoter is passive."""
    kept = np.zeros(len(sources.y), dtype=bool)
    for metric in sources.metric.levels:
        rows = np.flatnonzero(sources.metric.are(metric) & np.isfinite(sources.y))
        y, score = sources.y[rows], sources.score[rows]
        low, high = detractors(metric, y, score), promoters(y)  # type: ignore[arg-type]
        kept[rows] = {"detractor": low, "promoter": high, "passive": ~low & ~high}[band]
    return kept


def screen_sources(view: View, screen: str) -> frozenset[str]:
    """Ids of the sessions that met friction on `screen`, and of the answers whose user did in the days before."""
    rows = view.connection.execute(
        f"""
        SELECT session_id FROM exposures
        WHERE lower(screen) = lower(?) AND signal <> '{VISIT}' AND session_id IS NOT NULL
        UNION
        SELECT r.response_id FROM responses r JOIN exposures e USING (user_id)
        WHERE lower(e.screen) = lower(?) AND e.signal <> '{VISIT}' AND e."at" < r.submitted_at
          AND e."at" >= r.submitted_at - INTERVAL {int(view.settings.join_days)} DAY
        """,
        [screen, screen],
    ).fetchall()
    return frozenset(row[0] for row in rows)


def segment_names(sources: Sources, place: int) -> tuple[tuple[str, str], ...]:
    """What is known of one source's person, by dimension; absent values left out."""
    named = (
        (d, column.levels[column.codes[place]]) for d, column in sources.segments.items() if column.codes[place] >= 0
    )
    return tuple((dimension, value) for dimension, value in named if value != MISSING)
