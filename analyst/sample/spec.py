"""Which company to make: what goes wrong in it, where, when and how much.

Seed 7 is the company that ships. Any other seed draws another one from the same sets of stories, platforms,
countries and sizes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analyst.sample.catalogue import STORIES, STORY

LAST_MONDAY = date(2026, 11, 9)
PLATFORMS = ("android", "ios", "web")
COMPANIES = ("Tidewell", "Brindle", "Larkcart", "Marrowby", "Pantria", "Oatfield", "Quillmart", "Fennelly")


@dataclass(frozen=True)
class Plan:
    """One thing that happens to people: friction in sessions, or an experience outside the app.

    Attributes:
        plan_id: its name in the truth.
        kind: ``friction`` (a story, seen in sessions) or ``experience`` (a theme, not seen in sessions).
        subject: the story's or the theme's name.
        what: one sentence.
        where: (dimension, value) pairs that people must have: platform, app_version, country.
        start, end: first and last day, None for open.
        rate: chance per visit of the screen (friction) or per answer (experience).
        ramp: whether the rate grows from 0 at ``start`` to its full size in the last week.
        points: NPS points it takes away in ``weeks``; None for a harmless plan.
        weeks: (first, last) index of the weeks ``points`` is set for.
        mention: chance that somebody who met it and comments thinks of it while writing.
        visit: chance that a session it may meet opens the screen, where higher than usual.
        cause: whether it is a planted cause of a movement, else it is there all the time.
    """

    plan_id: str
    kind: str
    subject: str
    what: str
    where: tuple[tuple[str, str], ...] = ()
    start: date | None = None
    end: date | None = None
    rate: float = 0.2
    ramp: bool = False
    points: float | None = None
    weeks: tuple[int, int] = (0, 0)
    mention: float = 0.5
    visit: float = 0.0
    cause: bool = False

    @property
    def theme(self) -> str:
        """The theme that goes with it."""
        return STORY[self.subject].theme if self.kind == "friction" else self.subject

    @property
    def screen(self) -> str | None:
        """The screen it happens on, if any."""
        return STORY[self.subject].screen if self.kind == "friction" else None


@dataclass(frozen=True)
class Campaign:
    """New free-plan customers of one channel, bought over two weeks; they score lower from the first day."""

    channel: str
    first_week: int
    points: float


@dataclass(frozen=True)
class Chatter:
    """A theme that is suddenly spoken of ``times`` as often, at no cost to the score."""

    theme: str
    first_week: int
    times: float


@dataclass(frozen=True)
class CompanySpec:
    """A company to be made. Weeks are counted from 0, ``weeks`` of them, the last one 2026-W46."""

    seed: int
    name: str
    weeks: int
    level: float
    plans: tuple[Plan, ...]
    campaign: Campaign | None
    chatter: Chatter
    releases: tuple[tuple[str, str, date], ...]
    main: str

    @property
    def first_day(self) -> date:
        """Monday of the first week."""
        return LAST_MONDAY - timedelta(weeks=self.weeks - 1)

    def monday(self, week: int) -> date:
        """Monday of a week."""
        return self.first_day + timedelta(weeks=week)


def company_spec(seed: int = 7, weeks: int = 12) -> CompanySpec:
    """The company of a seed.

    Args:
        seed: 7 for the company that ships, any other for another one.
        weeks: complete ISO weeks of feedback, at least 6, ending with 2026-W46.

    Raises:
        ValueError: on fewer than 6 weeks: the causes need a baseline.
    """
    if weeks < 6:
        raise ValueError(f"A sample company needs at least 6 weeks of feedback, not {weeks}.")
    return _tidewell(weeks) if seed == 7 else _other(seed, weeks)


def _day(weeks_before_last: int, weekday: int = 0) -> date:
    """A day by its distance from the last week; 0 is Monday."""
    return LAST_MONDAY + timedelta(weeks=-weeks_before_last, days=weekday)


def _tidewell(weeks: int) -> CompanySpec:
    last = weeks - 1
    plans = (
        Plan(
            "main",
            "friction",
            "payment_freeze",
            "Release 4.2.0 on Android: the Payment screen freezes after a declined card or the bank's check",
            where=(("platform", "android"), ("app_version", "4.2.0")),
            start=_day(0),
            rate=0.88,
            visit=0.85,
            points=12.8,
            weeks=(last, last),
            mention=0.8,
            cause=True,
        ),
        Plan(
            "gradual",
            "experience",
            "support",
            "Waiting times in customer service grow week by week",
            start=_day(7),
            rate=0.15,
            ramp=True,
            points=3.0,
            weeks=(last, last),
            mention=0.7,
            cause=True,
        ),
        Plan(
            "outage",
            "friction",
            "login_outage",
            "Sign-in was down for most of a Wednesday",
            start=_day(8, 2),
            end=_day(8, 2),
            rate=0.8,
            visit=0.9,
            points=1.6,
            weeks=(last - 8, last - 8),
            mention=0.6,
            cause=True,
        ),
        Plan(
            "price",
            "experience",
            "prices",
            "Prices of about 400 goods went up",
            start=date(2026, 10, 1),
            rate=0.07,
            points=1.3,
            weeks=(max(last - 5, 0), last),
            mention=0.6,
            cause=True,
        ),
        *_standing(last, {"slot_dead": ("web", 1.6, 0.04), "search_freeze": ("ios", 0.8, 0.3)}),
        *_standing(last, {"home_crash": ("android", 0.9, 0.5), "promo_error": ("", 1.1, 0.35)}),
        *_standing(last, {"tracking_frozen": ("", 0.4, 0.3)}),
        *_harmless(_day(2), "recipe_heart"),
    )
    releases = (
        ("4.0.3", "ios", _day(13)),
        ("4.0.3", "android", _day(13, 2)),
        ("4.1.0", "ios", _day(9, 1)),
        ("4.1.0", "android", _day(8, 0)),
        ("4.1.2", "ios", _day(4, 1)),
        ("4.1.2", "android", _day(4, 2)),
        ("4.2.0", "ios", _day(1, 1)),
        ("4.2.0", "android", _day(0)),
    )
    chatter = Chatter("recipes", last - 2, 3.0)
    campaign = Campaign("social", last - 5, 4.0) if last >= 5 else None
    return CompanySpec(7, "Tidewell", weeks, 34.0, _inside(plans), campaign, chatter, releases, "main")


def _inside(plans: tuple[Plan, ...]) -> tuple[Plan, ...]:
    """The plans whose reference weeks lie inside the company's weeks; a short company has fewer causes."""
    return tuple(plan for plan in plans if plan.weeks[0] >= 0)


