"""Two groups, versions or windows side by side: which scores higher, whether by more than chance, and what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number, direction_of, numbers_of
from analyst.answers.telling import parts, why, words
from analyst.answers.telling.recorder import Recorder
from analyst.answers.telling.voices import Voice, voices
from analyst.core.errors import CannotTell
from analyst.core.query import Query, Where, where_text
from analyst.core.values import Estimate
from analyst.metrics import Sample, change_estimate, sample, score_estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analyst.answers.asking.plan import Plan
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk
    from analyst.runs.frame import DesignFrame

ELSE = "everybody else"


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """Two windows are a movement with the other one as its baseline; two groups are compared in the same window."""
    one, other = plan.query, plan.other
    if other is None:
        return why.tell(plan, desk)
    if sorted(one.where) == sorted(other.where):
        return why.tell(replace(plan, query=_as_movement(one, other)), desk)
    if one.window != other.window:
        raise CannotTell(
            "The two sides differ in their people and in their time at once.",
            "Compare two groups in one window, or one group in two.",
        )
    return _groups(one, other, desk)


def _as_movement(one: Query, other: Query) -> Query:
    """The later window against the earlier one."""
    late, early = (one, other) if one.window.start >= other.window.start else (other, one)
    return replace(late, baseline=early.window)


@dataclass(frozen=True)
class Side:
    """One side: its people, its opinions' answers, its sample now and before."""

    where: Where
    name: str
    now: Sample
    before: Sample
    rows: NDArray[np.bool_]


def _groups(one: Query, other: Query, desk: Desk) -> list[Claim]:
    common = tuple(sorted(set(one.where) & set(other.where)))
    shared = replace(one, where=common)
    found, rec = desk.gather(shared), Recorder(desk, shared)
    first, second = _sides(found, one.where, other.where)
    score, other_score = score_estimate(first.now), score_estimate(second.now)
    gap = change_estimate(first.now, second.now)
    fewest = found.view.settings.min_window
    if gap is None or score is None or other_score is None or min(score.n, other_score.n) < fewest:
        return [_too_few(first, second, rec)]
    claims = _difference(first, second, score, other_score, gap, rec)
    before = change_estimate(first.before, second.before)
    if before is not None and min(first.before.n, second.before.n) >= fewest:
        claims.append(_before(before, found, rec, first, second))
    told, quoted = _spoken(found, first, second, desk, rec)
    return claims + told + _screens(one, other, desk) + quoted


def _sides(found: Gatherer, one: Where, other: Where) -> tuple[Side, Side]:
    """The two groups' answers; where one holds the other, the wider one is everybody else in it."""
    frame = found.frame
    mine, theirs = frame.rows_of(one), frame.rows_of(other)
    if set(other) < set(one):
        theirs = theirs & ~mine
        return _side(frame, found, one, mine), _side(frame, found, other, theirs, ELSE)
    if set(one) < set(other):
        mine = mine & ~theirs
        return _side(frame, found, one, mine, ELSE), _side(frame, found, other, theirs)
    return _side(frame, found, one, mine), _side(frame, found, other, theirs & ~mine)


def _side(frame: DesignFrame, found: Gatherer, where: Where, rows: NDArray[np.bool_], name: str = "") -> Side:
    def of(picked: NDArray[np.bool_]) -> Sample:
        return sample(found.query.metric, frame.y[picked], frame.weight[picked], frame.person[picked])

    own = tuple(part for part in where if part not in found.query.where)
    return Side(where, name or words.people(own), of(rows & frame.post), of(rows & ~frame.post), rows & frame.post)


def _names(first: Side, second: Side) -> tuple[str, ...]:
    both = (*words.names_of(first.where), *words.names_of(second.where))
    return tuple(dict.fromkeys((*both, *(side.name for side in (first, second) if side.name != ELSE))))


