"""Screens and funnels as terminal tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from analyst.answers import wording as w
from analyst.answers.screenview import span
from analyst.cli.tables import coloured, gathered_in, grid

if TYPE_CHECKING:
    from analyst.findings import Funnel, FunnelStep
    from analyst.findings.types import ScreenFriction

LABEL = 22  # characters of a theme's label in a cell


def friction_table(screens: Sequence[ScreenFriction], labels: Mapping[str, str]) -> Table:
    """Every screen's friction: how many sessions and people meet it, whether that changed, and for whom."""
    table = grid(
        "Screen",
        "Signal",
        "Sessions",
        "Hit",
        "People",
        "Change",
        "Score gap",
        "Most on",
        "Themes",
        right=(2, 3, 4, 5, 6),
    )
    for screen in screens:
        table.add_row(
            escape(screen.screen),
            w.SIGNAL_WORDS.get(screen.signal, screen.signal) + _band(screen),
            w.count(screen.sessions),
            w.percent(screen.rate.value, 1),
            w.percent(screen.user_share.value, 1) if screen.user_share else "",
            coloured(w.points_of_share(screen.trend.value), screen.trend, good_is_up=False),
            coloured(w.signed(screen.gap.value), screen.gap) if screen.gap else "",
            gathered_in(screen.segments),
            escape(_short(labels.get(screen.themes[0], "")) if screen.themes else ""),
        )
    return table


def _band(screen: ScreenFriction) -> str:
    if screen.likely_false:
        return " (look meant)"
    return f" ({screen.band})" if screen.band else ""


def _short(label: str) -> str:
    return label if len(label) <= LABEL else label[: LABEL - 1].rstrip() + "…"


def week_table(screens: Sequence[ScreenFriction]) -> Table:
    """The signals of one screen, week by week, with the interval of the first."""
    first = screens[0]
    names = [w.SIGNAL_WORDS.get(one.signal, one.signal).capitalize() for one in screens]
    table = grid("Week", "Sessions", names[0], "95% interval", *names[1:], right=(1, 2, *range(4, 3 + len(names))))
    for place, week in enumerate(first.by_week):
        others = [w.percent(one.by_week[place].rate.value, 1) for one in screens[1:]]
        table.add_row(week.week, w.count(week.rate.n), w.percent(week.rate.value, 1), span(week.rate, 100), *others)
    return table


def funnel_table(funnel: Funnel) -> Table:
    """The steps of a funnel, the worst first."""
    table = grid("Step", "From", "To", "Reached", "Went on", "95% interval", "Change", "Leaving most", right=(3, 4, 6))
    for step in funnel.worst_first:
        table.add_row(
            str(step.number),
            escape(step.screen),
            escape(step.next),
            w.count(step.reached),
            w.percent(step.rate.value, 1) if step.reached else "",
            span(step.rate, 100),
            coloured(w.points_of_share(step.trend.value), step.trend) if step.before.n and step.reached else "",
            gathered_in(step.segments),
        )
    return table


def level_table(step: FunnelStep, dimension: str) -> Table:
    """One step's conversion by the levels of a dimension, the lowest first."""
    table = grid(w.dimension(dimension).capitalize(), "Reached", "Went on", "95% interval", right=(1, 2))
    for one in step.by:
        if one.dimension == dimension:
            table.add_row(escape(one.level), w.count(one.rate.n), w.percent(one.rate.value, 1), span(one.rate, 100))
    return table
