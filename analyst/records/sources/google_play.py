"""Google Play Console's monthly review files: UTF-16, dates in milliseconds, a link that holds the review's id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analyst.records.mapping import FileMapping
from analyst.records.readers import Row, RowFile
from analyst.records.sources.base import Part, Source

_HEADERS = {
    "submitted_at": "Review Last Update Millis Since Epoch",
    "score": "Star Rating",
    "title": "Review Title",
    "text": "Review Text",
    "language": "Reviewer Language",
    "attr.app_version": "App Version Name",
    "attr.device": "Device",
    "attr.app": "Package Name",
}


def _recognises(file: RowFile) -> bool:
    return file.headers[:2] == ("Package Name", "App Version Code") and "Star Rating" in file.headers


def _reshape(file: RowFile) -> RowFile:
    def cells(row: Row) -> dict[str, Any]:
        review = re.search(r"reviewid=([^&\s]+)", str(row.cells.get("Review Link") or ""), re.IGNORECASE)
        return {
            "id": review[1] if review else None,
            **{name: row.cells.get(header) for name, header in _HEADERS.items()},
        }

    def rows() -> Iterator[Row]:
        return (row if row.problem else row._replace(cells=cells(row)) for row in file.rows())

    return replace(file, headers=("id", *_HEADERS), rows=rows)


GOOGLE_PLAY = Source(
    "google-play",
    (
        Part(
            "responses",
            _reshape,
            FileMapping(kind="csat", scale=(1, 5), channel="google_play", survey="Google Play reviews"),
        ),
    ),
    _recognises,
)
