"""For whom did it move, and who is unhappy? Begins with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number, direction_of, numbers_of
from analyst.answers.telling import parts, words
from analyst.answers.telling.groups import GroupLevel, group_levels
from analyst.answers.telling.recorder import Recorder

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk

MOST = 3


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """The groups that moved, then those whose level stands apart; the other way round where detractors were asked."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    if found.movement.verdict == "too_little_data":
        return [parts.verdict(found, rec), *parts.settle(found.movement, rec)]
    levels = group_levels(found.frame, plan.query.metric, found.view.settings.min_people)
    limit = plan.limit or MOST
    unhappy = _levels(levels, rec, limit, plan.band == "promoter")
    if plan.band is not None:
        claims = unhappy or _none(levels, rec)
        return claims + _said(found, rec, plan.band == "promoter")
    moved = _moved(found, rec, limit)
    return [*moved, *(unhappy[:2] if found.movement.segments else unhappy), *parts.settle(found.movement, rec)]


def _moved(found: Gatherer, rec: Recorder, limit: int) -> list[Claim]:
    movement = found.movement
    if movement.segments:
        claims = _first(found, rec)
        for segment in movement.segments[1:limit]:
            claims += parts.segment_claims(segment, movement, rec, first=False)
        return [*claims, _rest_of(found, rec)]
    if movement.verdict == "moved":
        return [*parts.who(found, rec), parts.verdict(found, rec)]
    text = (
        f"No group moved beyond chance {words.within(found.query.window)}: {w.count(movement.checked)} were looked at, "
        "and none stands out."
    )
    return [Claim(text, (rec.checked(movement),), part="who"), parts.verdict(found, rec)]


def _first(found: Gatherer, rec: Recorder) -> list[Claim]:
    """Whom first: how far their score moved, then how much of the whole they are."""
    movement, segment = found.movement, found.movement.segments[0]
    own, when = segment.change, words.within(found.query.window)
    name = words.customers(segment.where)
    facts: tuple[str, ...] = (rec.segment(segment, movement),)
    if own is not None and own.excludes_zero():
        verb = "rose" if own.value > 0 else "fell"
        told = f"It is {name}: {rec.metric} there {verb} by {w.size(own.value)} points {when} ({words.sure(own)})."
        facts = (rec.own_change(segment.where, own), *facts)
    else:
        effect = segment.effect
        near = "" if effect.excludes_zero() else ", near the limit of what can be seen"
        told = (
            f"It is {name}{near}: {rec.metric} there {w.signed(effect.value)} points {when}, compared with everybody "
            f"else's ({words.sure(effect)})."
        )
    claims = [Claim(told, facts, part="who")]
    total = movement.change.value if movement.change else 0.0
    size = f"They are {w.percent(segment.share)} of the answers"
    if movement.verdict == "moved" and segment.contribution * total > 0:
        size += f" and carry {w.size(segment.contribution)} of the {w.size(total)} points"
    claims.append(Claim(f"{size}.", (rec.segment(segment, movement),), part="who"))
    return claims


def _rest_of(found: Gatherer, rec: Recorder) -> Claim:
    """Everybody else beside them, else how many groups were looked at."""
    movement = found.movement
    hidden = movement.hidden
    if hidden is not None and hidden.rest is not None and hidden.where == movement.segments[0].where:
        rest = hidden.rest
        fact = rec.rest_change(hidden.where, rest)
        if rest.excludes_zero():
            verb = "rose" if rest.value > 0 else "fell"
            return Claim(
                f"Everybody else {verb} by {w.size(rest.value)} points ({words.sure(rest)}).", (fact,), part="who"
            )
        text = f"Everybody else moved {w.signed(rest.value)} points, within chance ({words.sure(rest)})."
        return Claim(text, (fact,), part="who")
    text = f"{w.count(movement.checked)} groups were looked at, and chance across all of them is allowed for."
    return Claim(text, (rec.checked(movement),), part="sure")


def _levels(levels: list[GroupLevel], rec: Recorder, limit: int, happiest: bool) -> list[Claim]:
    """The groups whose score stands apart from everybody else's, one a sentence."""
    apart = [group for group in levels if group.significant and (group.gap.value > 0) == happiest]
    if happiest:
        apart = apart[::-1]
    claims = []
    for place, group in enumerate(apart[:limit]):
        fact = _level_fact(group, rec, place == 0)
        name, score = words.customers(group.where), w.score(group.score.value, rec.query.metric)
        side = "above" if group.gap.value > 0 else "below"
        gap = f"{w.size(group.gap.value)} points {side} everybody else ({words.sure(group.gap)})"
        opening = f"The {'happiest' if happiest else 'least happy'} are {name}" if place == 0 else f"Then {name}"
        n = words.plural(group.score.n, "answer")
        claims.append(Claim(f"{opening}: {rec.metric} {score} from {n}, {gap}.", (fact,), part="who"))
    return claims


def _level_fact(group: GroupLevel, rec: Recorder, first: bool) -> str:
    return rec.add(
        f"{words.people(group.where)}: {rec.metric} {w.score(group.score.value, rec.query.metric)}, "
        f"{w.signed(group.gap.value)} against everybody else ({w.interval(group.gap)})",
        [
            *numbers_of(group.gap, "gap"),
            *numbers_of(group.score, "now"),
            Number(group.share, "share", "share of answers"),
            Number(float(group.checked), "count", "groups checked"),
        ],
        n=group.score.n,
        where=group.where,
        names=(rec.metric,),
        direction=direction_of(group.gap),
        allows=["most", "least"] if first else (),
    )


def _none(levels: list[GroupLevel], rec: Recorder) -> list[Claim]:
    n = len(levels)
    fact = rec.add(
        f"Groups compared in level: {n}, none apart beyond chance",
        [Number(float(n), "count", "groups checked")],
        direction="flat",
        allows=["none"],
    )
    text = f"No group stands apart: of the {w.count(n)} compared, none scores beyond chance from everybody else."
    return [Claim(text, (fact,), part="who")]


def _said(found: Gatherer, rec: Recorder, happy: bool) -> list[Claim]:
    """What the unhappy (or the happy) speak of."""
    told = [t for t in parts.told_themes(found) if t.gap and t.gap.excludes_zero() and (t.gap.value > 0) == happy][:2]
    return [claim for theme in told for claim in parts.theme_claims(theme, rec)]
