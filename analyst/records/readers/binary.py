"""Excel workbooks and Parquet files: cells come typed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from analyst.core.errors import UndertoneError
from analyst.records.readers.base import Row, RowFile, clean_headers
from analyst.records.readers.container import Blob
from analyst.records.readers.jsons import flatten

_TITLE_ROWS = 20


def read_workbook(blob: Blob) -> RowFile:
    """Open the fullest visible sheet of an .xlsx workbook; formulas give their last computed value."""
    import zipfile

    import openpyxl

    try:
        with blob.open() as stream:
            book = openpyxl.load_workbook(io.BytesIO(stream.read()), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise UndertoneError(
            f"{blob.name} is not a workbook that can be read: {error}.", "Save it as .xlsx or .csv and import that."
        ) from error
    sheets = {
        sheet.title: [list(cells) for cells in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets
        if sheet.sheet_state == "visible"
    }
    book.close()
    if not sheets:
        raise UndertoneError(f"{blob.name} has no visible sheet.", "Show the sheet with the data and save it again.")
    title = max(sheets, key=lambda name: sum(_filled(row) for row in sheets[name][:500]))
    grid = sheets[title]
    top = _header_row(grid)
    if top is None:
        raise UndertoneError(f"{blob.name} is empty.", "Export it again, then import it.")
    header = grid[top]
    while header and header[-1] in (None, ""):
        header.pop()
    names = clean_headers(header)
    notes = []
    if len(sheets) > 1:
        left = ", ".join(name for name in sheets if name != title)
        notes.append(f"Sheet '{title}' was read; left out: {left}.")
    if top:
        notes.append(f"{top} lines above the header were skipped.")

    def rows() -> Iterator[Row]:
        for number, cells in enumerate(grid[top + 1 :], start=top + 2):
            if _filled(cells):
                yield Row(number, dict(zip(names, cells, strict=False)))

    return RowFile("xlsx", tuple(names), rows, tuple(notes))


def _filled(cells: list[Any]) -> int:
    return sum(cell is not None and cell != "" for cell in cells)


def _header_row(grid: list[list[Any]]) -> int | None:
    """The first row that is as full as the rows below it: titles above a table fill one or two cells."""
    usual = sorted(_filled(row) for row in grid[:200] if _filled(row))
    if not usual:
        return None
    wanted = max(1, usual[len(usual) // 2] * 0.6)
    for index, row in enumerate(grid[:_TITLE_ROWS]):
        if _filled(row) >= wanted:
            return index
    return next(index for index, row in enumerate(grid) if _filled(row))


def read_parquet(blob: Blob) -> RowFile:
    """Open a Parquet file; structs become dotted names, lists of words one text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with blob.open() as stream:
        data = stream.read() if not hasattr(stream, "name") or not isinstance(stream.name, str) else None
        source: Any = pa.BufferReader(data) if data is not None else stream.name
    try:
        opened = pq.ParquetFile(source)
        names = opened.schema_arrow.names
        nested = [field.name for field in opened.schema_arrow if pa.types.is_nested(field.type)]
    except (pa.ArrowInvalid, OSError) as error:
        raise UndertoneError(f"{blob.name} is not a Parquet file: {error}.", "Write it again.") from error

    def rows() -> Iterator[Row]:
        number = 0
        for batch in pq.ParquetFile(source).iter_batches(batch_size=2_000):
            columns = [_values(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                found = dict(zip(names, cells, strict=True))
                yield Row(number, flatten(found) if nested else found)

    headers: dict[str, None] = {}
    for index, row in enumerate(rows()):
        headers.update(dict.fromkeys(row.cells))
        if index >= (500 if nested else 0):
            break
    return RowFile("parquet", tuple(headers) or tuple(names), rows)


def _values(column: Any) -> list[Any]:
    """Python values of an Arrow column; nanosecond times are cut to the microsecond, as Python's are."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    values: list[Any] = column.to_pylist()
    return [v if not isinstance(v, bytes) else v.decode("utf-8", "replace") for v in values]
