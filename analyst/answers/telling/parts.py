"""Sentences that several answers share: the verdict, who moved, a theme, a screen, quotes, a fix, how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Pack
from analyst.answers.grounding import check
from analyst.answers.telling import words
from analyst.core.tables import SYSTEM_THEMES

if TYPE_CHECKING:
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk
    from analyst.answers.telling.recorder import Recorder
    from analyst.core.values import Quote
    from analyst.findings.types import Movement, ScreenFriction, SegmentFinding, ThemeFinding
    from analyst.fixes.types import Fix

OUT_OF_REACH = 20  # times the present answers: more than this is no advice
LOWEST_LIFT = 0.05  # points: a fix expected to bring less than this is not worth a sentence


def verdict(found: Gatherer, rec: Recorder) -> Claim:
    """Whether the score moved, with level, change, interval and sizes; the first sentence of a why."""
    movement, query = found.movement, found.query
    fact = rec.change(movement)
    stretch = words.before(query, found.view.settings.timezone)
    group, when = words.among(query.where), words.within(query.window)
    change, now, past = movement.change, movement.current, movement.before
    if change is None or now is None or past is None:
        n_now, n_past = (now.n if now else 0), (past.n if past else 0)
        text = (
            f"There is too little data to say whether {rec.metric} moved{group}: {words.plural(n_now, 'answer')} "
            f"{when} against {w.count(n_past)} in {stretch}."
        )
        return Claim(text, (fact,), part="verdict")
    level, level_before = w.score(now.value, movement.metric), w.score(past.value, movement.metric)
    if movement.verdict == "moved":
        text = (
            f"{rec.metric}{group} {'rose' if change.value > 0 else 'fell'} by {w.size(change.value)} points to "
            f"{level} {when}, from {level_before} in {stretch}: more than chance ({words.sure(change)} for the change)."
        )
    elif movement.verdict == "noise":
        text = (
            f"{rec.metric}{group} did not move beyond chance {when}: {level} against {level_before} in {stretch} "
            f"({w.signed(change.value)} points, {words.sure(change)})."
        )
    elif movement.verdict == "masked":
        text = (
            f"As a whole, {rec.metric}{group} did not move beyond chance {when} ({level} against {level_before} in "
            f"{stretch}; {words.sure(change)} for the change), but that hides a group that did."
        )
    else:
        text = (
            f"There is too little data to say whether {rec.metric}{group} moved {when}: {level} from "
            f"{words.plural(now.n, 'answer')} against {level_before} from {w.count(past.n)} in {stretch} "
            f"({words.sure(change)} for the change)."
        )
    return Claim(text, (fact,), part="verdict")


def settle(movement: Movement, rec: Recorder) -> list[Claim]:
    """What could have been seen at all, and how many answers would settle it."""
    if movement.mde is None:
        return []
    size = w.size(movement.mde)
    text = f"With this many answers a change of {size} points or more would show, and anything less could stay unseen"
    n_now = movement.current.n if movement.current else 0
    if movement.needed_n and movement.verdict != "moved" and movement.needed_n <= OUT_OF_REACH * max(n_now, 1):
        text += f"; one of this size would take about {w.count(movement.needed_n)} answers in each window"
    return [Claim(text + ".", (rec.change(movement),), part="sure")]


def who(found: Gatherer, rec: Recorder, most: int = 2) -> list[Claim]:
    """The groups that moved on their own, the whole's nature (broad, mix only) or that no group stands out."""
    movement = found.movement
    if movement.verdict == "too_little_data":
        return []
    if movement.how == "mix_only":
        return [_mix(movement, rec)]
    claims: list[Claim] = []
    for place, segment in enumerate(movement.segments[:most]):
        claims += segment_claims(segment, movement, rec, first=place == 0)
    if movement.how == "broad":
        claims.insert(0, _broad(movement, rec))
    if not movement.segments and movement.how != "broad":
        text = f"No group moved apart from the rest: {w.count(movement.checked)} were looked at."
        claims = [Claim(text, (rec.checked(movement),), part="who")] if movement.checked else []
    return claims


