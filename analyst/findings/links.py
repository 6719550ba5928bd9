"""Ties between what people say and what happened to them: themes against friction met before the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from analyst.core.values import Estimate
from analyst.findings.types import ScreenLink, ThemeName
from analyst.metrics import false_discoveries, odds_ratio

if TYPE_CHECKING:
    from analyst.runs.frame import DesignFrame

FEWEST = 10  # mentioners with sessions, and exposed commenters, that a pair needs to be looked at
FEWEST_BOTH = 5  # mentioners who met it before a link is told: fewer are anecdotes


def screen_links(
    frame: DesignFrame, names: Mapping[str, ThemeName], named: Mapping[tuple[str, str], int] | None = None
) -> list[ScreenLink]:
    """Themes whose mentioners met a friction signal more often before their answer than other commenters did.

    Compared are the commented answers of both windows whose users had sessions. Odds ratio with Haldane's correction
    and Wald's interval; false discoveries over all pairs looked at stay below 5 % (Benjamini & Hochberg 1995). Only
    links that hold and point upwards are given, the sharpest of each theme first. `named` counts the opinions that
    name a screen in words, by (theme id, screen). A link goes with the theme; it is no cause.
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
    z = np.log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5))) / np.sqrt(
        1 / (a + 0.5) + 1 / (b + 0.5) + 1 / (c + 0.5) + 1 / (d + 0.5)
    )
    looked = (speak >= FEWEST) & (exposed >= FEWEST)
    held = np.zeros(z.shape, dtype=bool)
    held[looked] = false_discoveries(special.erfc(np.abs(z[looked]) / np.sqrt(2)))
    counted = named or {}
    links = []
    for t, e in sorted(
        zip(*np.nonzero(held & (z > 0) & (both >= FEWEST_BOTH)), strict=True), key=lambda at: (at[0], -z[at])
    ):
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
