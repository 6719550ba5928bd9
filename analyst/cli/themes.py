"""`undertone themes`: what people talk about, how much, how that changed, who and on which screen."""

from __future__ import annotations

from typing import Annotated

import typer

from analyst.cli import theme_edits, theme_labels
from analyst.cli.console import print_json, say, show
from analyst.cli.options import open_session
from analyst.cli.reading import Asked, reading_verb
from analyst.core.errors import CannotTell, UsageProblem

app = typer.Typer(
    help="What people talk about, how much, how that changed, who and on which screen; and edit the themes.",
    rich_markup_mode=None,
)


def themes(
    asked: Asked,
    as_json: bool,
    context: typer.Context,
    quotes: Annotated[int, typer.Option("--quotes", min=0, max=10, help="Quotes to show under each theme.")] = 0,
    everything: Annotated[bool, typer.Option("--all", help="Every theme of the run over all time, by size.")] = False,
) -> None:
    """List the themes with share, trend, score gap, segments and screens; or edit them."""
    if context.invoked_subcommand is not None:
        if quotes or everything or as_json or not asked.is_plain or asked.run or asked.workspace or asked.now:
            raise UsageProblem(
                "These options belong to the verb that follows.",
                f"Write them after it: `undertone themes {context.invoked_subcommand} ...`.",
            )
        return
    if everything:
        _all_themes(asked, as_json)
        return
    try:
        found = asked.open()
    except CannotTell as reason:
        if not asked.is_plain:
            raise
        say(f"{reason.message} Showing every theme of the run instead.")
        _all_themes(asked, as_json)
        return
    if as_json:
        from analyst.answers.jsonview import theme_json

        print_json({"window": found.query.window.label, "themes": [theme_json(theme) for theme in found.themes]})
        return
    from rich.text import Text

    from analyst.cli import tables

    query = found.query
    show(Text(f"Themes in {query.window.label}, against {query.baseline.label}\n", style="bold"))
    if not found.themes:
        show("No comment in this window falls into a theme.")
    show(tables.theme_table(found.themes))
    for theme in found.themes if quotes else []:
        show(Text(f"\n{theme.label}", style="bold"), *(tables.quote_text(q) for q in theme.quotes[:quotes]))


def _all_themes(asked: Asked, as_json: bool) -> None:
    from analyst.runs.view import open_view

    session = open_session(asked.workspace, asked.now)
    rows = open_view(session.settings, session.clock, asked.run).table("all_themes").to_pylist()
    rows.sort(key=lambda row: (-row["n"], row["theme_id"]))
    if as_json:
        print_json({"window": None, "themes": rows})
        return
    from rich.markup import escape

    from analyst.cli import tables

    table = tables.grid("Theme", "Kind", "Opinions", "Keywords", right=(2,))
    for row in rows:
        table.add_row(
            escape(row["label"]), row["kind"], f"{row['n']:,}", escape(", ".join((row["keywords"] or [])[:5]))
        )
    show(table)


app.callback(invoke_without_command=True)(reading_verb(themes))
for _name, _verb in (*theme_edits.VERBS, ("label", theme_labels.label)):
    app.command(_name)(_verb)
