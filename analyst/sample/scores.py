"""The score model, and what each cause costs: the same people scored again without it.

A latent score ``m + s*e`` on the 0-10 scale: m sums the person's liking, what they lately lived through and the
friction they met; e is a standard normal draw kept fixed. Rounded and clipped it is the answer. Expected
NPS integrates over e: P(latent >= 8.5) - P(latent < 6.5), times 100.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyst.sample.answers import Answers, Sessions, exposed, has_country, within
from analyst.sample.catalogue import THEME_NAMES, THEMES
from analyst.sample.people import DAY, Bools, Floats, Ints, People, seconds
from analyst.sample.spec import LAST_MONDAY, CompanySpec, Plan

NOISE = 1.6
MAX_HARM = 4.5
# What people have lived with for weeks cannot be as bad as what suddenly stops them.
MAX_STANDING_HARM = 2.0


@dataclass(frozen=True)
class Scored:
    """Everything behind the scores; arrays of n answers.

    ``bad``, ``good`` (n, themes) and ``met`` (n, plans) tell who lived through what; ``chatter`` (n,) who has the
    talk of the weeks in mind; ``harm`` (plans,) is what a
    plan takes off the latent score; ``mean`` (n,) the latent mean, ``draw`` (n,) the fixed noise, ``score`` (n,)
    the answer on the scale of its kind; ``intercept`` is set so that the plain level is the company's.
    """

    bad: Bools
    good: Bools
    chatter: Bools
    met: Bools
    harm: Floats
    mean: Floats
    draw: Floats
    score: Ints
    intercept: float


def normal_cdf(x: Floats) -> Floats:
    """Standard normal distribution function, absolute error below 1.5e-7 (Abramowitz and Stegun 7.1.26)."""
    z = np.abs(x) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    half = 0.5 * poly * np.exp(-z * z)
    return np.asarray(np.where(x > 0, 1.0 - half, half))


def expected_y(mean: Floats) -> Floats:
    """Expected +100/0/-100 value of an NPS answer, given its latent mean."""
    return 100.0 * (1.0 - normal_cdf((8.5 - mean) / NOISE) - normal_cdf((6.5 - mean) / NOISE))


def to_scale(latent: Floats, kind: Ints) -> Ints:
    """Latent 0-10 scores as answers: NPS 0-10, CSAT 1-5, CES 1-7 (7 = very easy)."""
    nps = np.clip(np.floor(latent + 0.5), 0, 10)
    csat = np.clip(np.floor(1.0 + 0.41 * latent + 0.5), 1, 5)
    ces = np.clip(np.floor(1.0 + 0.56 * latent + 0.5), 1, 7)
    return np.choose(kind, [nps, csat, ces]).astype(np.int64)


def score_answers(
    spec: CompanySpec, people: People, answers: Answers, sessions: Sessions, rng: np.random.Generator
) -> Scored:
    """Lay experiences and friction over the answers and score them.

    Each plan's harm is set so that, in expectation over the noise, it takes its points in its weeks.
    """
    bad, good, chatter = _experiences(spec, answers, rng)
    met = exposed(answers, sessions)
    for number, plan in enumerate(spec.plans):
        draws = rng.random(answers.n)
        if plan.kind == "experience":
            met[:, number] = draws < _chance(spec, plan, people, answers)
    draw = rng.standard_normal(answers.n)
    base = people.liking[answers.user] + bad @ np.array([t.bad[1] for t in THEMES])
    base = base + good @ np.array([t.good[1] for t in THEMES])
    nps = answers.kind == 0
    intercept = _level(base[nps & ~people.campaign[answers.user]], spec.level)
    base = base + intercept
    harm = np.zeros(len(spec.plans))
    # Standing friction first: the causes then come on top of it.
    for number in sorted(range(len(spec.plans)), key=lambda i: spec.plans[i].cause):
        plan = spec.plans[number]
        if plan.points is not None:
            rows = nps & (answers.week >= plan.weeks[0]) & (answers.week <= plan.weeks[1])
            harm[number] = _harm(base[rows] - met[rows] @ harm, met[rows, number], plan.points, plan.cause)
    mean = base - met @ harm
    score = to_scale(mean + NOISE * draw, answers.kind)
    return Scored(bad, good, chatter, met, harm, mean, draw, score, intercept)


def _experiences(spec: CompanySpec, answers: Answers, rng: np.random.Generator) -> tuple[Bools, Bools, Bools]:
    """Bad and good experiences with each theme, shape (answers, themes), and who heard the chatter."""
    weight = np.array([theme.surveys for theme in THEMES])[:, answers.kind].T
    bad = rng.random(weight.shape) < weight * np.array([theme.bad[0] for theme in THEMES])
    chance = weight * np.array([theme.good[0] for theme in THEMES])
    good = rng.random(weight.shape) < chance
    column = THEME_NAMES.index(spec.chatter.theme)
    usual = THEMES[column].bad[0] + THEMES[column].good[0]
    louder = rng.random(answers.n) < usual * (spec.chatter.times - 1)
    return bad, good, louder & (answers.week >= spec.chatter.first_week)


def _chance(spec: CompanySpec, plan: Plan, people: People, answers: Answers) -> Floats:
    """Chance of an experience plan for every answer."""
    chance = within(plan, answers.at) * plan.rate
    if plan.ramp and plan.start is not None:
        begin, end = seconds(plan.start), seconds(LAST_MONDAY) + 4 * DAY
        chance = chance * np.clip((answers.at - begin) / max(end - begin, 1), 0.0, 1.0)
    for dimension, value in plan.where:
        if dimension != "country":
            raise ValueError(f"An experience cannot be limited to {dimension}={value}, only to a country.")
        chance = chance * has_country(people, answers.user, value)
    return np.asarray(chance, dtype=np.float64)


def _level(base: Floats, target: float) -> float:
    """The constant that brings expected NPS to ``target`` points, by bisection."""
    low, high = -5.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        if expected_y(base + middle).mean() < target:
            low = middle
        else:
            high = middle
    return low


def _harm(base: Floats, met: Bools, points: float, cause: bool) -> float:
    """What a plan must take off the latent score to cost ``points`` of NPS, within its limit, by bisection."""
    if not met.any():
        return 1.0
    before = expected_y(base).mean()
    low, high = 0.0, MAX_HARM if cause else MAX_STANDING_HARM
    for _ in range(30):
        middle = (low + high) / 2
        if before - expected_y(base - middle * met).mean() < points:
            low = middle
        else:
            high = middle
    return low


def cost(scored: Scored, rows: Bools, plan: int) -> tuple[float, float]:
    """NPS points a plan takes from the NPS answers in ``rows``: (expected, realised with the same draws).

    Positive when the score would be higher without it. (0, 0) when there are no rows.
    """
    if not rows.any():
        return 0.0, 0.0
    mean, free = scored.mean[rows], scored.mean[rows] + scored.met[rows, plan] * scored.harm[plan]
    noise = NOISE * scored.draw[rows]
    expected = float((expected_y(free) - expected_y(mean)).mean())
    return expected, float((realised_y(free + noise) - realised_y(mean + noise)).mean())


def theme_cost(scored: Scored, rows: Bools, theme: int, plans: Sequence[int]) -> float:
    """Expected NPS points that all bad experiences with a theme take in ``rows``, those of ``plans`` included."""
    if not rows.any():
        return 0.0
    numbers = list(plans)
    free = scored.mean[rows] - scored.bad[rows, theme] * THEMES[theme].bad[1]
    free = free + scored.met[rows][:, numbers] @ scored.harm[numbers]
    return float((expected_y(free) - expected_y(scored.mean[rows])).mean())


def realised_y(latent: Floats) -> Floats:
    """+100/0/-100 of the rounded latent score."""
    return np.where(latent >= 8.5, 100.0, np.where(latent < 6.5, -100.0, 0.0))
