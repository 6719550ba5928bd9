"""What routes ask for, as annotated aliases: the open run and the findings of the query in the URL."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from analyst.answers.gather import Gatherer
from analyst.core.query import parse_where
from analyst.runs.view import View, WindowChoice, choose_query, open_view


def view(request: Request, run: Annotated[str | None, Query(description="A run id [the current run]")] = None) -> View:
    """The published run, or the one named."""
    return open_view(request.app.state.settings, request.app.state.clock, run)


CurrentView = Annotated[View, Depends(view)]


def findings(
    current: CurrentView,
    metric: Annotated[str | None, Query(description="nps, csat or ces")] = None,
    week: Annotated[str | None, Query(examples=["2026-W46"])] = None,
    month: Annotated[str | None, Query(examples=["2026-10"])] = None,
    first: Annotated[str | None, Query(alias="from", examples=["2026-11-01"])] = None,
    last: Annotated[str | None, Query(alias="to", examples=["2026-11-15"])] = None,
    versus: Annotated[str | None, Query(description="the window to compare with")] = None,
    where: Annotated[list[str] | None, Query(description="dimension=value, repeatable")] = None,
) -> Gatherer:
    """The findings of the query that the URL's parameters mean."""
    choice = WindowChoice(week, month, first, last, versus)
    return Gatherer(current, choose_query(current, metric, choice, parse_where(where or [])))


CurrentFindings = Annotated[Gatherer, Depends(findings)]


def about(found: Gatherer) -> dict[str, object]:
    """What every analytic reply says of itself."""
    query = found.query
    return {
        "run_id": found.view.run.run_id,
        "metric": query.metric,
        "window": query.window.label,
        "baseline": query.baseline.label,
        "where": dict(query.where),
    }
