"""Which alert rules fire as of a moment: a threshold held for whole days or weeks, or the daily test for a shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, cast

from analyst.core.errors import UsageProblem
from analyst.core.query import Metric
from analyst.core.values import Estimate
from analyst.core.windows import span, week_of, zone
from analyst.findings import alerts_words as words
from analyst.findings.alerts_counts import Days, Units, daily, last_day, level, units_of
from analyst.findings.sequential import (
    HISTORY,
    LEAST_AFTER,
    LEAST_BEFORE,
    LEAST_DAYS,
    WATCH_DAYS,
    WATCH_SIGMA,
    Direction,
    monitor,
    watch,
)
from analyst.metrics import sample_of_moments, score_estimate, wilson

if TYPE_CHECKING:
    import duckdb

    from analyst.records import AlertRule

AlertLevel = Literal["alert", "watch", "quiet", "too_little_data", "unreadable"]
LEVELS: tuple[AlertLevel, ...] = ("alert", "watch", "too_little_data", "unreadable", "quiet")  # as they are listed
EPISODE_DAYS = 90  # how far back the beginning of a test's alert is sought
BASELINE_DAYS = 28  # the whole weeks before a crossing that it is compared with


@dataclass(frozen=True)
class AlertFinding:
    """What a rule says as of `as_of`, the last whole day that has data.

    `level` is alert (the condition holds), watch (one day more than 1.5 sigma off its 30-day baseline: a reason to
    look, never to act), quiet, too_little_data, or unreadable (the rule names what the run does not have). `since` is
    the day from which the condition has held without a break. `value` with its 95 % `interval` and `n` is the level
    that the sentence speaks of, `baseline` the one before, both in points, or 0..1 of a share. `numbers` are all the
    numbers in `sentence`, unrounded.
    """

    rule: AlertRule
    level: AlertLevel
    as_of: date | None
    since: date | None
    value: float | None
    baseline: float | None
    interval: tuple[float | None, float | None]
    n: int
    sentence: str
    numbers: tuple[float, ...] = ()
    label: str | None = None  # of the rule's theme

    @property
    def owner(self) -> str:
        """Who acts."""
        return self.rule.owner

    @property
    def plan(self) -> str:
        """What they do, in their own words."""
        return self.rule.plan

    @property
    def fires(self) -> bool:
        """Whether this is an alert or a watch."""
        return self.level in ("alert", "watch")


def alert_findings(
    connection: duckdb.DuckDBPyConnection,
    rules: Sequence[AlertRule],
    *,
    until: datetime,
    timezone: str,
    min_window: int = 30,
) -> list[AlertFinding]:
    """What each of `rules` says as of `until`, alerts first, then by name.

    Only whole days before `until` count, and only up to the last that has data. `min_window` is the fewest rows that
    a day or week of a threshold needs. A rule that names what the run lacks comes back as `unreadable` with the reason
    as its sentence.
    """
    found = [_finding(_Case(connection, rule, until, timezone, min_window)) for rule in rules]
    return sorted(found, key=lambda f: (LEVELS.index(f.level), f.rule.name))


@dataclass(frozen=True)
class _Case:
    """One rule put to one run."""

    connection: duckdb.DuckDBPyConnection
    rule: AlertRule
    until: datetime
    timezone: str
    min_window: int

    @property
    def direction(self) -> Direction:
        return "falls" if self.rule.bad_is_low else "rises"


def _finding(case: _Case) -> AlertFinding:
    rule = case.rule
    tz = zone(case.timezone)
    whole = (case.until.astimezone(tz) - timedelta(days=1)).date()
    seen = last_day(case.connection, rule, case.timezone, case.until)
    as_of = whole if seen is None else min(whole, seen)
    try:
        units = units_of(case.connection, rule, span(str(as_of), str(as_of), tz).end)
    except UsageProblem as problem:
        return _told(rule, "unreadable", None, f"This rule cannot be read: {problem}")
    rule = replace(rule, screen=units.screen, survey=units.survey or rule.survey)
    case = replace(case, rule=rule)
    days = daily(case.connection, units, share=rule.is_share, last=as_of, timezone=case.timezone)
    if days is None:
        sentence = words.too_little(rule, units.label, units.unit, 0, case.min_window, "all this time")
        return _told(rule, "too_little_data", as_of, sentence, 0.0, float(case.min_window))
    found = _tested(case, units, days) if rule.test else _thresholded(case, units, days)
    if found.level != "quiet":
        return found
    return _watched(case, units, days) or found


def _told(rule: AlertRule, level: AlertLevel, as_of: date | None, sentence: str, *numbers: float) -> AlertFinding:
    return AlertFinding(rule, level, as_of, None, None, None, (None, None), 0, sentence, numbers)


def _estimate(case: _Case, units: Units, first: date, last: date) -> Estimate | None:
    """The level of the rule's metric on those days, with the interval that its kind has everywhere else."""
    seen = level(case.connection, units, first=first, last=last, timezone=case.timezone)
    if seen is None:
        return None
    if case.rule.is_share:
        low, high = wilson(seen.mean, seen.n_eff)
        return Estimate(seen.mean, low, high, seen.n, "share")
    metric = cast(Metric, case.rule.metric)
    return score_estimate(sample_of_moments(metric, seen.n, seen.n_eff, seen.mean, seen.square))


