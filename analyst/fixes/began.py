"""Troubles that began with a release: a second comparison beside exposed against not exposed.

Those who have the new release could not meet its trouble before, and those who have it not cannot meet it now. So
three things must hold: the trouble is at least five times as common as before, most who meet it have the release, and
users of other versions seldom do. What the score then did to the release's users, over and above what it did to
everybody else's, is a comparison that fails in other ways than that of those exposed with those who are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.query import Where
from analyst.findings import Gap, covariance
from analyst.findings.axes import make_axes
from analyst.fixes.lift import exposed_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

GREW = 5.0  # times as common as before
MOST = 0.6  # of those who meet it have the release
RARER = 4.0  # times rarer among users of other versions
FEWEST = 15  # answers in each of the four groups that are compared


@dataclass(frozen=True)
class Began:
    """The release (`where`, its `version` in `dimension`) that a trouble came with; `replaced` is the commonest version
    before it. `shift` is how much more its users' score fell than everybody else's, in points, None where there are
    too few of either."""

    where: Where
    dimension: str
    version: str
    replaced: str
    shift: Gap | None


def began_with(frame: DesignFrame, exposed: NDArray[np.bool_]) -> Began | None:
    """The new release that the trouble of those `exposed` (n,) came with, if any."""
    rows = frame.with_sessions
    met = exposed & rows
    if exposed_share(frame, exposed, rows & frame.post) < GREW * exposed_share(frame, exposed, rows & ~frame.post):
        return None
    for release in make_axes(frame).releases:
        users = release.inside & frame.post & rows
        others = frame.post & rows & ~users
        mine = int((met & users).sum())
        if mine < MOST * int((met & frame.post).sum()) or not mine:
            continue
        if exposed_share(frame, exposed, others) * RARER > exposed_share(frame, exposed, users):
            continue
        shift = difference_in_differences(frame, release.inside)
        return Began(release.where, release.dimension, release.value, release.replaced, shift)
    return None


def difference_in_differences(frame: DesignFrame, inside: NDArray[np.bool_]) -> Gap | None:
    """Change of the mean score inside `inside` (n,) minus that outside, in points; None where a group is too small."""
    influence, value = np.zeros(frame.n), 0.0
    for group, sign in (
        (inside & frame.post, 1.0), (inside & ~frame.post, -1.0), (~inside & frame.post, -1.0),
        (~inside & ~frame.post, 1.0),
    ):  # fmt: skip
        total = float(frame.weight[group].sum())
        if int(group.sum()) < FEWEST or total <= 0:
            return None
        mean = float(frame.weight[group] @ frame.y[group]) / total
        value += sign * mean
        influence[group] = sign * frame.weight[group] * (frame.y[group] - mean) / total
    error = float(np.sqrt(covariance(frame, influence[:, None])[0, 0]))
    return Gap(value, error, influence) if error > 0 else None
