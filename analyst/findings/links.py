"""Ties between what people say and what happened to them: themes against friction met before the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from analyst.core.values import Estimate
from analyst.findings.strata import like_people, pooled_odds
from analyst.findings.types import LinkKind, ScreenLink, ThemeName, ThemeScreen
from analyst.metrics import false_discoveries, odds_ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.findings.ties import Tie
    from analyst.runs.frame import DesignFrame

FEWEST = 10  # mentioners with sessions, and exposed commenters, that a pair needs to be looked at
FEWEST_BOTH = 5  # mentioners who met it before a link is told: fewer are anecdotes


def screen_links(
    frame: DesignFrame, names: Mapping[str, ThemeName], named: Mapping[tuple[str, str], int] | None = None
) -> list[ScreenLink]:
    """Themes whose mentioners met a friction signal more often before their answer than other commenters like them.

    Compared are the commented answers of both windows whose users had sessions, within cells of the same segments,
    window and number of sessions (see strata): Mantel and Haenszel's odds ratio. False discoveries over all pairs
    looked at stay below 5 % (Benjamini & Hochberg 1995). Only links that hold and point upwards are given, the
    sharpest of each theme first. `named` counts the opinions that name a screen in words, by (theme id, screen). A
    link goes with the theme; it is no cause.
    """
    rows = np.flatnonzero(frame.commented & frame.with_sessions)
    themes = [i for i, t in enumerate(frame.theme_ids) if t in names and names[t].kind != "system"]
    if not len(rows) or not themes or not frame.frictions:
        return []
    mentions = frame.mentions[rows][:, themes]
    met = frame.exposed[rows].copy()
    met.data = (met.data > 0).astype(float)
    both = np.asarray((mentions.T @ met).todense())
    speak = np.asarray(mentions.sum(axis=0)).ravel()[:, None]
    exposed = np.asarray(met.sum(axis=0)).ravel()[None, :]
    a, b, c = both, speak - both, exposed - both
    d = len(rows) - speak - exposed + both
    odds = pooled_odds(mentions, met, like_people(frame, rows, np.asarray(met.sum(axis=1)).ravel() > 0))
    looked = (speak >= FEWEST) & (exposed >= FEWEST)
    held = np.zeros(odds.z.shape, dtype=bool)
    held[looked] = false_discoveries(special.erfc(np.abs(odds.z[looked]) / np.sqrt(2)))
    counted = named or {}
    links = []
    for t, e in sorted(
        zip(*np.nonzero(held & (odds.z > 0) & (both >= FEWEST_BOTH)), strict=True),
        key=lambda at: (at[0], -odds.z[at]),
    ):
        ratio, low, high = float(odds.ratio[t, e]), float(odds.low[t, e]), float(odds.high[t, e])
        if np.isnan(ratio):  # everybody, or nobody else: only a correction keeps that finite
            ratio, low, high, _ = odds_ratio(a[t, e], b[t, e], c[t, e], d[t, e])
        theme_id = frame.theme_ids[themes[t]]
        screen, signal = frame.frictions[e]
        quiet = len(rows) - speak[t, 0]
        links.append(
            ScreenLink(
                theme_id=theme_id,
                screen=screen,
                signal=signal,
                odds=Estimate(ratio, low, high, int(speak[t, 0]), "ratio"),
                exposed_share=float(a[t, e] / speak[t, 0]),
                other_share=float(c[t, e] / quiet) if quiet else 0.0,
                significant=True,
                named=counted.get((theme_id, screen), 0),
            )
        )
    return links


def theme_screens(links: Sequence[ScreenLink], words: Sequence[Tie], summaries: Sequence[Tie]) -> list[ThemeScreen]:
    """Each theme's screens, and what ties them to it: `links` (exposure before the answer), `words` (opinions of the
    theme that name the screen) and `summaries` (people whose sessions' summaries fall in the theme, and who met
    friction on the screen). A tie by words or by summaries must hold against false discoveries over all that were
    looked at. The screens with most kinds of ties come first, then those with the sharpest.
    """
    by_words, by_summaries = _held(words), _held(summaries)
    exposed: dict[tuple[str, str], ScreenLink] = {}
    for link in links:
        exposed.setdefault((link.theme_id, link.screen), link)
    found = []
    for pair in sorted({*exposed, *by_words, *by_summaries}):
        told: list[LinkKind] = []
        told += ["exposed"] if pair in exposed else []
        told += ["named"] if pair in by_words else []
        told += ["session"] if pair in by_summaries else []
        found.append(
            ThemeScreen(pair[0], pair[1], tuple(told), exposed.get(pair), by_words.get(pair), by_summaries.get(pair))
        )
    return sorted(found, key=lambda tie: (tie.theme_id, -len(tie.kinds), -_sharpness(tie), tie.screen))


def _held(ties: Sequence[Tie]) -> dict[tuple[str, str], Estimate]:
    """The odds of the ties that hold and point upwards, by (theme id, screen); n is the number of both."""
    looked = [tie for tie in ties if tie.theme >= FEWEST and tie.screened >= FEWEST]
    odds = [
        odds_ratio(t.both, t.theme - t.both, t.screened - t.both, t.all - t.theme - t.screened + t.both) for t in looked
    ]
    p: NDArray[np.float64] = special.erfc(np.abs([z for *_, z in odds]) / np.sqrt(2)) if odds else np.zeros(0)
    return {
        (tie.theme_id, tie.screen): Estimate(ratio, low, high, tie.both, "ratio")
        for tie, (ratio, low, high, z), holds in zip(looked, odds, false_discoveries(p), strict=True)
        if holds and z > 0 and tie.both >= FEWEST_BOTH
    }


def _sharpness(tie: ThemeScreen) -> float:
    return max((e.low or 0.0) for e in (tie.exposure.odds if tie.exposure else None, tie.words, tie.summaries) if e)


def with_kinds(links: Sequence[ScreenLink], ties: Sequence[ThemeScreen]) -> list[ScreenLink]:
    """The links, each knowing in which ways its theme and its screen are tied."""
    kinds = {(tie.theme_id, tie.screen): tie.kinds for tie in ties}
    return [replace(link, kinds=kinds.get((link.theme_id, link.screen), link.kinds)) for link in links]
