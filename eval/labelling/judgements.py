"""Judgements, kept as an append-only file in the workspace: ids and answers, never a word of any comment.

One line a judgement, the last one about a thing by one person counts; an undo is a line too. Whoever stops goes on
where they were, and two people judge the same sample without seeing each other's answers.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal, cast

from analyst.core.errors import UndertoneError

FILE = "judgements.jsonl"
Kind = Literal["opinion", "fix"]
Verdict = Literal["right", "wrong", "unsure", "skipped", "undone"]
KINDS = ("opinion", "fix")
VERDICTS = ("right", "wrong", "unsure", "skipped", "undone")
NO_THEME = ""  # belongs to no theme
UNKNOWN = None  # is wrong, and which one would be right was not said


@dataclass(frozen=True)
class Judgement:
    """What `who` said of an opinion or a fix at `at` (ISO time).

    Of an opinion: `shown` is the theme it was in (empty for none), `verdict` whether that is right, and `theme` the
    right one (empty for none, None where it was not said); `stratum` and `size` are what it was drawn from. Of a fix:
    `shown` is the question (2026-W46, or 2026-W46 plan=pro), `grade` 0..3 and `verdict` right from grade 2 on.
    `note` is what the judge wrote beside it.
    """

    kind: Kind
    id: str
    who: str
    verdict: Verdict
    at: str
    shown: str = ""
    theme: str | None = None
    grade: int | None = None
    stratum: str = ""
    size: int = 0
    run: str = ""
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is about, and who said it: a later one about the same takes its place."""
        return self.kind, self.id, self.shown if self.kind == "fix" else "", self.who

    @property
    def counts(self) -> bool:
        """Whether it says something: right, wrong or a grade."""
        return self.verdict in ("right", "wrong")


COLUMNS = tuple(field.name for field in fields(Judgement))


def append(path: Path, judgement: Judgement) -> None:
    """Add a line, flushed at once, so that stopping at any moment loses nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(asdict(judgement), ensure_ascii=False) + "\n")


def read(path: Path) -> list[Judgement]:
    """The judgements that stand, in the order they were first made: later ones replace, undone ones are gone.

    Empty where nothing was judged. Raises UndertoneError for a line that is none, naming it; a last line that a
    killed writer left half is passed over.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    standing: dict[tuple[str, str, str, str], Judgement] = {}
    for number, line in enumerate(lines, start=1):
        try:
            one = _checked(json.loads(line), f"line {number} of {path}")
        except json.JSONDecodeError as error:
            if number == len(lines):
                continue
            raise UndertoneError(f"Line {number} of {path} is not JSON.", "Remove the line.") from error
        if one.verdict == "undone":
            standing.pop(one.key, None)
        else:
            standing[one.key] = one
    return list(standing.values())


def of(judgements: Iterable[Judgement], kind: Kind, who: str | None = None) -> list[Judgement]:
    """Those of a kind, and of one person where one is named."""
    return [one for one in judgements if one.kind == kind and who in (None, one.who)]


def write_csv(path: Path, judgements: Iterable[Judgement]) -> int:
    """The judgements as CSV, one a row with a header; how many. A missing value is an empty cell, no theme is `-`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        for one in judgements:
            number += 1
            row = asdict(one)
            writer.writerow({**row, "theme": "-" if one.theme == NO_THEME else row["theme"]})
    return number


def read_csv(path: Path) -> list[Judgement]:
    """Judgements from a CSV with at least the columns kind, id, who and verdict.

    Raises UndertoneError for a missing file or column, or a row with a value that is none.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
    except FileNotFoundError as error:
        raise UndertoneError(
            f"There is no {path}.", "Name a file that `undertone eval label --export` wrote."
        ) from error
    missing = {"kind", "id", "who", "verdict"} - set(rows[0] if rows else COLUMNS)
    if missing:
        raise UndertoneError(f"{path} lacks the columns {', '.join(sorted(missing))}.", "Keep the header as exported.")
    return [_checked(_typed(row), f"row {number} of {path}") for number, row in enumerate(rows, start=2)]


def _typed(row: Mapping[str, str | None]) -> dict[str, object]:
    found: dict[str, object] = {name: row.get(name) or "" for name in COLUMNS}
    theme = found["theme"]
    found["theme"] = UNKNOWN if theme == "" else NO_THEME if theme == "-" else theme
    found["grade"] = found["grade"] or None
    found["size"] = found["size"] or 0
    return found


def _checked(row: object, place: str) -> Judgement:
    if not isinstance(row, dict) or row.get("kind") not in KINDS or row.get("verdict") not in VERDICTS:
        raise UndertoneError(f"In {place} is no judgement.", f"kind is one of {', '.join(KINDS)}; verdict one of "
                             f"{', '.join(VERDICTS)}.")  # fmt: skip
    try:
        grade = None if row.get("grade") is None else int(row["grade"])
        size = int(row.get("size") or 0)
    except (TypeError, ValueError) as error:
        raise UndertoneError(f"In {place} grade or size is no number.", "A grade is 0 to 3.") from error
    if (grade is not None and not 0 <= grade <= 3) or not row.get("id") or not row.get("who"):
        raise UndertoneError(f"In {place} is no judgement.", "id and who are needed; a grade is 0 to 3.")
    theme = row.get("theme")
    return Judgement(
        cast(Kind, row["kind"]),
        str(row["id"]),
        str(row["who"]),
        cast(Verdict, row["verdict"]),
        str(row.get("at") or ""),
        str(row.get("shown") or ""),
        None if theme is None else str(theme),
        grade,
        str(row.get("stratum") or ""),
        size,
        str(row.get("run") or ""),
        str(row.get("note") or ""),
    )
