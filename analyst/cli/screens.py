"""`undertone screens`: where people get stuck, and where they leave."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from analyst.cli.console import print_json, show
from analyst.cli.reading import Asked, reading_verb
from analyst.core.errors import UsageProblem

if TYPE_CHECKING:
    from rich.console import RenderableType

    from analyst.answers.gather import Gatherer
    from analyst.findings import Funnel
    from analyst.findings.types import ScreenFriction

SHOWN = 15  # rows of the table, unless one screen is asked for


@reading_verb
def screens(
    asked: Asked,
    as_json: bool,
    screen: Annotated[str | None, typer.Option("--screen", help="Only this screen, with its weeks and ties.")] = None,
    funnel: Annotated[
        str | None,
        typer.Option("--funnel", help='Screens in order, like "Home > Basket > Payment", or a name from [funnels].'),
    ] = None,
    per: Annotated[
        Literal["session", "user"], typer.Option("--per", help="Count a funnel's sessions or its users.")
    ] = "session",
    by: Annotated[
        str | None, typer.Option("--by", help="Also show a funnel's worst step by this segment, like platform.")
    ] = None,
) -> None:
    """Show friction by screen and signal, and the funnel's worst step."""
    from analyst.answers.digest import harmful_first

    found = asked.open()
    frictions = harmful_first(found.screens)
    if screen is not None:
        frictions = _of_screen(frictions, screen)
    funnels = _funnels(found, funnel, per) if screen is None or funnel is not None else {}
    if by is not None:
        _check_dimension(funnels, by)
    if as_json:
        _print_json(found, frictions, funnels)
        return
    from rich.text import Text

    show(Text(f"Friction by screen in {found.query.window.label}, against {found.query.baseline.label}", style="bold"))
    show(*_friction_parts(found, frictions, in_full=screen is not None))
    for name, one in funnels.items():
        show(*_funnel_parts(name, one, by))
    from analyst.answers.joins import join_sentences
    from analyst.cli.tables import heading

    show(heading("What this rests on"), *(Text(f"· {line}") for line in join_sentences(found.join)))


def _of_screen(frictions: Sequence[ScreenFriction], name: str) -> list[ScreenFriction]:
    known = {friction.screen.casefold(): friction.screen for friction in frictions}
    if name.casefold() not in known:
        near = difflib.get_close_matches(name.casefold(), known, n=3, cutoff=0.5) or list(known)[:12]
        hint = f"Perhaps: {', '.join(known[one] for one in near)}." if near else "No screen has any."
        raise UsageProblem(f"No friction was met on a screen called '{name}' in these windows.", hint)
    return [friction for friction in frictions if friction.screen == known[name.casefold()]]


def _funnels(found: Gatherer, asked: str | None, per: Literal["session", "user"]) -> dict[str, Funnel]:
    """The funnel asked for, else those of the settings, else one that the sessions walk."""
    from analyst.findings import parse_steps

    named = found.view.settings.funnels
    if asked is not None:
        if ">" not in asked and asked not in named:
            have = ", ".join(named) or "none is set"
            raise UsageProblem(
                f"There is no funnel called '{asked}'.", f'[funnels] has: {have}. Or write "Home > Basket > Payment".'
            )
        named = {asked if ">" not in asked else "Funnel": named.get(asked, asked)}
    if named:
        return {name: found.funnel(parse_steps(steps), per) for name, steps in named.items()}
    steps = found.suggested_funnel
    return {"The path that most sessions walk": found.funnel(steps, per)} if steps else {}


def _check_dimension(funnels: Mapping[str, Funnel], by: str) -> None:
    known = sorted({one.dimension for funnel in funnels.values() for step in funnel.steps for one in step.by})
    if by not in known:
        raise UsageProblem(f"No step can be shown by '{by}'.", f"There is: {', '.join(known) or 'nothing'}.")


def _print_json(found: Gatherer, frictions: Sequence[ScreenFriction], funnels: Mapping[str, Funnel]) -> None:
    from analyst.answers.jsonview import screen_json
    from analyst.answers.screenview import funnel_json, join_json, tie_json

    shown = {friction.screen for friction in frictions}
    print_json(
        {
            "window": found.query.window.label,
            "baseline": found.query.baseline.label,
            "join": join_json(found.join),
            "screens": [screen_json(friction) for friction in frictions],
            "themes": [tie_json(tie) for tie in found.theme_screens if tie.screen in shown],
            "funnels": [funnel_json(funnel, name) for name, funnel in funnels.items()],
        }
    )


def _friction_parts(found: Gatherer, frictions: Sequence[ScreenFriction], in_full: bool) -> list[RenderableType]:
    from rich.text import Text

    from analyst.answers.screenview import tap_sentence
    from analyst.cli import screen_tables
    from analyst.cli.tables import heading

    if not frictions:
        return [Text("No friction was met in either window.")]
    rows = frictions if in_full else frictions[:SHOWN]
    parts: list[RenderableType] = [screen_tables.friction_table(rows, found.labels)]
    if len(frictions) > len(rows):
        parts.append(Text(f"and {len(frictions) - len(rows)} more; --json lists all", style="dim"))
    parts.append(
        Text(
            "Hit: share of the sessions that saw the screen; rage taps under 5% are healthy, under 10% median, above "
            "15% serious. Score gap: of those who met it, against others like them.",
            style="dim",
        )
    )
    parts += [Text(f"· {sentence}") for sentence in map(tap_sentence, frictions) if sentence]
    if in_full:
        parts += [heading("Week by week"), screen_tables.week_table(frictions)]
        parts += _ties(found, frictions[0].screen)
    return parts


def _ties(found: Gatherer, screen: str) -> list[RenderableType]:
    """The themes of a screen, and how each is known to be."""
    from rich.text import Text

    from analyst.answers.screenview import ties_words
    from analyst.cli.tables import heading

    ties = [tie for tie in found.theme_screens if tie.screen == screen]
    if not ties:
        return []
    lines = [f"· {found.labels.get(tie.theme_id, tie.theme_id)}: {ties_words([tie], tie.theme_id)}" for tie in ties]
    return [heading(f"Themes of {screen}"), *(Text(line) for line in lines)]


def _funnel_parts(name: str, funnel: Funnel, by: str | None) -> list[RenderableType]:
    from rich.text import Text

    from analyst.answers.screenview import funnel_sentence
    from analyst.answers.wording import count, percent
    from analyst.cli import screen_tables
    from analyst.cli.tables import heading

    entered = funnel.whole.n
    parts: list[RenderableType] = [
        heading(f"{name}: {' > '.join(funnel.screens)}"),
        Text(funnel_sentence(funnel)),
        screen_tables.funnel_table(funnel),
        Text(
            f"{percent(funnel.whole.value, 1)} of the {count(entered)} {funnel.per}s that entered went all the way; "
            "other screens may lie in between.",
            style="dim",
        ),
    ]
    reached = [step for step in funnel.worst_first if step.reached]
    if by is not None and reached:
        parts += [Text(f"\nStep {reached[0].number}, {reached[0].screen} to {reached[0].next}:")]
        parts += [screen_tables.level_table(reached[0], by)]
    return parts
