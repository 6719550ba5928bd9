"""The labelled movements: which score truly moved when, for whom, and by which planted cause; still ones included."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from analyst.core.errors import UndertoneError
from analyst.core.query import METRICS, Metric, Where
from eval.sets.lines import LABELLED, read_lines

Expected = Literal["moved", "still", "between"]
CLASSES = ("moved", "still", "between")


@dataclass(frozen=True)
class LabelledMovement:
    """One metric in one window against another, within a group.

    `change` is the true change of the expected score (points) and `visible` the smallest that so many answers show;
    `expected` follows from the two: moved, still, or between, where neither verdict can be demanded. `main_where` is
    the group that the main cause hits apart from others (empty for none) and `cause` its id in the company's truth.
    """

    movement_id: str
    metric: Metric
    window: str
    baseline: str
    where: Where
    change: float
    visible: float
    expected: Expected
    main_where: Where
    cause: str | None


def read_movements(split: str, folder: Path | None = None) -> list[LabelledMovement]:
    """The labelled movements of `split` (dev or test). Raises UndertoneError for a missing file or a wrong line."""
    path = (folder or LABELLED / "movements") / f"{split}.jsonl"
    needed = ("id", "metric", "window", "baseline", "where", "change", "visible", "expected", "main_where", "cause")
    found = []
    for row in read_lines(path, needed):
        if row["metric"] not in METRICS or row["expected"] not in CLASSES:
            raise UndertoneError(
                f"Movement {row['id']} of {path} has the metric '{row['metric']}' and the class '{row['expected']}'.",
                f"Metrics are {', '.join(METRICS)}; classes {', '.join(CLASSES)}.",
            )
        found.append(
            LabelledMovement(
                row["id"],
                cast(Metric, row["metric"]),
                row["window"],
                row["baseline"],
                tuple(sorted(row["where"].items())),
                float(row["change"]),
                float(row["visible"]),
                cast(Expected, row["expected"]),
                tuple(sorted(row["main_where"].items())),
                row["cause"],
            )
        )
    return found
