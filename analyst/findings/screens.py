"""Friction by screen: how many sessions meet it, whether that changed, on which devices, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from analyst.core.tables import SIGNALS
from analyst.core.values import Estimate
from analyst.findings.axes import MOST_LEVELS
from analyst.findings.exposure import ExposureGap
from analyst.findings.lifts import LEAST, Groups, make_groups, people_in, segment_lifts
from analyst.findings.types import ScreenFriction, ScreenLink, SegmentLift
from analyst.metrics import share_difference, wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.findings.counts import VisitCounts

Band = Literal["healthy", "median", "high", "serious"]
# share of a screen's sessions with a rage tap: the bands published for rage clicks
BANDS: tuple[tuple[float, Band], ...] = ((0.05, "healthy"), (0.10, "median"), (0.15, "high"), (1.01, "serious"))


def rage_band(rate: float) -> Band:
    """The band of a rage-tap rate (0..1): under 5 % healthy, under 10 % median, under 15 % high, else serious."""
    return next(name for limit, name in BANDS if rate < limit)


def screen_frictions(
    counts: VisitCounts,
    *,
    links: Sequence[ScreenLink] = (),
    gaps: Sequence[ExposureGap] = (),
    min_people: int = 5,
) -> list[ScreenFriction]:
    """Every (screen, signal) met in either window, the one that most people met first.

    Rates are shares of the sessions that visited the screen, with Wilson intervals widened for people with several
    sessions; segments are held against false discoveries screen by screen. `links` name the
    themes tied to it, `gaps` the score of those exposed (of the trouble that the signal belongs to).
    """
    found = []
    for screen in sorted(set(counts.screen)):
        rows = counts.screen == screen
        lifts = _segments(counts, rows & counts.post, min_people)
        for at, signal in enumerate(SIGNALS):
            friction = _friction(counts, rows, str(screen), at, lifts[at])
            if friction is not None:
                found.append(_with_ties(friction, str(screen), signal, links, gaps))
    return sorted(found, key=lambda f: (-f.users, f.screen, f.signal))


def _friction(
    counts: VisitCounts, rows: NDArray[np.bool_], screen: str, at: int, lifts: list[SegmentLift]
) -> ScreenFriction | None:
    now, n_now, users = _rate(counts, rows & counts.post, at)
    before, n_before, users_before = _rate(counts, rows & ~counts.post, at)
    if users + users_before == 0:
        return None
    low, high = share_difference(now.value, n_now, before.value, n_before)
    known = now.n > 0 and before.n > 0
    return ScreenFriction(
        screen=screen,
        signal=SIGNALS[at],
        sessions=now.n,
        users=users,
        rate=now,
        rate_before=before,
        trend=Estimate(
            now.value - before.value, low if known else None, high if known else None, now.n + before.n, "share"
        ),
        band=rage_band(now.value) if SIGNALS[at] == "rage_tap" and now.n else None,
        segments=lifts,
    )


def _rate(counts: VisitCounts, rows: NDArray[np.bool_], at: int) -> tuple[Estimate, float, int]:
    """Share of the visiting sessions that met the signal, the effective number of sessions, and the people met.

    The design effect is that of a ratio of totals over people (Kish 1965, 6.5), never below 1.
    """
    visits, hits = counts.visits[rows], counts.hits[rows, at]
    total = float(visits.sum())
    if total <= 0:
        return Estimate(0.0, None, None, 0, "share"), 0.0, 0
    rate = float(hits.sum()) / total
    _, person = np.unique(counts.person[rows], return_inverse=True)
    seen, met = np.bincount(person, visits), np.bincount(person, hits)
    apart = total * rate * (1 - rate)
    together = float(np.square(met - rate * seen).sum())
    n = total / max(1.0, together / apart) if apart > 0 else total
    low, high = wilson(rate, n)
    return Estimate(rate, low, high, round(total), "share"), n, int((met > 0).sum())


def _segments(counts: VisitCounts, rows: NDArray[np.bool_], min_people: int) -> list[list[SegmentLift]]:
    """Per signal, the segments in which the screen's sessions meet it more often than elsewhere."""
    index = np.flatnonzero(rows)
    usable = [i for i, levels in enumerate(counts.levels) if 1 < len(levels) <= MOST_LEVELS]
    if not len(index) or not usable:
        return [[] for _ in SIGNALS]
    groups = make_groups(
        tuple(counts.dimensions[i] for i in usable),
        tuple(counts.levels[i] for i in usable),
        counts.codes[index][:, usable],
        counts.visits[index],
        least=LEAST,
    )
    keep = [int(i) for i in np.flatnonzero(people_in(groups, counts.person[index]) >= min_people)]
    kept = Groups(tuple(groups.where[i] for i in keep), groups.member[keep])
    return segment_lifts(kept, counts.visits[index], counts.hits[index])


def _with_ties(
    friction: ScreenFriction, screen: str, signal: str, links: Sequence[ScreenLink], gaps: Sequence[ExposureGap]
) -> ScreenFriction:
    themes = [link.theme_id for link in links if (link.screen, link.signal) == (screen, signal)]
    gap = next((g.gap for g in gaps if g.trouble.screen == screen and signal in g.trouble.signals), None)
    return replace(friction, themes=list(dict.fromkeys(themes)), gap=gap)
