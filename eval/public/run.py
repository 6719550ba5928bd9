"""`undertone eval public`: the themes of every public set that is there, against its labels."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.core.errors import UsageProblem
from eval.public.sets import SCORED, SOURCES, load, path_of
from eval.public.units import UNITS, Unit, cut_into, whole

if TYPE_CHECKING:
    from analyst.core.settings import Settings

COLUMNS = ("k", "k_over_gold", "unassigned", "ami", "ari", "bcubed_f1", "mapped_f1")
TITLES = ("K", "K ÷ gold", "unassigned", "AMI", "ARI", "B-cubed F1", "mapped F1")
_NUMBER = {"k": "{:.0f}", "k_over_gold": "{:.2f}", "unassigned": "{:.2f}"}


@dataclass(frozen=True)
class PublicRun:
    """What was measured: a row a set and arm (`set`, `arm`, and each of COLUMNS that the set allows), and a sentence
    for every set that was passed over."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"rows": self.rows, "passed_over": self.passed_over}


def run_public(
    folder: Path,
    settings: Settings,
    *,
    only: Sequence[str] = (),
    units: Sequence[Unit] = ("opinions",),
    rivals: bool = True,
    out: Path | None = None,
    told: Callable[[str], None] | None = None,
) -> PublicRun:
    """Fit the product's defaults on each set of `folder` (`only` those named) and compare with its labels.

    `units` are what themes are made of; with `rivals`, k-means on whole documents stands beside, at the gold number of
    themes and at ours. Sets whose file is absent are passed over, each with a sentence. `out` gets public.json and
    public.md, `told` a sentence before each fit. The encoder is that of `settings`, vectors are kept in its cache.
    Raises UsageProblem where `folder` is none, a set or unit is unknown, or not one file is there.
    """
    wanted = _wanted(folder, only, units)
    run = PublicRun()
    for name in wanted:
        if not path_of(name, folder).exists():
            run.passed_over.append(f"{name} was passed over: {path_of(name, folder).name} is not in the folder.")
            continue
        _measure(name, folder, settings, units, rivals, run, told or _silent)
        if out is not None:
            write(run, out)
    if not run.rows:
        raise UsageProblem(
            f"None of the sets is in {folder}.", f"Expected are files such as {path_of(wanted[0], folder).name}."
        )
    if out is not None:
        write(run, out)
    return run


def _wanted(folder: Path, only: Sequence[str], units: Sequence[Unit]) -> list[str]:
    if not folder.is_dir():
        raise UsageProblem(f"There is no folder {folder}.", "Name the folder that holds the public sets.")
    unknown = [name for name in only if name not in SOURCES]
    if unknown:
        raise UsageProblem(f"There is no public set called '{unknown[0]}'.", f"Known are: {', '.join(SOURCES)}.")
    strange = [unit for unit in units if unit not in UNITS]
    if strange:
        raise UsageProblem(f"'{strange[0]}' is no unit.", f"Choose of {', '.join(UNITS)}.")
    return list(only) or list(SCORED)


def _measure(
    name: str,
    folder: Path,
    settings: Settings,
    units: Sequence[Unit],
    rivals: bool,
    run: PublicRun,
    told: Callable[[str], None],
) -> None:
    """Add the rows of one set. What is labelled out of scope is left out, as nobody says what it is about."""
    from eval.public.themes import inside, kmeans_row, only, our_row

    everything = load(name, folder)
    documents = only(everything, inside(everything)) if everything.outside else everything
    ours = 0
    for unit in units:
        told(f"{name}: themes of {len(documents.texts):,} documents, {unit} as units.")
        row, _ = our_row(documents, cut_into(documents, unit, settings), 0)
        run.rows.append({"set": name, "arm": f"ours, {unit}", "documents": len(documents.texts), **row})
        ours = ours or int(row["k"])
    if not rivals:
        return
    told(f"{name}: k-means beside it.")
    cut = whole(documents, settings)
    for arm, count in (("k-means at gold K", documents.gold_count), ("k-means at our K", ours)):
        row = kmeans_row(documents, cut, count, 0)
        run.rows.append({"set": name, "arm": arm, "documents": len(documents.texts), **row})


def cells(row: dict[str, Any]) -> list[str]:
    """A row's numbers as they are shown, a dash where the set allows none."""
    return [_NUMBER.get(key, "{:.3f}").format(row[key]) if row.get(key) is not None else "–" for key in COLUMNS]


def markdown(run: PublicRun) -> str:
    """The run as a page."""
    lines = [
        "# Themes against the labels of public sets",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}. Made by `undertone eval public FOLDER`. Every document is scored; one without "
        "a theme is a group of its own in AMI and ARI. K counts system themes too.",
        "",
        f"| set | arm | {' | '.join(TITLES)} |",
        f"|---|---|{'---:|' * len(TITLES)}",
        *(f"| {row['set']} | {row['arm']} | {' | '.join(cells(row))} |" for row in run.rows),
        *(f"\n{sentence}" for sentence in run.passed_over),
    ]
    return "\n".join(lines) + "\n"


def write(run: PublicRun, out: Path) -> None:
    """Write public.json and public.md into the folder `out`, made where it is absent."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "public.json").write_text(json.dumps(run.to_dict(), indent=1) + "\n", encoding="utf-8")
    (out / "public.md").write_text(markdown(run), encoding="utf-8")


def _silent(_: str) -> None:
    return None
