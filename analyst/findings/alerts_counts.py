"""The counts behind an alert rule: one row a unit (answer, comment or visit), by day and by person.

The only SQL of the alerts. Days are those of the workspace's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from analyst.core.errors import UsageProblem
from analyst.core.query import METRICS, Metric, Query
from analyst.core.windows import Window
from analyst.findings.sequential import HISTORY, RECENT, DailySeries
from analyst.runs.counting import MISSING, segment_dimensions, survey_sql, where_sql
from analyst.runs.surveys import with_survey

if TYPE_CHECKING:
    import duckdb

    from analyst.records import AlertRule

LOOK_BACK = 240  # days that are read: the longest rule, its baseline and the episodes of the test


@dataclass(frozen=True)
class Units:
    """What a rule counts: `sql` gives rows (moment, person, y), y in points of a score or 0/1 of a share.

    `unit` names them (answers, comments, sessions); `label`, `screen` and `survey` are the names of the rule's theme,
    screen and survey as the run has them.
    """

    sql: str
    values: tuple[Any, ...]
    unit: str
    label: str | None = None
    screen: str | None = None
    survey: str | None = None


def units_of(connection: duckdb.DuckDBPyConnection, rule: AlertRule, until: datetime) -> Units:
    """The units of `rule` on this run.

    A score is held to the survey that the rule names, else to the one with most answers in the weeks before `until`:
    different surveys are never mixed unasked. Raises UsageProblem when the rule names a segment, a survey, a theme or a
    screen that the run does not have.
    """
    if rule.metric in METRICS:
        condition, values = where_sql(rule.where, segment_dimensions(connection), "r")
        survey, question = _survey(connection, rule, until)
        held, named = survey_sql(survey, question, "r")
        sql = f"""SELECT submitted_at AS moment, coalesce(user_id, response_id) AS person, y FROM responses r
                  WHERE kind = ? AND y IS NOT NULL AND submitted_at IS NOT NULL AND {condition} AND {held}"""
        return Units(sql, (rule.metric, *values, *named), "answers", survey=None if survey == MISSING else survey)
    if rule.metric == "theme":
        return _theme_units(connection, rule)
    return _session_units(connection, rule)


def _survey(connection: duckdb.DuckDBPyConnection, rule: AlertRule, until: datetime) -> tuple[str | None, str | None]:
    """Survey and question that the rule's score is held to; None where there is only one, or all shall be mixed."""
    recent = until - timedelta(days=RECENT)
    now = Window("the last weeks", recent, until, "span")
    before = Window("the weeks before", until - timedelta(days=HISTORY), recent, "span")
    query = Query(cast(Metric, rule.metric), now, before, rule.where)
    found = with_survey(connection, query, rule.survey, until=until)
    return found.survey, found.question


def _theme_units(connection: duckdb.DuckDBPyConnection, rule: AlertRule) -> Units:
    wanted = (rule.theme or "").casefold()
    themes = connection.execute("SELECT theme_id, label FROM themes ORDER BY theme_id").fetchall()
    found = [row for row in themes if row[0] == rule.theme] or [row for row in themes if row[1].casefold() == wanted]
    if not found:
        raise UsageProblem(
            f"There is no theme called '{rule.theme}'.", "`undertone themes --all` lists them; a rule may give the id."
        )
    theme_id, label = found[0]
    condition, values = where_sql(rule.where, segment_dimensions(connection), "r")
    sql = f"""SELECT r.submitted_at AS moment, coalesce(r.user_id, r.response_id) AS person,
                     CASE WHEN m.response_id IS NULL THEN 0.0 ELSE 1.0 END AS y
              FROM responses r LEFT JOIN (SELECT DISTINCT response_id FROM opinions WHERE theme_id = ?) m
                ON m.response_id = r.response_id
              WHERE (r.text IS NOT NULL OR r.title IS NOT NULL) AND r.submitted_at IS NOT NULL AND {condition}"""
    return Units(sql, (theme_id, *values), "comments", label)


