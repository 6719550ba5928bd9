"""`undertone why`: the movement explained, verdict first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analyst.cli.console import print_json, say, show
from analyst.cli.reading import Asked, reading_verb


@reading_verb
def why(
    asked: Asked,
    as_json: bool,
    weight: Annotated[
        str | None, typer.Option("--weight", help="Weigh by answers, people or revenue [default: answers].")
    ] = None,
    chart: Annotated[Path | None, typer.Option("--chart", help="Also draw the ledger to this .svg or .png.")] = None,
) -> None:
    """Say whether the score moved, where the change sits, and in which group."""
    from analyst.answers.joins import join_sentences
    from analyst.answers.jsonview import movement_json, response_json, view_json
    from analyst.answers.screenview import join_json

    found = asked.open(weight)
    movement = found.movement
    if chart is not None:
        from analyst.answers.charts import ledger_chart, save

        save(ledger_chart(movement), chart)
        say(f"Chart written to {chart}.")
    if as_json:
        views = [view_json(view) for view in found.views]
        told = {"views": views, "response": response_json(found.response), "join": join_json(found.join)}
        print_json({**movement_json(movement), **told})
        return
    from rich.text import Text

    from analyst.answers.facts import FactBook
    from analyst.answers.sentences import headline
    from analyst.cli import movement_tables, tables

    show(*tables.prose(headline(movement, FactBook(movement.window, ""))))
    if movement.ledger:
        show(Text(""), tables.ledger_table(movement))
    for view in found.views:
        show(*movement_tables.view_table(view))
    if found.views:
        show(Text("* beyond chance", style="dim"))
    if found.response is not None:
        show(*movement_tables.response_lines(found.response))
    for segment in movement.segments:
        if segment.quotes:
            from analyst.answers.wording import group

            show(Text(f"\nFrom {group(segment.where)}:"), *(tables.quote_text(q) for q in segment.quotes))
    calendar = tables.calendar_lines(movement)
    if calendar:
        show(Text(""), *calendar)
    notes = [
        *movement.caveats,
        *join_sentences(found.join),
        *(f"Not used: {name}, {reason}" for name, reason in movement.left_out.items()),
    ]
    if notes:
        show(tables.heading("What to keep in mind"), *(Text(f"· {note}") for note in notes))
