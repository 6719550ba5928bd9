"""What the headline hides: a blended score may stand still, or fall, while one group does something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from analyst.findings.types import Hidden, SegmentFinding
from analyst.metrics import change_estimate, sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analyst.core.query import Query
    from analyst.core.values import Estimate
    from analyst.runs.frame import DesignFrame

SHARPER = 2.0  # times the change of the whole


def own_change(frame: DesignFrame, query: Query, rows: NDArray[np.bool_]) -> Estimate | None:
    """Change of the score of the answers in `rows` (n,), with its interval; None where a window holds none."""
    parts = []
    for window in (frame.post, ~frame.post):
        inside = rows & window
        parts.append(sample(query.metric, frame.y[inside], frame.weight[inside], frame.person[inside]))
    return change_estimate(parts[0], parts[1])


def hidden_segment(
    frame: DesignFrame, query: Query, change: Estimate, segments: Sequence[SegmentFinding], checked: int
) -> Hidden:
    """The found segment whose own change the total says least about; kind "none" where no segment stands out.

    Only segments that passed the family-wise search are told: the group that deviates most by eye is, among hundreds,
    nearly always one that chance made. Of several, the one whose own change lies farthest from that of the whole.
    """
    told = [(s, s.change) for s in segments if s.change is not None]
    if not told:
        return Hidden("none", checked)
    segment, own = max(told, key=lambda pair: (abs(pair[1].value - change.value), pair[0].where))
    rest = own_change(frame, query, ~frame.rows_of(segment.where))
    return Hidden(_kind(change, own), checked, segment.where, own, rest)


def _kind(change: Estimate, own: Estimate) -> Literal["against", "apart", "sharper", "behind"]:
    if not change.excludes_zero():
        return "apart"
    if own.value * change.value < 0:
        return "against"
    return "sharper" if abs(own.value) >= SHARPER * abs(change.value) else "behind"
