"""The digest as one HTML page that needs nothing else: inline styles, charts as inline SVG, no script, no network."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from analyst.answers import charts
from analyst.answers import wording as w
from analyst.answers.digest import Digest
from analyst.answers.ledger import ledger_rows, total_row

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("analyst.answers", "templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters.update(
        signed=w.signed, percent=w.percent, count=w.count, pp=w.points_of_share, times=w.times, group=w.group
    )
    environment.globals.update(
        signal_words=w.SIGNAL_WORDS,
        metric_names=w.METRIC_NAMES,
        interval=w.interval,
        calendar_entry=w.calendar_entry,
        place=w.place,
        tie=w.tie,
    )
    return environment


def render(digest: Digest) -> str:
    """The page. Customer text is escaped by Jinja; the only markup let through is our own charts'."""
    from markupsafe import Markup

    drawings = {}
    if len(digest.series) > 1:
        drawings["series"] = Markup(charts.to_svg(charts.series_chart(digest.series, digest.metric)))
    if digest.movement.ledger and digest.movement.verdict in ("moved", "masked"):
        drawings["ledger"] = Markup(charts.to_svg(charts.ledger_chart(digest.movement)))
    return (
        _environment()
        .get_template("digest.html.j2")
        .render(digest=digest, drawings=drawings, ledger=ledger_rows(digest.movement), total=total_row(digest.movement))
    )
