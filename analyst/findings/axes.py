"""Segment dimensions made fit for comparison: rare levels pooled, new releases set apart, useless dimensions left out.

An axis is one dimension as the model sees it. A release is a version that did not exist in the baseline (or not for
some people: not yet on Android). Nobody can compare it with itself, so its users are compared with those of the
versions it replaced; read as an ordinary level, what it did would pass for a change of the mix.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.findings.releases import Release, find_releases
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


@dataclass(frozen=True)
class Axis:
    """`codes` (n,) int index `values`, as the model sees them: users of a release have the version it replaced.
    `search` (n,) int is the level that a finding may name, -1 for pooled levels and for users of a release."""

    dimension: str
    values: tuple[str, ...]
    codes: NDArray[np.int64]
    search: NDArray[np.int64]


@dataclass(frozen=True)
class Axes:
    """What the frame's dimensions became; `left_out` says why a dimension is not used."""

    axes: tuple[Axis, ...]
    releases: tuple[Release, ...]
    left_out: dict[str, str]


def make_axes(frame: DesignFrame) -> Axes:
    """The usable axes of `frame`, in its order of dimensions; made once for a frame."""
    known: Axes | None = frame.kept.get("axes")
    if known is None:
        known = frame.kept["axes"] = _make(frame)
    return known


def _make(frame: DesignFrame) -> Axes:
    left_out: dict[str, str] = {}
    for at, dimension in enumerate(frame.dimensions):
        reason = _unusable(frame, frame.codes[:, at], frame.levels[at])
        if reason:
            left_out[dimension] = reason
    releases = find_releases(frame, [d for d in frame.dimensions if d not in left_out], RARE)
    axes: list[Axis] = []
    for at, dimension in enumerate(frame.dimensions):
        if dimension in left_out:
            continue
        codes = frame.codes[:, at].astype(np.int64)
        named = codes.copy()
        for release in releases:
            if release.dimension == dimension:
                codes = np.where(release.level, frame.levels[at].index(release.replaced), codes)
                named[release.inside & frame.post] = -1
        axis = _pool(frame, dimension, codes, named, frame.levels[at])
        if isinstance(axis, str):
            left_out[dimension] = axis
        elif len(axis.values) > 1:
            axes.append(axis)
        elif not any(release.dimension == dimension for release in releases):
            left_out[dimension] = "it has one value only"
    return Axes(tuple(axes), tuple(releases), left_out)


def _unusable(frame: DesignFrame, codes: NDArray[np.int32], levels: tuple[str, ...]) -> str:
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


def _pool(
    frame: DesignFrame,
    dimension: str,
    codes: NDArray[np.int64],
    named: NDArray[np.int64],
    levels: tuple[str, ...],
) -> Axis | str:
    """The axis with rare levels pooled, or the reason why there is none."""
    size = len(levels)
    now = np.bincount(codes[frame.post], minlength=size)
    before = np.bincount(codes[~frame.post], minlength=size)
    moved = np.abs(now / max(1, now.sum()) - before / max(1, before.sum()))
    keeps = (np.minimum(now, before) >= RARE) | ((np.maximum(now, before) >= RARE) & (moved >= STANDS_OUT))
    apart = [i for i in np.argsort(-(now + before), kind="stable") if keeps[i]][:MOST_LEVELS]
    place = np.full(size, -1, dtype=np.int64)
    place[apart] = np.arange(len(apart))
    values = [levels[i] for i in apart]
    rest = (place < 0) & (now + before > 0)
    pooled = int((now + before)[rest].sum())
    if pooled > MOST_POOLED * frame.n:
        return f"{pooled} of {frame.n} answers have a value that fewer than {RARE} share; too many values to compare"
    search = np.where(named >= 0, place[named], -1)
    if pooled:
        place[rest] = len(values)
        values.append(OTHER)
    return Axis(dimension, tuple(values), place[codes], search)
