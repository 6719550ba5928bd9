"""What a tool may be asked for on this run: closed lists, so that no argument reaches a query as free text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyst.core.query import METRICS, Metric, Where
from analyst.runs.counting import MISSING, level_values, metric_counts, scores_by_period, segment_dimensions
from prompts import clean_text

if TYPE_CHECKING:
    from analyst.answers.telling import Desk

MOST_WEEKS = 9
MOST_MONTHS = 5
MOST_THEMES = 60
MOST_SCREENS = 40
MOST_GROUPS = 24  # every tool repeats the list, and a small context must hold them all
LONGEST_VALUE = 40  # characters; a longer one is prose, and prose of customers has no place in a tool's description
LATEST = "latest"  # the usual window of the run


@dataclass(frozen=True)
class Choices:
    """Closed lists for the arguments of tools. `themes` maps a short id (t1, t2, ...) to the theme's own and its label,
    `groups` the way a group is written (plan=pro) to the filter; `periods` begins with LATEST."""

    metrics: tuple[Metric, ...]
    periods: tuple[str, ...]
    themes: dict[str, tuple[str, str]]
    screens: tuple[str, ...]
    groups: dict[str, Where]


def choices_of(desk: Desk) -> Choices:
    """What can be asked of the run on `desk`. Raises CannotTell where it has no scored, dated answer."""
    from analyst.runs.view import choose_query

    view = desk.view
    usual = choose_query(view)
    counts = metric_counts(view.connection)
    metrics = tuple(name for name in METRICS if counts.get(name))
    periods = [LATEST]
    for period, most in (("week", MOST_WEEKS), ("month", MOST_MONTHS)):
        rows = scores_by_period(view.connection, usual.metric, period, view.settings.timezone, view.until)
        periods += [row.period for row in rows[::-1] if row.n >= view.settings.min_window][:most]
    labels = view.connection.execute(
        "SELECT theme_id, label FROM themes WHERE kind <> 'system' ORDER BY n DESC, theme_id"
    ).fetchall()
    screens = view.connection.execute("SELECT screen FROM exposures GROUP BY screen ORDER BY count(*) DESC, screen")
    return Choices(
        metrics,
        tuple(periods),
        {f"t{place}": (theme, label) for place, (theme, label) in enumerate(labels[:MOST_THEMES], 1)},
        tuple(screen for (screen,) in screens.fetchall() if _is_name(screen))[:MOST_SCREENS],
        _groups(desk),
    )


def _groups(desk: Desk) -> dict[str, Where]:
    """The commonest value of each dimension, then the second of each, and so on; absent values are no group."""
    ranked: list[tuple[int, str, str]] = []
    for dimension in segment_dimensions(desk.view.connection):
        values = [value for value in level_values(desk.view.connection, dimension) if value != MISSING]
        if _is_name(dimension) and len(values) > 1:
            ranked += [(rank, dimension, value) for rank, value in enumerate(values) if _is_name(value)]
    taken = sorted(sorted(ranked)[:MOST_GROUPS], key=lambda one: (one[1], one[0]))
    return {f"{dimension}={value}": ((dimension, value),) for _, dimension, value in taken}


def _is_name(text: str | None) -> bool:
    return bool(text) and len(text or "") <= LONGEST_VALUE and clean_text(text or "") == text
