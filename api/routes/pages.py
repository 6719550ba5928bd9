"""Pages for people: the current digest at /."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from analyst.answers import html
from analyst.answers.digest import write_digest
from api.dependencies import CurrentFindings

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
def current_digest(found: CurrentFindings) -> str:
    """The digest of the last complete week, read-only."""
    return html.render(write_digest(found.everything()))