def _too_few(first: Side, second: Side, rec: Recorder) -> Claim:
    fact = rec.add(
        f"Answers: {first.name} {first.now.n}, {second.name} {second.now.n}",
        [Number(float(first.now.n), "count", "answers", where=_where(first)),
         Number(float(second.now.n), "count", "answers", where=_where(second))],
        names=_names(first, second),
    )  # fmt: skip
    text = (
        f"There are too few answers to compare {words.within(rec.query.window)}: {w.count(first.now.n)}{_of(first)} "
        f"against {w.count(second.now.n)}{_of(second)}."
    )
    return Claim(text, (fact,), part="verdict")


def _difference(
    first: Side, second: Side, score: Estimate, other: Estimate, gap: Estimate, rec: Recorder
) -> list[Claim]:
    metric = rec.query.metric
    fact = rec.add(
        f"{first.name} {w.score(score.value, metric)} ({score.n}), {second.name} {w.score(other.value, metric)} "
        f"({other.n}): difference {w.signed(gap.value)} ({w.interval(gap)})",
        [*numbers_of(gap, "difference"), *_level(score, first),
         *_level(other, second)],
        n=gap.n,
        names=(*_names(first, second), rec.metric),
        direction=direction_of(gap),
    )  # fmt: skip
    when = words.within(rec.query.window)
    name = words.capital(first.name)
    if gap.excludes_zero():
        side = "higher" if gap.value > 0 else "lower"
        text = (
            f"{name} scores {w.size(gap.value)} points {side} than {second.name} {when}, more than chance "
            f"({words.sure(gap)})."
        )
    else:
        text = (
            f"{name} and {second.name} do not differ beyond chance {when} ({w.signed(gap.value)} points, "
            f"{words.sure(gap)})."
        )
    levels = (
        f"{rec.metric} is {w.score(score.value, metric)}{_of(first)}, from {words.plural(score.n, 'answer')}, against "
        f"{w.score(other.value, metric)}{_of(second)}, from {w.count(other.n)}."
    )
    return [Claim(text, (fact,), part="verdict"), Claim(levels, (fact,), part="where")]


def _where(side: Side) -> str | None:
    """Whom a number of this side is about; of the others nobody can be named."""
    return None if side.name == ELSE else where_text(side.where)


def _level(score: Estimate, side: Side) -> list[Number]:
    return numbers_of(score, "now elsewhere" if side.name == ELSE else "now", where=_where(side))


def _of(side: Side) -> str:
    return f" among {side.name}" if side.name == ELSE else words.among(side.where)


def _before(before: Estimate, found: Gatherer, rec: Recorder, first: Side, second: Side) -> Claim:
    stretch = words.before(found.query, found.view.settings.timezone)
    weeks = words.weeks_before(found.query, found.view.settings.timezone)
    fact = rec.add(
        f"{first.name} against {second.name} in {rec.baseline}: {w.signed(before.value)} ({w.interval(before)})",
        [*numbers_of(before, "difference", window=rec.baseline),
         *([Number(weeks, "weeks", "windows before"), Number(weeks, "count", "windows before")] if weeks else [])],
        n=before.n,
        names=_names(first, second),
        direction=direction_of(before),
    )  # fmt: skip
    if before.excludes_zero():
        text = f"In {stretch} the difference was {w.signed(before.value)} points ({words.sure(before)})."
    else:
        text = (
            f"In {stretch} they were not apart beyond chance ({w.signed(before.value)} points, {words.sure(before)})."
        )
    return Claim(text, (fact,), part="where")


