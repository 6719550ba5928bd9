"""What is true of a company in any window and for any group: lifts of fixes, and the change of the expected score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analyst.core.query import Metric, Query, Where
from analyst.core.windows import Window
from analyst.sample.catalogue import STORY, THEMES
from analyst.sample.company import Simulation, simulate
from analyst.sample.people import CHANNELS, COUNTRIES, PLANS, Bools, Floats, Ints, seconds
from analyst.sample.scores import NOISE, cost, expected_y, normal_cdf, theme_cost
from analyst.sample.spec import PLATFORMS, CompanySpec, Plan, company_spec

KINDS: tuple[Metric, ...] = ("nps", "csat", "ces")
# From which latent score on an answer is in the top box: see analyst/sample/scores.py, to_scale.
TOP_BOX = {"csat": (3.5 - 1.0) / 0.41, "ces": (4.5 - 1.0) / 0.56}
# A story counts signals under the headers of a session file; a run calls one of them by its name.
SIGNALS = {
    "rage_taps": "rage_tap",
    "dead_taps": "dead_tap",
    "ui_freezes": "ui_freeze",
    "crashes": "crash",
    "errors": "error",
}
OTHER_PEOPLE = 8  # further companies of the same story whose people the expected change is averaged over
SHARES = ((3, 0.5), (2, 0.25), (1, 0.1))  # grade, from this share of the largest true lift of the query on
LEAST = 0.5  # points of the score below which nothing is worth a grade


@dataclass(frozen=True)
class TrueFix:
    """Something that could be mended, and its true `lift` in points within a window and a group; a decoy is a signal
    without harm. Friction has a screen and signals, an experience outside the app only a theme."""

    fix_id: str
    theme: str
    screen: str | None
    signals: tuple[str, ...]
    lift: float
    decoy: bool = False


@dataclass(frozen=True)
class CompanyTruth:
    """The story of company `seed` at size `scale`, lived through once more; the analysis never sees it."""

    seed: int
    scale: float

    @cached_property
    def spec(self) -> CompanySpec:
        """What goes wrong in it."""
        return company_spec(self.seed)

    @cached_property
    def story(self) -> Simulation:
        """The very people and scores whose files were written."""
        return simulate(self.spec, self.seed, self.scale)

    @cached_property
    def _others(self) -> list[Simulation]:
        return [simulate(self.spec, self.seed + 10_000 * (k + 1), 1.0) for k in range(OTHER_PEOPLE)]

    def fixes(self, window: Window, where: Where = ()) -> list[TrueFix]:
        """What could be mended, the largest true lift first: the rise of expected NPS among those who answered in
        `window` within `where`, had nobody met the thing. What was over before the last day cannot be mended."""
        spec, scored = self.spec, self.story.scored
        rows = rows_of(self.story, "nps", window, where)
        found = []
        for number, plan in enumerate(spec.plans):
            if plan.kind == "friction" and plan.end is None:
                signals = tuple(SIGNALS[name] for name, _ in STORY[plan.subject].signals)
                lift = cost(scored, rows, number)[0]
                found.append(TrueFix(plan.plan_id, plan.theme, plan.screen, signals, lift, plan.points is None))
        for column, theme in enumerate(THEMES):
            if theme.kind != "subject" or theme.bad[0] <= 0:
                continue
            extra = [i for i, p in enumerate(spec.plans) if p.kind == "experience" and p.subject == theme.name]
            lift = theme_cost(scored, rows, column, extra)
            found.append(TrueFix(f"theme_{theme.name}", theme.name, None, (), lift))
        return sorted(found, key=lambda fix: (-fix.lift, fix.fix_id))

    def change(self, query: Query) -> float:
        """The change of the expected score between the two windows of `query`, in points, over the answers' noise and
        over other people living the same story."""
        return float(np.mean([_change(one, query) for one in self._others]))

    def spreads(self, query: Query) -> tuple[tuple[float, int], tuple[float, int]]:
        """Variance of y (points squared) and number of answers, of the window and of the baseline."""
        return _spread(self.story, query, query.window), _spread(self.story, query, query.baseline)

    def causes(self, query: Query) -> list[Plan]:
        """The planted causes that begin with the query's window for part of the people only: true segments.

        Of a cause, the group is `where`. One that began before the window, or concerns everybody asked about, moves no
        segment apart from the others.
        """
        first = query.window.start.date()
        found = []
        for plan in self.spec.plans:
            began = plan.cause and plan.where and plan.start is not None and plan.start >= first
            inside = plan.start is not None and seconds(plan.start) < query.window.end.timestamp()
            if began and inside and not set(plan.where) <= set(query.where):
                found.append(plan)
        return found


def graded(fixes: Sequence[TrueFix]) -> dict[str, float]:
    """Relevance 0..3 of each true fix by its share of the largest true lift of the query: 3 from a half on, 2 from a
    quarter, 1 from a tenth, but 0 below half a point; decoys 0."""
    largest = max((fix.lift for fix in fixes if not fix.decoy), default=0.0)
    return {fix.fix_id: 0.0 if fix.decoy else _grade(fix.lift, largest) for fix in fixes}


def _grade(lift: float, largest: float) -> float:
    if lift < LEAST or largest <= 0:
        return 0.0
    return float(next((grade for grade, share in SHARES if lift >= share * largest), 0))


def rows_of(story: Simulation, metric: Metric, window: Window, where: Where) -> Bools:
    """The answers of a metric within a window and a group, (n,)."""
    answers = story.answers
    inside = np.asarray(answers.kind == KINDS.index(metric))
    inside &= (answers.at >= window.start.timestamp()) & (answers.at < window.end.timestamp())
    for dimension, value in where:
        inside &= _group(story, dimension, value)
    return inside


def _group(story: Simulation, dimension: str, value: str) -> Bools:
    answers, people = story.answers, story.people
    if dimension == "platform":
        return np.asarray(answers.platform == PLATFORMS.index(value))
    if dimension == "app_version":
        return np.isin(answers.release, [i for i, (name, _, _) in enumerate(story.spec.releases) if name == value])
    codes, names = {
        "country": (people.country, COUNTRIES),
        "plan": (people.plan, PLANS),
        "channel": (people.channel, CHANNELS),
    }[dimension]
    return np.asarray(codes[answers.user] == names.index(value))


def expected(mean: Floats, metric: Metric) -> Floats:
    """Expected y of answers, given their latent means: +100/0/-100 for NPS, 100/0 (the top box) for CSAT and CES."""
    return expected_y(mean) if metric == "nps" else 100.0 * (1.0 - normal_cdf((TOP_BOX[metric] - mean) / NOISE))


def _change(story: Simulation, query: Query) -> float:
    now = rows_of(story, query.metric, query.window, query.where)
    before = rows_of(story, query.metric, query.baseline, query.where)
    if not now.any() or not before.any():
        return float("nan")
    mean = story.scored.mean
    return float(expected(mean[now], query.metric).mean() - expected(mean[before], query.metric).mean())


def _spread(story: Simulation, query: Query, window: Window) -> tuple[float, int]:
    rows = rows_of(story, query.metric, window, query.where)
    y = observed(story.scored.score[rows], query.metric)
    return (float(y.var()), int(rows.sum())) if rows.any() else (0.0, 0)


def observed(score: Floats | Ints, metric: Metric) -> Floats:
    """y of scores as answered, by the house rule for each kind of survey."""
    if metric == "nps":
        return np.where(score >= 9, 100.0, np.where(score <= 6, -100.0, 0.0))
    return np.where(score >= (4 if metric == "csat" else 5), 100.0, 0.0)
