"""The order of fixes against true lift over effort, beside the order by mentions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy import stats

from analyst.fixes.lift import REALISATION
from analyst.fixes.places import places_of
from analyst.fixes.ranking import find_candidates, fix_id_of
from bench.fixes import baselines
from bench.fixes.lift import evidence_of
from bench.fixes.scenarios import Planted, Scenario, draw

TOP = 3


def ours(planted: Planted) -> tuple[dict[str, float], list[tuple[str, int, int]]]:
    """Priority by screen, 0 for what is not listed, and the bounds of the rank of each listed screen, in order."""
    frame = planted.frame
    candidates, _ = find_candidates(frame, evidence_of(planted), seen=planted.seen, realisation=REALISATION)
    by_theme = {screen.lower(): screen for screen in planted.lifts}
    screens = [by_theme[c.themes[0]] if c.grade == "C" else str(c.screen) for c in candidates]
    efforts = [planted.efforts[screen] for screen in screens]
    places = places_of(frame, candidates, efforts, [fix_id_of(candidate) for candidate in candidates])
    scores = dict.fromkeys(planted.lifts, 0.0)
    for i in reversed(places.order):
        scores[screens[i]] = places.priority[i]
    return scores, [(screens[i], *places.bounds[i]) for i in places.order]


def by_mentions(planted: Planted) -> dict[str, float]:
    """Leave-one-out impact of each trouble's theme over effort."""
    return {
        screen: baselines.leave_one_out(planted.frame, at)[0] / planted.efforts[screen]
        for at, screen in enumerate(planted.lifts)
    }


def agreement(scores: dict[str, float], planted: Planted) -> tuple[float, float]:
    """Spearman's correlation with true lift over effort (harmless ones 0), and how many of the true top three are
    among the first three."""
    screens = list(planted.lifts)
    truth = {screen: max(0.0, planted.lifts[screen]) / planted.efforts[screen] for screen in screens}
    spearman = float(stats.spearmanr([truth[s] for s in screens], [scores[s] for s in screens]).statistic)
    best = sorted(screens, key=lambda s: -truth[s])[:TOP]
    first = sorted(screens, key=lambda s: -scores[s])[:TOP]
    return spearman, len(set(best) & set(first)) / TOP


def rank_cover(bounds: list[tuple[str, int, int]], planted: Planted) -> list[bool]:
    """Whether the true rank of each listed trouble, among those listed, lies within the bounds told."""
    truth = {screen: planted.lifts[screen] / planted.efforts[screen] for screen, _, _ in bounds}
    order = sorted(truth, key=lambda s: -truth[s])
    return [low <= order.index(screen) + 1 <= high for screen, low, high in bounds]


def cell(scenario: Scenario, n: int, seeds: Iterable[int]) -> dict[str, Any]:
    """Mean agreement over seeds at one size."""
    mine, theirs, covered, listed = [], [], [], []
    for seed in seeds:
        planted = draw(scenario, n, seed)
        scores, bounds = ours(planted)
        mine.append(agreement(scores, planted))
        theirs.append(agreement(by_mentions(planted), planted))
        covered += rank_cover(bounds, planted)
        listed.append(len(bounds))
    return {
        "scenario": scenario.name,
        "n": n,
        "seeds": len(mine),
        "spearman": float(np.mean([m[0] for m in mine])),
        "spearman_worst_tenth": float(np.percentile([m[0] for m in mine], 10)),
        "top3": float(np.mean([m[1] for m in mine])),
        "rank_cover": float(np.mean(covered)),
        "listed": float(np.mean(listed)),
        "mentions_spearman": float(np.mean([t[0] for t in theirs])),
        "mentions_top3": float(np.mean([t[1] for t in theirs])),
    }
