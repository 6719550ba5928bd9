"""`undertone themes rename|merge|...`: what people do to themes, each verb told with its way back."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyst.cli.console import print_json, say, show
from analyst.cli.options import JsonOption, NowOption, RunOption, WorkspaceOption, open_session
from analyst.core.errors import UsageProblem

if TYPE_CHECKING:
    from analyst.runs.editing import Desk, Outcome

ThemeArgument = Annotated[str, typer.Argument(help="The theme: its id, its label, or a beginning only it has.")]
OpinionArguments = Annotated[
    list[str], typer.Argument(help="Opinions: ids, responses with one opinion, or words that only one holds.")
]
ByOption = Annotated[str | None, typer.Option("--by", help="Who edits [default: your login name].")]


def rename(
    theme: ThemeArgument,
    label: Annotated[str, typer.Argument(help="Its new name.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Call a theme something else, for good."""
    _edit(by, workspace, now, as_json, lambda desk: desk.rename(theme, label))


def describe(
    theme: ThemeArgument,
    text: Annotated[str, typer.Argument(help="What it is about, in a sentence; empty takes it away.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Say what a theme is about."""
    _edit(by, workspace, now, as_json, lambda desk: desk.describe(theme, text))


def merge(
    theme: ThemeArgument,
    into: Annotated[str, typer.Argument(help="The theme that it counts as from now on.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Count one theme as part of another."""
    _edit(by, workspace, now, as_json, lambda desk: desk.merge(theme, into))


def split(
    theme: ThemeArgument,
    into: Annotated[int | None, typer.Option("--into", help="How many parts, found by what they say.")] = None,
    part: Annotated[
        list[str] | None,
        typer.Option("--part", help="A part by name, with examples: 'Late: came a day late | waited all week'."),
    ] = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Take a theme apart, at the next analyze."""
    parts = [_part(one) for one in part or []]
    _edit(by, workspace, now, as_json, lambda desk: desk.split(theme, parts, into))


def pin(
    theme: ThemeArgument,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Keep a theme and its label, whatever the next fit finds."""
    _edit(by, workspace, now, as_json, lambda desk: desk.pin(theme))


def unpin(
    theme: ThemeArgument,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Take a pin off."""
    _edit(by, workspace, now, as_json, lambda desk: desk.unpin(theme))


def exclude(
    theme: ThemeArgument,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Tell nothing of a theme any more."""
    _edit(by, workspace, now, as_json, lambda desk: desk.exclude(theme))


def include(
    theme: ThemeArgument,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Tell of an excluded theme again."""
    _edit(by, workspace, now, as_json, lambda desk: desk.include(theme))


def move(
    opinions: OpinionArguments,
    to: Annotated[str, typer.Option("--to", help="The theme they belong to.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Put opinions, and all that say the same, into a theme; the next analyze learns from it."""
    _edit(by, workspace, now, as_json, lambda desk: desk.move(opinions, to))


def sentiment(
    opinions: OpinionArguments,
    to: Annotated[str, typer.Option("--to", help="positive, negative, neutral or unknown.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Correct the sentiment of opinions, and of all that say the same."""
    _edit(by, workspace, now, as_json, lambda desk: desk.sentiment(opinions, to))


def seed(
    file: Annotated[Path, typer.Argument(help="Names, descriptions and 0 to 20 examples: .toml, .json, .csv, .xlsx.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Name the themes that must be there, from a file; what they do not cover is still found."""
    from analyst.themes.taxonomy import read_taxonomy

    taxonomy = read_taxonomy(file, open_session(workspace, now).settings.redact)
    _edit(by, workspace, now, as_json, lambda desk: desk.seed(taxonomy))


def taxonomy(
    file: Annotated[Path, typer.Argument(help="The TOML file to write.")],
    run: RunOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Write what was learned as a taxonomy, to be kept, edited and seeded again."""
    from analyst.runs.learned import taxonomy_of
    from analyst.runs.view import open_view
    from analyst.themes.taxonomy import write_taxonomy

    session = open_session(workspace, now)
    found = taxonomy_of(open_view(session.settings, session.clock, run))
    file.write_text(write_taxonomy(found.themes), encoding="utf-8")
    if as_json:
        print_json({"file": str(file), "themes": found.rows()})
    else:
        say(f"{len(found.themes)} themes written to {file}. `undertone themes seed {file}` reads them back.")


def undo(
    seq: Annotated[int | None, typer.Argument(help="The number of the edit [default: the last that holds].")] = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Take an edit back; undoing an undo brings the edit back."""
    _edit(by, workspace, now, as_json, lambda desk: desk.undo(seq))


def log(workspace: WorkspaceOption = None, as_json: JsonOption = False, now: NowOption = None) -> None:
    """List every edit: who, when, what, and whether it holds."""
    from analyst.runs.changes import told_edits

    session = open_session(workspace, now)
    told = told_edits(session.settings)
    if as_json:
        print_json({"edits": [{**asdict(one), "at": one.at.isoformat()} for one in told]})
        return
    if not told:
        say("Nobody has edited a theme yet.")
        return
    from rich.markup import escape

    from analyst.cli import tables

    table = tables.grid("Edit", "When", "Who", "What", "Standing", right=(0,))
    for one in told:
        table.add_row(str(one.seq), f"{one.at:%Y-%m-%d %H:%M}", escape(one.who), escape(one.what), escape(one.standing))
    show(table)


def changes(
    run: RunOption = None, workspace: WorkspaceOption = None, as_json: JsonOption = False, now: NowOption = None
) -> None:
    """Say what became of the edits and of the themes since the run before."""
    from analyst.runs.changes import report
    from analyst.runs.view import open_view

    session = open_session(workspace, now)
    found = report(open_view(session.settings, session.clock, run))
    if as_json:
        print_json(found.to_dict())
        return
    from rich.text import Text

    for line in found.lines():
        show(Text(line))


def opinions(
    theme: ThemeArgument,
    most: Annotated[int, typer.Option("--top", min=1, max=1000, help="How many to show.")] = 20,
    unsure: Annotated[bool, typer.Option("--unsure", help="Those placed with the least probability first.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Show the opinions of a theme with their ids, the surest first."""
    from analyst.runs.editlog import edits_of
    from analyst.runs.naming import find_theme, listed_themes, theme_opinions
    from analyst.runs.view import open_view
    from analyst.themes.edits import hands

    session = open_session(workspace, now)
    view = open_view(session.settings, session.clock)
    told = hands(edits_of(session.settings))
    found = find_theme(theme, listed_themes(view.connection, told), told)
    rows = theme_opinions(view.connection, found.theme_id, most, unsure)
    if as_json:
        print_json({"theme_id": found.theme_id, "label": found.label, "n": found.n, "opinions": rows})
        return
    from rich.text import Text

    show(Text(f"{found.label} ({found.theme_id}), {found.n:,} opinions\n", style="bold"))
    for row in rows:
        show(Text.assemble((f"{row['opinion_id']}  ", "dim"), row["text"], (f"  {row['sentiment']}", "dim")))


def _edit(
    by: str | None, workspace: Path | None, now: str | None, as_json: bool, verb: Callable[[Desk], Outcome]
) -> None:
    from analyst.records import open_store
    from analyst.runs.editing import Desk

    session = open_session(workspace, now)
    session.settings.workspace.mkdir(parents=True, exist_ok=True)
    with open_store(session.settings.database_url) as store:
        done = verb(Desk(store, session.settings, session.clock, editor_name(by)))
    if as_json:
        print_json(asdict(done))
        return
    say(f"{done.sentence}." + (f" It concerns {done.opinions:,} opinions." if done.verb != "move" else ""))
    for note in done.notes:
        say(note)
    if done.at_analyze:
        say("It takes effect with the next `undertone analyze`.")
    say(f"This is edit {done.seq}; `undertone themes undo {done.seq}` takes it back.")


def editor_name(by: str | None) -> str:
    """Who edits or judges: the name given, else the user's. Raises UsageProblem for an empty one."""
    if by is not None:
        plain = " ".join(by.split())
        if not plain:
            raise UsageProblem("A name is needed.", "Give one, or leave the option out.")
        return plain
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "somebody"


def _part(text: str) -> tuple[str, list[str]]:
    name, _, examples = text.partition(":")
    return name.strip(), examples.split("|") if examples.strip() else []


VERBS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("show", opinions), ("rename", rename), ("describe", describe), ("merge", merge), ("split", split), ("pin", pin),
    ("unpin", unpin), ("exclude", exclude), ("include", include), ("move", move), ("sentiment", sentiment),
    ("seed", seed), ("taxonomy", taxonomy), ("undo", undo), ("log", log), ("changes", changes),
)  # fmt: skip
