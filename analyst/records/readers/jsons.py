"""JSON and JSON lines: the list of records is found wherever the wrapper hides it; nesting becomes dotted names."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from analyst.core.errors import UndertoneError
from analyst.records.readers.base import Row, RowFile
from analyst.records.readers.container import Blob
from analyst.records.readers.encoding import sniff

WRAPPERS = ("data", "results", "items", "responses", "conversations", "tickets", "nodes", "rows", "records", "feedback")
_DEPTH = 4
_HEADER_ROWS = 5_000
_WHOLE_LIMIT = 512 * 2**20  # a JSON document is parsed in one piece; lines have no such limit


def flatten(value: dict[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """Nested objects as dotted names; lists of words joined by "; "; lists of name/value pairs as names."""
    flat: dict[str, Any] = {}
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, dict) and depth < 8:
            flat.update(flatten(item, f"{name}.", depth + 1))
        elif isinstance(item, list):
            flat.update(_flatten_list(name, item))
        else:
            flat[name] = item
    return flat


def _flatten_list(name: str, items: list[Any]) -> dict[str, Any]:
    if not items:
        return {name: None}
    if all(isinstance(item, dict) and "value" in item for item in items):
        label = next((key for key in ("name", "key", "label", "id") if all(key in item for item in items)), None)
        if label:
            return {f"{name}.{item[label]}": _scalar(item["value"]) for item in items}
    return {name: _scalar(items)}


def _scalar(value: Any) -> Any:
    if isinstance(value, list) and all(not isinstance(item, dict | list) for item in value):
        return "; ".join(str(item) for item in value if item is not None)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def read_json(blob: Blob) -> RowFile:
    """Open a JSON document; lines of JSON under a .json name are recognised."""
    text, notes, encoding = _text(blob)
    try:
        documents = list(_documents(text))
    except ValueError as error:
        raise UndertoneError(
            f"{blob.name} is not JSON: {error}.",
            "If it holds one JSON value a line, name it .jsonl; otherwise export it again.",
        ) from error
    records: list[dict[str, Any]] = []
    for document in documents:
        records += find_records(document)
    if not records:
        raise UndertoneError(f"{blob.name} holds no list of records.", "Export a list of objects.")
    flat = [flatten(record) for record in records]
    return RowFile("json", _headers(iter(flat)), lambda: _numbered(flat), notes, encoding)


def _numbered(flat: list[dict[str, Any]]) -> Iterator[Row]:
    return (Row(index, cells) for index, cells in enumerate(flat, start=1))


def _text(blob: Blob) -> tuple[str, tuple[str, ...], str]:
    with blob.open() as stream:
        encoding = sniff(stream)
    with blob.open() as stream:
        data = stream.read(_WHOLE_LIMIT + 1)
    if len(data) > _WHOLE_LIMIT:
        raise UndertoneError(f"{blob.name} is too large for one JSON document.", "Export it as JSON lines (.jsonl).")
    notes = [] if encoding.name == "utf-8" else [f"Read as {encoding.shown}: {encoding.why}."]
    if encoding.nuls:
        notes.append(f"{encoding.nuls} NUL characters were dropped.")
    text = data.decode(encoding.name, errors=encoding.errors).replace("\x00", "")
    return text.removeprefix("\ufeff"), tuple(notes), encoding.shown


def _documents(text: str) -> Iterator[Any]:
    """Every JSON value in the text: pages of an API are often written one after the other."""
    decoder = json.JSONDecoder(strict=False)
    at, end = 0, len(text)
    while True:
        while at < end and text[at] in " \t\r\n,\x1e":
            at += 1
        if at >= end:
            return
        value, at = decoder.raw_decode(text, at)
        yield value


def find_records(document: Any, depth: int = 0) -> list[dict[str, Any]]:
    """The list of objects in a document: bare, or under a usual wrapper name up to four levels down.

    An object without such a list is itself the one record.
    """
    if isinstance(document, list):
        found: list[dict[str, Any]] = []
        for item in document:
            if isinstance(item, dict):
                found.append(item)
        return found
    if not isinstance(document, dict):
        return []
    if depth < _DEPTH:
        for name in WRAPPERS:
            inner = document.get(name)
            if isinstance(inner, list) and any(isinstance(item, dict) for item in inner):
                return find_records(inner, depth + 1)
            if isinstance(inner, dict):
                deeper = find_records(inner, depth + 1)
                if deeper and deeper != [inner]:
                    return deeper
    return [document]


def _headers(records: Iterator[dict[str, Any]]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for index, record in enumerate(records):
        names.update(dict.fromkeys(record))
        if index >= _HEADER_ROWS:
            break
    return tuple(names)


def read_json_lines(blob: Blob) -> RowFile:
    """Open a file with one JSON object a line."""
    with blob.open() as stream:
        encoding = sniff(stream)
    notes = [] if encoding.name == "utf-8" else [f"Read as {encoding.shown}: {encoding.why}."]
    if encoding.nuls:
        notes.append(f"{encoding.nuls} NUL characters were dropped.")

    def rows() -> Iterator[Row]:
        with io.TextIOWrapper(blob.open(), encoding=encoding.name, errors=encoding.errors) as lines:
            for number, line in enumerate(lines, start=1):
                text = line.replace("\x00", "").strip().removeprefix("\ufeff").rstrip(",")
                if text in ("", "[", "]"):
                    continue
                try:
                    found = json.loads(text, strict=False)
                except (ValueError, RecursionError) as error:
                    yield Row(number, {"": text[:2000]}, f"not JSON: {error}")
                    continue
                records = find_records(found)
                if not records:
                    yield Row(number, {"": text[:2000]}, "not a JSON object")
                for record in records:
                    yield Row(number, flatten(record))

    headers = _headers(row.cells for row in rows() if not row.problem)
    if not headers:
        raise UndertoneError(f"{blob.name} holds no JSON object.", "Write one JSON object a line.")
    return RowFile("jsonl", headers, rows, tuple(notes), encoding.shown)