def segment_claims(segment: SegmentFinding, movement: Movement, rec: Recorder, *, first: bool) -> list[Claim]:
    """Two sentences on a group: how much of the change it holds, and how its own score moved against the rest."""
    name, change = words.people(segment.where), movement.change
    fact = rec.segment(segment, movement)
    total = change.value if change else 0.0
    share = f"{w.percent(segment.share)} of the answers"
    if movement.verdict == "moved" and segment.contribution * total > 0:
        of_change = f"{w.size(segment.contribution)} of the {w.size(total)} points"
        most, over = abs(segment.contribution) > abs(total) / 2, abs(segment.contribution) > abs(total)
        opening = "All of it sits with" if over else "Most of it sits with" if most else "Part of it sits with"
        opening = opening if first else "Apart from that, part of it sits with"
        text = f"{opening} {name}: {share}{'' if over else f', {of_change}'}."
    elif movement.verdict == "moved":
        text = f"Against it went {name} ({share})."
    else:
        text = f"{'The group is' if first else 'So did'} {name}, {share}."
    claims = [Claim(text, (fact,), part="who")]
    if segment.change is not None:
        own = segment.change
        fact = rec.own_change(segment.where, own)
        verb = "rose" if own.value > 0 else "fell"
        told = (
            f"{verb} by {w.size(own.value)} points"
            if own.excludes_zero()
            else f"moved {w.signed(own.value)} points, within chance"
        )
        text = f"Its own {rec.metric} {told} ({words.sure(own)}){_rest(segment, movement)}."
        claims.append(Claim(text, (fact, *_rest_fact(segment, movement, rec)), part="who"))
    return claims


def _rest(segment: SegmentFinding, movement: Movement) -> str:
    hidden = movement.hidden
    if hidden is None or hidden.rest is None or hidden.where != segment.where:
        return ""
    rest = hidden.rest
    if not rest.excludes_zero():
        return f"; everybody else moved {w.signed(rest.value)}, within chance ({w.interval(rest)})"
    return f"; everybody else {'rose' if rest.value > 0 else 'fell'} by {w.size(rest.value)} ({w.interval(rest)})"


def _rest_fact(segment: SegmentFinding, movement: Movement, rec: Recorder) -> tuple[str, ...]:
    hidden = movement.hidden
    if hidden is None or hidden.rest is None or hidden.where != segment.where:
        return ()
    return (rec.rest_change(segment.where, hidden.rest),)


def _mix(movement: Movement, rec: Recorder) -> Claim:
    text = (
        "It is the mix: other people answered than before, and no group of like people changed its score beyond chance."
    )
    return Claim(text, (rec.checked(movement), rec.change(movement)), part="who")


def _broad(movement: Movement, rec: Recorder) -> Claim:
    if movement.segments:
        return Claim("Most of it runs through everybody alike.", (_common(movement, rec),), part="who")
    text = f"It runs through everybody alike: none of the {w.count(movement.checked)} groups looked at stands out."
    return Claim(text, (rec.checked(movement),), part="who")


def _common(movement: Movement, rec: Recorder) -> str:
    from analyst.answers.facts import Number

    terms = [term for term in movement.ledger if term.kind == "common"]
    points = sum(term.points for term in terms)
    total = movement.change.value if movement.change else 0.0
    return rec.add(
        f"Shift that everybody shares: {w.signed(points)} of {w.signed(total)} points",
        [Number(points, "points", "common shift"), Number(total, "points", "change")],
        direction="up" if points > 0 else "down",
        allows=["majority", "most", "all"],
    )


def theme_claims(theme: ThemeFinding, rec: Recorder, *, opening: str = "", gap: bool = True) -> list[Claim]:
    """One or two sentences on a theme: how many speak of it now and before, and how they score."""
    share, past = w.percent(theme.share.value), w.percent(theme.share_before.value)
    if theme.is_new:
        text = f"{opening}“{theme.label}” is new: {share} of the comments."
    elif theme.trend.excludes_zero():
        text = (
            f"{opening}“{theme.label}” is in {share} of the comments, {'up' if theme.trend.value > 0 else 'down'} from "
            f"{past}."
        )
    else:
        text = f"{opening}“{theme.label}” is in {share} of the comments ({past} before, within chance)."
    claims = [Claim(text, (rec.theme(theme),), part="what")]
    if gap and theme.gap is not None and theme.gap.excludes_zero():
        side = "lower" if theme.gap.value < 0 else "higher"
        said = f"Those who mention it score {w.size(theme.gap.value)} points {side} than other commenters."
        claims.append(Claim(said, (rec.theme_gap(theme),), part="what"))
    return claims


