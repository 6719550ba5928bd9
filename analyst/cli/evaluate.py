"""`undertone eval`: how good is it, on data whose truth is known; is one run better than another; is it good enough."""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from analyst.cli.console import print_json, progress, say, show
from analyst.cli.eval_label import label
from analyst.cli.eval_public import public
from analyst.cli.options import JsonOption, WorkspaceOption, open_session
from analyst.core.errors import GateFailed, UsageProblem

if TYPE_CHECKING:
    from eval.compare import Compared
    from eval.results import Options
    from eval.runs import EvalRun

app = typer.Typer(
    help="How good the themes, verdicts, fixes and answers are.", no_args_is_help=True, rich_markup_mode=None
)

SuiteOption = Annotated[
    list[str] | None, typer.Option("--suite", help="A suite to run, or all; repeatable [default: companies].")
]
SplitOption = Annotated[
    str, typer.Option("--split", help="dev (to learn from), test (to judge by), quick (part of dev) or both.")
]
SeedOption = Annotated[
    list[int] | None, typer.Option("--seed", help="Measure the company of this seed instead; repeatable.")
]
ScaleOption = Annotated[float, typer.Option("--scale", min=0.1, max=5, help="Size of each company of --seed.")]
WriterOption = Annotated[str, typer.Option("--writer", help="Who words the answers: extractive or llm.")]
KeepOption = Annotated[
    Path | None, typer.Option("--keep", help="Folder in which made companies stay, to measure them again sooner.")
]


@app.callback()
def evaluate() -> None:
    """How good the themes, verdicts, fixes and answers are."""


app.command("label")(label)
app.command("public")(public)


