"""Friction by screen: how many sessions meet it, whether that changed, on which devices, and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from analyst.core.tables import SIGNALS
from analyst.core.values import Estimate
from analyst.findings.axes import MOST_LEVELS
from analyst.findings.exposure import ExposureGap
from analyst.findings.lifts import LEAST, Groups, make_groups, people_in, segment_lifts
from analyst.findings.taps import RAGE, TapCounts, tap_check
from analyst.findings.types import ScreenFriction, ScreenLink, SegmentLift, WeekRate
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
    taps: TapCounts | None = None,
    weeks: Mapping[tuple[str, str], Sequence[tuple[str, int, int]]] | None = None,
    min_people: int = 5,
) -> list[ScreenFriction]:
    """Every (screen, signal) met in either window, the one that most people met first.

    Rates are shares of the sessions that visited the screen, with Wilson intervals widened for people with several
    sessions; segments are held against false discoveries screen by screen. `links` name the
    themes tied to it, `gaps` the score of those exposed (of the trouble that the signal belongs to), `taps` what goes
    with rage taps (see taps.tap_check), `weeks` the (week, sessions, sessions hit) of each screen and signal.
    """
    found = []
    for screen in sorted(set(counts.screen)):
        rows = counts.screen == screen
        lifts = _segments(counts, rows & counts.post, min_people)
        now, before = _seen(counts, rows & counts.post), _seen(counts, rows & ~counts.post)
        for at, signal in enumerate(SIGNALS):
            friction = _friction(now, before, str(screen), at, lifts[at])
            if friction is not None:
                tied = _with_ties(friction, str(screen), signal, links, gaps)
                series = (weeks or {}).get((str(screen), signal), ())
                found.append(_with_taps(replace(tied, by_week=_series(friction, series)), taps))
    return sorted(found, key=lambda f: (-f.users, f.screen, f.signal))


@dataclass(frozen=True)
class _Seen:
    """Who saw a screen in one window: `visits` (r,) and `hits` (r, s) of its rows, `person` (r,) their codes without
    gaps, `by_person` the visits of each."""

    visits: NDArray[np.float64]
    hits: NDArray[np.float64]
    person: NDArray[np.int64]
    by_person: NDArray[np.float64]


def _seen(counts: VisitCounts, rows: NDArray[np.bool_]) -> _Seen:
    visits = counts.visits[rows]
    _, person = np.unique(counts.person[rows], return_inverse=True)
    return _Seen(visits, counts.hits[rows], person, np.bincount(person, visits).astype(np.float64))


def _friction(seen: _Seen, seen_before: _Seen, screen: str, at: int, lifts: list[SegmentLift]) -> ScreenFriction | None:
    now, n_now, users = _rate(seen, at)
    before, n_before, users_before = _rate(seen_before, at)
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
        user_share=_people(users, len(seen.by_person)),
    )


def _people(met: int, visitors: int) -> Estimate | None:
    if not visitors:
        return None
    low, high = wilson(met / visitors, visitors)
    return Estimate(met / visitors, low, high, visitors, "share")


def _rate(seen: _Seen, at: int) -> tuple[Estimate, float, int]:
    """Share of the visiting sessions that met the signal, the effective number of sessions, and the people met.

    The design effect is that of a ratio of totals over people (Kish 1965, 6.5), never below 1.
    """
    hits = seen.hits[:, at]
    total = float(seen.visits.sum())
    if total <= 0:
        return Estimate(0.0, None, None, 0, "share"), 0.0, 0
    rate = float(hits.sum()) / total
    met = np.bincount(seen.person, hits)
    apart = total * rate * (1 - rate)
    together = float(np.square(met - rate * seen.by_person).sum())
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


def _series(friction: ScreenFriction, weeks: Sequence[tuple[str, int, int]]) -> list[WeekRate]:
    """The weeks' rates; their intervals are widened as much as the window's is by people with several sessions."""
    rate = friction.rate if friction.rate.n else friction.rate_before
    effect = _design_effect(rate)
    found = []
    for week, sessions, hit in weeks:
        low, high = wilson(hit / sessions, sessions / effect)
        found.append(WeekRate(week, Estimate(hit / sessions, low, high, sessions, "share")))
    return found


def _design_effect(rate: Estimate) -> float:
    """How many times wider than plain Wilson's an interval is, squared; never below 1."""
    if rate.low is None or rate.high is None or not rate.n:
        return 1.0
    low, high = wilson(rate.value, rate.n)
    return max(1.0, ((rate.high - rate.low) / (high - low)) ** 2)


def _with_taps(friction: ScreenFriction, taps: TapCounts | None) -> ScreenFriction:
    if taps is None or friction.signal != RAGE:
        return friction
    return replace(friction, taps=tap_check(taps, friction.screen, friction.gap, friction.trend))


def _with_ties(
    friction: ScreenFriction, screen: str, signal: str, links: Sequence[ScreenLink], gaps: Sequence[ExposureGap]
) -> ScreenFriction:
    themes = [link.theme_id for link in links if (link.screen, link.signal) == (screen, signal)]
    gap = next((g.gap for g in gaps if g.trouble.screen == screen and signal in g.trouble.signals), None)
    return replace(friction, themes=list(dict.fromkeys(themes)), gap=gap)
