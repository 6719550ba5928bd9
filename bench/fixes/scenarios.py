"""Planted troubles: answers of people with sessions, in which who met what, and what it took from the score, is known.

One week against the four before (a fifth of the answers is in the current window). Plan, tenure, platform and how
much people use the app decide both what they meet and how they score: busy people meet more of everything and score
higher, new customers meet more and score lower. What they say depends on what they met, on how talkative they are and
on how they feel. 15 % are never seen in sessions, 12 % of the answers are second ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analyst.runs.frame import DesignFrame

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]

DIMENSIONS = ("platform", "plan", "tenure", "country", "app_version")
LEVELS: tuple[tuple[str, ...], ...] = (
    ("android", "ios", "web"),
    ("free", "plus", "team"),
    ("new", "regular", "old"),
    ("US", "DE", "BR", "GB", "FR", "ES"),
    ("4.1.2", "4.1.0", "4.2.0"),
)
SHARES = ((0.5, 0.35, 0.15), (0.55, 0.3, 0.15), (0.3, 0.4, 0.3), (0.3, 0.2, 0.16, 0.14, 0.1, 0.1), (0.6, 0.4, 0.0))
BASE = ((-4.0, 5.0, 0.0), (-7.0, 6.0, 8.0), (-10.0, 0.0, 8.0), (4.0, -5.0, 4.0, 0.0, -2.0, 0.0), (0.0, -2.0, 0.0))
LEVEL = 28.0
BUSY = 5.0  # points for every doubling of the number of sessions
WINDOW = 0.2  # share of the answers in the current window
UNSEEN = 0.15
AGAIN = 0.12
CALIBRATION = 400_000


@dataclass(frozen=True)
class Trouble:
    """Friction on a screen. `chance` per session, times `factors` by (dimension, level); `points` taken from those who
    meet it, or `lift` to set the points by (a rise of the score had nobody met it). `mention` is the chance that a
    commenter of average talkativeness who met it speaks of it, `idle` that one who did not does (people speak of
    what others meet). `only` (dimension, level) meet it at all; `harms` where only those are harmed by it; `after`: in
    the current window only; `partner`: met in the same sessions as that trouble, with this chance; `capped`: takes
    nothing more from those whom `partner` harmed already; `lasting`: the share of those who met it in the days before
    the answer whom it still harms; `elsewhere`: the chance to have met it before those days and still be harmed."""

    screen: str
    signal: str = "rage_tap"
    chance: float = 0.05
    points: float | None = 0.0
    lift: float | None = None
    mention: float = 0.4
    idle: float = 0.02
    factors: Mapping[tuple[str, str], float] = field(default_factory=dict)
    only: tuple[str, str] | None = None
    harms: tuple[str, str] | None = None
    after: bool = False
    partner: str | None = None
    with_partner: float = 0.6
    capped: bool = False
    lasting: float = 1.0
    elsewhere: float = 0.0
    effort: float = 2.0


@dataclass(frozen=True)
class Scenario:
    """`talk` multiplies what people mention; `busy` is how strongly use goes with the score; `pairs` of screens whose
    joint lift is judged."""

    name: str
    troubles: tuple[Trouble, ...]
    talk: float = 1.0
    busy: float = BUSY
    release: bool = False
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Planted:
    """The frame, the share of answers whose users are seen at all, and the true lift in points (before realisation) of
    every screen and of every pair that the scenario asks for."""

    frame: DesignFrame
    seen: float
    lifts: dict[str, float]
    joint: dict[tuple[str, str], float]
    efforts: dict[str, float]


CONFOUNDED = {("tenure", "new"): 2.0, ("tenure", "old"): 0.5, ("plan", "free"): 1.5, ("plan", "team"): 0.5}
CARD = Trouble("Payment", "ui_freeze", 0.05, None, 5.0, factors=CONFOUNDED)
QUIET = Trouble("Slots", "dead_tap", 0.03, None, 2.0, mention=0.04, idle=0.005, factors=CONFOUNDED)
HEART = Trouble("Recipes", "rage_tap", 0.08, 0.0, mention=0.6, idle=0.10)
MENU = Trouble("Menu", "dead_tap", 0.06, 0.0, mention=0.5, idle=0.08, factors=CONFOUNDED)
HELP = Trouble("Help", "error", 0.04, 0.0, mention=0.3, idle=0.06, factors={("tenure", "new"): 2.5})

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("quiet users", (CARD, QUIET, HEART, MENU, HELP), talk=0.35),
    Scenario("medium users", (CARD, QUIET, HEART, MENU, HELP), talk=1.0),
    Scenario("talkative users", (CARD, QUIET, HEART, MENU, HELP), talk=2.2),
    Scenario(
        "overlap, one harmless",
        (
            CARD,
            Trouble("Receipt", "error", 0.02, 0.0, partner="Payment", with_partner=0.6),
            HEART,
        ),
        pairs=(("Payment", "Receipt"),),
    ),
    Scenario(
        "overlap, both harm",
        (
            CARD,
            Trouble("Checkout", "error", 0.03, None, 3.0, partner="Payment", with_partner=0.5, capped=True),
            HEART,
        ),
        pairs=(("Payment", "Checkout"),),
    ),
    Scenario(
        "harms some only",
        (
            Trouble("Payment", "ui_freeze", 0.05, None, 5.0, factors={("tenure", "new"): 3.0}, harms=("tenure", "new")),
            QUIET,
            HEART,
        ),
    ),
    Scenario(
        "new with a release",
        (
            Trouble("Payment", "ui_freeze", 0.20, None, 5.0, only=("app_version", "4.2.0"), after=True),
            QUIET,
            HEART,
        ),
        release=True,
    ),
    Scenario("use goes with the score", (CARD, QUIET, HEART, MENU, HELP), busy=12.0),
    # what the method cannot see: how far off it then is
    Scenario("harm fades in a week", (replace(CARD, lasting=0.5), QUIET, HEART)),
    Scenario("harm lasts four weeks", (replace(CARD, elsewhere=0.8), QUIET, HEART)),
)
DECOYS = Scenario(
    "decoys only",
    (
        HEART,
        MENU,
        HELP,
        Trouble("Search", "ui_freeze", 0.03, 0.0, mention=0.5, idle=0.12, factors=CONFOUNDED),
        Trouble("Profile", "error", 0.02, 0.0, mention=0.5, idle=0.05, factors={("platform", "web"): 3.0}),
    ),
)
COMMON = Scenario(
    "ten common troubles",
    (
        Trouble("Payment", "ui_freeze", 0.05, None, 5.0, mention=0.3, factors=CONFOUNDED, effort=3.0),
        Trouble("Slots", "dead_tap", 0.04, None, 3.0, mention=0.03, idle=0.005, effort=1.0),
        Trouble("Login", "error", 0.03, None, 2.5, mention=0.5, factors={("platform", "web"): 3.0}, effort=4.0),
        Trouble("Search", "ui_freeze", 0.06, None, 2.0, mention=0.1, effort=2.0),
        Trouble("Checkout", "error", 0.03, None, 1.5, partner="Payment", with_partner=0.3, effort=0.5),
        Trouble("Tracking", "crash", 0.03, None, 1.2, mention=0.6, factors=CONFOUNDED, effort=2.0),
        Trouble("Basket", "dead_tap", 0.04, None, 0.8, mention=0.2, effort=4.0),
        HEART,
        MENU,
        HELP,
    ),
)  # fmt: skip
RANKED = Scenario(  # the same lifts, each trouble met by half as many people who lose twice as much
    "ten troubles",
    tuple(replace(trouble, chance=trouble.chance / 2) if trouble.lift else trouble for trouble in COMMON.troubles),
)
ALL = (*SCENARIOS, DECOYS, RANKED, COMMON)
BY_NAME = {scenario.name: scenario for scenario in ALL}


@dataclass(frozen=True)
class _People:
    codes: NDArray[np.int32]
    post: Rows
    person: NDArray[np.int64]
    sessions: NDArray[np.int64]
    talkative: Floats
    mood: Floats


def _people(scenario: Scenario, n: int, rng: np.random.Generator) -> _People:
    codes = np.stack([rng.choice(len(s), n, p=np.array(s)) for s in SHARES], axis=1).astype(np.int32)
    sessions = 1 + rng.poisson(rng.gamma(1.5, 2.5, n))
    talkative = rng.gamma(2.0, 0.5, n)
    mood = rng.normal(0, 10, n)
    person = np.arange(n, dtype=np.int64)
    again = rng.random(n) < AGAIN
    person[again] = rng.integers(0, n, int(again.sum()))
    codes = codes[person]
    post = rng.random(n) < WINDOW
    if scenario.release:  # most of Android's users of the current window
        codes[post & (codes[:, 0] == 0) & (rng.random(n) < 0.7), 4] = 2
    return _People(codes, post, person, sessions[person], talkative[person], mood[person])


def _inside(codes: NDArray[np.int32], where: tuple[str, str]) -> Rows:
    at = DIMENSIONS.index(where[0])
    found: Rows = codes[:, at] == LEVELS[at].index(where[1])
    return found


def _met(trouble: Trouble, people: _People, met: Mapping[str, Rows], rng: np.random.Generator) -> Rows:
    chance = np.full(len(people.post), trouble.chance)
    for where, factor in trouble.factors.items():
        chance[_inside(people.codes, where)] *= factor
    found = rng.random(len(chance)) < 1 - (1 - np.minimum(chance, 0.9)) ** people.sessions
    if trouble.partner:
        found |= met[trouble.partner] & (rng.random(len(chance)) < trouble.with_partner)
    if trouble.only:
        found &= _inside(people.codes, trouble.only)
    return np.asarray(found & people.post) if trouble.after else found


def _harm(trouble: Trouble, people: _People, met: Mapping[str, Rows], rng: np.random.Generator) -> Rows:
    """Whom the trouble takes points from."""
    harmed = met[trouble.screen] & (rng.random(len(people.post)) < trouble.lasting)
    if trouble.elsewhere:
        earlier = _met(trouble, people, met, rng)
        harmed |= earlier & (rng.random(len(earlier)) < trouble.elsewhere)
    if trouble.harms:
        harmed &= _inside(people.codes, trouble.harms)
    return harmed & ~met[trouble.partner] if trouble.capped and trouble.partner else harmed


@lru_cache(maxsize=64)
def _points(name: str) -> dict[str, float]:
    """Points that each trouble takes, so that its lift in the current window is what was asked for."""
    scenario, rng = BY_NAME[name], np.random.default_rng(0)
    people = _people(scenario, CALIBRATION, rng)
    found: dict[str, float] = {}
    met: dict[str, Rows] = {}
    for trouble in scenario.troubles:
        met[trouble.screen] = _met(trouble, people, met, rng)
        if trouble.lift is None:
            found[trouble.screen] = trouble.points or 0.0
        else:
            plain = replace(trouble, capped=False)
            harmed = _harm(plain, people, met, rng)
            found[trouble.screen] = trouble.lift / float(harmed[people.post].mean())
    return found


def draw(scenario: Scenario, n: int, seed: int) -> Planted:
    """The scenario with `n` answers in both windows."""
    rng = np.random.default_rng([seed, n])
    points = _points(scenario.name)
    people = _people(scenario, n, rng)
    met: dict[str, Rows] = {}
    harmed: dict[str, Rows] = {}
    for trouble in scenario.troubles:
        met[trouble.screen] = _met(trouble, people, met, rng)
        harmed[trouble.screen] = _harm(trouble, people, met, rng)
    mean = LEVEL + people.mood + scenario.busy * (np.log2(people.sessions) - 1.5)
    for at, base in enumerate(BASE):
        mean += np.array(base)[people.codes[:, at]]
    for trouble in scenario.troubles:
        mean -= points[trouble.screen] * harmed[trouble.screen]
    y = _answers(mean, rng)
    mentions = np.column_stack([_says(t, people, met[t.screen], y, scenario.talk, rng) for t in scenario.troubles])
    frame = _frame(scenario, people, y, met, mentions, rng)
    lifts, joint = _truth(scenario.name)
    return Planted(frame, 1 - UNSEEN, lifts, joint, {t.screen: t.effort for t in scenario.troubles})


@lru_cache(maxsize=64)
def _truth(name: str) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Lift of each trouble, and of each pair, in the whole population: a capped trouble harms again where its partner
    is mended, so that the two together bring more than each alone but less than their sum."""
    scenario, rng, points = BY_NAME[name], np.random.default_rng(1), _points(name)
    people = _people(scenario, CALIBRATION, rng)
    met: dict[str, Rows] = {}
    harmed: dict[str, Rows] = {}
    for trouble in scenario.troubles:
        met[trouble.screen] = _met(trouble, people, met, rng)
        harmed[trouble.screen] = _harm(replace(trouble, capped=False), people, met, rng)

    def lost(mended: tuple[str, ...]) -> float:
        total = np.zeros(len(people.post))
        for trouble in scenario.troubles:
            if trouble.screen in mended:
                continue
            again = trouble.capped and trouble.partner and trouble.partner not in mended
            inside = harmed[trouble.screen]
            if again and trouble.partner:
                inside = inside & ~met[trouble.partner]
            total += points[trouble.screen] * inside
        return float(total[people.post].mean())

    whole = lost(())
    lifts = {t.screen: whole - lost((t.screen,)) for t in scenario.troubles}
    return lifts, {pair: whole - lost(pair) for pair in scenario.pairs}


