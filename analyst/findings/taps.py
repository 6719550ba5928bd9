"""Rage taps that are none: a heart, a stepper, a picture that is meant to be tapped again and again.

Real rage taps come with other signals, with sessions that end there, with lower scores. Where none of these holds, and
there is enough to tell, the taps are likely false and no trouble.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from analyst.core.query import Query
from analyst.core.values import Estimate
from analyst.findings.clustered import FEWEST, ratio_of_means, share_gap, two_groups
from analyst.findings.types import TapCheck
from analyst.runs.counting import segment_dimensions
from analyst.runs.visits import BITS, SCREENS, VISITS, kinds_where, prepare_visits

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

RAGE = "rage_tap"
MARGIN = 0.10  # share by which rage tappers may still meet more trouble, or leave more often
SHORTER = 0.8  # ... and how much shorter their sessions may still be
LOWER = 25.0  # points by which their score must be shown not to be lower, where it is known
RISE = 0.10  # a share that rose by more from one window to the next needs the score to be known


@dataclass(frozen=True)
class TapCounts:
    """Rows of one screen, person and kind of session (`rage` bool): `n` sessions; how many met another signal there
    (`trouble`); of those whose path is known (`known`) how many ended there (`ended`); of those whose length is known
    (`timed`) the sum of its logarithm (`logs`). All (r,)."""

    screen: NDArray[Any]
    person: NDArray[np.int64]
    rage: NDArray[np.bool_]
    n: NDArray[np.float64]
    trouble: NDArray[np.float64]
    known: NDArray[np.float64]
    ended: NDArray[np.float64]
    timed: NDArray[np.float64]
    logs: NDArray[np.float64]


def tap_counts(connection: duckdb.DuckDBPyConnection, query: Query, *, until: datetime) -> TapCounts:
    """Sessions that saw a screen in either window, with rage taps there and without; screens without rage taps are
    left out. The filter of `query` holds on the session's segments."""
    condition, values = kinds_where(query.where, segment_dimensions(connection, "sessions"))
    prepare_visits(connection)
    now, before = query.window, query.baseline
    others = sum(bit for signal, bit in BITS.items() if signal != RAGE)
    found = connection.execute(
        f"""
        WITH tapped AS (SELECT DISTINCT screen FROM {VISITS} WHERE met & {BITS[RAGE]} > 0),
        seen AS (
            SELECT session, screen, person, CASE WHEN bit_or(met) & {BITS[RAGE]} > 0 THEN 1 ELSE 0 END AS rage,
                   CASE WHEN bit_or(met) & {others} > 0 THEN 1 ELSE 0 END AS trouble, max(ended) AS ended,
                   max(logs) AS logs
            FROM {VISITS}
            WHERE {condition} AND started_at < ?
              AND (started_at >= ? AND started_at < ? OR started_at >= ? AND started_at < ?)
              AND screen IN (SELECT screen FROM tapped)
            GROUP BY session, screen, person
        ),
        counted AS (
            SELECT screen, person, rage, count(*) AS n, sum(trouble) AS trouble, count(ended) AS known,
                   coalesce(sum(ended), 0) AS ended, count(logs) AS timed, coalesce(sum(logs), 0) / 1e9 AS logs
            FROM seen GROUP BY screen, person, rage
        )
        SELECT c.name AS screen, counted.* EXCLUDE (screen) FROM counted JOIN {SCREENS} c USING (screen)
        ORDER BY counted.screen, person, rage
        """,
        [*values, until, now.start, now.end, before.start, before.end],
    ).fetchnumpy()
    _, person = np.unique(np.asarray(found["person"]), return_inverse=True)
    numbers = {
        name: np.asarray(found[name], dtype=np.float64) for name in ("n", "trouble", "known", "ended", "timed", "logs")
    }
    return TapCounts(
        screen=np.asarray(found["screen"]).astype(str),
        person=person.astype(np.int64),
        rage=np.asarray(found["rage"]).astype(bool),
        **numbers,
    )


def tap_check(counts: TapCounts, screen: str, gap: Estimate | None, trend: Estimate | None) -> TapCheck | None:
    """What goes with rage taps on `screen`; None where too few sessions had them, or had not.

    `gap` is the score of those exposed against others, `trend` the change of the rage-tap rate. They are likely false
    when, each with its 95 % interval, rage tappers meet other trouble at most 10 points of a share more often, end
    their session there at most as much more often, stay at least 0.8 times as long (one of the last two must be
    known), and, where the score is known, do not score lower: not beyond chance, and by 25 points at most. Taps that
    just rose by more than 10 points of a share are only called false where the score is known: a new heart rises too,
    but so does a new fault. A claim of no harm needs data: with few sessions the intervals are wide and nothing is
    called false.
    """
    rows = counts.screen == screen
    sessions, others = (int(counts.n[rows & counts.rage].sum()), int(counts.n[rows & ~counts.rage].sum()))
    if min(sessions, others) < FEWEST:
        return None
    rage, person = counts.rage[rows], counts.person[rows]
    met = two_groups(counts.trouble[rows], counts.n[rows], rage, person)
    left = two_groups(counts.ended[rows], counts.known[rows], rage, person)
    stayed = two_groups(counts.logs[rows], counts.timed[rows], rage, person)
    if met is None:
        return None
    trouble = share_gap(met)[0]
    ended = share_gap(left)[0] if left is not None else None
    longer = ratio_of_means(stayed) if stayed is not None else None
    rising = trend is not None and trend.excludes_zero() and trend.value > RISE
    harmless = (
        _below(trouble.high, MARGIN)
        and (ended is None or _below(ended.high, MARGIN))
        and (longer is None or (longer.low is not None and longer.low > SHORTER))
        and (ended is not None or longer is not None)
        and not _lower(gap)
        and not (rising and gap is None)
    )
    return TapCheck(sessions, others, trouble, ended, longer, gap, harmless)


def _below(high: float | None, limit: float) -> bool:
    return high is not None and high < limit


def _lower(gap: Estimate | None) -> bool:
    """Whether the score is lower, or may be by much."""
    if gap is None:
        return False
    return gap.low is None or gap.low < -LOWER or (gap.excludes_zero() and gap.value < 0)
