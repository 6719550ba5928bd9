"""Reading the labelled files: JSON a line, or tab-separated, each fault said with its file and line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from analyst.core.errors import UndertoneError

LABELLED = Path(__file__).resolve().parent.parent / "labelled"


def read_lines(path: Path, needed: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The JSON objects of `path`, one a line, each with the `needed` keys.

    Raises UndertoneError naming the file and the line where it is missing, not JSON, or lacks a key.
    """
    wanted = set(needed)
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise UndertoneError(f"Line {number} of {path} is not JSON: {error.msg}.", "Mend or remove it.") from error
        missing = wanted - set(row) if isinstance(row, dict) else wanted
        if missing:
            raise UndertoneError(f"Line {number} of {path} lacks {', '.join(sorted(missing))}.", "Add it.")
        yield row


def read_table(path: Path, header: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The rows of a tab-separated file that begins with `header`. Raises UndertoneError for another header or width."""
    lines = _text(path).splitlines()
    if not lines or tuple(lines[0].split("\t")) != header:
        raise UndertoneError(f"{path} does not begin with {' '.join(header)}.", "Its first line names the columns.")
    for number, line in enumerate(lines[1:], start=2):
        cells = tuple(line.split("\t"))
        if len(cells) != len(header):
            raise UndertoneError(f"Line {number} of {path} has {len(cells)} columns, not {len(header)}.", "Mend it.")
        yield cells


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line, in UTF-8, keys in the order given: the same rows give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UndertoneError(f"There is no {path}.", "The labelled set lies in eval/labelled.") from error
    except UnicodeDecodeError as error:
        raise UndertoneError(f"{path} is not UTF-8.", "Save it as UTF-8.") from error