def screen_claims(screen: ScreenFriction, rec: Recorder, *, opening: str = "", gap: bool = True) -> list[Claim]:
    """One or two sentences on friction: how many visits meet it now and before, where, and how those people score."""
    thing = w.friction(screen.screen, screen.signal)
    rate, past = w.percent(screen.rate.value, 1), w.percent(screen.rate_before.value, 1)
    facts = [rec.friction(screen)]
    said = w.SIGNAL_WORDS.get(screen.signal, screen.signal) if screen.screen in opening else thing
    met = f"{rate} of the {w.count(screen.sessions)} visits ran into {said}"
    if screen.trend.excludes_zero():
        met += f", {'up' if screen.trend.value > 0 else 'down'} from {past}"
    else:
        met += f" ({past} before)"
    lifts = [lift for lift in screen.segments if lift.significant][:1]
    for lift in lifts:
        facts.append(rec.friction_place(screen, lift))
        met += f" ({_gathered(lift.where, lift.lift.value)})"
    text = f"{opening}{met}." if opening else f"{words.capital(met)}."
    claims = [Claim(text, tuple(facts), part="screen")]
    if gap and screen.gap is not None and screen.gap.excludes_zero():
        side = "lower" if screen.gap.value < 0 else "higher"
        said = f"Those who met them score {w.size(screen.gap.value)} points {side} than others like them."
        claims.append(Claim(said, (rec.friction_gap(screen),), part="screen"))
    return claims


def _gathered(where: tuple[tuple[str, str], ...], ratio: float) -> str:
    if ratio >= w.ALMOST_ONLY:
        return f"almost only{words.among(where)}"
    return f"{w.times(ratio)} as common{words.among(where)} as elsewhere"


def quote_claims(quotes: Sequence[Quote], desk: Desk) -> list[Claim]:
    """Each quote as a claim of its own, with the answer that it stands in; score and date are on the evidence."""
    told = quotable(quotes, desk)
    return [Claim(words.quoted(quote), (), (quote.response_id,), "quote") for quote in told]


def quotable(quotes: Sequence[Quote], desk: Desk) -> list[Quote]:
    """Those that may stand alone: a word or two are no evidence, and a clause cut out of a condition or a negation
    would say something else than its writer did."""
    desk.cite(quotes)
    pack = Pack({}, desk.evidence)
    return [quote for quote in quotes if not check(Claim(words.quoted(quote), (), (quote.response_id,), "quote"), pack)]


def fix_claims(fix: Fix, rec: Recorder, *, opening: str = "") -> list[Claim]:
    """What to do and what it should bring, with interval and grade."""
    facts = (rec.fix(fix),)
    lead = opening or f"{fix.rank}. "
    title = Claim(f"{lead}{fix.title} ({fix.fix_id}).", facts, part="fix")
    if fix.grade == "C":
        low, high = fix.lift.low or 0.0, fix.lift.high or 0.0
        text = (
            f"Worth between {w.signed(low)} and {w.signed(high)} {rec.metric} points by what people say alone; no "
            "session shows it, so that is a range and no promise."
        )
        return [title, Claim(text, facts, part="fix")]
    reach = f", for about {w.count(fix.reach)} active users a quarter" if fix.reach else ""
    doubt = "" if fix.lift.excludes_zero() else ", which includes no change"
    text = (
        f"Expected: {rec.metric} {w.signed(fix.lift.value)} points{reach} ({words.sure(fix.lift)}{doubt}; evidence "
        f"grade {fix.grade})."
    )
    return [title, Claim(text, facts, part="fix")]


def worthwhile(fixes: Sequence[Fix]) -> list[Fix]:
    """Fixes that are expected to bring something."""
    return [fix for fix in fixes if fix.lift.value >= LOWEST_LIFT]


def told_themes(found: Gatherer) -> list[ThemeFinding]:
    """The themes of the window that say something, what matters most first."""
    return [theme for theme in found.themes if theme.mentions and theme.theme_id not in SYSTEM_THEMES]


def caveat_claims(found: Gatherer) -> tuple[str, ...]:
    """What limits the whole answer."""
    return tuple(found.movement.caveats)
