"""How good a ranked list of fixes is, against graded relevance. Lists are in strict order, best first.

A ranking is a list of canonical ids: two recommendations mean the same fix when they map to the same id, and None
stands for a recommendation that maps to nothing known. The second mention of an id keeps its place and gains nothing,
since a reader spends the place on it. Relevance is 0..3; an id that is not judged has 0, and `judged_at` says how many
such there are. Where a query has nothing relevant the measures are NaN: such a query is counted, not averaged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

RELEVANT = 2  # from this grade on, a fix counts as relevant where a measure knows only yes and no
TOP_GRADE = 3


def once(ranking: Sequence[str | None]) -> list[str | None]:
    """The ranking with every later mention of an id turned into None."""
    seen: set[str] = set()
    found: list[str | None] = []
    for item in ranking:
        found.append(None if item in seen else item)
        if item is not None:
            seen.add(item)
    return found


def gains_of(ranking: Sequence[str | None], grades: Mapping[str, float]) -> list[float]:
    """The grade of each place, 0 for unknown, unjudged and repeated ids."""
    return [grades.get(item, 0.0) if item is not None else 0.0 for item in once(ranking)]


def ndcg(gains: Sequence[float], ideal: Sequence[float], depth: int = 5) -> float:
    """Normalised discounted cumulative gain at `depth`, linear gain, 0..1 (Jarvelin and Kekalainen 2002).

    `gains` are the true gains of the ranked items in order, `ideal` those of every relevant item; the gain of an item
    is its grade itself, not 2 to its power. NaN where nothing is relevant.
    """
    best = _dcg(sorted(ideal, reverse=True)[:depth])
    return _dcg(gains[:depth]) / best if best > 0 else math.nan


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def reciprocal_rank(gains: Sequence[float], relevant: float = RELEVANT, *, possible: bool = True) -> float:
    """1 over the place of the first item of at least this grade, 0 without one; NaN where none was `possible`."""
    if not possible:
        return math.nan
    return next((1 / (place + 1) for place, gain in enumerate(gains) if gain >= relevant), 0.0)


def precision(gains: Sequence[float], depth: int = 3, relevant: float = RELEVANT, *, possible: bool = True) -> float:
    """Share of the first `depth` places that hold a relevant item, 0..1; an empty place is a miss."""
    return sum(gain >= relevant for gain in gains[:depth]) / depth if possible else math.nan


def recall(gains: Sequence[float], ideal: Sequence[float], depth: int = 5, relevant: float = RELEVANT) -> float:
    """Share of the relevant items that stand in the first `depth` places, 0..1; NaN where nothing is relevant."""
    wanted = sum(gain >= relevant for gain in ideal)
    return sum(gain >= relevant for gain in gains[:depth]) / wanted if wanted else math.nan


def err(gains: Sequence[float], depth: int = 5, top: float = TOP_GRADE, *, possible: bool = True) -> float:
    """Expected reciprocal rank at `depth` (Chapelle et al. 2009), 0..1: a reader goes down the list and stops at an
    item of grade g with probability (2^g - 1) / 2^top."""
    if not possible:
        return math.nan
    found, on = 0.0, 1.0
    for place, gain in enumerate(gains[:depth]):
        stop = (2**gain - 1) / 2**top
        found, on = found + on * stop / (place + 1), on * (1 - stop)
    return found


def judged_at(ranking: Sequence[str | None], grades: Mapping[str, float], depth: int = 5) -> float:
    """Share of the first places that hold a judged item, 0..1, of as many as the list has; NaN for an empty list."""
    first = ranking[:depth]
    return sum(item in grades for item in first if item is not None) / len(first) if first else math.nan


def rank_biased_overlap(first: Sequence[str], second: Sequence[str], p: float = 0.9) -> float:
    """Extrapolated rank-biased overlap of two rankings, 1 for the same, 0 for disjoint ones (Webber, Moffat and Zobel
    2010, equation 32 for lists of unlike length). Items are different within a list. NaN where both are empty, 0 where
    one is.
    """
    short, long = sorted((list(first), list(second)), key=len)
    s, deep = len(short), len(long)
    if not deep:
        return math.nan
    if not s:
        return 0.0
    overlap = [0.0] * (deep + 1)
    seen_short: set[str] = set()
    seen_long: set[str] = set()
    for depth in range(1, deep + 1):
        seen_long.add(long[depth - 1])
        if depth <= s:
            seen_short.add(short[depth - 1])
        overlap[depth] = len(seen_short & seen_long)
    agreed = sum(overlap[d] / d * p**d for d in range(1, deep + 1))
    guessed = sum(overlap[s] * (d - s) / (s * d) * p**d for d in range(s + 1, deep + 1))
    tail = ((overlap[deep] - overlap[s]) / deep + overlap[s] / s) * p**deep
    return (1 - p) / p * (agreed + guessed) + tail
