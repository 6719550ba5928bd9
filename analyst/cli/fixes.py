"""`undertone fixes`: what to fix first, with expected lift, interval and evidence; and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from analyst.cli import fix_papers, fix_verbs
from analyst.cli.console import print_json, show
from analyst.cli.reading import Asked, reading_verb
from analyst.core.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyst.answers.gather import Gatherer
    from analyst.fixes import Fix

Writer = Literal["extractive", "llm"]

app = typer.Typer(
    help="What to fix first, with expected lift, interval and evidence; ship, verify, follow up and export fixes.",
    rich_markup_mode=None,
)


def fixes(
    asked: Asked,
    as_json: bool,
    context: typer.Context,
    top: Annotated[int, typer.Option("--top", min=1, max=50, help="How many to show.")] = 5,
    writer: Annotated[
        Writer, typer.Option("--writer", help="Who words title and action; llm needs an endpoint set.")
    ] = "extractive",
) -> None:
    """Rank what to fix by expected lift, confidence and effort; or follow a fix up."""
    if context.invoked_subcommand is not None:
        if (
            top != 5
            or writer != "extractive"
            or as_json
            or not asked.is_plain
            or asked.run
            or asked.workspace
            or asked.now
        ):
            raise UsageProblem(
                "These options belong to the verb that follows.",
                f"Write them after it: `undertone fixes {context.invoked_subcommand} ...`.",
            )
        return
    found = asked.open()
    ranked = found.fixes[:top]
    notes: tuple[str, ...] = ()
    if writer == "llm":
        ranked, notes = _reworded(ranked, found)
    standing = {row.fix_id: row for row in found.standings}
    if as_json:
        from analyst.answers.followups import standing_json
        from analyst.answers.jsonview import estimate_json, fix_json
        from analyst.answers.screenview import join_json
        from analyst.fixes import joint_of_top

        print_json(
            {
                "window": found.query.window.label,
                "realisation": {**(estimate_json(found.calibration.realisation) or {}), "told": found.calibration.told},
                "fixes": [fix_json(fix) for fix in ranked],
                "under_way": [standing_json(row) for row in found.standings],
                "joint": estimate_json(joint_of_top(ranked)),
                "notes": list(notes),
                "join": join_json(found.join),
            }
        )
        return
    from rich.padding import Padding
    from rich.text import Text

    from analyst.answers.facts import FactBook
    from analyst.answers.joins import join_sentences
    from analyst.answers.sentences import fix_claim
    from analyst.cli import tables

    rests_on = [Text(sentence, style="dim") for sentence in join_sentences(found.join)]
    show(Text(f"What to fix first, as of {found.query.window.label}", style="bold"))
    if not ranked:
        show("No fix is supported by enough evidence in this window.", *rests_on)
        return
    show(Text(f"Expected lifts: {found.calibration.told}.\n", style="dim"))
    book = FactBook(found.query.window.label, "")
    for fix in ranked:
        parts = tables.fix_parts(fix, fix_claim(fix, found.query.metric, book))
        row = standing.get(fix.fix_id)
        if row is not None:
            parts.append(Padding(Text(f"Standing: {fix_verbs.standing_words(row)}"), (0, 0, 0, 3)))
        show(*parts, Text(""))
    show(*rests_on, *(Text(note, style="dim") for note in notes))


def _reworded(ranked: Sequence[Fix], found: Gatherer) -> tuple[list[Fix], tuple[str, ...]]:
    from analyst.answers.telling import Desk
    from analyst.answers.writing import word_fixes
    from analyst.llm import LlmClient, require_llm

    settings = found.view.settings
    require_llm(settings)
    if not settings.llm.fixes:
        raise UsageProblem(
            "Wording by a model is switched off for fixes (llm.fixes), so nothing of them is sent.",
            "Set UNDERTONE_LLM__FIXES=true to allow it.",
        )
    client = LlmClient(settings.llm, settings.workspace)
    names = Desk(found.view, lambda query: found).names
    done = word_fixes(ranked, client, found.labels, names)
    return done.fixes, done.notes


app.callback(invoke_without_command=True)(reading_verb(fixes))
app.command("ship")(reading_verb(fix_verbs.ship))
app.command("verify")(fix_verbs.verify)
app.command("calibration")(fix_verbs.calibration)
app.command("set")(reading_verb(fix_verbs.set_state))
app.command("status")(reading_verb(fix_verbs.status))
app.command("export")(reading_verb(fix_papers.export))
app.command("callbacks")(reading_verb(fix_papers.callbacks))
