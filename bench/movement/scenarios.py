"""Planted movements: answers of two windows whose cause, verdict and size are known. Needs numpy alone, so that the
peers' environment can draw the very same answers.

Five dimensions (four platforms, four versions, three plans, six countries, four devices: 1,152 cells), additive base
scores, promoters, passives and detractors drawn from the expected score. Windows are of equal size unless said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Where = tuple[tuple[str, str], ...]
Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]

LEVELS: dict[str, tuple[str, ...]] = {
    "platform": ("android", "ios", "web", "tablet"),
    "app_version": ("4.1.0", "4.2.0", "4.0.9", "4.0.0"),
    "plan": ("free", "plus", "business"),
    "country": ("US", "DE", "BR", "GB", "FR", "ES"),
    "device": ("mid", "high", "low", "old"),
}
SHARES: dict[str, tuple[float, ...]] = {
    "platform": (0.45, 0.35, 0.15, 0.05),
    "app_version": (0.40, 0.35, 0.15, 0.10),
    "plan": (0.50, 0.35, 0.15),
    "country": (0.28, 0.20, 0.20, 0.14, 0.10, 0.08),
    "device": (0.45, 0.30, 0.15, 0.10),
}
BASE: dict[str, tuple[float, ...]] = {
    "platform": (-4.0, 6.0, 0.0, -4.0),
    "app_version": (0.0, 2.0, -4.0, -6.0),
    "plan": (-8.0, 6.0, 10.0),
    "country": (4.0, -6.0, 6.0, 0.0, -2.0, 0.0),
    "device": (0.0, 4.0, -2.0, -6.0),
}
LEVEL = 25.0
FREE_NOW = (0.85, 0.10, 0.05)
PAID_NOW = (0.15, 0.45, 0.40)


@dataclass
class Draft:
    """Answers being planted: `values` by dimension (n,) str, `post` (n,), `mean` (n,) the expected score before the
    planted shift, `shift` (n,) the planted points, `person` (n,), `day` (n,) 0..6 of its week, and what else a
    scenario needs: `keep` (n,) who answered, `mentions` by theme (n,)."""

    rng: np.random.Generator
    post: Rows
    values: dict[str, NDArray[np.str_]]
    mean: Floats
    shift: Floats
    person: NDArray[np.int64]
    day: NDArray[np.int64]
    mentions: dict[str, Rows] = field(default_factory=dict)

    def rows(self, **where: str) -> Rows:
        """Members of a conjunction, in both windows."""
        inside = np.ones(len(self.post), dtype=bool)
        for name, value in where.items():
            inside &= self.values[name] == value
        return inside

    def plant(self, points: float, **where: str) -> None:
        """`points` for everybody in the conjunction, in the second window only."""
        self.shift += points * (self.rows(**where) & self.post)


@dataclass(frozen=True)
class Answers:
    """What the methods see (`y`, `post`, `person`, `day`, `values`, `mentions`), and `shift`, which they do not."""

    y: Floats
    post: Rows
    person: NDArray[np.int64]
    day: NDArray[np.int64]
    values: dict[str, NDArray[np.str_]]
    shift: Floats
    expected: Floats
    mentions: dict[str, Rows]


@dataclass(frozen=True)
class Scenario:
    """A planted movement. `causes` are the segments that a method should name (none: naming any is a false alarm);
    `verdict` and `how` the true verdict; `mix` the dimension that the mix must name where that is the truth."""

    name: str
    about: str
    verdict: str
    how: str | None
    causes: tuple[Where, ...] = ()
    shares_now: dict[str, tuple[float, ...]] = field(default_factory=dict)
    plan: Callable[[Draft], None] | None = None
    answering: Callable[[Floats, Rows, np.random.Generator], Rows] | None = None
    early: float = 0.5  # share of the answers in the first window
    mix: str | None = None
    decided: bool = True  # False: the truth cannot be told from the answers; shown as a limit, not gated
    release: bool = False
    also: tuple[Where, ...] = ()  # segments that moved too because they hold part of a cause: naming one is no error


def where(**parts: str) -> Where:
    """A conjunction, sorted as findings write it."""
    return tuple(sorted(parts.items()))


def draw_scores(mean: Floats, rng: np.random.Generator) -> Floats:
    """+100/0/-100 with expectation `mean` (clipped to +-85), about a fifth of them passive."""
    middle = np.clip(mean, -85, 85) / 100
    passive = np.minimum(0.22, (1 - np.abs(middle)) * 0.9)
    promoter = (1 - passive + middle) / 2
    u = rng.random(len(mean))
    return np.where(u < promoter, 100.0, np.where(u < promoter + passive, 0.0, -100.0))


def draw(scenario: Scenario, n: int, seed: int) -> Answers:
    """`n` answers of `scenario`, both windows together."""
    rng = np.random.default_rng([seed, n, *scenario.name.encode()])
    post = np.arange(n) >= round(scenario.early * n)
    values: dict[str, NDArray[np.str_]] = {}
    mean = np.full(n, LEVEL)
    for name, levels in LEVELS.items():
        code = rng.choice(len(levels), n, p=SHARES[name])
        now = scenario.shares_now.get(name)
        if now:
            code[post] = rng.choice(len(levels), int(post.sum()), p=now)
        values[name] = np.array(levels)[code]
        mean += np.array(BASE[name])[code]
    draft = Draft(
        rng, post, values, mean, np.zeros(n), np.arange(n), rng.integers(0, 7, n)
    )  # fmt: skip
    if scenario.plan:
        scenario.plan(draft)
    expected = draft.mean + draft.shift
    y = draw_scores(expected, rng)
    k = scenario.answering(y, post, rng) if scenario.answering else np.ones(n, dtype=bool)
    return Answers(
        y[k], post[k], draft.person[k], draft.day[k], {d: v[k] for d, v in draft.values.items()},
        draft.shift[k], np.clip(expected[k], -85, 85), {t: m[k] for t, m in draft.mentions.items()},
    )  # fmt: skip


def _extremes_answer(y: Floats, post: Rows, rng: np.random.Generator) -> Rows:
    return rng.random(len(y)) < np.where(y == 0, 0.5, 0.8)


def _promoters_answer_more(y: Floats, post: Rows, rng: np.random.Generator) -> Rows:
    return rng.random(len(y)) < np.where(post & (y > 0), 0.95, 0.7)


def _release(draft: Draft, effect: float, platforms: tuple[str, ...] = ("android", "ios", "web", "tablet")) -> None:
    """4.3.0 reaches seven in ten users of `platforms` in the second window; nobody had it before."""
    takes = draft.post & np.isin(draft.values["platform"], platforms) & (draft.rng.random(len(draft.post)) < 0.7)
    old = BASE["app_version"]
    had = draft.values["app_version"]
    draft.mean -= np.where(takes, np.select([had == v for v in LEVELS["app_version"]], old), 0.0)
    draft.values["app_version"] = np.where(takes, "4.3.0", had)
    draft.shift += effect * (takes & (draft.values["platform"] == "android"))


def _rollout(draft: Draft) -> None:
    """4.3.0, which scores 30 lower wherever it is used, goes from one in seven to six in ten users."""
    share = np.where(draft.post, 0.60, 0.15)
    takes = draft.rng.random(len(draft.post)) < share
    draft.values["app_version"] = np.where(takes, "4.3.0", draft.values["app_version"])
    draft.mean -= 30.0 * takes


def _weekday(draft: Draft) -> None:
    draft.mean += np.where(draft.day >= 5, -12.0, 4.0)


def _holiday(draft: Draft) -> None:
    _weekday(draft)
    draft.shift += -20.0 * (draft.post & np.isin(draft.day, (2, 3)))


def _channel(draft: Draft) -> None:
    in_app = draft.rng.random(len(draft.post)) < np.where(draft.post, 0.75, 0.25)
    draft.values["survey_channel"] = np.where(in_app, "in_app", "email")
    draft.mean += np.where(in_app, -8.0, 8.0)


def _repeats(draft: Draft) -> None:
    """Three answers in ten come from people who answered before, and people differ."""
    n = len(draft.post)
    again = draft.rng.random(n) < 0.3
    draft.person[again] = draft.rng.integers(0, n, int(again.sum()))
    draft.mean += draft.rng.normal(0, 20, n)[draft.person]


def _city(draft: Draft) -> None:
    share = 1 / np.arange(3, 253)
    draft.values["city"] = np.array([f"city {i:03d}" for i in range(250)])[
        draft.rng.choice(250, len(draft.post), p=share / share.sum())
    ]


def _missing(draft: Draft) -> None:
    for name in ("app_version", "country"):
        gone = draft.rng.random(len(draft.post)) < 0.25
        draft.values[name] = np.where(gone, "(missing)", draft.values[name])


def _themes(draft: Draft) -> None:
    """'payment' is mentioned by two in five of those who moved; 'decoy' rises everywhere and means nothing."""
    n, rng = len(draft.post), draft.rng
    hit = draft.rows(platform="android", app_version="4.2.0") & draft.post
    draft.mentions["payment"] = rng.random(n) < np.where(hit, 0.4, 0.06)
    draft.mentions["decoy"] = rng.random(n) < np.where(draft.post, 0.30, 0.10)
    draft.mentions["steady"] = rng.random(n) < 0.15


def _interactions(draft: Draft) -> None:
    draft.mean += -30.0 * draft.rows(platform="android", plan="free") + 25.0 * draft.rows(country="DE", device="low")


def _plant(*causes: tuple[float, dict[str, str]]) -> Callable[[Draft], None]:
    def plan(draft: Draft) -> None:
        for points, parts in causes:
            draft.plant(points, **parts)

    return plan


def _both(*plans: Callable[[Draft], None]) -> Callable[[Draft], None]:
    def plan(draft: Draft) -> None:
        for one in plans:
            one(draft)

    return plan


TWO = {"platform": "android", "app_version": "4.2.0"}
THREE = {**TWO, "plan": "free"}
IOS_FREE = {"platform": "ios", "plan": "free"}
_two = _plant((-40.0, TWO))


def _hide(draft: Draft) -> None:
    """A third of everybody, by nothing that is recorded, moved."""
    draft.shift += -24.0 * (draft.post & (draft.rng.random(len(draft.post)) < 1 / 3))


ALL: tuple[Scenario, ...] = (
    Scenario("null", "nothing happened", "noise", None),
    Scenario("null_4to1", "nothing happened; four weeks against one", "noise", None, early=0.8),
    Scenario("pure_mix", "more free users answered", "moved", "mix_only", shares_now={"plan": FREE_NOW}, mix="plan"),
    Scenario("global", "everybody fell by 8", "moved", "broad", plan=_plant((-8.0, {}))),
    Scenario("one_way", "country=BR fell by 25", "moved", "concentrated", (where(country="BR"),),
             plan=_plant((-25.0, {"country": "BR"}))),
    Scenario("two_way", "android on 4.2.0 fell by 40", "moved", "concentrated", (where(**TWO),), plan=_two),
    Scenario("three_way", "free users of android on 4.2.0 fell by 60", "moved", "concentrated", (where(**THREE),),
             plan=_plant((-60.0, THREE))),
    Scenario("two_causes", "two groups fell", "moved", "concentrated",
             (where(country="BR"), where(**TWO)), plan=_plant((-25.0, {"country": "BR"}), (-40.0, TWO))),
    Scenario("opposite", "one group fell, another rose by as much", "masked", None,
             (where(**IOS_FREE), where(country="DE")),
             plan=_plant((-30.0, IOS_FREE), (26.25, {"country": "DE"}))),
    Scenario("mix_and_cause", "more free users, and android on 4.2.0 fell by 40", "moved", "concentrated",
             (where(**TWO),), {"plan": FREE_NOW}, _two, mix="plan"),
    Scenario("simpson", "more paying users hide that android on 4.2.0 fell by 36", "masked", None,
             (where(**TWO),), {"plan": PAID_NOW}, _plant((-36.0, TWO)), mix="plan"),
    Scenario("new_release", "4.3.0 came out and android users of it fell by 30", "moved", "concentrated",
             (where(platform="android", app_version="4.3.0"),), plan=lambda d: _release(d, -30.0), release=True),
    Scenario("new_release_one", "4.3.0 came out for android alone and its users fell by 30", "moved", "concentrated",
             (where(platform="android", app_version="4.3.0"),),
             plan=lambda d: _release(d, -30.0, ("android",)), release=True),
    Scenario("harmless_release", "4.3.0 came out and its users score like those of 4.1.0", "noise", None,
             plan=lambda d: _release(d, 0.0)),
    Scenario("rollout", "4.3.0, always 30 lower, went from 15 % to 60 % of users", "moved", "mix_only", plan=_rollout,
             mix="app_version"),
    Scenario("weekday", "weekends score lower; whole weeks", "noise", None, plan=_weekday),
    Scenario("holiday", "two days of the week fell by 20", "moved", "broad", plan=_holiday),
    Scenario("channel", "the survey moved from e-mail into the app", "moved", "mix_only", plan=_channel,
             mix="survey_channel"),
    Scenario("response_tied", "the extremes answer more often, in both windows", "noise", None,
             answering=_extremes_answer),
    Scenario("response_changes", "promoters answer more often than before; nobody's mind changed", "noise", None,
             answering=_promoters_answer_more, decided=False),
    Scenario("repeats_null", "people answer again; nothing happened", "noise", None, plan=_repeats),
    Scenario("repeats_cause", "people answer again; android on 4.2.0 fell by 40", "moved", "concentrated",
             (where(**TWO),), plan=_both(_repeats, _two)),
    Scenario("city_null", "a dimension of 250 cities; nothing happened", "noise", None, plan=_city),
    Scenario("city_cause", "a dimension of 250 cities; android on 4.2.0 fell by 40", "moved", "concentrated",
             (where(**TWO),), plan=_both(_city, _two)),
    Scenario("missing", "a quarter of versions and countries absent; android on 4.2.0 fell by 40", "moved",
             "concentrated", (where(**TWO),), plan=_both(_two, _missing),
             also=(where(platform="android", app_version="(missing)"),)),
    Scenario("unrecorded", "a third of everybody, by nothing on record, fell by 24", "moved", "broad", plan=_hide),
    Scenario("decoy_theme", "android on 4.2.0 fell by 40 and says so; another theme rises everywhere", "moved",
             "concentrated", (where(**TWO),), plan=_both(_two, _themes)),
    Scenario("interactions", "combinations that always scored apart, under a changing mix", "moved", "mix_only",
             shares_now={"plan": FREE_NOW, "device": (0.3, 0.2, 0.35, 0.15)}, plan=_interactions, mix="plan"),
)  # fmt: skip
BY_NAME = {scenario.name: scenario for scenario in ALL}
