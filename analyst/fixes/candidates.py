"""Candidate fixes from sessions: troubles whose exposed answers score lower than they would have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.query import Where
from analyst.core.values import Estimate
from analyst.findings import ExposureGap, Gap, ScreenFriction, ScreenLink, ThemeFinding
from analyst.findings.shrink import shrink
from analyst.fixes.began import Began, began_with
from analyst.fixes.bundle import Bundles, Part
from analyst.fixes.lift import HARMFUL_Z, REALISATION, Lift, exposed_share, lift_of, present_gap, replicated
from analyst.fixes.types import Grade
from analyst.metrics import false_discoveries, normal_cdf
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

FEWEST = 5  # exposed (or complaining) answers in the current window
MOST_OF = 0.6  # a segment that holds this share of the friction is where to fix it
SHARPER = 2.0
LINKED_Z = -1.04  # one-sided 15 %: enough where people who complain of it also met it


@dataclass(frozen=True)
class Candidate:
    """What could be fixed. `gap` (points, of those exposed) with `error`; `share` of everybody exposed; `lift` over
    everybody and the interval to print; `exposed_n` answers behind it. `links` and `frictions` are its evidence.

    `troubles` are the places of its troubles among the gaps, `now` whether only the current window's gap counts,
    `influence` (n,) what each answer adds to the lift's error; none of them for complaints. `began` is the release
    that it came with. `heard` marks a complaint that chance may explain: among those heard most, and no more.
    """

    screen: str | None
    signals: tuple[str, ...]
    themes: tuple[str, ...]
    where: Where
    grade: Grade
    gap: float
    error: float
    share: float
    lift: Lift
    interval: Estimate
    links: tuple[ScreenLink, ...] = ()
    frictions: tuple[ScreenFriction, ...] = ()
    mentioners: tuple[str, ...] = ()  # response ids to quote from
    troubles: tuple[int, ...] = ()
    now: bool = False
    influence: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)
    began: Began | None = field(default=None, compare=False, repr=False)
    heard: bool = False

    @property
    def part(self) -> Part:
        """Its share in a bundle."""
        return Part(self.troubles, self.lift, self.now)


@dataclass(frozen=True)
class _Present:
    """A trouble's gap to reckon with, whether it is the current window's alone, and the answers exposed now."""

    gap: Gap
    now: bool
    n: int

    @property
    def z(self) -> float:
        return self.gap.value / self.gap.error


def from_exposure(
    frame: DesignFrame,
    gaps: Sequence[ExposureGap],
    links: Sequence[ScreenLink],
    themes: Sequence[ThemeFinding],
    screens: Sequence[ScreenFriction],
    *,
    seen: float,
    realisation: float = REALISATION,
) -> list[Candidate]:
    """Troubles whose exposed answers score lower than they would have.

    Taken are those that hold under false-discovery control over all troubles (5 %, one-sided), and those that a theme
    of low scores is linked to where the gap points downwards (one-sided 15 %). A gap near these limits is shrunken,
    for having been picked (findings.shrink). Rage taps that look meant (ScreenFriction.likely_false) are no trouble.
    Grade A: two comparisons agree, which is lower in both windows, or lower
    now and begun with a release whose users' score fell by itself (see began); B otherwise.
    `seen` is the share of answers whose users are seen in sessions at all.
    """
    present = [_present(frame, gap) for gap in gaps]
    held = false_discoveries(np.array([normal_cdf(part.z) for part in present]))
    harmful = {t.theme_id for t in themes if t.gap is not None and t.gap.value < 0}
    meant = {(f.screen, f.signal) for f in screens if f.likely_false}
    found = []
    for i, (gap, part) in enumerate(zip(gaps, present, strict=True)):
        trouble = gap.trouble
        if all((trouble.screen, signal) in meant for signal in trouble.signals):
            continue
        mine = [k for k in links if k.screen == trouble.screen and k.signal in trouble.signals]
        mine = [k for k in mine if k.theme_id in harmful]
        if part.n < FEWEST or part.z >= 0 or not (held[i] or (mine and part.z <= LINKED_Z)):
            continue
        began = began_with(frame, trouble.exposed)
        tied = tuple(dict.fromkeys(k.theme_id for k in sorted(mine, key=lambda k: -k.odds.value)))
        risen = tuple(t for t in _risen_with(began, themes) if t not in tied)
        kept = _shrunken(part.gap, -(HARMFUL_Z if held[i] else LINKED_Z))
        lift, influence = lift_of(frame, kept, trouble.exposed, seen, realisation)
        frictions = [f for f in screens if f.screen == trouble.screen and f.signal in trouble.signals]
        found.append(
            Candidate(
                screen=trouble.screen,
                signals=trouble.signals,
                themes=(*tied, *risen),
                where=_where(frictions),
                grade="A" if replicated(gap) or _release_agrees(part, began) else "B",
                gap=kept.value,
                error=kept.error,
                share=min(1.0, exposed_share(frame, trouble.exposed, frame.post) / seen) if seen > 0 else 0.0,
                lift=lift,
                interval=lift.estimate(part.n),
                links=tuple(mine),
                frictions=tuple(frictions),
                mentioners=mentioners(frame, [*tied, *risen], trouble.exposed),
                troubles=(i,),
                now=part.now,
                influence=influence,
                began=began,
            )
        )
    return found


def _risen_with(began: Began | None, themes: Sequence[ThemeFinding]) -> list[str]:
    """Themes of low scores that rose, beyond chance, among the users of the release that a trouble began with. Within
    the release nearly everybody may have met it, so that no link to it can show there."""
    if began is None:
        return []
    return [
        theme.theme_id
        for theme in themes
        if theme.kind != "system"
        and theme.gap is not None
        and theme.gap.value < 0
        and theme.trend.value > 0
        and theme.trend.excludes_zero()
        and any(lift.significant and set(began.where) <= set(lift.where) for lift in theme.segments[:1])
    ]


def _present(frame: DesignFrame, gap: ExposureGap) -> _Present:
    exposed, post = gap.trouble.exposed, frame.post
    shares = exposed_share(frame, exposed, post), exposed_share(frame, exposed, ~post)
    chosen = present_gap(gap, *shares)
    return _Present(chosen, chosen is gap.now, int((exposed & post).sum()))


def _shrunken(gap: Gap, limit: float) -> Gap:
    """What remains of a gap that was taken because its z passed `limit`, with an interval no narrower."""
    value, low, high = shrink(gap.value, gap.error, limit)
    error = max(gap.error, (high - low) / (2 * Z95))
    return Gap(value, error, gap.influence * (error / gap.error))


def _release_agrees(part: _Present, began: Began | None) -> bool:
    """Whether those exposed score lower now, and the score of the release's users fell by itself, both beyond chance
    (one-sided 5 %)."""
    if began is None or began.shift is None or part.z > HARMFUL_Z:
        return False
    return began.shift.value / began.shift.error <= HARMFUL_Z


def _where(frictions: Sequence[ScreenFriction]) -> Where:
    """The segment that holds most of the friction at a much higher rate than elsewhere, or nothing."""
    for friction in frictions:
        hits = friction.rate.value * friction.rate.n
        for lift in friction.segments[:1]:
            inside = lift.share_in * lift.lift.n
            if hits > 0 and inside / hits >= MOST_OF and lift.lift.value >= SHARPER:
                return lift.where
    return ()


def mentioners(frame: DesignFrame, themes: Sequence[str], first: np.ndarray | None = None) -> tuple[str, ...]:
    """Ids of the current window's answers that mention one of the themes; of those exposed only, where there are."""
    columns = [frame.theme_ids.index(theme) for theme in dict.fromkeys(themes) if theme in frame.theme_ids]
    if not columns:
        return ()
    rows = np.asarray(frame.mentions[:, columns].sum(axis=1)).ravel() > 0
    rows &= frame.post
    if first is not None and (rows & first).any():
        rows &= first
    return tuple(str(i) for i in frame.response_id[rows])


