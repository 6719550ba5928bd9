"""`undertone export TABLE FILE`: a run's table as Parquet, CSV or JSON lines."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyst.cli.console import print_json, say
from analyst.cli.options import JsonOption, NowOption, RunOption, WorkspaceOption, open_session
from analyst.core.errors import UsageProblem
from analyst.core.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export(
    table: Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}.")],
    file: Annotated[Path, typer.Argument(help="Where to write; the ending chooses: .parquet, .csv or .jsonl.")],
    run: RunOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    now: NowOption = None,
) -> None:
    """Write one table of the current run to a file."""
    from analyst.runs.view import open_view

    if table not in TABLES:
        raise UsageProblem(f"There is no table called '{table}'.", f"Choose one of {', '.join(TABLES)}.")
    writer = _WRITERS.get(file.suffix.lower())
    if writer is None:
        raise UsageProblem(f"'{file.name}' names no format.", f"End it in one of {', '.join(_WRITERS)}.")
    session = open_session(workspace, now)
    found = open_view(session.settings, session.clock, run).table(table)
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.writing")
    try:  # a half-written export never carries the name that was asked for
        writer(found, beside)
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)
    if as_json:
        print_json({"table": table, "rows": found.num_rows, "file": str(file)})
    else:
        say(f"{found.num_rows:,} rows of {table} written to {file}.")


def _write_parquet(table: pa.Table, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd")


def _write_csv(table: pa.Table, path: Path) -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(table.column_names)
        for batch in table.to_batches():
            for row in batch.to_pylist():
                writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    """A CSV cell that no spreadsheet takes for a formula."""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def _write_jsonl(table: pa.Table, path: Path) -> None:
    with path.open("w", encoding="utf-8") as handle:
        for batch in table.to_batches():
            for row in batch.to_pylist():
                handle.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")


_WRITERS: dict[str, Callable[[Any, Path], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
}
