"""`undertone themes label`: names for themes from a language model, beside ours; applied only when asked."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from analyst.cli.console import print_json, say, show
from analyst.cli.options import JsonOption, NowOption, RunOption, WorkspaceOption, open_session
from analyst.core.errors import UndertoneError, UsageProblem

if TYPE_CHECKING:
    from analyst.answers.writing import Proposal, Proposals
    from analyst.cli.options import Session


def label(
    writer: Annotated[
        Literal["llm"], typer.Option("--writer", help="Who proposes; llm needs an endpoint set.")
    ] = "llm",
    apply: Annotated[bool, typer.Option("--apply", help="Rename the themes accordingly; undo takes it back.")] = False,
    run: RunOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Propose names for the themes with a language model, beside ours; people's own names stay."""
    from analyst.answers.writing import propose_labels, themes_to_name
    from analyst.llm import LlmClient, require_llm
    from analyst.runs.view import open_view

    session = open_session(workspace, now)
    require_llm(session.settings)
    if not session.settings.llm.labels:
        raise UsageProblem(
            "Names from a model are switched off (llm.labels), so no opinion is sent for them.",
            "Set UNDERTONE_LLM__LABELS=true to allow it.",
        )
    themes = themes_to_name(open_view(session.settings, session.clock, run))
    client = LlmClient(session.settings.llm, session.settings.workspace, clock=session.clock)
    found = propose_labels(themes, client)
    applied = _apply(found, session) if apply else {}
    if as_json:
        rows = [{**asdict(one), "edit": applied.get(one.theme_id)} for one in found.proposals]
        print_json({**asdict(found), "proposals": rows, "applied": len(_numbers(applied))})
        return
    _show(found, applied, apply)


def _apply(found: Proposals, session: Session) -> dict[str, int | str]:
    """Each new name as an edit under the model's name: the edit's number, or why it could not be made."""
    from analyst.answers.writing import editor_name
    from analyst.records import open_store
    from analyst.runs.editing import Desk

    done: dict[str, int | str] = {}
    with open_store(session.settings.database_url) as store:
        for one in found.proposals:
            if one.differs:
                desk = Desk(store, session.settings, session.clock, editor_name(found.writer))
                try:
                    done[one.theme_id] = desk.rename(one.theme_id, one.label).seq
                except UndertoneError as problem:
                    done[one.theme_id] = problem.message
    return done


def _numbers(applied: dict[str, int | str]) -> list[int]:
    return [seq for seq in applied.values() if isinstance(seq, int)]


def _show(found: Proposals, applied: dict[str, int | str], apply: bool) -> None:
    from rich.markup import escape

    from analyst.cli import tables

    table = tables.grid("Theme", "Now", f"As {found.writer} would call it", "")
    for one in found.proposals:
        table.add_row(one.theme_id, escape(one.ours), escape(one.label or "-"), escape(_standing(one, applied)))
    show(table, *(escape(note) for note in found.notes))
    edits = _numbers(applied)
    if edits:
        say(f"{len(edits)} themes renamed, edits {edits[0]} to {edits[-1]}; `undertone themes undo N` takes one back.")
    elif apply:
        say("No theme was renamed.")
    elif any(one.differs for one in found.proposals):
        say("Nothing was changed. `undertone themes label --apply` renames the themes.")


def _standing(one: Proposal, applied: dict[str, int | str]) -> str:
    done = applied.get(one.theme_id)
    if done is not None:
        return f"edit {done}" if isinstance(done, int) else done
    if one.why:
        return one.why
    return "" if one.differs else "the same"