def _spoken(found: Gatherer, first: Side, second: Side, desk: Desk, rec: Recorder) -> tuple[list[Claim], list[Claim]]:
    """The theme that each side speaks of more than the other, and a quote of each."""
    ids = [set(found.frame.response_id[side.rows].tolist()) for side in (first, second)]
    rows = [[row for row in found.quotes.opinions if row.response_id in known] for known in ids]
    told, picked = [], []
    for place, (side, rival) in enumerate(((first, second), (second, first))):
        mine = voices(rows[place], rows[1 - place], desk.labels)
        apart = [v for v in mine if v.significant and v.difference is not None and v.difference.value > 0]
        for voice in sorted(apart, key=lambda v: -v.difference.value)[:1]:  # type: ignore[union-attr]
            told.append(_more(voice, side, rival, rec))
            picked += found.quotes(voice.theme_id, sorted(ids[place]), 1)
    if not told:
        n = len(found.labels)
        fact = rec.add(
            f"Themes compared between {first.name} and {second.name}: {n}, none apart beyond chance",
            [Number(float(n), "count", "themes looked at")], verb="themes", names=_names(first, second),
            direction="flat", allows=["none"],
        )  # fmt: skip
        told = [Claim("In their comments no theme sets them apart beyond chance.", (fact,), part="what")]
    return told, parts.quote_claims(picked, desk)


def _more(voice: Voice, side: Side, rival: Side, rec: Recorder) -> Claim:
    others = voice.others or 0.0
    assert voice.difference is not None
    fact = rec.add(
        f"“{voice.label}”: {w.percent(voice.share.value, 1)} of the comments of {side.name}, {w.percent(others, 1)} of "
        f"{rival.name}",
        [*numbers_of(voice.difference, "difference"), *numbers_of(voice.share, "share", where=_where(side)),
         Number(others, "share", "share elsewhere", where=_where(rival))],
        n=voice.share.n,
        verb="themes",
        names=(voice.label, *_names(side, rival)),
        direction=direction_of(voice.difference),
    )  # fmt: skip
    text = (
        f"{words.capital(side.name)}: more of the comments are about “{voice.label}”, {w.percent(voice.share.value)} "
        f"against {w.percent(others)}{_of(rival)}."
    )
    return Claim(text, (fact,), part="what")


def _screens(one: Query, other: Query, desk: Desk) -> list[Claim]:
    """The friction that differs most between them, where sessions know both groups."""
    from analyst.metrics import share_difference

    if set(one.where) < set(other.where) or set(other.where) < set(one.where):
        return []  # one holds the other: their visits are not two groups
    screens = {(s.screen, s.signal): s for s in desk.gather(other).screens}
    apart = []
    for screen in desk.gather(one).screens:
        rival = screens.get((screen.screen, screen.signal))
        if rival is None or screen.likely_false or not screen.sessions or not rival.sessions:
            continue
        low, high = share_difference(screen.rate.value, screen.sessions, rival.rate.value, rival.sessions)
        difference = Estimate(
            screen.rate.value - rival.rate.value, low, high, screen.sessions + rival.sessions, "share"
        )
        if difference.excludes_zero():
            apart.append((screen, rival, difference))
    if not apart:
        return []
    screen, rival, difference = max(apart, key=lambda found: abs(found[2].value))
    rec = Recorder(desk, one)
    mine, theirs = words.people(one.where), words.people(other.where)
    thing = w.friction(screen.screen, screen.signal)
    fact = rec.add(
        f"{words.capital(thing)}: {w.percent(screen.rate.value, 1)} of the visits of {mine}, "
        f"{w.percent(rival.rate.value, 1)} of {theirs}",
        [*numbers_of(difference, "difference"), *numbers_of(screen.rate, "rate", where=where_text(one.where)),
         *numbers_of(rival.rate, "rate", where=where_text(other.where))],
        n=difference.n,
        verb="screens",
        names=(screen.screen, thing, mine, theirs, *words.names_of(other.where)),
        direction=direction_of(difference),
        allows=["most"],
    )  # fmt: skip
    text = (
        f"In sessions they differ most on {screen.screen}: {w.percent(screen.rate.value, 1)} of the visits run into "
        f"{w.SIGNAL_WORDS.get(screen.signal, screen.signal)}{words.among(one.where)}, against "
        f"{w.percent(rival.rate.value, 1)}{words.among(other.where)}."
    )
    return [Claim(text, (fact,), part="screen")]