def _standing(last: int, stories: dict[str, tuple[str, float, float]]) -> Iterator[Plan]:
    """Friction that is there in every week: story -> (platform or '', points, mention)."""
    for name, (platform, points, mention) in stories.items():
        yield Plan(
            f"standing_{name}",
            "friction",
            name,
            STORY[name].what,
            where=(("platform", platform),) if platform else (),
            rate=0.3 if platform else 0.12,
            points=points,
            weeks=(0, last),
            mention=mention,
        )


def _harmless(heart_from: date, *names: str) -> Iterator[Plan]:
    """Signals without harm: the named story from a day on, the rest all the time."""
    for story in STORIES:
        if story.harmless:
            start = heart_from if story.name in names else None
            yield Plan(f"decoy_{story.name}", "friction", story.name, story.what, start=start, rate=0.25, mention=0.0)


def _other(seed: int, weeks: int) -> CompanySpec:
    rng = np.random.default_rng([seed, 1])
    last = weeks - 1
    stories = [story.name for story in STORIES if not story.harmless and story.name != "login_outage"]
    order = [stories[i] for i in rng.permutation(len(stories))]
    platform = PLATFORMS[int(rng.integers(2))]
    shape = ("release", "release", "release", "region", "broad", "quiet")[int(rng.integers(6))]
    releases = _releases(rng, platform)
    newest = releases[-1][0]
    gradual = ("support", "freshness", "substitutions", "delivery_time")[int(rng.integers(4))]
    outage_week = int(rng.integers(1, max(last - 4, 2)))
    plans = [*_main(rng, shape, order[0], platform, newest, last)]
    if gradual not in {plan.subject for plan in plans}:
        plans.append(
            Plan(
                "gradual",
                "experience",
                gradual,
                f"More and more trouble with {gradual.replace('_', ' ')}, week by week",
                start=_day(int(rng.integers(6, 9))),
                rate=0.15,
                ramp=True,
                points=float(rng.uniform(2, 4)),
                weeks=(last, last),
                mention=0.7,
                cause=True,
            )
        )
    outage_day = _day(last - outage_week, int(rng.integers(5)))
    plans.append(
        Plan(
            "outage",
            "friction",
            "login_outage",
            "Sign-in was down for most of a day",
            start=outage_day,
            end=outage_day,
            rate=0.8,
            visit=0.9,
            points=float(rng.uniform(1, 2)),
            weeks=(outage_week, outage_week),
            mention=0.6,
            cause=True,
        )
    )
    standing = {
        name: (("", *PLATFORMS)[int(rng.integers(4))], float(rng.uniform(0.5, 2.2)), float(rng.uniform(0.03, 0.5)))
        for name in order[1:6]
    }
    decoys = [story.name for story in STORIES if story.harmless]
    plans += [
        *_standing(last, standing),
        *_harmless(_day(int(rng.integers(1, 5))), decoys[int(rng.integers(3))]),
    ]
    campaign = None
    if rng.random() < 0.6 and last >= 7:
        channel = ("social", "affiliate", "tv")[int(rng.integers(3))]
        campaign = Campaign(channel, int(rng.integers(last - 7, last - 3)), float(rng.uniform(3, 5)))
    subject = ("recipes", "notifications", "product_range", "packaging")[int(rng.integers(4))]
    chatter = Chatter(subject, last - int(rng.integers(1, 4)), 3.0)
    name = COMPANIES[1 + int(rng.integers(len(COMPANIES) - 1))]
    level = float(rng.uniform(26, 38))
    return CompanySpec(seed, name, weeks, level, _inside(tuple(plans)), campaign, chatter, releases, shape)


