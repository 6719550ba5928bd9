"""`undertone eval public`: the themes of public labelled sets against their labels, for whoever has the files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from analyst.cli.console import print_json, say, show
from analyst.cli.options import JsonOption, WorkspaceOption, open_session


def public(
    folder: Annotated[Path, typer.Argument(help="Folder of the sets' files, such as banking77.parquet.")],
    only: Annotated[
        list[str] | None, typer.Option("--set", help="Only this set; repeatable [default: those of the table].")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", help="opinions, sentences or documents; repeatable.")
    ] = None,
    rivals: Annotated[bool, typer.Option("--rivals/--no-rivals", help="k-means beside ours.")] = True,
    output: Annotated[Path | None, typer.Option("--out", help="Folder for public.json and public.md.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find themes in public labelled sets and compare them with the labels. Absent sets are passed over, with a word.

    The workspace lends only its encoder and keeps the vectors.
    """
    from eval.public.run import TITLES, cells, run_public

    units: Any = tuple(unit or ("opinions",))
    settings = open_session(workspace).settings
    run = run_public(folder, settings, only=tuple(only or ()), units=units, rivals=rivals, out=output, told=say)
    for sentence in run.passed_over:
        say(sentence)
    if as_json:
        print_json(run.to_dict())
        return
    from rich.table import Table

    table = Table("set", "arm", box=None, pad_edge=False)
    for title in TITLES:
        table.add_column(title, justify="right")
    for row in run.rows:
        table.add_row(row["set"], row["arm"], *cells(row))
    show(table)
