"""The extractive writer: findings to sentences, verdict first, each sentence with the facts it rests on.

Plain words, no adverbs of certainty that the interval does not carry, and never "caused": a survey can show
where a change is concentrated and what it goes with.
"""

from __future__ import annotations

from dataclasses import replace

from analyst.answers import wording as w
from analyst.answers.facts import Allowance, Claim, Direction, FactBook, Number, direction_of, numbers_of
from analyst.answers.joins import join_claims
from analyst.core.query import Where, where_text
from analyst.core.values import Estimate
from analyst.findings.types import Coverage, Movement, ScreenFriction, SegmentLift, ThemeFinding
from analyst.fixes.types import Fix

_FIRST: tuple[Allowance, ...] = ("first",)
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
        *_counted(numbers_of(now, "now"), "answers"),
        *_counted(numbers_of(before, "before", window=movement.baseline), "answers before"),
        _limit(movement.mde),
        of="change",
        where=where_text(movement.where),
        window=movement.window,
        names=(name,),
        direction=direction_of(change) if movement.verdict == "moved" else "flat",
    )


def _counted(numbers: list[Number], counted: str) -> list[Number]:
    """The numbers of an estimate, its n called by what it counts."""
    return [replace(number, of=counted) if number.of == "n" else number for number in numbers]


def _limit(mde: float | None) -> Number | None:
    return None if mde is None else Number(mde, "points", "smallest visible")


