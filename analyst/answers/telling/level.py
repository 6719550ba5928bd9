"""What is the score, and how did it go?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number, numbers_of
from analyst.answers.telling import parts, words
from analyst.answers.telling.recorder import Recorder
from analyst.answers.telling.voices import BAND_WORDS, band_mask
from analyst.metrics import kind_of, shares

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk

FEWEST_PERIODS = 4  # for a word on where it stood over time


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """The level with interval and n, how it splits, against the stretch before, and over the last periods."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    now = found.movement.current
    group, when = words.among(plan.query.where), words.within(plan.query.window)
    if now is None or now.n == 0:
        fact = rec.change(found.movement)
        return [Claim(f"There is no {rec.metric} answer {when}{group}.", (fact, none_fact(rec)), part="verdict")]
    level = w.score(now.value, plan.query.metric)
    sure = words.level_sure(now, plan.query.metric)
    text = f"{rec.metric}{group} is {level} {when} ({sure}, {words.plural(now.n, 'answer')})."
    claims = [Claim(text, (rec.level(now),), part="verdict")]
    claims += _counted(plan, found, rec) + _split(found, rec) + _against(found, rec) + _over_time(found, rec)
    if found.movement.verdict == "too_little_data":
        claims += parts.settle(found.movement, rec)
    return claims


def none_fact(rec: Recorder) -> str:
    """The fact that the window holds no answer."""
    return rec.add("Answers: 0", [Number(0.0, "count", "answers")], n=0, allows=["none"])


def _counted(plan: Plan, found: Gatherer, rec: Recorder) -> list[Claim]:
    """How many answers lie in the band that is asked for."""
    if plan.band is None:
        return []
    metric, frame = plan.query.metric, found.frame
    inside = band_mask(metric, frame.y[frame.post], frame.score[frame.post], plan.band)
    count, n, name = int(inside.sum()), len(inside), BAND_WORDS[metric][plan.band]
    fact = rec.add(
        f"Answers of {name}: {count} of {n}",
        [Number(float(count), "count", "answers"), Number(float(n), "count", "answers in all")],
        n=n,
    )
    text = f"{w.count(count)} of the {words.plural(n, 'answer')} {'is' if count == 1 else 'are'} by {name}."
    return [Claim(text, (fact,), part="what")]


def _split(found: Gatherer, rec: Recorder) -> list[Claim]:
    frame = found.frame
    split = shares(found.query.metric, frame.y[frame.post], frame.score[frame.post], frame.weight[frame.post])
    if split is None:
        return []
    kind = kind_of(found.query.metric)
    top, bottom = kind.top.partition(" (")[0], kind.bottom.partition(" (")[0]
    fact = rec.add(
        f"{w.percent(split.promoters.value, 1)} {kind.top}, {w.percent(split.detractors.value, 1)} {kind.bottom}",
        [*numbers_of(split.promoters, "top"), *numbers_of(split.detractors, "bottom"),
         *numbers_of(split.passives, "between")],
        n=split.promoters.n,
    )  # fmt: skip
    text = f"{w.percent(split.promoters.value)} are {top} and {w.percent(split.detractors.value)} {bottom}."
    return [Claim(text, (fact,), part="where")]


def _against(found: Gatherer, rec: Recorder) -> list[Claim]:
    movement, change, past = found.movement, found.movement.change, found.movement.before
    if change is None or past is None or movement.verdict == "too_little_data":
        return []
    stretch = words.before(found.query, found.view.settings.timezone)
    was = w.score(past.value, found.query.metric)
    fact = rec.change(movement)
    if movement.verdict == "moved":
        verb = "up" if change.value > 0 else "down"
        by = w.size(change.value)
        text = f"It is {verb} {by} points, from {was} in {stretch}, more than chance ({words.sure(change)})."
    else:
        text = f"In {stretch} it was {was}; the difference is within chance ({words.sure(change)})."
    return [Claim(text, (fact,), part="where")]


def _over_time(found: Gatherer, rec: Recorder) -> list[Claim]:
    """Where the window stands among the periods up to it."""
    series = found.series
    if found.query.window.kind == "span" or len(series) < FEWEST_PERIODS or not series[-1].in_window:
        return []
    values = [(one.estimate.value, one.period) for one in series]
    (low, low_at), (high, high_at), last = min(values), max(values), values[-1]
    unit = "months" if found.query.window.kind == "month" else "weeks"
    fact = rec.add(
        f"{rec.metric} over {len(series)} {unit}: {w.score(low, found.query.metric)} ({low_at}) to "
        f"{w.score(high, found.query.metric)} ({high_at})",
        [
            Number(last[0], "points", "now", window=last[1]),
            Number(low, "points", "lowest", window=low_at),
            Number(high, "points", "highest", window=high_at),
            Number(float(len(series)), "weeks" if unit == "weeks" else "count", "periods"),
            Number(float(len(series)), "count", "periods"),
        ],
        names=(rec.metric,),
        allows=["most", "least"],
    )
    lowest, highest = w.score(low, found.query.metric), w.score(high, found.query.metric)
    if low_at == last[1]:
        place = f"That is the lowest of the last {len(series)} {unit}; the highest was {highest} in {high_at}."
    elif high_at == last[1]:
        place = f"That is the highest of the last {len(series)} {unit}; the lowest was {lowest} in {low_at}."
    else:
        place = f"Over the last {len(series)} {unit} it lay between {lowest} ({low_at}) and {highest} ({high_at})."
    return [Claim(place, (fact,), part="where")]
