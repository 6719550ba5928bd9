"""What to fix first."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from analyst.answers.jsonview import fix_json
from api.dependencies import CurrentFindings, about

router = APIRouter(tags=["fixes"])


@router.get("/fixes")
def fixes(found: CurrentFindings, limit: Annotated[int, Query(ge=1, le=50)] = 10) -> dict[str, Any]:
    """Ranked fixes with expected lift, interval and evidence."""
    return about(found) | {"fixes": [fix_json(fix) for fix in found.fixes[:limit]]}
