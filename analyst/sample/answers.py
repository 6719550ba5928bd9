"""Who answers which survey when, and the sessions they and others have. No scores yet."""

from dataclasses import dataclass, replace

import numpy as np

from analyst.sample.catalogue import SCREENS, SIGNALS, STORY
from analyst.sample.people import (
    COUNTRIES,
    DAY,
    WEEK,
    Bools,
    Floats,
    Ints,
    People,
    pick,
    seconds,
    update_lags,
    versions,
)
from analyst.sample.spec import LAST_MONDAY, PLATFORMS, CompanySpec, Plan

KINDS = ("nps", "csat", "ces")
NPS_A_WEEK = 1_075
OTHERS_A_WEEK = 265
LOOSE_SESSIONS = 2_600
NPS_GAP_WEEKS = 5
WEEKDAYS = (1.15, 1.0, 0.95, 1.0, 1.2, 0.95, 0.75)
HOURS = (1, 2, 3, 4, 4, 4, 5, 5, 4, 4, 4, 5, 6, 7, 7, 5, 3)
FIRST_HOUR = 6
LOOK_BACK = 14 * DAY
IN_APP = 0.62
# By how many points campaign newcomers score below the others, about; the true effect is worked out later.
NEWCOMER_GAP = 34.0
# How often a session opens each screen, in the order of SCREENS.
VISITS = (0.97, 0.62, 0.70, 0.72, 0.62, 0.64, 0.62, 0.40, 0.14, 0.16, 0.12, 0.09, 0.06)
DWELL = (12.0, 25.0, 30.0, 40.0, 28.0, 35.0, 30.0, 40.0, 50.0, 25.0, 15.0, 45.0, 30.0)


@dataclass(frozen=True)
class Answers:
    """Survey answers ordered by time; arrays of length n.

    ``kind`` codes into KINDS; ``user`` is a row of People; ``at`` is seconds since 1970 UTC; ``week`` counts
    from the first week; ``platform`` and ``release`` are those of the moment; ``in_app`` says the channel.
    """

    kind: Ints
    user: Ints
    at: Ints
    week: Ints
    platform: Ints
    release: Ints
    in_app: Bools

    @property
    def n(self) -> int:
        """Number of answers."""
        return len(self.kind)


@dataclass(frozen=True)
class Sessions:
    """App sessions ordered by time, recorded or not; arrays of n rows.

    ``visited`` (n, screens) tells the screens, ``counts`` (n, screens, signals) the friction signals, ``hits``
    (n, plans) which plans of the company happened in it; ``seconds`` is its duration.
    """

    user: Ints
    at: Ints
    platform: Ints
    release: Ints
    seconds: Ints
    visited: Bools
    counts: Ints
    hits: Bools

    @property
    def n(self) -> int:
        """Number of sessions."""
        return len(self.user)


def clock(rng: np.random.Generator, monday: int, n: int) -> Ints:
    """n times in the week from ``monday`` (seconds): more on Fridays, between 06:00 and 23:00 UTC."""
    day = pick(rng, WEEKDAYS, n)
    hour = FIRST_HOUR + pick(rng, HOURS, n)
    return (monday + day * DAY + hour * 3600 + rng.random(n) * 3600).astype(np.int64)


def draw_answers(spec: CompanySpec, people: People, rng: np.random.Generator, scale: float) -> tuple[Answers, People]:
    """The answers, and the people with campaign newcomers' sign-up moved to before their first answer.

    Nobody answers an NPS survey twice within five weeks.
    """
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    asked = np.full(people.n, -99)
    for week in range(spec.weeks):
        monday = seconds(spec.monday(week))
        weight = np.where((people.signed_up < monday) | people.campaign, 1.0, 0.0)
        for code in range(3):
            base = (NPS_A_WEEK if code == 0 else OTHERS_A_WEEK) * scale
            n = max(round(base * (1 + 0.02 * rng.standard_normal())), round(base * 0.96))
            rested = weight * (week - asked >= NPS_GAP_WEEKS) if code == 0 else weight
            free = rested if (rested > 0).sum() > n else weight
            user = _sample(rng, _with_newcomers(spec, people, free, week), n)
            if code == 0:
                asked[user] = week
            parts.append((np.full(len(user), code), user, clock(rng, monday, len(user)), np.full(len(user), week)))
    kind, user, at, weeks = (np.concatenate([part[i] for part in parts]) for i in range(4))
    order = np.argsort(at, kind="stable")
    kind, user, at, weeks = kind[order], user[order], at[order], weeks[order]
    people = _signed_up_before(spec, people, rng, user, at)
    platform = people.platform[user]
    # One mobile customer in fifteen answers from the web now and then.
    platform = np.where(rng.random(len(user)) < 0.06, PLATFORMS.index("web"), platform)
    in_app = rng.random(len(user)) < IN_APP
    none = np.full(len(user), -1, dtype=np.int64)
    return Answers(kind, user, at, weeks, platform, none, in_app), people


