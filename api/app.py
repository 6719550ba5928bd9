"""The application factory: routes by noun, errors as problem+json, nothing that calls out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

    from analyst.core.clock import Clock
    from analyst.core.settings import Settings

PROBLEM = "application/problem+json"


def create_app(settings: Settings, clock: Clock) -> FastAPI:
    """A FastAPI application that reads the workspace of `settings` as of `clock`.

    Every reply is computed from the published run; a new run is seen by the next request. The interactive docs
    are off because their pages load scripts from other hosts; the schema itself is at /openapi.json.
    """
    from fastapi import FastAPI

    from analyst import __version__
    from analyst.answers.warm import Warm
    from api.routes import ask, digest, fixes, health, movement, pages, runs, screens, themes

    app = FastAPI(title="Undertone", version=__version__, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.clock = clock
    app.state.warm = Warm(settings, clock)
    for module in (health, runs, movement, themes, screens, fixes, digest, ask):
        app.include_router(module.router, prefix="/v1")
    app.include_router(pages.router)
    _answer_errors(app)
    return app


def _answer_errors(app: FastAPI) -> None:
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    from analyst.core.errors import CannotTell, NoRun, StoreBusy, UndertoneError, UsageProblem

    statuses: dict[type[UndertoneError], int] = {UsageProblem: 422, NoRun: 404, CannotTell: 409, StoreBusy: 503}

    @app.exception_handler(UndertoneError)
    async def undertone_error(request: Request, error: UndertoneError) -> JSONResponse:
        status = next((code for kind, code in statuses.items() if isinstance(error, kind)), 400)
        return problem(type(error).__name__, error.message, status, request, hint=error.hint)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        return problem("HttpError", str(error.detail), error.status_code, request)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem("InvalidRequest", f"{where}: {first['msg']}", 422, request)


def problem(kind: str, title: str, status: int, request: Request, **more: Any) -> JSONResponse:
    """An RFC 9457 problem document."""
    from fastapi.responses import JSONResponse

    body = {"type": f"urn:undertone:problem:{kind}", "title": title, "status": status, "instance": request.url.path}
    extra = {name: value for name, value in more.items() if value}
    return JSONResponse(body | extra, status_code=status, media_type=PROBLEM)
