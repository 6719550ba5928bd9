"""The extractive writer: findings to sentences, verdict first, each sentence with the facts it rests on.

Plain words, no adverbs of certainty that the interval does not carry, and never "caused": a survey can show
where a change is concentrated and what it goes with.
"""

from __future__ import annotations

from analyst.answers import wording as w
from analyst.answers.facts import Claim, FactBook
from analyst.answers.joins import join_claims
from analyst.core.query import where_text
from analyst.core.values import Estimate
from analyst.findings.types import Coverage, Movement, ScreenFriction, SegmentLift, ThemeFinding
from analyst.fixes.types import Fix

_LEDGER_WORDS = {
    "mix": "other people answering than before",
    "common": "a shift that everybody shares",
    "segment": "groups that moved on their own",
    "release": "a release that did not exist before",
}


def headline(movement: Movement, book: FactBook) -> list[Claim]:
    """The verdict and where it holds, what it hides, and what could have been seen at all."""
    claims = [_verdict(movement, book)]
    if movement.verdict == "too_little_data":
        return claims + ([_what_would_settle(movement, book)] if movement.mde else [])
    if movement.verdict == "moved":
        claims.append(_how(movement, book))
    if movement.verdict in ("moved", "masked"):
        claims += [_segment(movement, book, place) for place in range(min(3, len(movement.segments)))]
    return [*claims, *_hidden(movement, book), *([_what_would_settle(movement, book)] if movement.mde else [])]


def _change_fact(movement: Movement, change: Estimate, now: Estimate, before: Estimate, book: FactBook) -> str:
    name = w.METRIC_NAMES[movement.metric]
    return book.add_estimate(
        f"{name} {movement.window} against {movement.baseline}, {where_text(movement.where)}: "
        f"{w.score(now.value, movement.metric)} against {w.score(before.value, movement.metric)}, "
        f"change {w.signed(change.value)} ({w.interval(change)})",
        change,
        now.value,
        now.low,
        now.high,
        float(now.n),
        before.value,
        float(before.n),
        movement.mde,
        where=where_text(movement.where),
    )


def _verdict(movement: Movement, book: FactBook) -> Claim:
    name = w.METRIC_NAMES[movement.metric]
    change, now, before = movement.change, movement.current, movement.before
    if change is None or now is None or before is None:
        n_now, n_before = (now.n if now else 0), (before.n if before else 0)
        fact = book.add(f"{name} answers: {n_now} and {n_before}", (n_now, n_before), n=n_now + n_before)
        return Claim(
            f"There is too little data to say whether {name} moved: {w.count(n_now)} answers in {movement.window} "
            f"and {w.count(n_before)} in {movement.baseline}.",
            (fact,),
        )
    fact = _change_fact(movement, change, now, before, book)
    level, sizes = w.score(now.value, movement.metric), f"{w.count(now.n)} answers against {w.count(before.n)}"
    direction = "rose" if change.value > 0 else "fell"
    if movement.verdict == "moved":
        text = (
            f"{name} {direction} by {w.size(change.value)} points to {level}, from "
            f"{w.score(before.value, movement.metric)} in {movement.baseline}; with {sizes}, the 95% interval of the "
            f"change is {w.interval(change)}, so this is more than chance."
        )
    elif movement.verdict == "masked":
        text = (
            f"{name} as a whole did not move beyond chance ({level}, change {w.signed(change.value)}, 95% interval "
            f"{w.interval(change)}; {sizes}), but that hides groups that did."
        )
    elif movement.verdict == "noise":
        text = (
            f"{name} is {level}, against {w.score(before.value, movement.metric)} in {movement.baseline}: a change of "
            f"{w.signed(change.value)} points whose 95% interval ({w.interval(change)}; {sizes}) includes none at all, "
            "so nothing has to be explained."
        )
    else:
        text = (
            f"There is too little data to say whether {name} moved: {level} now, "
            f"{w.score(before.value, movement.metric)} before, change {w.signed(change.value)} with a 95% interval of "
            f"{w.interval(change)} ({sizes})."
        )
    return Claim(text, (fact,))


