"""`undertone config show`: every setting in force, and where its value came from."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import typer

from analyst.cli.console import print_json, show
from analyst.cli.options import JsonOption, WorkspaceOption, open_session

app = typer.Typer(help="The settings in force.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def config() -> None:
    """The settings in force."""


@app.command("show")
def show_settings(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Print every setting with its value and origin: flag, environment, undertone.toml or default."""
    from rich.table import Table

    from analyst.core.settings import CONFIG_FILE

    session = open_session(workspace)
    values = _flatten(session.settings.model_dump(mode="json"))
    path = Path(CONFIG_FILE)
    in_file = set(_flatten(tomllib.loads(path.read_text(encoding="utf-8")))) if path.exists() else set()
    flags = {"workspace"} if workspace is not None else set()
    rows = [(name, value, _origin(name, flags, in_file)) for name, value in values.items()]
    if as_json:
        print_json({name: {"value": value, "origin": origin} for name, value, origin in rows})
        return
    table = Table("Setting", "Value", "From", box=None, pad_edge=False, header_style="bold")
    for name, value, origin in rows:
        table.add_row(name, "" if value is None else str(value), origin)
    show(table)


def _flatten(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict) and value:
            flat |= _flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def _origin(name: str, flags: set[str], in_file: set[str]) -> str:
    if name in flags:
        return "flag"
    variable = "UNDERTONE_" + name.replace(".", "__").upper()
    if variable in {key.upper() for key in os.environ}:
        return variable
    return "undertone.toml" if name in in_file else "default"
