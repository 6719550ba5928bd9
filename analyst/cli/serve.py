"""`undertone serve`: the API and the digest page, on this machine only."""

from __future__ import annotations

import ipaddress
from typing import Annotated

import typer

from analyst.cli.console import say
from analyst.cli.options import NowOption, WorkspaceOption, open_session
from analyst.core.errors import UsageProblem


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on; only this machine's own.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8600,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
) -> None:
    """Serve the API under /v1 and the current digest at /, without accounts, on loopback only."""
    if not _is_loopback(host):
        raise UsageProblem(
            f"Serving on {host} would show customers' words to the network, and there are no access keys yet.",
            "Use 127.0.0.1, behind a proxy that asks who is there.",
        )
    import uvicorn

    from api import create_app

    session = open_session(workspace, now)
    say(f"Undertone on http://{host}:{port}/ (stop with Ctrl-C)")
    uvicorn.run(create_app(session.settings, session.clock), host=host, port=port, log_level="warning")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
