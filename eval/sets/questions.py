"""The labelled questions: what people ask, and what a right answer holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyst.core.errors import UndertoneError
from eval.sets.lines import LABELLED, read_lines

LATER = "dev2.jsonl"  # questions of dev that were written later
KINDS = ("answer", "ask_back", "declined")
EXPECTED = {
    "metric", "window", "baseline", "where", "sides", "band", "moving", "screen", "signal", "theme", "topic", "limit"
}  # fmt: skip
FACTS = {"numbers", "names", "themes", "quotes"}


@dataclass(frozen=True)
class Question:
    """`kinds` and `intents` are those that would be right; `declined` the kinds of why, empty for any.

    `expect` is what the plan must hold and `facts` what the answer must rest on (eval/labelled/questions/README.md).
    """

    question_id: str
    text: str
    kinds: tuple[str, ...]
    intents: tuple[str, ...]
    declined: tuple[str, ...]
    expect: Mapping[str, Any]
    facts: Mapping[str, Any]
    tags: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether an answer may be right; the others must be declined or asked back."""
        return "answer" in self.kinds


def read_questions(split: str, folder: Path | None = None) -> list[Question]:
    """The questions of `split`: dev, with its later ones, or test.

    Raises UndertoneError for a missing file or a line that is wrong.
    """
    home = folder or LABELLED / "questions"
    paths = [home / f"{split}.jsonl", *([home / LATER] if split == "dev" and (home / LATER).exists() else [])]
    names = ("id", "text", "kind", "intent", "expect", "facts", "tags")
    return [_question(row, path) for path in paths for row in read_lines(path, names)]


def _question(row: Mapping[str, Any], path: Path) -> Question:
    kinds = listed(row["kind"])
    unknown = [*(k for k in kinds if k not in KINDS), *(set(row["expect"]) - EXPECTED), *(set(row["facts"]) - FACTS)]
    if unknown or not kinds:
        said = ", ".join(unknown) or "no kind"
        raise UndertoneError(f"Question {row['id']} of {path} has {said}.", "See eval/labelled/questions/README.md.")
    return Question(
        row["id"],
        row["text"],
        kinds,
        listed(row["intent"]),
        listed(row.get("declined")),
        row["expect"],
        row["facts"],
        tuple(row["tags"]),
    )


def listed(value: Any) -> tuple[Any, ...]:
    """A value that may stand alone or in a list, as a tuple; nothing gives an empty one."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)
