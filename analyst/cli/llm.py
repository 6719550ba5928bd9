"""`undertone llm`: can the endpoint be used, and what has left this machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from analyst.cli.console import print_json, show
from analyst.cli.options import JsonOption, WorkspaceOption, open_session

app = typer.Typer(help="The optional language model.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def llm() -> None:
    """The optional language model."""


@app.command("check")
def check(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Ask the endpoint what it can do. No customer's word is sent."""
    from analyst.llm import check_endpoint, require_llm

    session = open_session(workspace)
    require_llm(session.settings)
    report = check_endpoint(session.settings)
    if as_json:
        print_json(asdict(report) | {"ok": report.ok})
        return 0 if report.ok else 1
    from rich.markup import escape

    from analyst.cli.tables import grid

    table = grid(f"{report.model} at {report.base_url}", "", "Seconds", "", right=(2,))
    for probe in report.probes:
        mark = "[green]yes[/]" if probe.ok else "[red]no[/]"
        table.add_row(escape(probe.name), mark, f"{probe.seconds:.2f}", escape(probe.detail))
    show(table, *(escape(line) for line in (*report.problems, *report.notes)))
    return 0 if report.ok else 1


@app.command("log")
def log(
    call: Annotated[str | None, typer.Argument(help="Show the messages of this call as they left.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """List what left this machine for a language model, or one call whole."""
    from analyst.llm import Outbox

    outbox = Outbox(open_session(workspace).settings.workspace)
    if call is not None:
        messages = outbox.messages(call)
        if messages is None:
            from analyst.core.errors import UsageProblem

            raise UsageProblem(f"There is no text kept for a call '{call}'.", "`undertone llm log` lists the calls.")
        print_json([asdict(message) for message in messages])
        return 0
    calls = outbox.calls()
    if as_json:
        print_json([asdict(sent) for sent in calls])
        return 0
    if not calls:
        show("Nothing has left this machine for a language model.")
        return 0
    from rich.markup import escape

    from analyst.cli.tables import grid

    table = grid("Call", "When", "Host", "Model", "Task", "Outcome")
    for sent in calls:
        row = (sent.call_id, f"{sent.at:%Y-%m-%d %H:%M:%S}", sent.host, sent.model, sent.task, sent.outcome or "open")
        table.add_row(*map(escape, row))
    show(table)
    return 0
