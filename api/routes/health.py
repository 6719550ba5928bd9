"""Is the service up, and is there a run to read?"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from analyst.core.errors import NoRun
from analyst.core.runfolder import current_run

router = APIRouter(tags=["health"])


@router.get("/health")
def health(request: Request) -> dict[str, Any]:
    """`ready` is false until something was analysed."""
    try:
        run = current_run(request.app.state.settings.runs)
    except NoRun:
        return {"status": "ok", "ready": False, "run_id": None}
    return {"status": "ok", "ready": True, "run_id": run.run_id}