def _session_units(connection: duckdb.DuckDBPyConnection, rule: AlertRule) -> Units:
    condition, values = where_sql(rule.where, segment_dimensions(connection, "sessions"), "s")
    hit = 'max(CASE WHEN e.signal = ? AND e."count" > 0 THEN 1.0 ELSE 0.0 END)'
    if rule.screen is None:
        sql = f"""SELECT s.started_at AS moment, coalesce(s.user_id, s.session_id) AS person, {hit} AS y
                  FROM sessions s LEFT JOIN exposures e ON e.session_id = s.session_id
                  WHERE s.started_at IS NOT NULL AND {condition}
                  GROUP BY s.session_id, s.started_at, person"""
        return Units(sql, (rule.metric, *values), "sessions")
    named = "SELECT screen FROM exposures WHERE lower(screen) = lower(?) GROUP BY screen ORDER BY count(*) DESC, screen"
    known = connection.execute(named, [rule.screen]).fetchone()
    if known is None:
        raise UsageProblem(f"No session of this run saw a screen called '{rule.screen}'.", "Write it as the data do.")
    # a session that met friction on a screen visited it, whether or not a row says so
    sql = f"""SELECT min(coalesce(e.at, s.started_at)) AS moment,
                     coalesce(e.user_id, s.user_id, e.session_id) AS person, {hit} AS y
              FROM exposures e JOIN sessions s ON s.session_id = e.session_id
              WHERE lower(e.screen) = lower(?) AND coalesce(e.at, s.started_at) IS NOT NULL AND {condition}
              GROUP BY e.session_id, person"""
    return Units(sql, (rule.metric, rule.screen, *values), "sessions", screen=known[0])


def last_day(connection: duckdb.DuckDBPyConnection, rule: AlertRule, timezone: str, until: datetime) -> date | None:
    """The last day before `until` on which the run holds any row of the rule's kind, whoever it comes from."""
    table, moment = (
        ("sessions", "started_at") if rule.is_share and rule.metric != "theme" else ("responses", "submitted_at")
    )
    kind = "AND kind = ?" if rule.metric in METRICS else ""
    row = connection.execute(
        f"SELECT CAST(max({moment}) AT TIME ZONE ? AS DATE) FROM {table} WHERE {moment} < ? {kind}",
        [timezone, until, *([rule.metric] if kind else [])],
    ).fetchone()
    return row[0] if row else None


@dataclass(frozen=True)
class Days:
    """A daily series with the date of its first day; days without rows are there with n = 0."""

    first: date
    series: DailySeries

    @property
    def last(self) -> date:
        """The date of the last day."""
        return self.first + timedelta(days=len(self.series.n) - 1)

    def place(self, day: date) -> int:
        """The index of `day`; may lie outside."""
        return (day - self.first).days

    def sums(self, first: date, last: date) -> tuple[float, float]:
        """Rows and total from `first` to `last`, both included."""
        part = slice(max(0, self.place(first)), max(0, self.place(last) + 1))
        return float(self.series.n[part].sum()), float(self.series.total[part].sum())


def daily(
    connection: duckdb.DuckDBPyConnection, units: Units, *, share: bool, last: date, timezone: str
) -> Days | None:
    """The units by day, from the first that has any (at most LOOK_BACK days ago) to `last`; None without any."""
    rows = connection.execute(
        f"""SELECT CAST(moment AT TIME ZONE ? AS DATE) AS day, count(*), sum(y), sum(y * y) FROM ({units.sql})
            GROUP BY day HAVING day > ? AND day <= ? ORDER BY day""",
        [timezone, *units.values, last - timedelta(days=LOOK_BACK), last],
    ).fetchall()
    if not rows:
        return None
    first = rows[0][0]
    table = np.zeros((3, (last - first).days + 1))
    for day, *sums in rows:
        table[:, (day - first).days] = sums
    return Days(first, DailySeries(table[0], table[1], table[2], share))


@dataclass(frozen=True)
class Level:
    """The mean of y from one day to another: `n` rows worth `n_eff` independent ones, and the mean of y squared."""

    n: int
    n_eff: float
    mean: float
    square: float


def level(
    connection: duckdb.DuckDBPyConnection, units: Units, *, first: date, last: date, timezone: str
) -> Level | None:
    """The level of the units from `first` to `last`, both included; None without any.

    People with several rows divide n by the design effect of a mean clustered on the person (Liang & Zeger 1986),
    never below 1.
    """
    rows = connection.execute(
        f"""SELECT count(*), sum(y), sum(y * y) FROM ({units.sql})
            WHERE CAST(moment AT TIME ZONE ? AS DATE) BETWEEN ? AND ? GROUP BY person ORDER BY person""",
        [*units.values, timezone, first, last],
    ).fetchall()
    if not rows:
        return None
    n, total, squares = np.array(rows, dtype=np.float64).T
    size = float(n.sum())
    mean = float(total.sum()) / size
    apart = float(squares.sum()) - size * mean**2
    together = float(np.square(total - mean * n).sum())
    effect = max(1.0, together / apart) if apart > 1e-9 * max(1.0, float(squares.sum())) else size / len(n)
    return Level(round(size), size / effect, mean, float(squares.sum()) / size)