def _verdict(movement: Movement, book: FactBook) -> Claim:
    name = w.METRIC_NAMES[movement.metric]
    change, now, before = movement.change, movement.current, movement.before
    if change is None or now is None or before is None:
        n_now, n_before = (now.n if now else 0), (before.n if before else 0)
        counts = (
            Number(float(n_now), "count", "answers"),
            Number(float(n_before), "count", "answers before", window=movement.baseline),
        )
        fact = book.add(
            f"{name} answers: {w.count(n_now)} in {movement.window} and {w.count(n_before)} in {movement.baseline}",
            counts,
            n=n_now + n_before,
            where=where_text(movement.where),
            window=movement.window,
            names=(name,),
            direction="flat",
            allows=[] if n_now and n_before else ["none"],
        )
        return Claim(
            f"There is too little data to say whether {name} moved: {w.count(n_now)} answers in {movement.window} "
            f"and {w.count(n_before)} in {movement.baseline}.",
            (fact,),
            part="verdict",
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
    return Claim(text, (fact,), part="verdict")


def _how(movement: Movement, book: FactBook) -> Claim:
    parts: dict[str, float] = {}
    for term in movement.ledger:
        parts[term.kind] = parts.get(term.kind, 0.0) + term.points
    total = sum(parts.values())
    fact = book.add(
        "Ledger: " + ", ".join(f"{_LEDGER_WORDS[kind]} {w.signed(points)}" for kind, points in parts.items()),
        _ledger_numbers(movement, parts, total),
        n=movement.change.n if movement.change else None,
        where=where_text(movement.where),
        window=movement.window,
        names=(w.METRIC_NAMES[movement.metric], *(value for term in movement.ledger for _, value in term.where)),
        direction=_sign(total),
        allows=_ledger_allows(movement, parts, total),
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
    return Claim(text, (fact,), part="where")


def _ledger_numbers(movement: Movement, parts: dict[str, float], total: float) -> list[Number]:
    """Each kind's points, and the whole; a kind with one term has that term's interval and group."""
    whole = where_text(movement.where)
    numbers = [Number(total, "points", "change", whole)]
    for kind, points in parts.items():
        terms = [term for term in movement.ledger if term.kind == kind]
        alone = terms[0] if len(terms) == 1 else None
        where = where_text(alone.where) if alone and alone.where else whole
        numbers.append(Number(points, "points", kind, where))
        if alone:
            numbers += [Number(alone.low, "points", "low", where), Number(alone.high, "points", "high", where)]
        elif kind in ("segment", "release"):
            numbers += [Number(term.points, "points", kind, where_text(term.where)) for term in terms]
    return [*numbers, Number(float(movement.checked), "count", "groups checked", whole)]


def _ledger_allows(movement: Movement, parts: dict[str, float], total: float) -> list[Allowance]:
    allows: list[Allowance] = []
    if any(points * total > 0 and abs(points) > abs(total) / 2 for points in parts.values()):
        allows += ["majority", "most"]
    if "release" in parts:
        allows.append("new")
    if movement.how == "broad":
        allows.append("all")
    if movement.how == "mix_only" or not movement.segments:
        allows.append("none")
    return allows


def _sign(number: float) -> Direction:
    return "up" if number > 0 else "down" if number < 0 else ""


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
        Number(found.share, "share", "share of answers"),
        Number(found.contribution, "points", "contribution"),
        *(numbers_of(found.change, "change") if found.change else ()),
        Number(float(found.checked), "count", "groups checked"),
        of="effect",
        where=where,
        window=movement.window,
        names=_values(found.where),
        direction=_sign(found.effect.value),
        allows=_segment_allows(movement, place),
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
    return Claim(text + ".", (fact,), part="who")


def _segment_allows(movement: Movement, place: int) -> list[Allowance]:
    """The largest part of the change, the only group that stands out, a release that was not there before."""
    found = movement.segments[place]
    allows: list[Allowance] = []
    if abs(found.contribution) >= max(abs(other.contribution) for other in movement.segments):
        allows.append("most")
    if place == 0:
        allows.append("first")
    if len(movement.segments) == 1:
        allows.append("only")
    total = movement.change.value if movement.change else 0.0
    if found.contribution * total > 0 and abs(found.contribution) > abs(total) / 2:
        allows.append("majority")
    if any(term.kind == "release" and term.where == found.where for term in movement.ledger):
        allows.append("new")
    return allows


def _values(where: Where) -> tuple[str, ...]:
    return tuple(value for _, value in where)


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
        fact = book.add(
            f"Groups looked at: {hidden.checked}, none beyond chance",
            (Number(float(hidden.checked), "count", "groups checked"),),
            where=where_text(movement.where),
            window=movement.window,
            direction="flat",
            allows=["none"],
        )
        text = (
            f"The headline hides no group: of the {w.count(hidden.checked)} looked at, none moved apart beyond chance."
        )
        return [Claim(text, (fact,), part="who")]
    own, rest = hidden.change, hidden.rest
    others = f", {w.signed(rest.value)} ({w.interval(rest)}) among everybody else" if rest else ""
    fact = book.add_estimate(
        f"{where_text(hidden.where)}: own score {w.signed(own.value)} ({w.interval(own)}){others}",
        own,
        *(_counted(numbers_of(rest, "change elsewhere"), "answers elsewhere") if rest else ()),
        of="change",
        where=where_text(hidden.where),
        window=movement.window,
        names=_values(hidden.where),
        direction=direction_of(own),
    )
    opening = {
        "against": "The headline hides a group that went the other way",
        "apart": "The headline hides a group that did move",
        "sharper": "The headline blends in a group that moved much further",
        "behind": "The headline hides a group that moved less",
    }[hidden.kind]
    itself = f"the score of {w.group(hidden.where)} itself went {w.signed(own.value)} ({w.interval(own)})"
    return [Claim(f"{opening}: {itself}{others}.", (fact,), part="who")]


def _what_would_settle(movement: Movement, book: FactBook) -> Claim:
    mde, needed = movement.mde or 0.0, movement.needed_n
    fact = book.add(
        f"Smallest visible change {w.size(mde)} points; answers a window to settle this change: {needed}",
        (_limit(mde), Number(float(needed), "count", "answers needed") if needed else None),
        where=where_text(movement.where),
        window=movement.window,
    )
    text = f"With this many answers a change of {w.size(mde)} points or more could have been seen, a smaller one hardly"
    if needed:
        text += f"; a true change of this size would take about {w.count(needed)} answers in each window to settle"
    return Claim(text + ".", (fact,), part="sure")


def theme_claim(theme: ThemeFinding, book: FactBook) -> Claim:
    """One sentence on a theme: how many talk about it, whether that changed, how they score, where and on what."""
    numbers = [
        Number(theme.share_before.value, "share", "share of comments before", window=book.baseline),
        *numbers_of(theme.trend, "trend")[:3],
    ]
    names, allows = [theme.label], _theme_allows(theme)
    said = [f"“{theme.label}” is in {w.percent(theme.share.value)} of the comments ({_trend(theme)})"]
    if theme.gap is not None:
        numbers += _counted(numbers_of(theme.gap, "gap"), "comments")
        side = "lower" if theme.gap.value < 0 else "higher"
        if theme.trend.excludes_zero() and not theme.gap.excludes_zero():
            # no "within chance" here: beside a share that did move, it would be said of the share as well
            said.append(
                f"the score gap to other commenters is {w.signed(theme.gap.value)} points ({w.interval(theme.gap)})"
            )
        else:
            sure = "" if theme.gap.excludes_zero() else ", within chance"
            apart = f"{w.size(theme.gap.value)} points {side}"
            said.append(f"those who mention it score {apart} than other commenters{sure}")
    lifts = [lift for lift in theme.segments if lift.significant][:1]
    for lift in lifts:
        numbers += _lift_numbers(lift)
        names += _values(lift.where)
        if lift.lift.value >= w.ALMOST_ONLY:
            allows.append("only")
        said.append(f"detractors who mention it are {w.gathered(lift.where, lift.lift.value)}")
    links = [link for link in theme.screens if link.significant][:1]
    for link in links:
        numbers += [
            *numbers_of(link.odds, "odds"),
            Number(float(link.exposed_share), "share", "share of mentioners exposed"),
            Number(float(link.other_share), "share", "share of others exposed"),
        ]
        names.append(link.screen)
        allows.append("together")
        said.append(
            f"{w.percent(link.exposed_share)} of those with sessions had met {w.friction(link.screen, link.signal)} "
            f"before they answered, against {w.percent(link.other_share)} of other commenters"
        )
    fact = book.add_estimate(
        f"Theme {theme.label}: {theme.mentions} mentions, share {w.percent(theme.share.value, 1)} "
        f"(before {w.percent(theme.share_before.value, 1)})",
        theme.share,
        Number(float(theme.mentions), "count", "mentions"),
        *numbers,
        of="share of comments",
        counted="comments",
        names=names,
        direction=direction_of(theme.trend),
        allows=allows,
    )
    return Claim("; ".join(said) + ".", (fact,), part="what")


def _theme_allows(theme: ThemeFinding) -> list[Allowance]:
    allows: list[Allowance] = ["new"] if theme.is_new else []
    return allows if theme.mentions else [*allows, "none"]


def _lift_numbers(lift: SegmentLift) -> list[Number]:
    """The ratio with its interval, and the two shares that it compares."""
    where = where_text(lift.where)
    return [
        *(replace(number, where=where) for number in numbers_of(lift.lift, "ratio")[:-1]),
        Number(float(lift.share_in), "share", "share in the group", where),
        Number(float(lift.share_out), "share", "share elsewhere", where),
    ]


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
        Number(screen.rate_before.value, "share", "share of sessions before", window=book.baseline),
        *numbers_of(screen.trend, "trend")[:3],
        Number(float(screen.users), "count", "users"),
        Number(float(screen.sessions), "count", "sessions"),
        *(numbers_of(screen.gap, "gap")[:3] if screen.gap else []),
        *(number for lift in screen.segments[:1] for number in _lift_numbers(lift)),
        of="share of sessions",
        counted="sessions",
        names=[screen.screen, *(value for lift in screen.segments[:1] for value in _values(lift.where))],
        direction=direction_of(screen.trend),
        allows=["only"] if any(lift.lift.value >= w.ALMOST_ONLY for lift in screen.segments[:1]) else [],
    )
    text = (
        f"{w.capital(w.friction(screen.screen, screen.signal))}: {w.percent(screen.rate.value, 1)} of the "
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
    return Claim(text + ".", (fact,), part="screen")


def fix_claim(fix: Fix, metric: str, book: FactBook) -> Claim:
    """What a fix should bring, in one sentence with its interval and grade."""
    numbers = [
        Number(float(fix.reach), "count", "users reached") if fix.reach is not None else None,
        Number(fix.confidence, "share", "confidence"),
        Number(fix.effort, "weeks", "effort"),
        Number(fix.e_value, "ratio", "e-value") if fix.e_value is not None else None,
        Number(float(fix.rank), "count", "rank"),
    ]
    joint = fix.together if fix.rank > 1 else None
    if joint is not None:
        numbers += numbers_of(joint, "joint")[:3]
    name = w.METRIC_NAMES[metric]
    alone: list[Allowance] = ["none"] if fix.grade == "C" else []
    fact = book.add_estimate(
        f"Fix {fix.title}: expected {name} lift {w.signed(fix.lift.value)} ({w.interval(fix.lift)}), grade {fix.grade}"
        f"{' (mentions alone, no session shows it)' if fix.grade == 'C' else ''}",
        fix.lift,
        *numbers,
        of="lift",
        counted="answers",
        names=[fix.title, fix.fix_id, name, *filter(None, [fix.screen]), *_values(fix.where)],
        allows=[*alone, *_FIRST] if fix.rank == 1 else alone,
    )
    reach = f", reaching about {w.count(fix.reach)} active users a quarter" if fix.reach else ""
    if fix.grade == "C":
        low, high = fix.lift.low or 0.0, fix.lift.high or 0.0
        return Claim(
            f"Expected {name} lift between {w.signed(low)} and {w.signed(high)} points, from mentions alone "
            f"(no session shows it): treat it as a range, not a promise{reach}.",
            (fact,),
            part="fix",
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
        part="fix",
    )


def coverage_claims(coverage: Coverage, book: FactBook) -> list[Claim]:
    """How much of the story the data can tell."""
    total = max(coverage.responses, 1)
    commented, joined = coverage.commented / total, coverage.with_sessions / total
    placed = coverage.placed / max(coverage.opinions, 1)
    fact = book.add(
        f"Coverage: {coverage.responses} answers, {coverage.commented} with a comment, {coverage.with_sessions} with a "
        f"session before the answer; {coverage.placed} of {coverage.opinions} opinions in a theme",
        (
            Number(float(coverage.responses), "count", "answers"),
            Number(float(coverage.commented), "count", "comments"),
            Number(float(coverage.with_sessions), "count", "answers with a session"),
            Number(float(coverage.placed), "count", "opinions placed"),
            Number(float(coverage.opinions), "count", "opinions"),
            Number(float(coverage.sessions), "count", "sessions"),
            Number(commented, "share", "share of answers"),
            Number(joined, "share", "share of answers"),
            Number(placed, "share", "share of opinions"),
        ),
        n=coverage.responses,
        allows=[] if coverage.sessions else ["none"],
    )
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
        claims.append(Claim("No sessions were imported, so nothing can be said about screens from behaviour.", (fact,)))
    return claims
