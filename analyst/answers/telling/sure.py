"""How sure are we? The interval, the sizes, what could have been seen, how many places were looked at, the coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim
from analyst.answers.joins import join_claims
from analyst.answers.telling import parts, words
from analyst.answers.telling.recorder import Recorder

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """First whether the change itself is sure, then whom it is pinned on, then how much of the story the data tell."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    claims = [_verdict(found, rec), *parts.settle(found.movement, rec), *_groups(found, rec)]
    claims.append(_coverage(found, rec))
    return claims + [Claim(c.text, c.facts, c.cites, "sure") for c in join_claims(found.join, desk.book)[:1]]


def _verdict(found: Gatherer, rec: Recorder) -> Claim:
    movement, query = found.movement, found.query
    fact = rec.change(movement)
    change, now, past = movement.change, movement.current, movement.before
    when, group = words.within(query.window), words.among(query.where)
    stretch = words.before(query, found.view.settings.timezone)
    if change is None or now is None or past is None:
        return parts.verdict(found, rec)
    sizes = f"{w.count(now.n)} answers against {w.count(past.n)} in {stretch}"
    if movement.verdict == "moved":
        text = (
            f"That {rec.metric}{group} {'fell' if change.value < 0 else 'rose'} {when} is more than chance: the 95% "
            f"interval of the change is {w.interval(change)}, with {sizes}."
        )
    elif movement.verdict == "too_little_data":
        text = f"Not sure at all: there is too little data {when}{group}, {sizes}."
    elif movement.verdict == "masked":
        text = (
            f"Not sure of the whole, sure of a part: {rec.metric}{group} as a whole did not move beyond chance {when} "
            f"({words.sure(change)}; {sizes}), but a group in it did."
        )
    else:
        text = (
            f"It may well be chance: the 95% interval of the change {when}{group} ({w.interval(change)}) "
            f"includes no change, with {sizes}."
        )
    return Claim(text, (fact,), part="verdict")


def _groups(found: Gatherer, rec: Recorder) -> list[Claim]:
    movement = found.movement
    if movement.verdict == "too_little_data" or not movement.checked:
        return []
    checked = w.count(movement.checked)
    if not movement.segments:
        text = f"Of the {checked} groups looked at, none moved apart beyond chance."
        return [Claim(text, (rec.checked(movement),), part="sure")]
    segment = movement.segments[0]
    text = (
        f"That it sits with {words.people(segment.where)} holds although {checked} groups were looked at: chance "
        "across all of them is allowed for."
    )
    claims = [Claim(text, (rec.checked(movement), rec.segment(segment, movement)), part="sure")]
    if segment.shrunken:
        text = "Its size is near the limit of what can be seen, and is given with that allowed for."
        claims.append(Claim(text, (rec.segment(segment, movement),), part="sure"))
    return claims


def _coverage(found: Gatherer, rec: Recorder) -> Claim:
    coverage = found.coverage
    commented = coverage.commented / max(coverage.responses, 1)
    placed = coverage.placed / max(coverage.opinions, 1)
    text = (
        f"{w.percent(commented)} of the {w.count(coverage.responses)} answers carry a comment, and {w.percent(placed)} "
        "of the opinions in them are placed in a theme."
    )
    return Claim(text, (rec.coverage(coverage),), part="sure")
