"""`undertone alerts`: which rules fire, who owns them and what they planned; and the rules themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from analyst.cli.console import print_json, say, show
from analyst.cli.options import JsonOption, NowOption, RunOption, WorkspaceOption, open_session
from analyst.core.errors import UndertoneError, UsageProblem

if TYPE_CHECKING:
    from analyst.records import AlertRule

app = typer.Typer(
    help="Which alert rules fire as of now, with owner and plan; add, remove, list and load rules.",
    rich_markup_mode=None,
)

NameArgument = Annotated[str, typer.Argument(help="The rule's name.")]


@app.callback(invoke_without_command=True)
def alerts(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Show the quiet rules too.")] = False,
    run: RunOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """List which rules fire as of now, who owns them and what they planned."""
    if context.invoked_subcommand is not None:
        if any((everything, run, workspace, as_json, now)):
            raise UsageProblem(
                "These options belong to the verb that follows.",
                f"Write them after it: `undertone alerts {context.invoked_subcommand} ...`.",
            )
        return
    from analyst.answers.alerts import alert_json, workspace_alerts
    from analyst.runs.view import open_view

    session = open_session(workspace, now)
    view = open_view(session.settings, session.clock, run)
    found = workspace_alerts(view, view.until)
    if found.note:
        raise UndertoneError(found.note)
    if as_json:
        print_json({"now": view.until.isoformat(), "alerts": [alert_json(finding) for finding in found.findings]})
        return
    if not found.findings:
        say("There are no alert rules. Add one with `undertone alerts add`, or `undertone alerts load FILE.toml`.")
        return
    from rich.text import Text

    from analyst.cli import tables

    show(Text(found.summary, style="bold"))
    for finding in found.findings:
        if finding.level == "alert":
            show(*tables.alert_lines(finding))
        elif finding.level != "quiet" or everything:
            word = {"watch": "Watch: ", "unreadable": f"{finding.rule.name}: "}.get(finding.level, "")
            show(Text(f"· {word}{finding.sentence}"))


@app.command("rules")
def rules(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the rules with their owners."""
    from analyst.records.store.alerting import rules_of

    known = rules_of(open_session(workspace).settings)
    if as_json:
        print_json({"rules": [rule.to_dict() for rule in known]})
        return
    if not known:
        say("There are no alert rules yet.")
        return
    from rich.markup import escape

    from analyst.cli import tables
    from analyst.findings.alerts_words import condition, subject

    table = tables.grid("Rule", "Fires when", "Owner")
    for rule in known:
        table.add_row(escape(rule.name), escape(f"{subject(rule)}: {condition(rule)}"), escape(rule.owner))
    show(table)


@app.command("add")
def add(
    name: NameArgument,
    metric: Annotated[
        str, typer.Option("--metric", help="nps, csat, ces, theme, rage_tap, dead_tap, ui_freeze, crash or error.")
    ],
    owner: Annotated[str, typer.Option("--owner", help="Who acts, by name.")],
    plan: Annotated[str, typer.Option("--plan", help="What they do then, in one or two lines.")],
    above: Annotated[str | None, typer.Option("--above", help="Fires above this: points, or a share like 10%.")] = None,
    below: Annotated[str | None, typer.Option("--below", help="Fires below this.")] = None,
    periods: Annotated[int | None, typer.Option("--for", help="In so many days or weeks on end [default: 1].")] = None,
    every: Annotated[
        Literal["day", "week"] | None, typer.Option("--every", help="Whole days or whole weeks [default: week].")
    ] = None,
    test: Annotated[
        Literal["falls", "rises"] | None, typer.Option("--test", help="The daily test instead of a threshold.")
    ] = None,
    least: Annotated[
        str | None, typer.Option("--least", help="Smallest shift that the daily test may fire on.")
    ] = None,
    where: Annotated[list[str] | None, typer.Option("--where", help="Only these people, like plan=pro.")] = None,
    survey: Annotated[str | None, typer.Option("--survey", help="Of a score: this survey, or all.")] = None,
    theme: Annotated[str | None, typer.Option("--theme", help="The theme's label or id.")] = None,
    screen: Annotated[str | None, typer.Option("--screen", help="Of a friction signal: only on this screen.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Add a rule, or replace the one of that name."""
    from analyst.core.query import parse_where
    from analyst.records.alert_rules import rule_from

    said: dict[str, Any] = {
        "name": name, "metric": metric, "survey": survey, "theme": theme, "screen": screen, "above": above,
        "below": below, "for": periods, "every": every, "test": test, "least": least, "owner": owner, "plan": plan,
        "where": dict(parse_where(where or [])) or None,
    }  # fmt: skip
    rule = rule_from({entry: value for entry, value in said.items() if value is not None})
    _save([rule], workspace, now, as_json)


@app.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="A TOML file with one [[rule]] each.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Add every rule of a TOML file; rules of the same name are replaced."""
    from analyst.records.alert_rules import load_rules

    _save(load_rules(file), workspace, now, as_json)


@app.command("remove")
def remove(name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Forget a rule."""
    from analyst.records import open_store
    from analyst.records.store.alerting import remove_rule, rules_of

    settings = open_session(workspace).settings
    if not rules_of(settings):
        raise UsageProblem("There are no alert rules yet.")
    with open_store(settings.database_url) as store:
        remove_rule(store, name)
    if as_json:
        print_json({"removed": name})
    else:
        say(f"Removed the rule '{name}'.")


def _save(rules: list[AlertRule], workspace: Path | None, now: str | None, as_json: bool) -> None:
    from analyst.records import open_store
    from analyst.records.store.alerting import save_rules

    session = open_session(workspace, now)
    session.settings.workspace.mkdir(parents=True, exist_ok=True)
    with open_store(session.settings.database_url) as store:
        replaced = save_rules(store, rules, session.clock())
    if as_json:
        print_json({"saved": [rule.to_dict() for rule in rules], "replaced": replaced})
        return
    names = ", ".join(f"'{rule.name}'" for rule in rules)
    say(f"Saved {names}" + (f" ({replaced} in place of an older one)." if replaced else "."))
