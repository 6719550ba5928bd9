"""What an evaluation yields: rows of values under the names of measures. Everything else is made from them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from analyst.core.progress import Progress
from eval.companies.manifest import CompanyEntry, Split
from eval.significance import Interval, Sums, mean_interval

if TYPE_CHECKING:
    from eval.analysts import Analyst

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Measure:
    """A measure: its name in files, what it means in a line, which way is better, and whether it takes part in
    comparisons and gates (`reference` ones, such as those of rival rankers, only stand beside)."""

    name: str
    meaning: str
    better: Better = "higher"
    reference: bool = False


@dataclass(frozen=True)
class Row:
    """One thing measured: a company's themes, one movement, one query, one question.

    `cluster` names what its rows share (a company, a question). `values` maps a measure to (value, weight); a value of
    NaN was looked for and could not be told: it is counted, not averaged. `details` are for people to read.
    """

    suite: str
    kind: str
    row: str
    cluster: str
    values: Mapping[str, tuple[float, float]]
    details: Mapping[str, Any] = field(default_factory=dict)
    split: str = ""


@dataclass(frozen=True)
class Options:
    """How a suite is to be run, on one split. `keep` is the folder where made companies stay for the next time, `cache`
    lends exported models and vectors; `entries`, where given, are the companies to measure instead of the split's."""

    split: Split
    analyst: Analyst
    keep: Path
    cache: Path | None = None
    entries: tuple[CompanyEntry, ...] = ()


class Suite(Protocol):
    """Something that can be measured. `rows` yields them as they are done."""

    @property
    def name(self) -> str:
        """Its name on the command line and in files."""
        ...

    @property
    def title(self) -> str:
        """Its name for people."""
        ...

    @property
    def measures(self) -> Sequence[Measure]:
        """What its rows may hold, the most telling first."""
        ...

    def rows(self, options: Options, progress: Progress) -> Iterator[Row]: ...

    def fingerprint(self) -> str:
        """A hash of the data that it measures against."""
        ...


@dataclass(frozen=True)
class Summary:
    """A measure over the rows of one split. `untold` rows held no value: they are counted, not averaged."""

    suite: str
    split: str
    measure: Measure
    interval: Interval
    untold: int


def value(number: float | None, weight: float = 1.0) -> tuple[float, float]:
    """A row's value under its weight; None becomes one that is counted and not averaged."""
    return (math.nan, 0.0) if number is None or math.isnan(number) else (float(number), float(weight))


def summaries(suite: str, measures: Iterable[Measure], rows: Sequence[Row]) -> list[Summary]:
    """Each measure over the rows of each split with its interval, in the order given; those that no row holds are left
    out."""
    found = []
    for split in sorted({row.split for row in rows if row.suite == suite}):
        mine = [row for row in rows if row.suite == suite and row.split == split]
        for measure in measures:
            held = [row.values[measure.name] for row in mine if measure.name in row.values]
            if not held:
                continue
            told = sum(not math.isnan(number) for number, _ in held)
            interval = mean_interval(cluster_sums(mine, measure.name), told)
            found.append(Summary(suite, split, measure, interval, len(held) - told))
    return found


def cluster_sums(rows: Iterable[Row], measure: str) -> dict[str, Sums]:
    """Of each cluster the sums of value times weight and of weight."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in rows:
        number, weight = row.values.get(measure, (math.nan, 0.0))
        if not math.isnan(number) and weight > 0:
            sums[row.cluster][0] += number * weight
            sums[row.cluster][1] += weight
    return {cluster: (total, weight) for cluster, (total, weight) in sums.items()}
