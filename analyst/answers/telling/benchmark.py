"""What is a good score? The own direction first, then the published band and where others stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number
from analyst.answers.telling import words
from analyst.answers.telling.recorder import Recorder
from analyst.metrics import kind_of
from analyst.metrics.benchmarks import ALL, ReferencePoint, reference_point

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk

_NUMBER = re.compile(r"(?<![\w.\-+/])([+\-\N{MINUS SIGN}]?\d{1,3}(?:\.\d+)?)(?![\w/]|[.\-]\d)")


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """Where a score stands: the number that was asked about, or the own one, with its direction."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    asked, own = asked_score(plan), found.movement.current
    claims: list[Claim] = []
    score = asked if asked is not None else own.value if own and own.n else None
    if score is not None:
        claims.append(_position(score, asked is not None, plan, rec))
    claims += _direction(found, rec)
    point = reference_point(plan.query.metric, category_of(plan, desk))
    if point is not None:
        claims.append(_others(point, score, plan, rec))
    claims.append(_caution(plan, rec, point))
    return claims


def asked_score(plan: Plan) -> float | None:
    """The score that the question names ('is 32 a good NPS?'), if it lies on the metric's scale."""
    kind = kind_of(plan.query.metric)
    for text in _NUMBER.findall(plan.question):
        value = float(text.replace(w.MINUS, "-"))
        if kind.low <= value <= kind.high:
            return value
    return None


def category_of(plan: Plan, desk: Desk) -> str:
    """The category in the question's words where it names one, else that of the settings."""
    point = reference_point(plan.query.metric, f"{plan.question} {plan.topic}")
    if point is not None and point.category != ALL:
        return point.category
    return desk.view.settings.category or ""


def _position(score: float, asked: bool, plan: Plan, rec: Recorder) -> Claim:
    kind, metric = kind_of(plan.query.metric), plan.query.metric
    level = w.score(score, metric)
    group = "" if asked else words.among(plan.query.where)
    who = f"{_article(rec.metric)} {rec.metric} of {level}" if asked else f"{rec.metric}{group} at {level}"
    band = kind.band(score)
    if band is None:
        fact = rec.add(
            f"{rec.metric} {level}: no published band", [Number(score, "points", "asked" if asked else "now")],
            names=(rec.metric,), allows=["none"],
        )  # fmt: skip
        text = (
            f"For {rec.metric} nobody publishes bands that are agreed on, so {level} is neither good nor bad by itself."
        )
        return Claim(text, (fact,), part="verdict")
    start, end = _span(score, plan)
    span = f"{w.signed(start, 0)} to {w.signed(end, 0)}" if start > kind.low else f"under {w.signed(end, 0)}"
    fact = rec.add(
        f"{rec.metric} {level} is {band} ({span}) by {kind.bands_source}",
        [Number(score, "points", "asked" if asked else "now"), Number(start, "points", "band from"),
         Number(end, "points", "band to")],
        names=(rec.metric, band, kind.bands_source, "Bain", "Bain & Company"),
    )  # fmt: skip
    return Claim(f"{words.capital(who)} is {band} by {kind.bands_source} ({span}).", (fact,), part="verdict")


def _article(name: str) -> str:
    return "an" if name[:1] in "AEFHILMNORSX" else "a"


def _span(score: float, plan: Plan) -> tuple[float, float]:
    kind = kind_of(plan.query.metric)
    starts = [start for start, _ in kind.bands]
    start = max(one for one in starts if one <= score)
    return start, min((one for one in starts if one > score), default=kind.high)


def _direction(found: Gatherer, rec: Recorder) -> list[Claim]:
    movement, now, past = found.movement, found.movement.current, found.movement.before
    change = movement.change
    when, group = words.within(found.query.window), words.among(found.query.where)
    if now is None or not now.n:
        return []
    level = w.score(now.value, found.query.metric)
    if change is None or past is None or movement.verdict == "too_little_data":
        text = (
            f"Your own{group} is {level} {when} ({words.level_sure(now, found.query.metric)}); there is too little "
            "data to say where it is going."
        )
        return [Claim(text, (rec.level(now),), part="where")]
    stretch = words.before(found.query, found.view.settings.timezone)
    was = w.score(past.value, found.query.metric)
    if movement.verdict == "moved":
        verb = "up" if change.value > 0 else "down"
        text = (
            f"Direction beats position: yours{group} is {level} {when}, {verb} {w.size(change.value)} points, "
            f"from {was} in {stretch}, more than chance."
        )
    else:
        text = f"Direction beats position: yours{group} is {level} {when} and was {was} in {stretch}, within chance."
    return [Claim(text, (rec.change(movement),), part="where")]


def _others(point: ReferencePoint, score: float | None, plan: Plan, rec: Recorder) -> Claim:
    metric = plan.query.metric
    told = [f"half are above {w.signed(point.median, 0)}"]
    if point.upper is not None:
        told.append(f"a quarter at {w.signed(point.upper, 0)} or more")
    if point.lower is not None:
        told.append(f"a quarter at {w.signed(point.lower, 0)} or less")
    numbers = [Number(point.average, "points", "average"), Number(point.median, "points", "median")]
    numbers += [
        Number(q, "points", of)
        for q, of in ((point.lower, "lower quartile"), (point.upper, "upper quartile"))
        if q is not None
    ]
    numbers += [
        Number(0.25, "share", "quarter"),
        Number(0.5, "share", "half"),
        Number(float(point.year), "any", "year"),
    ]
    if "150,000" in point.sample:
        numbers.append(Number(150_000, "count", "organisations"))
    fact = rec.desk.book.add(
        f"{point.source} ({point.year}), {point.category}, {point.sample}: median {point.median:g}",
        numbers,
        window=str(point.year),
        command=f"undertone ask '{plan.question}' --json" if "'" not in plan.question else "undertone ask --json",
        names=(point.category, point.source, "SurveyMonkey", rec.metric, w.METRIC_NAMES[metric]),
        allows=["majority", "all"],
    )
    where = f"Among {point.sample}" if point.category == ALL else f"In {point.category}"
    return Claim(f"{where}, {w.listed(told)} ({point.source}, {point.year}).", (fact,), part="where")


def _caution(plan: Plan, rec: Recorder, point: ReferencePoint | None) -> Claim:
    fact = rec.add("Bands and benchmarks mix categories, countries and moments of asking", [], names=(rec.metric,))
    text = "Categories, countries and the moment of asking shift a score, so the own past is the fairer comparison."
    return Claim(text, (fact,), part="aside")
