"""`undertone lag`: how long friction lingers in the score."""

from __future__ import annotations

from typing import Annotated

import typer

from analyst.cli.console import print_json, show
from analyst.cli.reading import Asked, reading_verb


@reading_verb
def lag(
    asked: Asked,
    as_json: bool,
    screen: Annotated[str | None, typer.Option("--screen", help="Only friction on this screen.")] = None,
    signal: Annotated[
        str | None, typer.Option("--signal", help="Only this signal: rage_tap, dead_tap, ui_freeze, crash or error.")
    ] = None,
) -> None:
    """Say what friction 0-7, 8-14 and 15-28 days before the answer goes with, held against friction after it."""
    from analyst.answers.jsonview import lag_json
    from analyst.core.errors import UsageProblem
    from analyst.core.tables import SIGNALS

    if signal is not None and signal not in SIGNALS:
        raise UsageProblem(f"'{signal}' is not a friction signal.", f"Choose one of {', '.join(SIGNALS)}.")
    found = asked.open().lags(screen, [signal] if signal else [])
    if as_json:
        print_json({"lags": [lag_json(one) for one in found]})
        return
    from rich.text import Text

    from analyst.answers.wording import count
    from analyst.cli import movement_tables

    if not found or found[0].n == 0:
        show(Text("No answer's user had a session in the 28 days before it, so there is no friction to look back at."))
        return
    show(Text(f"{count(found[0].n)} answers of both windows whose users had a session in the 28 days before."))
    for one in found:
        show(*movement_tables.lag_table(one))
