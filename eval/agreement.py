"""How far two labellers agree: percent, and kappa, which leaves out what chance alone would give."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

Label = Hashable
DRAWS = 2000
SEED = 7


@dataclass(frozen=True)
class Agreement:
    """`percent` and `kappa` (0..1 and at most 1) over `n` items, kappa with its 95 % bootstrap interval over items.

    `weights` is none (every difference counts alike) or quadratic (of grades: by the square of the difference).
    kappa is NaN where both labellers gave one and the same label throughout: chance then explains everything.
    """

    n: int
    percent: float
    kappa: float
    low: float
    high: float
    weights: str


def agreement(first: Sequence[Label], second: Sequence[Label], *, grades: int | None = None) -> Agreement:
    """Agreement of two labellings of the same items.

    With `grades`, labels are 0..grades-1 and kappa has quadratic weights (Cohen 1968); without, plain kappa (Cohen
    1960). Raises ValueError for labellings of unlike length.
    """
    if len(first) != len(second):
        raise ValueError(f"Two labellings of the same items: {len(first)} labels against {len(second)}.")
    pairs = list(zip(first, second, strict=True))
    measure: Callable[[Sequence[tuple[Label, Label]]], float] = (
        plain_kappa if grades is None else lambda some: quadratic_kappa(some, grades)
    )
    low, high = _interval(pairs, measure)
    same = sum(a == b for a, b in pairs) / len(pairs) if pairs else math.nan
    return Agreement(len(pairs), same, measure(pairs), low, high, "none" if grades is None else "quadratic")


def plain_kappa(pairs: Sequence[tuple[Label, Label]]) -> float:
    """Cohen's kappa of (first, second) labels (Cohen 1960), at most 1, 0 for chance; NaN where chance is all."""
    n = len(pairs)
    if not n:
        return math.nan
    one, two = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    seen = sum(a == b for a, b in pairs) / n
    chance = sum(one[label] * two[label] for label in one) / n**2
    return (seen - chance) / (1 - chance) if chance < 1 else math.nan


def quadratic_kappa(pairs: Sequence[tuple[Label, Label]], grades: int) -> float:
    """Cohen's kappa with quadratic weights of grades 0..grades-1 (Cohen 1968); NaN where chance is all.

    Raises ValueError for a label that is no such grade.
    """
    known = set(range(grades))
    wrong = {str(label) for pair in pairs for label in pair if label not in known}
    if wrong:
        raise ValueError(f"Not a grade of 0 to {grades - 1}: {', '.join(sorted(wrong))}.")
    n = len(pairs)
    if not n:
        return math.nan
    scored = [(int(str(a)), int(str(b))) for a, b in pairs]
    one, two = Counter(a for a, _ in scored), Counter(b for _, b in scored)
    seen = sum((a - b) ** 2 for a, b in scored) / n
    chance = sum(one[a] * two[b] * (a - b) ** 2 for a in one for b in two) / n**2
    return 1 - seen / chance if chance else math.nan


def _interval(
    pairs: Sequence[tuple[Label, Label]], measure: Callable[[Sequence[tuple[Label, Label]]], float]
) -> tuple[float, float]:
    """The 2.5 % and 97.5 % percentiles of the measure over seeded draws of the items with replacement."""
    rng = random.Random(SEED)
    drawn = (measure(rng.choices(pairs, k=len(pairs))) for _ in range(DRAWS if pairs else 0))
    values = sorted(value for value in drawn if not math.isnan(value))
    if not values:
        return math.nan, math.nan
    return values[int(0.025 * (len(values) - 1))], values[math.ceil(0.975 * (len(values) - 1))]