def _finish(
    case: _Case,
    units: Units,
    level_: AlertLevel,
    as_of: date,
    since: date | None,
    value: Estimate | None,
    baseline: float | None,
    sentence: str,
    *numbers: float,
) -> AlertFinding:
    rule = case.rule
    known = [rule.above, rule.below, rule.least, float(rule.periods), baseline, *numbers]
    if value is not None:
        known += [value.value, value.low, value.high, float(value.n)]
    return AlertFinding(
        rule,
        level_,
        as_of,
        since,
        value.value if value else None,
        baseline,
        (value.low, value.high) if value else (None, None),
        value.n if value else 0,
        sentence,
        tuple(number for number in known if number is not None),
        units.label,
    )


@dataclass(frozen=True)
class _Period:
    """A whole day or ISO week; both days are included."""

    label: str
    first: date
    last: date


def _periods(case: _Case, days: Days) -> list[_Period]:
    """The whole days or weeks of the series, oldest first."""
    if case.rule.every == "day":
        spans = [days.first + timedelta(days=i) for i in range(len(days.series.n))]
        return [_Period(day.isoformat(), day, day) for day in spans]
    tz = zone(case.timezone)
    monday = days.first - timedelta(days=days.first.weekday())
    found = []
    while monday + timedelta(days=6) <= days.last:
        found.append(_Period(week_of(monday, tz).label, monday, monday + timedelta(days=6)))
        monday += timedelta(days=7)
    return found


def _thresholded(case: _Case, units: Units, days: Days) -> AlertFinding:
    rule, label = case.rule, units.label
    periods = _periods(case, days)
    last = periods[-rule.periods :]
    counts = [days.sums(period.first, period.last)[0] for period in last]
    if len(last) < rule.periods or min(counts) < case.min_window:
        thin = last[counts.index(min(counts))] if last else None
        n = round(min(counts)) if last else round(float(days.series.n.sum()))
        place = thin.label if thin and len(last) == rule.periods else f"the last {rule.periods} whole {rule.every}s"
        sentence = words.too_little(rule, label, units.unit, n, case.min_window, place)
        return _finish(case, units, "too_little_data", days.last, None, None, None, sentence, n, case.min_window)
    value = _estimate(case, units, last[-1].first, last[-1].last)
    held = 0  # how many of the latest periods cross without a break
    for period in reversed(periods):
        rows, total = days.sums(period.first, period.last)
        if rows < case.min_window or not _crosses(rule, total / rows):
            break
        held += 1
    if held < rule.periods or value is None:
        sentence = words.quiet(rule, label, value, units.unit, last[-1].label)
        return _finish(case, units, "quiet", days.last, None, value, None, sentence)
    since = periods[-held].first
    baseline = _before(days, since)
    sentence = words.crossed(rule, label, value, units.unit, last[-1].label, baseline)
    return _finish(case, units, "alert", days.last, since, value, baseline, sentence)


def _crosses(rule: AlertRule, value: float) -> bool:
    if rule.above is not None:
        return value > rule.above
    return rule.below is not None and value < rule.below


def _before(days: Days, since: date) -> float | None:
    """The level of the four weeks before `since`, None without any rows there."""
    n, total = days.sums(since - timedelta(days=BASELINE_DAYS), since - timedelta(days=1))
    return total / n if n > 0 else None


def _tested(case: _Case, units: Units, days: Days) -> AlertFinding:
    rule, label = case.rule, units.label
    seen = monitor(days.series, case.direction, EPISODE_DAYS, rule.least)
    now = seen.looks[-1]
    first_week = max(days.first, days.last - timedelta(days=6))
    recent = f"the week to {days.last}"
    if not now.enough:
        limits = (LEAST_BEFORE, LEAST_AFTER, float(LEAST_DAYS))
        sentence = words.too_short(rule, label, units.unit, int(LEAST_BEFORE), int(LEAST_AFTER), LEAST_DAYS)
        return _finish(case, units, "too_little_data", days.last, None, None, None, sentence, *limits)
    if not seen.firing[-1]:
        value = _estimate(case, units, first_week, days.last)
        sentence = words.quiet(rule, label, value, units.unit, recent)
        return _finish(case, units, "quiet", days.last, None, value, None, sentence)
    held = next((i for i, firing in enumerate(seen.firing[::-1]) if not firing), len(seen.firing))
    since = days.last - timedelta(days=held - 1)
    split = days.first + timedelta(days=now.split)
    value = _estimate(case, units, split, days.last)
    n, total = days.sums(days.last - timedelta(days=HISTORY - 1), split - timedelta(days=1))
    assert value is not None and n > 0  # the look had rows on either side
    sentence = words.shifted(rule, label, value, units.unit, split, since, total / n)
    return _finish(case, units, "alert", days.last, since, value, total / n, sentence)


def _watched(case: _Case, units: Units, days: Days) -> AlertFinding | None:
    seen = watch(days.series, case.direction)
    if seen is None:
        return None
    value = _estimate(case, units, days.last, days.last)
    assert value is not None  # the day has rows
    sentence = words.watched(case.rule, units.label, value, units.unit, days.last, seen.centre, seen.sigma)
    sigmas = abs(value.value - seen.centre) / seen.sigma
    return _finish(
        case, units, "watch", days.last, days.last, value, seen.centre, sentence, sigmas, WATCH_DAYS, WATCH_SIGMA, 2.0
    )
