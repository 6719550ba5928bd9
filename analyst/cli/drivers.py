"""`undertone drivers`: which themes go with a high or a low score, in level."""

from __future__ import annotations

from analyst.cli.console import print_json, show
from analyst.cli.reading import Asked, reading_verb

EXPLAINED = 4  # drivers whose difference from leave-one-out is put in words


@reading_verb
def drivers(asked: Asked, as_json: bool) -> None:
    """Say which themes go with a high or a low score, and why leave-one-out says otherwise."""
    from analyst.answers.jsonview import drivers_json

    found = asked.open().drivers
    if as_json:
        print_json(drivers_json(found))
        return
    from rich.text import Text

    from analyst.answers.wording import count, percent
    from analyst.cli import movement_tables, tables

    if not found.drivers:
        show(
            Text(f"None of the themes is in 20 of the {count(found.n)} comments, so none can be held against the rest.")
        )
        return
    show(
        Text(
            f"{count(found.n)} comments of both windows. Themes explain {percent(found.explained)} of the variance of "
            "the score beyond segments; explaining a level is not explaining a change.\n"
        ),
        movement_tables.drivers_table(found),
        Text(
            "\nGoes with: score of those who mention it against others alike in segments and other themes. At stake: "
            "that times its share. Leave-one-out: the score minus the score without those who mention it.",
            style="dim",
        ),
        tables.heading("Why leave-one-out differs"),
    )
    apart = sorted(found.drivers, key=lambda d: -abs(d.raw_gap - d.effect.value) * d.share)
    show(*(Text(f"· {movement_tables.driver_difference(driver)}") for driver in apart[:EXPLAINED]))
