"""`undertone fixes`: what to fix first, with expected lift, interval and evidence."""

from __future__ import annotations

from typing import Annotated

import typer

from analyst.cli.console import print_json, show
from analyst.cli.reading import Asked, reading_verb


@reading_verb
def fixes(
    asked: Asked,
    as_json: bool,
    top: Annotated[int, typer.Option("--top", min=1, max=50, help="How many to show.")] = 5,
) -> None:
    """Rank what to fix by expected lift, confidence and effort."""
    found = asked.open()
    ranked = found.fixes[:top]
    if as_json:
        from analyst.answers.jsonview import fix_json

        print_json({"window": found.query.window.label, "fixes": [fix_json(fix) for fix in ranked]})
        return
    from rich.text import Text

    from analyst.answers.facts import FactBook
    from analyst.answers.sentences import fix_claim
    from analyst.cli import tables

    show(Text(f"What to fix first, as of {found.query.window.label}\n", style="bold"))
    if not ranked:
        show("No fix is supported by enough evidence in this window.")
    book = FactBook(found.query.window.label, "")
    for fix in ranked:
        show(*tables.fix_parts(fix, fix_claim(fix, found.query.metric, book)), Text(""))