def _how(movement: Movement, book: FactBook) -> Claim:
    parts: dict[str, float] = {}
    for term in movement.ledger:
        parts[term.kind] = parts.get(term.kind, 0.0) + term.points
    total = sum(parts.values())
    fact = book.add(
        "Ledger: " + ", ".join(f"{_LEDGER_WORDS[kind]} {w.signed(points)}" for kind, points in parts.items()),
        (*parts.values(), total, float(movement.checked)),
        n=movement.change.n if movement.change else None,
    )
    told = w.listed([_share_of_change(movement, kind, points) for kind, points in parts.items()])
    if movement.how == "mix_only":
        text = f"It is the mix: other people answered, and nobody changed their mind beyond chance ({told})."
    elif movement.how == "broad" and movement.segments:
        text = f"Most of it runs through everybody ({told})."
    elif movement.how == "broad":
        text = (
            f"It runs through everybody: none of the {w.count(movement.checked)} groups looked at stands out ({told})."
        )
    else:
        text = f"Of the {w.signed(total)} points, {told}."
    return Claim(text, (fact,))


def _share_of_change(movement: Movement, kind: str, points: float) -> str:
    """'−1.7 is a shift that everybody shares (within chance)': chance is said where no term of the kind stands out."""
    terms = [Estimate(term.points, term.low, term.high, 0) for term in movement.ledger if term.kind == kind]
    doubt = "" if any(term.excludes_zero() for term in terms) else " (within chance)"
    return f"{w.signed(points)} is {_LEDGER_WORDS[kind]}{doubt}"


def _segment(movement: Movement, book: FactBook, place: int) -> Claim:
    found = movement.segments[place]
    where, size_of = where_text(found.where), w.percent(found.share)
    fact = book.add_estimate(
        f"{where}: score moved {w.signed(found.effect.value)} points more than elsewhere "
        f"({w.interval(found.effect)}), {size_of} of answers, {w.signed(found.contribution)} of the change",
        found.effect,
        found.share,
        found.contribution,
        float(found.checked),
        where=where,
    )
    more = "rose" if found.effect.value > 0 else "fell"
    opening = _opening(movement, place)
    text = (
        f"{opening} {w.group(found.where)}: {size_of} of the answers, whose score {more} {w.size(found.effect.value)} "
        f"points more than everybody else's ({w.interval(found.effect)}), {w.signed(found.contribution)} points of the "
        "whole"
    )
    if found.shrunken:
        text += "; the effect is near the limit of what can be seen and is shrunk towards zero for that"
    if place == 0:
        text += f"; {w.count(found.checked)} groups were checked, and chance across all of them is allowed for"
    return Claim(text + ".", (fact,))


def _opening(movement: Movement, place: int) -> str:
    """How a segment's sentence begins: the place of the whole movement, or one that moved on its own."""
    if place > 0:
        return "Apart from that, it stands out in"
    if movement.verdict == "masked":
        return "What moved is"
    return "It is concentrated in" if movement.how == "concentrated" else "On its own moved"


def _hidden(movement: Movement, book: FactBook) -> list[Claim]:
    """The one segment that the headline hides, or that it hides none."""
    hidden = movement.hidden
    if hidden is None or hidden.checked == 0:
        return []
    if hidden.kind == "none" or hidden.change is None:
        if movement.how == "broad":  # said already
            return []
        fact = book.add(f"Groups looked at: {hidden.checked}, none beyond chance", (float(hidden.checked),))
        text = (
            f"The headline hides no group: of the {w.count(hidden.checked)} looked at, none moved apart beyond chance."
        )
        return [Claim(text, (fact,))]
    own, rest = hidden.change, hidden.rest
    others = f", {w.signed(rest.value)} ({w.interval(rest)}) among everybody else" if rest else ""
    fact = book.add_estimate(
        f"{where_text(hidden.where)}: own score {w.signed(own.value)} ({w.interval(own)}){others}",
        own,
        *((rest.value, rest.low, rest.high) if rest else ()),
        where=where_text(hidden.where),
    )
    opening = {
        "against": "The headline hides a group that went the other way",
        "apart": "The headline hides a group that did move",
        "sharper": "The headline blends in a group that moved much further",
        "behind": "The headline hides a group that moved less",
    }[hidden.kind]
    itself = f"the score of {w.group(hidden.where)} itself went {w.signed(own.value)} ({w.interval(own)})"
    return [Claim(f"{opening}: {itself}{others}.", (fact,))]


