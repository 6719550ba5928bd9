"""The options that every verb shares, and what they open. `--json` and `--workspace` come after any verb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyst.core.clock import Clock, fixed_clock, system_clock
from analyst.core.errors import UsageProblem

if TYPE_CHECKING:
    from analyst.core.settings import Settings

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="Folder of the store and the runs [default: .undertone].")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]
NowOption = Annotated[str | None, typer.Option("--now", help="Take this moment as now (ISO date or time).")]
MetricOption = Annotated[str | None, typer.Option("--metric", help="nps, csat or ces [default: most answers].")]
WeekOption = Annotated[str | None, typer.Option("--week", help="An ISO week, like 2026-W46.")]
MonthOption = Annotated[str | None, typer.Option("--month", help="A month, like 2026-10.")]
FromOption = Annotated[str | None, typer.Option("--from", help="First day of the window, like 2026-11-01.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Last day of the window.")]
VersusOption = Annotated[
    str | None, typer.Option("--versus", help="The window to compare with [default: the four before].")
]
WhereOption = Annotated[list[str] | None, typer.Option("--where", help="Only these people, like plan=pro.")]
SurveyOption = Annotated[
    str | None,
    typer.Option("--survey", help="Only this survey or question; 'all' mixes several [default: most answers]."),
]
RunOption = Annotated[str | None, typer.Option("--run", help="Read this run instead of the current one.")]


@dataclass(frozen=True)
class Session:
    """What a verb works with: the settings in force and the clock."""

    settings: Settings
    clock: Clock


def open_session(workspace: Path | None, now: str | None = None) -> Session:
    """Settings and clock for one verb. Raises UsageProblem when `now` is not a date or a time."""
    from analyst.core.settings import load_settings

    settings = load_settings(workspace=workspace)
    if now is None:
        return Session(settings, system_clock)
    try:
        return Session(settings, fixed_clock(datetime.fromisoformat(now)))
    except ValueError as error:
        raise UsageProblem(f"'{now}' is not a moment.", "Write it like 2026-11-16 or 2026-11-16T08:00:00Z.") from error