def _with_newcomers(spec: CompanySpec, people: People, weight: Floats, week: int) -> Floats:
    """Chances to answer in a week, such that campaign newcomers give their share of the answers."""
    if spec.campaign is None or not people.campaign.any():
        return weight
    age = week - spec.campaign.first_week
    # Most of them answer while they arrive; half as many stay, then fewer.
    share = 0.0 if age < 0 else spec.campaign.points / NEWCOMER_GAP * (1.0, 1.0, 0.4, 0.25)[min(age, 3)]
    old, new = weight[~people.campaign].sum(), weight[people.campaign].sum()
    factor = share / (1 - share) * old / max(new, 1.0)
    return np.where(people.campaign, weight * factor, weight)


def _sample(rng: np.random.Generator, weight: Floats, n: int) -> Ints:
    """n different rows, likelier with more weight (exponential races)."""
    race = rng.exponential(1.0, len(weight)) / np.maximum(weight, 1e-300)
    race[weight <= 0] = np.inf
    n = min(n, int((weight > 0).sum()))
    return np.argsort(race, kind="stable")[:n].astype(np.int64)


def _signed_up_before(spec: CompanySpec, people: People, rng: np.random.Generator, user: Ints, at: Ints) -> People:
    if spec.campaign is None:
        return people
    start = seconds(spec.monday(spec.campaign.first_week))
    first = np.full(people.n, np.iinfo(np.int64).max)
    np.minimum.at(first, user, at)
    lead = (rng.random(people.n) * 3 * DAY + 3600).astype(np.int64)
    early = people.campaign & (people.signed_up > first - lead)
    signed_up = np.where(early, np.maximum(first - lead, start), people.signed_up)
    return replace(people, signed_up=signed_up)


def draw_sessions(
    spec: CompanySpec, people: People, answers: Answers, rng: np.random.Generator, scale: float
) -> tuple[Answers, Sessions]:
    """Sessions before the answers and loose ones; the answers with the release they came from."""
    lag = update_lags(spec, people, rng)
    release = versions(spec, people, answers.user, answers.at, answers.platform, lag)
    user, at, platform = _moments(spec, people, answers, rng, scale)
    running = versions(spec, people, user, at, platform, lag)
    n = len(user)
    chance = np.tile(np.array(VISITS), (n, 1))
    reach = [_reach(spec, plan, people, user, at, platform, running) for plan in spec.plans]
    for plan, able in zip(spec.plans, reach, strict=True):
        if plan.kind == "friction" and plan.visit:
            column = SCREENS.index(STORY[plan.subject].screen)
            chance[able, column] = np.maximum(chance[able, column], plan.visit)
    visited = rng.random((n, len(SCREENS))) < chance
    visited[:, 0] |= ~visited.any(axis=1)
    counts = _background(rng, visited)
    hits = np.zeros((n, len(spec.plans)), dtype=bool)
    for number, (plan, able) in enumerate(zip(spec.plans, reach, strict=True)):
        draws = rng.random(n)
        if plan.kind != "friction":
            continue
        story = STORY[plan.subject]
        column = SCREENS.index(story.screen)
        hit = able & visited[:, column] & (draws < plan.rate)
        hits[:, number] = hit
        for position, (name, mean) in enumerate(story.signals):
            fired = rng.poisson(mean, int(hit.sum()))
            counts[hit, column, SIGNALS.index(name)] += np.maximum(fired, 1) if position == 0 else fired
    length = (visited * np.array(DWELL) * rng.lognormal(0, 0.35, (n, 1))).sum(axis=1).astype(np.int64) + 5
    sessions = Sessions(user, at, platform, running, length, visited, counts, hits)
    return replace(answers, release=release), sessions


