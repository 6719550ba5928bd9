"""`undertone eval run`: how good is it, on companies whose truth is known."""

from __future__ import annotations

import math
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Annotated

import typer

from analyst.cli.console import print_json, progress, say, show
from analyst.cli.options import JsonOption, WorkspaceOption, open_session

if TYPE_CHECKING:
    from eval.sample_suite import SuiteResult

app = typer.Typer(help="How good the themes, verdicts and fixes are.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def evaluate() -> None:
    """How good the themes, verdicts and fixes are."""


@app.command("run")
def run_suite(
    seeds: Annotated[list[int] | None, typer.Option("--seed", help="A company to measure; repeatable.")] = None,
    scale: Annotated[float, typer.Option("--scale", min=0.1, max=5, help="Size of each company.")] = 1.0,
    output: Annotated[Path | None, typer.Option("--out", help="Also write the table to this Markdown file.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make companies with known truth, analyse them, and compare. The workspace lends only its model cache."""
    from eval.report import markdown
    from eval.sample_suite import run_company

    session = open_session(workspace)
    cache = session.settings.cache
    cache.mkdir(parents=True, exist_ok=True)
    results = []
    for seed in seeds or [7]:
        if not as_json:
            say(f"Company {seed} ...")
        with progress(as_json) as shown:
            results.append(run_company(seed, shown, scale=scale, cache=cache))
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(markdown(results, scale), encoding="utf-8")
        say(f"Written to {output}.")
    if as_json:
        print_json([{"seed": r.seed, "measures": _finite(r.measures), "details": r.details} for r in results])
        return
    _print(results)


def _print(results: list[SuiteResult]) -> None:
    from analyst.cli.tables import grid

    table = grid("Measure", "Mean", *(f"company {r.seed}" for r in results), right=range(1, len(results) + 2))
    for name in results[0].measures:
        values = [r.measures[name] for r in results]
        real = [value for value in values if not math.isnan(value)]
        table.add_row(name, f"{fmean(real):.3f}" if real else "", *(f"{v:.3f}" for v in values))
    show(table)


def _finite(measures: dict[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in measures.items()}
