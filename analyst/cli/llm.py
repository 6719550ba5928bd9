"""`undertone llm`: can the endpoint be used, and what has left this machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from analyst.cli.console import print_json, show
from analyst.cli.options import JsonOption, WorkspaceOption, open_session

if TYPE_CHECKING:
    from analyst.llm import SentCall

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
    top: Annotated[int, typer.Option("--top", min=1, max=10_000, help="How many to show, the latest last.")] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """List what left this machine for a language model: when, where to, what for, how much, at what cost."""
    from analyst.llm import Outbox

    calls = Outbox(open_session(workspace).settings.workspace).calls()
    if as_json:
        print_json([asdict(sent) for sent in calls])
        return 0
    if not calls:
        show("Nothing has left this machine for a language model.")
        return 0
    from rich.markup import escape

    from analyst.cli.tables import grid

    names = ("Call", "Host", "Model", "Task", "Bytes", "Texts", "Tokens", "Cost", "Outcome")
    table = grid(*names, right=(4, 5, 6, 7))
    for sent in calls[-top:]:
        size = sum(length for _, length in sent.messages)
        row = (sent.call_id, sent.host, sent.model, sent.task, f"{size:,}", f"{len(sent.evidence):,}", _tokens(sent))
        table.add_row(*map(escape, (*row, _cost(sent.cost), sent.outcome or "open")))
    show(table, escape(_total(calls)))
    return 0


@app.command("sent")
def sent(
    call: Annotated[str, typer.Argument(help="The call, as `undertone llm log` names it; or 'last'.")] = "last",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show the very messages of one call as they left this machine."""
    from analyst.core.errors import UsageProblem
    from analyst.llm import Outbox

    outbox = Outbox(open_session(workspace).settings.workspace)
    calls = {known.call_id: known for known in outbox.calls()}
    if call == "last" and calls:
        call = next(reversed(calls))
    messages, line = outbox.messages(call), calls.get(call)
    if messages is None or line is None:
        erased = " Its text was erased." if line else ""
        raise UsageProblem(
            f"There is no text kept for a call '{call}'.{erased}", "`undertone llm log` lists the calls."
        )
    if as_json:
        print_json({**asdict(line), "messages": [asdict(message) for message in messages]})
        return 0
    from rich.text import Text

    told = f"{line.task} to {line.model} at {line.host}, {line.at:%Y-%m-%d %H:%M:%S}: {line.outcome or 'open'}"
    show(Text(told, style="bold"))
    for message in messages:
        show(Text(f"\n{message.role}", style="bold"), Text(message.content))
    if line.evidence:
        show(Text(f"\nHolds words of {len(line.evidence):,} responses and sessions: {', '.join(line.evidence)}"))
    return 0


def _tokens(sent: SentCall) -> str:
    if sent.tokens is None:
        return "-"
    return f"{'about ' if sent.estimated else ''}{sent.tokens[0]:,} + {sent.tokens[1]:,}"


def _cost(cost: float | None) -> str:
    return "-" if cost is None else f"{cost:.4f}"


def _total(calls: list[SentCall]) -> str:
    tokens = [call.tokens for call in calls if call.tokens]
    costs = [call.cost for call in calls if call.cost is not None]
    told = f"{len(calls):,} calls, {sum(one for one, _ in tokens):,} tokens sent and {sum(two for _, two in tokens):,} "
    told += "received"
    if costs:
        told += f", cost {sum(costs):.4f} in the currency of llm.price_in"
    return f"{told}. `undertone llm sent CALL` shows the words of one."
