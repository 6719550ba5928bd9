"""What is watched after shipping: the sessions of the target screen, and the answers of target and untouched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from analyst.core.query import Metric, Query, Where
from analyst.core.windows import Window
from analyst.fixes.contrast import FEWEST, Panel
from analyst.runs.counting import segment_dimensions, where_sql
from analyst.runs.frame import design_frame

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

MOST_LEVELS = 40  # levels of one dimension that are told apart
QUIET = 0.25  # visitors elsewhere stay untouched while they meet the friction at most so often as the target
_VERSION_NAME = re.compile(r"version|release|build", re.IGNORECASE)
_VERSION = re.compile(r"\d+(?:\.\d+)*")
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Target:
    """What a fix is meant to change, and where: friction `signals` on `screen`, opinions in `themes`, people `where`,
    and the score of `metric` in one survey (None: all of them)."""

    screen: str | None
    signals: tuple[str, ...]
    themes: tuple[str, ...]
    where: Where
    metric: Metric
    survey: str | None = None
    question: str | None = None


@dataclass(frozen=True)
class Visits:
    """v sessions that saw the target's screen: `hit` (v,) 0/1 any of its signals, `person` (v,) int, `day` (v,) int
    days since 1970, `inside` (v,) bool: of the target's people."""

    hit: NDArray[np.float64]
    person: NDArray[np.int64]
    day: NDArray[np.int64]
    inside: NDArray[np.bool_]

    def rate(self, rows: NDArray[np.bool_]) -> float:
        """Share of the sessions in `rows` (v,) that met the friction; 0 where there are none."""
        return float(self.hit[rows].mean()) if rows.any() else 0.0


@dataclass(frozen=True)
class Watched:
    """The answers of target and untouched as a panel of y, and with `commented` (n,) and `mentions` (n,) bool beside.

    `share` (0..1) of all answers of which one can tell are the target's. `compared` names who the target is: the
    visitors of the screen, or a segment; empty where nobody is untouched. `knows_theme` is False where the run has no
    theme of the target: merged or renumbered since, it would seem to have fallen.
    """

    panel: Panel
    commented: NDArray[np.bool_]
    mentions: NDArray[np.bool_]
    share: float
    compared: str
    knows_theme: bool = True


def lasting(where: Where) -> Where:
    """`where` without versions: people leave a version by updating, with or without the fix."""
    return tuple((name, value) for name, value in where if not _VERSION_NAME.search(name))


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def midnight(day: date) -> datetime:
    """The first moment of `day` in UTC."""
    return datetime.combine(day, time(), UTC)


def target_visits(
    connection: duckdb.DuckDBPyConnection, target: Target, first: date, end: date, *, until: datetime
) -> Visits | None:
    """Sessions from `first` up to `end` (not included) that saw the target's screen; None for a target without one.

    A filter on a dimension that sessions do not carry is left out of `inside`.
    """
    if target.screen is None or not target.signals:
        return None
    known = segment_dimensions(connection, "sessions")
    condition, values = where_sql(tuple(p for p in target.where if p[0] in known), known, "s")
    found = connection.execute(
        f"""
        SELECT coalesce(e.user_id, s.user_id, e.session_id) AS person,
               epoch_us(min(coalesce(e."at", s.started_at))) // 86400000000 AS day,
               any_value({condition}) AS inside,
               max(CASE WHEN list_contains(?, e.signal) AND e."count" > 0 THEN 1 ELSE 0 END) AS hit
        FROM exposures e JOIN sessions s ON s.session_id = e.session_id
        WHERE e.screen = ? AND coalesce(e."at", s.started_at) >= ? AND coalesce(e."at", s.started_at) < ?
          AND coalesce(e."at", s.started_at) < ?
        GROUP BY e.session_id, person ORDER BY e.session_id
        """,
        [*values, list(target.signals), target.screen, midnight(first), midnight(end), until],
    ).fetchnumpy()
    _, person = np.unique(np.asarray(found["person"]).astype(str), return_inverse=True)
    return Visits(
        hit=np.asarray(found["hit"], dtype=np.float64),
        person=person.astype(np.int64),
        day=np.asarray(found["day"]).astype(np.int64),
        inside=np.asarray(found["inside"]).astype(bool),
    )