def _releases(rng: np.random.Generator, platform: str) -> tuple[tuple[str, str, date], ...]:
    """Four releases; the newest reaches the other platform in the week before."""
    major = int(rng.integers(2, 9))
    other = "ios" if platform == "android" else "android"
    names = [f"{major}.{minor}.{int(rng.integers(3))}" for minor in (4, 5, 6, 7)]
    ages = (14, 9, 5)
    old = [
        (name, where, _day(age, int(rng.integers(3))))
        for name, age in zip(names, ages, strict=False)
        for where in (other, platform)
    ]
    return (*old, (names[3], other, _day(1, 1)), (names[3], platform, _day(0)))


def _main(rng: np.random.Generator, shape: str, story: str, platform: str, version: str, last: int) -> Iterator[Plan]:
    """The cause of the last week's movement; none in a quiet company."""
    points = float(rng.uniform(9, 15))
    if shape == "release":
        yield Plan(
            "main",
            "friction",
            story,
            f"Release {version} on {platform}: {STORY[story].what[0].lower()}{STORY[story].what[1:]}",
            where=(("platform", platform), ("app_version", version)),
            start=_day(0),
            rate=0.88,
            visit=0.85,
            points=points if platform == "android" else min(points, 11.0),
            weeks=(last, last),
            mention=float(rng.uniform(0.5, 0.85)),
            cause=True,
        )
    elif shape == "region":
        theme = ("missing_items", "freshness", "delivery_time", "refunds")[int(rng.integers(4))]
        country = ("US", "IE")[int(rng.integers(2))]
        yield Plan(
            "main",
            "experience",
            theme,
            f"Trouble with {theme.replace('_', ' ')} in {country} since Monday",
            where=(("country", country),),
            start=_day(0),
            rate=0.8,
            points=min(points, 10.0) if country == "US" else 6.0,
            weeks=(last, last),
            mention=0.7,
            cause=True,
        )
    elif shape == "broad":
        theme = ("delivery_time", "prices", "missing_items")[int(rng.integers(3))]
        yield Plan(
            "main",
            "experience",
            theme,
            f"Everywhere since Monday: trouble with {theme.replace('_', ' ')}",
            start=_day(0),
            rate=0.35,
            points=points,
            weeks=(last, last),
            mention=0.7,
            cause=True,
        )
