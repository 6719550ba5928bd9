"""Rival rankers: the orders that other tools print, over the same findings.

Each is judged twice. On the pool, it orders the very recommendations that Undertone found, so that only the order
counts. On its native list, it orders what such a tool lists: themes, or screens.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from analyst.metrics import detractors

if TYPE_CHECKING:
    from analyst.answers.gather import Gatherer
    from analyst.fixes.types import Fix

FEWEST = 5  # mentioning answers that a share of detractors rests on
SHUFFLES = 100
SEED = 7
T = TypeVar("T")


@dataclass(frozen=True)
class ThemeStats:
    """A theme in the current window: answers that mention it, how many of them are detractors, and the leave-one-out
    impact: the score of all answers minus the score without those, in points (negative where it drags)."""

    theme_id: str
    mentions: int
    detractors: int
    impact: float


def theme_stats(found: Gatherer) -> dict[str, ThemeStats]:
    """The statistics of every theme but the system ones, by id."""
    frame, metric = found.frame, found.query.metric
    post = np.asarray(frame.post)
    y, low = frame.y[post], detractors(metric, frame.y[post], frame.score[post])
    mentions = np.asarray(frame.mentions[post].todense()) > 0
    kinds = {theme: name.kind for theme, name in found.names.items()}
    stats = {}
    for column, theme in enumerate(frame.theme_ids):
        if kinds.get(theme, "system") == "system":
            continue
        inside = mentions[:, column]
        rest = y[~inside]
        impact = float(y.mean() - rest.mean()) if len(rest) and len(y) else 0.0
        stats[theme] = ThemeStats(theme, int(inside.sum()), int((inside & low).sum()), impact)
    return stats


def rage_rates(found: Gatherer) -> dict[str, float]:
    """Share of the visiting sessions with rage taps, by screen; empty where no session was seen."""
    return {one.screen: one.rate.value for one in found.screens if one.signal == "rage_tap"}


Score = Callable[[ThemeStats], float]
BY_THEME: dict[str, Score] = {
    "theme size": lambda s: float(s.mentions),
    "detractor share": lambda s: s.detractors / s.mentions if s.mentions >= FEWEST else 0.0,
    "detractor count": lambda s: float(s.detractors),
    "leave-one-out impact": lambda s: -s.impact,
}
RAGE = "rage-tap rate"
RANDOM = "random"
NAMES = (*BY_THEME, RAGE, RANDOM)


def pool_orders(fixes: Sequence[Fix], found: Gatherer) -> dict[str, list[list[Fix]]]:
    """Each rival's order of the same recommendations, by its name: one list, of random a hundred.

    A recommendation counts with its first theme, or its screen; what a ranker knows nothing about comes last. Ties are
    broken by fix id, so that every order is strict.
    """
    stats, rates = theme_stats(found), rage_rates(found)

    def by(score: Callable[[Fix], float]) -> list[list[Fix]]:
        return [sorted(fixes, key=lambda fix: (-score(fix), fix.fix_id))]

    def themed(score: Score) -> Callable[[Fix], float]:
        return lambda fix: score(stats[fix.themes[0]]) if fix.themes and fix.themes[0] in stats else -np.inf

    orders = {name: by(themed(score)) for name, score in BY_THEME.items()}
    orders[RAGE] = by(lambda fix: rates.get(fix.screen or "", -1.0))
    orders[RANDOM] = shuffles(sorted(fixes, key=lambda fix: fix.fix_id))
    return orders


def native_orders(found: Gatherer) -> dict[str, list[list[str]]]:
    """Each rival's own list, by its name: `theme:ID` or `screen:NAME`, best first; of random a hundred of both."""
    stats, rates = theme_stats(found), rage_rates(found)
    orders = {
        name: [[f"theme:{s.theme_id}" for s in sorted(stats.values(), key=lambda s: (-score(s), s.theme_id))]]
        for name, score in BY_THEME.items()
    }
    screens = [f"screen:{screen}" for screen in sorted(rates, key=lambda screen: (-rates[screen], screen))]
    orders[RAGE] = [screens]
    orders[RANDOM] = shuffles(sorted([f"theme:{theme}" for theme in stats] + screens))
    return orders


def shuffles(items: Sequence[T], times: int = SHUFFLES, seed: int = SEED) -> list[list[T]]:
    """`times` seeded shuffles."""
    rng = random.Random(seed)
    return [rng.sample(list(items), len(items)) for _ in range(times)]
