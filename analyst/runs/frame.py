"""The design frame: everything the statistics may see of two windows, one row per scored answer, never text.

Rows are the answers of one metric with a date in either window, matching the query's filter, in order of
response id (so that the same run and query give the same numbers). Columns are numpy arrays; what is sparse
(themes mentioned, friction met before the answer) is a scipy CSR matrix with one row per answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from analyst.core.errors import UsageProblem
from analyst.core.query import Query
from analyst.core.tables import VISIT
from analyst.runs.counting import segment_dimensions, segment_sql, survey_sql, where_sql
from analyst.runs.visits import HAD, prepare_sessions_had

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True)
class DesignFrame:
    """n answers in two windows.

    response_id (n,) str · y (n,) float, the metric's scale (+100/0/-100 or 100/0) · weight (n,) float, 1 unless
    given · post (n,) bool, True in the current window · person (n,) int, equal for answers of one user, unique
    for anonymous ones · day (n,) int, days since 1970 in UTC · score (n,) float, as answered.
    dimensions: d segment dimensions; levels[i]: their values, commonest first; codes (n, d) int index into them
    (an absent value has the level "(missing)").
    commented (n,) bool · theme_ids: t ids; mentions (n, t) CSR of 0/1; negative (n, t) CSR of 0/1, mentioned
    with negative sentiment.
    sessions (n,) int: how many sessions the user had in the `join_days` before the answer, 0 where none or where the
    user is unknown; with_sessions (n,) bool: at least one · frictions: e pairs (screen, signal); exposed (n, e) CSR
    of counts met in those days.
    """

    response_id: NDArray[Any]
    y: NDArray[np.float64]
    weight: NDArray[np.float64]
    post: NDArray[np.bool_]
    person: NDArray[np.int64]
    day: NDArray[np.int64]
    score: NDArray[np.float64]
    dimensions: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int32]
    commented: NDArray[np.bool_]
    theme_ids: tuple[str, ...]
    mentions: sparse.csr_matrix
    negative: sparse.csr_matrix
    sessions: NDArray[np.int64]
    frictions: tuple[tuple[str, str], ...]
    exposed: sparse.csr_matrix

    @property
    def with_sessions(self) -> NDArray[np.bool_]:
        """Whose user had such a session, (n,): of the others nobody knows what they met."""
        return self.sessions > 0

    @cached_property
    def people(self) -> NDArray[np.int64]:
        """`person` as codes without gaps, (n,)."""
        return np.asarray(np.unique(self.person, return_inverse=True)[1], dtype=np.int64)

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What others derived from this frame and will ask for again, by name."""
        return {}

    @property
    def n(self) -> int:
        """Number of answers in both windows."""
        return len(self.y)

    def rows_of(self, where: tuple[tuple[str, str], ...]) -> NDArray[np.bool_]:
        """Which rows lie in the conjunction `where`; a dimension or level not in the frame gives none."""
        inside = np.ones(self.n, dtype=bool)
        for dimension, value in where:
            if dimension not in self.dimensions:
                return np.zeros(self.n, dtype=bool)
            at = self.dimensions.index(dimension)
            wanted = [i for i, level in enumerate(self.levels[at]) if level.casefold() == value.casefold()]
            inside &= np.isin(self.codes[:, at], wanted)
        return inside

    def only(self, rows: NDArray[np.bool_]) -> DesignFrame:
        """The answers that `rows` (n,) picks."""
        picked = {name: getattr(self, name)[rows] for name in _BY_ANSWER}
        return replace(self, **picked)


_BY_ANSWER = (
    "response_id", "y", "weight", "post", "person", "day", "score", "codes", "commented", "mentions", "negative",
    "sessions", "exposed",
)  # fmt: skip


