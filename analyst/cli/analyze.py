"""`undertone analyze`: records → run."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from analyst.cli.console import print_json, progress, say
from analyst.cli.options import JsonOption, NowOption, Session, WorkspaceOption, open_session


def analyze(
    force: Annotated[bool, typer.Option("--force", help="Compute a new run even when nothing changed.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Turn the imported records into a run: opinions, themes, exposures, scores."""
    session = open_session(workspace, now)
    manifest, reused = run_analysis(session, force=force, quiet=as_json)
    if as_json:
        print_json({"run_id": manifest["run_id"], "reused": reused, **manifest["counts"], "stats": manifest["stats"]})
        return
    counts = manifest["counts"]
    if reused:
        say(f"Nothing changed since run {manifest['run_id']}, which stays current (--force computes it anew).")
    else:
        say(
            f"Run {manifest['run_id']}: {counts['opinions']:,} opinions in {counts['themes']} themes, from "
            f"{counts['responses']:,} responses, {counts['sessions']:,} sessions and {counts['tickets']:,} tickets."
        )
    say("Next: `undertone digest`, `undertone why`, `undertone fixes`.")


def run_analysis(session: Session, *, force: bool = False, quiet: bool = False) -> tuple[dict[str, Any], bool]:
    """Analyse the session's workspace with bars; the run's manifest, and whether it was already up to date."""
    from analyst.records import open_store
    from analyst.runs.analyze import analyze as analyse

    with progress(quiet) as shown, open_store(session.settings.database_url) as store:
        done = analyse(store, session.settings, clock=session.clock, progress=shown, force=force)
    return done.run.manifest, done.reused
