"""What each metric is: its name, unit, direction, and what a value of y means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.core.query import Metric


@dataclass(frozen=True)
class MetricKind:
    """A metric whose score is the mean of y.

    `low`..`high` is the range of y and of the score; higher is better for all three (a CES scale that counts
    effort is turned round at import). `top` names the answers with the highest y, `bottom` the detractors.
    `bands` are (from this score up, name), ascending; empty where nobody has published any that are agreed on.
    """

    metric: Metric
    name: str
    unit: str
    low: float
    high: float
    top: str
    bottom: str
    bands: tuple[tuple[float, str], ...] = ()
    bands_source: str = ""

    @property
    def is_share(self) -> bool:
        """Whether y takes only 0 and 100, so that the score is a percentage of answers."""
        return self.low == 0.0

    def band(self, score: float) -> str | None:
        """The published band that `score` falls in, or None where there is none."""
        found = None
        for start, name in self.bands:
            if score >= start:
                found = name
        return found


KINDS: dict[str, MetricKind] = {
    "nps": MetricKind(
        "nps", "NPS", "points", -100.0, 100.0, "promoters (9-10)", "detractors (0-6)",
        ((-100.0, "below zero"), (0.0, "good"), (20.0, "favourable"), (50.0, "excellent"), (80.0, "world class")),
        "Bain & Company's reading of an NPS",
    ),
    "csat": MetricKind(
        "csat", "CSAT", "points", 0.0, 100.0, "satisfied (4-5 of 5)", "dissatisfied (1-2 of 5)"
    ),
    "ces": MetricKind("ces", "CES", "points", 0.0, 100.0, "easy", "not easy"),
}  # fmt: skip


def kind_of(metric: Metric) -> MetricKind:
    """What `metric` is."""
    return KINDS[metric]


def detractors(metric: Metric, y: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which answers are detractors, (n,) bool.

    NPS: 0-6 (y = -100). CSAT on five points: 1-2, so that a 3 is neither; on a scale that reaches beyond five,
    and for CES, everything outside the top box.
    """
    if metric == "nps":
        return np.asarray(y < 0)
    low = np.asarray(y <= 0)
    five_points = metric == "csat" and len(score) > 0 and float(np.max(score)) <= 5
    return low & (score <= 2) if five_points else low


def promoters(y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which answers lie at the top: promoters, satisfied or easy. (n,) bool."""
    return np.asarray(y >= 100)
