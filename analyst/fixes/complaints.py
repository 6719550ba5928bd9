"""Candidate fixes from mentions alone: complaints that no trouble in sessions explains. Grade C, a range, a short list.

What people say goes with the score whether or not it made it, and nobody knows how many met a thing of whom only some
speak. So the range begins at nothing, and serves to decide what to look into.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.values import Estimate
from analyst.findings import ExposureGap, ScreenLink, ThemeName, adjusted_gaps
from analyst.fixes.candidates import FEWEST, Candidate, mentioners
from analyst.fixes.lift import REALISATION, Lift, expected_lift, exposed_share, lift_of, present_gap
from analyst.metrics import false_discoveries, normal_cdf
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from analyst.runs.frame import DesignFrame

MOSTLY = 0.5  # from this share on, a complaint is about the trouble that those who complain had met
TELLING = 0.2  # a screen is named for a complaint when this share of those who complain met its friction
MOST = 5  # complaints listed: more are a list of themes, not of fixes
LEAST_POINTS = 0.25  # upper end of the range below which a complaint is not worth a place
SAME_WORDS = 0.5  # of the shorter label's words in the longer one: one complaint
_SMALL = frozenset([
    "a", "an", "and", "are", "at", "be", "but", "can't", "cannot", "don't", "for", "from", "has", "have", "i", "in",
    "is", "isn't", "it", "its", "me", "my", "no", "not", "of", "on", "or", "our", "so", "that", "the", "they", "this",
    "to", "was", "we", "were", "with", "won't", "you", "your",
])  # fmt: skip


def from_complaints(
    frame: DesignFrame,
    names: Mapping[str, ThemeName],
    links: Sequence[ScreenLink],
    *,
    taken: Sequence[str],
    gaps: Sequence[ExposureGap] = (),
    seen: float = 1.0,
    realisation: float = REALISATION,
) -> list[Candidate]:
    """The themes that people complain of most, and that no trouble above explains: at most five, grade C.

    The gap is that of answers which mention the theme with negative sentiment against other comments, adjusted for
    segments, use and window; taken are those that hold under false-discovery control over all themes (5 %,
    one-sided). How many met it is unknown: at least those who said so, at most the same share of all who did not
    comment. The range goes from nothing to the upper end of the latter; its middle (geometric, of the two points)
    only serves the order. Where most who speak of it had met one trouble on a screen, sessions know better than
    mentions: the range ends where that trouble's does (`gaps`, `seen` as in from_exposure), and it is no fix when those
    who met it score no lower. Themes of the same words, or tied to the same screen, are told once.
    """
    at = [
        i for i, t in enumerate(frame.theme_ids) if t in names and names[t].kind != "system" and t not in taken
    ]  # fmt: skip
    complains = np.asarray(frame.negative[:, at].todense()) > 0
    said = adjusted_gaps(frame, complains, frame.commented)
    looked = [k for k, gap in enumerate(said) if gap is not None and gap[1] > 0]
    p = np.array([normal_cdf(gap[0] / gap[1]) for gap in said if gap is not None and gap[1] > 0])
    held = {looked[i] for i in np.flatnonzero(false_discoveries(p))}
    everybody, commented = int(frame.post.sum()), int((frame.commented & frame.post).sum())
    found = []
    for k, column in enumerate(at):
        gap, n = said[k], int((complains[:, k] & frame.post).sum())
        if k not in held or gap is None or gap[0] >= 0 or n < FEWEST:
            continue
        low = expected_lift(n / everybody, everybody, *gap, realisation)
        high = expected_lift(n / commented, commented, *gap, realisation)
        theme_id = frame.theme_ids[column]
        mine = [link for link in links if link.theme_id == theme_id and link.exposed_share >= TELLING]
        best = max(mine, key=lambda link: link.odds.value, default=None)
        met = _measured(frame, mine, gaps, seen, realisation)
        middle, most = math.sqrt(low.points * high.points), high.points + Z95 * high.error
        if met is not None:
            middle, most = min(middle, met.points), min(most, met.points + Z95 * met.error)
        if middle <= 0 or most < LEAST_POINTS:
            continue
        found.append(
            Candidate(
                screen=best.screen if best else None,
                signals=(best.signal,) if best else (),
                themes=(theme_id,),
                where=(),
                grade="C",
                gap=gap[0],
                error=gap[1],
                share=math.sqrt(n / everybody * n / commented),
                lift=Lift(middle, most / (2 * Z95)),
                interval=Estimate(middle, 0.0, most, n),
                links=tuple(mine),
                mentioners=mentioners(frame, [theme_id], complains[:, k]),
            )
        )
    found.sort(key=lambda c: (-c.lift.points, c.themes))
    return _told_once(found, names)[:MOST]


def _measured(
    frame: DesignFrame, links: Sequence[ScreenLink], gaps: Sequence[ExposureGap], seen: float, realisation: float
) -> Lift | None:
    """The lift, from exposure, of the trouble that most who speak of a theme had met; None where there is none."""
    for link in sorted(links, key=lambda link: -link.exposed_share):
        if link.exposed_share < MOSTLY:
            return None
        for gap in gaps:
            if gap.trouble.screen == link.screen and link.signal in gap.trouble.signals:
                exposed, post = gap.trouble.exposed, frame.post
                present = present_gap(
                    gap, exposed_share(frame, exposed, post), exposed_share(frame, exposed, ~post)
                )  # fmt: skip
                return lift_of(frame, present, exposed, seen, realisation)[0]
    return None


def _told_once(candidates: Sequence[Candidate], names: Mapping[str, ThemeName]) -> list[Candidate]:
    """Without those that say again what a larger one says; the larger one keeps their themes."""
    kept: list[Candidate] = []
    for candidate in candidates:
        home = next((i for i, other in enumerate(kept) if _same(candidate, other, names)), None)
        if home is None:
            kept.append(candidate)
        else:
            first = kept[home]
            kept[home] = replace(
                first, themes=(*first.themes, *candidate.themes), links=(*first.links, *candidate.links)
            )
    return kept


def _same(a: Candidate, b: Candidate, names: Mapping[str, ThemeName]) -> bool:
    if a.screen is not None and (a.screen, a.signals) == (b.screen, b.signals):
        return True
    mine, other = words(names[a.themes[0]].label), words(names[b.themes[0]].label)
    shorter = min(len(mine), len(other))
    return shorter > 0 and len(mine & other) > SAME_WORDS * shorter


def words(text: str) -> frozenset[str]:
    """Its words in lower case without the small ones and plurals, to see whether two texts speak of one thing."""
    said = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.casefold().replace("’", "'"))
    return frozenset(_singular(word) for word in said if word not in _SMALL)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