def watched_answers(
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    first: date,
    middle: date,
    end: date,
    *,
    join_days: int,
    until: datetime,
    elsewhere_quiet: bool,
) -> Watched:
    """The answers from `first` to `end` that belong to the target or to the untouched.

    With a screen, the target are the answers of its people who saw it in the `join_days` before, and of all others one
    must know what they saw (they had a session). Visitors of the screen outside the target's segment count as untouched
    only where the friction hardly occurs there (`elsewhere_quiet`); otherwise a fix would touch them too. Without a
    screen the target is its segment. Dimensions that name a version are no level: the fix itself changes them.
    """
    windows = (Window("after", midnight(middle), midnight(end), "span"),
               Window("before", midnight(first), midnight(middle), "span"))  # fmt: skip
    query = Query(target.metric, *windows, (), target.survey, target.question)
    frame = design_frame(connection, query, join_days=join_days, until=until)
    inside = frame.rows_of(target.where)
    usable, treated, compared = np.ones(frame.n, dtype=bool), inside, ""
    if target.where:
        compared = " and ".join(value for _, value in target.where)
    if target.screen is not None:
        visited = _visited(connection, frame.response_id, target.screen, join_days, until=until)
        known = frame.with_sessions
        if int((visited & inside).sum()) >= FEWEST:
            treated, usable = visited & inside, known.copy()
            if not elsewhere_quiet:
                usable &= ~(visited & ~inside)
            compared = f"people who saw {target.screen}" + (f" ({compared})" if compared else "")
    everybody = float(frame.weight[usable].sum())
    share = float(frame.weight[treated & usable].sum()) / everybody if everybody > 0 else 0.0
    return _watched(frame, usable, treated, target, share, compared)


def _watched(
    frame: DesignFrame,
    usable: NDArray[np.bool_],
    treated: NDArray[np.bool_],
    target: Target,
    share: float,
    compared: str,
) -> Watched:
    dims = [i for i, name in enumerate(frame.dimensions) if not _VERSION_NAME.search(name)]
    columns = [i for i, theme in enumerate(frame.theme_ids) if theme in target.themes]
    mentions = np.asarray(frame.mentions[:, columns].sum(axis=1)).ravel() > 0 if columns else np.zeros(frame.n, bool)
    panel = Panel(
        y=frame.y,
        weight=frame.weight,
        treated=treated,
        day=frame.day,
        person=frame.person,
        codes=np.minimum(frame.codes[:, dims], MOST_LEVELS).astype(np.int64),
    )
    return Watched(panel.only(usable), frame.commented[usable], mentions[usable], share, compared, bool(columns))


def _visited(
    connection: duckdb.DuckDBPyConnection,
    response_ids: NDArray[Any],
    screen: str,
    join_days: int,
    *,
    until: datetime,
) -> NDArray[np.bool_]:
    """Whose user had seen `screen` in the `join_days` before the answer, (n,) bool."""
    found = connection.execute(
        f"""
        WITH asked AS (SELECT unnest(?::VARCHAR[]) AS response_id, unnest(range(?)) AS r)
        SELECT DISTINCT asked.r AS r
        FROM asked JOIN responses a USING (response_id) JOIN exposures e ON e.user_id = a.user_id
        WHERE e.screen = ? AND e."at" < a.submitted_at AND e."at" < ?
          AND e."at" >= a.submitted_at - INTERVAL {int(join_days)} DAY
        """,
        [[str(i) for i in response_ids], len(response_ids), screen, until],
    ).fetchnumpy()
    seen = np.zeros(len(response_ids), dtype=bool)
    seen[np.asarray(found["r"], dtype=np.int64)] = True
    return seen


def is_quiet_elsewhere(visits: Visits | None, rows: NDArray[np.bool_] | None = None) -> bool:
    """Whether the friction hardly occurs outside the target's segment (at most a quarter of the rate inside)."""
    if visits is None:
        return True
    rows = np.ones(len(visits.hit), dtype=bool) if rows is None else rows
    inside, outside = visits.rate(rows & visits.inside), visits.rate(rows & ~visits.inside)
    return outside <= QUIET * inside


