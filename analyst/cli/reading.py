"""What every reading verb does first: open the current run and understand the window that was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analyst.cli.options import open_session

if TYPE_CHECKING:
    from analyst.answers.gather import Gatherer


def open_findings(
    workspace: Path | None,
    now: str | None,
    run: str | None,
    *,
    metric: str | None = None,
    week: str | None = None,
    month: str | None = None,
    first: str | None = None,
    last: str | None = None,
    versus: str | None = None,
    where: list[str] | None = None,
) -> Gatherer:
    """The findings of the query that the options mean, computed as they are asked for."""
    from analyst.answers.gather import Gatherer
    from analyst.core.query import parse_where
    from analyst.runs.view import WindowChoice, choose_query, open_view

    session = open_session(workspace, now)
    view = open_view(session.settings, session.clock, run)
    choice = WindowChoice(week, month, first, last, versus)
    return Gatherer(view, choose_query(view, metric, choice, parse_where(where or [])))
