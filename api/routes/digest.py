"""The digest, in any of its forms."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from analyst.answers import html, markdown
from analyst.answers.digest import write_digest
from analyst.answers.jsonview import digest_json
from api.dependencies import CurrentFindings

router = APIRouter(tags=["digest"])


@router.get("/digest", response_class=JSONResponse)
def digest(found: CurrentFindings, form: Literal["json", "md", "html"] = "json") -> Response:
    """Every sentence of it carries the facts it rests on."""
    written = write_digest(found.everything())
    if form == "html":
        return HTMLResponse(html.render(written))
    if form == "md":
        return PlainTextResponse(markdown.render(written), media_type="text/markdown; charset=utf-8")
    return JSONResponse(digest_json(written))
