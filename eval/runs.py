"""A run of the evaluation: its rows and how they came about, written to a folder and read again."""

from __future__ import annotations

import json
import math
import platform
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst import __version__
from analyst.core.errors import UndertoneError
from analyst.core.progress import Progress
from eval.results import Measure, Options, Row, Suite, Summary, summaries

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = "results.json"
FORMAT = 1
MEND = "Name a folder that `undertone eval run --out` wrote."
PACKAGES = ("numpy", "scipy", "scikit-learn", "umap-learn", "hdbscan", "onnxruntime", "duckdb")


@dataclass(frozen=True)
class EvalRun:
    """Rows, the measures of each suite, and `about`: command, versions, machine, hashes of the data, seconds."""

    rows: tuple[Row, ...]
    measures: Mapping[str, tuple[Measure, ...]]
    about: Mapping[str, Any]

    def summaries(self, suite: str | None = None) -> list[Summary]:
        """Each measure of each suite (or of one) with its interval, by split."""
        names = [suite] if suite else list(self.measures)
        return [one for name in names for one in summaries(name, self.measures[name], self.rows)]

    def rows_of(self, suite: str, split: str | None = None) -> list[Row]:
        """The rows of a suite, of one split or of all."""
        return [row for row in self.rows if row.suite == suite and (split is None or row.split == split)]


def evaluate(
    suites: Sequence[Suite],
    options: Sequence[Options],
    progress: Progress,
    *,
    command: str,
    seen: Callable[[Row], None] | None = None,
) -> EvalRun:
    """Run every suite once per options (one for each split). `seen` is told every row as it is done.

    A suite that has no rows in a split leaves none; the same row is not measured twice.
    """
    rows: dict[tuple[str, str, str], Row] = {}
    seconds: dict[str, float] = {}
    for suite in suites:
        begun = time.perf_counter()
        for one in options:
            for row in suite.rows(one, progress):
                placed = replace(row, split=row.split or one.split)
                if rows.setdefault((placed.suite, placed.split, placed.row), placed) is placed and seen is not None:
                    seen(placed)
        seconds[suite.name] = round(time.perf_counter() - begun, 1)
    about = {
        "command": command,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "writer": options[0].analyst.writer if options else "",
        "splits": [one.split for one in options],
        "titles": {suite.name: suite.title for suite in suites},
        "data": {suite.name: suite.fingerprint() for suite in suites},
        "seconds": seconds,
        "packages": {name: _version(name) for name in PACKAGES},
        "machine": machine(),
    }
    return EvalRun(tuple(rows.values()), {suite.name: tuple(suite.measures) for suite in suites}, about)


def machine() -> dict[str, Any]:
    """Where it ran, as far as timings and rounding may depend on it."""
    import os

    return {"python": platform.python_version(), "system": platform.platform(), "cpus": os.cpu_count()}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def to_json(run: EvalRun, *, details: bool = True) -> dict[str, Any]:
    """The run as plain data; without `details` only what a comparison needs."""
    return {
        "format": FORMAT,
        "about": dict(run.about),
        "measures": {name: [asdict(measure) for measure in measures] for name, measures in run.measures.items()},
        "summary": [_summary(one) for one in run.summaries()],
        "rows": [_row(row, details) for row in run.rows],
    }


def _summary(one: Summary) -> dict[str, Any]:
    interval = one.interval
    return {
        "suite": one.suite,
        "split": one.split,
        "measure": one.measure.name,
        "mean": finite(interval.mean),
        "interval": [finite(interval.low), finite(interval.high)],
        "rows": interval.rows,
        "clusters": interval.clusters,
        "untold": one.untold,
    }


def _row(row: Row, details: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "suite": row.suite,
        "kind": row.kind,
        "row": row.row,
        "cluster": row.cluster,
        "split": row.split,
        "values": {name: [finite(number), weight] for name, (number, weight) in row.values.items()},
    }
    return {**data, "details": dict(row.details)} if details else data


def finite(number: float, digits: int = 6) -> float | None:
    """Rounded for a file; None for NaN, which is no JSON."""
    return None if math.isnan(number) else round(number, digits)


def save(run: EvalRun, path: Path, *, details: bool = True) -> None:
    """Write the run as one JSON file, in a form that shows in a diff what changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = to_json(run, details=details)
    rows = ",\n".join(json.dumps(row, ensure_ascii=False, default=str) for row in data.pop("rows"))
    head = json.dumps(data, ensure_ascii=False, indent=1, default=str)
    path.write_text(f'{head[:-2]},\n "rows": [\n{rows}\n]}}\n', encoding="utf-8")


def load(place: Path) -> EvalRun:
    """The run in a result folder or a results file. Raises UndertoneError where there is none that can be read."""
    path = place / FILE if place.is_dir() else place
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple(_parsed(row) for row in data["rows"])
        measures = {name: tuple(Measure(**one) for one in listed) for name, listed in data["measures"].items()}
        return EvalRun(rows, measures, data["about"])
    except OSError as error:
        raise UndertoneError(f"{path} cannot be read: {error.strerror}.", MEND) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UndertoneError(f"{path} holds no results of an evaluation.", MEND) from error


def _parsed(data: Mapping[str, Any]) -> Row:
    values = {
        name: (math.nan if number is None else float(number), float(weight))
        for name, (number, weight) in data["values"].items()
    }
    return Row(
        data["suite"], data["kind"], data["row"], data["cluster"], values, data.get("details", {}), data["split"]
    )


def joined(runs: Iterable[EvalRun]) -> EvalRun:
    """Several runs as one; of a row that stands in two of them, the first."""
    rows: dict[tuple[str, str], Row] = {}
    measures: dict[str, tuple[Measure, ...]] = {}
    about: dict[str, Any] = {}
    for run in runs:
        for row in run.rows:
            rows.setdefault((row.suite, row.row), row)
        measures, about = {**run.measures, **measures}, {**run.about, **about}
    return EvalRun(tuple(rows.values()), measures, about)
