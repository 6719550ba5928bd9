"""Whether a question was answered rightly, and whether one that cannot be answered was declined."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence


def has_number(text: str, value: float, tolerance: float = 0.051) -> bool:
    """Whether `text` says the number `value`, give or take `tolerance` (absolute; by default one decimal's rounding).

    A sign in words is the caller's business: the size counts. Thousands may be grouped with commas.
    """
    said = (float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text))
    return any(abs(number - abs(value)) <= tolerance for number in said)


def has_any(text: str, phrases: Collection[str]) -> bool:
    """Whether `text` holds one of the phrases as whole words, case aside."""
    folded = " ".join(text.casefold().split())
    return any(re.search(rf"(?<!\w){re.escape(' '.join(p.casefold().split()))}(?!\w)", folded) for p in phrases)


def share_met(met: Sequence[bool]) -> float:
    """Share of expectations met, 0..1; NaN where nothing was expected."""
    return sum(met) / len(met) if met else math.nan


def kappa(first: Sequence[int], second: Sequence[int], grades: int) -> float:
    """Cohen's kappa with quadratic weights of two labellings in 0..grades-1 (Cohen 1968), at most 1, 0 for chance.

    NaN where nothing is labelled, or where both always say one and the same grade.
    """
    n = len(first)
    if not n:
        return math.nan
    seen = sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) / n
    p = [first.count(g) / n for g in range(grades)]
    q = [second.count(g) / n for g in range(grades)]
    chance = sum(p[a] * q[b] * (a - b) ** 2 for a in range(grades) for b in range(grades))
    return 1 - seen / chance if chance else math.nan
