"""How well a movement is read, against a truth made by the generator of the company."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Literal

Truth = Literal["moved", "still", "between"]
VISIBLE = 2.8  # (1.96 + 0.84) standard errors: what is seen with 80 % power at 5 % (Cohen 1988)
STILL = 0.25  # of the visible change: less than that is called still


def smallest_visible(variance_now: float, n_now: int, variance_before: float, n_before: int) -> float:
    """The change (points) that two windows of these sizes show with 80 % power; infinite where one is empty."""
    if not n_now or not n_before:
        return math.inf
    return VISIBLE * math.sqrt(variance_now / n_now + variance_before / n_before)


def true_class(change: float, visible: float) -> Truth:
    """What the verdict should be, by the true change and the smallest one that can be seen: moved from there on, still
    below a quarter of it, and between the two nobody can demand either."""
    if abs(change) >= visible:
        return "moved"
    return "still" if abs(change) < STILL * visible else "between"


def verdict_right(truth: Truth, verdict: str) -> float | None:
    """1 or 0; None where the truth lies between. Of a score that stands still, too little data is right as well."""
    if truth == "between":
        return None
    return float((verdict == "moved") if truth == "moved" else verdict in ("noise", "too_little_data"))


def false_alarm(truth: Truth, verdict: str, segments: int) -> float | None:
    """Of a score that stands still: 1 when a movement is told or a segment is named, else 0. None for others."""
    return float(verdict in ("moved", "masked") or segments > 0) if truth == "still" else None


@dataclass(frozen=True)
class Overlap:
    """Segments found against true ones: hits, and F1 with the weight under which it pools (micro) over rows."""

    hits: int
    found: int
    true: int

    @property
    def f1(self) -> float | None:
        """2 hits / (found + true), 0..1; None where neither has any."""
        return 2 * self.hits / (self.found + self.true) if self.weight else None

    @property
    def weight(self) -> int:
        """found + true: the mean of f1 under this weight over rows is the micro-F1 of them all."""
        return self.found + self.true


def segment_overlap(found: Collection[Hashable], true: Collection[Hashable]) -> Overlap:
    """How many of the segments found are exactly true ones."""
    return Overlap(len(set(found) & set(true)), len(set(found)), len(set(true)))


def covered(truth: float, low: float | None, high: float | None) -> float | None:
    """Whether the interval holds the truth: 1, 0, or None where there is no interval."""
    return None if low is None or high is None else float(low <= truth <= high)
