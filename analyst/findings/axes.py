"""Segment dimensions made fit for comparison: rare levels pooled, new releases set apart, useless dimensions left out.

An axis is one dimension as the model sees it. A release is a level that looks like a version and did not exist in
the baseline: nobody can compare it with itself, so its users are compared with those of the versions it replaced.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.runs.counting import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

RARE = 30  # fewest answers that a level needs in each window to stand for itself
MOST_LEVELS = 40
MOST_POOLED = 0.6  # a dimension with more than this share of its answers in rare levels says too little
COVERAGE_SHIFT = 0.10  # a change of the share of absent values that no longer passes for chance
COVERAGE_Z = 3.0
STANDS_OUT = 0.03  # a level that appeared or went is kept when its share moved by at least this much
OTHER = "(other)"
_VERSION = re.compile(r"^v?\d+(\.\d+)+([.\-+ ].*)?$|^v\d+$", re.IGNORECASE)
_VERSION_NAME = re.compile(r"version|release|build", re.IGNORECASE)


@dataclass(frozen=True)
class Axis:
    """`codes` (n,) int index `values`; `nameable` (levels,) bool tells which may be named in a finding."""

    dimension: str
    values: tuple[str, ...]
    codes: NDArray[np.int64]
    nameable: NDArray[np.bool_]


@dataclass(frozen=True)
class Release:
    """A new level of `dimension`. `inside` (n,) bool: its users in the current window, and in the baseline the
    users of the versions it replaced, with whom they are compared."""

    dimension: str
    value: str
    inside: NDArray[np.bool_]


@dataclass(frozen=True)
class Axes:
    """What the frame's dimensions became; `left_out` says why a dimension is not used."""

    axes: tuple[Axis, ...]
    releases: tuple[Release, ...]
    left_out: dict[str, str]


def make_axes(frame: DesignFrame) -> Axes:
    """The usable axes of `frame`, in its order of dimensions."""
    axes: list[Axis] = []
    releases: list[Release] = []
    left_out: dict[str, str] = {}
    for at, dimension in enumerate(frame.dimensions):
        codes = frame.codes[:, at].astype(np.int64)
        levels = frame.levels[at]
        reason = _unusable(frame, codes, levels)
        if reason:
            left_out[dimension] = reason
            continue
        found, replaced = _releases(frame, dimension, codes, levels)
        releases += found
        axis = _pool(frame, dimension, codes, levels, replaced)
        if isinstance(axis, str):
            left_out[dimension] = axis
        elif len(axis.values) > 1:
            axes.append(axis)
        elif not found:
            left_out[dimension] = "it has one value only"
    return Axes(tuple(axes), tuple(releases), left_out)


def _unusable(frame: DesignFrame, codes: NDArray[np.int64], levels: tuple[str, ...]) -> str:
    """Why the dimension cannot be compared between the windows; empty when it can."""
    if len(np.unique(codes)) < 2:
        return "it has one value only"
    if len(levels) > max(MOST_LEVELS, frame.n / 3):
        return f"it has {len(levels)} values for {frame.n} answers, too many to compare"
    if MISSING not in levels:
        return ""
    absent = codes == levels.index(MISSING)
    n1, n0 = int(frame.post.sum()), int((~frame.post).sum())
    if not n1 or not n0:
        return ""
    now, before = float(absent[frame.post].mean()), float(absent[~frame.post].mean())
    pooled = float(absent.mean())
    error = math.sqrt(max(pooled * (1 - pooled), 1e-12) * (1 / n1 + 1 / n0))
    if abs(now - before) > COVERAGE_SHIFT and abs(now - before) > COVERAGE_Z * error:
        return f"it is absent from {now:.0%} of the answers now and {before:.0%} before"
    return ""


def _counts(codes: NDArray[np.int64], rows: NDArray[np.bool_], size: int) -> NDArray[np.int64]:
    return np.bincount(codes[rows], minlength=size)


def _releases(
    frame: DesignFrame, dimension: str, codes: NDArray[np.int64], levels: tuple[str, ...]
) -> tuple[list[Release], set[int]]:
    """New versions among the levels, and the codes that are one level to the model: they and what they replaced.

    Replaced are the levels whose share of the answers fell by at least a fifth of the newcomers' share: an Android
    release takes the place of Android's last versions, not of those of iOS.
    """
    size = len(levels)
    now, before = _counts(codes, frame.post, size), _counts(codes, ~frame.post, size)
    share_now, share_before = now / max(1, now.sum()), before / max(1, before.sum())
    named = bool(_VERSION_NAME.search(dimension))
    new = [
        i
        for i in range(size)
        if now[i] >= RARE
        and before[i] < RARE
        and share_before[i] < share_now[i] / 4
        and levels[i] not in (MISSING, OTHER)
        and (named or _VERSION.match(levels[i]))
    ]
    if not new:
        return [], set()
    gone = share_before - share_now
    replaced = [i for i in range(size) if i not in new and gone[i] >= share_now[new].sum() / 5 and levels[i] != MISSING]
    if not replaced or before[replaced].sum() < RARE:
        return [], set()
    counterpart = ~frame.post & np.isin(codes, replaced)
    found = [Release(dimension, levels[i], counterpart | (frame.post & (codes == i))) for i in new]
    return found, {*new, *replaced}


def _pool(
    frame: DesignFrame, dimension: str, codes: NDArray[np.int64], levels: tuple[str, ...], merged: set[int]
) -> Axis | str:
    """The axis with rare levels pooled and the `merged` codes made one, or the reason why there is none."""
    size = len(levels)
    now, before = _counts(codes, frame.post, size), _counts(codes, ~frame.post, size)
    moved = np.abs(now / max(1, now.sum()) - before / max(1, before.sum()))
    keeps = (np.minimum(now, before) >= RARE) | ((np.maximum(now, before) >= RARE) & (moved >= STANDS_OUT))
    apart = [i for i in np.argsort(-(now + before), kind="stable") if keeps[i] and int(i) not in merged][:MOST_LEVELS]
    place = np.full(size, -1, dtype=np.int64)
    values: list[str] = []
    nameable: list[bool] = []
    for i in apart:
        place[i] = len(values)
        values.append(levels[i])
        nameable.append(True)
    if merged:
        place[sorted(merged)] = len(values)
        values.append(" or ".join(levels[i] for i in sorted(merged)))
        nameable.append(False)
    rest = place < 0
    rest &= (now + before) > 0
    pooled = int((now + before)[rest].sum())
    if pooled > MOST_POOLED * frame.n:
        return f"{pooled} of {frame.n} answers have a value that fewer than {RARE} share; too many values to compare"
    if pooled:
        place[rest] = len(values)
        values.append(OTHER)
        nameable.append(False)
    return Axis(dimension, tuple(values), place[codes], np.array(nameable, dtype=bool))