def _what_would_settle(movement: Movement, book: FactBook) -> Claim:
    mde, needed = movement.mde or 0.0, movement.needed_n
    fact = book.add(
        f"Smallest visible change {w.size(mde)} points; answers a window to settle this change: {needed}",
        (mde, float(needed) if needed else None),
    )
    text = f"With this many answers a change of {w.size(mde)} points or more could have been seen, a smaller one hardly"
    if needed:
        text += f"; a true change of this size would take about {w.count(needed)} answers in each window to settle"
    return Claim(text + ".", (fact,))


def theme_claim(theme: ThemeFinding, book: FactBook) -> Claim:
    """One sentence on a theme: how many talk about it, whether that changed, how they score, where and on what."""
    numbers = [theme.share_before.value, theme.trend.value, theme.trend.low, theme.trend.high]
    said = [f"“{theme.label}” is in {w.percent(theme.share.value)} of the comments ({_trend(theme)})"]
    if theme.gap is not None:
        numbers += [theme.gap.value, theme.gap.low, theme.gap.high, float(theme.gap.n)]
        side = "lower" if theme.gap.value < 0 else "higher"
        sure = "" if theme.gap.excludes_zero() else ", within chance"
        said.append(f"those who mention it score {w.size(theme.gap.value)} points {side} than other commenters{sure}")
    lifts = [lift for lift in theme.segments if lift.significant][:1]
    for lift in lifts:
        numbers += [lift.lift.value, lift.share_in, lift.share_out]
        said.append(f"detractors who mention it are {w.gathered(lift.where, lift.lift.value)}")
    links = [link for link in theme.screens if link.significant][:1]
    for link in links:
        numbers += [link.odds.value, link.exposed_share, link.other_share]
        said.append(
            f"{w.percent(link.exposed_share)} of those with sessions had met {w.friction(link.screen, link.signal)} "
            f"before they answered, against {w.percent(link.other_share)} of other commenters"
        )
    fact = book.add_estimate(
        f"Theme {theme.label}: {theme.mentions} mentions, share {w.percent(theme.share.value, 1)} "
        f"(before {w.percent(theme.share_before.value, 1)})",
        theme.share,
        float(theme.mentions),
        *numbers,
    )
    return Claim("; ".join(said) + ".", (fact,))


def _trend(theme: ThemeFinding) -> str:
    if theme.is_new:
        return "new"
    if not theme.trend.excludes_zero():
        return f"{w.percent(theme.share_before.value)} before, no change beyond chance"
    direction = "up" if theme.trend.value > 0 else "down"
    return f"{direction} from {w.percent(theme.share_before.value)}"


