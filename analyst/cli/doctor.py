"""`undertone doctor`: is everything in place, and what to do about what is not."""

from __future__ import annotations

import platform
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from analyst import __version__
from analyst.cli.console import print_json, show
from analyst.cli.options import JsonOption, Session, WorkspaceOption, open_session
from analyst.core.errors import UndertoneError

Standing = Literal["ok", "note", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `standing` is ok, note (worth knowing) or problem (needs mending)."""

    subject: str
    standing: Standing
    text: str


def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Check the installation, the workspace, the store, the encoder and the current run."""
    session = open_session(workspace)
    findings = [_look(subject, check, session) for subject, check in _CHECKS.items()]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        from rich.markup import escape

        from analyst.cli.tables import grid

        table = grid("", "", "")
        marks = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "problem": "[red]problem[/]"}
        for finding in findings:
            table.add_row(marks[finding.standing], finding.subject, escape(finding.text))
        show(table)
    return 1 if any(finding.standing == "problem" for finding in findings) else 0


def _look(subject: str, check: Callable[[Session], tuple[Standing, str]], session: Session) -> Finding:
    try:
        return Finding(subject, *check(session))
    except UndertoneError as error:
        return Finding(subject, "problem", str(error))
    except OSError as error:
        return Finding(subject, "problem", f"{error.filename or subject}: {error.strerror or error}")


def _program(session: Session) -> tuple[Standing, str]:
    return "ok", f"Undertone {__version__} on Python {platform.python_version()}, {platform.system()}"


def _workspace(session: Session) -> tuple[Standing, str]:
    home = session.settings.workspace
    if not home.exists():
        return "note", f"{home.absolute()} does not exist yet; `undertone demo` or `undertone import` makes it."
    free = shutil.disk_usage(home).free / 2**30
    return ("ok" if free > 2 else "problem"), f"{home.absolute()}, {free:.0f} GiB free"


def _store(session: Session) -> tuple[Standing, str]:
    from analyst.records import open_store

    if session.settings.store_url is None and not (session.settings.workspace / "store.db").exists():
        return "note", "No records yet."
    with open_store(session.settings.database_url) as store:
        counts = {name: number for name, number in store.counts().items() if number}
    told = ", ".join(f"{number:,} {name}" for name, number in counts.items()) or "no records yet"
    engine = f"SQLite {sqlite3.sqlite_version}" if session.settings.store_url is None else "PostgreSQL"
    return "ok", f"{engine}: {told}"


def _encoder(session: Session) -> tuple[Standing, str]:
    from embeddings import describe_encoder

    return "ok", describe_encoder(session.settings.encoder, session.settings.cache)


def _run(session: Session) -> tuple[Standing, str]:
    from analyst.core.runfolder import current_run, list_runs

    runs = list_runs(session.settings.runs)
    if not runs:
        return "note", "Nothing analysed yet; `undertone analyze` makes the first run."
    run = current_run(session.settings.runs)
    seconds = sum(stage["seconds"] for stage in run.manifest.get("timings", {}).values())
    return "ok", f"{run.run_id} is current ({seconds:.0f} s to make), {len(runs)} kept: {', '.join(runs[-3:])}"


def _llm(session: Session) -> tuple[Standing, str]:
    endpoint = session.settings.llm.base_url
    if endpoint is None:
        return "ok", "none set: everything is answered offline"
    return "ok", f"{session.settings.llm.model or 'no model named'} at {endpoint}"


def _settings(session: Session) -> tuple[Standing, str]:
    from analyst.core.settings import CONFIG_FILE

    path = Path(CONFIG_FILE)
    return "ok", f"{path.absolute()} is read" if path.exists() else f"no {CONFIG_FILE} here: defaults and environment"


_CHECKS: dict[str, Callable[[Session], tuple[Standing, str]]] = {
    "program": _program,
    "settings": _settings,
    "workspace": _workspace,
    "store": _store,
    "encoder": _encoder,
    "run": _run,
    "language model": _llm,
}
