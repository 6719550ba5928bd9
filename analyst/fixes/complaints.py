"""Candidate fixes from mentions alone: complaints that no trouble in sessions explains. Grade C, a range, a short list.

What people say goes with the score whether or not it made it, and nobody knows how many met a thing of whom only some
speak. So the range begins at nothing, and serves to decide what to look into.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.values import Estimate
from analyst.findings import ExposureGap, ScreenLink, ThemeName, adjusted_gaps
from analyst.fixes.candidates import FEWEST, Candidate, mentioners
from analyst.fixes.lift import REALISATION, Lift, expected_lift, exposed_share, lift_of, present_gap
from analyst.metrics import false_discoveries, normal_cdf
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

HEARD = 3  # mentioning answers in the current window, and others: a mean of fewer is an anecdote
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

    Sure are those whose answers with negative sentiment score lower than other comments, adjusted for segments, use
    and window, and that hold under false-discovery control over all themes (5 %, one-sided). After them come those
    heard most (`heard`): three or more answers mention them, whatever the sentiment that was read, and score lower;
    chance may explain any of them. The range goes from nothing, since how many met it is unknown, to the upper end of
    the lift if the same share of all who did not comment met it. Its middle only serves the order: the mentions' gap,
    shrunken by how little the themes of this window differ beyond chance (see heard_gaps), times the share who say
    so. Where a sure complaint is of a theme that others praise, so that its mentions as a whole are no lower, the
    middle is that of those who complain. Where most who speak of it had met one trouble on a screen, sessions know
    better than mentions: the range ends where that trouble's does (`gaps`, `seen` as in from_exposure), and it is no
    fix when those who met it score no lower. Themes of the same words, or tied to the same screen, are told once.
    """
    at = [
        i for i, t in enumerate(frame.theme_ids) if t in names and names[t].kind != "system" and t not in taken
    ]  # fmt: skip
    complains = np.asarray(frame.negative[:, at].todense()) > 0
    said = adjusted_gaps(frame, complains, frame.commented)
    looked = [k for k, gap in enumerate(said) if gap is not None and gap[1] > 0]
    p = np.array([normal_cdf(gap[0] / gap[1]) for gap in said if gap is not None and gap[1] > 0])
    held = {looked[i] for i in np.flatnonzero(false_discoveries(p))}
    low_scores = frame.y <= 0
    everybody, commented = int(frame.post.sum()), int((frame.commented & frame.post).sum())
    spoken = np.asarray(frame.mentions[:, at].todense()) > 0
    means = heard_gaps(frame.y, spoken, frame.commented & frame.post)
    found = []
    for k, column in enumerate(at):
        sure, mean = _sure(said[k], complains[:, k] & frame.post, k in held), means[k]
        gap = sure or (mean.value, mean.error) if mean is not None else sure
        if gap is None or gap[0] >= 0:
            continue
        mentions = int((spoken[:, k] & frame.post).sum())
        n = int((complains[:, k] & frame.post).sum()) if sure else mentions
        low = expected_lift(n / everybody, everybody, *gap, realisation)
        high = expected_lift(n / commented, commented, *gap, realisation)
        theme_id = frame.theme_ids[column]
        mine = [link for link in links if link.theme_id == theme_id and link.exposed_share >= TELLING]
        best = max(mine, key=lambda link: link.odds.value, default=None)
        met = _measured(frame, mine, gaps, seen, realisation)
        middle, most = (
            -mean.shrunken * mentions / everybody * realisation if mean else 0.0,
            high.points + Z95 * high.error,
        )
        if sure and middle <= 0:
            middle = low.points
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
                mentioners=mentioners(frame, [theme_id], complains[:, k] if sure else low_scores),
                heard=not sure,
            )
        )
    found.sort(key=lambda c: (c.heard, -c.lift.points, c.themes))
    return _told_once(found, names)[:MOST]


@dataclass(frozen=True)
class HeardGap:
    """Points by which those who mention a theme score above other comments, with the standard error of that, and the
    same `shrunken` towards no difference."""

    value: float
    error: float
    shrunken: float


def heard_gaps(y: NDArray[np.float64], spoken: NDArray[np.bool_], rows: NDArray[np.bool_]) -> list[HeardGap | None]:
    """The gap of each theme of `spoken` (n, t) among `rows` (n,); None where fewer than three mention it or do not.

    Scores y (n,) in points. The error takes one variance for all, since that of three answers says nothing. Shrunken
    is the posterior mean under normal true gaps about zero, whose variance is that of all gaps beyond what chance gives
    (empirical Bayes, the moments of DerSimonian & Laird 1986, Controlled Clinical Trials 7): where the themes differ no
    more than by chance, nothing remains of any.
    """
    inside = spoken[rows].astype(float)
    total, spread = len(inside), float(y[rows].var()) if rows.any() else 0.0
    counts = inside.sum(axis=0)
    usable = (counts >= HEARD) & (total - counts >= HEARD)
    if spread <= 0 or not usable.any():
        return [None] * spoken.shape[1]
    n, sums = counts[usable], y[rows] @ inside[:, usable]
    value = sums / n - (y[rows].sum() - sums) / (total - n)
    variance = spread * (1 / n + 1 / (total - n))
    beyond = max(0.0, float((np.square(value) / variance - 1).sum() / (1 / variance).sum()))
    shrunken = value * beyond / (beyond + variance)
    found: list[HeardGap | None] = [None] * spoken.shape[1]
    for place, k in enumerate(np.flatnonzero(usable)):
        found[k] = HeardGap(float(value[place]), math.sqrt(variance[place]), float(shrunken[place]))
    return found


def _sure(gap: tuple[float, float] | None, complains: NDArray[np.bool_], held: bool) -> tuple[float, float] | None:
    """The gap of a complaint that holds by itself, else None."""
    return gap if held and gap is not None and gap[0] < 0 and int(complains.sum()) >= FEWEST else None


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