def screen_claim(screen: ScreenFriction, book: FactBook) -> Claim:
    """One sentence on a screen's friction: how many sessions meet it, and whether that changed."""
    fact = book.add_estimate(
        f"{w.friction(screen.screen, screen.signal)}: {w.percent(screen.rate.value, 1)} of {screen.sessions} sessions "
        f"(before {w.percent(screen.rate_before.value, 1)})",
        screen.rate,
        screen.rate_before.value,
        screen.trend.value,
        screen.trend.low,
        screen.trend.high,
        float(screen.users),
        float(screen.sessions),
        *([screen.gap.value, screen.gap.low, screen.gap.high] if screen.gap else []),
        *(number for lift in screen.segments[:1] for number in (lift.lift.value, lift.share_in, lift.share_out)),
    )
    text = (
        f"{w.friction(screen.screen, screen.signal).capitalize()}: {w.percent(screen.rate.value, 1)} of the "
        f"{w.count(screen.sessions)} sessions that saw the screen"
    )
    if screen.trend.excludes_zero():
        direction = "up" if screen.trend.value > 0 else "down"
        text += f", {direction} from {w.percent(screen.rate_before.value, 1)}"
    else:
        text += f", {w.percent(screen.rate_before.value, 1)} before"
    lifts: list[SegmentLift] = [lift for lift in screen.segments if lift.significant][:1]
    for lift in lifts:
        text += f"; {w.gathered(lift.where, lift.lift.value)}"
    if screen.gap is not None and screen.gap.excludes_zero():
        side = "lower" if screen.gap.value < 0 else "higher"
        text += f"; those who met it score {w.size(screen.gap.value)} points {side}, compared within segments"
    return Claim(text + ".", (fact,))


def fix_claim(fix: Fix, metric: str, book: FactBook) -> Claim:
    """What a fix should bring, in one sentence with its interval and grade."""
    numbers = [float(fix.reach) if fix.reach is not None else None, fix.confidence, fix.effort, fix.e_value]
    joint = fix.together if fix.rank > 1 else None
    if joint is not None:
        numbers += [joint.value, joint.low, joint.high]
    fact = book.add_estimate(
        f"Fix {fix.title}: lift {w.signed(fix.lift.value)} ({w.interval(fix.lift)}), grade {fix.grade}",
        fix.lift,
        *numbers,
    )
    name = w.METRIC_NAMES[metric]
    reach = f", reaching about {w.count(fix.reach)} active users a quarter" if fix.reach else ""
    if fix.grade == "C":
        low, high = fix.lift.low or 0.0, fix.lift.high or 0.0
        return Claim(
            f"Expected {name} lift between {w.signed(low)} and {w.signed(high)} points, from mentions alone "
            f"(no session shows it): treat it as a range, not a promise{reach}.",
            (fact,),
        )
    together = (
        f" Done together with those above that rest on sessions: {w.signed(joint.value)} points ({w.interval(joint)})."
        if joint is not None
        else ""
    )
    return Claim(
        f"Expected {name} lift {w.signed(fix.lift.value)} points (95% interval {w.interval(fix.lift)}; evidence grade "
        f"{fix.grade}){reach}.{together}",
        (fact,),
    )


def coverage_claims(coverage: Coverage, book: FactBook) -> list[Claim]:
    """How much of the story the data can tell."""
    total = max(coverage.responses, 1)
    commented, joined = coverage.commented / total, coverage.with_sessions / total
    placed = coverage.placed / max(coverage.opinions, 1)
    fact = book.add(
        f"Coverage: {coverage.responses} answers, {coverage.commented} with a comment, {coverage.with_sessions} with a "
        f"session before the answer; {coverage.placed} of {coverage.opinions} opinions in a theme",
        tuple(float(v) for v in (coverage.responses, coverage.commented, coverage.with_sessions, coverage.placed,
                                 coverage.opinions, coverage.sessions, commented, joined, placed)),
        n=coverage.responses,
    )  # fmt: skip
    claims = [
        Claim(
            f"{w.percent(commented)} of the {w.count(coverage.responses)} answers carry a comment, and "
            f"{w.percent(placed)} of the {w.count(coverage.opinions)} opinions in them are placed in a theme.",
            (fact,),
        )
    ]
    if coverage.join is not None:
        claims += join_claims(coverage.join, book)
    elif coverage.sessions:
        claims.append(
            Claim(f"{w.percent(joined)} of the answers can be joined to a session in the days before them.", (fact,))
        )
    else:
        claims.append(Claim("No sessions were imported, so nothing can be said about screens from behaviour."))
    return claims
