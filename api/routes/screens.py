"""Where people get stuck."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from analyst.answers.jsonview import screen_json
from api.dependencies import CurrentFindings, about

router = APIRouter(tags=["screens"])


@router.get("/screens")
def screens(found: CurrentFindings) -> dict[str, Any]:
    """Friction by screen and signal in the window, against the baseline."""
    return about(found) | {"screens": [screen_json(screen) for screen in found.screens]}