def _answers(mean: Floats, rng: np.random.Generator) -> Floats:
    """+100/0/-100 with expectation `mean` (held within 95), a fifth or so of them passive."""
    middle = np.clip(mean, -95, 95) / 100
    passive = np.minimum(0.22, (1 - np.abs(middle)) * 0.9)
    promoter = (1 - passive + middle) / 2
    u = rng.random(len(mean))
    return np.where(u < promoter, 100.0, np.where(u < promoter + passive, 0.0, -100.0))


def _says(trouble: Trouble, people: _People, met: Rows, y: Floats, talk: float, rng: np.random.Generator) -> Rows:
    """Who speaks of it: those who met it, others too, and the unhappy half as often again."""
    chance = np.where(met, trouble.mention, trouble.idle) * people.talkative * talk * np.where(y <= 0, 1.5, 0.8)
    found: Rows = rng.random(len(met)) < np.minimum(chance, 0.95)
    return found


def _frame(
    scenario: Scenario, people: _People, y: Floats, met: Mapping[str, Rows], mentions: Rows, rng: np.random.Generator
) -> DesignFrame:
    n = len(y)
    unseen = (rng.random(n) < UNSEEN)[people.person]
    exposed = np.column_stack([met[t.screen] for t in scenario.troubles]) & ~unseen[:, None]
    commented = mentions.any(axis=1) | (rng.random(n) < 0.3)
    return DesignFrame(
        response_id=np.array([f"r{i:06d}" for i in range(n)]),
        y=y,
        weight=np.ones(n),
        post=people.post,
        person=people.person,
        day=np.where(people.post, 20766, 20740).astype(np.int64),
        score=np.where(y > 0, 10.0, np.where(y < 0, 3.0, 8.0)),
        dimensions=DIMENSIONS,
        levels=LEVELS,
        codes=people.codes,
        commented=commented,
        theme_ids=tuple(t.screen.lower() for t in scenario.troubles),
        mentions=sparse.csr_matrix(mentions.astype(float)),
        negative=sparse.csr_matrix((mentions & (rng.random(mentions.shape) < 0.85)).astype(float)),
        sessions=np.where(unseen, 0, people.sessions).astype(np.int64),
        frictions=tuple((t.screen, t.signal) for t in scenario.troubles),
        exposed=sparse.csr_matrix(exposed.astype(float)),
    )
