"""New releases among the levels: versions that came into use between the windows, for everybody or for some."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.runs.counting import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.core.query import Where
    from analyst.runs.frame import DesignFrame

EARLY = 1 / 20  # at most this part of its present share may have used a new release before
EARLY_FEW = 1 / 4  # or this part, where that is only a handful of answers
ALMOST_ALL = 0.98
MOST_CONTEXTS = 3
EXPECTED = 10.0  # users a group would have had if it had got the release with the others
_VERSION = re.compile(r"^v?\d+(\.\d+)+([.\-+ ].*)?$|^v\d+$", re.IGNORECASE)
_VERSION_NAME = re.compile(r"version|release|build", re.IGNORECASE)


@dataclass(frozen=True)
class Release:
    """A version `value` of `dimension` that is new, to those in `context` only where that is given.

    `inside` (n,) bool: its users in the current window, and in the baseline the users of the versions it replaced,
    with whom they are compared. `level` (n,) bool: users of either, in both windows; `replaced` the commonest of
    the versions it replaced.
    """

    dimension: str
    value: str
    context: Where
    inside: NDArray[np.bool_]
    level: NDArray[np.bool_]
    replaced: str

    @property
    def where(self) -> Where:
        """How the release is named in a finding."""
        return tuple(sorted((*self.context, (self.dimension, self.value))))


def find_releases(frame: DesignFrame, dimensions: Sequence[str], rare: int) -> list[Release]:
    """The new releases of every version-like dimension, those of the commonest version first.

    Replaced are the versions whose share fell by at least a fifth of the newcomer's: an Android release takes the
    place of Android's last versions, not of those of iOS. `rare` is the fewest answers that a level needs.
    """
    found: list[Release] = []
    for dimension in dimensions:
        at = frame.dimensions.index(dimension)
        levels = frame.levels[at]
        by_name = bool(_VERSION_NAME.search(dimension))
        for code, value in enumerate(levels):
            if value == MISSING or not (by_name or _VERSION.match(value)):
                continue
            if int((frame.post & (frame.codes[:, at] == code)).sum()) < rare:
                continue
            others = [d for d in dimensions if d != dimension and not _version_like(frame, d)]
            taken = np.zeros(frame.n, dtype=bool)
            for context in _contexts(frame, at, code, others, rare):
                rows = frame.rows_of(context) & ~taken
                release = _release(frame, at, code, context, rows, rare)
                if release is not None:
                    found.append(release)
                    taken |= rows
    return found


def _version_like(frame: DesignFrame, dimension: str) -> bool:
    levels = frame.levels[frame.dimensions.index(dimension)]
    return bool(_VERSION_NAME.search(dimension)) or any(_VERSION.match(level) for level in levels)


def _is_new(frame: DesignFrame, uses: NDArray[np.bool_], rows: NDArray[np.bool_], rare: int) -> bool:
    """Whether the version came into use among `rows` (n,) between the windows."""
    now_rows, before_rows = rows & frame.post, rows & ~frame.post
    now, before = int((uses & now_rows).sum()), int((uses & before_rows).sum())
    if now < rare or before_rows.sum() < rare:
        return False
    share_now, share_before = now / int(now_rows.sum()), before / int(before_rows.sum())
    return share_before <= EARLY * share_now or (before < rare and share_before < EARLY_FEW * share_now)


def _contexts(frame: DesignFrame, at: int, code: int, others: Sequence[str], rare: int) -> list[Where]:
    """For whom the version is new: everybody (an empty context, or the one group that nearly all its users are in),
    or the groups that did not have it while others did, largest first."""
    uses = frame.codes[:, at] == code
    if _is_new(frame, uses, np.ones(frame.n, dtype=bool), rare):
        return [_home(frame, uses & frame.post, others)]
    groups: list[tuple[int, Where]] = []
    before = ~frame.post
    for dimension in others:
        position = frame.dimensions.index(dimension)
        for level, name in enumerate(frame.levels[position]):
            group = frame.codes[:, position] == level
            size = int((uses & group & frame.post).sum())
            if size < rare or not _is_new(frame, uses, group, rare):
                continue
            elsewhere = before & ~group
            expected = float(uses[elsewhere].mean()) * int((before & group).sum()) if elsewhere.any() else 0.0
            if expected >= EXPECTED and int((uses & before & group).sum()) <= expected / 10:
                groups.append((size, ((dimension, name),)))
    return [where for _, where in sorted(groups, key=lambda g: (-g[0], g[1]))[:MOST_CONTEXTS]]


def _home(frame: DesignFrame, users: NDArray[np.bool_], others: Sequence[str]) -> Where:
    """The group that nearly all users of the version are in, of the dimension with the fewest levels; else nobody."""
    found: list[tuple[int, Where]] = []
    for dimension in others:
        position = frame.dimensions.index(dimension)
        counts = np.bincount(frame.codes[users, position], minlength=len(frame.levels[position]))
        top = int(counts.argmax())
        everywhere = float((frame.codes[:, position] == top).mean())
        if counts[top] >= ALMOST_ALL * counts.sum() and everywhere < 0.9 and frame.levels[position][top] != MISSING:
            found.append((len(frame.levels[position]), ((dimension, frame.levels[position][top]),)))
    return min(found)[1] if found else ()


def _release(
    frame: DesignFrame, at: int, code: int, context: Where, rows: NDArray[np.bool_], rare: int
) -> Release | None:
    """The release among `rows`, or None when it replaced nothing that it could be compared with."""
    codes, levels = frame.codes[:, at], frame.levels[at]
    now_rows, before_rows = rows & frame.post, rows & ~frame.post
    if not _is_new(frame, codes == code, rows, rare):
        return None
    now = np.bincount(codes[now_rows], minlength=len(levels))
    before = np.bincount(codes[before_rows], minlength=len(levels))
    fallen = before / before.sum() - now / now.sum()
    enough = fallen >= now[code] / now.sum() / 5
    replaced = [i for i, level in enumerate(levels) if enough[i] and i != code and level != MISSING]
    if not replaced or before[replaced].sum() < rare:
        return None
    main = max(replaced, key=lambda i: (before[i], -i))
    old, new = np.isin(codes, replaced), codes == code
    return Release(
        dimension=frame.dimensions[at],
        value=levels[code],
        context=context,
        inside=(before_rows & old) | (now_rows & new),
        level=rows & (old | new),
        replaced=levels[main],
    )
