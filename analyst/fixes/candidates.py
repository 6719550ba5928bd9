"""Candidate fixes: troubles in sessions that go with lower scores, and complaints that no session shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.query import Where
from analyst.core.values import Estimate
from analyst.findings import (
    ExposureGap,
    ScreenFriction,
    ScreenLink,
    ThemeFinding,
    ThemeName,
    adjusted_gaps,
)
from analyst.findings.shrink import shrink
from analyst.fixes.lift import HARMFUL_Z, REALISATION, Lift, expected_lift, present_gap, replicated
from analyst.fixes.types import Grade
from analyst.metrics import false_discoveries, normal_cdf
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from analyst.runs.frame import DesignFrame

FEWEST = 5  # exposed (or complaining) answers in the current window
MOST_OF = 0.6  # a segment that holds this share of the friction is where to fix it
SHARPER = 2.0
TELLING = 0.2  # a screen is named for a complaint when this share of those who complain met its friction
LINKED_Z = -1.04  # one-sided 15 %: enough where people who complain of it also met it


@dataclass(frozen=True)
class Candidate:
    """What could be fixed. `gap` (points, of those exposed) with `error`; `share` of everybody exposed; `lift` over
    everybody and the interval to print; `exposed_n` answers behind it. `links` and `frictions` are its evidence."""

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
    """Troubles whose exposed answers score lower than others like them.

    Taken are those that hold under false-discovery control over all troubles (5 %, one-sided), and those that a theme
    of low scores is linked to where the gap points downwards (one-sided 15 %). A gap near these limits is shrunken,
    for having been picked (findings.shrink). Grade A: linked to a theme and lower in both windows; B otherwise.
    `seen` is the share of answers whose users are seen in sessions at all.
    """
    parts = [_present(frame, gap, seen) for gap in gaps]
    p = np.array([normal_cdf(value / error) for value, error, _, _ in parts])
    held = false_discoveries(p)
    harmful = {t.theme_id for t in themes if t.gap is not None and t.gap.value < 0}
    found = []
    for i, gap in enumerate(gaps):
        value, error, share, n = parts[i]
        mine = [k for k in links if k.screen == gap.trouble.screen and k.signal in gap.trouble.signals]
        mine = [k for k in mine if k.theme_id in harmful]
        if n < FEWEST or value >= 0 or not (held[i] or (mine and value / error <= LINKED_Z)):
            continue
        kept, low, high = shrink(value, error, -(HARMFUL_Z if held[i] else LINKED_Z))
        error = max(error, (high - low) / (2 * Z95))
        lift = expected_lift(share, frame.post.sum() * seen, kept, error, realisation)
        frictions = [f for f in screens if f.screen == gap.trouble.screen and f.signal in gap.trouble.signals]
        found.append(
            Candidate(
                screen=gap.trouble.screen,
                signals=gap.trouble.signals,
                themes=tuple(dict.fromkeys(k.theme_id for k in sorted(mine, key=lambda k: -k.odds.value))),
                where=_where(frictions),
                grade="A" if mine and replicated(gap) else "B",
                gap=kept,
                error=error,
                share=share,
                lift=lift,
                interval=lift.estimate(n),
                links=tuple(mine),
                frictions=tuple(frictions),
                mentioners=_mentioners(frame, [k.theme_id for k in mine], gap.trouble.exposed),
            )
        )
    return found


def _present(frame: DesignFrame, gap: ExposureGap, seen: float) -> tuple[float, float, float, int]:
    """Gap, its error, the share of everybody exposed, and the exposed answers of the current window."""
    exposed, w = gap.trouble.exposed, frame.weight
    shares = []
    for window in (frame.post, ~frame.post):
        total = float(w[window].sum())
        shares.append(float(w[window & exposed].sum()) / total if total > 0 else 0.0)
    value, error = present_gap(gap, shares[0], shares[1])
    share = min(1.0, shares[0] / seen) if seen > 0 else 0.0
    return value, error, share, int((exposed & frame.post).sum())


def _where(frictions: Sequence[ScreenFriction]) -> Where:
    """The segment that holds most of the friction at a much higher rate than elsewhere, or nothing."""
    for friction in frictions:
        hits = friction.rate.value * friction.rate.n
        for lift in friction.segments[:1]:
            inside = lift.share_in * lift.lift.n
            if hits > 0 and inside / hits >= MOST_OF and lift.lift.value >= SHARPER:
                return lift.where
    return ()


def _mentioners(frame: DesignFrame, themes: Sequence[str], first: np.ndarray | None = None) -> tuple[str, ...]:
    """Ids of the current window's answers that mention one of the themes; of those exposed only, where there are."""
    columns = [frame.theme_ids.index(theme) for theme in dict.fromkeys(themes) if theme in frame.theme_ids]
    if not columns:
        return ()
    rows = np.asarray(frame.mentions[:, columns].sum(axis=1)).ravel() > 0
    rows &= frame.post
    if first is not None and (rows & first).any():
        rows &= first
    return tuple(str(i) for i in frame.response_id[rows])