@app.command("run")
def run_suites(
    suite: SuiteOption = None,
    split: SplitOption = "dev",
    writer: WriterOption = "extractive",
    output: Annotated[Path | None, typer.Option("--out", help="Folder of results, or a .md file.")] = None,
    keep: KeepOption = None,
    seeds: SeedOption = None,
    scale: ScaleOption = 1.0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run suites and print every measure with its interval. The workspace lends only its model cache and the LLM's
    settings."""
    run = _run(suite, split, writer, keep, seeds, scale, workspace, as_json)
    if output is not None:
        _write(run, output)
    if as_json:
        from eval.runs import to_json

        print_json(to_json(run))
        return
    _print(run)


@app.command("compare")
def compare_runs(
    new: Annotated[Path, typer.Argument(help="Folder of the new results.")],
    old: Annotated[Path, typer.Argument(help="Folder of the results to compare with.")],
    as_json: JsonOption = False,
) -> None:
    """Say of every measure whether the new run is better, worse, or whether that cannot be told."""
    from statistics import fmean

    from eval.compare import compare, rank_stability
    from eval.runs import load

    first, second = load(new), load(old)
    found = compare(first, second)
    if not found:
        raise UsageProblem("The two runs have no row in common.", "Compare runs of the same suite and split.")
    overlap = rank_stability(first, second)
    if as_json:
        print_json({"measures": [_compared(one) for one in found], "rank_overlap": overlap})
        return
    _print_compared(found)
    if overlap:
        say(f"The rankings of fixes overlap by {fmean(overlap.values()):.3f} (RBO, p = 0.9) in {len(overlap)} queries.")


@app.command("gate")
def gate_run(
    folder: Annotated[Path | None, typer.Argument(help="Folder of results [default: run the suites now].")] = None,
    suite: SuiteOption = None,
    split: SplitOption = "quick",
    writer: WriterOption = "extractive",
    keep: KeepOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Exit with 3 when a measure is beyond its committed limit or significantly worse than the committed baseline."""
    from eval.gate import gate, told
    from eval.runs import load

    run = load(folder) if folder is not None else _run(suite, split, writer, keep, None, 1.0, workspace, as_json)
    failures = gate(run)
    if as_json:
        print_json({"passed": not failures, "failures": [failure.sentence for failure in failures]})
    if failures:
        raise GateFailed(told(failures), "Mend it, or change the limit in a commit of its own.")
    if not as_json:
        say("The gate is open: nothing is beyond its limit or worse than the committed baseline.")


def _run(
    suite: list[str] | None,
    split: str,
    writer: str,
    keep: Path | None,
    seeds: list[int] | None,
    scale: float,
    workspace: Path | None,
    quiet: bool,
) -> EvalRun:
    from eval.runs import evaluate
    from eval.suites import chosen

    suites = chosen(suite or ["companies"])
    cache = open_session(workspace).settings.cache
    with _kept(keep) as folder, progress(quiet) as shown:
        options = _options(split, _writer(writer), folder, cache, seeds, scale, workspace)
        return evaluate(suites, options, shown, command=_command(), seen=None if quiet else lambda row: say(row.row))


def _options(
    split: str,
    writer: Literal["extractive", "llm"],
    keep: Path,
    cache: Path,
    seeds: list[int] | None,
    scale: float,
    workspace: Path | None,
) -> list[Options]:
    from eval.analysts import Analyst
    from eval.companies.manifest import SPLITS, CompanyEntry
    from eval.results import Options

    names = [name for name in SPLITS if name == split or (split == "both" and name != "quick")]
    if not names:
        raise UsageProblem(f"'{split}' is not a split.", f"Choose one of {', '.join(SPLITS)} or both.")
    entries = tuple(CompanyEntry(seed, scale, "dev") for seed in seeds or ())
    analyst = Analyst(writer, workspace)
    return [Options(name, analyst, keep, cache, entries) for name in (names[:1] if entries else names)]


def _writer(name: str) -> Literal["extractive", "llm"]:
    if name == "extractive":
        return "extractive"
    if name == "llm":
        return "llm"
    raise UsageProblem(f"'{name}' is no writer.", "Choose extractive or llm.")


@contextmanager
def _kept(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="undertone-eval-") as made:
        yield Path(made)


def _command() -> str:
    """The command as typed, without folders of one's own machine."""
    words, kept, skip = sys.argv[1:], ["undertone"], False
    for word in words:
        if skip or word in ("--keep", "--workspace"):
            skip = not skip
            continue
        kept.append(word)
    return " ".join(kept)


def _write(run: EvalRun, output: Path) -> None:
    from eval.report import markdown, write_folder

    if output.suffix == ".md":
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(markdown(run), encoding="utf-8")
    else:
        write_folder(run, output)
    say(f"Written to {output}.")


def _print(run: EvalRun) -> None:
    from analyst.cli.tables import grid

    for suite in run.measures:
        table = grid(f"{suite}", "split", "mean", "95 % interval", "n", "untold", right=range(2, 6))
        for one in run.summaries(suite):
            interval = one.interval
            span = "" if math.isnan(interval.low) else f"{interval.low:.3f} to {interval.high:.3f}"
            mean = "" if math.isnan(interval.mean) else f"{interval.mean:.3f}"
            table.add_row(one.measure.name, one.split, mean, span, str(interval.rows), str(one.untold or ""))
        show(table)


def _print_compared(found: Sequence[Compared]) -> None:
    from analyst.cli.tables import grid

    table = grid("measure", "old", "new", "difference", "95 % interval", "p", "won/tied/lost", "", right=range(1, 7))
    for one in found:
        d = one.difference
        span = "" if math.isnan(d.low) else f"{d.low:+.3f} to {d.high:+.3f}"
        rows = f"{d.wins} / {d.ties} / {d.losses}"
        numbers = (f"{one.old:.3f}", f"{one.new:.3f}", f"{d.difference:+.3f}", span, f"{d.p:.3f}", rows)
        table.add_row(one.measure.name, *numbers, one.word)
    show(table)


def _compared(one: Compared) -> dict[str, Any]:
    from eval.runs import finite

    d = one.difference
    return {
        "suite": one.suite,
        "measure": one.measure.name,
        "old": finite(one.old),
        "new": finite(one.new),
        "difference": finite(d.difference),
        "interval": [finite(d.low), finite(d.high)],
        "p": finite(d.p),
        "wins": d.wins,
        "ties": d.ties,
        "losses": d.losses,
        "word": one.word,
    }
