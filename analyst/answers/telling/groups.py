"""Who is unhappy: the groups whose score lies furthest from everybody else's, in level, whatever it did before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.answers.telling.words import MISSING
from analyst.core.query import Metric, Where
from analyst.core.values import Estimate
from analyst.metrics import change_estimate, false_discoveries, sample, score_estimate, two_sided_p
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from analyst.runs.frame import DesignFrame

FEWEST = 30  # answers that a group needs before its level is compared


@dataclass(frozen=True)
class GroupLevel:
    """A group's score, and how far it lies from everybody else's (`gap`, points with interval). `significant` after
    false-discovery control over all groups looked at (`checked`)."""

    where: Where
    score: Estimate
    gap: Estimate
    share: float
    significant: bool
    checked: int


def group_levels(frame: DesignFrame, metric: Metric, min_people: int) -> list[GroupLevel]:
    """Every value of every dimension in the current window with enough answers on both sides, the lowest score first.

    Each is compared with everybody else in the window; the interval is that of a change between two windows.
    """
    rows = frame.only(frame.post)
    drafts: list[tuple[Where, Estimate, Estimate, float]] = []
    for at, dimension in enumerate(frame.dimensions):
        for code, level in enumerate(frame.levels[at]):
            inside = rows.codes[:, at] == code
            n = int(inside.sum())
            if level == MISSING or n < FEWEST or rows.n - n < FEWEST:
                continue
            if len(np.unique(rows.person[inside])) < min_people:
                continue
            mine = sample(metric, rows.y[inside], rows.weight[inside], rows.person[inside])
            others = sample(metric, rows.y[~inside], rows.weight[~inside], rows.person[~inside])
            score, gap = score_estimate(mine), change_estimate(mine, others)
            if score is not None and gap is not None:
                drafts.append((((dimension, level),), score, gap, n / rows.n))
    held = false_discoveries(np.array([_p(gap) for _, _, gap, _ in drafts]))
    found = [
        GroupLevel(where, score, gap, share, bool(held[place]), len(drafts))
        for place, (where, score, gap, share) in enumerate(drafts)
    ]
    return sorted(found, key=lambda group: (group.score.value, group.where))


def _p(gap: Estimate) -> float:
    """Two-sided p of a difference, from its interval's width."""
    assert gap.low is not None and gap.high is not None
    error = (gap.high - gap.low) / (2 * Z95)
    return two_sided_p(((gap.high + gap.low) / 2) / error) if error > 0 else 1.0
