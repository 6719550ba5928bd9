"""`undertone import FILE...`: what was read, how it was mapped, what was refused and where that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyst.cli.console import print_json, progress, say, show
from analyst.cli.options import JsonOption, NowOption, Session, WorkspaceOption, open_session
from analyst.core.errors import EXIT_PARTLY_DONE, UndertoneError, UsageProblem

if TYPE_CHECKING:
    from analyst.records import ImportReport

DEMO_MARK = "demo.json"  # lies in a workspace that holds the sample company


def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, Excel, Parquet, JSON or JSONL files, also .gz.")],
    source: Annotated[str, typer.Option("--as", help="What the file holds [default: seen from its header].")] = "auto",
    mapping: Annotated[Path | None, typer.Option("--map", help="A TOML file that says which column is what.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> int:
    """Read feedback into the workspace. Importing the same file again changes nothing."""
    session = open_session(workspace, now)
    if (session.settings.workspace / DEMO_MARK).exists():
        raise UsageProblem(
            f"The workspace {session.settings.workspace} holds the sample company, which would mix with your feedback.",
            "Import into one of your own: `--workspace mine` (or set UNDERTONE_WORKSPACE).",
        )
    reports, failed = import_files(session, files, source, mapping, quiet=as_json)
    if as_json:
        print_json({"imports": [report.to_dict() for report in reports], "failed": failed})
    else:
        for report in reports:
            show_report(report)
        for path, sentence in failed.items():
            say(f"{path}: {sentence}")
        if any(report.read > report.refused for report in reports):
            say("Next: `undertone analyze`.")
    if failed:
        return 1 if not reports else EXIT_PARTLY_DONE
    return max((report.exit_code for report in reports), default=0)


def import_files(
    session: Session, files: list[Path], source: str = "auto", mapping: Path | None = None, *, quiet: bool = False
) -> tuple[list[ImportReport], dict[str, str]]:
    """Import each file; a file that cannot be read does not stop the others. Reports, and sentences by file."""
    from analyst.records import import_file, load_mapping, open_store

    reports: list[ImportReport] = []
    failed: dict[str, str] = {}
    told = load_mapping(mapping) if mapping is not None else None
    session.settings.workspace.mkdir(parents=True, exist_ok=True)
    with progress(quiet) as shown, open_store(session.settings.database_url) as store:
        for path in files:
            try:
                reports.append(
                    import_file(
                        store, path, source=source, mapping=told,
                        settings=session.settings, clock=session.clock, progress=shown,
                    )
                )  # fmt: skip
            except UndertoneError as error:
                if len(files) == 1:
                    raise
                failed[str(path)] = str(error)
    return reports, failed


def show_report(report: ImportReport) -> None:
    """What one import did, as a person wants to see it."""
    from rich.markup import escape
    from rich.table import Table

    show(
        f"[bold]{escape(Path(report.file).name)}[/] as {report.record}: {report.read:,} rows read, {report.new:,} new, "
        f"{report.replaced:,} replaced, {report.unchanged:,} unchanged, {report.duplicates:,} duplicates, "
        f"{report.refused:,} refused."
    )
    table = Table("Field", "Column", "How sure", box=None, padding=(0, 3, 0, 2), header_style="dim")
    for mapped in report.mapping:
        table.add_row(escape(mapped.canonical), escape(mapped.header), escape(mapped.sure))
    if report.mapping:
        show(table)
    if report.segments:
        show(f"  Segments: {escape(', '.join(report.segments))}")
    for note in [*report.notes, *report.warnings]:
        show(f"  {escape(note)}")
    for reason, rows in sorted(report.reasons.items(), key=lambda item: -item[1])[:5]:
        show(f"  Refused {rows:,}: {escape(reason)}.")
    if report.refusals_path:
        show(f"  Refused rows, each with its reason: {escape(str(report.refusals_path))}")
