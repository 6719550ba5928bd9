"""What people talk about."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from analyst.answers.jsonview import theme_json
from api.dependencies import CurrentFindings, about

router = APIRouter(tags=["themes"])


@router.get("/themes")
def themes(found: CurrentFindings) -> dict[str, Any]:
    """Themes of the window with share, trend, gap, segments, screens and quotes."""
    return about(found) | {"themes": [theme_json(theme) for theme in found.themes]}
