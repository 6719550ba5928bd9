"""Choose the quotes that stand for a theme: exact words, different people, different scores, nothing twice."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from analyst.themes.cluster import Floats
from analyst.themes.words import squeeze, tokens

_PLACEHOLDER = re.compile(r"\[[a-z][a-z_]*-\d+\]", re.IGNORECASE)
_GOOD_WORDS = (6, 40)
_VARIETY = 0.45  # weight of being unlike the quotes already chosen (maximal marginal relevance)
_POOL = 400


@dataclass(frozen=True)
class Candidate:
    """An opinion that may be quoted. `respondent` None means unknown; `y` is its score value or None."""

    text: str
    respondent: str | None
    y: float | None
    core: bool
    probability: float


def pick_quotes(candidates: list[Candidate], vectors: Floats, k: int = 3) -> list[int]:
    """The places in `candidates` (n) of up to `k` quotes, best first; `vectors` (n, d) are their unit rows.

    Core opinions of 6 to 40 words come first, near the theme's middle yet unlike each other (Carbonell and
    Goldstein 1998, MMR). No respondent is quoted twice, no words come twice, and a score band that was not
    heard yet goes before one that was. Text that is only redaction placeholders is never quoted.
    """
    rows = [i for i, one in enumerate(candidates) if _quotable(one.text)]
    if not rows or k <= 0:
        return []
    middle = vectors[rows].mean(axis=0)
    middle = middle / max(float(np.linalg.norm(middle)), 1e-12)
    worth = {i: float(vectors[i] @ middle) + _merit(candidates[i]) for i in rows}
    pool = sorted(rows, key=lambda i: (-worth[i], candidates[i].text, i))[:_POOL]
    chosen: list[int] = []
    while pool and len(chosen) < k:
        best = max(pool, key=lambda i: _gain(i, chosen, worth[i], candidates, vectors))
        chosen.append(best)
        said = squeeze(candidates[best].text)
        who = candidates[best].respondent
        pool = [
            i
            for i in pool
            if squeeze(candidates[i].text) != said and (who is None or candidates[i].respondent != who) and i != best
        ]
    return chosen


def _quotable(text: str) -> bool:
    return bool(tokens(_PLACEHOLDER.sub(" ", text)))


def _merit(one: Candidate) -> float:
    length = len(one.text.split())
    low, high = _GOOD_WORDS
    short = 0.12 * max(0, low - length) / low * 3
    long = 0.12 * min(max(0, length - high) / high, 2)
    return 0.15 * one.core + 0.1 * one.probability - short - long


def _gain(i: int, chosen: list[int], worth: float, candidates: list[Candidate], vectors: Floats) -> float:
    if not chosen:
        return worth
    alike = max(float(vectors[i] @ vectors[j]) for j in chosen)
    heard = {band(candidates[j].y) for j in chosen}
    return worth - _VARIETY * alike + 0.08 * (band(candidates[i].y) not in heard)


def band(y: float | None) -> str:
    """The score band of a score value y (100, 0 or -100): high, middle or low; none without a score."""
    if y is None:
        return "none"
    return "high" if y > 50 else "low" if y < 0 else "middle"
