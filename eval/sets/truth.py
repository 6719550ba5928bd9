"""What a sample company's truth says of a run's themes and responses."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analyst.core.errors import UndertoneError

if TYPE_CHECKING:
    from analyst.runs.view import View


@dataclass(frozen=True)
class Truth:
    """`true_of` is the true theme that most opinions of a found theme have; `homes` the found theme that holds most of
    a true theme's opinions; `spoken` the true themes of each response and `source` its id in the raw file, both by the
    id that the run gave it; `labels` the label of each found theme.
    """

    true_of: Mapping[str, str]
    homes: Mapping[str, str]
    spoken: Mapping[str, frozenset[str]]
    source: Mapping[str, str]
    labels: Mapping[str, str]

    def means(self, theme_id: str, true: str) -> bool:
        """Whether the found theme stands for the true one."""
        return self.true_of.get(theme_id) == true or self.homes.get(true) == theme_id


def read_truth(view: View, folder: Path | None = None) -> Truth:
    """The truth of the company in `view`, from `folder` (the workspace's sample-truth where none is given).

    Raises UndertoneError where there is none: only a generated company has a truth.
    """
    path = (folder or view.settings.workspace / "sample-truth") / "opinions.csv"
    if not path.exists():
        raise UndertoneError(f"There is no {path}.", "Only a company made by `undertone demo` has a known truth.")
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    source: dict[str, str] = {}
    for response_id, source_id, start, end, theme in view.connection.execute(
        """
        SELECT r.response_id, r.source_id, o.start, o."end", o.theme_id
        FROM responses r LEFT JOIN opinions o ON o.response_id = r.response_id AND o.field = 'text'
        """
    ).fetchall():
        source[response_id] = source_id
        if theme is not None:
            found[source_id].append((start, end, theme))
    pairs: Counter[tuple[str, str]] = Counter()
    spoken: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            start, end, true = int(row["start"]), int(row["end"]), row["theme"]
            spoken[row["response_id"]].add(true)
            near = max(found.get(row["response_id"], []), key=lambda o: min(o[1], end) - max(o[0], start), default=None)
            if near is not None:
                pairs[near[2], true] += 1
    return Truth(
        _most(pairs, by=0),
        _most(pairs, by=1),
        {ours: frozenset(spoken.get(theirs, ())) for ours, theirs in source.items()},
        source,
        dict(view.connection.execute("SELECT theme_id, label FROM themes").fetchall()),
    )


def _most(pairs: Counter[tuple[str, str]], by: int) -> dict[str, str]:
    """For each first (or second) of the pairs, the other that it is most often with; ties to the first by name."""
    best: dict[str, tuple[int, str]] = {}
    for pair, number in sorted(pairs.items()):
        if number > best.get(pair[by], (0, ""))[0]:
            best[pair[by]] = (number, pair[1 - by])
    return {key: other for key, (_, other) in best.items()}
