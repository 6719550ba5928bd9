"""Is one run of the evaluation better than another: measure by measure, over the rows that both have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.measures.ranking import rank_biased_overlap
from eval.results import Measure, Row, cluster_sums
from eval.runs import EvalRun
from eval.significance import TIE, Difference, paired_difference

LEVEL = 0.05
Word = Literal["better", "worse", "cannot tell", "the same"]


@dataclass(frozen=True)
class Compared:
    """One measure of two runs: the new minus the old one, and what may be said of it."""

    suite: str
    measure: Measure
    new: float
    old: float
    difference: Difference
    word: Word


def compare(new: EvalRun, old: EvalRun, *, reference: bool = False) -> list[Compared]:
    """Every measure that both runs have, over their common rows, whatever the split.

    Better or worse is said where the interval of the difference lies on one side of zero and the sign-flip test gives
    p < 0.05; the same where no row differs; all else cannot be told. Several measures are looked at and nothing
    corrects for that: of twenty, one may differ by chance.
    """
    found = []
    for suite, measures in new.measures.items():
        pairs = _pairs(new, old, suite)
        for measure in measures:
            held = [(a, b) for a, b in pairs if measure.name in a.values and measure.name in b.values]
            held = [(a, b) for a, b in held if not _untold(a, measure) and not _untold(b, measure)]
            if held and (reference or not measure.reference):
                found.append(_compared(suite, measure, held))
    return found


def _pairs(new: EvalRun, old: EvalRun, suite: str) -> list[tuple[Row, Row]]:
    before = {row.row: row for row in old.rows_of(suite)}
    return [(row, before[row.row]) for row in new.rows_of(suite) if row.row in before]


def _untold(row: Row, measure: Measure) -> bool:
    number, weight = row.values[measure.name]
    return math.isnan(number) or weight <= 0


def _compared(suite: str, measure: Measure, pairs: Sequence[tuple[Row, Row]]) -> Compared:
    ours, theirs = cluster_sums((a for a, _ in pairs), measure.name), cluster_sums((b for _, b in pairs), measure.name)
    values = [(a.values[measure.name][0], b.values[measure.name][0]) for a, b in pairs]
    difference = paired_difference(ours, theirs, values)
    means = [sum(s for s, _ in sums.values()) / sum(w for _, w in sums.values()) for sums in (ours, theirs)]
    same = all(abs(a - b) <= TIE for a, b in values)
    word = "the same" if same else word_of(measure, difference)
    return Compared(suite, measure, means[0], means[1], difference, word)


def word_of(measure: Measure, difference: Difference) -> Word:
    """What may be said of a difference; a difference in cannot-be-told ends says nothing."""
    if math.isnan(difference.low) or difference.p >= LEVEL or difference.low <= 0 <= difference.high:
        return "cannot tell"
    return "better" if (difference.difference > 0) == (measure.better == "higher") else "worse"


@dataclass(frozen=True)
class Rival:
    """A reference measure beside ours, and ours minus it over the same rows."""

    measure: Measure
    mean: float
    difference: Difference


def rivals(run: EvalRun, suite: str, ours: str, split: str) -> list[Rival]:
    """The reference measures of a suite on one split, the best first."""
    rows = run.rows_of(suite, split)
    found = []
    for measure in run.measures.get(suite, ()):
        held = [row for row in rows if measure.reference and measure.name in row.values and ours in row.values]
        held = [row for row in held if not _untold(row, measure) and row.values[ours][1] > 0]
        if held:
            a, b = cluster_sums(held, ours), cluster_sums(held, measure.name)
            values = [(row.values[ours][0], row.values[measure.name][0]) for row in held]
            mean = sum(s for s, _ in b.values()) / sum(w for _, w in b.values())
            found.append(Rival(measure, mean, paired_difference(a, b, values)))
    return sorted(found, key=lambda rival: (-rival.mean, rival.measure.name))


def rank_stability(new: EvalRun, old: EvalRun) -> dict[str, float]:
    """Rank-biased overlap (p = .9) of the two runs' rankings of fixes, by row; 1 where the lists are the same."""
    found = {}
    for suite in new.measures:
        for a, b in _pairs(new, old, suite):
            first, second = a.details.get("ranking"), b.details.get("ranking")
            if first is not None and second is not None and (first or second):
                found[a.row] = rank_biased_overlap(first, second)
    return found