def design_frame(
    connection: duckdb.DuckDBPyConnection, query: Query, *, join_days: int, until: datetime
) -> DesignFrame:
    """The design frame of `query`, read from a run (see counting.connect).

    Nothing dated at or after `until` (the clock) is seen. Raises UsageProblem when the two windows overlap or
    the filter names an unknown segment; an empty frame is not an error here.
    """
    check_windows(query)
    dims = segment_dimensions(connection)
    condition, values = where_sql(query.where, dims)
    of_survey, survey = survey_sql(query.survey, query.question)
    picked = "".join(f", {segment_sql(dimension)} AS d{i}" for i, dimension in enumerate(dims))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE framed AS
        SELECT row_number() OVER (ORDER BY response_id) - 1 AS r, response_id, user_id, submitted_at, y,
               coalesce(weight, 1.0) AS weight, score, submitted_at >= ? AND submitted_at < ? AS post,
               epoch_us(submitted_at) // 86400000000 AS day{picked}
        FROM responses
        WHERE kind = ? AND y IS NOT NULL AND submitted_at < ? AND {condition} AND {of_survey}
          AND (submitted_at >= ? AND submitted_at < ? OR submitted_at >= ? AND submitted_at < ?)
        """,
        [
            query.window.start, query.window.end, query.metric, until, *values, *survey,
            query.window.start, query.window.end, query.baseline.start, query.baseline.end,
        ],
    )  # fmt: skip
    return _read(connection, dims, join_days)[0]


def check_windows(query: Query) -> None:
    """Raise UsageProblem when the two windows of `query` overlap."""
    if query.window.start < query.baseline.end and query.baseline.start < query.window.end:
        raise UsageProblem(
            f"The windows {query.window.label} and {query.baseline.label} overlap.",
            "Choose a baseline that ends before the window begins.",
        )


def all_answers(connection: duckdb.DuckDBPyConnection, metric: str, *, join_days: int) -> tuple[DesignFrame, pa.Table]:
    """Every dated, scored answer of `metric` as a frame (nobody's `post`), whenever it was given, and its table with
    user_id, survey, question and its moment in microseconds since 1970."""
    dims = segment_dimensions(connection)
    picked = "".join(f", {segment_sql(dimension)} AS d{i}" for i, dimension in enumerate(dims))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE framed AS
        SELECT row_number() OVER (ORDER BY response_id) - 1 AS r, response_id, user_id, submitted_at, y,
               coalesce(weight, 1.0) AS weight, score, FALSE AS post, epoch_us(submitted_at) // 86400000000 AS day,
               epoch_us(submitted_at) AS moment, survey, question{picked}
        FROM responses WHERE kind = ? AND y IS NOT NULL AND submitted_at IS NOT NULL
        """,
        [metric],
    )
    return _read(connection, dims, join_days)


def _read(connection: duckdb.DuckDBPyConnection, dims: Sequence[str], join_days: int) -> tuple[DesignFrame, pa.Table]:
    """The frame of the rows in the table `framed`, and that table."""
    table: Any = connection.sql("SELECT * FROM framed ORDER BY r").to_arrow_table()
    n = table.num_rows
    encoded = [_encode(table.column(f"d{i}")) for i in range(len(dims))]
    theme_ids, mentions, negative, commented = _mentions(connection, n)
    frictions, exposed, sessions = _exposed(connection, n, join_days)
    frame = DesignFrame(
        response_id=table.column("response_id").to_numpy(zero_copy_only=False),
        y=_floats(table, "y"),
        weight=_floats(table, "weight"),
        post=table.column("post").to_numpy(zero_copy_only=False).astype(bool),
        person=_persons(table.column("user_id")),
        day=table.column("day").to_numpy(zero_copy_only=False).astype(np.int64),
        score=_floats(table, "score"),
        dimensions=tuple(dims),
        levels=tuple(levels for _, levels in encoded),
        codes=np.stack([codes for codes, _ in encoded], axis=1) if encoded else np.zeros((n, 0), dtype=np.int32),
        commented=commented,
        theme_ids=theme_ids,
        mentions=mentions,
        negative=negative,
        sessions=sessions,
        frictions=frictions,
        exposed=exposed,
    )
    connection.execute("DROP TABLE framed")
    return frame, table


def _floats(table: Any, name: str) -> NDArray[np.float64]:
    values: NDArray[np.float64] = table.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
    return values


