"""`undertone fixes export|callbacks`: fixes for the place where work is kept, and whom to call back."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from analyst.cli.console import print_json, say, show
from analyst.cli.fix_verbs import FixArgument, target_and_fix
from analyst.cli.reading import Asked
from analyst.core.errors import UsageProblem

Form = Literal["markdown", "jira", "linear"]


def export(
    asked: Asked,
    as_json: bool,
    out: Annotated[Path, typer.Argument(help="A file; for markdown also a folder: one file a fix.")],
    form: Annotated[Form, typer.Option("--format", help="markdown, jira or linear.")] = "markdown",
    top: Annotated[int, typer.Option("--top", min=1, max=50, help="How many fixes.")] = 10,
) -> None:
    """Write the fixes as Markdown issues, or as CSV that Jira's or Linear's importer takes."""
    from analyst.fixes import export as papers
    from analyst.metrics import kind_of

    if form != "markdown" and out.suffix.lower() != ".csv":
        raise UsageProblem(f"'{out.name}' is no CSV file.", f"For {form}, end it in .csv.")
    found = asked.open()
    fixes, name, labels = found.fixes[:top], kind_of(found.query.metric).name, found.labels
    written = []
    if form == "markdown" and not out.suffix:
        for fix in fixes:
            path = out / f"{fix.rank:02d}-{fix.fix_id}.md"
            _write(path, papers.markdown_issue(fix, name, labels))
            written.append(path)
    else:
        if form == "markdown":
            text = "\n---\n\n".join(papers.markdown_issue(fix, name, labels) for fix in fixes)
        else:
            text = (papers.jira_csv if form == "jira" else papers.linear_csv)(fixes, name, labels)
        _write(out, text)
        written.append(out)
    if as_json:
        print_json({"format": form, "fixes": [fix.fix_id for fix in fixes], "files": [str(path) for path in written]})
        return
    say(f"{len(fixes)} {'fix' if len(fixes) == 1 else 'fixes'} written to {out}.")


def callbacks(
    asked: Asked,
    as_json: bool,
    fix_id: FixArgument,
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How far back to look.")] = 28,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many people.")] = 50,
    out: Annotated[Path | None, typer.Option("--out", help="Write a CSV file instead.")] = None,
) -> None:
    """List the latest detractors of a fix to call back; consent and contact are left to your own system."""
    from analyst.fixes.callbacks import callbacks as find
    from analyst.fixes.callbacks import callbacks_csv, callbacks_json

    if out is not None and out.suffix.lower() != ".csv":
        raise UsageProblem(f"'{out.name}' is no CSV file.", "End it in .csv.")
    found = asked.open()
    target, _, _ = target_and_fix(found, fix_id)
    view = found.view
    until = view.until if asked.is_plain else min(view.until, found.query.window.end)
    people = find(
        view.connection, target, since=until - timedelta(days=days), until=until, join_days=view.settings.join_days,
        erased=_erased(found.view.settings.database_url, found.view.settings.workspace / "store.db"), limit=limit,
    )  # fmt: skip
    if as_json:
        print_json({"fix_id": fix_id, "days": days, **callbacks_json(people)})
        return
    left = f" {people.anonymous:,} more answered without a user id." if people.anonymous else ""
    if out is not None:
        _write(out, callbacks_csv(people))
        say(f"{len(people.people):,} people written to {out}.{left}")
        return
    if not people.people:
        say(f"Nobody with a user id met it or complained of it, and scored low, in the last {days} days.{left}")
        return
    from rich.markup import escape

    from analyst.cli import tables

    table = tables.grid("Answer", "User", "When", "Score", "Why", "Words", right=(3,))
    for person in people.people:
        score = "" if person.score is None else f"{person.score:g}"
        words = person.quote or ""
        table.add_row(person.response_id, escape(person.user_id), person.at, score, person.why, escape(words))
    show(table)
    say(f"Whether they may be called, and how, is for your own system to say.{left}")


def _erased(url: str, file: Path) -> frozenset[str]:
    """Hashes of the erased users; nobody where there is no store."""
    if url.startswith("sqlite") and not file.exists():
        return frozenset()
    from analyst.records import open_store

    with open_store(url) as store:
        return store.erased()


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.writing")
    try:
        beside.write_text(text, encoding="utf-8", newline="")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
