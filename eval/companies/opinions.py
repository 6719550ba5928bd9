"""A company's found themes beside the true ones, opinion by opinion."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analyst.sample.catalogue import THEMES
from eval.measures.themes import (
    adjusted_mutual_information,
    adjusted_rand_index,
    b_cubed,
    coverage,
    label_coverage,
    majority_names,
    mapped_f1,
    stability,
)

if TYPE_CHECKING:
    from analyst.runs.view import View

UNASSIGNED = "unassigned"


@dataclass(frozen=True)
class Matched:
    """`pairs`: (true theme, found theme) of every true opinion; `true_sets` and `found_sets`: the themes of each
    comment; `moods`: whether the sentiment is right where both sides see one; `states` of all found opinions; `labels`
    of the found themes that are about something."""

    pairs: list[tuple[str, str]]
    true_sets: list[set[str]]
    found_sets: list[set[str]]
    moods: list[bool]
    states: list[str]
    labels: list[str]

    @property
    def names(self) -> Mapping[str, str]:
        """The true theme that most opinions of each found theme belong to."""
        return majority_names(self.pairs)


def match(view: View, truth: Path) -> Matched:
    """Lay the run's opinions over those of `truth/opinions.csv`: a true opinion has the theme of the found one that
    shares most characters with it, and is unassigned where none does."""
    rows = view.connection.execute(
        """
        SELECT r.source_id, o.start, o."end", coalesce(o.theme_id, 'unassigned'), o.state, o.sentiment
        FROM opinions o JOIN responses r USING (response_id) WHERE o.field = 'text'
        """
    ).fetchall()
    ours: dict[str, list[tuple[int, int, str, str]]] = defaultdict(list)
    for source_id, start, end, theme, _, sentiment in rows:
        ours[source_id].append((start, end, theme, sentiment))
    pairs: list[tuple[str, str]] = []
    moods: list[bool] = []
    true_sets: dict[str, set[str]] = defaultdict(set)
    with (truth / "opinions.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            true_sets[row["response_id"]].add(row["theme"])
            theme, mood = _overlapping(ours.get(row["response_id"], []), int(row["start"]), int(row["end"]))
            pairs.append((row["theme"], theme))
            if row["sentiment"] in "+-" and mood in ("positive", "negative"):
                moods.append((row["sentiment"] == "+") == (mood == "positive"))
    documents = sorted(true_sets)
    labels = view.connection.execute("SELECT label, kind FROM themes ORDER BY theme_id").fetchall()
    return Matched(
        pairs,
        [true_sets[d] for d in documents],
        [{theme for *_, theme, _ in ours.get(d, [])} - {UNASSIGNED} for d in documents],
        moods,
        [row[4] for row in rows],
        [label for label, kind in labels if kind != "system"],
    )


def _overlapping(opinions: list[tuple[int, int, str, str]], start: int, end: int) -> tuple[str, str]:
    """Theme and sentiment of the opinion that shares most characters with the span."""
    shared = [(min(o[1], end) - max(o[0], start), o) for o in opinions]
    best = max((s for s in shared if s[0] > 0), key=lambda s: s[0], default=None)
    return (best[1][2], best[1][3]) if best is not None else (UNASSIGNED, "unknown")


def theme_values(matched: Matched) -> dict[str, float]:
    """The measures of the themes, every true opinion scored, unplaced ones as a theme of their own."""
    true, found = [pair[0] for pair in matched.pairs], [pair[1] for pair in matched.pairs]
    subjects = {t.name: t.description for t in THEMES if t.kind == "subject" and t.name in set(true)}
    return {
        "theme_ami": adjusted_mutual_information(true, found),
        "theme_ari": adjusted_rand_index(true, found),
        "theme_b_cubed": b_cubed(true, found).f1,
        "theme_mapped_f1": mapped_f1(matched.true_sets, matched.found_sets),
        "theme_coverage": coverage(matched.states),
        "label_coverage": label_coverage(subjects, matched.labels),
        "sentiment_right": sum(matched.moods) / len(matched.moods) if matched.moods else float("nan"),
    }


def placed(view: View) -> dict[tuple[str, int, int], str]:
    """The found theme of every opinion of a comment, by the comment's id in its file and the opinion's place in it."""
    rows = view.connection.execute(
        """
        SELECT r.source_id, o.start, o."end", coalesce(o.theme_id, 'unassigned')
        FROM opinions o JOIN responses r USING (response_id) WHERE o.field = 'text'
        """
    ).fetchall()
    return {(source_id, start, end): theme for source_id, start, end, theme in rows}


def alike(first: View, second: View) -> float:
    """How alike two runs on the same comments place their common opinions (see measures.stability)."""
    one, two = placed(first), placed(second)
    both = sorted(set(one) & set(two))
    return stability([one[key] for key in both], [two[key] for key in both])