def _encode(column: Any) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Codes and levels of a string column, the commonest level first, ties by name."""
    if len(column) == 0:
        return np.zeros(0, dtype=np.int32), ()
    coded = column.combine_chunks().dictionary_encode()
    names = np.asarray(coded.dictionary.to_pylist(), dtype=str)
    codes = np.asarray(coded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    order = np.lexsort((names, -np.bincount(codes, minlength=len(names))))
    place = np.empty(len(names), dtype=np.int32)
    place[order] = np.arange(len(names), dtype=np.int32)
    return place[codes], tuple(str(names[i]) for i in order)


def _persons(column: Any) -> NDArray[np.int64]:
    """One code per user; an anonymous answer is a person of its own."""
    codes = column.combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return np.asarray(np.where(codes >= 0, codes, -np.arange(len(codes)) - 1), dtype=np.int64)


def _matrix(rows: Any, columns: Any, values: Any, shape: tuple[int, int]) -> sparse.csr_matrix:
    return sparse.csr_matrix((np.asarray(values, dtype=np.float64), (rows, columns)), shape=shape)


def _mentions(
    connection: duckdb.DuckDBPyConnection, n: int
) -> tuple[tuple[str, ...], sparse.csr_matrix, sparse.csr_matrix, NDArray[np.bool_]]:
    """Which themes each framed answer mentions, which with negative sentiment, and who commented at all."""
    ids = tuple(row[0] for row in connection.execute("SELECT theme_id FROM themes ORDER BY theme_id").fetchall())
    found = connection.execute(
        """
        SELECT r, coalesce(theme_id, '') AS theme_id,
               max(CASE WHEN sentiment = 'negative' THEN 1 ELSE 0 END) AS negative
        FROM framed JOIN opinions USING (response_id) GROUP BY ALL
        """
    ).fetchnumpy()
    commented = np.zeros(n, dtype=bool)
    commented[np.asarray(found["r"], dtype=np.int64)] = True
    place = {theme: i for i, theme in enumerate(ids)}
    columns = np.array([place.get(theme, -1) for theme in found["theme_id"]], dtype=np.int64)
    placed = columns >= 0
    rows, columns = np.asarray(found["r"], dtype=np.int64)[placed], columns[placed]
    bad = np.asarray(found["negative"], dtype=np.float64)[placed]
    shape = (n, len(ids))
    negative = _matrix(rows[bad > 0], columns[bad > 0], bad[bad > 0], shape)
    return ids, _matrix(rows, columns, np.ones(len(rows)), shape), negative, commented


def _exposed(
    connection: duckdb.DuckDBPyConnection, n: int, join_days: int
) -> tuple[tuple[tuple[str, str], ...], sparse.csr_matrix, NDArray[np.int64]]:
    """Friction that each framed answer's user met in the `join_days` before it, and how many sessions they had then.

    A session that begins at or after the answer is no exposure, whatever the reason (see lookups.join_coverage).
    """
    near = f"""
        {{moment}} < framed.submitted_at AND {{moment}} >= framed.submitted_at - INTERVAL {int(join_days)} DAY
    """
    found = connection.execute(
        f"""
        SELECT r, screen, signal, sum("count") AS met
        FROM framed JOIN exposures USING (user_id)
        WHERE signal <> '{VISIT}' AND screen <> '' AND {near.format(moment="exposures.at")}
        GROUP BY ALL
        """
    ).fetchnumpy()
    prepare_sessions_had(connection)
    counted = connection.execute(
        f"""
        SELECT r, count(DISTINCT session) AS n FROM framed JOIN {HAD} seen USING (user_id)
        WHERE {near.format(moment="seen.moment")} GROUP BY r
        """
    ).fetchnumpy()
    sessions = np.zeros(n, dtype=np.int64)
    sessions[np.asarray(counted["r"], dtype=np.int64)] = np.asarray(counted["n"], dtype=np.int64)
    met_in = np.asarray(found["r"], dtype=np.int64)
    sessions[met_in] = np.maximum(sessions[met_in], 1)  # what was met was met in a session, even one begun earlier
    pairs = [(str(screen), str(signal)) for screen, signal in zip(found["screen"], found["signal"], strict=True)]
    names = tuple(sorted(set(pairs)))
    place = {name: i for i, name in enumerate(names)}
    columns = np.array([place[pair] for pair in pairs], dtype=np.int64)
    return names, _matrix(met_in, columns, found["met"], (n, len(names))), sessions
