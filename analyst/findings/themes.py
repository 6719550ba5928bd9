"""Themes in the current window against the baseline: how common, for whom, and what goes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.values import Estimate, Quote
from analyst.findings.lifts import Groups, make_groups, people_in, segment_lifts
from analyst.findings.types import QuoteLookup, ScreenLink, SegmentLift, ThemeFinding, ThemeName
from analyst.metrics import (
    change_estimate,
    detractors,
    effective_n,
    sample,
    share_difference,
    wilson,
)
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.core.query import Query
    from analyst.runs.frame import DesignFrame

FEWEST = 5  # mentioning answers below which no score of theirs is given
QUOTES = 3
_TRAY = {"emerging": 1, "system": 2}  # told after the themes that one may rely on
COMMENTS = 30  # comments in the baseline before a theme can be called new


def theme_findings(
    frame: DesignFrame,
    query: Query,
    names: Mapping[str, ThemeName],
    *,
    links: Sequence[ScreenLink] = (),
    quotes: QuoteLookup | None = None,
    min_people: int = 5,
) -> list[ThemeFinding]:
    """Every theme mentioned in either window, what matters most first.

    `names` are the themes to report (system themes come last); `links` are laid to their themes, `quotes` fetches up
    to three exact texts of each from the current window. What matters: the points that go with the theme now, and
    once more those it gained, -gap * (share + rise of share), the gap shrunken by its own noise.
    """
    groups, rows = _groups(frame, frame.commented & frame.post, min_people)
    low = detractors(query.metric, frame.y, frame.score)
    at = [i for i, theme in enumerate(frame.theme_ids) if theme in names]
    ids = [frame.theme_ids[i] for i in at]
    mentions = np.asarray(frame.mentions[:, at].todense()) > 0
    negative = np.asarray(frame.negative[:, at].todense()) > 0
    weight = frame.weight[rows]
    hits = (mentions[rows] & low[rows, None]) * weight[:, None]
    lifts = segment_lifts(groups, weight, hits)
    found = []
    for column, theme_id in enumerate(ids):
        finding = _finding(frame, query, names[theme_id], mentions[:, column], negative[:, column], low)
        if finding is None:
            continue
        mine = [link for link in links if link.theme_id == theme_id]
        spoken = _quotes(frame, theme_id, mentions[:, column], quotes)
        found.append(replace(finding, segments=lifts[column], screens=mine, quotes=spoken))
    return sorted(found, key=lambda f: (_TRAY.get(f.kind, 0), -_matters(f), -f.share.value, f.theme_id))


def detractor_segments(frame: DesignFrame, query: Query, *, min_people: int = 5) -> list[SegmentLift]:
    """Segments of one or two dimensions where detractors are commoner than outside, in the current window."""
    groups, rows = _groups(frame, frame.post, min_people)
    low = detractors(query.metric, frame.y, frame.score)[rows]
    weight = frame.weight[rows]
    return segment_lifts(groups, weight, (low * weight)[:, None])[0]


def _groups(frame: DesignFrame, keep: NDArray[np.bool_], min_people: int) -> tuple[Groups, NDArray[np.int64]]:
    rows = np.flatnonzero(keep)
    groups = make_groups(frame.dimensions, frame.levels, frame.codes[rows], frame.weight[rows])
    enough = [int(i) for i in np.flatnonzero(people_in(groups, frame.person[rows]) >= min_people)]
    return Groups(tuple(groups.where[i] for i in enough), groups.member[enough]), rows


def _finding(
    frame: DesignFrame,
    query: Query,
    name: ThemeName,
    mentions: NDArray[np.bool_],
    negative: NDArray[np.bool_],
    low: NDArray[np.bool_],
) -> ThemeFinding | None:
    """The theme's numbers; None when neither window mentions it."""
    now, before = frame.commented & frame.post, frame.commented & ~frame.post
    if not (mentions & (now | before)).any():
        return None
    share, n_now = _share(frame, mentions, now)
    share_before, n_before = _share(frame, mentions, before)
    lowest, highest = share_difference(share.value, n_now, share_before.value, n_before)
    trend = Estimate(share.value - share_before.value, lowest, highest, share.n + share_before.n, "share")
    inside = mentions & now
    count = int(inside.sum())
    return ThemeFinding(
        theme_id=name.theme_id,
        label=name.label,
        kind=name.kind,
        mentions=count,
        share=share,
        share_before=share_before,
        trend=trend,
        gap=_gap(frame, query, inside, now & ~mentions),
        detractor_share=_share(frame, low, inside)[0] if count >= FEWEST else None,
        negative_share=_share(frame, negative, inside)[0].value if count else None,
        is_new=bool(not (mentions & before).any() and before.sum() >= COMMENTS and lowest > 0),
    )


def _share(frame: DesignFrame, what: NDArray[np.bool_], among: NDArray[np.bool_]) -> tuple[Estimate, float]:
    """Weighted share of `among` with `what`, with Wilson's interval, and the effective number of answers behind it."""
    weight = frame.weight[among]
    total = float(weight.sum())
    if total <= 0:
        return Estimate(0.0, None, None, 0, "share"), 0.0
    inside = what[among].astype(float)
    value = float(weight @ inside) / total
    n = effective_n(inside, weight, frame.person[among])
    low, high = wilson(value, n)
    return Estimate(value, low, high, int(among.sum()), "share"), n


def _gap(frame: DesignFrame, query: Query, inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> Estimate | None:
    if inside.sum() < FEWEST or outside.sum() < FEWEST:
        return None
    return change_estimate(
        sample(query.metric, frame.y[inside], frame.weight[inside], frame.person[inside]),
        sample(query.metric, frame.y[outside], frame.weight[outside], frame.person[outside]),
    )


def _matters(finding: ThemeFinding) -> float:
    gap = finding.gap
    if gap is None or gap.low is None or gap.high is None:
        return 0.0
    error = (gap.high - gap.low) / (2 * Z95)
    sure = gap.value**2 / (gap.value**2 + error**2) if gap.value else 0.0
    return -gap.value * sure * (finding.share.value + max(0.0, finding.trend.value))


def _quotes(frame: DesignFrame, theme_id: str, mentions: NDArray[np.bool_], quotes: QuoteLookup | None) -> list[Quote]:
    if quotes is None:
        return []
    ids = [str(i) for i in frame.response_id[mentions & frame.post]]
    return quotes(theme_id, ids, QUOTES) if ids else []
