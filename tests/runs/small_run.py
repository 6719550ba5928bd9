"""A run small enough to check by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from analyst.core.runfolder import Run, RunWriter
from analyst.core.tables import TABLES, schema


def at(day: int, hour: int = 12) -> datetime:
    """A moment in November 2026."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def response(number: int, day: int | None, score: float | None, **more: Any) -> dict[str, Any]:
    """An NPS answer; `day` counts in November 2026."""
    y = None if score is None else (100.0 if score >= 9 else -100.0 if score <= 6 else 0.0)
    return {
        "response_id": f"r{number:03}", "source": "t", "source_id": str(number), "kind": "nps", "score": score, "y": y,
        "submitted_at": None if day is None else at(day), "scale_min": 0.0, "scale_max": 10.0, **more,
    }  # fmt: skip


def write_run(folder: Path, segments: tuple[str, ...] = ("plan",), **rows: list[dict[str, Any]]) -> Run:
    """Publish a run holding `rows` by table name; missing columns are null."""
    writer = RunWriter(folder, "small")
    for name in TABLES:
        shape = schema(name, segments)
        filled = [{field: row.get(field) for field in shape.names} for row in rows.get(name, [])]
        writer.write_table(name, pa.Table.from_pylist(filled, schema=shape))
    writer.write_vectors(np.zeros((0, 4)))
    return writer.publish({"counts": {}})
