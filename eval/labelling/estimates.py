"""What judgements of opinions say of each theme: precision, recall, how sure, and how many more would settle it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analyst.metrics.intervals import wilson
from eval.agreement import Agreement, agreement
from eval.labelling.judgements import NO_THEME, Judgement, of

BAR = 0.8
LEAST = 8  # judgements of a theme below which nothing is settled, whatever the interval says
MOST = 5000  # more judgements than that are not proposed
Settled = Literal["yes", "no", "open"]


@dataclass(frozen=True)
class Share:
    """An estimated share (0..1) with its 95 % interval and how many judgements it rests on; NaN where on none.

    Unequal weights are allowed for by Kish's effective number, inside Wilson's interval.
    """

    value: float
    low: float
    high: float
    n: int
    effective: float


@dataclass(frozen=True)
class ThemeQuality:
    """Precision of a theme (of what is in it, what belongs there) and recall (of what belongs there, what is in it).

    `above` says whether its precision is above the bar: yes, no, or open; then `more` is about how many further
    judgements of this theme would settle it if what was seen so far goes on, None where no reasonable number would.
    """

    theme_id: str
    precision: Share
    recall: Share
    above: Settled
    more: int | None


def qualities(judgements: Sequence[Judgement], bar: float = BAR) -> list[ThemeQuality]:
    """One row for every theme that was judged, the theme with most judgements first.

    Unsure and skipped ones count as not judged. Where two people judged the same opinion, each judgement counts half.
    An opinion said to be wrong without its right theme counts against precision and takes no part in recall.
    """
    told = [one for one in of(judgements, "opinion") if one.counts]
    weights = _weights(told)
    judged = Counter(one.shown for one in told)
    themes = sorted({one.shown for one in told} - {NO_THEME}, key=lambda theme: (-judged[theme], theme))
    return [_quality(theme, told, weights, bar) for theme in themes]


def _quality(theme: str, told: Sequence[Judgement], weights: Sequence[float], bar: float) -> ThemeQuality:
    inside = [(w, one.verdict == "right") for one, w in zip(told, weights, strict=True) if one.shown == theme]
    truly = [(w, one.shown == theme) for one, w in zip(told, weights, strict=True) if right_theme(one) == theme]
    precision = _share(inside)
    above: Settled = "yes" if precision.low > bar else "no" if precision.high < bar else "open"
    if precision.n < LEAST:
        above = "open"
    more = more_needed(precision.value, precision.effective, precision.n, bar) if above == "open" else 0
    return ThemeQuality(theme, precision, _share(truly), above, more)


def right_theme(one: Judgement) -> str | None:
    """The theme that an opinion belongs to by this judgement, empty for none; None where it was not said."""
    return one.shown if one.verdict == "right" else one.theme


def _weights(told: Sequence[Judgement]) -> list[float]:
    """How many opinions each judgement stands for: its stratum's size over the judgements made in it."""
    made = Counter(one.stratum for one in told)
    size: dict[str, int] = defaultdict(int)
    for one in told:
        size[one.stratum] = max(size[one.stratum], one.size, made[one.stratum])
    return [size[one.stratum] / made[one.stratum] for one in told]


def _share(items: Sequence[tuple[float, bool]]) -> Share:
    total = sum(weight for weight, _ in items)
    if not items or total <= 0:
        return Share(math.nan, 0.0, 1.0, 0, 0.0)
    value = sum(weight for weight, hit in items if hit) / total
    effective = total**2 / sum(weight**2 for weight, _ in items)
    low, high = wilson(value, effective)
    return Share(value, low, high, len(items), effective)


def more_needed(share: float, effective: float, n: int, bar: float = BAR) -> int | None:
    """About how many more judgements put the whole interval on one side of `bar`, if the share stays as it is.

    `effective` of the `n` made so far are worth a judgement drawn evenly, and so it is assumed of further ones. Never
    fewer than make eight in all; None where even 5,000 would not settle it: the share then lies at the bar.
    """
    if n <= 0 or math.isnan(share) or effective <= 0:
        return None
    worth = effective / n

    def settled(extra: int) -> bool:
        low, high = wilson(share, effective + extra * worth)
        return low > bar or high < bar

    if not settled(MOST):
        return None
    low, high = max(0, LEAST - n), MOST
    while low < high:  # the interval only narrows, so that the first settling number is found by halving
        middle = (low + high) // 2
        low, high = (low, middle) if settled(middle) else (middle + 1, high)
    return low


def between(judgements: Iterable[Judgement], first: str, second: str) -> Agreement | None:
    """How far two people agree on the right theme of the opinions that both judged; None where there is none.

    Where one says wrong without naming the right theme, their label is "another".
    """
    labels: dict[str, dict[str, str]] = {first: {}, second: {}}
    for one in of(list(judgements), "opinion"):
        if one.who in labels and one.counts:
            theme = right_theme(one)
            labels[one.who][one.id] = "another" if theme is None else theme
    shared = sorted(labels[first].keys() & labels[second].keys())
    return agreement([labels[first][i] for i in shared], [labels[second][i] for i in shared]) if shared else None


def between_grades(judgements: Iterable[Judgement], first: str, second: str) -> Agreement | None:
    """How far two people agree on the grades of fixes, by quadratic kappa; None where they share none."""
    grades: dict[str, dict[tuple[str, str], int]] = {first: {}, second: {}}
    for one in of(list(judgements), "fix"):
        if one.who in grades and one.grade is not None:
            grades[one.who][one.shown, one.id] = one.grade
    shared = sorted(grades[first].keys() & grades[second].keys())
    if not shared:
        return None
    return agreement([grades[first][k] for k in shared], [grades[second][k] for k in shared], grades=4)


def corrections(judgements: Iterable[Judgement]) -> Mapping[str, str]:
    """Opinion id to the theme that it should be in: called wrong with a theme named, and nobody said otherwise."""
    said: dict[str, set[str | None]] = defaultdict(set)
    wrong: dict[str, str] = {}
    for one in of(list(judgements), "opinion"):
        if one.counts:
            said[one.id].add(right_theme(one))
        if one.verdict == "wrong" and one.theme:
            wrong[one.id] = one.theme
    return {opinion: theme for opinion, theme in wrong.items() if said[opinion] == {theme}}