def _moments(
    spec: CompanySpec, people: People, answers: Answers, rng: np.random.Generator, scale: float
) -> tuple[Ints, Ints, Ints]:
    """User, start and platform of every session, ordered by time."""
    before = np.where(
        answers.in_app, 300 + rng.random(answers.n) * 2400, 5 * 3600 + rng.random(answers.n) * 4 * DAY
    ).astype(np.int64)
    more = rng.poisson(0.16, answers.n)
    again = np.repeat(np.arange(answers.n), more)
    loose = round(LOOSE_SESSIONS * scale)
    strangers = rng.integers(0, people.n, loose)
    # The last weeks lack the earlier visits of later answers; loose sessions make up for it.
    weeks = pick(rng, (*(1.0,) * (spec.weeks - 2), 1.6, 2.9), loose)
    loose_at = clock(rng, 0, loose) + np.array([seconds(spec.monday(int(w))) for w in weeks], dtype=np.int64)
    user = np.concatenate([answers.user, answers.user[again], strangers])
    at = np.concatenate(
        [
            answers.at - before,
            answers.at[again] - rng.integers(1, 14, len(again)) * DAY + rng.integers(0, 2 * 3600, len(again)),
            loose_at,
        ]
    )
    platform = np.concatenate([answers.platform, answers.platform[again], people.platform[strangers]])
    first, last = seconds(spec.first_day) - WEEK * 2, seconds(LAST_MONDAY) + WEEK
    known = (at >= np.maximum(people.signed_up[user], first)) & (at < last - 3600)
    user, at, platform = user[known], at[known], platform[known]
    order = np.argsort(at, kind="stable")
    return user[order], at[order], platform[order]


def _background(rng: np.random.Generator, visited: Bools) -> Ints:
    """Signals nobody notices: a stray rage tap here, a logged error there."""
    shape = (*visited.shape, len(SIGNALS))
    chance = np.array([0.006, 0.012, 0.003, 0.0004, 0.008])
    stray = (rng.random(shape) < chance) & visited[:, :, None]
    return stray * rng.integers(1, 4, shape)


def _reach(spec: CompanySpec, plan: Plan, people: People, user: Ints, at: Ints, platform: Ints, release: Ints) -> Bools:
    """Which moments a plan can touch: right segment, right days."""
    able = within(plan, at)
    for dimension, value in plan.where:
        if dimension == "platform":
            able &= platform == PLATFORMS.index(value)
        elif dimension == "app_version":
            numbers = [i for i, (name, _, _) in enumerate(spec.releases) if name == value]
            able &= np.isin(release, numbers)
        else:
            able &= has_country(people, user, value)
    return able


def has_country(people: People, user: Ints, country: str) -> Bools:
    """Which users live in a country."""
    return np.asarray(people.country[user] == COUNTRIES.index(country))


def within(plan: Plan, at: Ints) -> Bools:
    """Which moments lie in the days of a plan."""
    able = np.ones(len(at), dtype=bool)
    if plan.start is not None:
        able &= at >= seconds(plan.start)
    if plan.end is not None:
        able &= at < seconds(plan.end) + DAY
    return able


def exposed(answers: Answers, sessions: Sessions) -> Bools:
    """Which plan met each answer's writer in the 14 days before the answer, shape (answers, plans)."""
    span = 1 << 34
    key = sessions.user * span + sessions.at
    order = np.argsort(key, kind="stable")
    key = key[order]
    total = np.concatenate([np.zeros((1, sessions.hits.shape[1]), dtype=np.int64), sessions.hits[order].cumsum(axis=0)])
    low = np.searchsorted(key, answers.user * span + answers.at - LOOK_BACK)
    high = np.searchsorted(key, answers.user * span + answers.at)
    return np.asarray(total[high] > total[low])
