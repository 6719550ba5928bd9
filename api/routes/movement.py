"""Why the score moved."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from analyst.answers.jsonview import movement_json
from api.dependencies import CurrentFindings, about

router = APIRouter(tags=["movement"])


@router.get("/movement")
def movement(found: CurrentFindings) -> dict[str, Any]:
    """Verdict, change with interval and n, ledger and segments."""
    return about(found) | movement_json(found.movement)
