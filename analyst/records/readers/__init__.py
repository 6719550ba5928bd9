"""Files into rows: one reader a format, all with the same face."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from analyst.core.errors import UndertoneError
from analyst.records.readers.base import Row, RowFile, clean_headers
from analyst.records.readers.binary import read_parquet, read_workbook
from analyst.records.readers.container import UNPACKED_LIMIT, Blob, blobs, reading
from analyst.records.readers.delimited import read_delimited
from analyst.records.readers.jsons import flatten, read_json, read_json_lines

__all__ = ["Row", "RowFile", "clean_headers", "open_rows"]

_READERS = {
    "csv": read_delimited,
    "xlsx": read_workbook,
    "parquet": read_parquet,
    "json": read_json,
    "jsonl": read_json_lines,
}


def open_rows(path: Path, limit: int = UNPACKED_LIMIT) -> RowFile:
    """Open a file of any known format, packed or not; the parts of an archive are read as one file.

    Raises UndertoneError when the file is missing, empty, damaged, of an unknown kind, unpacks to more than
    `limit` bytes, or packs parts with different columns.
    """
    with reading(path.name):
        parts = [_open(blob) for blob in blobs(path, limit)]
    return _expanded(parts[0] if len(parts) == 1 else _chained(path, parts))


def _open(blob: Blob) -> RowFile:
    return _READERS[blob.format](blob)


def _chained(path: Path, parts: list[RowFile]) -> RowFile:
    first = parts[0]
    if any(set(part.headers) != set(first.headers) for part in parts[1:]):
        raise UndertoneError(
            f"{path.name} packs files with different columns.", "Unpack it and import the files one by one."
        )

    def rows() -> Iterator[Row]:
        for part in parts:
            yield from part.rows()

    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    return replace(first, rows=rows, notes=(*notes, f"{len(parts)} parts of the archive were read as one file."))


def _expanded(file: RowFile) -> RowFile:
    """Columns whose cells are JSON objects in text are opened into dotted names."""
    sample = file.sample(200)
    columns = [name for name in file.headers if _holds_objects([row.cells.get(name) for row in sample])]
    if not columns:
        return file

    def opened(row: Row) -> Row:
        if row.problem:
            return row
        cells = dict(row.cells)
        for name in columns:
            found = _object(cells.get(name))
            if found is not None:
                del cells[name]
                cells.update(flatten(found, f"{name}."))
        return row._replace(cells=cells)

    headers: dict[str, None] = {}
    for row in sample:
        headers.update(dict.fromkeys(opened(row).cells))

    def rows() -> Iterator[Row]:
        return (opened(row) for row in file.rows())

    return replace(file, headers=tuple(headers), rows=rows)


def _holds_objects(values: list[Any]) -> bool:
    filled = [value for value in values if value not in (None, "")]
    return bool(filled) and sum(_object(value) is not None for value in filled) >= 0.8 * len(filled)


def _object(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, str) or not value.startswith("{") or not value.rstrip().endswith("}"):
        return None
    try:
        found = json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None
