"""The runs of the workspace."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from analyst.core.runfolder import list_runs
from api.dependencies import CurrentView

router = APIRouter(tags=["runs"])


@router.get("/runs")
def runs(request: Request) -> dict[str, Any]:
    """Ids of the runs, oldest first."""
    return {"runs": list_runs(request.app.state.settings.runs)}


@router.get("/runs/current")
def current(found: CurrentView) -> dict[str, Any]:
    """What the current run (or `?run=`) says of itself: counts, settings, timings."""
    return found.run.manifest
