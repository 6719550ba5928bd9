"""The digest, in any of its forms."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from analyst.answers import html, markdown, plain
from analyst.answers.delivery import payload, self_contained, write_mail
from analyst.answers.digest import Digest, write_digest
from analyst.answers.jsonview import digest_json
from api.dependencies import CurrentFindings

router = APIRouter(tags=["digest"])


@router.get("/digest", response_class=JSONResponse)
def digest(found: CurrentFindings, form: Literal["json", "md", "html", "mail", "slack", "text"] = "json") -> Response:
    """Every sentence of it carries the facts it rests on."""
    link = found.view.settings.digest.link
    return _as(form, write_digest(found.everything()), link)


def _as(form: str, written: Digest, link: str | None) -> Response:
    if form == "html":
        return HTMLResponse(html.render(written))
    if form == "mail":
        return HTMLResponse(self_contained(write_mail(written, link)))
    if form == "md":
        return PlainTextResponse(markdown.render(written), media_type="text/markdown; charset=utf-8")
    if form == "text":
        return PlainTextResponse(plain.render(written))
    if form == "slack":
        return JSONResponse(payload(written, link))
    return JSONResponse(digest_json(written))
