"""`undertone demo`: the whole job on the sample company, in one command."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from analyst.cli.analyze import run_analysis
from analyst.cli.console import out, print_json, say, show
from analyst.cli.importing import DEMO_MARK, import_files
from analyst.cli.options import JsonOption, NowOption, Session, WorkspaceOption, open_session
from analyst.cli.reading import Asked
from analyst.core.errors import UsageProblem

FILES = ("nps.csv", "csat.csv", "ces.csv", "sessions.csv", "tickets.csv", "customers.csv", "changes.csv")


def demo(
    seed: Annotated[int, typer.Option("--seed", help="Another seed makes another sample company.")] = 7,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Make the sample company, import it, analyse it and print this week's digest."""
    begun = time.perf_counter()
    session = open_session(workspace, now)
    folder = _prepare(session, seed, quiet=as_json)
    reports, failed = import_files(session, [folder / name for name in FILES], quiet=as_json)
    for path, sentence in failed.items():
        say(f"{path}: {sentence}")
    if not as_json:
        read, refused = sum(report.read for report in reports), sum(report.refused for report in reports)
        say(f"Imported {read:,} rows from {len(reports)} files ({refused} refused).")
    _load_rules(session)
    manifest, reused = run_analysis(session, quiet=as_json)
    if not as_json:
        counts = manifest["counts"]
        verb = "Reused" if reused else "Analysed"
        say(f"{verb} run {manifest['run_id']}: {counts['opinions']:,} opinions in {counts['themes']} themes.\n")
    from analyst.answers.digest import write_digest

    digest = write_digest(Asked(workspace=session.settings.workspace, now=now).open().everything())
    if as_json:
        from analyst.answers.jsonview import digest_json

        print_json(digest_json(digest))
        return
    from analyst.cli import tables

    show(*tables.digest_parts(digest, out().width))
    _say_next(session, time.perf_counter() - begun)


def _prepare(session: Session, seed: int, *, quiet: bool) -> Path:
    """The sample company's files in the workspace, written once per seed.

    Raises UsageProblem when the workspace holds somebody's own feedback.
    """
    from analyst.sample import generate

    home = session.settings.workspace
    mark, folder = home / DEMO_MARK, home / "sample"
    if mark.exists() and json.loads(mark.read_text(encoding="utf-8")).get("seed") == seed and folder.is_dir():
        return folder
    if not mark.exists() and (home / "store.db").exists():
        raise UsageProblem(
            f"The workspace {home} holds feedback of your own, which the sample company would mix with.",
            "Give the demo a folder of its own: `undertone demo --workspace sample`.",
        )
    if mark.exists():  # another seed is another company: nothing of the former may stay
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps({"seed": seed}), encoding="utf-8")
    if not quiet:
        say("Writing twelve weeks of a fictional company's feedback ...")
    generate(folder, home / "sample-truth", seed=seed)
    return folder


def _load_rules(session: Session) -> None:
    """Two alert rules to begin with, unless the workspace has rules already."""
    from analyst.records import load_rules, open_store, save_rules
    from analyst.records.store.alerting import stored_rules
    from analyst.sample import RULES

    with open_store(session.settings.database_url) as store:
        if not stored_rules(store):
            save_rules(store, load_rules(RULES), session.clock())


def _say_next(session: Session, seconds: float) -> None:
    program = _program()
    home = session.settings.workspace
    extra = "" if home == Path(".undertone") else f" --workspace {home}"
    say(f"\nDone in {seconds:.0f} seconds. Try next:")
    say(f"  {program} why --where platform=android{extra}     why the score moved, for Android users alone")
    say(f"  {program} themes --quotes 2{extra}                every theme with two quotes each")
    say(f"  {program} digest --format html --out digest.html{extra}     the digest as a page")
    say(f"Your own feedback: {program} import FILE --workspace mine, then analyze and digest there.")


def _program() -> str:
    """How this command was called, so that the next ones can be pasted."""
    called = Path(sys.argv[0])
    if shutil.which("undertone") == str(called.resolve()) or called.name != "undertone":
        return "undertone"
    try:
        return str(called.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(called)
