"""The labelled opinions: pieces of comments with theme, sentiment and screen, by two labellers and as decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analyst.core.errors import UndertoneError
from analyst.sample.catalogue import SCREENS, THEMES
from eval.sets.lines import LABELLED, read_lines

OPINION_THEMES = frozenset({theme.name for theme in THEMES} | {"none", "other"})
SENTIMENTS = frozenset("+-0")
OPINION_SCREENS = frozenset(SCREENS) | {""}
ASPECTS = ("theme", "sentiment", "screen")


@dataclass(frozen=True)
class LabelledOpinion:
    """The piece [start, end) (code points) of the comment of `response_id` as redacted.

    `labels` holds each labeller's theme, sentiment and screen; `decided` says of each whether both gave it or the
    company's truth decided. `weight` is how many opinions it stands for: uncertain ones were drawn more often.
    """

    opinion_id: str
    response_id: str
    start: int
    end: int
    text: str
    theme: str
    sentiment: str
    screen: str
    weight: float
    labels: Mapping[str, Mapping[str, str]]
    decided: Mapping[str, str]


def read_opinions(split: str, folder: Path | None = None) -> list[LabelledOpinion]:
    """The labelled opinions of `split` (dev or test). Raises UndertoneError for a missing file or a wrong line."""
    path = (folder or LABELLED / "opinions") / f"{split}.jsonl"
    needed = (
        "id",
        "response",
        "start",
        "end",
        "opinion",
        "theme",
        "sentiment",
        "screen",
        "weight",
        "labels",
        "decided",
    )
    found = []
    for row in read_lines(path, needed):
        bad = unknown_labels(row)
        if bad:
            raise UndertoneError(f"Opinion {row['id']} of {path} has {bad}.", "See eval/labelled/guidelines.md.")
        found.append(
            LabelledOpinion(
                row["id"],
                row["response"],
                int(row["start"]),
                int(row["end"]),
                row["opinion"],
                row["theme"],
                row["sentiment"],
                row["screen"],
                float(row["weight"]),
                row["labels"],
                row["decided"],
            )
        )
    return found


def unknown_labels(row: Mapping[str, str]) -> str:
    """Which of theme, sentiment and screen is none that the guidelines know, in words; empty where all are."""
    known = {"theme": OPINION_THEMES, "sentiment": SENTIMENTS, "screen": OPINION_SCREENS}
    return ", ".join(f"the {name} '{row[name]}'" for name in ASPECTS if row[name] not in known[name])
