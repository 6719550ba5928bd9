"""The digest as one HTML page that needs nothing else: inline styles, charts as inline SVG, no script, no network."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from analyst.answers import charts
from analyst.answers.blocks import Figure
from analyst.answers.digest import Digest
from analyst.answers.outline import about, outline, quote_origin
from analyst.core.values import inside_quotes

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment() -> Environment:
    """Jinja over the room's templates; everything is escaped, and a name that is missing is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("analyst.answers", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(kind=lambda block: type(block).__name__.lower(), origin=quote_origin, nested=inside_quotes)
    return made


def chart_specs(digest: Digest) -> dict[str, dict[str, Any]]:
    """The charts that the digest's sections ask for, by name."""
    figures = [block for section in outline(digest) for block in section.blocks if isinstance(block, Figure)]
    series, movement = digest.series, digest.movement
    return {
        figure.name: charts.series_chart(series, digest.metric)
        if figure.name == "series"
        else charts.ledger_chart(movement)
        for figure in figures
    }


def render(digest: Digest) -> str:
    """The page. Customer text is escaped by Jinja; the only markup let through is our own charts'."""
    from markupsafe import Markup

    drawings = {name: Markup(charts.to_svg(spec)) for name, spec in chart_specs(digest).items()}
    template = environment().get_template("digest.html.j2")
    return template.render(digest=digest, about=about(digest), sections=outline(digest), drawings=drawings)
