"""How many of the answers can be joined with what their users did: every finding on screens rests on those alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.query import Query
from analyst.metrics import detractors

if TYPE_CHECKING:
    import duckdb

    from analyst.runs.frame import DesignFrame

AFTER_DAYS = 1  # a session so soon after an answer, and none before it, may be a matter of clocks
MANY = 10  # such answers before they are worth a word ...
MANY_SHARE = 0.10  # ... and their share of the answers with a user


@dataclass(frozen=True)
class JoinCoverage:
    """Of the current window: `answers`, and those with a session in the `days` before; `low` the detractors, and
    those with one; `named` answers with a user. `sessions` dated in the window or the `days` before it,
    `sessions_named` those with a user. `only_after`: answers with no session before, but one within a day after."""

    days: int
    answers: int
    joined: int
    low: int
    low_joined: int
    named: int
    sessions: int
    sessions_named: int
    only_after: int

    @property
    def skewed(self) -> bool:
        """Whether so many sessions begin right after their answer that clocks may disagree."""
        return self.only_after >= MANY and self.only_after >= MANY_SHARE * self.named


def join_coverage(
    connection: duckdb.DuckDBPyConnection, frame: DesignFrame, query: Query, *, until: datetime, join_days: int
) -> JoinCoverage:
    """The join of the answers of `frame` (that of `query`) with the sessions of the run, before `until`."""
    now = frame.post
    low = detractors(query.metric, frame.y, frame.score) & now
    joined = frame.with_sessions
    found = connection.execute(
        f"""
        SELECT count(*), count(user_id) FROM sessions
        WHERE started_at >= CAST(? AS TIMESTAMPTZ) - INTERVAL {int(join_days)} DAY AND started_at < ?
          AND started_at < ?
        """,
        [query.window.start, query.window.end, until],
    ).fetchone()
    alone = [str(i) for i in frame.response_id[now & ~joined]]
    named = connection.execute(
        "SELECT count(*) FROM responses WHERE user_id IS NOT NULL AND response_id IN (SELECT unnest(?::VARCHAR[]))",
        [[str(i) for i in frame.response_id[now]]],
    ).fetchone()
    after = connection.execute(
        f"""
        SELECT count(DISTINCT r.response_id) FROM responses r JOIN sessions s ON s.user_id = r.user_id
        WHERE r.response_id IN (SELECT unnest(?::VARCHAR[]))
          AND s.started_at >= r.submitted_at AND s.started_at < r.submitted_at + INTERVAL {AFTER_DAYS} DAY
        """,
        [alone],
    ).fetchone()
    assert found and named and after  # count(*) always gives a row
    return JoinCoverage(
        days=join_days,
        answers=int(now.sum()),
        joined=int(np.count_nonzero(joined & now)),
        low=int(low.sum()),
        low_joined=int((low & joined).sum()),
        named=named[0],
        sessions=found[0],
        sessions_named=found[1],
        only_after=after[0],
    )
