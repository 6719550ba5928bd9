"""The customers: who they are, when they came, what they use, how well disposed they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import numpy as np
from numpy.typing import NDArray

from analyst.sample.slots import DEVICES
from analyst.sample.spec import LAST_MONDAY, PLATFORMS, CompanySpec

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY = 86_400
WEEK = 7 * DAY
COUNTRIES = ("GB", "US", "IE", "ES", "DE")
PLANS = ("free", "plus", "family")
CHANNELS = ("organic", "referral", "search_ads", "social", "affiliate", "tv", "app_store")
LANGUAGE_OF = {"ES": "es", "DE": "de"}
COUNTRY_SHARE = (0.60, 0.16, 0.12, 0.06, 0.06)
PLAN_SHARE = (0.55, 0.30, 0.15)
CHANNEL_SHARE = (0.34, 0.18, 0.16, 0.09, 0.07, 0.05, 0.11)
PLATFORM_SHARE = (0.45, 0.35, 0.20)
COUNTRY_EFFECT = (0.0, 0.1, 0.05, 0.2, -0.2)
PLAN_EFFECT = (-0.25, 0.15, 0.3)
CHANNEL_EFFECT = (0.0, 0.25, 0.0, -0.55, -0.3, -0.25, 0.0)
PRICES = ("0.00", "5.99", "9.99")
CUSTOMERS = 9_000
NEWCOMERS = 1_300
USER_SPREAD = 1.1
CONSENT = 0.83


@dataclass(frozen=True)
class People:
    """All customers, one row each; arrays of length n.

    ``country``, ``plan``, ``channel``, ``platform``, ``device`` are codes into the tuples of this file (device
    into DEVICES of the platform); ``signed_up`` is seconds since 1970 UTC; ``liking`` is the base disposition in
    points of the latent 0-10 score; ``campaign`` marks those whom the campaign brought; ``consent`` those
    whose sessions are recorded.
    """

    ids: tuple[str, ...]
    country: Ints
    plan: Ints
    channel: Ints
    platform: Ints
    device: Ints
    language: tuple[str, ...]
    signed_up: Ints
    liking: Floats
    campaign: Bools
    consent: Bools

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.ids)


def seconds(day: date) -> int:
    """Midnight UTC of a day, seconds since 1970."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def pick(rng: np.random.Generator, shares: Sequence[float], n: int) -> Ints:
    """n codes drawn with the given shares."""
    edges = np.cumsum(np.asarray(shares) / np.sum(shares))
    return np.minimum(np.searchsorted(edges, rng.random(n)), len(shares) - 1).astype(np.int64)


def make_people(spec: CompanySpec, rng: np.random.Generator, scale: float) -> People:
    """The customers of a company; campaign newcomers are the last rows.

    ``scale`` multiplies their number (9,000 at 1, about one in seven from the campaign).
    """
    newcomers = round(NEWCOMERS * scale) if spec.campaign else 0
    n = max(round(CUSTOMERS * scale), 60)
    campaign = np.arange(n) >= n - newcomers
    country = pick(rng, COUNTRY_SHARE, n)
    plan = pick(rng, PLAN_SHARE, n)
    channel = pick(rng, CHANNEL_SHARE, n)
    if spec.campaign:
        plan[campaign] = PLANS.index("free")
        channel[campaign] = CHANNELS.index(spec.campaign.channel)
    platform = pick(rng, PLATFORM_SHARE, n)
    device = np.array(
        [int(r * len(DEVICES[PLATFORMS[p]])) for r, p in zip(rng.random(n), platform, strict=True)], dtype=np.int64
    )
    first, last = seconds(spec.first_day), seconds(LAST_MONDAY) + WEEK
    age = np.minimum(rng.exponential(420 * DAY, n), 1_900 * DAY)
    signed_up = (first - 5 * DAY - age).astype(np.int64)
    fresh = ~campaign & (rng.random(n) < 0.08)
    signed_up[fresh] = (first + rng.random(int(fresh.sum())) * (last - first - 8 * DAY)).astype(np.int64)
    if spec.campaign:
        start = seconds(spec.monday(spec.campaign.first_week))
        signed_up[campaign] = (start + rng.random(newcomers) * 2 * WEEK).astype(np.int64)
    tenure = np.where(first - signed_up > 365 * DAY, 0.15, np.where(first - signed_up < 0, -0.2, 0.0))
    liking = (
        np.take(COUNTRY_EFFECT, country)
        + np.take(PLAN_EFFECT, plan)
        + np.take(CHANNEL_EFFECT, channel)
        + tenure
        + rng.normal(0, USER_SPREAD, n)
    )
    native = rng.random(n) < 0.8
    language = tuple(
        LANGUAGE_OF.get(COUNTRIES[c], "en") if own else "en" for c, own in zip(country, native, strict=True)
    )
    # Ids in shuffled order, so that nothing can be read off them.
    ids = tuple(f"u_{10_000 + i}" for i in rng.permutation(n))
    consent = rng.random(n) < CONSENT
    return People(ids, country, plan, channel, platform, device, language, signed_up, liking, campaign, consent)


def versions(spec: CompanySpec, people: People, user: Ints, at: Ints, platform: Ints, lag: Floats) -> Ints:
    """Index into ``spec.releases`` of the release each (user, time) runs, -1 on the web.

    Args:
        user, at, platform: one row per moment.
        lag: seconds each user takes to update to each release, shape (users, releases).
    """
    code = np.full(len(user), -1, dtype=np.int64)
    for number, (_, where, day) in enumerate(spec.releases):
        reached = at >= seconds(day) + 5 * 3600 + lag[user, number]
        oldest = number == next(i for i, r in enumerate(spec.releases) if r[1] == where)
        code[(platform == PLATFORMS.index(where)) & (reached | oldest)] = number
    return code


def update_lags(spec: CompanySpec, people: People, rng: np.random.Generator) -> Floats:
    """Seconds each user takes to update, shape (users, releases): four in five within days, the rest weeks."""
    shape = (people.n, len(spec.releases))
    prompt = rng.random(people.n)[:, None] < 0.8
    return np.where(prompt, rng.exponential(0.55 * DAY, shape), 9 * DAY + rng.exponential(25 * DAY, shape))
