"""Funnels: how many go on from one screen to the next, who does not, and which friction goes with leaving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import special

from analyst.core.tables import SIGNALS
from analyst.core.values import Estimate
from analyst.findings.axes import MOST_LEVELS
from analyst.findings.clustered import share_gap, two_groups
from analyst.findings.lifts import Groups, make_groups, people_in, segment_lifts
from analyst.findings.types import SegmentLift
from analyst.metrics import effective_n, false_discoveries, share_difference, wilson
from analyst.runs.counting import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.findings.walks import Walks

Per = Literal["session", "user"]
LEAST_LEVEL = 30  # sessions at a step that a segment's level needs to be shown
KEPT_SCREENS = 8  # the screens that most sessions see, among which paths are looked for
LENGTHS = (4, 3)
LEAST_SUPPORT = 0.03  # of all sessions with a path


@dataclass(frozen=True)
class LevelRate:
    """The conversion of one level of a segment dimension at one step."""

    dimension: str
    level: str
    rate: Estimate


@dataclass(frozen=True)
class StepFriction:
    """A signal met on a step's screen: `hit` of those who reached it met it; `difference` is their share of going on
    minus that of the others. `significant` after false-discovery control over all steps and signals."""

    signal: str
    hit: int
    difference: Estimate
    significant: bool


@dataclass(frozen=True)
class FunnelStep:
    """One step: from `screen` to `next`, `number` counting from 1.

    `reached` sessions (or users) came so far in the current window, `people` their number of people; `rate` is the
    share that went on, `before` that of the baseline, `trend` their difference. `segments` are those in which leaving
    is commoner than elsewhere, `by` every level's rate, `frictions` what goes with leaving.
    """

    number: int
    screen: str
    next: str
    reached: int
    people: int
    rate: Estimate
    before: Estimate
    trend: Estimate
    segments: list[SegmentLift] = field(default_factory=list)
    by: list[LevelRate] = field(default_factory=list)
    frictions: list[StepFriction] = field(default_factory=list)


@dataclass(frozen=True)
class Funnel:
    """Steps in their order, counted `per` session or user; `known` are those whose path is known, `whole` the share
    of those who entered that went all the way."""

    screens: tuple[str, ...]
    per: Per
    known: int
    whole: Estimate
    steps: list[FunnelStep]

    @property
    def worst_first(self) -> list[FunnelStep]:
        """The steps by their rate, the lowest first; steps that nobody reached come last."""
        return sorted(self.steps, key=lambda step: (step.reached == 0, step.rate.value, step.number))


def funnel(walks: Walks, *, min_people: int = 5) -> Funnel:
    """The funnel of `walks` (see walks.walk): screens in order, others in between allowed.

    Shares have Wilson's interval at the n that people with several sessions leave; trends Newcombe's; segments and
    frictions are held against false discoveries (Benjamini & Hochberg 1995). Friction at a step goes with leaving: it
    may also be that those who try harder meet more of it.
    """
    steps, tests = [], []
    for at in range(len(walks.screens) - 1):
        reached = walks.depth >= at + 1
        went_on = walks.depth >= at + 2
        now, before = reached & walks.post, reached & ~walks.post
        rate, n = _rate(went_on, walks.person, now)
        earlier, n_earlier = _rate(went_on, walks.person, before)
        low, high = share_difference(rate.value, n, earlier.value, n_earlier)
        known = rate.n > 0 and earlier.n > 0
        tested = _frictions(walks, at, now, went_on)
        tests += [(at, *test) for test in tested]
        steps.append(
            FunnelStep(
                number=at + 1,
                screen=walks.screens[at],
                next=walks.screens[at + 1],
                reached=int(now.sum()),
                people=len(np.unique(walks.person[now])),
                rate=rate,
                before=earlier,
                trend=Estimate(
                    rate.value - earlier.value,
                    low if known else None,
                    high if known else None,
                    rate.n + earlier.n,
                    "share",
                ),
                segments=_segments(walks, now, went_on, min_people),
                by=_levels(walks, now, went_on, min_people),
            )
        )
    held = false_discoveries(np.array([_chance(z) for *_, z in tests]))
    for (at, signal, hit, difference, _), holds in zip(tests, held, strict=True):
        steps[at].frictions.append(StepFriction(signal, hit, difference, bool(holds)))
    whole, _ = _rate(walks.depth == len(walks.screens), walks.person, (walks.depth >= 1) & walks.post)
    return Funnel(walks.screens, walks.per, int(walks.post.sum()), whole, steps)


def _chance(z: float) -> float:
    return float(special.erfc(abs(z) / np.sqrt(2)))


def _rate(what: NDArray[np.bool_], person: NDArray[np.int64], among: NDArray[np.bool_]) -> tuple[Estimate, float]:
    """Share of `among` with `what`, and the effective number behind it."""
    count = int(among.sum())
    if not count:
        return Estimate(0.0, None, None, 0, "share"), 0.0
    inside = what[among].astype(float)
    n = effective_n(inside, np.ones(count), person[among])
    low, high = wilson(float(inside.mean()), n)
    return Estimate(float(inside.mean()), low, high, count, "share"), n


def _frictions(
    walks: Walks, at: int, now: NDArray[np.bool_], went_on: NDArray[np.bool_]
) -> list[tuple[str, int, Estimate, float]]:
    found = []
    ones = np.ones(int(now.sum()))
    for place, signal in enumerate(SIGNALS):
        met = walks.met[now, at, place]
        groups = two_groups(went_on[now].astype(float), ones, met, walks.person[now])
        if groups is not None:
            difference, z = share_gap(groups)
            found.append((signal, int(met.sum()), difference, z))
    return found


def _segments(walks: Walks, now: NDArray[np.bool_], went_on: NDArray[np.bool_], min_people: int) -> list[SegmentLift]:
    """Where leaving is commoner than elsewhere."""
    rows = np.flatnonzero(now)
    usable = [i for i, levels in enumerate(walks.levels) if 1 < len(levels) <= MOST_LEVELS]
    if not len(rows) or not usable:
        return []
    ones = np.ones(len(rows))
    groups = make_groups(
        tuple(walks.dimensions[i] for i in usable),
        tuple(walks.levels[i] for i in usable),
        walks.codes[rows][:, usable],
        ones,
    )
    keep = [int(i) for i in np.flatnonzero(people_in(groups, walks.person[rows]) >= min_people)]
    kept = Groups(tuple(groups.where[i] for i in keep), groups.member[keep])
    return segment_lifts(kept, ones, (~went_on[rows]).astype(float)[:, None])[0]


def _levels(walks: Walks, now: NDArray[np.bool_], went_on: NDArray[np.bool_], min_people: int) -> list[LevelRate]:
    found = []
    for at, dimension in enumerate(walks.dimensions):
        if len(walks.levels[at]) > MOST_LEVELS:
            continue
        for code, level in enumerate(walks.levels[at]):
            rows = now & (walks.codes[:, at] == code)
            if level == MISSING or rows.sum() < LEAST_LEVEL or len(np.unique(walks.person[rows])) < min_people:
                continue
            found.append(LevelRate(dimension, level, _rate(went_on, walks.person, rows)[0]))
    return sorted(found, key=lambda one: (one.dimension, one.rate.value, one.level))


def suggest(paths: Sequence[tuple[Sequence[str], int]], most: int = 3) -> list[tuple[str, ...]]:
    """Funnels that the sessions themselves walk: of the (path, sessions) given, the ordered screens that most sessions
    pass all of, and seldom in the reverse order.

    Looked at are the eight screens that most sessions see, each where it was first seen; four steps are preferred to
    three, and a funnel sharing all but one of its screens with a better one is left out.
    """
    seen: Counter[str] = Counter()
    for path, times in paths:
        for screen in set(path):
            seen[screen] += times
    total = sum(times for _, times in paths)
    kept = {screen for screen, _ in sorted(seen.items(), key=lambda item: (-item[1], item[0]))[:KEPT_SCREENS]}
    orders: Counter[tuple[str, ...]] = Counter()
    for path, times in paths:
        orders[tuple(dict.fromkeys(screen for screen in path if screen in kept))] += times
    found: list[tuple[str, ...]] = []
    for length in LENGTHS:
        passed: Counter[tuple[str, ...]] = Counter()
        for order, times in orders.items():
            for steps in combinations(order, length):
                passed[steps] += times
        often = {steps: times for steps, times in passed.items() if times >= LEAST_SUPPORT * total}
        one_way = {steps: times - passed.get(steps[::-1], 0) for steps, times in often.items()}
        for steps, net in sorted(one_way.items(), key=lambda item: (-item[1], item[0])):
            if len(found) == most:
                return found
            if net > 0 and all(len(set(steps) & set(other)) < length - 1 for other in found):
                found.append(steps)
    return found
