"""The answers of a run held in memory, so that a question about any window and group only has to pick rows.

What an answer's design columns say (what it mentions, what its user met before it) depends neither on the window nor
on the filter: a process that answers many questions reads it once for each metric. `HeldAnswers.frame` gives what
`frame.design_frame` gives, to the last bit.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from analyst.runs.counting import MISSING, where_sql
from analyst.runs.frame import DesignFrame, all_answers, check_windows

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from analyst.core.query import Query

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class HeldAnswers:
    """Every dated, scored answer of one metric, n of them, in order of response id.

    `whole` holds them as a frame (nobody's `post`); `moment` (n,) microseconds since 1970 in UTC; `user` (n,) int, -1
    where unknown; `survey`, `question` (n,) str, "(missing)" where absent. `folded` are the levels of each dimension in
    lower case.
    """

    whole: DesignFrame
    moment: NDArray[np.int64]
    user: NDArray[np.int64]
    survey: _Texts
    question: _Texts
    folded: tuple[tuple[str, ...], ...]

    def frame(self, connection: duckdb.DuckDBPyConnection, query: Query, until: datetime) -> DesignFrame:
        """The design frame of `query`; raises what design_frame raises."""
        check_windows(query)
        rows = np.flatnonzero(
            self._inside(connection, query, until) & self.survey.are(query.survey) & self.question.are(query.question)
        )
        levels, codes = self._levels(rows)
        frictions, exposed = _present(self.whole.frictions, self.whole.exposed[rows])
        picked = {name: getattr(self.whole, name)[rows] for name in _PICKED}
        return replace(
            self.whole,
            **picked,
            post=self._within(query.window.start, query.window.end)[rows],
            person=_persons(self.user[rows]),
            levels=levels,
            codes=codes,
            frictions=frictions,
            exposed=exposed,
        )

    def surveys(
        self, connection: duckdb.DuckDBPyConnection, query: Query, until: datetime
    ) -> list[tuple[str, str, int]]:
        """(survey, question, answers) in both windows under the filter, whatever survey `query` is held to."""
        rows = self._inside(connection, query, until)
        counted = Counter(zip(self.survey.codes[rows].tolist(), self.question.codes[rows].tolist(), strict=True))
        return [(self.survey.values[s], self.question.values[q], n) for (s, q), n in counted.items()]

    def _inside(self, connection: duckdb.DuckDBPyConnection, query: Query, until: datetime) -> NDArray[np.bool_]:
        """(n,) before `until`, in either window, in the filter."""
        dims = list(self.whole.dimensions)
        where_sql(query.where, dims)  # raises for a dimension that nobody knows
        now, before = query.window, query.baseline
        rows = self._within(now.start, now.end) | self._within(before.start, before.end)
        rows &= self.moment < _micros(until)
        for dimension, value in query.where:
            at = dims.index(dimension)
            row = connection.execute("SELECT lower(?)", [value]).fetchone()
            wanted = [code for code, level in enumerate(self.folded[at]) if row and level == row[0]]
            rows &= np.isin(self.whole.codes[:, at], wanted)
        return rows

    def _within(self, start: datetime, end: datetime) -> NDArray[np.bool_]:
        return (self.moment >= _micros(start)) & (self.moment < _micros(end))

    def _levels(self, rows: NDArray[np.int64]) -> tuple[tuple[tuple[str, ...], ...], NDArray[np.int32]]:
        """Levels that these rows have, the commonest first, ties by name, and the rows' codes into them."""
        levels, codes = [], []
        for at, names in enumerate(self.whole.levels):
            mine = self.whole.codes[rows, at]
            count = np.bincount(mine, minlength=len(names))
            there = np.flatnonzero(count)
            order = there[np.lexsort((np.asarray(names, dtype=str)[there], -count[there]))]
            place = np.zeros(len(names), dtype=np.int32)
            place[order] = np.arange(len(order), dtype=np.int32)
            levels.append(tuple(names[i] for i in order))
            codes.append(place[mine])
        return tuple(levels), np.stack(codes, axis=1) if codes else np.zeros((len(rows), 0), dtype=np.int32)


@dataclass(frozen=True)
class _Texts:
    """A text column: `codes` (n,) index `values`."""

    values: tuple[str, ...]
    codes: NDArray[np.int64]

    def are(self, value: str | None) -> NDArray[np.bool_]:
        """(n,) whose text is `value`; all, for None."""
        if value is None:
            return np.ones(len(self.codes), dtype=bool)
        return np.isin(self.codes, [code for code, one in enumerate(self.values) if one == value])


_PICKED = ("response_id", "y", "weight", "day", "score", "commented", "mentions", "negative", "sessions")


class Held:
    """The held answers of a run by metric, read when first asked for; threads may ask at the same time."""

    def __init__(self, join_days: int) -> None:
        self._join_days, self._by_metric, self._lock = join_days, dict[str, HeldAnswers](), threading.Lock()

    def of(self, connection: duckdb.DuckDBPyConnection, metric: str) -> HeldAnswers:
        """Those of `metric`, read over `connection` where they are not held yet."""
        with self._lock:
            if metric not in self._by_metric:
                self._by_metric[metric] = hold_answers(connection, metric, self._join_days)
            return self._by_metric[metric]


def hold_answers(connection: duckdb.DuckDBPyConnection, metric: str, join_days: int) -> HeldAnswers:
    """Read every answer of `metric` from a run."""
    whole, table = all_answers(connection, metric, join_days=join_days)
    users = table.column("user_id").combine_chunks().dictionary_encode().indices.fill_null(-1)
    folded = []
    for names in whole.levels:
        rows = connection.execute("SELECT lower(v) FROM (SELECT unnest(?::VARCHAR[]) AS v)", [list(names)]).fetchall()
        folded.append(tuple(str(row[0]) for row in rows))
    return HeldAnswers(
        whole=whole,
        moment=table.column("moment").to_numpy(zero_copy_only=False).astype(np.int64),
        user=users.to_numpy(zero_copy_only=False).astype(np.int64),
        survey=_texts(table.column("survey")),
        question=_texts(table.column("question")),
        folded=tuple(folded),
    )


def _texts(column: Any) -> _Texts:
    coded = column.combine_chunks().fill_null(MISSING).dictionary_encode()
    return _Texts(tuple(coded.dictionary.to_pylist()), coded.indices.to_numpy(zero_copy_only=False).astype(np.int64))


def _micros(moment: datetime) -> int:
    passed = moment - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def _persons(user: NDArray[np.int64]) -> NDArray[np.int64]:
    """One code per user in order of appearance; an anonymous answer is a person of its own."""
    found = -np.arange(len(user), dtype=np.int64) - 1
    known = user >= 0
    _, first, place = np.unique(user[known], return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    found[known] = rank[place]
    return found


def _present(
    names: tuple[tuple[str, str], ...], met: sparse.csr_matrix
) -> tuple[tuple[tuple[str, str], ...], sparse.csr_matrix]:
    """The columns that any row of `met` has."""
    there = np.unique(met.indices)
    place = np.zeros(len(names), dtype=met.indices.dtype)
    place[there] = np.arange(len(there))
    kept = sparse.csr_matrix((met.data, place[met.indices], met.indptr), shape=(met.shape[0], len(there)))
    return tuple(names[i] for i in there), kept
