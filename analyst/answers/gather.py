"""Everything the findings can say about one query, gathered once for whichever rendering is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from analyst.core.query import Query
from analyst.core.values import Estimate
from analyst.core.windows import zone
from analyst.findings.types import Coverage, Movement, ScreenFriction, ThemeFinding
from analyst.fixes.types import Fix


@dataclass(frozen=True)
class PeriodEstimate:
    """A week's (or month's) score with its interval."""

    period: str
    estimate: Estimate
    in_window: bool


@dataclass(frozen=True)
class Findings:
    """All findings of one query, and what a writer needs to word them.

    `texts` holds the redacted text of every response and session that a claim may cite.
    """

    run_id: str
    query: Query
    first_day: str
    last_day: str
    movement: Movement
    themes: list[ThemeFinding]
    screens: list[ScreenFriction]
    fixes: list[Fix]
    coverage: Coverage
    series: list[PeriodEstimate]
    labels: Mapping[str, str]
    texts: Mapping[str, str]


def window_days(query: Query, timezone: str) -> tuple[str, str]:
    """First and last day of the query's window, as the workspace counts days."""
    tz = zone(timezone)
    last = query.window.end.astimezone(tz) - timedelta(microseconds=1)
    return query.window.start.astimezone(tz).date().isoformat(), last.date().isoformat()