def from_complaints(
    frame: DesignFrame,
    names: Mapping[str, ThemeName],
    links: Sequence[ScreenLink],
    *,
    taken: Sequence[str],
    realisation: float = REALISATION,
) -> list[Candidate]:
    """Themes that people complain of and no trouble above explains: grade C, from mentions alone.

    The gap is that of answers which mention the theme with negative sentiment against other comments, adjusted for
    segments and window. How many met it is unknown: at least those who said so, at most the same share of all who
    did not comment. The range covers both ends with their intervals; its middle (geometric) only serves the order.
    """
    at = [
        i for i, t in enumerate(frame.theme_ids) if t in names and names[t].kind != "system" and t not in taken
    ]  # fmt: skip
    complains = np.asarray(frame.negative[:, at].todense()) > 0
    gaps = adjusted_gaps(frame, complains, frame.commented)
    everybody, commented = int(frame.post.sum()), int((frame.commented & frame.post).sum())
    found = []
    for k, column in enumerate(at):
        theme_id, gap = frame.theme_ids[column], gaps[k]
        who = complains[:, k] & frame.post
        n = int(who.sum())
        if gap is None or n < FEWEST or gap[1] <= 0 or gap[0] / gap[1] > HARMFUL_Z:
            continue
        value, error = gap
        fewest, most = n / everybody, n / commented
        low = expected_lift(fewest, everybody, value, error, realisation)
        high = expected_lift(most, commented, value, error, realisation)
        middle = math.sqrt(max(low.points, 0.0) * max(high.points, 0.0))
        bounds = max(0.0, low.points - Z95 * low.error), high.points + Z95 * high.error
        mine = [k for k in links if k.theme_id == theme_id and k.exposed_share >= TELLING]
        best = max(mine, key=lambda k: k.odds.value, default=None)
        found.append(
            Candidate(
                screen=best.screen if best else None,
                signals=(best.signal,) if best else (),
                themes=(theme_id,),
                where=(),
                grade="C",
                gap=value,
                error=error,
                share=math.sqrt(fewest * most),
                lift=Lift(middle, (bounds[1] - bounds[0]) / (2 * Z95)),
                interval=Estimate(middle, bounds[0], bounds[1], n),
                links=tuple(mine),
                mentioners=tuple(str(i) for i in frame.response_id[who]),
            )
        )
    return found


def merge(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One candidate per screen and main theme: the one of the largest lift, with the signals and evidence of all."""
    found: dict[tuple[str | None, str | tuple[str, ...]], Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: (c.grade == "C", -c.lift.points)):
        key = (candidate.screen, candidate.themes[0] if candidate.themes else candidate.signals)
        first = found.get(key)
        if first is None:
            found[key] = candidate
        else:
            found[key] = replace(
                first,
                signals=tuple(dict.fromkeys((*first.signals, *candidate.signals))),
                themes=tuple(dict.fromkeys((*first.themes, *candidate.themes))),
                links=tuple(dict.fromkeys((*first.links, *candidate.links))),
                frictions=(*first.frictions, *(f for f in candidate.frictions if f not in first.frictions)),
            )
    return list(found.values())


def spread_of(frame: DesignFrame) -> float:
    """Standard deviation of one answer's y, in points, over both windows."""
    if frame.n < 2:
        return 0.0
    mean = float(np.average(frame.y, weights=frame.weight))
    return math.sqrt(float(np.average(np.square(frame.y - mean), weights=frame.weight)))