def trouble_since(visits: Visits | None, first: date, shipped: date) -> date:
    """The first day of the unbroken run of weeks before `shipped` in which the target's people met the friction at
    least half as often as in its last four weeks.

    Chosen by sessions, never by the score: whoever starts a baseline where the score was worst will see it rise.
    Weeks of fewer than 15 visits go with the week after them.
    """
    if visits is None:
        return first
    end = day_number(shipped)
    rows = visits.inside & (visits.day < end)
    reference = visits.rate(rows & (visits.day >= end - 28))
    begin = end
    while begin - 7 >= day_number(first):
        week = rows & (visits.day >= begin - 7) & (visits.day < begin)
        if int(week.sum()) >= FEWEST and visits.rate(week) < reference / 2:
            break
        begin -= 7
    return max(first, EPOCH + timedelta(days=begin)) if begin < end else first


def first_day(connection: duckdb.DuckDBPyConnection, metric: str) -> date | None:
    """The day of the first dated answer of `metric`; None where there is none."""
    row = connection.execute(
        "SELECT epoch(min(submitted_at)) FROM responses WHERE kind = ? AND y IS NOT NULL", [metric]
    ).fetchone()
    return datetime.fromtimestamp(row[0], UTC).date() if row and row[0] is not None else None


def version_key(version: str) -> tuple[int, ...]:
    """Versions in order: 4.10 after 4.9."""
    match = _VERSION.search(version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def versions_seen(connection: duckdb.DuckDBPyConnection, where: Where, *, until: datetime) -> dict[str, date]:
    """The app versions in sessions of the target's people and in the calendar before `until`, with their first day."""
    known = segment_dimensions(connection, "sessions")
    condition, values = where_sql(tuple(p for p in where if p[0] in known), known, "s")
    platform = dict(where).get("platform")
    rows = connection.execute(
        f"""
        SELECT v, epoch(min(moment)) FROM (
            SELECT app_version AS v, started_at AS moment FROM sessions s WHERE {condition}
            UNION ALL
            SELECT version AS v, "at" AS moment FROM changes
            WHERE ?::VARCHAR IS NULL OR platform IS NULL OR lower(platform) = lower(?)
        ) WHERE v IS NOT NULL AND moment IS NOT NULL AND moment < ? GROUP BY v
        """,
        [*values, platform, platform, until],
    ).fetchall()
    return {str(v): datetime.fromtimestamp(moment, UTC).date() for v, moment in rows}


def adoption(
    connection: duckdb.DuckDBPyConnection, where: Where, version: str, first: date, end: date, *, until: datetime
) -> list[tuple[date, int, int]]:
    """Per day from `first` to `end`: (day, sessions of the target's people on `version` or newer, all with a version).

    Days without such sessions are left out.
    """
    known = segment_dimensions(connection, "sessions")
    condition, values = where_sql(tuple(p for p in where if p[0] in known), known, "s")
    rows = connection.execute(
        f"""
        SELECT epoch_us(started_at) // 86400000000 AS day, app_version, count(*) FROM sessions s
        WHERE app_version IS NOT NULL AND {condition} AND started_at >= ? AND started_at < ? AND started_at < ?
        GROUP BY ALL ORDER BY day
        """,
        [*values, midnight(first), midnight(end), until],
    ).fetchall()
    wanted, found = version_key(version), dict[int, list[int]]()
    for day, seen, count in rows:
        cell = found.setdefault(int(day), [0, 0])
        cell[0] += count if version_key(str(seen)) >= wanted else 0
        cell[1] += count
    return [(EPOCH + timedelta(days=day), on, of) for day, (on, of) in sorted(found.items())]


def rolled_out(days: Sequence[tuple[date, int, int]], half: float = 0.5) -> date | None:
    """The first day from which seven days on end have at least `half` of their sessions on the version; None before."""
    for i, (day, _, _) in enumerate(days):
        week = [(on, of) for d, on, of in days[i:] if (d - day).days < 7]
        total = sum(of for _, of in week)
        if total and sum(on for on, _ in week) / total >= half:
            return day
    return None