def merge(candidates: Sequence[Candidate], bundles: Bundles) -> list[Candidate]:
    """One candidate per screen and main theme, with the signals and evidence of all; where several troubles become
    one fix, its lift is that of mending them all."""
    found: dict[tuple[str | None, str | tuple[str, ...]], Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: (c.grade, -c.lift.points)):
        key = (candidate.screen, candidate.themes[0] if candidate.themes else candidate.signals)
        first = found.get(key)
        found[key] = candidate if first is None else _as_one(first, candidate, bundles)
    return list(found.values())


def _as_one(first: Candidate, other: Candidate, bundles: Bundles) -> Candidate:
    both = replace(
        first,
        signals=tuple(dict.fromkeys((*first.signals, *other.signals))),
        themes=tuple(dict.fromkeys((*first.themes, *other.themes))),
        links=tuple(dict.fromkeys((*first.links, *other.links))),
        frictions=(*first.frictions, *(f for f in other.frictions if f not in first.frictions)),
    )
    if first.influence is None or other.influence is None:
        return both
    lift = bundles.joint([first.part, other.part])
    if lift is None or lift.points <= 0:
        return both
    frame, troubles = bundles.frame, (*first.troubles, *other.troubles)
    exposed = bundles.exposed(troubles)
    share = exposed_share(frame, exposed, frame.post) / bundles.seen if bundles.seen > 0 else 0.0
    if share <= 0 or bundles.realisation <= 0:
        return both
    scale = lift.error / first.lift.error if first.lift.error > 0 else 1.0
    return replace(
        both,
        gap=-lift.points / share / bundles.realisation,
        error=lift.error / share / bundles.realisation,
        share=min(1.0, share),
        lift=lift,
        interval=lift.estimate(int((exposed & frame.post).sum())),
        troubles=troubles,
        now=first.now or other.now,
        influence=first.influence * scale,
    )


def spread_of(frame: DesignFrame) -> float:
    """Standard deviation of one answer's y, in points, over both windows."""
    if frame.n < 2:
        return 0.0
    mean = float(np.average(frame.y, weights=frame.weight))
    return math.sqrt(float(np.average(np.square(frame.y - mean), weights=frame.weight)))
