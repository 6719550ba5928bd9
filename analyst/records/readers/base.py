"""What every reader hands over: rows of named cells with the line they stood on, and notes on the reading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

_TAGS = re.compile(r"<[^<>]{1,80}>")
_INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u2060\u00ad\x00]")
_SAMPLE = 2_000


class Row(NamedTuple):
    """One row: the line (or record) it starts on, its cells by header, and why it cannot be read, if so."""

    line: int
    cells: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True)
class RowFile:
    """An opened file. `rows` begins anew each time it is called, so that a file may be read twice."""

    format: str
    headers: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    notes: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None

    def sample(self, limit: int = _SAMPLE) -> list[Row]:
        """The first readable rows."""
        return list(islice((row for row in self.rows() if not row.problem), limit))

    def noting(self, *notes: str) -> RowFile:
        """The same file with more notes."""
        return replace(self, notes=self.notes + notes)


def clean_headers(raw: list[Any]) -> list[str]:
    """Headers without tags, invisible characters and doubles; unnamed columns are called `column N`."""
    cleaned: list[str] = []
    seen: dict[str, int] = {}
    for index, value in enumerate(raw, start=1):
        text = _INVISIBLE.sub("", _TAGS.sub("", "" if value is None else str(value)))
        text = " ".join(text.split()) or f"column {index}"
        seen[text] = seen.get(text, 0) + 1
        cleaned.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return cleaned
