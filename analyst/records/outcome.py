"""What became of an import: the refused rows, the warnings, and the report that people read."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from analyst.core.errors import EXIT_PARTLY_DONE
from analyst.records.cells import neutralised
from analyst.records.guess import Mapped


@dataclass(frozen=True)
class Refused:
    """Why a row did not come in: its line, the column at fault (may be empty), the reason, the row itself."""

    line: int
    column: str
    reason: str
    cells: dict[str, Any]


@dataclass(frozen=True)
class ImportReport:
    """What was read, mapped, written and refused. Every row read is new, replaced, unchanged, duplicate or refused.

    For sessions, `read` counts lines and the others count sessions.
    """

    file: str
    source: str
    record: str
    import_id: str
    read: int = 0
    new: int = 0
    replaced: int = 0
    unchanged: int = 0
    duplicates: int = 0
    refused: int = 0
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    mapping: tuple[Mapped, ...] = ()
    segments: tuple[str, ...] = ()
    kind: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    refusals_path: str | None = None
    reasons: dict[str, int] = field(default_factory=dict)  # reason of refusal -> rows

    @property
    def exit_code(self) -> int:
        """0, or 4 when rows were refused."""
        return EXIT_PARTLY_DONE if self.refused else 0

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values for JSON."""
        return {**asdict(self), "exit_code": self.exit_code}


class Warnings:
    """Counts what happened more than once, with the first line on which it did."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int, str]] = {}

    def add(self, template: str, line: int, example: str = "") -> None:
        """Count one case of `template`, a sentence with {n}."""
        count, first, shown = self._seen.get(template, (0, line, example))
        self._seen[template] = (count + 1, first, shown)

    def sentences(self) -> tuple[str, ...]:
        """One sentence each: how often, and where first."""
        found = []
        for template, (count, line, example) in self._seen.items():
            where = f" (first: line {line}{f', {example[:60]!r}' if example else ''})"
            found.append(template.replace("{n}", f"{count:,}") + where + ".")
        return tuple(found)


class Refusals:
    """Writes refused rows beside their reasons; the file is made with the first of them."""

    def __init__(self, folder: Path, import_id: str, file: str, headers: Sequence[str]) -> None:
        self._path = folder / f"{import_id}-refused.csv"
        self._file, self._headers = file, list(headers)
        self._handle: TextIO | None = None
        self._writer: Any = None
        self.reasons: dict[str, int] = {}

    @property
    def count(self) -> int:
        """Rows refused so far."""
        return sum(self.reasons.values())

    @property
    def path(self) -> str | None:
        """Where the refused rows are, or None when there is none."""
        return str(self._path) if self._handle is not None else None

    def add(self, refused: Refused) -> None:
        """Write one refused row."""
        if self._handle is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Refused rows hold what the file held, personal data included: for the owner's eyes only.
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._handle = os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._handle)
            self._writer.writerow(["file", "line", "column", "reason", *map(neutralised, self._headers)])
        kind = refused.reason.split(":")[0]
        self.reasons[kind] = self.reasons.get(kind, 0) + 1
        cells = [refused.cells.get(header) for header in self._headers]
        extra = [value for name, value in refused.cells.items() if name not in self._headers]
        row = [self._file, refused.line, refused.column, refused.reason, *cells, *extra]
        self._writer.writerow([row[1] if i == 1 else neutralised(v) for i, v in enumerate(row)])

    def close(self) -> None:
        """Put everything on disk."""
        if self._handle is not None:
            self._handle.close()
